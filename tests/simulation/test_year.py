"""A year in service ends with the lake and the warehouse as the API's truth, whatever went wrong in it."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ionq_data.lake import Lake
from ionq_data.lake.verification import verify
from ionq_data.warehouse import build, publish
from ionq_data.warehouse.layout import WAREHOUSE_FILE
from tests.simulation.knowledge import differing_marts
from tests.simulation.troubles import TROUBLES, live
from tests.simulation.truth import differences, wrong_marts
from tests.simulation.year import Year
from tests.sql.comparing import differing_tables
from tests.sync.truth import current

RELEASE = Path(__file__).parents[1] / "releases" / "0.1.0" / "lake.tar.xz"
MONTH = {"days": 30, "stretches": 3, "longest": 1, "jobs": 20}


def begin(seed: int, folder: Path, **size: int) -> tuple[Year, dict[str, set[str]]]:
    """Return a year that begins with an empty lake, or each third one with the last release's."""
    folder.mkdir()
    year = Year(seed, folder, **size)
    held: dict[str, set[str]] = {"sessions": set(), "characterizations": set()}
    if seed % 3 == 0:
        with tarfile.open(RELEASE) as archive:
            archive.extractall(folder, filter="data")
        Lake(folder / "lake").ensure(["default"])
        held = {name: set(current(Lake(folder / "lake"), name)) for name in held}
    return year, held


def prove(year: Year, held: dict[str, set[str]], *, before_the_end: Callable[[], object] = lambda: None) -> None:
    with year.own_chance():
        live(year)
    before_the_end()
    with year.own_chance():
        year.finish()
    assert {trouble.name for trouble in TROUBLES} <= {line.partition("trouble: ")[2] for line in year.log}
    assert not (wrong := list(differences(year, held))), wrong
    assert (report := verify(year.lake)).is_sound, report.findings


@pytest.mark.parametrize("seed", [3, pytest.param(1, marks=pytest.mark.prove)])
def test_a_month_ends_as_the_truth(tmp_path: Path, seed: int) -> None:
    prove(*begin(seed, tmp_path / "year", **MONTH))


@pytest.mark.prove
def test_a_seed_replays(tmp_path: Path) -> None:
    digests = []
    for name in ("once", "again"):
        year, _ = begin(2, tmp_path / name, **MONTH)
        with year.own_chance():
            live(year)
            year.finish()
        digests.append(year.digest)
    assert digests[0] == digests[1]


@pytest.mark.prove
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100))
def test_a_year_ends_as_the_truth(tmp_path: Path, seed: int) -> None:
    year, held = begin(seed, tmp_path / "year")
    # a warehouse is published before the last syncs, so that the build after them is an incremental one
    prove(year, held, before_the_end=lambda: publish_warehouse(year, year.folder))
    year.emulator.clock.set(year.now)
    publish_warehouse(year, year.folder)
    assert not (wrong := list(wrong_marts(year, year.folder / WAREHOUSE_FILE))), wrong
    if seed % 3:  # the last release's lake is of another organization, which no API shows
        assert not (words := list(differing_marts(year, year.folder / WAREHOUSE_FILE))), "\n".join(words)
    fresh = year.folder / "fresh"
    publish_warehouse(year, fresh)
    assert not differing_tables(year.folder / WAREHOUSE_FILE, fresh / WAREHOUSE_FILE)


def publish_warehouse(year: Year, folder: Path) -> None:
    assert build(folder, lake_dir=year.settings.lake_dir).passed
    publish(folder)
