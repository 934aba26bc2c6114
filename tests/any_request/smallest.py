"""The smallest envelope that still fails, for whoever has to find out why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

_MOST_TRIES = 3_000


def smallest(event: Any, fails: Callable[[Any], bool]) -> Any:
    """Return ``event`` without all that it can do without and ``fails`` all the same."""
    tries = 0
    smaller = True
    while smaller and tries < _MOST_TRIES:
        smaller = False
        for candidate in _smaller(event):
            tries += 1
            if fails(candidate):
                event, smaller = candidate, True
                break
    return event


def _smaller(part: Any) -> Iterator[Any]:
    """Yield ``part`` made smaller in one place, what saves most first."""
    if isinstance(part, str) and len(part) > 1:
        yield from (part[: len(part) // 2], part[len(part) // 2 :])
    elif isinstance(part, dict):
        for name in part:
            yield {other: value for other, value in part.items() if other != name}
        for name, value in part.items():
            yield from ({**part, name: less} for less in _smaller(value))
    elif isinstance(part, list):
        for index in range(min(len(part), 20)):
            yield [*part[:index], *part[index + 1 :]]
        for index, value in enumerate(part[:20]):
            yield from ([*part[:index], less, *part[index + 1 :]] for less in _smaller(value))
