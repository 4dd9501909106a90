"""Write the report: one HTML file that needs no other files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import jinja2

from ionq_data import __version__, warehouse
from ionq_data.report import formats, text
from ionq_data.report.blocks import MONEY_UNIT, Chart, Dataset, Section
from ionq_data.report.charts import theme
from ionq_data.report.datasets import load_datasets
from ionq_data.report.embedding import embedded, packed
from ionq_data.report.files import write_atomically
from ionq_data.report.nothing import say_what_is_missing
from ionq_data.report.scripts import asset, policy, scripts
from ionq_data.report.sections.cost import cost
from ionq_data.report.sections.data_quality import data_quality
from ionq_data.report.sections.fidelity import fidelity
from ionq_data.report.sections.glance import glance
from ionq_data.report.sections.queue import queue
from ionq_data.report.sections.where import where
from ionq_data.report.window import Window, open_window

MOST_ALERTS = 6
"""The number of alerts that the page shows at first; a click shows the others."""


def write_report(data_dir: Path) -> Path:
    """Write ``report/index.html`` from the published warehouse, replace the old one, and return its path.

    Raises:
        NoWarehouse: nothing is published yet.
    """
    with warehouse.connect(data_dir) as connection:
        window = open_window(connection)
        datasets = load_datasets(connection)
        sections = [
            glance(connection, window, data_dir),
            cost(connection, window, datasets),
            fidelity(connection, window, datasets),
            queue(connection, window, datasets),
            where(connection),
            data_quality(connection),
        ]
    page = _render(sections, window, datasets, published=warehouse.published_at(data_dir))
    return write_atomically(data_dir / "report" / "index.html", page.encode())


def _render(sections: Sequence[Section], window: Window, datasets: Mapping[str, Dataset], **facts: Any) -> str:
    sections = [
        replace(section, blocks=[say_what_is_missing(block, datasets) for block in section.blocks])
        for section in sections
    ]
    charts = [block for section in sections for block in section.blocks if isinstance(block, Chart) and not block.empty]
    used = {source.dataset for chart in charts for source in chart.sources} | {"jobs"}
    currencies = _by_cost(datasets["cost_daily"], "currency")
    organizations = _by_cost(datasets["cost_daily"], "organization")
    data = embedded(
        {
            "today": window.today.isoformat(),
            "since": window.since.isoformat(),
            "as_of": f"{window.as_of.isoformat()}Z" if window.as_of else None,
            "config": theme.CONFIG,
            "datasets": {name: packed(dataset) for name, dataset in datasets.items() if name in used},
            "charts": {chart.name: _drawing(chart) for chart in charts},
            "plan": next(section.calculator.backends for section in sections if section.calculator),
        }
    )
    controls = _controls(window, datasets, currencies, organizations)
    return _template().render(
        **facts,
        sections=sections,
        window=window,
        version=__version__,
        organizations=organizations,
        currency=currencies[0] if currencies else "USD",
        money_unit=MONEY_UNIT,
        most_alerts=MOST_ALERTS,
        period=f"{window.since:%b %Y} – {window.today:%b %Y}",
        controls=controls,
        filter_names=[control["name"] for control in controls] + ["period"],
        datasets=datasets,
        style=asset("style.css"),
        data=data,
        scripts=scripts(),
        policy=policy(scripts()),
    )


def _drawing(chart: Chart) -> dict[str, Any]:
    sources = [
        {
            "dataset": source.dataset,
            "where": dict(source.where),
            "grains": source.has_grains,
            "bucket": source.bucket,
        }
        for source in chart.sources
    ]
    return {"spec": chart.spec, "sources": sources, "jobs": asdict(chart.jobs) if chart.jobs else None}


def _by_cost(dataset: Dataset, key: str) -> list[str]:
    """Return the values of a column by their costs, the highest first."""
    totals: dict[str, Any] = {}
    for name, amount in zip(dataset.columns[key], dataset.columns["cost"], strict=True):
        totals[name] = totals.get(name, 0) + amount
    return sorted(totals, key=lambda name: (-totals[name], name))


def _controls(
    window: Window, datasets: Mapping[str, Dataset], currencies: Sequence[str], organizations: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the filters that offer a choice; two currencies are never shown as one."""
    projects = sorted(set(datasets["cost_daily"].columns["project"]) - set(window.projects))
    named = [name for name in window.projects if name in set(datasets["cost_daily"].columns["project"])]
    controls = [
        {"name": "organization", "title": "Organization", "all": "All organizations", "options": organizations},
        {"name": "currency", "title": "Currency", "all": "", "options": currencies},
        {"name": "project", "title": "Project", "all": "All projects", "options": [*named, *projects]},
        {"name": "backend", "title": "Backend", "all": "All QPUs", "options": window.backends},
    ]
    return [control for control in controls if len(control["options"]) > 1]


def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(asset),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "written": formats.written,
        "sortable": formats.sortable,
        "shown": text.shown,
        "truncated": lambda value: text.shown(value, 500),
    }
    return environment.get_template("page.html.j2")
