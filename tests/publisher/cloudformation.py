"""CloudFormation's side of a custom resource: its events, and the URL at which it waits for the answer."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Answers:
    """A response URL; ``answers`` is what was sent there. ``refuse`` makes it fail so many times first."""

    def __init__(self, refuse: int = 0) -> None:
        self.answers: list[dict[str, Any]] = []
        self.content_types: list[str | None] = []
        self.refused = 0
        self.refuse = refuse

    def __enter__(self) -> Answers:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.refused < outer.refuse:
                    outer.refused += 1
                    self.send_error(503)
                    return
                outer.answers.append(json.loads(body))
                outer.content_types.append(self.headers["Content-Type"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/response?signed=yes"

    @property
    def only(self) -> dict[str, Any]:
        (answer,) = self.answers
        return answer


class Context:
    """What Lambda tells a function of itself."""

    def __init__(self, seconds: float = 120.0) -> None:
        self.seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self.seconds * 1000)


def event(
    request: str, kind: str, url: str, properties: dict[str, Any], old: dict[str, Any] | None = None, identity: str = ""
) -> dict[str, Any]:
    """Return an event as CloudFormation sends it: every property is text, or lists and mappings of text."""
    sent = {
        "RequestType": request,
        "ServiceToken": "arn:aws:lambda:us-east-1:123456789012:function:publisher:live",
        "ResponseURL": url,
        "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/back-spasm-guide-dev/1",
        "RequestId": "5c3a1f0e-0000-0000-0000-000000000000",
        "LogicalResourceId": kind.rpartition(":")[2],
        "ResourceType": kind,
        "ResourceProperties": _texts({"ServiceToken": "arn:aws:lambda:…:live", "ServiceTimeout": 180, **properties}),
    }
    if request != "Create":
        sent["PhysicalResourceId"] = identity
    if request == "Update":
        sent["OldResourceProperties"] = _texts(old or properties)
    return sent


def _texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    return str(value)
