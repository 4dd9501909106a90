"""Whose jobs are listed beside the key's own view (DESIGN 2.5)."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from ionq_data.lake.ledger import NOT_AVAILABLE
from tests.sync.bench import Bench, incomplete
from tests.sync.truth import wrong_jobs

DAY = timedelta(days=1)


def sync(bench: Bench, **arguments: object) -> None:
    assert not incomplete(bench.sync(resources=["usage", "jobs"], **arguments))


def wrong(bench: Bench) -> list[str]:
    return list(wrong_jobs(bench.upstream, bench.lake, bench.upstream.shown_jobs()))


def asked_for(bench: Bench) -> list[str]:
    return [query["submitter_id"] for query in bench.asked("/jobs") if "submitter_id" in query and "next" not in query]


@pytest.fixture
def shared(bench: Bench) -> Bench:
    """A key that shows its own user's jobs, lists another member's on request, and ignores any other name."""
    bench.upstream.visible_to_key, bench.upstream.members = {"own"}, {"own", "mate"}
    bench.upstream.add_usage("user", bench.upstream.now.date(), 5, "own", "mate", "stranger")
    for user in ("own", "mate", "stranger"):
        bench.upstream.add_jobs(130, submitter_id=user)
    return bench


def test_members_that_the_own_listing_leaves_out_are_listed_from_the_first_sync_on(shared: Bench) -> None:
    sync(shared)
    assert asked_for(shared) == ["mate", "own", "stranger"]
    assert not wrong(shared)
    assert shared.lake.ledger("default", "jobs")[-1].parts["members"] == {
        "mate": "listed",
        "own": "covered",
        "stranger": "ignored",
    }
    shared.upstream.now += DAY
    shared.upstream.add_jobs(2, submitter_id="mate")
    sync(shared)
    assert asked_for(shared) == ["mate"]
    assert not wrong(shared)


def test_an_ignored_question_does_not_read_the_own_jobs_again(shared: Bench) -> None:
    sync(shared)
    strangers = [query for query in shared.asked("/jobs") if query.get("submitter_id") == "stranger"]
    assert len(strangers) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_member_whose_jobs_are_refused_is_named_and_the_others_are_read(shared: Bench, status: int) -> None:
    def meddle(request: httpx.Request) -> httpx.Response | None:
        is_refused = request.url.params.get("submitter_id") == "mate"
        return httpx.Response(status, json={"statusCode": status, "message": "no"}) if is_refused else None

    shared.upstream.meddle = meddle
    sync(shared)
    record = shared.lake.ledger("default", "jobs")[-1]
    assert record.complete
    [note] = record.notes
    assert note.startswith(f"the jobs of submitter mate are {NOT_AVAILABLE}: ")
    assert asked_for(shared) == ["mate", "own", "stranger"]
    assert shared.rows("jobs", "select submitter_id, count(*) from r group by all") == [("own", 130)]


def test_own_lists_nobody_else(shared: Bench) -> None:
    sync(shared, submitters="own")
    assert asked_for(shared) == []
    assert shared.rows("jobs", "select distinct submitter_id from r") == [("own",)]


def test_chosen_submitters_are_listed_and_nobody_else(shared: Bench) -> None:
    for _ in range(2):
        sync(shared, submitters=("mate",))
        assert asked_for(shared) == ["mate"]
        assert not wrong(shared)


def test_a_member_of_whom_the_own_listing_shows_the_newest_jobs_only_is_read_to_the_end(bench: Bench) -> None:
    """Were the first page that is known the end of the look, the older jobs would never come."""
    jobs = bench.upstream.add_jobs(300, submitter_id="mate")
    hidden = set(jobs[250:])

    def meddle(request: httpx.Request) -> httpx.Response | None:
        bench.upstream.unlisted = set() if "submitter_id" in request.url.params else hidden
        return None

    bench.upstream.meddle = meddle
    sync(bench)
    bench.upstream.meddle = None
    bench.upstream.unlisted = set()
    assert not wrong(bench)
    assert bench.lake.ledger("default", "jobs")[-1].parts["members"] == {"mate": "listed"}


def test_a_first_look_that_was_killed_is_finished(shared: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the look had written by then is known now, and must not pass for seen in the own listing."""
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 20)
    shared.crash(after=2 + 2 * 12 + 13 + 7, resources=["usage", "jobs"], page_size=10)
    assert asked_for(shared) == ["mate"]
    sync(shared, page_size=10)
    assert not wrong(shared)
    assert shared.lake.ledger("default", "jobs")[-1].parts["members"]["mate"] == "listed"


def test_a_job_that_comes_between_the_two_listings_does_not_make_its_submitter_listed_for_ever(bench: Bench) -> None:
    bench.upstream.add_jobs(5, submitter_id="mate")

    def meddle(request: httpx.Request) -> httpx.Response | None:
        if "submitter_id" in request.url.params:
            bench.upstream.now += timedelta(seconds=1)
            bench.upstream.add_job(1, bench.upstream.now, submitter_id="mate")
        return None

    bench.upstream.meddle = meddle
    sync(bench)
    bench.upstream.meddle = None
    bench.upstream.now += timedelta(hours=1)
    sync(bench)
    assert asked_for(bench) == ["mate"]
    sync(bench)
    assert asked_for(bench) == []
    assert not wrong(bench)


def test_a_covered_member_who_goes_out_of_sight_is_found_with_the_next_full_reading(shared: Bench) -> None:
    shared.upstream.visible_to_key = {"own", "mate"}
    sync(shared)
    shared.upstream.visible_to_key = {"own"}
    shared.upstream.now += 7 * DAY
    shared.upstream.add_jobs(3, submitter_id="mate")
    sync(shared)
    assert not wrong(shared)
    assert shared.lake.ledger("default", "jobs")[-1].parts["members"]["mate"] == "listed"


def test_since_looks_no_further_back_at_anyone(shared: Bench) -> None:
    records = shared.sync(resources=["usage", "jobs"], since=shared.upstream.now.date() - DAY, page_size=10)
    assert "jobs" in incomplete(records)
    assert shared.rows("jobs", "select max(submitted_at) - min(submitted_at) < interval 4 day from r") == [(True,)]
    sync(shared)
    assert not wrong(shared)
