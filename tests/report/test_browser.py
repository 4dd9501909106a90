"""The page in a browser, from disk and without a network: drawn, quiet, filtered, sorted, and quick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.report.browsing import Opened, marks, seconds_of_work, values, visible_rows
from tests.report.conftest import DataDir
from tests.report.reading import read_report

pytestmark = pytest.mark.slow

Open = Callable[..., Opened]


@pytest.mark.parametrize(
    "world",
    [
        "simulated",
        "hostile",
        "empty",
        "one_job",
        "simulator_only",
        "typed",
        pytest.param("may", marks=pytest.mark.prove),
    ],
)
def test_draws_every_chart_and_complains_of_nothing(opened: Open, world: str) -> None:
    report = opened(world)
    assert report.complaints == []
    assert [url for url in report.requests if not url.startswith(("file:", "data:"))] == []
    drawn = marks(report.page)
    assert all(drawn.values()), drawn
    if world == "simulated":
        assert len(drawn) >= 25
    said = report.page.locator("figure .empty:visible, .tabular .empty:visible").all_inner_texts()
    assert all(len(sentence) > 10 for sentence in said)
    assert said or world not in ("empty", "one_job", "simulator_only")


@pytest.mark.parametrize("world", ["simulated", "hostile"])
def test_reads_the_rows_that_were_embedded(opened: Open, data_dir: DataDir, world: str) -> None:
    read = read_report(data_dir(world))
    script = (files("ionq_data.report") / "assets" / "data.js").read_text()
    names = list(read.data["datasets"])
    found = opened(world).page.evaluate(f"(names) => {{ {script}\n return names.map(rowsOf); }}", names)
    for name, shown in zip(names, found, strict=True):
        assert [list(row.values()) for row in shown] == [
            [_milliseconds(value, seen) for value, seen in zip(row.values(), there.values(), strict=True)]
            for row, there in zip(read.rows(name), shown, strict=True)
        ]


def _milliseconds(value: Any, seen: Any) -> Any:
    """Return an embedded time as the page's script holds it; anything else as it is."""
    if not isinstance(value, str) or isinstance(seen, str):
        return value
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000


def test_opens_within_two_seconds(opened: Open) -> None:
    report = opened("simulated")
    # What the browser itself measured: the machine may be busy with other tests while ours wait for an answer.
    assert report.page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive") < 2000


def test_draws_all_charts_in_two_seconds_of_work(browser: Browser, data_dir: DataDir) -> None:
    assert 0.1 < seconds_of_work(browser, data_dir("simulated") / "report" / "index.html") < 2


def test_nothing_is_wider_than_a_phone(opened: Open) -> None:
    for world in ("simulated", "hostile"):
        page = opened(world, width=390, is_mobile=True, has_touch=True).page
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_project_filter_acts_on_charts_and_tables(opened: Open) -> None:
    page = opened().page
    before = marks(page)
    project = page.locator("select[name=project] option").nth(1).inner_text()
    page.locator("select[name=project]").select_option(project)
    page.locator("#cost_months tbody tr:visible").first.wait_for()
    assert set(values(page, "cost_months", "Project")) == {project}
    _until(page, "cost_over_time", lambda count: count < before["cost_over_time"])
    assert marks(page)["fidelity_2q"] == before["fidelity_2q"]
    page.locator("#controls button[type=reset]").click()
    _until(page, "cost_over_time", lambda count: count == before["cost_over_time"])


def test_the_backend_filter_hides_what_shows_another(opened: Open) -> None:
    page = opened().page
    backend = page.locator("select[name=backend] option").nth(2).inner_text()
    page.locator("select[name=backend]").select_option(backend)
    page.locator("figure[data-backend]:visible").first.wait_for()
    shown = page.locator("figure[data-backend]:visible").evaluate_all("(all) => all.map((one) => one.dataset.backend)")
    assert set(shown) == {backend}
    assert set(values(page, "fidelity_now", "Backend")) == {backend}


def test_the_period_filter_changes_grain_and_says_so(opened: Open) -> None:
    page = opened().page
    assert ", per month" in page.locator("#cost_over_time .meta").inner_text()
    whole = len(visible_rows(page, "cost_months"))
    page.locator("select[name=period]").select_option("30")
    page.locator("#cost_over_time [data-grain]", has_text="per day").wait_for()
    oldest = min(values(page, "cost_months", "Month"))
    assert oldest >= "2026-05-01"
    assert whole
    assert ", per day" in page.locator("#waits_1 .meta").inner_text()


def test_a_currency_is_never_added_to_another(opened: Open) -> None:
    page = opened("hostile").page
    assert page.locator("select[name=currency] option").all_inner_texts() == ["USD", "CREDIT"]
    assert all("CREDIT" not in " ".join(row) for row in visible_rows(page, "cost_months"))
    page.locator("select[name=currency]").select_option("CREDIT")
    page.locator("#cost_over_time [data-shows=currency]", has_text="CREDIT").wait_for()
    rows = visible_rows(page, "cost_months")
    assert rows
    assert all("CREDIT" in " ".join(row) for row in rows)


def test_columns_sort_by_value_from_the_keyboard(opened: Open) -> None:
    page = opened().page
    page.locator("#cost_months .more button").click()
    heading = page.locator("#cost_months th", has_text="Cost")
    heading.locator("button").focus()
    for order, reverse in (("descending", True), ("ascending", False)):
        page.keyboard.press("Enter")
        assert heading.get_attribute("aria-sort") == order
        costs = [float(value) for value in values(page, "cost_months", "Cost")]
        assert costs == sorted(costs, reverse=reverse)
    assert len(set(costs)) > 5


def test_every_table_sorts_by_every_column(opened: Open) -> None:
    page = opened().page
    for more in page.locator(".tabular .more button:visible").all():
        more.click()
    wrong = page.evaluate(
        """() => [...document.querySelectorAll("table[data-mart]")].flatMap((table) =>
            [...table.tHead.rows[0].cells].flatMap((heading) => [0, 1].map(() => {
                heading.querySelector("button").click();
                const isNumber = heading.classList.contains("number");
                const values = [...table.tBodies[0].rows].map((row) => row.cells[heading.cellIndex].dataset.value);
                const known = values.filter((value) => value !== "");
                const sign = heading.ariaSort === "ascending" ? 1 : -1;
                const inOrder = known.every((value, n) => n === 0 || sign * (isNumber
                    ? Number(known[n - 1]) - Number(value)
                    : known[n - 1].localeCompare(value, "en", {numeric: true})) <= 0);
                const missingLast = values.slice(known.length).every((value) => value === "");
                return inOrder && missingLast ? null : `${table.closest(".block").id}: ${heading.textContent}`;
            })).filter(Boolean))"""
    )
    assert wrong == []
    assert page.locator("table[data-mart]").count() >= 12


def test_names_sort_as_text_and_what_is_missing_comes_last(opened: Open) -> None:
    page = opened().page
    page.locator("#budgets .more button").evaluate("(button) => button.click()")
    page.locator("#budgets th", has_text="Project").locator("button").click()
    names = values(page, "budgets", "Project")
    assert names == sorted(names, key=str.casefold)
    page.locator("#fidelity_now .more button").click()
    page.locator("#fidelity_now th", has_text="90 days ago").locator("button").click()
    ago = values(page, "fidelity_now", "90 days ago")
    assert "" not in ago[: len(ago) - ago.count("")]


def test_tables_show_the_first_rows_until_asked(opened: Open) -> None:
    page = opened().page
    assert len(visible_rows(page, "cost_months")) == 10
    page.locator("#cost_months .more button").click()
    rows = len(visible_rows(page, "cost_months"))
    assert rows > 10
    assert page.locator("#cost_months .count").inner_text().startswith(f"{rows} of {rows} rows")


def test_hostile_names_stay_text_in_charts_and_tooltips(opened: Open) -> None:
    report = opened("hostile")
    legend = report.page.locator("#cost_over_time svg text").all_text_contents()
    assert any(text.startswith("<script>alert") for text in legend)
    tooltips = []
    for bar in report.page.locator("#cost_by_user g.role-mark > path").all():
        if not (bar.bounding_box() or {}).get("width"):
            continue  # the bar of a user who cost nothing
        bar.hover(force=True)
        tooltips.append(report.page.locator("#vg-tooltip-element.visible").inner_text())
    assert any("<img src=x onerror=alert(1)>" in text for text in tooltips)
    assert report.page.locator("#vg-tooltip-element img, svg script, svg a").count() == 0
    assert report.complaints == []


def test_every_chart_says_what_unit_period_and_source(opened: Open) -> None:
    figures = opened("hostile").page.locator("main figure").all()
    assert len(figures) > 25
    for figure in figures:
        assert len(figure.locator(".what").inner_text()) > 20
        meta = figure.locator(".meta").inner_text()
        assert all(word in meta for word in ("Unit: ", "Period: ", "Source: ")), meta
        assert figure.locator(".meta code").count() >= 1


def test_a_click_on_the_legend_singles_out_a_series(opened: Open) -> None:
    page = opened().page
    page.locator("#fidelity_2q g.role-legend-symbol > path").first.click(force=True)
    lines = page.locator("#fidelity_2q g.mark-line > path")
    page.wait_for_timeout(300)
    opacities = lines.evaluate_all("(all) => all.map((line) => Number(line.getAttribute('opacity') ?? 1))")
    assert sorted(opacities)[-1] == 1
    assert sum(opacity < 0.5 for opacity in opacities) == len(opacities) - 1


def test_the_wheel_zooms_only_with_a_key_held(opened: Open) -> None:
    page = opened().page
    plot = page.locator("#fidelity_2q .plot")
    plot.scroll_into_view_if_needed()

    def months() -> list[str]:
        return page.locator("#fidelity_2q g.role-axis-label").first.locator("text").all_text_contents()

    before = months()
    plot.hover()
    page.mouse.wheel(0, 1)
    page.wait_for_timeout(300)
    assert months() == before
    plot.hover()
    page.keyboard.down("Control")
    page.mouse.wheel(0, -400)
    page.keyboard.up("Control")
    page.wait_for_timeout(500)
    assert months() != before


def test_paper_is_light_as_wide_as_the_sheet_and_has_no_controls(opened: Open) -> None:
    page = opened("simulated", width=1280, color_scheme="dark").page
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 in CSS pixels
    assert not page.locator(".bar:visible, #theme:visible, .more button:visible").count()
    assert page.locator("details.further[open]").count() == page.locator("details.further").count()
    background = page.evaluate("getComputedStyle(document.querySelector('.card')).backgroundColor")
    assert background == "rgb(255, 255, 255)"
    wide = page.evaluate(
        """() => [...document.querySelectorAll("main table, main svg")]
            .map((one) => [one.closest("[id]").id, one.getBoundingClientRect().right])
            .filter(([, right]) => right > innerWidth)"""
    )
    assert wide == []
    drawn = marks(page)
    assert all(drawn.values()), drawn


def test_the_theme_follows_the_system_and_the_switch(opened: Open) -> None:
    page = opened("empty", color_scheme="dark").page

    def background() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    dark = background()
    page.locator("#theme").click()
    assert page.locator("html").get_attribute("data-theme") == "light"
    assert background() != dark
    page.locator("#theme").click()
    assert background() == dark


def _until(page: Page, chart: str, is_right: Callable[[int], bool]) -> None:
    for _ in range(100):
        if is_right(marks(page)[chart]):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"{chart} still has {marks(page)[chart]} marks")
