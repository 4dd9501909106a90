"""The demo's budgets: made once, read without being named, and left to whoever edits them."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ionq_data.cli.demo_budgets import write_budgets
from ionq_data.cli.demo_marker import History
from ionq_data.config import load_settings

HISTORY = History(seed=7, days=365, jobs=20_000, anchor=datetime(2026, 6, 17, tzinfo=UTC))


def test_there_is_a_budget_for_three_projects_and_for_all(tmp_path: Path) -> None:
    with write_budgets(tmp_path, HISTORY).open(newline="") as file:
        rows = list(csv.DictReader(file))
    named = {row["project_name"]: int(row["budget"]) for row in rows}
    assert set(named) == {"Portfolio Risk", "Battery Chemistry", "Teaching Lab", ""}
    assert all(str(amount).rstrip("0")[2:] == "" for amount in named.values()), "two digits that matter"
    assert named[""] > max(named["Portfolio Risk"], named["Battery Chemistry"], named["Teaching Lab"])


def test_an_edited_file_stays(tmp_path: Path) -> None:
    file = write_budgets(tmp_path, HISTORY)
    file.write_text("mine")
    assert write_budgets(tmp_path, HISTORY).read_text() == "mine"


def test_budgets_in_the_data_directory_are_read_where_no_others_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IONQ_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("IONQ_BUDGETS", raising=False)
    assert load_settings().budgets is None
    file = write_budgets(tmp_path, HISTORY)
    assert load_settings().budgets == file
    monkeypatch.setenv("IONQ_BUDGETS", "others.csv")
    assert load_settings().budgets == Path("others.csv")
