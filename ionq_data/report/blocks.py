"""The blocks of a page: sections of cards, charts and tables, as plain data without any HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ionq_data.report.drill import Drill

Row = Mapping[str, Any]
Kind = Literal[
    "text",
    "code",
    "money",
    "count",
    "seconds",
    "percent",
    "fidelity",
    "metric",
    "change",
    "slope",
    "time",
    "date",
    "month",
    "number",
]
Filter = Literal["organization", "currency", "project", "backend", "period"]
MONEY_UNIT = "money"
"""Stands for the currency that the page shows, which its filter sets."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One headline number.

    Attributes:
        name: identifies it on the page.
        value: the exact value as the mart has it; None if there is none.
        kind: how the value is written out.
        unit: the currency of money.
        note: the sentence below it: over what, compared with what.
        mart: where it is from.
        text: what is shown instead of the formatted value, such as a backend's name.
    """

    name: str
    label: str
    value: Any
    kind: Kind
    mart: str
    note: str = ""
    unit: str = ""
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table: the key in its rows, the heading, and how values are written out."""

    key: str
    title: str
    kind: Kind = "text"
    unit_key: str = ""
    """The key that holds the row's currency, or the unit of its metric."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that sorts.

    Attributes:
        what: what its rows are, their unit and period.
        filters: the key in its rows that a filter of the page acts on.
        wide: whether it takes the page's full width.
        empty: what to say when it has no row.
        shown: rows shown before all are asked for.
        jobs: how a row leads to the jobs behind it.
    """

    name: str
    title: str
    what: str
    mart: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    empty: str
    filters: Mapping[Filter, str] = field(default_factory=dict)
    shown: int = 10
    wide: bool = True
    jobs: Drill | None = None


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Rows that charts share, in columns; embedded once.

    Attributes:
        mart: where the rows are from.
        filters: the column that a filter of the page acts on. A date or the last date of a week or month.
    """

    name: str
    mart: str
    columns: Mapping[str, Sequence[Any]]
    filters: Mapping[Filter, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))


@dataclass(frozen=True, kw_only=True)
class Source:
    """How a chart takes its rows from a data set.

    Attributes:
        dataset: the name of the data set, and of the source within the chart.
        where: values that columns must have.
        has_grains: its rows are given per day and per week; the period decides which are drawn.
        bucket: sum ``bucket["sum"]`` by ``bucket["by"]`` per day, week or month, as the period calls for.
    """

    dataset: str
    where: Mapping[str, str] = field(default_factory=dict)
    has_grains: bool = False
    bucket: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Vega-Lite chart over data sets of the page.

    Attributes:
        what: what it shows, in which unit and over which period; also what a screen reader is told.
        spec: the chart without its data, which it names.
        sources: the data it names.
        period: the time it covers, where the page's filter does not set it.
        backend: the only backend it shows, if it does: the filter hides the others.
        empty: what to say when there is nothing to draw; None when there is.
        wide: whether it takes the page's full width.
        jobs: how a mark leads to the jobs behind it.
    """

    name: str
    title: str
    what: str
    unit: str
    marts: Sequence[str]
    spec: Mapping[str, Any]
    sources: Sequence[Source]
    period: str = ""
    backend: str = ""
    empty: str | None = None
    wide: bool = False
    jobs: Drill | None = None


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A problem that somebody should look at, with its reason in words.

    Attributes:
        since: when it was first noticed (UTC).
        mart: what it was found in, and ``link`` the block of the page that shows it; empty where none does.
    """

    severity: Literal["failure", "warning"]
    title: str
    reason: str
    since: datetime
    mart: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Calculator:
    """A form that says where to run a circuit; ``backends`` are the facts that its script reckons with."""

    backends: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter of the page.

    Attributes:
        calculator: the form that the chapter consists of, if it does.
        alerts: what is open; None if the chapter has no place for alerts.
        no_alerts: what to say where none is.
    """

    name: str
    title: str
    lead: str
    figures: Sequence[Figure] = ()
    alerts: Sequence[Alert] | None = None
    no_alerts: str = ""
    blocks: Sequence[Chart | Table] = ()
    calculator: Calculator | None = None
