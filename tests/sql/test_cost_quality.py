"""Anomalies and forecasts reach their targets on simulated organizations."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sql import cost_quality


@pytest.mark.prove
def test_anomalies_are_found_and_intervals_hold(tmp_path: Path) -> None:
    connection, events = cost_quality.warehouse(tmp_path, cost_quality.SEEDS)
    with connection:
        said = cost_quality.measure(connection, events)
    assert said["planted"] > 100
    assert said["precision"] >= 0.9
    assert said["recall"] >= 0.8
    assert 0.75 <= said["inside"] <= 0.85


def test_a_section_replaces_the_one_before_it_and_no_other(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    cost_quality.write(page, {"One": "first", "Two": "second"})
    cost_quality.write(page, {"One": "again"})
    assert page.read_text() == "# What the statistics are worth\n\n## One\n\nagain\n\n## Two\n\nsecond\n"


def test_a_section_ends_where_the_next_part_of_the_page_begins(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    page.write_text("# What the statistics are worth\n\n## One\n\nfirst\n\n# Promises\n\nkept\n")
    cost_quality.write(page, {"One": "again"})
    assert page.read_text() == "# What the statistics are worth\n\n## One\n\nagain\n\n# Promises\n\nkept\n"
