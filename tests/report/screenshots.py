"""Take pictures of a report to look at: ``python -m tests.report.screenshots [page] [folder]``.

Without a page, one is made from the emulator. The pictures are of a desk (1280), a phone (390), dark, and paper.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from ionq_data.report import write_report
from tests.report.browsing import ARGUMENTS, CHROMIUM, open_page
from tests.report.worlds import make_year

_VIEWS = {
    "1280": {"width": 1280},
    "390": {"width": 390, "is_mobile": True, "has_touch": True},
    "dark": {"width": 1280, "color_scheme": "dark"},
}
_ON_PAPER = 794
"""The width of A4 in CSS pixels."""


def take(page: Path, folder: Path) -> list[Path]:
    """Write the pictures to a folder and return them."""
    if CHROMIUM is None:
        sys.exit("This needs Chromium: install Debian's package 'chromium'.")
    folder.mkdir(parents=True, exist_ok=True)
    taken = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, options in _VIEWS.items():
            view = open_page(browser, page, **options).page
            taken.append(folder / f"{name}-top.png")
            view.screenshot(path=str(taken[-1]))
            view.evaluate("document.querySelector('.bar').style.position = 'static'")
            for section in view.locator("main > section").all():
                taken.append(folder / f"{name}-{section.get_attribute('id')}.png")
                section.screenshot(path=str(taken[-1]))
        paper = open_page(browser, page, width=_ON_PAPER).page
        taken.append(folder / "print.pdf")
        paper.pdf(path=str(taken[-1]), prefer_css_page_size=True)
        browser.close()
    return taken


def main(arguments: list[str]) -> None:
    """Take the pictures and say where they are."""
    with tempfile.TemporaryDirectory() as scratch:
        if arguments:
            page = Path(arguments[0])
        else:
            make_year(Path(scratch))
            page = write_report(Path(scratch))
        for picture in take(page, Path(arguments[1] if len(arguments) > 1 else ".cache/screenshots")):
            sys.stdout.write(f"{picture}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
