"""What ``cost_anomalies`` and ``forecast_accuracy`` are worth on simulated organizations, whose truth is known.

``python -m tests.sql.cost_quality`` writes the sections of ``docs/quality.md`` that say so.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Any

import duckdb

from ionq_data.emulator import Emulator, Scenario
from tests.sql.marts import build, write_lake

ANCHOR = datetime(2026, 6, 17, 9, tzinfo=UTC)
SEEDS = range(2000, 2024)
"""Organizations that are measured. The rules and their thresholds were chosen on seeds below 1000."""
PLANTED = ("spike", "drop", "creep", "weekday_shift", "new_project")
NEWS = timedelta(days=28)
"""Something that is found within four weeks of its end was found."""
ENDING = 7
"""The number of the project whose work ends within the history: a drop that nobody planted."""

Event = tuple[str, str, str, date, date]
"""Organization, project, kind, and the first and last date."""


def simulate(seed: int) -> tuple[list[dict[str, Any]], list[Event]]:
    """Return an organization's usage reports, as rows of the lake, and what was planted into its history."""
    emulator = Emulator(Scenario(seed=seed, days=365, jobs=20_000, anchor=ANCHOR, contract="2026-05", anomalies=True))
    truth, name = emulator.truth(), f"seed-{seed}"
    days: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in truth["cost"]["project_daily"]:
        days[row["date"]][row["project_id"]] = Decimal(row["cost"])
    events = [
        (name, row["project_id"], row["kind"], _date(row["begin"]), _date(row["end"] or row["begin"]))
        for row in truth["anomalies"]
    ]
    ending = emulator.history.organization.project_ids[ENDING]
    last = max(date.fromisoformat(day) for day, costs in days.items() if costs.get(ending))
    return [_report(name, day, costs) for day, costs in days.items()], [
        *events,
        (name, ending, "drop", last, last + NEWS),
    ]


def _date(instant: str) -> date:
    return date.fromisoformat(instant[:10])


def _report(account: str, day: str, costs: dict[str, Decimal]) -> dict[str, Any]:
    """A report that lists every project."""
    groups = [{"group_id": one, "group_name": one, "amount": cost, "amount_unit": "USD"} for one, cost in costs.items()]
    return {
        "account": account, "organization": account, "group_by": "project", "modality": "daily",
        "from": date.fromisoformat(day), "amount": sum(costs.values()), "amount_unit": "USD", "group_usages": groups,
    }  # fmt: skip


def warehouse(folder: Path, seeds: Iterable[int]) -> tuple[duckdb.DuckDBPyConnection, list[Event]]:
    """Build the marts of some organizations; return a connection to them, and what was planted."""
    reports: list[dict[str, Any]] = []
    events: list[Event] = []
    for seed in seeds:
        rows, planted = simulate(seed)
        reports, events = reports + rows, events + planted
    as_of = {row["account"]: ANCHOR for row in reports}
    lake = write_lake(folder / "lake", {"usage": reports}, as_of=as_of)
    return build(folder, lake, "cost_anomalies", "forecast_accuracy"), events


def measure(connection: duckdb.DuckDBPyConnection, events: Sequence[Event]) -> dict[str, Any]:
    """Return precision, recall and the median days to detection of each kind, and the intervals' coverage."""
    found = connection.execute("select organization, project_id, date, reason from cost_anomalies").fetchall()
    right = [
        any((o, p) == (event[0], event[1]) and event[3] <= on <= event[4] + NEWS for event in events)
        for o, p, on, _ in found
    ]
    delays: dict[str, list[int | None]] = defaultdict(list)
    for organization, project, kind, first, last in events:
        after = [on for o, p, on, _ in found if (o, p) == (organization, project) and first <= on <= last + NEWS]
        delays[kind].append((min(after) - first).days if after else None)
    every = [delay for kind in delays.values() for delay in kind]
    ((inside, days),) = connection.execute("select avg(is_inside::integer), count(*) from forecast_accuracy").fetchall()
    return {
        "precision": sum(right) / len(right),
        "recall": sum(delay is not None for delay in every) / len(every),
        "found": len(found),
        "planted": len(every),
        "kinds": {
            kind: {
                "planted": len(delays[kind]),
                "found": sum(delay is not None for delay in delays[kind]),
                "days": median(known) if (known := [one for one in delays[kind] if one is not None]) else None,
                "alarms": sum(row[3] == kind for row in found),
                "right": sum(ok for ok, row in zip(right, found, strict=True) if row[3] == kind),
            }
            for kind in PLANTED
        },
        "inside": inside,
        "days": days,
    }  # fmt: skip


def sections(said: dict[str, Any]) -> dict[str, str]:
    """Return the sections by their titles."""
    seeds = (
        f"{len(SEEDS)} simulated organizations (seeds {SEEDS.start} to {SEEDS.stop - 1}, a year and 20,000 jobs each)"
    )
    rows = [
        f"| {kind} | {one['planted']} | {_share(one['found'], one['planted'])} | {one['days'] or 0:g} | "
        f"{one['alarms']} | {_share(one['right'], one['alarms'])} |"
        for kind, one in said["kinds"].items()
    ]
    return {
        "Cost anomalies": "\n".join(
            [
                f"`cost_anomalies` on {seeds}. The rules and their thresholds were chosen on other seeds. A planted "
                "change is found if a row of its project, whatever its reason, has a date between the change's "
                "beginning and four weeks after its end. Any other row is a false alarm.",
                "",
                f"Of {said['planted']} planted changes, **{said['recall']:.0%} are found** (recall; target 80 %); of "
                f"{said['found']} rows, **{said['precision']:.0%} are right** (precision; target 90 %).",
                "",
                "| kind | planted | found | median days to detection | rows of this reason | of these right |",
                "|---|---|---|---|---|---|",
                *rows,
            ]
        ),
        "Cost forecasts": f"`forecast_accuracy` has {said['days']:,} mornings of finished months for the same "
        f"organizations. On **{said['inside']:.1%}** of them the 80 % interval contained the month's cost (target 75 "
        "to 85 %).",
    }


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}" if whole else "–"


def write(page: Path, parts: dict[str, str]) -> None:
    """Put sections into a page, in place of those of the same titles; the others stay."""
    text = page.read_text("utf-8") if page.exists() else "# What the statistics are worth\n"
    for title, body in parts.items():
        section = f"## {title}\n\n{body}\n"
        pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^##? |\Z)", re.DOTALL | re.MULTILINE)
        if pattern.search(text):
            text = pattern.sub(lambda _, section=section: f"{section}\n", text)
        else:
            text = f"{text.rstrip()}\n\n{section}"
    page.write_text(text.rstrip() + "\n", "utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        built, truth = warehouse(Path(place), SEEDS)
        with built:
            write(Path(__file__).parents[2] / "docs" / "quality.md", sections(measure(built, truth)))
