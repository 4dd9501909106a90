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


def test_every_rule_of_a_report_at_the_close(tmp_path: Path) -> None:
    """One date for each rule; project ``dN`` is what the report of date N lists, 8 of 8 of it since the close."""
    end, hour = CLOSE.replace(hour=0) + DAY, timedelta(hours=1)

    def said(amounts: list[Any], **group: Any) -> dict[str, Any]:
        money = [{"amount": Decimal(amount), "unit": unit} for amount, unit in amounts]
        return {"amounts": money, "group_usages": [{"group_name": "g", "amount_unit": "USD"} | group]}

    theirs = {"account": "other"}
    usage = [
        # what the lake had at the end of the day of the close
        report("5", day=1, d1="5"), report("6", end - timedelta(microseconds=1), day=1, d1="6"),
        report("7", end, day=1, d1="7"),
        # the newest of an account's and of several accounts' versions, by instant, then by run
        report("5", day=2, d2="5"), report("6", BEFORE + hour, day=2, d2="6") | theirs,
        report("6", day=3, d3="6") | {"_run_id": "x2"}, report("5", day=3, d3="5") | {"_run_id": "x1"},
        report("6", day=4, d4="6") | {"_run_id": "x2"}, report("5", day=4, d4="5") | {"_run_id": "x1"} | theirs,
        # where a clock ran ahead, what came after it is the newer
        report("5", BEFORE + 2 * hour, day=5, d5="5") | {"_ordered_at": BEFORE + 2 * hour},
        report("6", BEFORE, day=5, d5="6") | {"_ordered_at": BEFORE + 3 * hour},
        report("5", BEFORE, day=6, d6="5") | {"_ordered_at": BEFORE + 3 * hour, "_run_id": "z"},
        report("6", BEFORE + 4 * hour, day=6, d6="6") | {"_run_id": "a"} | theirs,
        report("5", BEFORE, day=7, d7="5") | {"_ordered_at": BEFORE + 3 * hour, "_run_id": "z"},
        report("6", BEFORE + 4 * hour, day=7, d7="6") | {"_run_id": "a"},
        # amounts of one currency are one; a group's own amount counts beside a single amount of the date
        report("900", day=8) | said([("10", "usd"), ("2", "USD")], group_id="d8", amount=Decimal(4)),
        report("900", day=9) | said([("12", "usd")], group_id="d9", amount=Decimal(10)),
        # the report by project goes first, also where it says less
        report("12", day=10, d10="10"), report("13", day=10, u="13") | {"group_by": "user"},
        # what a report does not list counts once it is settled; without a report everything does
        report("20", day=11, d11="10"),
        # a report that is gone lists nothing, an empty list of amounts is none, a month's report is no date's
        report("9", day=13, d13="9") | {"_deleted": True},
        report("9", day=14) | said([], group_id="d14", amount=Decimal(9)) | {"amounts": None},
        report("5", day=15, d15="5"), report("99", day=15, d15="99") | {"modality": "monthly"},
    ]  # fmt: skip
    usage += [report("8", LATER, day=day, **{f"d{day}": "8"}) for day in range(2, 16)]
    jobs = [job(f"{project}{n}", project, 11) for n, project in enumerate(("e", "e", "f", "g"))]
    bills = [bill("e0", "1"), bill("e1", "2"), bill("f2", "4"), bill("g3", "6", is_settled=False)]
    jobs += [job("h", "h", 12), job("n", None, 12)]
    bills += [bill("h", "5", is_settled=False), bill("n", "1.5")]
    syncs = [row | account for row in read(CLOSE) for account in ({}, theirs)]
    found = closes(tmp_path, jobs=jobs, bills=bills, usage=usage, syncs=syncs)
    assert {project: amounts for project, (_, *amounts, _) in found.items()} == {
        "d1": [6, 7], **{f"d{day}": [6, 8] for day in range(2, 8)}, "d8": [0, 8], "d9": [10, 8], "d10": [10, 8],
        "d11": [10, 8], "d12": [0, 8], "d13": [0, 8], "d14": [9, 8], "d15": [5, 8],
        "e": [3, 3], "f": [4, 4], "h": [5, 0], None: [12 + 2 + 2 + 3 + 1.5, -7],
    }  # fmt: skip


def test_every_rule_of_a_bill_at_the_close(tmp_path: Path) -> None:
    """One project for each rule; every bill is said anew after the close."""
    jobs = [
        job("begun", "begun", completed_at=None, started_at=datetime(2026, 2, 9, tzinfo=UTC)),
        job("asked", "asked", completed_at=None, submitted_at=datetime(2026, 2, 8, tzinfo=UTC)),
        job("root", "root"), job("part", "root", parent_job_id="root"), job("other part", "root", parent_job_id="root"),
        job("dry", "dry", dry_run=True), job("called dry", "dry"),
        job("dry root", "dry root", dry_run=True), job("run", "dry root", parent_job_id="dry root"),
        job("called dry root", "called"), job("run too", "called", parent_job_id="called dry root"),
        job("paid root", "paid", 13), job("covered", "paid", 14, parent_job_id="paid root"),
        job("seen by two", "two"), job("of old", "old"), job("theirs", "theirs", account="theirs"),
        job("theirs later", "theirs later", account="theirs"),
    ]  # fmt: skip
    of_theirs = {"account": "theirs"}
    refused = {"cost_value": None, "cost_unit": None, "http_status": 404, "account": "other"}
    bills = [
        bill("begun", "3"), bill("begun", "5", LATER), bill("asked", "3"), bill("asked", "5", LATER),
        bill("root", "0", cost_value=None, cost_unit=None, estimated_cost_value=Decimal(9)),
        bill("part", "3"), bill("other part", "4"), bill("other part", "5", LATER),
        bill("dry", "9"), bill("dry", "10", LATER),
        bill("called dry", "9", dry_run=True), bill("called dry", "10", LATER, dry_run=True),
        bill("dry root", "9"), bill("run", "2"), bill("run", "3", LATER),
        bill("called dry root", "9", dry_run=True), bill("run too", "2"), bill("run too", "3", LATER),
        bill("paid root", "7"), bill("covered", "2"), bill("paid root", "8", LATER),
        bill("seen by two", "3"), bill("seen by two", "0", BEFORE + DAY, **refused), bill("seen by two", "4", LATER),
        bill("of old", "3"), bill("of old", "5", BEFORE + DAY, http_status=None, account="other"),
        bill("of old", "4", LATER),
        # another organization, which closes later
        bill("theirs", "3", **of_theirs), bill("theirs", "6", LATER + 5 * DAY, **of_theirs),
        bill("theirs later", "3", **of_theirs), bill("theirs later", "9", LATER + 15 * DAY, **of_theirs),
    ]  # fmt: skip
    syncs = [row | account for row in read(CLOSE) for account in ({}, {"account": "other"})]
    syncs += [row | of_theirs for row in read(LATER + 10 * DAY, organization="s")]
    found = closes(tmp_path, jobs=jobs, bills=bills, syncs=syncs)
    ours, others = CLOSE.date(), (LATER + 10 * DAY).date()
    assert found == {
        "begun": (ours, 3, 5, 1), "asked": (ours, 3, 5, 1), "root": (ours, 7, 8, 1), "dry root": (ours, 2, 3, 1),
        "called": (ours, 2, 3, 1), "paid": (ours, 7, 8, 1), "two": (ours, 3, 4, 1), "old": (ours, 3, 4, 1),
        "theirs": (others, 6, 6, 0), "theirs later": (others, 3, 9, 1),
    }  # fmt: skip


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
