"""JSON read in pieces, for what may be large.

``json.loads`` holds Python's lock from the first byte to the last: while a background thread reads a release of many
megabytes, no listener is answered. Read a piece at a time, it lets them pass between two pieces.
"""

from __future__ import annotations

import json
import re
from typing import Any

# How deep it is taken to pieces: a release has sections, and those have entries.
_DEPTH = 2

_decode = json.JSONDecoder().raw_decode
_space = re.compile(r"[ \t\n\r]*").match


def read_object(data: bytes) -> dict[str, Any]:
    """Return what ``json.loads(data)`` does, for an object.

    Raises:
        ValueError: when it is not JSON in UTF-8, or no object.
        RecursionError: when it is nested too deep.
    """
    text = data.decode()
    begins = _skip(text, 0)
    if not text.startswith("{", begins):
        raise ValueError("not a JSON object")
    value, end = _value(text, begins, _DEPTH)
    if _skip(text, end) != len(text):
        raise ValueError("more than a JSON object")
    found: dict[str, Any] = value
    return found


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    """Return the value that begins ``at``, and where it ends."""
    if depth and text.startswith("{", at):
        return _members(text, at + 1, depth - 1)
    if depth and text.startswith("[", at):
        return _items(text, at + 1, depth - 1)
    return _decode(text, at)


def _members(text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    at = _skip(text, at)
    while found or not text.startswith("}", at):
        key, at = _decode(text, at)
        if not isinstance(key, str):
            raise ValueError("a key is no text")
        at = _expect(text, at, ":")
        found[key], at = _value(text, at, depth)
        at = _skip(text, at)
        if text.startswith("}", at):
            break
        at = _expect(text, at, ",")
    return found, at + 1


def _items(text: str, at: int, depth: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    at = _skip(text, at)
    while found or not text.startswith("]", at):
        item, at = _value(text, at, depth)
        found.append(item)
        at = _skip(text, at)
        if text.startswith("]", at):
            break
        at = _expect(text, at, ",")
    return found, at + 1


def _expect(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if not text.startswith(mark, at):
        raise ValueError(f"no {mark} where one must be")
    return _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _space(text, at)
    return match.end() if match else at
