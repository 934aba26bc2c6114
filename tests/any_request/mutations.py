"""What can be wrong with an envelope: small changes, any number of which may be made to the same one.

A change is drawn as a few numbers and carried out on a path of the envelope, so that drawing thousands costs little.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.any_request.requests import Listeners, Occasion, on
from tests.certification.test_kept_between_turns import MOVES
from tests.certification.walk import CANARY

Path = tuple[str | int, ...]
Json = Any

# What a text may hold that is no trouble to write and trouble to read. The canary is looked for in what is said.
TEXTS = (
    *("", " ", "null", "None", "true", "NaN", "0", "-1", "1e999", "9" * 400, "x"),
    *("\0", "\x1b[2J", "\r\n", "\ud800", "\udc00\ud800", "\ufffe", "\u202eevil\u202c", "\u200b" * 9, "e\u0301" * 40),
    *("背中が痛い", "ظهري يؤلمني", "🤕" * 9, "👩\u200d⚕️", "ﷺ" * 99, "İI\u0131", "ß", "\u2028", "\U0010ffff"),
    f"{CANARY} <break time='99s'/> & </speak> {{emergency}} \"x\"",
    f"<![CDATA[{CANARY}]]>&lt;audio src='https://example.com/{CANARY}.mp3'/&gt;<!-- ",
    f"%s %({CANARY})s ${{{CANARY}}} {{{{{CANARY}}}}} {{0.__class__}} \\u0000",
    f"'; DROP TABLE {CANARY}; --",
    *("my legs are numb", "i can't pee", "help me", "back spasms", "zanzibar"),
    *("en-NZ", "en_GB", "EN-us", "en", "xx-XX", "de-DE", "../../etc/passwd"),
    *("IntentRequest", "LaunchRequest", "CanFulfillIntentRequest", "SomethingNew.FromTheFuture", "ER_SUCCESS_MATCH"),
    *("1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z", "2026-13-45T99:00:00Z", "yesterday"),
    *("HeatIntent", "AMAZON.YesIntent", "AMAZON.NoIntent", "AMAZON.FallbackIntent", "TopicIntent", "heat", "plank"),
)
NUMBERS = (0, 1, -1, 3, 7, 9_999, 10_001, 2**31, -(2**63), 10**30, 0.5, -0.0, 1e308, float("nan"), float("inf"))
OTHERS = (None, True, False, [], {}, [None], [[]], {"": None}, ["x"], {"x": "x"}, {"kind": "part", "answer": "heat"})
VALUES: tuple[Json, ...] = (*OTHERS, *NUMBERS, *TEXTS, *(move for move in MOVES if isinstance(move, dict)))

# Names that a new property may have: any, one that Python takes for its own, one that ask-sdk uses inside.
NAMES = (
    *("surprise", "", "\ud800", CANARY, "a.b", "type", "name", "value", "id", "new", "attributes", "slots"),
    *("__class__", "__dict__", "__init__", "__getattr__", "__eq__", "attribute_map", "deserialized_types"),
    *("object_type", "request_id", "session_id", "resolutions_per_authority", "slot_value", "system", "application"),
)

HUGE = 30_000
"""Characters, or entries. The largest request that Alexa sends is not documented; 256 KB is what the web service takes."""

DEPTHS = (2, 30, 400, 2_000)


class Change(NamedTuple):
    """One change, on whatever path ``at`` counts to, made of what ``of`` counts to."""

    at: int
    how: int
    of: int


class Mutant(NamedTuple):
    """An envelope with something wrong."""

    event: Json
    before: Json
    """The same with nothing wrong."""
    touched: tuple[Path, ...]
    """Where something was changed."""

    @property
    def is_the_same_to_us(self) -> bool:
        """True when nothing was changed that the guide reads, so that its reply must be the same."""
        return not any(is_read(path) for path in self.touched)


def mutants(event: Json, listeners: Listeners, seed: int, count: int) -> Iterator[Mutant]:
    """Yield ``event`` on ``count`` occasions, with what is wrong on each."""
    of_context = _paths(event["context"], ("context",))  # many, and the same on each occasion
    for occasion, changes in drawn(count, seed, event):
        before = on(occasion, event, listeners)
        mutant = Mutant(before, before, ())
        found = _paths({**before, "context": None}) + of_context
        for number, change in enumerate(changes):
            path, made = _changed(mutant.event, _paths(mutant.event) if number else found, change)
            mutant = Mutant(made, before, (*mutant.touched, path))
        yield mutant


def _changed(event: Json, found: Sequence[Path], change: Change) -> tuple[Path, Json]:
    """Return the path, of those ``found``, that ``change`` is made on, and the event with it; ``event`` stays as it is.

    Half of all changes are made to what the guide reads.
    """
    among = [path for path in found if is_read(path)] if change.at % 2 else found
    path = among[change.at // 2 % len(among)]
    how = CHANGES[change.how % len(CHANGES)]
    made = _at(event, path, lambda value: how(value, change.of))
    return path, None if made is GONE else made


def _paths(part: Json, before: Path = ()) -> list[Path]:
    """Return the path of every part of ``part``, itself included; of long lists and very deep ones only the beginning."""
    found = [before]
    if len(before) < 12:
        if isinstance(part, Mapping):
            for name, value in itertools.islice(part.items(), 60):
                found += _paths(value, (*before, name))
        elif isinstance(part, list):
            for number, value in enumerate(part[:3]):
                found += _paths(value, (*before, number))
    return found


_READ: frozenset[Path] = frozenset(
    (
        ("context", "System", "application", "applicationId"),
        ("session", "application", "applicationId"),
        ("session", "new"),
        ("session", "attributes"),
        ("request", "type"),
        ("request", "locale"),
        ("request", "intent", "name"),
        ("request", "intent", "slots"),
    )
)
_AROUND = frozenset(path[:length] for path in _READ for length in range(len(path)))
_SLOTS = ("request", "intent", "slots")
_READ_OF_A_SLOT = ("value", "resolutions")


def is_read(path: Path) -> bool:
    """True when the reply may depend on what stands at ``path``; anything else in an envelope must not matter."""
    if path[:3] == _SLOTS and len(path) > 4:
        return path[4] in _READ_OF_A_SLOT
    return path in _AROUND or path[:2] in _READ or path[:3] in _READ or path[:4] in _READ


def _at(part: Json, path: Path, change: Callable[[Json], Json]) -> Json:
    if not path:
        return change(part)
    if isinstance(part, list):
        index = int(path[0])
        new = _at(part[index], path[1:], change)
        return [*part[:index], *([] if new is GONE else [new]), *part[index + 1 :]]
    new = _at(part[path[0]], path[1:], change)
    if new is GONE:
        return {name: value for name, value in part.items() if name != path[0]}
    return {**part, path[0]: new}


GONE = object()
"""What a change gives for a part that is to be left out."""


def _left_out(value: Json, of: int) -> Json:
    return GONE


def _another(value: Json, of: int) -> Json:
    return VALUES[of % len(VALUES)]


def _another_text(value: Json, of: int) -> Json:
    return TEXTS[of % len(TEXTS)]


def _of_another_type(value: Json, of: int) -> Json:
    """The same as another type would have it: ``7`` as ``"7"``, ``true`` as ``"true"``, an object as a list."""
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return [list(value[:9]), len(value), value.encode(errors="replace").hex(), bool(value)][of % 4]
    if isinstance(value, dict):
        return [list(value.values()), list(value), ", ".join(value), [list(pair) for pair in value.items()]][of % 4]
    return {str(number): one for number, one in enumerate(value)} if isinstance(value, list) else value


def _wrapped(value: Json, of: int) -> Json:
    return [[value], {"value": value}, [value, value], {"": value}][of % 4]


def _deep(value: Json, of: int) -> Json:
    for _ in range(DEPTHS[of % len(DEPTHS)]):
        value = [value] if of & 4 else {"value": value, "type": "List", "values": [{}]}
    return value


def _huge(value: Json, of: int) -> Json:
    text = TEXTS[of % len(TEXTS)] or "x"
    many = HUGE // len(text) + 1
    if of & 1:
        return text * many
    return [value] * min(HUGE, 300) if of & 2 else {f"{number} {text}": value for number in range(300)}


def _with_something_new(value: Json, of: int) -> Json:
    if not isinstance(value, dict):
        return _another(value, of)
    return {**value, NAMES[of % len(NAMES)]: VALUES[of // len(NAMES) % len(VALUES)]}


def _renamed(value: Json, of: int) -> Json:
    """One of its names written as another client might: in other letters, or with a blank."""
    if not isinstance(value, dict) or not value:
        return _another(value, of)
    name = list(value)[of % len(value)]
    other = [name.lower(), name.upper(), f"{name} ", name[:1].swapcase() + name[1:]][of // 7 % 4]
    return {other if one == name else one: part for one, part in value.items()}


def _mixed_up(value: Json, of: int) -> Json:
    """A text with something strange in its middle; a list or an object the other way round."""
    if isinstance(value, str):
        middle = len(value) // 2
        return value[:middle] + TEXTS[of % len(TEXTS)] + value[middle:]
    if isinstance(value, list):
        return value[::-1]
    if isinstance(value, dict) and value:
        return dict(zip(value, [*list(value.values())[1:], next(iter(value.values()))]))
    return _another(value, of)


CHANGES = (
    _left_out,
    _another,
    _another_text,
    _of_another_type,
    _wrapped,
    _with_something_new,
    _renamed,
    _mixed_up,
    _another,
    _another_text,
    _left_out,
    _with_something_new,
    _another,
    _deep,
    _huge,
)


_HOW_MANY = (1, 1, 1, 1, 2, 2, 3)
_MOST = 2**32

SEEDS = st.integers(0, _MOST - 1)
"""Draws what ``drawn`` begins with."""


def drawn(count: int, seed: int, event: Json) -> Iterator[tuple[Occasion, list[Change]]]:
    """Yield ``count`` occasions and what is wrong on each: one, two or three things, but nothing on the first.

    They depend on ``event`` as well: hypothesis draws most examples by changing an earlier one a little, and would else
    send more than half of all requests twice.
    """
    pick = random.Random(f"{seed} {event}")
    for number in range(count):
        occasion = Occasion(*[pick.randrange(_MOST) for _ in Occasion._fields])
        many = pick.choice(_HOW_MANY) if number else 0
        yield occasion, [Change(*[pick.randrange(_MOST) for _ in Change._fields]) for _ in range(many)]
