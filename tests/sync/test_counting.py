"""How many requests a sync needs at least, and how many it sends; what the ledger says is true (DESIGN 5, 10)."""

from __future__ import annotations

from datetime import timedelta

import httpx

from ionq_data.sync.backends import is_qpu
from tests.sync.bench import Bench, incomplete, written
from tests.sync.upstream import TERMINAL


def least(bench: Bench, *, pages: int, costs: int) -> int:
    """Return the fewest requests that can tell what is new: each resource once, and each cost that is not settled."""
    quantum_computers = sum(map(is_qpu, bench.upstream.backends))
    whoami = backends = sessions = projects = 1
    usage = 2  # by project and by user
    rates = 2 * quantum_computers
    return whoami + backends + sessions + projects + usage + rates + quantum_computers + pages + costs


def test_an_incremental_sync_sends_at_most_a_tenth_more_than_it_must(bench: Bench) -> None:
    bench.upstream.add_jobs(600, apart=timedelta(hours=2))
    bench.upstream.add_characterization("c", bench.upstream.now)
    bench.sync()
    bench.upstream.now += timedelta(days=2)
    new = bench.upstream.add_jobs(25)
    waiting = [bench.upstream.add_job(n, bench.upstream.now) for n in range(5)]
    unsettled = [
        job_id
        for (job_id,) in bench.rows("job_costs", "select job_id from r where not is_settled")
        if bench.upstream.jobs[job_id]["status"] in TERMINAL
    ]
    records = bench.sync()
    assert not bench.wrong()
    sent = len(bench.upstream.asked)
    assert sent <= 1.1 * least(bench, pages=1, costs=len(new) + len(unsettled))
    assert len(waiting) == 5  # open jobs on the listing cost no request of their own
    assert sum(record.requests for record in records) == sent


def test_a_sync_with_nothing_new_asks_each_resource_once(bench: Bench) -> None:
    bench.upstream.now -= timedelta(days=30)
    bench.upstream.add_jobs(300)
    bench.upstream.now += timedelta(days=30)
    bench.sync()
    records = bench.sync()
    assert written(records) == {}
    # the second page is the one that lies wholly before the overlap
    assert len(bench.upstream.asked) == least(bench, pages=2, costs=0) <= 2 + 10


def test_the_ledger_counts_retries_and_failures_too(bench: Bench) -> None:
    bench.upstream.add_jobs(30)
    numbers = iter(range(1_000))
    bench.upstream.meddle = lambda _: httpx.Response(502) if next(numbers) % 4 == 1 else None
    records = bench.sync()
    assert sum(record.requests for record in records) == len(bench.upstream.asked)
    bench.upstream.meddle = None
    bench.upstream.fail_path = "/jobs"
    records = bench.sync()
    assert "jobs" in incomplete(records)
    assert sum(record.requests for record in records) == len(bench.upstream.asked)
    by_name = {record.resource: record.requests for record in records}
    assert by_name["backends"] == len(bench.asked("/backends"))
    assert by_name["usage"] == sum("/organizations/" in request.url.path for request in bench.upstream.asked)


def test_costs_of_many_jobs_take_one_request_each(bench: Bench) -> None:
    bench.upstream.now -= timedelta(days=8)
    bench.upstream.add_jobs(250)
    bench.upstream.now += timedelta(days=8)
    record = next(record for record in bench.sync() if record.resource == "job_costs")
    assert (record.requests, record.rows_written) == (250, 250)
    record = next(record for record in bench.sync() if record.resource == "job_costs")
    assert (record.requests, record.rows_written) == (0, 0)
