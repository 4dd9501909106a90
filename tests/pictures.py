"""Make the pictures of the README: ``python -m tests.pictures [page]`` writes ``docs/pictures``.

The report is one made from the emulator, or the page that is named. The lineage is drawn from Dagster's asset graph:
the lake's resources, the marts that they go into, and what is published. The models between lake and marts are left
out, and what leads through them is drawn as one line.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import fmean
from typing import Any

import altair as alt
import vl_convert
from dagster import AssetKey
from playwright.sync_api import sync_playwright

from ionq_data.config import Settings
from ionq_data.report import write_report
from pipelines.graph import build_definitions
from tests.report.browsing import ARGUMENTS, CHROMIUM, open_page
from tests.report.worlds import make_year

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
_COLUMNS = {"lake": (170, "right"), "marts": (560, "left"), "published": (800, "left")}
_TITLES = {"lake": "Lake: the API's records", "marts": "Marts: the answers", "published": "What people open"}
_WIDTH, _HEIGHT = 940, 560
_INTERNAL = ("stg_", "int_", "_")

Nodes = dict[str, list[str]]
Edges = set[tuple[str, str]]


def lineage() -> tuple[Nodes, Edges]:
    """Return the nodes of each column from top to bottom, and the edges from one column to the next."""
    with tempfile.TemporaryDirectory() as scratch:
        graph = build_definitions(Settings(data_dir=Path(scratch))).resolve_asset_graph()
    parents = {key: graph.get(key).parent_keys for key in graph.get_all_asset_keys()}
    groups = {"lake": "lake", "warehouse": "marts", "publish": "published"}
    column = {key: groups[graph.get(key).group_name] for key in parents if not key.path[-1].startswith(_INTERNAL)}
    records = {key for key, place in column.items() if place == "lake"}
    marts = [key for key, place in column.items() if place == "marts"]
    edges = {(_name(origin), _name(key)) for key in marts for origin in _origins(key, parents, records)}
    nodes = {place: sorted(_name(key) for key in column if column[key] == place) for place in _COLUMNS}
    nodes["lake"] = [name for name in nodes["lake"] if any(name == origin for origin, _ in edges)]
    nodes["marts"].sort(key=lambda mart: fmean(nodes["lake"].index(origin) for origin, to in edges if to == mart))
    return nodes, edges


def _name(key: AssetKey) -> str:
    return key.path[-1]


def _origins(key: AssetKey, parents: Mapping[AssetKey, Iterable[AssetKey]], records: set[AssetKey]) -> set[AssetKey]:
    """Return the records that an asset is made of; the ledger is about all of them, and tells nothing here."""
    found: set[AssetKey] = set()
    for parent in parents.get(key, ()):
        if parent in records:
            found.add(parent)
        elif not _name(parent).startswith("_"):
            found |= _origins(parent, parents, records)
    return found


def draw(nodes: Nodes, edges: Edges) -> str:
    """Return the lineage as SVG."""
    at = {
        name: (_COLUMNS[place][0], 40 + (_HEIGHT - 60) * (row + 0.5) / len(names))
        for place, names in nodes.items()
        for row, name in enumerate(names)
    }
    middle = {"x": _COLUMNS["marts"][0] + 190, "y": _HEIGHT / 2}
    ends = [
        *({"of": a, "x": at[a][0] + 6, "y": at[a][1], "x2": at[b][0] - 6, "y2": at[b][1]} for a, b in sorted(edges)),
        # whatever is published is made of all marts
        *({"of": "", **middle, "x2": at[name][0] - 6, "y2": at[name][1]} for name in nodes["published"]),
    ]
    texts = [{"name": name, "x": x, "y": y, "column": _column(nodes, name)} for name, (x, y) in at.items()]
    titles = [{"name": _TITLES[place], "x": x, "y": 14, "column": place} for place, (x, _) in _COLUMNS.items()]
    x, y = (alt.X("x:Q", scale=alt.Scale(domain=[0, _WIDTH]), axis=None), alt.Y("y:Q", axis=None))
    y.scale = alt.Scale(domain=[_HEIGHT, 0])
    lines = alt.Chart(alt.Data(values=ends)).mark_rule(opacity=0.55).encode(
        x, y, x2="x2:Q", y2="y2:Q", color=alt.Color("of:N", legend=None, scale=alt.Scale(scheme="tableau10"))
    )  # fmt: skip
    words = [
        alt.Chart(alt.Data(values=[row for row in rows if row["column"] == place]))
        .mark_text(align=align, fontSize=size, fontWeight=weight)
        .encode(x, y, text="name:N")
        for rows, size, weight in ((texts, 12, "normal"), (titles, 14, "bold"))
        for place, (_, align) in _COLUMNS.items()
    ]
    chart = alt.layer(lines, *words).properties(width=_WIDTH, height=_HEIGHT, background="white")
    specification: dict[str, Any] = chart.configure_view(stroke=None).to_dict()
    return str(vl_convert.vegalite_to_svg(specification))


def _column(nodes: Nodes, name: str) -> str:
    return next(place for place, names in nodes.items() if name in names)


def take_report(page: Path, picture: Path) -> None:
    """Write a picture of the report's beginning."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        view = open_page(browser, page, width=1240, device_scale_factor=0.8).page
        view.evaluate("document.querySelector('#filters').open = false")
        bottom = view.evaluate("document.querySelector('#cost_over_time').getBoundingClientRect().bottom")
        clip = {"x": 0, "y": 0, "width": 1240, "height": bottom + 20}
        view.screenshot(path=str(picture), clip=clip, full_page=True)
        browser.close()


def main(arguments: list[str]) -> None:
    """Write the pictures, and say how large they are."""
    if CHROMIUM is None:
        sys.exit("This needs Chromium: install Debian's package 'chromium'.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "lineage.svg").write_text(draw(*lineage()), encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        if not arguments:
            make_year(Path(scratch))
        page = Path(arguments[0]) if arguments else write_report(Path(scratch))
        take_report(page, FOLDER / "report.png")
    for picture in sorted(FOLDER.iterdir()):
        sys.stdout.write(f"{picture}: {picture.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main(sys.argv[1:])
