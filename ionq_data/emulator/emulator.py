"""The emulator for programs: it serves a world, and tells the truth about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ionq_data.emulator.app import PREFIX, Application
from ionq_data.emulator.pace import FROZEN, Pace
from ionq_data.emulator.recordings import Replay
from ionq_data.emulator.scenario import Scenario
from ionq_data.emulator.server import listen, origin, serve_until_interrupted, serving_from_thread
from ionq_data.emulator.state import load, save
from ionq_data.emulator.truth import tell_truth
from ionq_data.emulator.world import World


@dataclass(frozen=True)
class Server:
    """A served emulator: its address and a key for it."""

    base_url: str
    api_key: str
    organization_id: str
    emulator: Emulator


class Emulator(World):
    """An IonQ API in this process. Make it, `serve()` it, and change its world while it runs.

    Args:
        scenario: What to simulate.
        port: The port of 127.0.0.1 to serve on; 0 takes a free one.
    """

    def __init__(self, scenario: Scenario | None = None, *, port: int = 0) -> None:
        super().__init__(scenario or Scenario())
        self.port = port

    @contextmanager
    def serve(self) -> Iterator[Server]:
        """Serve on 127.0.0.1 from a thread of this process until the context ends."""
        listener = listen("127.0.0.1", self.port)
        with serving_from_thread(Application(self), listener):
            yield Server(origin(listener) + PREFIX, self.api_key, self.organization_id, self)

    def truth(self, *, jobs: bool = False) -> dict[str, Any]:
        """Return what the pipeline should find out at the clock's time; on request, with every job's facts."""
        return tell_truth(self, with_jobs=jobs)


def replay(folder: Path, *, host: str, port: int, announce: Callable[[str, str, str], None]) -> None:
    """Serve recorded answers until interrupted; any key is taken.

    Raises:
        OSError: If the port is taken.
        ReplayError: If the folder has no recordings, or a file that is not a recording.
    """
    app = Replay(folder)
    listener = listen(host, port)
    listener.listen(2048)
    announce(origin(listener) + app.prefix, "replayed", "recorded")
    serve_until_interrupted(app, listener)


def run(
    scenario: Scenario,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    pace: Pace = FROZEN,
    state: Path | None = None,
    announce: Callable[[str, str, str], None],
) -> None:
    """Serve a scenario until interrupted.

    Args:
        scenario: What to simulate.
        host: The address to listen on.
        port: The port, 0 for a free one.
        pace: Whether the simulated time runs, and how fast.
        state: A file to continue from, if it exists, with its scenario instead of the given one; written at the end.
        announce: Called with base URL, key and organization id once connections are accepted.

    Raises:
        OSError: If the port is taken.
        StateError: If the state file cannot be continued from.
    """
    listener = listen(host, port)
    continues = state is not None and state.exists()
    world = load(state) if state is not None and continues else World(scenario)
    pace.apply(world.clock, is_now_given=continues or scenario.anchor is not None)
    # The socket listens already: whoever connects from now on gets an answer as soon as the loop runs.
    listener.listen(2048)
    announce(origin(listener) + PREFIX, world.api_key, world.organization_id)
    try:
        serve_until_interrupted(Application(world), listener)
    finally:
        if state is not None:
            save(world, state)
