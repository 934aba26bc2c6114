"""The skill on this machine: the bundled release behind the real Lambda handler, and a device to talk to it."""

from __future__ import annotations

import json
from pathlib import Path

from workbench.compiler.content import ROOT
from workbench.compiler.interaction_model import FOLDER
from workbench.standin.device import Device, Function
from workbench.standin.ears import Ears


class UnknownLocaleError(ValueError):
    """The guide is not published in this locale."""


def locales(root: Path = ROOT) -> list[str]:
    """Return the locales that have an interaction model."""
    return sorted(path.stem for path in (root / FOLDER).glob("??-??.json"))


def ears(locale: str, root: Path = ROOT) -> Ears:
    """Return ears for ``locale``.

    Raises:
        UnknownLocaleError: when there is no interaction model for it.
    """
    if locale not in locales(root):
        raise UnknownLocaleError(f"unknown locale '{locale}'; the guide has {', '.join(locales(root))}")
    return Ears(json.loads((root / FOLDER / f"{locale}.json").read_bytes()))


def function() -> Function:
    """Return the real Lambda handler, as ``skill_function.py`` builds it."""
    from skill_function import handler

    return handler


def device(locale: str = "en-US", *, screen: bool = False) -> Device:
    """Return a device for ``locale`` that talks to the skill on this machine."""
    return Device(function(), ears(locale), locale, screen=screen)
