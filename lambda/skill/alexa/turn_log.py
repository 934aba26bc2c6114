"""One line in the log for each turn: what became of it, and nothing of what was said or of who said it.

Every value is a number, or a word of ours: one that the release, the SDK or this module has a list of. What comes from outside is
only looked up in such a list, never copied; what is not found there is logged as "unknown" or "other". The one
exception is the request's id. Alexa draws it anew for each request, it says nothing of who asked, and without it
no line could be found again when Amazon asks about a request; it is logged if it has exactly the form of Amazon's.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from ask_sdk_model.request import Request

from guide.conversation import said
from guide.release import Release
from guide.reply import Reply
from json_lines import counted, write_line

UNKNOWN, OTHER, NONE = "unknown", "other", "none"

DECLINED, OFFERED = "Declined", "Offered"
"""The two metrics. The first is 0 or 1 each time, so that how often it was counted is how often something was asked; the second is 1
where two answers were offered, and otherwise left out: CloudWatch charges for each hour in which a metric gets a value."""
DIMENSIONS = [["stage", "release", "nearest"], ["stage", "release", "frame"]]

_REQUEST_ID = re.compile(r"amzn1\.echo-api\.request\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOTHING_SAID: dict[str, Any] = dict.fromkeys(("outcome", "answer", "offered", "warning", "care_level"))


class Turn:
    """What is known of one turn; its handler fills it in."""

    __slots__ = ("began", "error", "release", "reply")

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.release: Release | None = None
        self.reply: Reply | None = None
        self.error: str | None = None
        """The type of what went wrong."""

    def failed(self, error: Exception) -> None:
        """Take note of what went wrong first."""
        self.error = self.error or type(error).__name__


class TurnLog:
    """Writes turns, and with ``metrics`` lets CloudWatch count what was asked in free words, by ``stage``."""

    def __init__(
        self,
        write: Callable[[dict[str, Any]], None] = write_line,
        *,
        stage: str = "prod",
        metrics: bool = False,
    ) -> None:
        self._write = write
        self._stage = stage
        self.metrics = metrics

    def add(self, envelope: Any, turn: Turn, store: str) -> None:
        """Write the line of ``turn``; ``store`` says where its release came from."""
        try:
            line = self._line(envelope, turn, store)
        except Exception as error:  # a release in such a state keeps nobody from the answer, or the apology
            turn.failed(error)
            line = {"level": "ERROR", "event": "turn", **_NOTHING_SAID, "store": store, "error": turn.error}
        self._write(line)

    def _line(self, envelope: Any, turn: Turn, store: str) -> dict[str, Any]:
        request, release = envelope.request, turn.release
        intent = getattr(request, "intent", None)
        reply = turn.reply
        line = {
            "level": "ERROR" if turn.error else "INFO",
            "event": "turn",
            "request_id": _request_id(request),
            "request": _request_type(request),
            "intent": _listed(getattr(intent, "name", None), release.intents, UNKNOWN) if release and intent else None,
            **(said(reply) if reply else _NOTHING_SAID),
            "nearest": None,
            "frame": None,
            "scores": None,
            "ms": round((time.perf_counter() - turn.began) * 1000, 1),
            "release": release.version if release else None,
            "locale": _listed(getattr(request, "locale", None), release.locales, OTHER) if release else None,
            "store": store,
            "error": turn.error,
        }
        if reply and (reply.nearest or reply.outcome == "decline"):
            self._add_question(line, reply)
        return line

    def _add_question(self, line: dict[str, Any], reply: Reply) -> None:
        """What was asked in free words: which answers are near, and what form it had; Alexa may have passed on no words."""
        line["nearest"] = reply.nearest[0][0] if reply.nearest else NONE
        line["frame"] = reply.frame or NONE
        line["scores"] = {answer: round(score, 2) for answer, score in reply.nearest}
        if self.metrics:
            values = {DECLINED: int(reply.outcome == "decline"), **({OFFERED: 1} if reply.outcome == "offer" else {})}
            line |= {"stage": self._stage, **values, "_aws": counted(DIMENSIONS, *values)}


def turn_log(environment: Mapping[str, str]) -> TurnLog:
    """Return the log that the ``environment`` wants.

    CONTENT_STAGE is the stage that is counted for (default ``prod``). QUESTION_METRICS=on has CloudWatch count what is
    asked; anywhere else than in AWS it would only make the lines longer.
    """
    stage = environment.get("CONTENT_STAGE") or "prod"
    return TurnLog(stage=stage, metrics=environment.get("QUESTION_METRICS") == "on")


def _listed(value: Any, known: Any, otherwise: str) -> str:
    return value if isinstance(value, str) and value in known else otherwise


def _request_id(request: Any) -> str | None:
    value = getattr(request, "request_id", None)
    return value if isinstance(value, str) and _REQUEST_ID.fullmatch(value) else None


def _request_type(request: Any) -> str:
    """The type, if the SDK knows it. What it does not, ``alexa.envelopes`` has read as the end of a session, with no reason."""
    kind = _listed(getattr(request, "object_type", None), Request.discriminator_value_class_map, UNKNOWN)
    return UNKNOWN if kind == "SessionEndedRequest" and not getattr(request, "reason", None) else kind
