"""Who may see what."""

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from typing import get_args

import pytest

from ionq_data.emulator.scenario import Role
from tests.emulator.conftest import Api

PUBLIC = ("/backends", "/backends/qpu.aria-1", "/backends/qpu.aria-1/characterizations")


def test_public_endpoints_need_no_key_and_the_log_says_whether_one_came(api: Api) -> None:
    for path in PUBLIC:
        api.get(path, key=None)
        last = api.emulator.requests[-1]
        assert (last.method, last.path, last.had_key, last.status) == ("GET", path, False, 200)
        api.get(path)
        assert api.emulator.requests[-1].had_key


@pytest.mark.parametrize(
    "path",
    ["/whoami", "/jobs", "/jobs/x", "/jobs/x/cost", "/jobs/estimate?backend=simulator", "/sessions", "/sessions/x",
     "/organizations/x/usage", "/backends/qpu.aria-1/characterizations/x"],
)  # fmt: skip
def test_other_endpoints_need_a_known_key(api: Api, path: str) -> None:
    assert api.ask(path, key=None).status_code == 401
    assert api.ask(path, key="unknown").json()["statusCode"] == 401
    answer = api.http.get(path, headers={"Authorization": f"Bearer {api.server.api_key}"})
    assert answer.status_code == 401


def test_whoami_names_the_key(api: Api) -> None:
    keys = api.emulator.history.organization.keys
    for key in keys:
        answer = api.get("/whoami", key=key.secret)
        assert (answer["key_id"], answer["key_name"]) == (key.key_id, key.name)
    assert len({key.secret for key in keys}) == len(keys) >= 4


def test_a_users_key_lists_own_jobs_and_others_by_submitter(api: Api) -> None:
    organization = api.emulator.history.organization
    own_key = organization.keys[1]
    assert own_key.user is not None
    own = api.jobs(key=own_key.secret)
    everything = api.jobs()
    own_id = organization.user_ids[own_key.user]
    assert own == [job for job in everything if job["submitter_id"] == own_id]
    shared = {organization.project_ids[number] for number in organization.projects_of(own_key.user)}
    members = organization.shared_users(own_key.user)
    strangers = set(range(len(organization.user_ids))) - members
    others = sorted(members - {own_key.user})
    assert others
    for other in others:
        listed = api.jobs(key=own_key.secret, submitter_id=organization.user_ids[other])
        expected = [
            job for job in everything
            if job["submitter_id"] == organization.user_ids[other] and job["project_id"] in shared
        ]  # fmt: skip
        assert listed == expected
    for stranger in [*(organization.user_ids[number] for number in strangers), "unknown"]:
        assert api.jobs(key=own_key.secret, submitter_id=stranger) == own


def test_a_users_key_may_not_open_what_it_does_not_share(api: Api) -> None:
    organization = api.emulator.history.organization
    own_key = organization.keys[1]
    assert own_key.user is not None
    shared = {organization.project_ids[number] for number in organization.projects_of(own_key.user)}
    foreign = next(
        job["id"] for job in api.jobs()
        if job["project_id"] not in shared and job["submitter_id"] != organization.user_ids[own_key.user]
    )  # fmt: skip
    assert api.ask(f"/jobs/{foreign}", key=own_key.secret).status_code == 404
    assert api.ask(f"/jobs/{foreign}/cost", key=own_key.secret).status_code == 403


def test_another_organizations_key_sees_nothing_of_this_one(api: Api) -> None:
    organization = api.emulator.history.organization
    other = organization.keys[2]
    assert api.jobs(key=other.secret) == []
    assert api.ask(f"/jobs/{api.emulator.job_ids()[0]}", key=other.secret).status_code == 404
    assert api.get("/sessions", key=other.secret) == {"organization_id": other.organization_id, "sessions": []}
    asked = {"group_by": "user", "modality": "daily", "start_date": "2026-03-01", "end_date": "2026-03-05"}
    refused = api.ask(f"/organizations/{organization.id}/usage", key=other.secret, **asked)
    assert refused.status_code == 403
    own = api.get(f"/organizations/{other.organization_id}/usage", key=other.secret, **asked)
    days = 5 if api.emulator.scenario.is_october else 4
    assert (own["amount_total"], len(own["usage_data"])) == (0, days)


def test_two_keys_see_the_same_jobs(api: Api) -> None:
    keys = api.emulator.history.organization.keys
    listed = [api.jobs(key=key.secret) for key in (keys[0], keys[3])]
    assert all(one == other for one, other in pairwise(listed))
    assert len(listed[0]) == 1500


ASKED = {
    "estimate": "/jobs/estimate?backend=qpu.forte-1",
    "usage": "/organizations/{}/usage?group_by=project&modality=daily&start_date=2026-03-01&end_date=2026-03-05",
    "sessions": "/sessions",
    "projects": "/projects",
}
REFUSED = {
    "admin": {}, "user": {"estimate": 401, "usage": 401, "sessions": 404, "projects": 403}, "member": {"usage": 403},
    "jobs_only": {"estimate": 401, "usage": 403, "sessions": 404, "projects": 404},
}  # fmt: skip


@pytest.mark.parametrize("role", get_args(Role))
def test_a_key_may_ask_what_its_role_may(fresh: Callable[..., Api], role: str) -> None:
    api = fresh(role=role)
    statuses = {what: api.ask(path.format(api.server.organization_id)).status_code for what, path in ASKED.items()}
    assert statuses == {what: REFUSED[role].get(what, 200) for what in ASKED}
    assert api.get("/whoami")["key_name"] == "organization"
    job = api.jobs()[0]
    assert api.get(f"/jobs/{job['id']}")["id"] == job["id"]
    assert "dry_run" in api.get(f"/jobs/{job['id']}/cost")


def test_some_keys_have_few_rights(october: Api) -> None:
    keys = october.emulator.truth()["organization"]["keys"]
    assert {"admin", "user", "jobs_only"} == {key["role"] for key in keys}
    for key in keys:
        asked = {what: path.format(key["organization_id"]) for what, path in ASKED.items()}
        answers = {what: october.ask(path, key=key["api_key"]).status_code for what, path in asked.items()}
        assert answers == {what: REFUSED[key["role"]].get(what, 200) for what in ASKED}


def test_projects_tell_quotas(october: Api) -> None:
    projects = october.get("/projects")["projects"]
    known = october.emulator.truth()
    assert [one["id"] for one in projects] == [one["id"] for one in known["organization"]["projects"]]
    spent = {
        unit: {row["project_id"]: Decimal(row["cost"]) for row in known[table]["project_monthly"]
               if row["month"] == "2026-03"}
        for unit, table in (("usd", "cost"), ("credit", "cost_in_credits"))
    }  # fmt: skip
    for one in projects:
        assert Decimal(str(one["quotaUsage"])) == spent[one["unit"]].get(one["id"], 0)
    assert sum(one["quotaLimit"] is None for one in projects) == 1
