"""The worlds in which marts are compared, each made once whichever test process needs it first."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import Simulated
from tests.truth.worlds import STAGES, SWITCHES, World, live, seen_anew

LATER = (pytest.mark.prove, pytest.mark.timeout(1800))
Lives = Callable[[int], dict[str, World]]


@pytest.fixture(scope="session")
def seen(simulated: Simulated) -> World:
    """The organization that all tests share, with what its API says."""
    return seen_anew(simulated)


@pytest.fixture(scope="session")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Lives:
    """Returns by its seed an organization that was visited three times: its world at each stage."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared

    @cache
    def lived(seed: int) -> dict[str, World]:
        folder: Path = shared / f"lived-{seed}"
        with (shared / f"lived-{seed}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            done = folder / "worlds.pickle"
            if not done.exists():
                folder.mkdir()
                done.write_bytes(pickle.dumps(live(folder, seed)))
        worlds: dict[str, World] = pickle.loads(done.read_bytes())
        return worlds

    return lived


@pytest.fixture(
    params=[
        "seen",
        *(pytest.param((seed, stage), marks=LATER, id=f"{seed}-{stage}") for seed in SWITCHES for stage in STAGES),
    ]
)
def world(request: pytest.FixtureRequest) -> World:
    """The shared organization, or a stage of one that goes on living."""
    found: World
    if request.param == "seen":
        found = request.getfixturevalue("seen")
    else:
        seed, stage = request.param
        found = request.getfixturevalue("lives")(seed)[stage]
    return found
