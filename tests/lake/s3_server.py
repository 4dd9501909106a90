"""An S3 server on loopback, and a way into it that can be made to stall in the middle of an upload."""

from __future__ import annotations

import itertools
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
from moto.server import ThreadedMotoServer

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test-key-id",
    "AWS_SECRET_ACCESS_KEY": "a-secret-that-must-not-leak-91c2",
    "AWS_REGION": "us-east-1",
}
_numbers = itertools.count()


@contextmanager
def serve() -> Iterator[str]:
    """Serve S3 on a free port; yield the endpoint."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def make_bucket(endpoint: str) -> str:
    """Make a bucket of its own for a test; return its name."""
    name = f"lake-{next(_numbers)}"
    httpx.put(f"{endpoint}/{name}").raise_for_status()
    return name


class Stall:
    """A way to a server that lets a number of bytes through and then nothing more, without closing."""

    def __init__(self, endpoint: str, *, after_bytes: int) -> None:
        host, _, port = endpoint.removeprefix("http://").rpartition(":")
        self._target = (host, int(port))
        self._left = after_bytes
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.reached = threading.Event()
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Close everything, as the death of a process does."""
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                threading.Thread(target=self._forward, args=(client, server), daemon=True).start()
                threading.Thread(target=self._back, args=(server, client), daemon=True).start()

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while self._left > 0 and (chunk := client.recv(min(self._left, 65536))):
                self._left -= len(chunk)
                server.sendall(chunk)
            if self._left <= 0:
                self.reached.set()

    def _back(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while chunk := server.recv(65536):
                client.sendall(chunk)
