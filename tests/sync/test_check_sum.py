"""The usage report finds the bills that change after they have settled, and asks for no other (DESIGN 5, jobs, 4)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ionq_data.lake.bills import Bill, Report, bills_of
from ionq_data.lake.pending import PendingJob
from ionq_data.resources import Row, read_record
from ionq_data.resources.jobs import JOBS
from ionq_data.sync.check_sum import judge
from tests.sync import records
from tests.sync.bench import Bench, incomplete

TODAY = date(2026, 6, 15)
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def bill(
    name: str, cost: str | None, project: str = "a", unit: str = "usd", *, user: str = "u", is_covered: bool = False,
    is_settled: bool = True,
) -> Bill:  # fmt: skip
    job = PendingJob(name, "2026-06", NOW, NOW, "qpu.forte-1", is_terminal=True, is_deleted=False, asked_at=NOW)
    groups = {"project": project, "user": user}
    return Bill(job, TODAY, groups, None if cost is None else Decimal(cost), unit, is_covered, is_settled)


def group(name: str, amount: str, **values: Any) -> dict[str, Any]:
    return {"group_id": name, "amount": Decimal(amount), "amount_unit": None, "amounts": None} | values


def report(amount: str, *groups: dict[str, Any], by: str = "project", **values: Any) -> Report:
    found = {"amount": Decimal(amount), "amount_unit": "USD", "amounts": None, "group_usages": list(groups)} | values
    return Report(TODAY, by, found, NOW, NOW)


def money(amount: str, unit: str = "USD") -> dict[str, Any]:
    return {"amount": Decimal(amount), "unit": unit}


def names(found: list[Bill]) -> set[str]:
    return {bill.job.id for bill in found}


BILLS = [bill("a1", "10"), bill("a2", "5.5"), bill("b1", "7", "b"), bill("c1", "2", "c"), bill("d1", "1", "d")]


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (report("25.5", group("a", "15.5"), group("b", "7")), set()),
        (report("26.5", group("a", "16.5"), group("b", "7")), {"a1", "a2"}),  # of the listed projects those that differ
        (report("26.5", group("a", "15.5"), group("b", "7")), {"c1", "d1"}),  # and the others together
        (report("25.51", group("a", "15.51"), group("b", "7")), set()),  # half a cent for each of two bills
        (report("25.52", group("a", "15.52"), group("b", "7")), {"a1", "a2"}),
        (report("25.506", group("a", "15.5"), group("b", "7.006")), {"b1"}),
        (report("25.5"), set()),
        (report("27"), {"a1", "a2", "b1", "c1", "d1"}),
        (report("30.5", group("a", "15.5"), group("b", "7"), group("e", "5")), set()),  # whose jobs nobody sees
        # a list of amounts is the money; what stands beside it is normalized, and counts nowhere
        (report("9000", group("a", "1", amounts=[money("15.5")]), amounts=[money("25.5")]), set()),
        (report("25.5", group("a", "15.5", amounts=[money("16")]), amounts=[money("26")]), {"a1", "a2"}),
        (report("25.5", amounts=[money("25.5"), money("3", "credits")]), {"a1", "a2", "b1", "c1", "d1"}),
        # a project's credits that the date as a whole does not speak of
        (
            report("10", group("a", "15.5", amounts=[money("15.5"), money("3", "credits")]), amounts=[money("25.5")]),
            {"a1", "a2", "b1", "c1", "d1"},
        ),
    ],
)
def test_the_bills_of_what_does_not_add_up_are_asked_for(said: Report, asked: set[str]) -> None:
    assert names(judge([said], BILLS).doubtful) == asked


@pytest.mark.parametrize(
    ("of_users", "doubtful", "confirmed"),
    [
        # u has a1 and b1, v the others; a says 16.5 of 15.5
        (("26.5", "18", "8.5"), {"a1"}, {"a2", "b1", "c1", "d1"}),  # u's are wrong too, v's are right
        (("26.5", "17", "9.5"), {"a2"}, {"a1", "b1", "c1", "d1"}),
        (("26.5", "17", "8.5"), set(), {"a1", "a2", "b1", "c1", "d1"}),  # nobody's: what one confirms is no doubt
        (("27.5", "18", "9.5"), {"a1", "a2"}, {"b1", "c1", "d1"}),
    ],
)
def test_a_bill_is_doubtful_where_neither_its_project_nor_its_user_adds_up(
    of_users: tuple[str, str, str], doubtful: set[str], confirmed: set[str]
) -> None:
    bills = [
        *(bill("a1", "10"), bill("a2", "5.5", user="v"), bill("b1", "7", "b")),
        *(bill("c1", "2", "c", user="v"), bill("d1", "1", "d", user="v")),
    ]
    of_project = report("26.5", group("a", "16.5"), group("b", "7"))
    total, u, v = of_users
    of_user = report(total, group("u", u), group("v", v), by="user")
    judged = judge([of_project, of_user], bills)
    assert (names(judged.doubtful), names(judged.confirmed)) == (doubtful, confirmed)


def test_a_report_confirms_no_bill_of_a_unit_that_it_does_not_speak_of() -> None:
    bills = [bill("usd", "10"), bill("credit", "4", unit="credit"), bill("none", None)]
    assert names(judge([report("10", group("a", "10"))], bills).confirmed) == {"usd"}


@pytest.mark.parametrize("is_settled", [True, False])
def test_doubtful_bills_that_have_not_settled_leave_a_date_open(is_settled: bool) -> None:
    bills = [bill("a1", "10"), bill("a2", "5.5", is_settled=is_settled), bill("b1", "7", "b", is_settled=False)]
    assert judge([report("23.5", group("a", "16.5"), group("b", "7"))], bills).is_open is not is_settled


def test_units_are_never_added_up() -> None:
    mixed = [bill("usd", "10"), bill("credit", "4", unit="credit")]
    both = [money("10"), money("4", "credits")]
    assert not judge([report("14", group("a", "14", amounts=both), amounts=both)], mixed).doubtful
    assert names(judge([report("14", group("a", "14"))], mixed).doubtful) == {"usd", "credit"}


def test_a_bill_that_its_parents_covers_counts_nowhere() -> None:
    family = [bill("parent", "10"), bill("part", "6", is_covered=True), bill("none", None)]
    assert not judge([report("10", group("a", "10"))], family).doubtful
    assert names(judge([report("11", group("a", "11"))], family).doubtful) == {"parent", "none"}


@pytest.mark.parametrize("submitted", ["2026-01-02", "2025-12-31", "2025-11-30"])
def test_a_job_may_have_been_submitted_in_an_earlier_month_than_it_ended_in(bench: Bench, submitted: str) -> None:
    raw = f'{{"id": "a", "status": "completed", "submitted_at": "{submitted}T00:00:00Z", "completed_at": "2026-01-03"}}'
    row = read_record(JOBS, raw.encode(), extracted_at=NOW, run_id="run")
    assert isinstance(row, Row)
    bench.lake.append(JOBS, "default", [row])
    assert [bill.job.id for bill in bills_of(bench.lake, "default", [date(2026, 1, 3)])] == ["a"]


# over syncs


def sync(bench: Bench) -> list[str]:
    """Sync; return the jobs whose costs were asked for."""
    assert not incomplete(bench.sync(resources=["sessions", "usage", "jobs", "job_costs"]))
    paths = [request.url.path for request in bench.upstream.asked]
    return sorted(path.split("/")[3] for path in paths if path.endswith("/cost"))


@pytest.fixture
def settled(bench: Bench) -> dict[str, str]:
    """Jobs of three projects that ended on one date, settled, with a report that agrees."""
    jobs = {}
    for number, project in enumerate(("a", "a", "b", "c")):
        job_id = bench.upstream.add_job(number, bench.upstream.now - timedelta(minutes=number + 1), project_id=project)
        bench.upstream.finish(job_id, bench.upstream.now, cost=10)
        jobs[f"{project}{number}"] = job_id
    say(bench, 40, a=20, b=10)
    assert len(sync(bench)) == 4
    bench.upstream.now += DAY
    assert len(sync(bench)) == 4
    bench.upstream.now += 2 * DAY
    assert sync(bench) == []
    return jobs


def say(bench: Bench, total: float, **projects: float) -> None:
    usage = records.usage(TODAY, total)
    usage["group_usages"] = [{"group_id": name, "group_name": name, "amount": v} for name, v in projects.items()]
    bench.upstream.usage["project", TODAY.isoformat()] = usage


def test_a_bill_that_changes_after_it_has_settled_is_found_with_its_report(
    bench: Bench, settled: dict[str, str]
) -> None:
    bench.upstream.costs[settled["a1"]] = records.cost(99)
    assert sync(bench) == []
    say(bench, 129, a=109, b=10)
    assert sync(bench) == sorted([settled["a0"], settled["a1"]])
    assert not bench.wrong()
    assert sync(bench) == []
    assert bench.rows("job_costs", f"select is_settled from r where job_id = '{settled['a1']}'") == [(True,)]
    bench.upstream.now += DAY
    assert sync(bench) == []


def test_the_report_settles_a_bill_that_came_after_the_first_question(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now, project_id="a")
    bench.upstream.finish(job_id, bench.upstream.now)
    assert sync(bench) == [job_id]
    bench.upstream.costs[job_id] = records.cost(12)
    say(bench, 12, a=12)
    bench.upstream.now += timedelta(hours=25)
    assert sync(bench) == [job_id]
    settled = f"select is_settled from r where job_id = '{job_id}'"
    assert bench.rows("job_costs", settled) == [(False,)]
    bench.upstream.now += timedelta(hours=12)  # the date has grown
    assert sync(bench) == []
    assert bench.rows("job_costs", settled) == [(True,)]
    assert not bench.wrong()
    bench.upstream.now += 30 * DAY
    assert sync(bench) == []


def test_a_young_date_waits_a_day_for_bills_that_have_not_settled(bench: Bench) -> None:
    ended = bench.upstream.now - timedelta(hours=11)
    late, restated = [bench.upstream.add_job(number, ended, project_id="a") for number in range(2)]
    for job_id in (late, restated):
        bench.upstream.finish(job_id, ended, cost=10)
    assert len(sync(bench)) == 2
    bench.upstream.costs[late] = records.cost(12)
    bench.upstream.now += timedelta(hours=26)
    assert len(sync(bench)) == 2
    bench.upstream.costs[restated] = records.cost(99)
    day, usage = ended.date(), records.usage(ended.date(), 111)
    usage["group_usages"] = [{"group_id": "a", "group_name": "a", "amount": 111}]
    bench.upstream.usage["project", day.isoformat()] = usage
    asked = []
    for _ in range(4):  # to three days after the date
        bench.upstream.now += timedelta(hours=10)
        asked.append(sync(bench))
    assert asked == [[], [], [late], [restated]]
    assert not bench.wrong()


def test_a_bill_that_no_report_confirms_is_asked_for_until_two_answers_agree(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now, project_id="a")
    bench.upstream.finish(job_id, bench.upstream.now)
    assert sync(bench) == [job_id]
    bench.upstream.costs[job_id] = records.cost(12)
    say(bench, 11, a=11)
    for asked in ([job_id], [job_id], []):
        bench.upstream.now += timedelta(hours=25)
        assert sync(bench) == asked


def test_the_first_report_finds_a_bill_that_changed_before_it_was_read(bench: Bench) -> None:
    ended = bench.upstream.now - timedelta(days=8)
    jobs = [bench.upstream.add_job(number, ended, project_id="a") for number in range(2)]
    for job_id in jobs:
        bench.upstream.finish(job_id, ended, cost=10)
    assert not incomplete(bench.sync(resources=["sessions", "jobs", "job_costs"]))
    bench.upstream.costs[jobs[1]] = records.cost(99)
    bench.upstream.now += DAY
    day, usage = ended.date(), records.usage(ended.date(), 109)
    usage["group_usages"] = [{"group_id": "a", "group_name": "a", "amount": 109}]
    bench.upstream.usage["project", day.isoformat()] = usage
    assert sync(bench) == sorted(jobs)
    assert not bench.wrong()
    assert sync(bench) == []


def test_a_date_whose_users_are_no_longer_listed_is_held_against_its_projects(
    bench: Bench, settled: dict[str, str]
) -> None:
    bench.upstream.usage["user", TODAY.isoformat()] = records.usage(TODAY, 40)
    assert sync(bench) == []
    del bench.upstream.usage["user", TODAY.isoformat()]
    assert sync(bench) == []
    bench.upstream.costs[settled["b2"]] = records.cost(99)
    say(bench, 129, a=20, b=99)
    assert sync(bench) == [settled["b2"]]
    assert not bench.wrong()


def test_a_bill_is_settled_also_where_its_job_has_moved_to_another_month(bench: Bench) -> None:
    """Its answers were kept when nobody could read when the job was submitted."""
    job_id = bench.upstream.add_job(1, bench.upstream.now, submitted_at="soon")
    bench.upstream.finish(job_id, bench.upstream.now, cost=10)
    assert sync(bench) == [job_id]
    bench.upstream.costs[job_id] = records.cost(12)
    bench.upstream.now += DAY
    assert sync(bench) == [job_id]
    bench.upstream.jobs[job_id]["submitted_at"] = "2026-06-15T11:00:00Z"
    say(bench, 12)
    bench.upstream.now += DAY - timedelta(hours=1)
    bench.sync(resources=["jobs", "usage"], full=True)
    bench.upstream.now += timedelta(minutes=1)
    assert sync(bench) == []
    [(is_settled, month)] = bench.rows("job_costs", "select is_settled, strftime(submitted_at, '%Y-%m') from r")
    assert (is_settled, month) == (True, "2026-06")
    assert not bench.wrong()


def test_a_date_that_never_agrees_is_asked_for_once_each_version(bench: Bench, settled: dict[str, str]) -> None:
    say(bench, 400, a=20, b=10)
    assert sync(bench) == [settled["c3"]]
    bench.upstream.now += DAY
    assert sync(bench) == []
    say(bench, 401, a=20, b=10)
    assert sync(bench) == [settled["c3"]]
    assert sync(bench) == []


def test_a_date_is_looked_at_once_it_has_grown(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now)
    bench.upstream.finish(job_id, bench.upstream.now, cost=10)
    sync(bench)
    bench.upstream.now += DAY
    assert sync(bench) == [job_id]
    say(bench, 12)
    bench.upstream.costs[job_id] = records.cost(12)
    assert sync(bench) == []
    bench.upstream.now += timedelta(hours=11)
    assert sync(bench) == []
    bench.upstream.now += timedelta(hours=2)  # two days later by the date
    assert sync(bench) == [job_id]
    assert not bench.wrong()


def test_what_could_not_be_asked_for_is_asked_for_by_the_next_sync(bench: Bench, settled: dict[str, str]) -> None:
    bench.upstream.costs[settled["a1"]] = records.cost(99)
    say(bench, 129, a=109, b=10)
    bench.upstream.fail_path = f"/jobs/{settled['a1']}/cost"
    assert incomplete(bench.sync(resources=["sessions", "usage", "jobs", "job_costs"]))
    bench.upstream.fail_path = None
    assert settled["a1"] in sync(bench)
    assert not bench.wrong()
    assert sync(bench) == []


def test_a_refusal_leaves_a_settled_bill_as_it_is(bench: Bench, settled: dict[str, str]) -> None:
    bench.upstream.costs[settled["a1"]] = 404
    say(bench, 129, a=109, b=10)
    assert settled["a1"] in sync(bench)
    query = f"select is_settled, http_status, cost_value::int from r where job_id = '{settled['a1']}'"
    assert bench.rows("job_costs", query) == [(True, 200, 10)]
    assert sync(bench) == []
