"""The skill's icons, from ``interaction_model/images/icon.svg``: ``python -m workbench.deploying.icons``.

It draws the little of SVG that the icon is made of (rect, circle, and paths of M, L, C and Z in absolute coordinates, each filled
with one colour), so that the PNG files can be made anywhere, and are the same everywhere.
"""

from __future__ import annotations

import re
import struct
import sys
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

from workbench.compiler.content import ROOT

FOLDER = ROOT / "interaction_model" / "images"
SOURCE = FOLDER / "icon.svg"

SIZES = (108, 512)
"""In pixels: what Alexa calls the small and the large icon."""

# Each pixel is looked at in so many rows of so many points.
_SAMPLES = 4
_CURVE_STEPS = 24
_CIRCLE = 0.5522847498

Point = tuple[float, float]
Color = tuple[int, int, int]


class Shape(NamedTuple):
    """A closed outline, filled with one colour."""

    outline: list[Point]
    color: Color


def shapes(svg: str) -> tuple[float, list[Shape]]:
    """Return the width of the drawing and its shapes, from the back to the front.

    Raises:
        ValueError: where it has something that is not drawn here.
    """
    tree = ElementTree.fromstring(svg)  # noqa: S314 - the project's own file
    width = float(tree.attrib["viewBox"].split()[2])
    return width, [Shape(_outline(element), _color(element.attrib["fill"])) for element in tree]


def render(svg: str, size: int) -> bytes:
    """Return ``svg`` as a PNG file of ``size`` by ``size`` pixels."""
    width, drawn = shapes(svg)
    scale = size * _SAMPLES / width
    scaled = [Shape([(x * scale, y * scale) for x, y in shape.outline], shape.color) for shape in drawn]
    rows = [_row(scaled, y, size) for y in range(size)]
    return _png(size, rows)


def _row(drawn: list[Shape], y: int, size: int) -> bytes:
    """One row of pixels: the mean of its points."""
    width = size * _SAMPLES
    sums = [0] * (size * 3)
    for sample in range(_SAMPLES):
        line = _line(drawn, y * _SAMPLES + sample + 0.5, width)
        for channel in range(3):
            plane = line[channel::3]
            for start in range(_SAMPLES):
                for x, value in enumerate(plane[start::_SAMPLES]):
                    sums[3 * x + channel] += value
    points = _SAMPLES * _SAMPLES
    return bytes((value + points // 2) // points for value in sums)


def _line(drawn: list[Shape], y: float, width: int) -> bytearray:
    """One line of points, white where nothing is drawn."""
    line = bytearray(b"\xff" * (3 * width))
    for shape in drawn:
        crossings = sorted(_crossings(shape.outline, y))
        for left, right in zip(crossings[::2], crossings[1::2]):
            start, end = max(round(left), 0), min(round(right), width)
            if start < end:
                line[3 * start : 3 * end] = bytes(shape.color) * (end - start)
    return line


def _crossings(outline: list[Point], y: float) -> Iterator[float]:
    for (x1, y1), (x2, y2) in zip(outline, [*outline[1:], outline[0]]):
        if (y1 <= y) != (y2 <= y):
            yield x1 + (y - y1) * (x2 - x1) / (y2 - y1)


def _outline(element: ElementTree.Element) -> list[Point]:
    kind = element.tag.rpartition("}")[2]
    if kind == "rect":
        x, y, w, h = (float(element.attrib[name]) for name in ("x", "y", "width", "height"))
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h)]
    if kind == "circle":
        x, y, r = (float(element.attrib[name]) for name in ("cx", "cy", "r"))
        k = r * _CIRCLE
        return _path(
            f"M {x + r} {y} C {x + r} {y + k} {x + k} {y + r} {x} {y + r} C {x - k} {y + r} {x - r} {y + k} {x - r} {y} "
            f"C {x - r} {y - k} {x - k} {y - r} {x} {y - r} C {x + k} {y - r} {x + r} {y - k} {x + r} {y} Z"
        )
    if kind == "path":
        return _path(element.attrib["d"])
    raise ValueError(f"<{kind}> is not drawn here")


def _path(data: str) -> list[Point]:
    points: list[Point] = []
    for command, numbers in re.findall(r"([A-Za-z])([^A-Za-z]*)", data):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        pairs = list(zip(values[::2], values[1::2]))
        if command in "ML":
            points += pairs
        elif command == "C":
            for first in range(0, len(pairs), 3):
                points += _curve(points[-1], *pairs[first : first + 3])
        elif command != "Z":
            raise ValueError(f"{command} is not drawn here")
    return points


def _curve(start: Point, one: Point, other: Point, end: Point) -> Iterator[Point]:
    for step in range(1, _CURVE_STEPS + 1):
        t = step / _CURVE_STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
        four = (start, one, other, end)
        yield sum(w * p[0] for w, p in zip(weights, four)), sum(w * p[1] for w, p in zip(weights, four))


def _color(text: str) -> Color:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _png(size: int, rows: list[bytes]) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def main() -> int:
    """Write the icons beside their source."""
    svg = SOURCE.read_text(encoding="utf-8")
    for size in SIZES:
        (FOLDER / f"icon-{size}.png").write_bytes(render(svg, size))
    return 0


if __name__ == "__main__":
    sys.exit(main())
