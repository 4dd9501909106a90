"""The cost of each job: asked until it is settled, kept when it is refused or the job is gone (DESIGN 2.11 to 2.14)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from tests.sync import records
from tests.sync.bench import Bench, incomplete, written

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def sync(bench: Bench, **arguments: object) -> int:
    """Sync jobs and costs; return how many costs were asked for."""
    assert not incomplete(bench.sync(resources=["jobs", "job_costs"], **arguments))
    return sum(request.url.path.endswith("/cost") for request in bench.upstream.asked)


def cost(bench: Bench, columns: str) -> tuple[object, ...]:
    ((*values,),) = bench.rows("job_costs", f"select {columns} from r")
    return tuple(values)


@pytest.fixture
def ended(bench: Bench) -> str:
    job_id = bench.upstream.add_job(1, bench.upstream.now)
    bench.upstream.finish(job_id, bench.upstream.now)
    return job_id


def test_money_keeps_its_digits(bench: Bench, ended: str) -> None:
    bench.upstream.costs[ended] = records.cost(168.195)
    sync(bench)
    assert cost(bench, "cost_value, cost_unit, estimated_cost_value") == (Decimal("168.195"), "usd", Decimal("20"))


def test_a_cost_settles_once_two_answers_a_day_apart_agree(bench: Bench, ended: str) -> None:
    for hours, asked in ((0, 1), (23, 0), (1, 1), (1, 0), (24 * 30, 0)):
        bench.upstream.now += hours * HOUR
        assert sync(bench) == asked
    assert cost(bench, "is_settled") == (True,)
    assert len(bench.versions("job_costs")) == 2  # when it was first said, and when it was settled


def test_a_cost_that_changes_begins_to_settle_anew(bench: Bench, ended: str) -> None:
    sync(bench)
    bench.upstream.costs[ended] = records.cost(31.5)
    bench.upstream.now += 23 * HOUR
    assert sync(bench) == 0
    bench.upstream.now += HOUR
    assert sync(bench) == 1
    assert cost(bench, "is_settled, cost_value::double") == (False, 31.5)
    bench.upstream.now += 23 * HOUR
    assert sync(bench) == 0
    bench.upstream.now += HOUR
    assert sync(bench) == 1
    assert cost(bench, "is_settled") == (True,)


def test_a_cost_of_a_job_that_ended_a_week_ago_is_settled_at_once(bench: Bench, ended: str) -> None:
    bench.upstream.now += 7 * DAY
    assert (sync(bench), sync(bench)) == (1, 0)


def test_a_cost_that_is_not_there_yet_is_asked_for_again(bench: Bench, ended: str) -> None:
    """2.12: ``cost`` may be absent while ``estimated_cost`` is there."""
    bill = bench.upstream.costs[ended]
    bench.upstream.costs[ended] = {"dry_run": False, "estimated_cost": {"value": 20, "unit": "usd"}}
    sync(bench)
    assert cost(bench, "cost_value, estimated_cost_value::int") == (None, 20)
    bench.upstream.costs[ended] = bill
    bench.upstream.now += DAY
    sync(bench)
    assert not bench.wrong()


def test_a_job_that_is_never_priced_is_asked_once(bench: Bench, ended: str) -> None:
    bench.upstream.costs[ended] = {"dry_run": False}
    assert sync(bench) == 1
    assert cost(bench, "is_settled, cost_value") == (True, None)
    bench.upstream.now += DAY
    assert sync(bench) == 0


@pytest.mark.parametrize("status", [403, 404])
def test_a_refusal_is_recorded_with_its_reason_and_tried_again_less_and_less(
    bench: Bench, ended: str, status: int
) -> None:
    bench.upstream.costs[ended] = status
    sync(bench)
    assert cost(bench, f"http_status, attempts, reason like '%{status}%'") == (status, 1, True)
    asked = [sync(bench)]
    for _ in range(16):
        bench.upstream.now += HOUR
        asked.append(sync(bench))
    assert asked == [0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    bench.upstream.finish(ended, bench.upstream.now)
    assert sync(bench, full=True) == 0  # the weekly full run does not ask more often either
    bench.upstream.now += 16 * HOUR
    assert sync(bench) == 1
    assert not bench.wrong()


def test_a_refusal_keeps_the_bill_of_a_job_whose_time_could_not_be_read_at_first(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now, submitted_at="soon")
    bench.upstream.finish(job_id, bench.upstream.now)
    sync(bench)
    bench.upstream.jobs[job_id]["submitted_at"] = bench.upstream.now.isoformat()
    bench.upstream.costs[job_id] = 403
    bench.upstream.now += DAY
    sync(bench, full=True)
    assert cost(bench, "cost_value::double, http_status") == (25.79, 403)


def test_a_settled_bill_is_not_asked_for_again_because_its_job_has_moved_to_another_month(bench: Bench) -> None:
    job_id = bench.upstream.add_job(1, bench.upstream.now, submitted_at="soon")
    [other] = bench.upstream.add_jobs(1)
    bench.upstream.finish(job_id, bench.upstream.now)
    assert sync(bench) == 2
    bench.upstream.now += DAY
    assert sync(bench) == 2
    bench.upstream.jobs[job_id]["submitted_at"] = bench.upstream.jobs[other]["submitted_at"]
    assert sync(bench, full=True) == 0


def test_what_a_job_that_is_gone_has_cost_was_still_paid(bench: Bench, ended: str) -> None:
    """2.14: the refusal that follows must not hide the bill."""
    sync(bench)
    del bench.upstream.jobs[ended], bench.upstream.costs[ended]
    for _ in range(3):
        bench.upstream.now += DAY
        sync(bench, full=True)
        assert cost(bench, "cost_value::double, http_status") == (25.79, 404)
    assert bench.rows("jobs", "select _deleted from r") == [(True,)]


def test_an_answer_after_a_refusal_settles_as_if_it_had_not_been(bench: Bench, ended: str) -> None:
    sync(bench)
    bill, bench.upstream.costs[ended] = bench.upstream.costs[ended], 403
    bench.upstream.now += DAY
    assert sync(bench) == 1
    bench.upstream.now += HOUR
    bench.upstream.costs[ended] = bill
    sync(bench)
    assert cost(bench, "is_settled, http_status, attempts") == (True, 200, 0)


def test_an_answer_that_cannot_be_read_is_rejected_and_tried_again_less_and_less(bench: Bench, ended: str) -> None:
    bench.upstream.meddle = lambda r: httpx.Response(200, json=["?"]) if r.url.path.endswith("/cost") else None
    assert (sync(bench), sync(bench)) == (1, 0)
    assert cost(bench, "http_status, attempts, reason") == (200, 1, "not an object: ['?']")
    assert bench.lake.ledger("default", "job_costs")[0].rows_rejected == 1
    bench.upstream.meddle = None
    bench.upstream.now += HOUR
    sync(bench)
    assert not bench.wrong()


def test_a_simulators_job_is_asked_only_if_that_is_wanted(bench: Bench) -> None:
    bench.upstream.add_jobs(3, backend="simulator")
    assert sync(bench) == 0
    assert sync(bench, simulator_costs=True) == 3


def test_a_dry_run_is_stored_as_one(bench: Bench, ended: str) -> None:
    bench.upstream.costs[ended] = {"dry_run": True, "estimated_cost": {"value": 20, "unit": "usd"}}
    sync(bench)
    assert cost(bench, "dry_run, cost_value") == (True, None)


def test_an_api_that_is_gone_ends_the_asking_and_keeps_what_there_is(bench: Bench) -> None:
    bench.upstream.add_jobs(60)
    bench.upstream.meddle = lambda r: httpx.Response(503) if len(bench.upstream.asked) > 40 else None
    missing = incomplete(bench.sync(resources=["jobs", "job_costs"]))["job_costs"]
    assert "all remaining jobs" in missing[-1]
    assert len(bench.upstream.asked) < 40 + 60
    found = bench.rows("job_costs", "select count(*) from r")[0][0]
    assert 20 < found < 60
    bench.upstream.meddle = None
    assert not incomplete(bench.sync(resources=["jobs", "job_costs"]))
    assert not bench.wrong()


def test_nothing_new_writes_nothing(bench: Bench, ended: str) -> None:
    bench.upstream.add_jobs(20)
    sync(bench)
    for _ in range(2):
        assert written(bench.sync()) in ({}, {"whoami": 1})
