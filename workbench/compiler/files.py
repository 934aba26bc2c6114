"""Reading what editors write: text and YAML, with the line of everything in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from workbench.compiler.problems import Problems

# More than twice the largest file of the content. A bigger one is a mistake (a pasted image, a log), and YAML would read it for minutes.
MOST_BYTES = 5_000_000

# What opens another level without a line of its own. The loader in C crashes some ten thousand levels down.
_LEVEL = re.compile(r"[\[{]|[-?][ \t]+(?=[-?][ \t])")
_LEVELS_MOST = 1_000

KeyPath = tuple[str | int, ...]
"""Where something stands in a YAML file: ``("en-US", "words", "emergency")``."""


def read_text(path: Path, name: str, problems: Problems) -> str | None:
    """Return the file's text, or None after saying in ``problems`` why it cannot be read."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            problems.add(name, 0, f"is {size:,} bytes; the most is {MOST_BYTES:,}. Is this the file you meant?")
            return None
        raw = path.read_bytes()
    except FileNotFoundError:
        problems.add(name, 0, "is missing; put it back (git restore brings back the last committed one)")
        return None
    except OSError as error:
        problems.add(name, 0, f"cannot be read ({error.strerror}); check the file's permissions")
        return None
    if not raw.strip():
        problems.add(name, 0, "is empty; fill it in or delete it")
        return None
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.add(name, line, "is not UTF-8 text here; save the file as UTF-8 in your editor")
        return None


class Lines:
    """The line on which each part of a YAML file stands."""

    def __init__(self, first: int = 1) -> None:
        self._first = first
        self._lines: dict[KeyPath, int] = {}

    def __setitem__(self, path: KeyPath, line: int) -> None:
        self._lines[path] = line + self._first

    def close_up(self, kept: Sequence[int], *path: str | int) -> None:
        """Number the parts of the list at ``path`` anew, of which only the ``kept`` ones are left, in their order."""
        number, at = {old: new for new, old in enumerate(kept)}, len(path)
        held, self._lines = self._lines, {}
        for place, line in held.items():
            if place[:at] != path or len(place) == at:
                self._lines[place] = line
            elif (old := place[at]) in number:
                self._lines[(*path, number[int(old)], *place[at + 1 :])] = line

    def __call__(self, *path: str | int) -> int:
        """Return the line of ``path``, or of the nearest part around it that is there."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, self._first)


def read_yaml(path: Path, name: str, problems: Problems) -> tuple[Any, Lines]:
    """Return a YAML file's data and lines; the data is None when it cannot be read, and ``problems`` says why."""
    text = read_text(path, name, problems)
    if text is None:
        return None, Lines()
    return parse_yaml(text, name, problems)


def parse_yaml(text: str, name: str, problems: Problems, first: int = 1) -> tuple[Any, Lines]:
    """Parse YAML ``text`` that begins on line ``first`` of the file ``name``; a key written twice is a problem.

    Anchors and tags other than YAML's own plain ones are not content, and are refused.
    """
    lines = Lines(first)
    try:
        node = yaml.compose(text, Loader=_loader(text))
        if node is None or node.tag.endswith(":null"):
            problems.add(name, first, "holds nothing; fill it in or delete it")
            return None, lines
        return _construct(node, (), lines, name, problems, set()), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = (mark.line if mark else 0) + first
        problems.add(
            name,
            line,
            f"is not valid YAML: {error.problem or error.context}. Check the indentation, quotes and colons near here",
        )
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        problems.add(name, first, f"is not valid YAML: {' '.join(str(error).split())[:120]}")
    return None, lines


def _loader(text: str) -> Any:
    """Return the loader in C, which is six times as fast; the other one where it is missing, or might crash."""
    deep = sum(1 for _ in _LEVEL.finditer(text)) > _LEVELS_MOST
    return yaml.SafeLoader if deep else getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _construct(node: yaml.Node, path: KeyPath, lines: Lines, name: str, problems: Problems, seen: set[int]) -> Any:
    lines[path] = node.start_mark.line
    if id(node) in seen:  # an alias; a few nested ones can grow to billions of values
        raise yaml.MarkedYAMLError(problem="an alias (*name), which content does not use", problem_mark=node.start_mark)
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(_scalar(key_node))
            if key in found:
                problems.add(name, key_node.start_mark.line + lines._first, f"the key '{key}' stands twice; keep one")
            found[key] = _construct(value_node, (*path, key), lines, name, problems, seen)
            lines[(*path, key)] = key_node.start_mark.line
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*path, i), lines, name, problems, seen) for i, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    """Strings, whole numbers, true, false and null; a date stays the text it was written as."""
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.MarkedYAMLError(
            problem="a list or mapping where a single value belongs", problem_mark=node.start_mark
        )
    kind = node.tag.rpartition(":")[2]
    if kind == "null":
        return None
    if kind == "bool":
        # In content `no` and `yes` are words that listeners say, never truth values.
        return {"true": True, "false": False}.get(node.value.lower(), node.value)
    if kind == "int" and node.value.isdigit():
        return int(node.value)
    return node.value
