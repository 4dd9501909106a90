"""The whole life of a submitted job, decided at its submission: its wait, its run, its bill."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ionq_data.emulator.ids import hash64
from ionq_data.emulator.instants import MINUTE_MS, NEVER
from ionq_data.emulator.jobs import STATUSES
from ionq_data.emulator.machines import MODELS, SIMULATOR
from ionq_data.emulator.organization import CREDITS_PROJECT
from ionq_data.emulator.prices import Priced, bill_step, price_micros
from ionq_data.emulator.queueing import OperationalTime
from ionq_data.emulator.submissions.work import Refusal, Size, execution_ms
from ionq_data.emulator.world import World

Columns = dict[str, int | bool]
COMPLETED, FAILED = STATUSES.index("completed"), STATUSES.index("failed")
_COMPILE_MS, _QPU_COMPILE_MS, _SETUP_MS = 150, 1500, 100
_COMPUTE_SHARE = 0.8
"""The share of a QPU's execution that is quantum compute time."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A requested job: its user, its backend, its shots, and the size of each of its circuits.

    `kind` is the kind of the job, `part_kind` that of its parts. With parts, each circuit is a job of its own, too.
    """

    machine: int
    user: int
    project: int
    kind: int
    part_kind: int
    shots: int
    sizes: tuple[Size, ...]
    has_parts: bool
    is_debiased: bool
    is_dry: bool
    session: int = -1
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Life:
    """When a job is ready, starts and ends (milliseconds since 1970), and its predicted wait."""

    ready: int
    started: int
    ended: int
    wait_ms: int


def estimate_micros(world: World, order: Order, *, at_ms: int) -> int:
    """Return the price of a whole job at the rates of an instant, in millionths of its unit; simulators are free."""
    if order.machine == SIMULATOR or not order.sizes:
        return 0
    times = execution_ms(order.machine, order.sizes, order.shots, is_debiased=order.is_debiased)
    is_by_time = MODELS[order.machine].is_by_time and world.scenario.is_october
    priced = Priced(*(
        np.array([one]) for one in (
            order.shots, sum(size.gates_1q for size in order.sizes), sum(size.gates_2q for size in order.sizes),
            int(sum(times) * 1000 * _COMPUTE_SHARE), order.is_debiased, is_by_time,
        )
    ))  # fmt: skip
    return int(price_micros(world.history.rates, np.array([at_ms]), priced, step=bill_step(world.scenario))[0])


def live(world: World, order: Order, *, now_ms: int) -> Life:
    """Return the life of a job: it waits behind all earlier jobs on its backend, or in its session."""
    if order.refusal is not None:
        return Life(NEVER, NEVER, now_ms + _SETUP_MS, 0)
    is_simulated = order.machine == SIMULATOR
    ready = now_ms + (_COMPILE_MS if is_simulated else _QPU_COMPILE_MS)
    run_ms = sum(execution_ms(order.machine, order.sizes, order.shots, is_debiased=order.is_debiased))
    if is_simulated:
        return Life(ready, ready + _SETUP_MS, ready + _SETUP_MS + run_ms, 0)
    if order.is_dry:
        return Life(ready, NEVER, ready + _SETUP_MS, 0)
    due = _due(world, order, ready)
    axis = OperationalTime(world.history.machines[order.machine].down)
    started = int(axis.to_wall(axis.from_wall(np.array([due])))[0])
    return Life(ready, started, started + run_ms, started - ready)


def queue_of(world: World, order: Order) -> tuple[int, int]:
    """Return the queue that a job waits in: its backend's public one (-1) or, under October's, its session's."""
    return order.machine, order.session if world.scenario.is_october else -1


def _due(world: World, order: Order, ready: int) -> int:
    """Return when the backend is free for a job: after submitted ones and, in the public queue, the history's."""
    queue = queue_of(world, order)
    tail = world.queue_ends.get(queue, 0)
    backlog = world.history.backlogs.get(order.machine) if queue[1] < 0 else None
    waits = 0 if backlog is None else backlog.wait_ms(ready)
    return max(ready + waits, tail) + _SETUP_MS


def columns(world: World, order: Order, life: Life, *, serial: int, now_ms: int) -> list[Columns]:
    """Return the columns of a job and, after it, of its parts, which run one after the other within it."""
    job = _job_columns(world, order, life, serial=serial, now_ms=now_ms)
    if not order.has_parts:
        return [job]
    times = execution_ms(order.machine, order.sizes, order.shots, is_debiased=order.is_debiased)
    rows, begins = [job], life.started
    for place, (size, run_ms) in enumerate(zip(order.sizes, times, strict=True)):
        ran = life.started < NEVER
        rows.append({
            **job, "serial": serial + 1 + place, "parent": serial, "children": 0, "kind": order.part_kind,
            "qubits": size.qubits, "gates_1q": size.gates_1q, "gates_2q": size.gates_2q,
            "started": begins if ran else NEVER, "ended": begins + run_ms if ran else life.ended,
            "execution_ms": run_ms if ran else 0, "planned_ms": run_ms, "compute_us": 0, "estimated_micros": 0,
            "first_micros": 0, "final_micros": 0, "shown_ms": NEVER, "final_ms": NEVER, "is_billable": False,
        })  # fmt: skip
        begins += run_ms
    return rows


def _job_columns(world: World, order: Order, life: Life, *, serial: int, now_ms: int) -> Columns:
    sizes: Sequence[Size] = order.sizes
    run_ms = sum(execution_ms(order.machine, sizes, order.shots, is_debiased=order.is_debiased))
    ran = life.started < NEVER
    is_billable = order.machine != SIMULATOR and not order.is_dry and order.refusal is None
    is_by_time = MODELS[order.machine].is_by_time and world.scenario.is_october
    price = estimate_micros(world, order, at_ms=life.started) if is_billable and ran else 0
    dice = hash64(world.scenario.seed, 51, serial)
    shown = life.ended + MINUTE_MS * (5 + dice % 55) if is_billable else NEVER
    return {
        "serial": serial, "submitted": now_ms, "ready": life.ready, "started": life.started, "ended": life.ended,
        "final": COMPLETED if order.refusal is None else FAILED, "machine": order.machine, "project": order.project,
        "user": order.user, "kind": order.kind, "parent": -1, "children": len(sizes) if order.has_parts else 0,
        "session": order.session, "shots": order.shots, "qubits": max((size.qubits for size in sizes), default=1),
        "gates_1q": sum(size.gates_1q for size in sizes), "gates_2q": sum(size.gates_2q for size in sizes),
        "execution_ms": run_ms if ran else 0, "planned_ms": run_ms,
        # The prediction is off by a third at most, in either direction.
        "predicted_wait_ms": min(life.wait_ms * (667 + dice // 60 % 667) // 1000, (1 << 31) - 1),
        "failure": -1 if order.refusal is None else order.refusal.failure,
        "compute_us": int(run_ms * 1000 * _COMPUTE_SHARE) if is_billable and ran and is_by_time else 0,
        "estimated_micros": estimate_micros(world, order, at_ms=now_ms), "first_micros": price, "final_micros": price,
        "shown_ms": shown, "final_ms": shown, "is_by_time": is_by_time,
        "in_credits": order.project == CREDITS_PROJECT and now_ms >= world.scenario.credits_from_ms,
        "is_billable": is_billable, "is_misbilled": False, "is_debiased": order.is_debiased, "is_dry": order.is_dry,
        "is_deleted": False,
    }  # fmt: skip
