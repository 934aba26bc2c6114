"""Budgets of time that hold on every machine: a test finds what became many times slower; exact figures are ``make bench``'s."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOW_MACHINE = 10
"""A machine that also runs other tests may be this many times slower than the one that the budgets were set on."""


def seconds(run: Callable[[], object], *, times: int = 1) -> float:
    """Return the seconds that the fastest of some runs takes: what else the machine does must not fail a test."""
    spans = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        spans.append(time.perf_counter() - began)
    return min(spans)
