"""The log: one JSON object a line on standard output, where Lambda, systemd and containers all read it.

Whoever adds a fact sees to it that it comes from a closed set: nothing that was said or sent is ever one
(docs/privacy.md).
"""

from __future__ import annotations

import sys
import time
from json import JSONEncoder
from typing import Any

NAMESPACE = "BackSpasmGuide"
"""What CloudWatch lists the guide's own metrics under."""

_encode = JSONEncoder(separators=(",", ":")).encode


def write_line(facts: dict[str, Any]) -> None:
    """Write ``facts``, and when; a log that cannot be written to keeps nobody from an answer."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    try:
        # In one piece, since the web service writes from several threads.
        sys.stdout.write(_encode({"timestamp": now, **facts}) + "\n")
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):  # there is none, it is full or broken, it is closed
        pass


def counted(dimensions: list[list[str]], *metrics: str) -> dict[str, Any]:
    """Return what makes CloudWatch count a line's facts ``metrics``, by its facts ``dimensions``.

    That is Amazon's embedded metric format: the function itself asks nobody, and needs no right to.
    """
    named = [{"Name": name, "Unit": "Count"} for name in metrics]
    directive = {"Namespace": NAMESPACE, "Dimensions": dimensions, "Metrics": named}
    return {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]}
