"""The plain-list API over a real connection, so that a process of its own can be synced with it and killed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

from tests.sync.upstream import Upstream


@contextmanager
def serving(upstream: Upstream) -> Iterator[str]:
    """Serve an upstream on the loopback until the block ends; yield its base URL."""
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            with lock:
                url = f"http://{self.headers['Host']}{self.path}"
                answer = upstream.answer(httpx.Request("GET", url, headers=dict(self.headers)))
            self.send_response(answer.status_code)
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return format_datetime(upstream.now.replace(microsecond=0), usegmt=True)

        def log_message(self, *args: object) -> None:
            """Say nothing of each request."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed is no error here."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v0.4"
        finally:
            server.shutdown()
            thread.join()
