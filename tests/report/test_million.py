"""The page of a million jobs: as small and as quick as that of a few thousand."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from benchmarks.lake_writer import write_lake
from ionq_data import warehouse
from ionq_data.report import write_report
from tests.report.browsing import seconds_of_work
from tests.report.reading import read_report


@pytest.mark.prove
def test_a_million_jobs_make_no_larger_page(browser: Browser, tmp_path: Path) -> None:
    # In a thread: in this one, Playwright keeps an event loop running, and a sync needs its own.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(write_lake, tmp_path / "lake", 1_000_000).result()
    result = warehouse.build(tmp_path, lake_dir=tmp_path / "lake")
    assert result.passed, result.explain()
    warehouse.publish_warehouse(tmp_path)
    page = write_report(tmp_path)
    assert sum(int(row["Jobs"]) for row in read_report(tmp_path).tables["cost_statuses"]) > 400_000
    assert page.stat().st_size < 5_000_000
    assert seconds_of_work(browser, page) < 2
