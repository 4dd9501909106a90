"""The emulator as a program uses it: a world that is served, and the truth about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from ionq_data.emulator.app import PREFIX, Application
from ionq_data.emulator.scenario import Scenario
from ionq_data.emulator.server import listen, origin, serve_until_interrupted, serving_from_thread
from ionq_data.emulator.truth import tell_truth
from ionq_data.emulator.world import World


@dataclass(frozen=True)
class Server:
    """A served emulator: where it answers and a key for it."""

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
        """Return what the pipeline should find out, as of the clock; with every job's facts if asked."""
        return tell_truth(self, with_jobs=jobs)


def run(
    scenario: Scenario,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    clock: Literal["frozen", "running"] = "frozen",
    speed: float = 1.0,
    announce: Callable[[str, str, str], None],
) -> None:
    """Serve a scenario until interrupted.

    Args:
        scenario: What to simulate.
        host: The address to listen on.
        port: The port, 0 for a free one.
        clock: Whether the simulated time runs.
        speed: Simulated seconds per second of a running clock.
        announce: Called with base URL, key and organization id once connections are accepted.

    Raises:
        OSError: If the port is taken.
    """
    listener = listen(host, port)
    world = World(scenario)
    if clock == "running":
        world.clock.run(speed)
    # The socket listens already: what connects from here on is answered as soon as the loop runs.
    listener.listen(2048)
    announce(origin(listener) + PREFIX, world.api_key, world.organization_id)
    serve_until_interrupted(Application(world), listener)
