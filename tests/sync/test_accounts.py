"""Keys and organizations: wrong ones, several ones, and the same records seen by two (DESIGN 2.15, 2.17, 9)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ionq_data.api.errors import AuthenticationError
from ionq_data.config import Account, ConfigurationError, ResultsFilter, Settings
from ionq_data.ingest import sync
from ionq_data.resources import STANDING
from ionq_data.resources.usage import GROUPINGS
from ionq_data.sync.progress import Progress
from ionq_data.sync.usage import BEGINNING
from tests.sync.bench import Bench, incomplete
from tests.sync.upstream import ORGANIZATION

TWO = (Account(name="one"), Account(name="two"))


def files(bench: Bench) -> list[str]:
    return [str(path) for path in bench.lake.root.rglob("*") if path.is_file()]


def organization(request: httpx.Request) -> bool:
    return "/organizations/" in request.url.path


def test_a_key_that_is_not_accepted_writes_nothing(bench: Bench) -> None:
    bench.upstream.meddle = lambda request: httpx.Response(401) if "Authorization" in request.headers else None
    with pytest.raises(AuthenticationError, match="does not accept the key"):
        bench.sync()
    assert files(bench) == []


def test_a_key_of_another_organization_writes_nothing(bench: Bench) -> None:
    with pytest.raises(
        ConfigurationError, match=f"belongs to organization {ORGANIZATION}, not to another-one"
    ) as error:
        bench.sync(accounts=(Account(name="default", organization_id="another-one"),))
    assert "organization_id" in str(error.value)
    assert files(bench) == []


def test_the_id_of_an_organization_is_one_part_of_an_address_whatever_is_in_it(bench: Bench) -> None:
    with pytest.raises(ConfigurationError):
        bench.sync(accounts=(Account(name="default", organization_id="one/two"),))
    [asked] = [request for request in bench.upstream.asked if organization(request)]
    assert asked.url.raw_path.startswith(b"/v0.4/organizations/one%2Ftwo/usage?")


def test_progress_names_the_account_and_counts_up_to_what_was_read(bench: Bench) -> None:
    jobs = bench.upstream.add_jobs(25)
    bench.upstream.results = {job_id: {"0": 1.0} for job_id in jobs}
    told: dict[str, list[Progress]] = {}
    bench.sync(
        account="one",
        page_size=10,
        submitters="own",
        results=ResultsFilter(enabled=True),
        on_progress=lambda progress: told.setdefault(progress.resource, []).append(progress),
    )
    assert {progress.account for progresses in told.values() for progress in progresses} == {"one"}
    assert [progress.done for progress in told["jobs"]] == [0, 10, 20, 25, 25]
    for name in ("job_costs", "job_results"):
        counted = [progress.done for progress in told[name]]
        assert counted == sorted(counted)
        assert len(counted) > 2
        assert told[name][-1] == Progress("one", name, 25, 25, note="done")


def test_a_list_of_sessions_may_be_an_empty_answer(bench: Bench) -> None:
    bench.upstream.meddle = lambda r: httpx.Response(200, json={}) if r.url.path.endswith("/sessions") else None
    assert not incomplete(bench.sync(resources=["sessions"]))


def test_an_organization_may_go_by_two_names(bench: Bench) -> None:
    """The one that was configured answers for the key, whatever the sessions call it."""
    sessions = {"organization_id": "a-name-of-old", "sessions": []}
    bench.upstream.meddle = lambda r: httpx.Response(200, json=sessions) if r.url.path.endswith("/sessions") else None
    records = bench.sync(accounts=(Account(name="default", organization_id=ORGANIZATION),))
    assert not incomplete(records)
    assert {record.organization for record in records} == {ORGANIZATION}


def test_a_key_that_is_revoked_in_the_middle_ends_the_sync_and_keeps_what_was_read(bench: Bench) -> None:
    bench.upstream.add_jobs(250)
    bench.upstream.meddle = lambda r: httpx.Response(401) if len(bench.asked("/jobs")) > 1 else None
    with pytest.raises(AuthenticationError):
        bench.sync()
    bench.upstream.meddle = None
    assert bench.rows("jobs", "select count(*) from r") == [(100,)]
    assert not incomplete(bench.sync())
    assert not bench.wrong()


def test_without_a_key_the_error_says_which_variable_to_set(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="set MY_KEY to a key"):
        sync(Settings(accounts=(Account(api_key_env="MY_KEY"),)), bench.lake)
    assert files(bench) == []


def test_a_base_url_in_the_clear_is_refused_before_anything_is_sent(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IONQ_API_KEY", "k" * 32)
    with pytest.raises(ConfigurationError, match="https"):
        sync(Settings(accounts=(Account(base_url="http://api.example.test/v0.4"),)), bench.lake)
    assert files(bench) == []


def test_no_resource_of_that_name(bench: Bench) -> None:
    with pytest.raises(ConfigurationError, match="there is no resource job"):
        bench.sync(resources=["job"])


def test_the_key_goes_only_where_the_api_asks_for_it(bench: Bench) -> None:
    """2.15: ``/backends`` and the characterizations need none."""
    bench.upstream.add_jobs(3)
    bench.sync()
    for request in bench.upstream.asked:
        assert ("Authorization" in request.headers) is ("/backends" not in request.url.path), request.url
        assert request.url.host == "api.example.test"


def test_what_is_public_is_read_without_asking_who_the_key_is(bench: Bench) -> None:
    bench.upstream.meddle = lambda request: httpx.Response(401) if "Authorization" in request.headers else None
    assert not incomplete(bench.sync(resources=["backends", "characterizations"]))


def test_two_accounts_of_one_organization_ask_for_its_usage_once(bench: Bench) -> None:
    bench.upstream.add_usage("project", bench.upstream.now.date(), 9, "a")
    records = bench.sync(accounts=TWO)
    assert not incomplete(records)
    asked = [request for request in bench.upstream.asked if organization(request)]
    assert len({request.headers["Authorization"] for request in asked}) == 1
    assert len({str(request.url) for request in asked}) == len(asked)
    years = -(-(bench.upstream.now.date() - BEGINNING).days // 366)
    assert len(asked) == years * len(GROUPINGS), "a year a request"
    assert bench.rows("usage", "select account from r") == [("one",)]
    assert [record.mode for record in records if record.resource == "usage"] == ["full", "skipped"]


def test_usage_is_asked_for_with_the_second_key_where_the_first_may_not(bench: Bench) -> None:
    bench.upstream.add_usage("project", bench.upstream.now.date(), 9, "a")
    refused: list[Any] = []

    def meddle(request: httpx.Request) -> httpx.Response | None:
        if organization(request) and not refused:
            refused.append(request)
            return httpx.Response(403)
        return None

    bench.upstream.meddle = meddle
    records = bench.sync(accounts=TWO)
    assert not incomplete(records)
    assert [r.availability for r in records if r.resource == "usage"] == ["refused", "available"]
    assert bench.rows("usage", "select account from r") == [("two",)]


def test_an_account_that_was_skipped_reads_all_once_it_is_alone(bench: Bench) -> None:
    old = bench.upstream.now.date().replace(month=1)
    bench.upstream.add_usage("project", old, 9, "a")
    bench.sync(accounts=TWO, resources=["usage"])
    bench.sync(accounts=TWO[1:], resources=["usage"])
    assert ("two", old) in bench.rows("usage", 'select account, "from" from r')


def test_a_job_that_two_keys_see_is_in_the_lake_once_for_each(bench: Bench) -> None:
    bench.upstream.add_jobs(3)
    bench.sync(accounts=TWO)
    assert bench.rows("jobs", "select account, count(*) from r group by 1 order by 1") == [("one", 3), ("two", 3)]


def test_an_account_that_cannot_be_reached_does_not_keep_the_other_from_being_read(bench: Bench) -> None:
    bench.upstream.add_jobs(3)
    asked: list[httpx.Request] = []

    def meddle(request: httpx.Request) -> httpx.Response | None:
        asked.append(request)
        return httpx.Response(503) if len(asked) <= 3 else None

    bench.upstream.meddle = meddle
    records = bench.sync(accounts=TWO)
    assert [record.complete for record in records] == [False] * len(STANDING) + [True] * len(STANDING)
    assert "503" in records[0].missing[0]
    assert sum(record.requests for record in records) == len(asked)
