"""Serving an emulator: in a thread for tests, or blocking for the command line."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import uvicorn

from ionq_data.emulator.app import PREFIX, Application
from ionq_data.emulator.emulator import Emulator
from ionq_data.emulator.scenario import Scenario

_START_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """A served emulator: where it answers and a key for it."""

    base_url: str
    api_key: str
    organization_id: str
    emulator: Emulator


@contextmanager
def serving(emulator: Emulator) -> Iterator[Server]:
    """Serve an emulator from a thread of this process until the context ends."""
    listener = _listener("127.0.0.1", emulator.port)
    server = uvicorn.Server(_config(emulator))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="emulator", daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The emulator did not start; see its log above.")
        time.sleep(0.002)
    try:
        yield _described(emulator, listener)
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


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
    listener = _listener(host, port)
    emulator = Emulator(scenario, port=port)
    if clock == "running":
        emulator.clock.run(speed)
    # The socket listens already: what connects from here on is answered as soon as the loop runs.
    listener.listen(2048)
    server = _described(emulator, listener)
    announce(server.base_url, server.api_key, server.organization_id)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(_config(emulator)).run(sockets=[listener])


def _config(emulator: Emulator) -> uvicorn.Config:
    # The Date header tells the emulator's time, not uvicorn's.
    return uvicorn.Config(
        Application(emulator), log_level="critical", lifespan="off", access_log=False, date_header=False,
        server_header=False, timeout_keep_alive=75, timeout_graceful_shutdown=2,
    )  # fmt: skip


def _listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def _described(emulator: Emulator, listener: socket.socket) -> Server:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return Server(f"http://{shown}:{port}{PREFIX}", emulator.api_key, emulator.organization_id, emulator)
