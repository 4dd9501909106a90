"""Random histories of an organization, told by hypothesis: what happens upstream, and when it is synced or cut off."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ionq_data.lake import Lake
from ionq_data.lake.ledger import SyncRecord
from ionq_data.lake.verification import verify
from tests.proofs.crashing_storage import CrashingStorage
from tests.sync.bench import Bench, incomplete, written
from tests.sync.records import iso, session
from tests.sync.upstream import TERMINAL, Crash, Upstream

USERS = ("user-1", "user-2", "user-3", "user-4")
OWN, LISTED, STRANGER = {"user-1", "user-2"}, {"user-1", "user-2", "user-3"}, "user-4"
PATHS = ("/jobs", "/whoami", "/sessions", "/organizations", "/backends", "/jobs/0")
PAGE_SIZES = st.sampled_from([2, 3, 7, 100])
hours = st.integers(0, 20).map(lambda n: timedelta(hours=n))


class History(RuleBasedStateMachine):
    """A history. ``hidden`` names what no incremental sync can see: it waits for the next full one."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ionq-data-history-"))
        self.storage = CrashingStorage(self.folder / "lake")
        self.bench = Bench(Upstream(visible_to_key=OWN, members=LISTED), Lake(self.folder / "lake", self.storage))
        self.up = self.bench.upstream
        self.hidden: set[str] = set()
        self.deleted: dict[str, Any] = {}
        self.count = 0

    def teardown(self) -> None:
        try:
            self.check_the_end()
        finally:
            shutil.rmtree(self.folder)

    # what happens upstream

    @initialize(jobs=st.integers(0, 12), page_size=PAGE_SIZES)
    def begin(self, jobs: int, page_size: int) -> None:
        self.up.add_usage("user", self.up.now.date(), 5, *USERS)
        self.page_size = page_size
        for number in range(jobs):
            self._submit(timedelta(hours=7 * number + 1), USERS[number % 4])

    @rule(user=st.sampled_from(USERS), ago=hours, n=st.integers(1, 4))
    def submit(self, user: str, ago: timedelta, n: int) -> None:
        for number in range(n):
            self._submit(ago + timedelta(minutes=number), user)

    def _submit(self, ago: timedelta, user: str = "user-1", **values: Any) -> str:
        self.count += 1
        backend = "simulator" if self.count % 5 == 0 else "qpu.forte-1"
        job_id = self.up.add_job(self.count, self.up.now - ago, **({"submitter_id": user, "backend": backend} | values))
        if user not in self.up.visible_to_key:
            self.hidden.add(job_id)  # a member's listing is read each time only once it has shown something
        return job_id

    @rule(ago=st.integers(2, 40))
    def submit_late(self, ago: int) -> None:
        self.hidden.add(self._submit(timedelta(days=ago)))

    @rule(parts=st.integers(1, 3), is_listed=st.booleans())
    def submit_parts(self, parts: int, is_listed: bool) -> None:
        parent = self._submit(timedelta(0), type="ionq.multi-circuit.v1")
        ids = {self._submit(timedelta(0), parent_job_id=parent) for _ in range(parts)}
        self.up.unlisted |= set() if is_listed else ids

    @precondition(lambda self: self.up.jobs)
    @rule(data=st.data(), status=st.sampled_from(["ready", "started", "completed", "failed", "canceled", "parked"]))
    def progress(self, data: st.DataObject, status: str) -> None:
        open_jobs = sorted(job_id for job_id, job in self.up.jobs.items() if job["status"] not in TERMINAL)
        if not open_jobs:
            return
        job_id = data.draw(st.sampled_from(open_jobs))
        if status in TERMINAL:
            self.up.finish(job_id, self.up.now, status)
        else:
            self.up.jobs[job_id]["status"] = status

    @precondition(lambda self: self.up.costs)
    @rule(data=st.data(), cost=st.sampled_from([0, 25.79, 31.5, 403, 404]))
    def change_cost(self, data: st.DataObject, cost: float) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.up.costs)))
        ended = self.up.jobs.get(job_id, {}).get("completed_at")
        if ended and ended >= iso(self.up.now - timedelta(hours=23)):  # it cannot have settled yet
            self.up.costs[job_id] = cost if cost in (403, 404) else {"dry_run": False, "cost": {"value": cost}}
            self.hidden.add(job_id)  # a refused cost is asked for again later, each time less often

    @precondition(lambda self: self.up.jobs)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.up.jobs)))
        self.deleted[job_id] = self.up.jobs.pop(job_id)
        self.up.costs.pop(job_id, None)
        self.hidden.add(job_id)

    @precondition(lambda self: self.deleted)
    @rule(data=st.data())
    def reappear(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(sorted(self.deleted)))
        self.up.jobs[job_id] = self.deleted.pop(job_id)
        self.hidden.add(job_id)

    @rule(ago=st.integers(0, 60), amount=st.integers(0, 99), by=st.sampled_from(["project", "user"]))
    def restate_usage(self, ago: int, amount: int, by: str) -> None:
        day = self.up.now.date() - timedelta(days=ago)
        self.up.add_usage(by, day, amount, *USERS)
        if ago > 6:
            self.hidden.add(f"{by}|daily|{day}")

    @precondition(lambda self: len(self.up.usage) > 1)
    @rule(data=st.data())
    def unlist_usage(self, data: st.DataObject) -> None:
        by, day = data.draw(st.sampled_from(sorted(self.up.usage)))
        del self.up.usage[by, day]
        self.hidden.add(f"{by}|daily|{day}")

    @rule(ago=st.integers(0, 40), backend=st.sampled_from(["qpu.forte-1", "qpu.aria-1"]))
    def calibrate(self, ago: int, backend: str) -> None:
        self.count += 1
        name = f"characterization-{self.count}"
        self.up.add_characterization(name, self.up.now - timedelta(days=ago), backend)
        if ago or backend not in self.up.backends:
            self.hidden.add(name)

    @rule(retired=st.booleans())
    def list_backends(self, retired: bool) -> None:
        self.up.backends = ["simulator", "qpu.forte-1"] + ([] if retired else ["qpu.aria-1"])

    @rule()
    def open_session(self) -> None:
        self.up.sessions.append(session(f"session-{len(self.up.sessions)}", self.up.now))

    @precondition(lambda self: self.up.sessions)
    @rule()
    def end_session(self) -> None:
        self.up.sessions[-1] |= {"ended_at": iso(self.up.now), "active": False}

    @rule(amount=st.one_of(st.integers(1, 50), st.integers(150, 900)))
    def wait(self, amount: int) -> None:
        self.up.now += timedelta(hours=amount)

    @rule(minutes=st.integers(1, 300))
    def set_the_clock_back(self, minutes: int) -> None:
        earlier = self.up.now - timedelta(minutes=minutes)
        if earlier.date() == self.up.now.date():  # or the report would be of a day that has not come yet
            self.up.now = earlier

    @rule(shows=st.sampled_from([{"user-1"}, OWN, LISTED]))
    def change_the_view(self, shows: set[str]) -> None:
        self.up.visible_to_key = shows
        self.hidden |= {job_id for job_id, job in self.up.jobs.items() if job["submitter_id"] != "user-1"}

    # what the pipeline does meanwhile

    @rule()
    def sync(self) -> None:
        self._check(self._sync())

    @rule(path=st.sampled_from(PATHS))
    def sync_while_something_is_out_of_order(self, path: str) -> None:
        self.up.fail_path = path
        self._check(self._sync())
        self.up.fail_path = None

    @rule(after=st.integers(0, 40))
    def sync_while_the_listing_moves(self, after: int) -> None:
        def meddle(_: httpx.Request) -> None:
            if len(self.up.asked) == after:
                self.hidden.add(self._submit(timedelta(minutes=3)))
                self.hidden |= {self.up.finish(job_id, self.up.now) or job_id for job_id in sorted(self.up.jobs)[-2:]}

        self.up.meddle = meddle
        self._check(self._sync())
        self.up.meddle = None

    @rule(after=st.integers(0, 40))
    def be_killed_at_a_request(self, after: int) -> None:
        def meddle(_: httpx.Request) -> None:
            if len(self.up.asked) > after:
                self.storage.restart(0)  # what is dead writes no more
                raise Crash

        self.up.meddle = meddle
        self._sync_and_crash()

    @rule(steps=st.integers(0, 60))
    def be_killed_at_a_write(self, steps: int) -> None:
        self.storage.restart(steps)
        self._sync_and_crash()

    def _sync_and_crash(self) -> None:
        with contextlib.suppress(Crash):
            self._sync()
        self.up.meddle = None
        self.storage.restart(None)

    def _sync(self, **arguments: Any) -> list[SyncRecord]:
        return self.bench.sync(page_size=self.page_size, **arguments)

    # what must hold

    def _check(self, records: list[SyncRecord]) -> None:
        if missing := incomplete(records):
            assert self.up.fail_path, missing
            return
        unseen = [wrong for wrong in self.bench.wrong() if not any(name in wrong for name in self.hidden)]
        assert not unseen, unseen

    def check_the_end(self) -> None:
        self.list_backends(retired=False)  # a backend or a member that nobody has ever named cannot be asked for
        self.restate_usage(0, 7, "user")
        self.up.now += timedelta(days=50)  # by then every bill is final, and every refusal is tried again
        records = self._sync(full=True)
        assert not incomplete(records), incomplete(records)
        assert not (wrong := self.bench.wrong()), wrong
        assert verify(self.bench.lake).is_sound, verify(self.bench.lake).findings
        assert not (rows := written(self._sync())), rows
        assert not (wrong := self.bench.wrong()), wrong
