"""The version, the changelog and the licence say the same wherever they are said."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata
from pathlib import Path

import ionq_data
from tests.releases.test_upgrade import LAKES

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
SEMANTIC = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?\Z")


def test_the_version_is_said_once() -> None:
    assert SEMANTIC.match(ionq_data.__version__)
    assert PROJECT.get("version", ionq_data.__version__) == ionq_data.__version__


def test_the_changelog_has_an_entry_for_each_release_and_one_for_what_is_to_come() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## \[?([^\]\s]+)", changelog, re.MULTILINE)
    assert headings[0] in ("Unreleased", ionq_data.__version__)
    assert all(SEMANTIC.match(heading) for heading in headings[1:])
    if headings[0] == "Unreleased" and len(headings) > 1:
        assert ionq_data.__version__ == headings[1]


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert metadata("ionq-data").get("License-Expression") in ("Apache-2.0", None)


def test_every_release_has_left_a_frozen_lake_and_a_guide() -> None:
    """The next release freezes its own: ``docs/upgrading.md`` says how."""
    guide = (ROOT / "docs" / "upgrading.md").read_text("utf-8")
    folders = {path.name for path in Path(__file__).parent.iterdir() if path.is_dir() and SEMANTIC.match(path.name)}
    assert folders == set(LAKES)
    for release in folders:
        assert f"## From {release}" in guide
        held = {path.name for path in (Path(__file__).parent / release).iterdir()}
        assert held == {"ionq-data.toml", "lake.tar.xz", "warehouse.duckdb.xz"}
