"""What a month said when it was closed, and what has been restated since: a few rows for every rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sql.marts import Rows, build, write_lake

DAY = timedelta(days=1)
FEBRUARY = date(2026, 2, 1)
CLOSE = datetime(2026, 3, 9, 8, tzinfo=UTC)
"""February is over for eight days."""
BEFORE, LATER = CLOSE - 20 * DAY, CLOSE + 20 * DAY
RESOURCES = ("jobs", "job_costs", "usage")


def job(name: str, project: str | None = "p", day: int = 10, **values: Any) -> dict[str, Any]:
    at = datetime(2026, 2, day, 12, tzinfo=UTC)
    said = {"id": name, "project_id": project, "backend": "qpu.x", "status": "completed", "dry_run": False}
    return said | {"submitted_at": at, "completed_at": at, "_deleted": False, "_extracted_at": BEFORE} | values


def bill(name: str, cost: str, at: datetime = BEFORE, unit: str = "usd", **values: Any) -> dict[str, Any]:
    said = {"job_id": name, "cost_value": Decimal(cost), "cost_unit": unit, "is_settled": True, "http_status": 200}
    return (
        said | {"dry_run": False, "first_answered_at": BEFORE, "_extracted_at": at, "_run_id": at.isoformat()} | values
    )


def report(amount: str, at: datetime = BEFORE, day: int = 10, **groups: str) -> dict[str, Any]:
    listed = [{"group_id": name, "group_name": name, "amount": Decimal(cost)} for name, cost in groups.items()]
    said = {"group_by": "project", "modality": "daily", "from": date(2026, 2, day), "organization": "o"}
    said |= {"amount": Decimal(amount), "amount_unit": "USD", "group_usages": listed, "_deleted": False}
    return said | {"_extracted_at": at, "_run_id": at.isoformat()}


def read(at: datetime, resources: Iterable[str] = RESOURCES, **values: Any) -> list[dict[str, Any]]:
    """Return the ledger's rows of a complete sync."""
    said = {"started_at": at, "finished_at": at + timedelta(minutes=5), "complete": True, "organization": "o"}
    return [{"resource": name, "run_id": f"{at} {sorted(values)}"} | said | values for name in resources]


def closes(
    folder: Path, *, jobs: Rows = (), bills: Rows = (), usage: Rows = (), syncs: Rows = ()
) -> dict[Any, tuple[Any, ...]]:
    """Build; return closed_on, both amounts and the count of restated dates by project, or project and currency."""
    tables = {"jobs": jobs, "job_costs": bills, "usage": usage}
    with build(folder, write_lake(folder / "lake", tables, syncs=syncs), "month_close") as connection:
        found = connection.execute(
            "select project_id, currency, month, status, closed_on, amount_at_close, amount_now, restated_dates,"
            " restated from month_close"
        ).fetchall()
    result = {}
    for project, currency, month, status, closed_on, then, now, dates, restated in found:
        assert month == FEBRUARY
        assert (status == "closed") is (closed_on is not None)
        assert restated == (None if then is None else now - then)
        result[project if currency == "USD" else (project, currency)] = (closed_on, *map(number, (then, now)), dates)
    return result


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def test_a_month_is_open_until_all_was_read_after_eight_days(tmp_path: Path) -> None:
    early = [*read(CLOSE - 9 * timedelta(hours=1)), *read(CLOSE, ("jobs", "job_costs"))]
    partial = [*read(CLOSE, ["usage"], mode="range"), *read(CLOSE, ["usage"], complete=False)]
    found = closes(tmp_path, jobs=[job("a")], bills=[bill("a", "10")], syncs=early + partial)
    assert found == {"p": (None, None, 10, None)}


def test_what_was_never_restated_says_what_it_said(tmp_path: Path) -> None:
    syncs = [*read(BEFORE), *read(CLOSE), *read(LATER)]
    found = closes(tmp_path, jobs=[job("a")], bills=[bill("a", "10")], usage=[report("12", p="10")], syncs=syncs)
    assert found == {"p": (CLOSE.date(), 10, 10, 0), None: (CLOSE.date(), 2, 2, 0)}


def test_a_bill_that_was_restated_after_the_close(tmp_path: Path) -> None:
    bills = [bill("a", "7", BEFORE - DAY), bill("a", "10"), bill("a", "15", LATER), bill("b", "3")]
    found = closes(tmp_path, jobs=[job("a"), job("b", day=11)], bills=bills, syncs=[*read(CLOSE), *read(LATER)])
    assert found == {"p": (CLOSE.date(), 13, 18, 1)}


@pytest.mark.prove
def test_what_comes_on_the_date_of_the_close_belongs_to_it(tmp_path: Path) -> None:
    end = CLOSE.replace(hour=0) + DAY
    bills = [bill("a", "10"), bill("a", "15", end - timedelta(microseconds=1)), bill("b", "3"), bill("b", "4", end)]
    found = closes(tmp_path, jobs=[job("a"), job("b", "q")], bills=bills, syncs=read(CLOSE))
    assert found == {"p": (CLOSE.date(), 15, 15, 0), "q": (CLOSE.date(), 3, 4, 1)}


def test_a_report_that_was_restated_after_the_close(tmp_path: Path) -> None:
    usage = [report("12", p="10"), report("20", LATER, p="11", q="4"), report("5", LATER, day=12, p="5")]
    found = closes(tmp_path, jobs=[job("a")], bills=[bill("a", "10")], usage=usage, syncs=read(CLOSE))
    closed = CLOSE.date()
    assert found == {"p": (closed, 10, 16, 2), "q": (closed, 0, 4, 1), None: (closed, 2, 5, 1)}


@pytest.mark.prove
def test_a_project_that_is_gone_since_the_close(tmp_path: Path) -> None:
    usage = [report("12", p="10"), report("12", LATER, q="12")]
    found = closes(tmp_path, usage=usage, syncs=read(CLOSE))
    closed = CLOSE.date()
    assert found == {"p": (closed, 10, 0, 1), "q": (closed, 0, 12, 1), None: (closed, 2, 0, 1)}


@pytest.mark.prove
def test_a_refused_report_closes_the_month_by_bills_alone(tmp_path: Path) -> None:
    refused = read(CLOSE, ["usage"], mode="refused", availability="refused")
    bills = [bill("a", "10"), bill("a", "12", LATER)]
    found = closes(tmp_path, jobs=[job("a")], bills=bills, syncs=[*read(CLOSE, ("jobs", "job_costs")), *refused])
    assert found == {"p": (CLOSE.date(), 10, 12, 1)}


@pytest.mark.prove
def test_a_month_from_before_the_lake_closes_with_the_backfill(tmp_path: Path) -> None:
    late = LATER + 100 * DAY
    found = closes(
        tmp_path, jobs=[job("a")], bills=[bill("a", "10", late)], usage=[report("10", late, p="10")], syncs=read(late)
    )
    assert found == {"p": (late.date(), 10, 10, 0)}


@pytest.mark.prove
def test_every_account_of_an_organization_has_to_be_read(tmp_path: Path) -> None:
    theirs = [row | {"account": "other"} for row in read(LATER, ("jobs", "job_costs"))]
    bills = [bill("a", "10"), bill("b", "5", LATER, account="other")]
    jobs = [job("a"), job("b", account="other", _extracted_at=LATER)]
    skipped = [row | {"account": "other"} for row in read(LATER, ["usage"], mode="skipped")]
    found = closes(tmp_path, jobs=jobs, bills=bills, syncs=[*read(CLOSE), *theirs, *skipped])
    assert found == {"p": (LATER.date(), 15, 15, 0)}


@pytest.mark.prove
def test_currencies_are_closed_apart(tmp_path: Path) -> None:
    bills = [bill("a", "10"), bill("b", "3", unit="credits"), bill("b", "4", LATER, unit="credits")]
    found = closes(tmp_path, jobs=[job("a"), job("b")], bills=bills, syncs=read(CLOSE))
    assert found == {"p": (CLOSE.date(), 10, 10, 0), ("p", "CREDITS"): (CLOSE.date(), 3, 4, 1)}


def test_a_parents_bill_that_comes_late_covers_what_counted_at_the_close(tmp_path: Path) -> None:
    jobs = [
        job("root", day=12, type="ionq.multi-circuit.v1"),
        job("one", day=10, parent_job_id="root"),
        job("two", day=11, parent_job_id="root"),
    ]
    bills = [bill("one", "3"), bill("two", "4"), bill("root", "9", LATER)]
    found = closes(tmp_path, jobs=jobs, bills=bills, syncs=read(CLOSE))
    assert found == {"p": (CLOSE.date(), 7, 9, 3)}


@pytest.mark.parametrize("units", ["usd", "credits"])
@pytest.mark.prove
def test_a_report_with_amounts_is_closed_by_them(tmp_path: Path, units: str) -> None:
    def said(value: str) -> dict[str, Any]:
        amounts = [{"amount": Decimal(value), "unit": units}]
        groups = [{"group_id": "p", "group_name": "p", "amount": Decimal(900), "amounts": amounts}]
        return {"amount": Decimal(900), "amounts": amounts, "group_usages": groups}

    usage = [report("900") | said("10"), report("900", LATER) | said("12")]
    project = "p" if units == "usd" else ("p", "CREDITS")
    assert closes(tmp_path, usage=usage, syncs=read(CLOSE)) == {project: (CLOSE.date(), 10, 12, 1)}
