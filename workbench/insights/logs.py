"""The same counts, from the log lines of an endpoint that runs somewhere else than in AWS."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from typing import Any

from workbench.insights.counts import FRAME, NEAREST, Asked, Count
from workbench.progress import Say, quiet

# How many lines are read from one word of progress to the next.
_AT_ONCE = 100_000


def read(
    lines: Iterable[str],
    first: datetime.date,
    last: datetime.date,
    release: str = "",
    say: Say = quiet,
) -> Iterator[Asked]:
    """Yield what was asked from day ``first`` to ``last``, of one ``release`` or of all.

    Whatever is no line of a turn is passed over, and so is what stands before it: a collector may put its own time there.
    """
    for number, line in enumerate(lines, 1):
        if number % _AT_ONCE == 0:
            say(f"Read {number:,} lines …\r")
        turn = _turn(line)
        day = str(turn.get("timestamp"))[:10]
        if not turn or not first.isoformat() <= day <= last.isoformat():
            continue
        if release and turn.get("release") != release:
            continue
        count = Count(1, int(turn["outcome"] == "decline"), int(turn["outcome"] == "offer"))
        for by in (NEAREST, FRAME):
            yield Asked(day, str(turn.get("release")), by, str(turn[by]), count)


def _turn(line: str) -> dict[str, Any]:
    """Return the turn that ``line`` tells of, if something was asked in it in free words; else nothing."""
    try:
        turn = json.loads(line[max(line.find("{"), 0) :])
    except (ValueError, RecursionError):
        return {}
    asked = isinstance(turn, dict) and turn.get("event") == "turn" and turn.get(NEAREST) and turn.get(FRAME)
    return turn if asked and "outcome" in turn else {}
