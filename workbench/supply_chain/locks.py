"""The locks: every version that is installed anywhere, with the hashes of what may be downloaded as it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LOCKS: dict[str, str | None] = {
    "workbench/requirements.txt": ".venv",
    "workbench/requirements-dev.txt": ".venv",
    "workbench/requirements-runtime.txt": ".venv-runtime",
    "workbench/requirements-built.txt": ".venv-built",
    "webservice/requirements.txt": ".venv",
    "lambda/skill/requirements.txt": ".venv",
    "benchmarks/hello_world/function/requirements.txt": None,
}
"""Every lock, and the environment where what it names is installed: the function and the web service have the workbench's
versions; what ``make bench`` is measured against is built for that alone, and is in no environment."""

_PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>.+))?")
_HASH = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


class Locked(NamedTuple):
    """One requirement of a lock."""

    name: str
    """As package indexes compare names (PEP 503)."""
    version: str
    marker: str
    """Machines that it is for; "" for all."""
    hashes: tuple[str, ...]
    """``sha256:…`` of each file that may be installed."""


class LockError(Exception):
    """A line of a lock is not a pinned requirement; the message says which."""


def read_lock(path: Path) -> list[Locked]:
    """Return what ``path`` locks.

    Raises:
        LockError: when a line is anything but a name, a version and hashes.
    """
    return list(_requirements(path))


def _requirements(path: Path) -> Iterator[Locked]:
    text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
    for line in text.splitlines():
        stated = line.partition("#")[0].strip()
        if not stated:
            continue
        hashes = tuple(_HASH.findall(stated))
        pinned = _PINNED.fullmatch(_HASH.sub("", stated).strip())
        if not pinned:
            raise LockError(
                f"{path}: '{stated[:80]}' is not name==version with hashes; edit the .in file, then make lock"
            )
        yield Locked(normalised(pinned["name"]), pinned["version"], (pinned["marker"] or "").strip(), hashes)


def normalised(name: str) -> str:
    """Return ``name`` as package indexes compare names (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
