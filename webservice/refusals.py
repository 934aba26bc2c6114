"""Requests that are refused: the caller learns a status and nothing else, the log a reason and nothing of the request."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

# How long at least from one line in the log to the next with the same reason, in seconds: nobody fills the disk with them.
_QUIET_SECONDS = 10.0


class Refused(Exception):
    """The request is not answered. ``reason`` is one of our own phrases: it never holds anything that was sent."""

    def __init__(self, reason: str, status: int = 400) -> None:
        self.reason = reason
        self.status = status
        super().__init__(reason)


class RefusalLog:
    """Logs refusals, at most one line every ten seconds for each reason, and how many there were."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._next: dict[str, float] = {}

    def add(self, reason: str) -> None:
        """Count one refusal. ``reason`` must be one of a few phrases, since each is remembered."""
        with self._lock:
            count = self._counts[reason] = self._counts.get(reason, 0) + 1
            now = self._clock()
            if now < self._next.get(reason, now):
                return
            self._next[reason] = now + _QUIET_SECONDS
            self._counts[reason] = 0
        log.warning("refused: %s (%d)", reason, count)
