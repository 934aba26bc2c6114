"""What was heard, in the guide's own words, whatever kind of ears heard it."""

from __future__ import annotations

from typing import NamedTuple


class Heard(NamedTuple):
    """One thing that a listener said or did."""

    kind: str
    """``open``, ``answer`` (they asked for the answer ``answer``), ``text`` (``text`` is what they said), ``command``, or ``nothing``."""
    answer: str = ""
    """Id of the answer that was asked for by name, or that a command names."""
    text: str = ""
    """The listener's words, as far as the ears passed them on."""
    command: str = ""
    """Which command: ``help``, ``stop``, ``yes``, ``no``, ``next`` …"""
    urgent: bool = False
    """True when the words began with a call for help, so that the emergency number comes first."""
    sign: str = ""
    """Id of a warning sign that the ears recognised by themselves."""
    number: int = 0
    """A number that was said with a command: "step three"."""


class Session(NamedTuple):
    """What is known of the conversation besides its state."""

    new: bool
    """True on the first request of a session."""
    locale: str
    """Such as ``en-GB``."""
