"""Every kind of trouble that a year brings; each happens in each year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from ionq_data.emulator import NewJob
from ionq_data.emulator.faults import KINDS
from tests.simulation.shipped import HOURLY, Tick, ticks
from tests.simulation.year import Year

SPOILED = tuple(kind for kind in KINDS if kind not in ("slow", "drop", "cut_off"))  # those need a socket: see `breaks`
ROLES = ("user", "member", "jobs_only")


@dataclass(frozen=True)
class Trouble:
    """Something that begins with a stretch and ``lasts`` for some; at the beginning of each, ``begin`` is called."""

    name: str
    begin: Callable[[Year], object]
    end: Callable[[Year], object] = lambda _: None
    lasts: int = 1


def _fault(kind: str) -> Trouble:
    def begin(year: Year) -> None:
        status = year.chance.choice([500, 502, 503, 504, 520])
        retry_after = year.chance.choice(["seconds", "date", "none"])
        seconds = year.chance.choice([1.0, 30.0])
        probability = year.chance.choice([0.1, 0.5, 1.0])
        times = year.chance.choice([1, 7, 60])
        year.emulator.faults.switch_on(
            kind,
            status=status,
            retry_after=retry_after,
            seconds=seconds,
            probability=probability,
            times=times,  # type: ignore[arg-type]
        )

    return Trouble(kind, begin)


def _break_line(year: Year) -> None:
    year.wire.breaks = year.chance.choice([0.05, 0.4, 1.0])


def _mend_line(year: Year) -> None:
    year.wire.breaks = 0.0


def _set_clock(by: timedelta, year: Year) -> None:
    year.skew = by


def _lose_key(year: Year) -> None:
    year.wire.key = "apiKey nobody"


def _regain_key(year: Year) -> None:
    year.wire.key = None


def _lose_rights(year: Year) -> None:
    year.set_role(year.chance.choice(ROLES))


def _fail_backend(year: Year) -> None:
    year.emulator.faults.switch_on("status", path="/backends/qpu.forte-1/characterizations", status=500)


def _known(year: Year, count: int) -> list[str]:
    ids = year.emulator.job_ids()
    return [year.chance.choice(ids) for _ in range(count)] if ids else []


def _submit_late(year: Year) -> None:
    for _ in range(3):
        ago = timedelta(hours=year.chance.choice([0.1, 5, 30, 900]))
        job = NewJob(submitted_at=year.now - ago, project=year.chance.randint(0, 5), user=year.chance.randint(0, 7))
        year.emulator.add_job(job)


def _delete(year: Year) -> None:
    for job_id in set(_known(year, 3)):
        year.emulator.delete_job(job_id)


def _cancel(year: Year) -> None:
    waiting = year.emulator.add_job(final=None)
    year.emulator.cancel_job(waiting)
    year.emulator.add_job(final=None)


def _restate_bills(year: Year) -> None:
    billed = [job["id"] for job in year.emulator.truth(jobs=True)["jobs"] if job["cost"] and not job["is_deleted"]]
    for job_id in billed[-2:]:
        year.emulator.restate_cost(job_id, cents=year.chance.randint(1, 99_999))


def _restate_usage(year: Year) -> None:
    day = year.now.date() - timedelta(days=year.chance.choice([0, 3, 20, 40]))
    year.emulator.restate_usage(day, cents=year.chance.randint(-500, 9_999), project=year.chance.randint(0, 5))


def _calibrate(year: Year) -> None:
    year.emulator.add_characterization(
        "qpu.forte-1", measured_at=year.now - timedelta(hours=year.chance.choice([0, 9]))
    )


def _act(name: str, begin: Callable[[Year], object]) -> Trouble:
    return Trouble(name, begin)


TROUBLES: tuple[Trouble, ...] = (
    *(_fault(kind) for kind in SPOILED),
    Trouble("line breaks", _break_line, _mend_line),
    Trouble("clock back", partial(_set_clock, timedelta(hours=-5)), partial(_set_clock, timedelta(0))),
    Trouble("clock 400 days ahead", partial(_set_clock, timedelta(days=400)), partial(_set_clock, timedelta(0))),
    Trouble("key unknown", _lose_key, _regain_key),
    Trouble("rights lost", _lose_rights, lambda year: year.set_role("admin"), lasts=2),
    Trouble("backend fails for weeks", _fail_backend, lasts=5),
    _act("late jobs", _submit_late),
    _act("deleted jobs", _delete),
    _act("canceled jobs", _cancel),
    _act("restated bills", _restate_bills),
    _act("restated usage", _restate_usage),
    _act("late measurement", _calibrate),
    *(_act("power lost", lambda year: year.actions.append(year.crash)) for _ in range(4)),
    *(_act("two writers", lambda year: year.actions.append(year.work_twice_at_once)) for _ in range(2)),
    _act("backup", lambda year: year.actions.append(year.back_up)),
    _act("restored backup", lambda year: year.actions.append(year.restore)),
)


def live(year: Year) -> None:
    """Live through the year, every trouble in it."""
    troubles = [*TROUBLES]
    year.chance.shuffle(troubles)
    per_stretch = -(-len(troubles) // len(year.stretches))
    active: list[tuple[Trouble, int]] = []
    for number, (start, end) in enumerate(year.stretches):
        active += [(trouble, number + trouble.lasts) for trouble in troubles[number * per_stretch :][:per_stretch]]
        year.emulator.faults.clear()
        year.pass_time(start)
        for trouble, _ in active:
            year.log.append(f"{year.now.isoformat()} trouble: {trouble.name}")
            trouble.begin(year)
        for tick in ticks(start, end):
            year.tick(tick)
        for trouble, until in active:
            if until == number + 1:
                trouble.end(year)
        active = [(trouble, until) for trouble, until in active if until > number + 1]
    while year.actions:
        year.pass_time(year.now + timedelta(hours=1))
        year.actions.pop(0)(Tick(year.now, "an hour more", HOURLY, False))
