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
"""A placeholder for the currency that the page shows; a filter sets it."""


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One headline number.

    Attributes:
        name: identifies it on the page.
        value: the exact value from the mart; None if there is none.
        kind: how the value is formatted.
        unit: the currency of money.
        note: the sentence below it: its period, and what it is compared with.
        mart: the mart that it comes from.
        text: the text to show instead of the formatted value, such as a backend's name.
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
    """One column of a table: the key in its rows, the heading, and the format of its values."""

    key: str
    title: str
    kind: Kind = "text"
    unit_key: str = ""
    """The key that holds the row's currency, or the unit of its metric."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that readers can sort.

    Attributes:
        what: a description of its rows, their unit and period.
        filters: the key in its rows that a filter of the page acts on.
        wide: whether it takes the page's full width.
        empty: the text to show when it has no rows.
        shown: the number of rows before the reader asks for all.
        jobs: the selection of jobs behind a row.
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
        mart: the mart that the rows come from.
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
    """The rows that a chart takes from a data set.

    Attributes:
        dataset: the name of the data set, and of the source within the chart.
        where: the values that columns must have.
        has_grains: whether it has rows per day and per week; the period decides which of them are drawn.
        bucket: sum ``bucket["sum"]`` by ``bucket["by"]`` per day, week or month, depending on the period.
    """

    dataset: str
    where: Mapping[str, str] = field(default_factory=dict)
    has_grains: bool = False
    bucket: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, kw_only=True)
class Chart:
    """A Vega-Lite chart over data sets of the page.

    Attributes:
        what: what it shows, with unit and period; screen readers read this text, too.
        spec: the chart, which names its data but does not hold them.
        sources: the data that it names.
        period: the time that it covers, unless the page's filter sets it.
        backend: the backend of a chart for one backend; the filter hides the charts of others.
        empty: the text to show if there is nothing to draw; None if there is something.
        wide: whether it takes the page's full width.
        jobs: the selection of jobs behind a mark.
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
    """A problem that needs attention, with its reason in words.

    Attributes:
        since: when it was first noticed (UTC).
        mart: the mart that shows it; ``link`` is the block of the page that shows it, or empty.
    """

    severity: Literal["failure", "warning"]
    title: str
    reason: str
    since: datetime
    mart: str = ""
    link: str = ""


@dataclass(frozen=True, kw_only=True)
class Calculator:
    """A form that says where to run a circuit; its script calculates with the facts in ``backends``."""

    backends: Sequence[Row]


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter of the page.

    Attributes:
        calculator: the form, if the chapter consists of one.
        alerts: the open alerts; None if the chapter has no place for alerts.
        no_alerts: the text to show if there are none.
    """

    name: str
    title: str
    lead: str
    figures: Sequence[Figure] = ()
    alerts: Sequence[Alert] | None = None
    no_alerts: str = ""
    blocks: Sequence[Chart | Table] = ()
    calculator: Calculator | None = None
