"""The skill on this machine: the bundled release behind the real Lambda handler, and a device to talk to it."""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from typing import Any

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


@functools.cache
def function() -> Function:
    """Return the real Lambda handler, as ``skill_function.py`` builds it, but for its log: of that only failures are told."""
    from alexa.skill import build_handler
    from alexa.turn_log import TurnLog
    from stores.current import current_release

    return build_handler(current_release(), os.environ.get("SKILL_ID"), TurnLog(_tell_failure))


def _tell_failure(line: dict[str, Any]) -> None:
    if line["error"]:
        print(f"The turn failed: {line['error']}", file=sys.stderr)


def device(locale: str = "en-US", *, screen: bool = False) -> Device:
    """Return a device for ``locale`` that talks to the skill on this machine."""
    return Device(function(), ears(locale), locale, screen=screen)
