"""Counts as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workbench.insights.counts import Count, Insights

_HEADINGS = {
    "nearest": "Nearest answer",
    "frame": "Form of the question",
    "day": "Day (UTC)",
    "release": "Release",
}
_EXPLAINED = {"nearest": {"none": "none (no words)"}, "frame": {"none": "none (no words)"}}


def report(insights: Insights, most: int) -> Iterator[str]:
    """Yield the lines of a report with at most ``most`` rows for what may have many."""
    total = insights.total
    yield (
        f"Asked in free words {total.asked:,} times: {_share(total.answered, total)} answered, "
        f"{_share(total.offered, total)} offered two answers, {_share(total.declined, total)} declined."
    )
    for by, heading in _HEADINGS.items():
        yield ""
        yield from _table(heading, insights.by[by], most if by in _EXPLAINED else None, _EXPLAINED.get(by, {}))


def _table(heading: str, counts: Mapping[str, Count], most: int | None, explained: Mapping[str, str]) -> Iterator[str]:
    shown = list(counts.items())[:most]
    width = max(24, *(len(explained.get(name, name)) for name, _ in shown))
    yield f"{heading:<{width}}  {'asked':>8}  {'declined':>8}  {'offered':>8}  {'answered':>8}"
    for name, count in shown:
        yield f"{explained.get(name, name):<{width}}  {count.asked:>8,}  {count.declined:>8,}  {count.offered:>8,}  {count.answered:>8,}"
    if len(shown) < len(counts):
        yield f"… and {len(counts) - len(shown)} more (--most {len(counts)}, or --json)"


def _share(part: int, total: Count) -> str:
    return f"{part / total.asked:.0%}"
