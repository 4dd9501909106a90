"""The pages under test, each written once whichever test process needs it first, and a browser to open them in."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from ionq_data.config import Account, Settings
from ionq_data.report import write_report
from tests.conftest import Simulated
from tests.report.browsing import ARGUMENTS, CHROMIUM, Opened, open_page
from tests.report.marts import Marts, World
from tests.report.reading import read_report
from tests.report.worlds import WORLDS, note_alerts

DataDir = Callable[[str], Path]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory, simulated: Simulated) -> DataDir:
    """Returns the data directory of a world by its name, with the report written; ``simulated`` is everybody's."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared

    def made(name: str) -> Path:
        folder = shared / f"report-{name}"
        with (shared / f"report-{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (folder / "report" / "index.html").exists():
                folder.mkdir(exist_ok=True)
                if name == "simulated":
                    shutil.copyfile(simulated.data_dir / "warehouse.duckdb", folder / "warehouse.duckdb")
                    note_alerts(Settings(data_dir=folder, lake=str(simulated.data_dir / "lake"), accounts=(Account(),)))
                else:
                    # In a thread: in this one, Playwright may keep an event loop running, and a sync needs its own.
                    with ThreadPoolExecutor(1) as apart:
                        apart.submit(WORLDS[name], folder).result()
                write_report(folder)
        return folder

    return made


@pytest.fixture(params=["simulated", "hostile", pytest.param("may", marks=pytest.mark.prove)], scope="module")
def world(request: pytest.FixtureRequest, data_dir: DataDir) -> Iterator[World]:
    folder = data_dir(request.param)
    marts = Marts(folder)
    yield read_report(folder), marts
    marts.connection.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM:
        pytest.skip("needs Chromium: install Debian's package 'chromium'")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, data_dir: DataDir) -> Iterator[Callable[..., Opened]]:
    """Opens the report of a world from disk, with the network off."""
    contexts = []

    def open_world(name: str = "simulated", **options: object) -> Opened:
        page = open_page(browser, data_dir(name) / "report" / "index.html", **options)
        contexts.append(page.page.context)
        return page

    yield open_world
    for context in contexts:
        context.close()
