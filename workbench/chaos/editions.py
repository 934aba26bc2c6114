"""Releases that can be told apart by what they say, and what each of them says to a few requests."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from alexa.skill import build_handler
from guide.release import Release
from stores.withdrawn import Without
from workbench.compiler.content import ROOT
from workbench.publishing import Package, canonical, pack

EVENTS = {
    name: json.loads((ROOT / "events" / f"{name}.json").read_bytes())
    for name in (
        "launch",
        "help",
        "relief",
        "relief.en-GB",
        "free-text",
        "free-text-warning-sign",
        "warning-sign",
        "topic",
        "see-a-doctor",
        "more",
        "yes",
        "step",
        "repeat",
        "who-says-that",
        "fallback",
        "stop",
    )
}
"""Requests of every kind that something is said to, by the names of their files in ``events/``."""


WITHDRAWN = "heat"
"""An answer that is off the air in the table and, as a deploy sees to, in every function's settings."""


class Edition:
    """One release, and what it answers without the answer that is withdrawn."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.version = package.version

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        """What a function that has this release and no other answers to each of ``EVENTS``, as JSON carries it."""
        release = Without(Release(self.package.release), (WITHDRAWN,))
        handler = build_handler(lambda: release)
        return {name: comparable(handler(event, None)) for name, event in EVENTS.items()}


class Wrong(NamedTuple):
    """An answer that no release gives."""

    event: str
    answer: Any


def bundled(compiled: bytes) -> Edition:
    """Return the edition that ``guide build`` compiled."""
    return Edition(pack(compiled))


def edition(number: int, compiled: bytes) -> Edition:
    """Return the compiled release with ``number`` in everything that it says."""
    release = json.loads(compiled)
    release.pop("version")
    release.pop("contents", None)
    mark = f" This is edition {number}."
    for facts in release["answers"].values():
        facts["short"] += mark
        facts["more"] = [layer + mark for layer in facts["more"]]
    release["phrases"] = {
        name: [wording + mark for wording in wordings] for name, wordings in release["phrases"].items()
    }
    release["version"] = hashlib.sha256(canonical(release)).hexdigest()[:12]
    return Edition(pack(canonical(release)))


def comparable(response: Any) -> Any:
    """Return ``response`` as JSON carries it, without the name of the SDK's adapter."""
    return {**json.loads(json.dumps(response)), "userAgent": ""}


def version_of(event: str, response: Any, editions: Mapping[str, Edition]) -> str | Wrong:
    """Return which of ``editions`` gives ``response`` to ``event``, word for word."""
    given = comparable(response)
    for version, one in editions.items():
        if one.answers[event] == given:
            return version
    return Wrong(event, given)
