"""Open a report in Chromium as a reader would: from disk, without a network."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Opened:
    """A page, and what it complained of or asked for.

    ``loaded_seconds`` passed until it could be read, ``drawn_seconds`` until all of its charts were drawn.
    """

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    loaded_seconds: float = 0.0
    drawn_seconds: float = 0.0


def open_page(browser: Browser, path: Path, *, width: int = 1280, fragment: str = "", **options: Any) -> Opened:
    """Open a report and wait until its charts are drawn."""
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900}, **options)
    opened = Opened(context.new_page())
    page = opened.page
    page.on("console", lambda message: opened.complaints.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("request", lambda request: opened.requests.append(request.url))
    started = time.monotonic()
    page.goto(path.absolute().as_uri() + (f"#{fragment}" if fragment else ""))
    opened.loaded_seconds = time.monotonic() - started
    page.locator("html[data-drawn]").wait_for(state="attached", timeout=120_000)
    opened.drawn_seconds = time.monotonic() - started
    return opened


def seconds_of_work(browser: Browser, path: Path) -> float:
    """Return for how long the page's own thread works until all charts are drawn, waiting for other processes aside."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.absolute().as_uri())
    page.locator("html[data-drawn]").wait_for(state="attached", timeout=120_000)
    metrics = {metric["name"]: metric["value"] for metric in session.send("Performance.getMetrics")["metrics"]}
    context.close()
    return float(metrics["TaskDuration"])


def marks(page: Page) -> dict[str, int]:
    """Return how many marks each chart shows, axes and legends not counted; a visible chart without an SVG has 0."""
    found: dict[str, int] = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('[data-chart]')]
            .filter((plot) => !plot.hidden && !plot.closest('[hidden]'))
            .map((plot) => [plot.dataset.chart,
                [...plot.querySelectorAll('g.role-mark > path, g.role-mark > line, g.role-mark > text')]
                    .filter((mark) => mark.tagName !== 'path' || (mark.getAttribute('d') ?? '').length > 2).length]))"""
    )
    return found


def visible_rows(page: Page, table: str) -> list[list[str]]:
    """Return the texts of the rows of a table that can be seen, in their order."""
    rows: list[list[str]] = page.evaluate(
        """(id) => [...document.querySelectorAll(`#${id} tbody tr`)].filter((row) => row.offsetParent !== null)
            .map((row) => [...row.cells].map((cell) => cell.textContent))""",
        table,
    )
    return rows


def values(page: Page, table: str, column: str) -> list[str]:
    """Return the exact values of a column of the rows that can be seen."""
    found: list[str] = page.evaluate(
        """([id, title]) => {
            const table = document.querySelector(`#${id} table`);
            const at = [...table.tHead.rows[0].cells].findIndex((cell) => cell.textContent.trim() === title);
            return [...table.tBodies[0].rows].filter((row) => row.offsetParent !== null)
                .map((row) => row.cells[at].dataset.value);
        }""",
        [table, column],
    )
    return found
