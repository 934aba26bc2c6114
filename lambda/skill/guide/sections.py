"""A release of which only those parts are read that are asked for.

``guide build`` lays a release out as JSON in lines: each section is one line, or one line for each of its entries. The
last line, ``contents``, says where every section begins and ends, in bytes. So what a start costs does not depend on
how much there is to say. A release in any other layout, such as a published one, is read as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

CONTENTS = "contents"
"""The section that only tells of the others, and is none itself."""

BY_ENTRY = ("answers", "asked", "intents", "postings", "topics")
"""Sections that have a line for each entry, in the order of their keys as bytes."""


class Text(Protocol):
    """What a release lies in: bytes, or a file mapped into memory."""

    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...
    def rfind(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...


def read_sections(text: Text, size: int) -> Mapping[str, Any]:
    """Return the sections of the release in ``text``, which is ``size`` bytes long.

    Raises:
        ValueError: when it is not a JSON object.
    """
    last = text.rfind(b"\n", 0, size)
    line = text[last + 1 : size]
    if last > 0 and line.startswith(b'"%b":' % CONTENTS.encode()):
        contents = json.loads(b"{" + line)[CONTENTS]
        return _Sections(text, contents)
    whole = json.loads(text[0:size])
    if not isinstance(whole, dict):
        raise ValueError("a release is a JSON object")
    return whole


# Entries that are kept once they were read, so that a function that runs for days does not end up with all of them.
_KEPT = 500
_UNREAD = object()


class _Sections(Mapping[str, Any]):
    def __init__(self, text: Text, contents: Mapping[str, tuple[int, int]]) -> None:
        self._text = text
        self._contents = contents
        self._read: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._read:
            start, end = self._contents[name]
            entries = name in BY_ENTRY
            self._read[name] = _Entries(self._text, start, end) if entries else json.loads(self._text[start:end])
        return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._contents)

    def __len__(self) -> int:
        return len(self._contents)


class _Entries(Mapping[str, Any]):
    """The entries of one section, found by bisection; those that were asked for are kept."""

    def __init__(self, text: Text, start: int, end: int) -> None:
        """The section's value stands from ``start`` to ``end``: ``{``, the lines of its entries, ``}``."""
        self._text = text
        self._start = text.find(b"\n", start, end) + 1 or end
        self._end = end
        self._read: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        found = self._read.get(key, _UNREAD)  # in one step: the web service answers in several threads
        if found is _UNREAD:
            found = self._find(key)
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[key] = found
        return found

    def _find(self, key: str) -> Any:
        text, wanted = self._text, line_key(key)
        low, high = self._start, self._end
        while low < high:
            middle = (low + high) // 2
            begins = text.rfind(b"\n", low, middle) + 1 or low
            ends = text.find(b"\n", middle, high)
            ends = high if ends < 0 else ends
            found = text[begins : begins + len(wanted)]
            if found == wanted:
                return json.loads(text[begins + len(wanted) : ends].removesuffix(b","))
            if found < wanted:
                low = ends + 1
            else:
                high = begins
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        at = self._start
        while at < self._end:
            ends = self._text.find(b"\n", at, self._end)
            ends = self._end if ends < 0 else ends
            line = self._text[at:ends].removesuffix(b",")
            if line != b"}":
                yield from json.loads(b"{" + line + b"}")
            at = ends + 1

    def __len__(self) -> int:
        return sum(1 for _ in self)


def line_key(key: str) -> bytes:
    """Return how the line of an entry begins, or would begin: half a character is in no release, but may be asked for."""
    return json.dumps(key, ensure_ascii=False).encode(errors="surrogatepass") + b":"
