"""One address for several organizations: each key leads to the emulator that is behind it, or nowhere any more."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.operations.emulated import Emulated

_REFUSED = b'{"statusCode": 401, "error": "Unauthorized", "message": "the key is not known"}'
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "host", "authorization"}


class Doors:
    """Forwards requests by their key; change ``keys`` and it forwards them otherwise."""

    def __init__(self, keys: dict[str, Emulated]) -> None:
        self.keys = keys
        doors, client = self, httpx.Client(trust_env=False, timeout=60)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                key = self.headers.get("Authorization", "").removeprefix("apiKey ")
                # what needs no key is the same for everybody
                behind = doors.keys.get(key) if key else next(iter(doors.keys.values()))
                if behind is None:
                    return self.answer(401, {"Content-Type": "application/json"}, _REFUSED)
                headers = {"Authorization": f"apiKey {behind.api_key}"} if key else {}
                said = client.get(behind.base_url + self.path.removeprefix("/v0.4"), headers=headers)
                return self.answer(said.status_code, dict(said.headers), said.content)

            def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
                self.send_response_only(status)
                for name, value in headers.items():
                    if name.lower() not in _HOP_BY_HOP:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._client = client
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def base_url(self) -> str:
        """The address of the API."""
        return f"http://127.0.0.1:{self._server.server_port}/v0.4"

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._client.close()


@contextmanager
def doors(keys: dict[str, Emulated]) -> Iterator[Doors]:
    """Listen while the block runs."""
    opened = Doors(keys)
    try:
        yield opened
    finally:
        opened.close()
