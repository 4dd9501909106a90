"""Write docs/benchmarks.md from the results of the benchmarks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.results import Row, Section, Series, Table

_OPENING = """\
# Benchmarks

`make bench` measures everything on this page again. `make bench ARGS="--scale quick"` takes a tenth of the time, at a
tenth of the sizes; `ARGS="--only pages"` measures one part. Each program runs in its own process. Compared programs run
in turn. The emulator runs in another process on the same machine, so it shares the cores. Figures are medians; peak
memory is the greatest resident set of any one process. Organizations of every size submit a million jobs a year, so the
larger ones have a longer history.
"""


def render(
    sections: Mapping[str, Section], *, machine: Mapping[str, str], versions: Mapping[str, str], runs: int
) -> str:
    """Return the page as Markdown."""
    facts = ", ".join(f"{name} {value}" for name, value in machine.items())
    packages = ", ".join(f"{name} {value}" for name, value in versions.items())
    parts = [
        _OPENING,
        f"Machine: {facts}; {runs} runs of each. Versions: {packages}.\n",
        "## Targets\n",
        _table(
            ("what", "target", "figure", "met", "if not: why, and the next step"),
            [_row(row) for section in sections.values() for row in section.rows],
        ),
        "## Growth\n",
        "The slope of time or memory against jobs on logarithmic axes: 1 is proportional growth, 0 is no growth.\n",
        _table(
            ("what", "figures by number of jobs", "slope", "at most", "met", "if not: why, and the next step"),
            [_growth(series) for section in sections.values() for series in section.series],
        ),
    ]
    for section in sections.values():
        parts += [f"## {section.title}\n", *(_titled(table) for table in section.tables)]
        parts += [f"{note}\n" for note in section.notes]
    return "\n".join(parts)


def _row(row: Row) -> Sequence[str]:
    return row.what, row.target, row.figure, _word(row.is_met), "" if row.is_met else row.reason


def _growth(series: Series) -> Sequence[str]:
    slope = series.slope
    figures = ", ".join(f"{jobs:,}: {_figure(value)} {series.unit}" for jobs, value in series.values.items())
    is_met = series.most is None or slope is None or slope <= series.most
    limit = "–" if series.most is None else f"{series.most:g}"
    return (
        series.what,
        figures,
        "–" if slope is None else f"{slope:.2f}",
        limit,
        "–" if series.most is None else _word(is_met),
        "" if is_met else series.reason,
    )


def _figure(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _word(is_met: bool) -> str:
    return "yes" if is_met else "**no**"


def _titled(table: Table) -> str:
    return f"{table.title}:\n\n{_table(table.columns, table.rows)}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
