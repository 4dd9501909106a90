"""An emulator's state in a file: its scenario, its time, and all changes since its history began."""

from __future__ import annotations

import os
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from ionq_data.emulator.characterizations import Characterization
from ionq_data.emulator.jobs import Jobs
from ionq_data.emulator.scenario import Scenario
from ionq_data.emulator.sessions import Session
from ionq_data.emulator.submission import Submission
from ionq_data.emulator.world import Restatement, World

FORMAT = 1


class StateError(Exception):
    """A state file that this emulator cannot continue from; the message says why."""


def save(world: World, path: Path) -> None:
    """Write a world's state; a reader sees the old file or the new one, never a part of it."""
    with world.lock:
        jobs, history = world.jobs, world.history.jobs
        known = np.isin(jobs.serial, history.serial)
        was = np.searchsorted(history.serial[by_serial := np.argsort(history.serial)], jobs.serial[known])
        changed = np.zeros(int(known.sum()), dtype=np.bool_)
        for field in fields(Jobs):
            changed |= getattr(jobs, field.name)[known] != getattr(history, field.name)[by_serial[was]]
        state = {
            "format": FORMAT,
            "scenario": asdict(world.scenario),
            "now": world.clock.now(),
            "added": jobs.rows(np.flatnonzero(~known)),
            "changed": jobs.rows(np.flatnonzero(known)[changed]),
            "submitted": [{"serial": serial, **vars_of(one)} for serial, one in world.submitted.items()],
            "sessions": [asdict(one) for one in world.sessions if _is_new(world, one)],
            "session_micros": world.session_micros,
            "queue_ends": [[*queue, ended] for queue, ended in world.queue_ends.items()],
            "quotas": world.quotas,
            "restatements": [asdict(one) for one in world.restatements],
            "characterizations": [asdict(one) for one in world.added_characterizations],
        }
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(msgspec.json.encode(state))
    beside.replace(path)


def vars_of(submission: Any) -> dict[str, Any]:
    """Return a submission as plain values, without the values that are computed from them."""
    return {field.name: getattr(submission, field.name) for field in fields(submission)}


def _is_new(world: World, session: Session) -> bool:
    history = world.history.sessions
    return session.number >= len(history) or session != history[session.number]


def load(path: Path) -> World:
    """Return the world of a state file.

    Raises:
        StateError: If the file is not a state file, or of another version.
    """
    try:
        state = msgspec.json.decode(path.read_bytes())
        if state["format"] != FORMAT:
            raise StateError(f"{path} is of format {state['format']}, this emulator reads {FORMAT}. Start without it.")
        scenario = {**state["scenario"], "anchor": datetime.fromisoformat(state["scenario"]["anchor"])}
        world = World(Scenario(**scenario))
        world.clock.set(datetime.fromisoformat(state["now"]))
        world.jobs = _with_rows(world.jobs, state["changed"], state["added"])
        for one in state["submitted"]:
            serial = one.pop("serial")
            world.submitted[serial] = Submission(**one)
        for one in state["sessions"]:
            session = Session(**one)
            if session.number < len(world.sessions):
                world.replace_session(session)
            else:
                world.add_session(session)
        world.session_micros[:] = state["session_micros"]
        world.queue_ends = {(machine, session): ended for machine, session, ended in state["queue_ends"]}
        world.quotas = state["quotas"]
        world.restatements = tuple(
            msgspec.convert(one, Restatement, strict=False) for one in state["restatements"]
        )  # fmt: skip
        for one in state["characterizations"]:
            world.add_characterization_of(msgspec.convert(one, Characterization, strict=False))
    except (OSError, msgspec.DecodeError, msgspec.ValidationError, KeyError, TypeError, ValueError) as error:
        raise StateError(f"{path} is no state of an emulator: {error}. Start without it, or mend it.") from None
    return world


def _with_rows(jobs: Jobs, changed: list[dict[str, Any]], added: list[dict[str, Any]]) -> Jobs:
    for row in changed:
        at = jobs.position(row["submitted"], row["serial"])
        if at is None:
            raise StateError("The history that the state continues is another one: this emulator simulates otherwise.")
        jobs = jobs.changed(at, **row)
    for instant in sorted({row["submitted"] for row in added}):
        jobs = jobs.inserted(*(row for row in added if row["submitted"] == instant))
    return jobs
