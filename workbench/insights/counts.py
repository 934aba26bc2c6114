"""Counts of questions, and their sums."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

NEAREST, FRAME = "nearest", "frame"
"""What questions are counted by: the answer that they came nearest to, and their form. Each question is in both once."""


class Count(NamedTuple):
    """How often something was asked, and how often that was declined or offered two answers; the rest was answered."""

    asked: int = 0
    declined: int = 0
    offered: int = 0

    @property
    def answered(self) -> int:
        """How often an answer was given, or a warning."""
        return self.asked - self.declined - self.offered

    def plus(self, other: Count) -> Count:
        return Count(*(one + more for one, more in zip(self, other)))

    def as_json(self) -> dict[str, int]:
        return {**self._asdict(), "answered": self.answered}


class Asked(NamedTuple):
    """What was asked on one day, of one release, by one answer or one form."""

    day: str
    """Such as ``2026-11-21``, in UTC."""
    release: str
    by: str
    """``NEAREST`` or ``FRAME``."""
    name: str
    times: Count


class Insights(NamedTuple):
    """All that was asked, added up."""

    total: Count
    by: dict[str, dict[str, Count]]
    """``nearest``, ``frame``, ``day`` and ``release`` -> what -> how often."""

    def as_json(self) -> dict[str, Any]:
        sums = {by: {name: count.as_json() for name, count in sums.items()} for by, sums in self.by.items()}
        return {"total": self.total.as_json(), **sums}


def add_up(found: Iterable[Asked]) -> Insights:
    """Return the sums of ``found``: what was least answered first, days and releases in their order."""
    rows = list(found)
    by_nearest = [row for row in rows if row.by == NEAREST]
    worst_first = {
        by: dict(sorted(_sums(rows, by).items(), key=lambda item: (-item[1].declined, -item[1].offered, item[0])))
        for by in (NEAREST, FRAME)
    }
    days = _grouped(by_nearest, lambda row: row.day)
    first_day = {row.release: row.day for row in sorted(by_nearest, key=lambda row: row.day, reverse=True)}
    releases = _grouped(by_nearest, lambda row: row.release)
    total = Count()
    for count in days.values():
        total = total.plus(count)
    in_order = {
        "day": {day: days[day] for day in sorted(days)},
        "release": {name: releases[name] for name in sorted(releases, key=lambda name: (first_day[name], name))},
    }
    return Insights(total, {**worst_first, **in_order})


def _sums(rows: Iterable[Asked], by: str) -> dict[str, Count]:
    return _grouped((row for row in rows if row.by == by), lambda row: row.name)


def _grouped(rows: Iterable[Asked], key: Callable[[Asked], str]) -> dict[str, Count]:
    sums: dict[str, Count] = defaultdict(Count)
    for row in rows:
        sums[key(row)] = sums[key(row)].plus(row.times)
    return dict(sums)
