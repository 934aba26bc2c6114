"""What is remembered from one turn to the next: little, versioned, and never a word of the listener's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

# Raised when older attributes would be misread; attributes of another version count as a new session.
VERSION = 1

# A hostile or broken client may send anything back; numbers beyond these are nonsense.
_MOST = 10_000


class Move(NamedTuple):
    """What the guide did in one turn, in as little as it takes to do it again."""

    kind: str
    answer: str = ""
    at: int = 0
    """Which part of the answer, or which step of the routine, from 0."""
    routine: int = 0
    offered: tuple[str, ...] = ()
    sign: str = ""
    asked: bool = False
    """True when the sign was asked about rather than told of."""
    urgent: bool = False
    """True when the reply begins with the emergency number."""
    first: bool = False
    """True when the reply also carries the short disclaimer: a question asked without opening the guide."""


class State(NamedTuple):
    """The conversation so far."""

    move: Move | None = None
    """What was last said; None at the start of a session."""
    aside: Move | None = None
    """What the last move interrupted (help, a pause), and goes on from."""
    turn: int = 0
    misses: int = 0
    """How many times in a row nothing was understood."""
    disclaimed: bool = False
    """True once the disclaimer has been said."""
    slow: bool = False
    """True while the listener wants it said slowly."""

    @property
    def here(self) -> Move | None:
        """The place in the content that next, previous, yes and no speak of."""
        return self.aside or self.move


def read(attributes: Any) -> State:
    """Return the state in ``attributes``; anything missing, foreign or of another version is a new session."""
    if not isinstance(attributes, Mapping) or attributes.get("v") != VERSION:
        return State()
    numbers = [attributes.get("turn", 0), attributes.get("misses", 0)]
    if not all(type(number) is int and 0 <= number <= _MOST for number in numbers):
        return State()
    move, aside = _read_move(attributes.get("move")), _read_move(attributes.get("aside"))
    return State(
        move, aside, numbers[0], numbers[1], attributes.get("disclaimed") is True, attributes.get("slow") is True
    )


def write(state: State) -> dict[str, Any]:
    """Return ``state`` as plain JSON values for the session's attributes."""
    written: dict[str, Any] = {"v": VERSION, "turn": min(state.turn, _MOST), "misses": state.misses}
    if state.move:
        written["move"] = _write_move(state.move)
    if state.aside:
        written["aside"] = _write_move(state.aside)
    for flag in ("disclaimed", "slow"):
        if getattr(state, flag):
            written[flag] = True
    return written


def _write_move(move: Move) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in move._asdict().items()
        if value or name == "kind"
    }


def _read_move(data: Any) -> Move | None:
    if not isinstance(data, Mapping) or not isinstance(data.get("kind"), str):
        return None
    values: dict[str, Any] = {}
    for name, default in Move._field_defaults.items():
        value = data.get(name, default)
        if isinstance(default, tuple):
            if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
                return None
            value = tuple(value[:3])
        elif type(value) is not type(default) or (isinstance(value, int) and not 0 <= value <= _MOST):
            return None
        values[name] = value
    return Move(data["kind"], **values)
