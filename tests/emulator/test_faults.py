"""Each fault does what its name says, when and as often as it was told."""

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from ionq_data.emulator import Fault
from tests.emulator.conftest import ANCHOR, Api


@pytest.fixture
def faulty(fresh: Callable[..., Api]) -> Callable[..., Api]:
    def make(kind: str, **settings: Any) -> Api:
        api = fresh()
        api.emulator.faults.switch_on(kind, **settings)  # type: ignore[arg-type]
        return api

    return make


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520])
def test_status(faulty: Callable[..., Api], status: int) -> None:
    api = faulty("status", status=status, times=2)
    assert [api.ask("/whoami").status_code for _ in range(3)] == [status, status, 200]
    assert [record.status for record in api.emulator.requests] == [status, status, 200]


def test_rate_limit_says_when_to_return(faulty: Callable[..., Api]) -> None:
    api = faulty("rate_limit", retry_after="seconds", seconds=3, times=1)
    api.emulator.faults.switch_on("rate_limit", retry_after="date", seconds=90, times=1)
    api.emulator.faults.switch_on("rate_limit", retry_after="none", times=1)
    seconds, date, none = (api.ask("/jobs") for _ in range(3))
    assert seconds.status_code == date.status_code == none.status_code == 429
    assert seconds.headers["retry-after"] == "3"
    assert (parsedate_to_datetime(date.headers["retry-after"]) - ANCHOR).total_seconds() == 90
    assert "retry-after" not in none.headers
    assert api.ask("/jobs").status_code == 200


def test_path_and_probability_choose_the_requests(faulty: Callable[..., Api]) -> None:
    api = faulty("status", path="/jobs", probability=0.5)
    jobs = [api.ask("/jobs", limit=1).status_code for _ in range(200)]
    assert 60 < jobs.count(503) < 140
    assert {api.ask("/backends").status_code for _ in range(20)} == {200}
    assert api.emulator.faults.describe()[0]["hits"] == jobs.count(503)
    api.emulator.faults.clear()
    assert {api.ask("/jobs", limit=1).status_code for _ in range(20)} == {200}


def test_slow(faulty: Callable[..., Api]) -> None:
    api = faulty("slow", seconds=0.15, times=1)
    began = time.perf_counter()
    assert api.ask("/whoami").status_code == 200
    assert time.perf_counter() - began >= 0.15
    api.emulator.faults.switch_on("slow", seconds=0.4, times=1)
    with pytest.raises(httpx.ReadTimeout):
        api.http.get("/whoami", timeout=0.05)


def test_cut_off(faulty: Callable[..., Api]) -> None:
    api = faulty("cut_off", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        api.ask("/jobs")
    assert api.ask("/jobs").status_code == 200


def test_malformed(faulty: Callable[..., Api]) -> None:
    answer = faulty("malformed").ask("/jobs")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        answer.json()


def test_html(faulty: Callable[..., Api]) -> None:
    answer = faulty("html").ask("/jobs")
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert answer.text.startswith("<html>")


def test_redirect(faulty: Callable[..., Api]) -> None:
    answer = faulty("redirect").ask("/jobs")
    assert answer.status_code == 302
    assert httpx.URL(answer.headers["location"]).host != httpx.URL(str(answer.url)).host


def test_drop(faulty: Callable[..., Api]) -> None:
    api = faulty("drop", times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        api.ask("/jobs")
    assert api.emulator.requests[-1].status == 0
    assert api.ask("/jobs").status_code == 200


def test_repeated_cursor(faulty: Callable[..., Api]) -> None:
    api = faulty("repeated_cursor")
    first = api.get("/jobs", limit=10)
    second = api.get("/jobs", limit=10, next=first["next"])
    assert second["next"] == first["next"]
    assert second["jobs"] != first["jobs"]


def test_empty_page_loses_nothing(faulty: Callable[..., Api]) -> None:
    api = faulty("empty_page")
    cursors, listed, empty = [], [], 0
    page = api.get("/jobs", limit=50)
    while page["next"]:
        cursors.append(page["next"])
        empty += not page["jobs"]
        page = api.get("/jobs", limit=50, next=cursors[-1])
        listed += [job["id"] for job in page["jobs"]]
    assert listed == api.emulator.job_ids()
    assert empty == 4
    assert len(set(cursors)) == len(cursors)


def test_unordered_pages_keep_their_jobs(faulty: Callable[..., Api]) -> None:
    api = faulty("unordered")
    listed = [job["id"] for job in api.jobs(limit=30)]
    assert listed != api.emulator.job_ids()
    assert sorted(listed) == sorted(api.emulator.job_ids())


def test_shifted_rows_come_twice(faulty: Callable[..., Api]) -> None:
    api = faulty("shifted")
    listed = [job["id"] for job in api.jobs(limit=30)]
    assert len(listed) > len(set(listed))
    assert list(dict.fromkeys(listed)) == api.emulator.job_ids()


def test_pages_absent_or_lying(faulty: Callable[..., Api]) -> None:
    path = "/backends/qpu.aria-1/characterizations"
    api = faulty("pages_absent")
    assert list(api.get(path)) == ["characterizations"]
    api.emulator.faults.clear()
    told = api.get(path)["pages"]
    api.emulator.faults.switch_on("pages_lying")
    assert api.get(path)["pages"] != told
    assert api.get(path, page=99) == {"characterizations": [], "pages": 3}
    api.emulator.faults.clear()
    api.emulator.faults.switch_on("pages_total")
    assert [api.get(path, page=page)["pages"] for page in (1, 2, 99)] == [told + 1] * 3


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no fault 'bad'"):
        Fault(kind="bad")  # type: ignore[arg-type]
