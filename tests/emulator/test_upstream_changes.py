"""What tests do to the organization while a pipeline looks on."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from tests.emulator.conftest import ANCHOR, Api


def test_a_late_job_appears_in_its_place(fresh: Callable[..., Api]) -> None:
    api = fresh()
    before = api.emulator.job_ids()
    when = ANCHOR - timedelta(days=10)
    late = api.emulator.add_job(submitted_at=when, backend="qpu.aria-1")
    listed = api.jobs()
    assert sorted(job["id"] for job in listed) == sorted([*before, late])
    assert [job["submitted_at"] for job in listed] == sorted((job["submitted_at"] for job in listed), reverse=True)
    assert next(job for job in listed if job["id"] == late)["submitted_at"] == "2026-02-28T18:00:00.000Z"
    parent = next((job for job in listed if job["parent_job_id"]), None)
    assert parent is not None
    assert parent["id"] in api.get(f"/jobs/{parent['parent_job_id']}")["child_job_ids"]


def test_a_deleted_job_is_gone_but_paid(fresh: Callable[..., Api]) -> None:
    api = fresh()
    job_id = api.emulator.add_job(submitted_at=ANCHOR - timedelta(days=3))
    paid = api.usage()["amount_total"]
    api.emulator.delete_job(job_id)
    assert api.ask(f"/jobs/{job_id}").status_code == 404
    assert api.ask(f"/jobs/{job_id}/cost").status_code == 404
    assert api.get("/jobs", ids=[job_id])["jobs"] == []
    assert job_id not in [job["id"] for job in api.jobs()]
    assert api.usage()["amount_total"] == paid
    assert api.emulator.truth()["totals"]["deleted_jobs"] == 1


def test_a_waiting_job_can_be_canceled(fresh: Callable[..., Api]) -> None:
    api = fresh()
    job_id = api.emulator.add_job()
    api.emulator.clock.advance(60)
    api.emulator.cancel_job(job_id)
    job = api.get(f"/jobs/{job_id}")
    assert (job["status"], job["started_at"], job["completed_at"]) == ("canceled", None, "2026-03-10T18:01:00.000Z")
    assert api.get(f"/jobs/{job_id}/cost")["cost"]["value"] == 0
    with pytest.raises(ValueError, match="cannot be canceled"):
        api.emulator.cancel_job(job_id)


def test_a_waiting_family_is_canceled_whole(fresh: Callable[..., Api]) -> None:
    api = fresh(jobs=2000, days=20)
    jobs = api.emulator.jobs
    parent = next(at for at in range(len(jobs)) if jobs.children[at] and jobs.machine[at] and jobs.ready[at] < 1 << 60)
    api.emulator.clock.set(datetime.fromtimestamp(int(jobs.submitted[parent]) / 1000, UTC) + timedelta(milliseconds=2))
    api.emulator.cancel_job(api.emulator.job_id(parent))
    shown = api.get(f"/jobs/{api.emulator.job_id(parent)}")
    children = api.jobs(parent_job_id=shown["id"])
    assert len(children) == jobs.children[parent]
    assert {job["status"] for job in [shown, *children]} == {"canceled"}


def test_bills_and_usage_are_restated(fresh: Callable[..., Api]) -> None:
    api = fresh()
    job_id = api.emulator.add_job(submitted_at=datetime(2026, 3, 5, 12, tzinfo=UTC))
    day = {"start_date": "2026-03-05", "end_date": "2026-03-05"}

    def told(**asked: str) -> Decimal:
        amounts = {one["unit"]: Decimal(str(one["amount"])) for one in api.usage(**day, **asked)["amount_totals"]}
        return amounts["USD"]

    before, billed = told(), Decimal(str(api.get(f"/jobs/{job_id}/cost")["cost"]["value"]))
    api.emulator.restate_cost(job_id, cents=12_345)
    assert api.get(f"/jobs/{job_id}/cost")["cost"]["value"] == 123.45
    restated = before - billed + Decimal("123.45")
    assert told() == restated
    api.emulator.restate_usage(date(2026, 3, 5), cents=-123, project=1, user=2)
    assert told() == told(group_by="job") == restated - Decimal("1.23")


def test_a_characterization_is_added(fresh: Callable[..., Api]) -> None:
    api = fresh()
    added = api.emulator.add_characterization("qpu.aria-1", values={"2q": 0.91})
    newest = api.get("/backends/qpu.aria-1/characterizations")["characterizations"][0]
    assert (newest["id"], newest["fidelity"]["2q"]["median"]) == (added, 0.91)
    assert api.get("/backends/qpu.aria-1")["characterization_id"] == added
    assert api.get(f"/backends/qpu.aria-1/characterizations/{added}") == newest


def test_everything_can_be_done_over_http(fresh: Callable[..., Api]) -> None:
    api = fresh()
    with httpx.Client(base_url=api.server.base_url.replace("/v0.4", "/_emulator")) as control:
        about = httpx.get(api.server.base_url.replace("/v0.4", "/_emulator")).json()
        assert about["scenario"]["jobs"] == 200
        added = control.post("/jobs", json={"submitted_at": "2026-03-01T00:00:00Z", "shots": 250}).json()["id"]
        assert api.get(f"/jobs/{added}")["shots"] == 250
        waiting = control.post("/jobs", json={}).json()["id"]
        assert control.post(f"/jobs/{waiting}/cancel").json()["status"] == "canceled"
        assert control.post(f"/jobs/{added}/cost", json={"cents": 777}).status_code == 200
        assert api.get(f"/jobs/{added}/cost")["cost"]["value"] == 7.77
        assert control.request("DELETE", f"/jobs/{added}").json()["status"] == "deleted"
        assert api.ask(f"/jobs/{added}").status_code == 404
        assert control.post("/usage", json={"date": "2026-03-01", "cents": 5}).status_code == 200
        assert control.post("/characterizations", json={"backend": "qpu.forte-1"}).json()["id"]
        assert control.post("/faults", json={"kind": "status", "times": 1}).json()["faults"][0]["hits"] == 0
        assert api.ask("/backends").status_code == 503
        assert control.get("/faults").json()["faults"][0]["hits"] == 1
        assert control.request("DELETE", "/faults").json() == {"faults": []}
        assert len(control.get("/truth", params={"jobs": "true"}).json()["jobs"]) == 202
        for path, body in (
            ("/faults", {"kind": "x"}),
            ("/jobs", {"colour": 1}),
            ("/usage", {}),
            ("/jobs/x/cancel", {}),
        ):
            assert control.post(path, json=body).status_code == 400
    assert not any(record.path.startswith("/_emulator") for record in api.emulator.requests)


def test_a_bill_for_a_job_that_was_canceled_is_in_the_report(fresh: Callable[..., Api]) -> None:
    api = fresh()
    job_id = api.emulator.add_job(final=None)
    api.emulator.cancel_job(job_id)

    def paid() -> Decimal:
        amounts = {one["unit"]: Decimal(str(one["amount"])) for one in api.usage()["amount_totals"]}
        return amounts["USD"]

    before = paid()
    api.emulator.restate_cost(job_id, cents=12_345)
    assert paid() - before == Decimal("123.45")
