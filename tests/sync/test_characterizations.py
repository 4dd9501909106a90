"""Characterizations: pages, retired backends, and no hole behind a cut reading (DESIGN 2.7 to 2.9, 2.15)."""

from __future__ import annotations

import itertools
from datetime import timedelta

import httpx
import pytest

from tests.sync.bench import Bench, incomplete, written

DAY = timedelta(days=1)
FORTE, ARIA = "/backends/qpu.forte-1/characterizations", "/backends/qpu.aria-1/characterizations"


def sync(bench: Bench, **arguments: object) -> dict[str, tuple[str, ...]]:
    return incomplete(bench.sync(resources=["characterizations"], **arguments))


def calibrate(bench: Bench, days: int, backend: str = "qpu.forte-1") -> None:
    for day in range(days):
        bench.upstream.add_characterization(f"{backend} {day}", bench.upstream.now - day * DAY, backend)


def test_all_pages_are_read_by_number_without_a_key(bench: Bench) -> None:
    calibrate(bench, 35)
    assert not sync(bench)
    assert not bench.wrong()
    assert [query["page"] for query in bench.asked(FORTE)] == ["1", "2", "3", "4"]
    assert not any("Authorization" in request.headers for request in bench.upstream.asked)


def test_the_next_sync_asks_from_the_day_before_the_newest(bench: Bench) -> None:
    calibrate(bench, 35)
    sync(bench)
    bench.upstream.now += DAY
    bench.upstream.add_characterization("new", bench.upstream.now)
    sync(bench)
    assert [query["start"] for query in bench.asked(FORTE)] == ["2026-06-14"]
    assert not bench.wrong()
    [(newest,)] = bench.rows("characterizations", "select max(date) from r")
    assert bench.lake.ledger("default", "characterizations")[-1].watermark == newest


def test_a_short_page_ends_a_listing_only_where_pages_agrees(bench: Bench) -> None:
    calibrate(bench, 23)

    def meddle(request: httpx.Request) -> httpx.Response | None:
        if not request.url.path.endswith("/characterizations"):
            return None
        page = int(request.url.params["page"])
        found = bench.upstream.characterizations["qpu.forte-1"][(page - 1) * 4 : page * 4]
        return httpx.Response(200, json={"characterizations": found})  # ``pages`` is optional, and a page may be short

    bench.upstream.meddle = meddle
    assert not sync(bench)
    bench.upstream.meddle = None
    assert not bench.wrong()


def test_a_retired_backend_is_asked_because_jobs_name_it(bench: Bench) -> None:
    calibrate(bench, 5, "qpu.aria-1")
    bench.upstream.add_jobs(2, backend="qpu.aria-1")
    bench.sync()
    assert not bench.wrong()


def test_a_retired_backend_is_asked_because_jobs_in_the_lake_name_it_where_no_sync_has_noted_it(bench: Bench) -> None:
    """A lake without its bookmarks and its ledger. What other accounts ran on is no question of this one."""
    for account, backend in (("other", "qpu.aria-2"), ("default", "qpu.aria-1")):
        bench.upstream.jobs.clear()
        bench.upstream.add_jobs(2, backend=backend)
        bench.sync(resources=["jobs"], account=account)
    for name in (*bench.lake.storage.list("_bookmarks"), *bench.lake.storage.list("_syncs")):
        bench.lake.storage.delete(name)
    calibrate(bench, 5, "qpu.aria-1")
    assert not sync(bench)
    asked = {
        request.url.path.split("/")[3] for request in bench.upstream.asked if "/characterizations" in str(request.url)
    }
    assert asked == {"qpu.aria-1", "qpu.forte-1"}


def test_a_retired_backend_is_asked_because_a_killed_sync_saw_its_jobs(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sync that ends the backfill does not see those jobs again."""
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 10)
    calibrate(bench, 5, "qpu.aria-1")
    bench.upstream.add_jobs(1, backend="qpu.aria-1")
    bench.upstream.now -= DAY
    bench.upstream.add_jobs(300)
    bench.upstream.now += DAY
    bench.crash(after=20, resources=["jobs"], page_size=10)
    assert not incomplete(bench.sync(page_size=10, overlap_hours=0))
    assert not [wrong for wrong in bench.wrong() if wrong.startswith("char")]


def test_a_backend_that_was_listed_once_goes_on_being_asked(bench: Bench) -> None:
    bench.upstream.backends.append("qpu.aria-1")
    sync(bench)
    bench.upstream.backends.remove("qpu.aria-1")
    calibrate(bench, 2, "qpu.aria-1")
    sync(bench)
    assert not bench.wrong()


def test_a_configured_backend_is_asked(bench: Bench) -> None:
    calibrate(bench, 2, "qpu.aria-1")
    sync(bench, backends=("qpu.aria-1",))
    assert not bench.wrong()


def test_a_reading_that_was_killed_leaves_no_hole_below_the_newest(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest known date in the lake is no mark: older ones may have never come."""
    monkeypatch.setattr("ionq_data.sync.intake.FLUSH_ROWS", 10)
    calibrate(bench, 60)
    bench.crash(after=4, resources=["characterizations"])
    assert 0 < bench.rows("characterizations", "select count(*) from r")[0][0] < 60
    sync(bench)
    assert not bench.wrong()


def test_one_backend_that_fails_keeps_no_other_from_being_read(bench: Bench) -> None:
    bench.upstream.backends.append("qpu.aria-1")
    calibrate(bench, 12)
    calibrate(bench, 12, "qpu.aria-1")
    bench.upstream.fail_path = ARIA
    missing = sync(bench)["characterizations"]
    assert len(missing) == 1
    assert "qpu.aria-1" in missing[0]
    assert bench.rows("characterizations", "select count(*) from r where id like 'qpu.forte-1%'") == [(12,)]
    assert bench.rows("characterizations", "select count(*) from r") == [(12,)]
    bench.upstream.fail_path = None
    assert not sync(bench)
    assert not bench.wrong()


@pytest.mark.parametrize(("status", "is_listed", "complete"), [
    (404, True, True), (403, True, True), (404, False, True),
    (400, False, True), (400, True, False), (503, False, False),
])  # fmt: skip
def test_a_refusal_is_no_hole_only_where_there_is_nothing_to_read(
    bench: Bench, status: int, is_listed: bool, complete: bool
) -> None:
    bench.upstream.meddle = lambda r: (
        httpx.Response(status) if r.url.path.endswith("aria-1/characterizations") else None
    )
    if is_listed:
        bench.upstream.backends.append("qpu.aria-1")
    assert bool(sync(bench, backends=("qpu.aria-1",))) is not complete


def test_a_measurement_of_the_future_does_not_hide_the_next_ones(bench: Bench) -> None:
    bench.upstream.add_characterization("far", bench.upstream.now + 900 * DAY)
    calibrate(bench, 2)
    sync(bench)
    bench.upstream.now += DAY
    bench.upstream.add_characterization("new", bench.upstream.now)
    sync(bench)
    assert not bench.wrong()


# a page of several fills a null metric from the next newer record (2.21)


def fill_from_neighbours(bench: Bench, *, page_of_one: bool = True) -> None:
    """Answer as the API does: right for a record that is asked for singly, filled from its neighbour on a page."""

    def meddle(request: httpx.Request) -> httpx.Response | None:
        name = request.url.path.rpartition("/")[2]
        every = {c["id"]: c for c in bench.upstream.characterizations.get("qpu.forte-1", ())}
        if name in every:
            return httpx.Response(200, json=every[name])
        if request.url.path != f"/v0.4{FORTE}":
            return None
        if request.url.params["limit"] == "1" and not page_of_one:
            return httpx.Response(400)
        answer = bench.upstream._characterizations("qpu.forte-1", request.url.params).json()
        for newer, record in itertools.pairwise(answer["characterizations"]):
            for metric, of_record in record["fidelity"].items():
                if of_record["median"] is None:
                    of_record["median"] = newer["fidelity"][metric]["median"]
        return httpx.Response(200, json=answer)

    bench.upstream.meddle = meddle


def measure(bench: Bench, day: int, spam: float | None) -> None:
    bench.upstream.add_characterization(f"c{day}", bench.upstream.now - day * DAY)
    bench.upstream.characterizations["qpu.forte-1"][-1]["fidelity"]["spam"]["median"] = spam


@pytest.mark.parametrize("page_of_one", [True, False])
def test_a_null_that_shows_its_neighbours_value_is_read_as_null(bench: Bench, page_of_one: bool) -> None:
    said = {0: 0.991, 1: None, 2: 0.990, 3: None, 4: 0.993, 5: 0.993}
    for day, spam in said.items():
        measure(bench, day, spam)
    fill_from_neighbours(bench, page_of_one=page_of_one)
    assert not sync(bench)
    found = dict(bench.rows("characterizations", "select id, fidelity_spam_median from r"))
    assert found == {f"c{day}": spam for day, spam in said.items()}
    of_records = [request for request in bench.upstream.asked if f"{FORTE}/" in request.url.path]
    assert bool(of_records) is not page_of_one
    bench.upstream.now += DAY / 4
    assert written(bench.sync(resources=["characterizations"], full=True)) == {}


def test_a_known_null_is_not_filled_when_a_newer_record_comes(bench: Bench) -> None:
    measure(bench, 0, None)
    fill_from_neighbours(bench)
    sync(bench)
    bench.upstream.now += DAY / 2
    measure(bench, 0, 0.991)
    bench.upstream.characterizations["qpu.forte-1"][-1]["id"] = "newer"
    for _ in range(2):
        assert not sync(bench)
        assert dict(bench.versions("characterizations", "select id, fidelity_spam_median from r")) == {
            "c0": None,
            "newer": 0.991,
        }


def test_constants_of_a_backend_are_not_asked_for_one_by_one(bench: Bench) -> None:
    for day in range(30):
        measure(bench, day, 0.99)
    fill_from_neighbours(bench)
    sync(bench)
    assert len(bench.upstream.asked) < 8
