"""A content store that misbehaves: it stands in front of a DynamoDB that does not, and does as the fault of the hour says."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Item = dict[str, Any]

Behave = Callable[["Exchange"], None]
"""Answers one request, or does not."""

Door = Literal["open", "shut", "full"]
"""What becomes of a connection: it is taken, it is refused, or nobody ever takes it."""

JSON = "application/x-amz-json-1.0"

# However long somebody hangs on, the handlers of a store that is closed end.
_LONGEST_SECONDS = 600.0


class Exchange:
    """One request to the store, and the way to answer it."""

    def __init__(self, handler: _Handler, store: ChaoticStore, body: bytes) -> None:
        self._handler = handler
        self._store = store
        self._body = body
        self.operation = handler.headers.get("X-Amz-Target", "").rpartition(".")[2]
        self.key = _key(body)
        """Partition and sort key of the item that is read or written; empty texts where there is none."""

    def real(self) -> tuple[int, bytes]:
        """Have the request done, and return the status and the body that the true store answers with."""
        chunk = self.operation == "GetItem" and self.key[0].startswith("release#")
        if chunk and self.key in self._store.chunks:
            return 200, self._store.chunks[self.key]
        status, body = self._done()
        if chunk and b'"Item"' in body and b'"ConsumedCapacity"' in body:  # as functions ask, not publishers
            self._store.chunks[self.key] = body
        return status, body

    def _done(self) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self._store.real_port, timeout=20)
        try:
            sent = {name: value for name, value in self._handler.headers.items() if name.lower() != "connection"}
            connection.request("POST", "/", self._body, sent)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def answer(self, status: int, body: bytes, content_type: str = JSON, **headers: str) -> None:
        """Answer as an honest server does."""
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", content_type)
        self._handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def answer_item(self, item: Any) -> None:
        """Answer that this is the item; None says that there is none. What it cost, DynamoDB always says when asked."""
        cost = {"ConsumedCapacity": {"TableName": "content", "CapacityUnits": 1.0}}
        self.answer(200, json.dumps(cost if item is None else {**cost, "Item": item}).encode())

    def real_item(self) -> Item | None:
        """Return the item that is asked for, as it truly is."""
        status, body = self.real()
        item: Item | None = json.loads(body).get("Item") if status == 200 else None
        return item

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._handler.wfile.write(data)

    def wait(self, seconds: float = _LONGEST_SECONDS) -> bool:
        """Do nothing for so long; return False when the store was closed meanwhile."""
        return not self._store.closed.wait(seconds)

    def end(self) -> None:
        """Say no more, and close the connection."""
        self._handler.close_connection = True

    def reset(self) -> None:
        """Have the connection reset, as by a machine that was started anew."""
        linger = struct.pack("ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.end()


def honest(exchange: Exchange) -> None:
    """Do what is asked."""
    exchange.answer(*exchange.real())


class ChaoticStore:
    """Listens on ``port`` of this machine from ``with`` until the end of its block, in front of the DynamoDB on ``real_port``."""

    def __init__(self, real_port: int) -> None:
        self.real_port = real_port
        self.port = 0
        self.behave: Behave = honest
        self.closed = threading.Event()
        self.chunks: dict[tuple[str, str], bytes] = {}
        """Answers that hold a chunk, which never changes: the true one is slow, and the functions are many."""
        self._server: ThreadingHTTPServer | None = None
        self._waiting: list[socket.socket] = []

    def __enter__(self) -> ChaoticStore:
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self.closed.set()
        self._shut()

    def become(self, behave: Behave = honest, door: Door = "open") -> None:
        """Behave like that from now on; whoever waits already goes on waiting."""
        self.behave = behave
        if door == "open" and self._server:
            return
        self._shut()
        if door == "open":
            self._open()
        elif door == "full":
            self._fill()

    def _open(self) -> None:
        handler = type("Handler", (_Handler,), {"store": self})
        self._server = _Server(("127.0.0.1", self.port), handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.01,), name="store", daemon=True).start()

    def _shut(self) -> None:
        for each in self._waiting:
            each.close()
        self._waiting.clear()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _fill(self) -> None:
        """Listen, never accept, and have those who may wait for it be others already."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(0)
        self._waiting = [listener]
        for _ in range(4):
            caller = socket.socket()
            caller.setblocking(False)
            caller.connect_ex(("127.0.0.1", self.port))
            self._waiting.append(caller)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    # A store that is opened anew does not wait for those who still hang on the one before.
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """Whoever hangs up on this store has every reason to."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    store: ChaoticStore

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with contextlib.suppress(OSError):
            self.store.behave(Exchange(self, self.store, body))

    def log_message(self, *_: object) -> None:
        pass


def _key(body: bytes) -> tuple[str, str]:
    asked = json.loads(body)
    key = asked.get("Key") or asked.get("Item") or {}
    return key.get("pk", {}).get("S", ""), key.get("sk", {}).get("S", "")
