"""A figure leads to the jobs behind it, by a click or by its address; where there are more, the page says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page

from ionq_data.report import window, write_report
from ionq_data.report.drill import ADDRESS, Drill
from tests.conftest import Simulated
from tests.report.browsing import Opened, open_page
from tests.report.conftest import DataDir
from tests.report.reading import read_report

pytestmark = pytest.mark.slow

SHOWN = """() => [...document.querySelectorAll('#jobs[open] tbody tr')].map((row) => row.dataset.job)"""
Open = Callable[..., Opened]


def _jobs(simulated: Simulated, where: str, *parameters: Any) -> dict[str, Decimal | None]:
    query = f"select job_id, cost from fct_jobs where job_id = root_job_id and not dry_run and {where}"
    with simulated.connect() as connection:
        return dict(connection.execute(query, parameters).fetchall())


def _shown(page: Page) -> list[str]:
    more = page.locator("#jobs [data-more]")
    if more.is_visible():
        more.click()
    found: list[str] = page.evaluate(SHOWN)
    return found


def _selection(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(page.url.partition(ADDRESS)[2]).items()}


def _click_tallest(page: Page, chart: str) -> None:
    """Click the tallest mark; again where the chart was drawn anew meanwhile, as it is when it comes into view."""
    page.locator(f"[data-chart={chart}]").scroll_into_view_if_needed()
    for _ in range(60):
        page.wait_for_timeout(500)
        x, y = page.evaluate(
            """(chart) => [...document.querySelectorAll(`[data-chart=${chart}] g.role-mark path`)]
                .map((bar) => bar.getBoundingClientRect()).sort((a, b) => b.height - a.height)
                .map((box) => [box.x + box.width / 2, box.y + box.height / 2])[0]""",
            chart,
        )
        page.mouse.click(x, y)
        if page.locator("#jobs[open]").is_visible():
            return
    raise AssertionError(f"no click on {chart} leads to jobs")


def test_the_page_carries_the_jobs_that_its_figures_count(data_dir: DataDir, simulated: Simulated) -> None:
    rows = read_report(data_dir("simulated")).rows("jobs")
    expected = _jobs(simulated, "(is_qpu or cost is not null or status = 'failed')")
    carried = {row["id"]: row["cost"] for row in rows if row["id"] in expected}
    assert set(carried) == set(expected)
    assert {row["total"] for row in rows} == {len(rows)}
    assert {key: cost and f"{cost:.6f}" for key, cost in carried.items()} == {
        key: cost and f"{cost:f}" for key, cost in expected.items()
    }


def test_a_click_on_a_bar_shows_its_jobs_and_the_address_does_too(
    opened: Open, simulated: Simulated, browser: Browser, data_dir: DataDir
) -> None:
    page = opened().page
    bars = page.locator("[data-chart=cost_over_time] g.role-mark path")
    bars.first.scroll_into_view_if_needed()
    bars.first.click()
    page.locator("#jobs[open]").wait_for()
    chosen = _selection(page)
    since, until = (date.fromisoformat(chosen[name]) for name in ("from", "until"))
    ended = "coalesce(completed_at, started_at, submitted_at)::date"
    where = f"(is_qpu or cost is not null) and {ended} >= $1 and {ended} < $2 and project_name = $3"
    expected = _jobs(simulated, where, since, until, chosen["series"])
    shown = _shown(page)
    assert expected
    assert set(shown) == set(expected)
    assert [expected[job] or 0 for job in shown] == sorted((cost or 0 for cost in expected.values()), reverse=True)
    total = sum(cost for cost in expected.values() if cost)
    assert f"{len(expected)} job" in page.locator("#jobs [data-total]").inner_text()
    assert f"${total:,.2f}" in page.locator("#jobs [data-total]").inner_text()
    assert page.locator("#jobs [data-note]").inner_text() == ""

    sent = open_page(browser, data_dir("simulated") / "report" / "index.html", fragment=page.url.partition("#")[2])
    assert _shown(sent.page) == shown
    sent.page.context.close()

    page.keyboard.press("Escape")
    assert page.evaluate(SHOWN) == []
    assert "#" not in page.url


def test_a_day_of_waits_and_a_row_of_a_table_lead_to_their_jobs(opened: Open, simulated: Simulated) -> None:
    page = opened().page
    page.select_option("select[name=period]", "30")
    _click_tallest(page, "waits_1")
    chosen = _selection(page)
    assert date.fromisoformat(chosen["until"]) - date.fromisoformat(chosen["from"]) == timedelta(days=1)
    where = "is_qpu and not is_in_session and submitted_at >= $1::date and submitted_at < $2::date and backend = $3"
    expected = _jobs(simulated, where, chosen["from"], chosen["until"], chosen["backend"])
    assert expected
    assert set(_shown(page)) == set(expected)
    page.keyboard.press("Escape")

    cell = page.locator("[data-chart=hours_1] g.role-mark path").first
    counted, wait = page.evaluate(
        "(cell) => [cell.__data__.datum.jobs_submitted, cell.__data__.datum.p50_seconds]", cell.element_handle()
    )
    cell.click(force=True)
    page.locator("#jobs[open]").wait_for()
    assert len(_shown(page)) == counted
    with simulated.connect() as connection:
        waits = "select median(queue_seconds) from fct_jobs where job_id in (select unnest($1))"
        assert connection.execute(waits, [_shown(page)]).fetchone() == (pytest.approx(wait, rel=1e-6),)
    page.keyboard.press("Escape")

    link = page.locator("#failures_table tbody tr:not([hidden]) a").first
    link.focus()
    page.keyboard.press("Enter")
    page.locator("#jobs[open]").wait_for()
    chosen = _selection(page)
    failed = _jobs(
        simulated, "status = 'failed' and failure_code = $1 and backend = $2", chosen["failure_code"], chosen["backend"]
    )
    assert set(failed) <= set(_shown(page))
    assert len(failed) > 0


def test_every_link_of_a_table_can_be_followed(opened: Open) -> None:
    page = opened().page
    links: list[str] = page.evaluate(
        """() => ['cost_months', 'cost_users', 'anomalies_table', 'reconciliation_open'].flatMap((table) =>
            [...document.querySelectorAll(`#${table} tbody a`)].slice(0, 3).map((link) => link.getAttribute('href')))"""
    )
    assert len(links) >= 9
    for address in links:
        page.evaluate("(address) => { location.hash = address }", address)
        page.locator("#jobs[open]").wait_for()
        assert "NaN" not in page.locator("#jobs").inner_text()
        page.keyboard.press("Escape")


@pytest.mark.prove
def test_names_stay_text_in_the_list(opened: Open) -> None:
    seen = opened("hostile")
    seen.page.evaluate("() => { location.hash = '#jobs?on=ended&from=2000-01-01&until=2100-01-01' }")
    seen.page.locator("#jobs[open]").wait_for()
    assert seen.page.evaluate(SHOWN)
    assert seen.page.locator("#jobs tbody :is(img, script, svg, b, a)").count() == 0
    assert seen.complaints == []


@pytest.mark.parametrize(
    "address", ["", "on=ended", "on=x&from=soon&until=never", "from=2026-01-01&until=2026-02-01&backend=%00"]
)
def test_an_address_that_says_nothing_shows_nothing(browser: Browser, data_dir: DataDir, address: str) -> None:
    page = open_page(browser, data_dir("simulated") / "report" / "index.html", fragment=f"jobs?{address}")
    assert page.page.evaluate(SHOWN) == []
    assert page.complaints == []
    page.page.context.close()


def test_where_there_are_more_the_page_says_so(
    browser: Browser, simulated: Simulated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window, "MOST_JOBS", 600)
    shutil.copyfile(simulated.data_dir / "warehouse.duckdb", tmp_path / "warehouse.duckdb")
    write_report(tmp_path)
    rows = read_report(tmp_path).rows("jobs")
    assert len(rows) == 600
    assert rows[0]["total"] > 600
    carried = {row["id"] for row in rows}
    assert set(_jobs(simulated, "status = 'failed'")) <= carried
    dearest = "cost is not null and completed_at is not null qualify row_number() over "
    dearest += "(partition by completed_at::date order by cost desc, job_id) = 1"
    assert set(_jobs(simulated, dearest)) <= carried

    page = open_page(
        browser, tmp_path / "report" / "index.html", fragment="jobs?on=ended&from=2026-05-01&until=2026-06-01"
    ).page
    note = page.locator("#jobs [data-note]").inner_text()
    assert "600 of" in note
    sql = note.partition('sql "')[2].removesuffix('"')
    with simulated.connect() as connection:
        found = connection.execute(sql).fetchall()
    assert len(found) >= len(page.evaluate(SHOWN)) > 0
    page.context.close()


def test_the_address_of_a_row() -> None:
    since, today = date(2025, 6, 1), date(2026, 6, 17)
    month = Drill(on="ended", since="month", span="month", fields={"project": "name"})
    assert month.address({"month": date(2026, 12, 1), "name": "a & b=c"}, since=since, today=today) == (
        "#jobs?on=ended&from=2026-12-01&until=2027-01-01&project=a+%26+b%3Dc"
    )
    whole = Drill(on="ended", fields={"failure_code": "code"})
    assert whole.address({"code": "x" * 99}, since=since, today=today).endswith(
        f"from=2025-06-01&until=2026-06-18&failure_code={'x' * 40}"
    )
