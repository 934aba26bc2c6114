"""Small line charts, side by side in one SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import NamedTuple

_WIDTH, _HEIGHT, _GAP = 330, 220, 30
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 34, 44
_COLOURS = ("#0b6e99", "#c2571a", "#4b7f2b", "#7a3e9d")

Points = Sequence[tuple[float, float]]


class Chart(NamedTuple):
    """One chart; values on the upright axis begin at 0."""

    title: str
    across: str
    upright: str
    lines: Mapping[str, Points]
    log: bool = False
    """True when the axis across is logarithmic."""


def draw(charts: Sequence[Chart], columns: int = 2) -> str:
    """Return the charts as SVG, ``columns`` of them in a row."""
    rows = -(-len(charts) // columns)
    width, height = columns * (_WIDTH + _GAP), rows * (_HEIGHT + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="11" fill="#333">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for i, chart in enumerate(charts):
        x, y = i % columns * (_WIDTH + _GAP) + _GAP / 2, i // columns * (_HEIGHT + _GAP) + _GAP / 2
        parts += [f'<g transform="translate({x:g} {y:g})">', *_chart(chart), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _chart(chart: Chart) -> list[str]:
    points = [point for line in chart.lines.values() for point in line]
    low, high = min(x for x, _ in points), max(x for x, _ in points)
    step = _round_step(max(y for _, y in points) * 1.2 / 4)
    top = 4 * step
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        share = (log10(x / low) / log10(high / low)) if chart.log else (x - low) / (high - low)
        return _LEFT + share * (right - _LEFT), bottom - y / top * (bottom - _TOP)

    parts = [f'<text x="{_LEFT}" y="14" font-size="13" font-weight="600">{chart.title}</text>']
    for value in (0, step, 2 * step, 3 * step, top):
        _, y = place(high, value)
        parts.append(f'<line x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:,g}</text>')
    marks = sorted({x for x, _ in points}) if chart.log else [low, (low + high) / 2, high]
    for x in marks:
        parts.append(f'<text x="{place(x, 0)[0]:.1f}" y="{bottom + 15}" text-anchor="middle">{round(x):,}</text>')
    parts.append(f'<text x="{(_LEFT + right) / 2}" y="{bottom + 32}" text-anchor="middle">{chart.across}</text>')
    parts.append(f'<text x="{_LEFT - 40}" y="{_TOP - 8}">{chart.upright}</text>')
    for number, (name, line) in enumerate(chart.lines.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in line))
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{right}" y="{_TOP + 4 + 14 * number}" text-anchor="end" fill="{colour}">{name}</text>')
    return parts


def _round_step(least: float) -> float:
    """Return the next number from ``least`` on that is 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** floor(log10(least)) if least > 0 else 1.0
    return next(times * power for times in (1, 2, 2.5, 5, 10) if times * power >= least)
