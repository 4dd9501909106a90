"""Serving an ASGI application on a socket: from a thread of this process, or until interrupted."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.types import ASGIApp

_START_SECONDS = 20


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address; port 0 takes a free one.

    Raises:
        OSError: If the port is taken.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


def origin(listener: socket.socket) -> str:
    """Return the URL of a socket, without a path."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def serving_from_thread(app: ASGIApp, listener: socket.socket) -> Iterator[None]:
    """Serve an application from a thread until the context ends, then close the socket."""
    server = uvicorn.Server(_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="emulator", daemon=True)
    thread.start()
    deadline = time.monotonic() + _START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("The emulator did not start; see its log above.")
        time.sleep(0.002)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


def serve_until_interrupted(app: ASGIApp, listener: socket.socket) -> None:
    """Serve an application in this thread until Ctrl-C or SIGTERM."""
    # uvicorn shuts down in order, and then raises the signal again for the earlier handler.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(_config(app)).run(sockets=[listener])


def _config(app: ASGIApp) -> uvicorn.Config:
    # The Date header gives the emulator's time, not uvicorn's.
    return uvicorn.Config(
        app, log_level="critical", lifespan="off", access_log=False, date_header=False,
        server_header=False, timeout_keep_alive=75, timeout_graceful_shutdown=2,
    )  # fmt: skip
