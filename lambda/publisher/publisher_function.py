"""Entry point of the publisher: what CloudFormation has it do when the stack is deployed.

It carries the skill package and the release in its own folder, since neither `sam package` nor CloudFormation
hands over what is inside a stack's folder. CloudFormation asks by event and waits for an answer at a URL. So whatever
happens, one answer is sent, with the reason where it failed, and before the function's time is up: a stack that gets
none waits for as long as it may.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

log = logging.getLogger()
log.setLevel(logging.INFO)

# Kept back, in seconds, for saying that time is up.
RESERVE_SECONDS = 8.0

# CloudFormation takes an answer of at most 4,096 bytes.
_REASON_CHARACTERS = 1_000
_TRIES = 4
_ANSWER_SECONDS = 5.0

Event = Mapping[str, Any]


def handler(event: Event, context: Any) -> None:
    """Do what CloudFormation asks for in ``event``, and answer it; never raises."""
    answer = _Answer(event)
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    clock = threading.Timer(seconds, answer.failed, ["it took too long; deploying again goes on from here"])
    clock.daemon = True
    clock.start()
    try:
        log.info("%s %s", event["RequestType"], event["LogicalResourceId"])
        answer.done(*_work(event)(event))
    except Exception as error:  # whatever it is, CloudFormation must hear of it
        log.exception("failed")
        answer.failed(f"{type(error).__name__}: {error}")
    finally:
        clock.cancel()


def _work(event: Event) -> Callable[[Event], tuple[str, dict[str, str]]]:
    # Only here: should something of it not import, CloudFormation hears of that too.
    from custom_resources import KINDS

    kind = event["ResourceType"]
    if kind not in KINDS:
        raise ValueError(f"the publisher does not know {kind}")
    return KINDS[kind]


class _Answer:
    """The one answer to an event; what is said after the first is dropped."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._lock = threading.Lock()
        self._sent = False

    def done(self, identity: str, data: Mapping[str, str]) -> None:
        self._send({"Status": "SUCCESS", "PhysicalResourceId": identity, "Data": dict(data)})

    def failed(self, reason: str) -> None:
        # A resource that could not be made needs an id too, or CloudFormation could not clean up after it.
        identity = self._event.get("PhysicalResourceId") or "not-made"
        reason = " ".join(reason.split())[:_REASON_CHARACTERS]
        self._send({"Status": "FAILED", "PhysicalResourceId": identity, "Reason": reason})

    def _send(self, answer: dict[str, Any]) -> None:
        with self._lock:
            if self._sent:
                return
            self._sent = True
        answer |= {name: self._event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
        log.info("%s %s", answer["Status"], answer.get("Reason", ""))
        _put(self._event["ResponseURL"], json.dumps(answer).encode())


def _put(url: str, body: bytes) -> None:
    """Send the answer; a network that fails for a moment does not lose it."""
    # The URL is signed for an empty content type.
    request = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")  # noqa: S310 - CloudFormation's own
    for turn in range(_TRIES):
        try:
            with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS):  # noqa: S310
                return
        except OSError as error:
            log.warning("CloudFormation could not be answered: %s", error)
            time.sleep(0.2 * 2**turn)
