"""The truth about backends and their calibrations."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ionq_data.emulator.instants import NEVER, from_ms
from ionq_data.emulator.machines import NAMES
from ionq_data.emulator.world import World

Int = npt.NDArray[np.int64]


def fidelities(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return the newest characterization of each backend."""
    return [
        {
            "backend": NAMES[number], "id": known[-1].id, "measured_at": from_ms(known[-1].measured_ms).isoformat(),
            **known[-1].values,
        }
        for number in world.calibrations.of_machine if (known := world.calibrations.until(number, now_ms))
    ]  # fmt: skip


def levels(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return the true value of each metric of each backend now: the newest measurement without its noise."""
    return [
        {"backend": NAMES[number], **level}
        for number in world.calibrations.of_machine if (level := world.calibrations.level(number, now_ms))
    ]  # fmt: skip


def changes(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return the level changes up to now, with the number of measurements on each side until the next change."""
    changes = [change for change in world.calibrations.changes if change.changed_ms <= now_ms]
    report = []
    for change in changes:
        measured = [one.measured_ms for one in world.calibrations.until(change.machine, now_ms)]
        same = [c.changed_ms for c in changes if (c.machine, c.metric) == (change.machine, change.metric)]
        previous = max((ms for ms in same if ms < change.changed_ms), default=0)
        following = min((ms for ms in same if ms > change.changed_ms), default=NEVER)
        report.append(
            {
                "backend": NAMES[change.machine], "metric": change.metric,
                "changed_at": from_ms(change.changed_ms).isoformat(), "before": change.before, "after": change.after,
                "sigma": change.sigma, "kind": change.kind,
                "measurements_before": sum(previous <= ms < change.changed_ms for ms in measured),
                "measurements_after": sum(change.changed_ms <= ms < following for ms in measured),
            }
        )  # fmt: skip
    return report


def backends(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return each backend's state now, and when it was down or degraded until now."""

    def shown(windows: Int) -> list[list[str]]:
        return [[from_ms(ms).isoformat() for ms in window] for window in windows.tolist() if window[0] <= now_ms]

    return [
        {
            "backend": machine.model.name, "status": machine.status(now_ms), "degraded": machine.is_degraded(now_ms),
            "introduced_at": from_ms(machine.introduced_ms).isoformat(),
            "retired_at": from_ms(machine.retired_ms).isoformat() if machine.retired_ms <= now_ms else None,
            "down": shown(machine.down), "degraded_windows": shown(machine.degraded),
        }
        for machine in world.history.machines if machine.introduced_ms <= now_ms
    ]  # fmt: skip


def outliers(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return the single measurements that were planted off their level."""
    return [
        {
            "backend": NAMES[one.machine],
            "metric": one.metric,
            "measured_at": from_ms(one.measured_ms).isoformat(),
            "value": one.value,
        }
        for one in world.calibrations.outliers
        if one.measured_ms <= now_ms
    ]


def implausible(world: World, now_ms: int) -> list[dict[str, Any]]:
    """Return the recorded values that are not measurements."""
    return [
        {"backend": NAMES[one.machine], "id": one.id, "metric": name, "value": one.values[name]}
        for number in world.calibrations.of_machine
        for one in world.calibrations.until(number, now_ms)
        for name in one.implausible
    ]
