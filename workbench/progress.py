"""How far a long piece of work is, for whoever waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Say = Callable[[str], None]
"""Takes a line of progress; one that ends in ``\\r`` stands for the one before it, drawn anew."""

Item = TypeVar("Item")

# What is done sooner than this many items are needs no bar.
_FEWEST = 500
_WIDTH = 40


def quiet(_: str) -> None:
    """Say nothing."""


def track(items: Sequence[Item], what: str, say: Say) -> Iterator[Item]:
    """Pass ``items`` on, and say at every hundredth of them how far it is."""
    count = len(items)
    step = max(1, count // 100)
    for i, item in enumerate(items):
        if count >= _FEWEST and i % step == 0:
            say(f"  {what} [{'#' * (i * _WIDTH // count):<{_WIDTH}}] {i * 100 // count:3} %\r")
        yield item
    if count >= _FEWEST:
        say(f"  {what} [{'#' * _WIDTH}] 100 %\r")
        say(f"  {what}: {count:,}")
