"""A webhook on loopback that keeps what it is sent, and can be told to refuse."""

from __future__ import annotations

import http.server
import json
import threading
from typing import Any


class Receiver:
    """Takes Apprise's ``json://`` messages."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.requests = 0
        self.status = 200
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.requests += 1
                if receiver.status == 200:
                    receiver.messages.append(body)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Where Apprise sends to, with a token in it."""
        return f"json://user:token-that-must-not-leak@127.0.0.1:{self._server.server_port}/hook"

    @property
    def titles(self) -> list[str]:
        """The titles of the messages that were accepted."""
        return [message["title"] for message in self.messages]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
