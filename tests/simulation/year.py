"""A year of the shipped schedules in one process, all of it drawn from one seed (DESIGN 9).

The API is the emulator, called within the process; time, the machine's clock, the network and the disk are simulated.
The same seed gives the same operations in the same order: ``log`` has them.

What is thinned, and what is not. An hourly sync takes a quarter of a second here and a sync of backends a fiftieth, so
all 52,560 and 8,760 of a year would take an hour. The machine is therefore switched on in some stretches of the year
only, of an hour to four, and off for hours to months between them. While it is on, every schedule ticks as shipped, and
the stretches are laid so that the daily and the weekly ones tick too. The organization is small (a few hundred jobs).
Each kind of trouble of ``troubles.py`` happens in each year at least once; none is thinned.
"""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from ionq_data.api import Client, Timing
from ionq_data.api.errors import ApiError
from ionq_data.config import Account, Settings
from ionq_data.emulator import Emulator, Scenario
from ionq_data.emulator.app import Application
from ionq_data.ingest import sync
from ionq_data.lake import Lake
from ionq_data.lake.compaction import compact
from ionq_data.lake.ledger import SyncRecord
from ionq_data.lake.storage import LocalStorage
from tests.proofs.simulated_disk import SimulatedDisk
from tests.simulation.shipped import COMPACTION, EVERYTHING, Tick
from tests.simulation.wire import Wire
from tests.sync.upstream import Crash

START = datetime(2026, 6, 23, tzinfo=UTC)
_HOUR = timedelta(hours=1)
Action = Callable[[Tick], None]


class Year:
    """A simulated year.

    Attributes:
        now: the true time, which is the API's.
        skew: by how much the machine's clock is ahead of it.
        actions: what is to happen instead of the next ticks, one each.
        log: what was done, in order.
    """

    def __init__(
        self, seed: int, folder: Path, *, days: int = 365, stretches: int = 22, longest: int = 4, jobs: int = 300
    ) -> None:
        self.chance, self.names = Random(seed), Random(seed + 1)
        self.now, self.end = START, START + timedelta(days=days)
        self.log: list[str] = []
        self.folder, self.settings = folder, Settings(
            data_dir=folder, accounts=(Account(),), usage_start=(START - timedelta(days=30)).date()
        )  # fmt: skip
        self.settings.lake_dir.mkdir(exist_ok=True)
        contract = self.chance.choice(["2026-05", "2026-10"])
        scenario = Scenario(seed=seed, days=days + 30, jobs=jobs, anchor=self.end, contract=contract)  # type: ignore[arg-type]
        self.emulator = Emulator(scenario)
        self.emulator.clock.set(self.now)
        self.skew = timedelta(0)
        self.wire = Wire(Application(self.emulator), self.chance, self.log.append, self._before_request)
        self.actions: list[Action] = []
        self.interruption: tuple[int, Callable[[], None]] | None = None
        self.timing = Timing(monotonic=self._seconds, sleep=self._sleep, random=self.chance.random)
        self.stretches = list(self._draw_stretches(stretches, longest))

    # time

    def _draw_stretches(self, count: int, longest: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield when the machine is on: at any hour, at the hours of the daily schedules, or of the weekly one."""
        weights = [10 ** self.chance.uniform(-1.5, 1) for _ in range(count)]
        at = START
        for number, weight in enumerate(weights):
            at += (self.end - START) * 0.97 * (weight / sum(weights))
            start = at.replace(minute=0)
            if number % 3 == 1:
                start = start.replace(hour=1)
            elif number % 3 == 2:
                start = start.replace(hour=2) + timedelta(days=(6 - start.weekday()) % 7)
            hours = (self.chance.randint(1, longest), 2, 2)[number % 3]
            yield start, start + hours * _HOUR

    def pass_time(self, to: datetime) -> None:
        self.now = max(self.now, to)
        self.emulator.clock.set(self.now)

    def local(self) -> datetime:
        """Return the time by the machine's clock; it ticks on by a microsecond with each look at it."""
        self.now += timedelta(microseconds=1)
        return self.now + self.skew

    def _seconds(self) -> float:
        return (self.now - START).total_seconds()

    async def _sleep(self, seconds: float) -> None:
        self.pass_time(self.now + timedelta(seconds=seconds, milliseconds=1))
        await asyncio.sleep(0)

    def _before_request(self) -> None:
        self.pass_time(self.now + timedelta(milliseconds=self.chance.randint(5, 150)))
        if self.interruption is not None:
            left, happen = self.interruption
            self.interruption = (left - 1, happen)
            if left <= 0:
                self.interruption = None
                happen()

    # what the pipeline does

    @property
    def lake(self) -> Lake:
        return Lake(self.settings.lake_dir)

    def work(self, tick: Tick, *, lake: Lake | None = None, host: str = "api") -> list[SyncRecord]:
        """Do what a tick asks for, as a new process; return the ledger's new rows."""
        lake = lake or self.lake
        self.log.append(f"{self.now.isoformat()} {tick.name}")
        if tick.name == COMPACTION:
            done = compact(lake, now=self.local())
            self.log.append(f"merged {done.merged} removed {done.removed}")
            return []

        def connect(_: Account) -> Client:
            return Client(
                f"https://{host}.example.test/v0.4", api_key=self.emulator.api_key, max_attempts=3,
                transport=self.wire, clock=self.local, timing=self.timing,
            )  # fmt: skip

        try:
            records = sync(
                self.settings, lake, resources=tick.resources, full=tick.is_full, connect=connect, clock=self.local
            )
        except ApiError as error:
            self.log.append(f"{type(error).__name__}: {error}")
            return []
        self.log += [f"{r.resource} {r.complete} {r.rows_written} {r.requests} {r.missing}" for r in records]
        return records

    def crash(self, tick: Tick) -> None:
        """Lose power in the middle of a tick: what was not flushed is lost, or a part of it."""
        aftermath = self.chance.choice(["lost", "reordered", "removals first", "kept"])
        ends_at = self.chance.randint(1, 60)
        disk = SimulatedDisk(self.settings.lake_dir, ends_at=ends_at)
        self.log.append(f"power lost at operation {ends_at}, {aftermath}")
        try:
            self.work(tick, lake=Lake(disk.root, LocalStorage(disk.root, disk)))
        except Crash:
            left = disk.after_power_loss(self.folder / "left", aftermath)  # type: ignore[arg-type]
            shutil.rmtree(disk.root)
            left.rename(disk.root)

    def work_twice_at_once(self, tick: Tick) -> None:
        """Let a second machine write the same lake in the middle of a tick."""

        def other() -> None:
            def run() -> None:
                try:
                    self.work(tick, host="other")
                except BaseException as error:  # noqa: BLE001  told below
                    failed.append(error)

            failed: list[BaseException] = []
            thread = threading.Thread(target=run)
            thread.start()
            thread.join()
            assert not failed, failed

        self.interruption = (self.chance.randint(0, 12), other)
        self.work(tick)
        self.interruption = None

    def back_up(self, tick: Tick) -> None:
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        shutil.copytree(self.settings.lake_dir, self.folder / "backup")
        self.work(tick)

    def restore(self, tick: Tick) -> None:
        """Let an older copy of the lake come back."""
        if (self.folder / "backup").exists():
            shutil.rmtree(self.settings.lake_dir)
            shutil.copytree(self.folder / "backup", self.settings.lake_dir)
        self.work(tick)

    def tick(self, tick: Tick) -> None:
        self.pass_time(tick.at)
        if self.actions and "hourly" in tick.name:
            self.actions.pop(0)(tick)
        else:
            self.work(tick)

    # the end

    def finish(self) -> None:
        """End every trouble, and let each plan run twice: the second must be complete; then let all bills settle."""
        self.emulator.faults.clear()
        self.skew, self.wire.breaks, self.wire.key = timedelta(0), 0.0, None
        self.set_role("admin")
        self.pass_time(self.end)
        everything = Tick(self.now, "the end", EVERYTHING, False)
        self.work(everything)
        records = self.work(everything)
        assert not (missing := [r.missing for r in records if not r.complete]), missing
        assert len(records) == len(EVERYTHING)
        for hours in (50, 26):
            self.pass_time(self.now + timedelta(hours=hours))
            records = self.work(everything._replace(is_full=True))
        assert not (missing := [r.missing for r in records if not r.complete]), missing

    def set_role(self, role: str) -> None:
        object.__setattr__(self.emulator.history.organization.keys[0], "role", role)

    @property
    def digest(self) -> str:
        """What tells two years with different operations apart."""
        return hashlib.sha256("\n".join(self.log).encode()).hexdigest()

    @contextmanager
    def own_chance(self) -> Iterator[None]:
        """Draw the names of runs and files from the seed too, and do not wait for this machine's disk."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("uuid.uuid4", lambda: UUID(int=self.names.getrandbits(128), version=4))
            patch.setattr("secrets.token_hex", lambda size: f"{self.names.getrandbits(8 * size):0{2 * size}x}")
            patch.setattr("os.fsync", lambda _: None)
            yield
