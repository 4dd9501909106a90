"""What the README and the other pages promise is there: links, pictures, commands, and code that runs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import polars as pl
import pytest

from ionq_data.cli import COMMANDS
from tests.conftest import Simulated

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 200_000
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as they are made on GitHub."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        name, _, anchor = link.partition("#")
        if "://" in name:
            assert name.startswith("https://"), link
            continue
        target = (page.parent / name).resolve() if name else page
        assert target.is_relative_to(ROOT), link
        assert target.exists(), link
        assert not anchor or anchor in _anchors(target), link


def test_the_pictures_are_shown_and_small() -> None:
    shown = {ROOT / link for link in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)}
    assert shown == set(PICTURES.iterdir())
    for picture in shown:
        assert 1_000 < picture.stat().st_size < MOST_BYTES, picture


def test_the_first_screen_says_what_to_type() -> None:
    first = README.splitlines()[:22]
    assert "$ make demo" in "\n".join(first)
    assert "$ make test" in "\n".join(first)
    assert any(line.startswith("![") for line in first)


def test_every_command_exists() -> None:
    named = set(re.findall(r"ionq-data ([a-z]+)", README)) - {"demo"}
    assert named <= set(COMMANDS), named - set(COMMANDS)
    assert {"doctor", "sync", "show", "report", "sql", "mcp", "export", "emulator"} <= named
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) - {"sure"} <= targets


def test_the_example_runs(simulated: Simulated, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "data").symlink_to(simulated.data_dir)
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.+?)```", README, re.DOTALL)
    *before, last = code.strip().splitlines()
    names: dict[str, object] = {}
    exec("\n".join(before), names)
    found = eval(last, names)
    assert isinstance(found, pl.DataFrame)
    assert set(found["status"]) <= {"ready"}


def test_no_page_names_a_place_that_only_one_machine_has() -> None:
    tracked = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in tracked.split():
        assert not re.search(r"/(?:home|Users|root)/", (ROOT / name).read_text(encoding="utf-8")), name
