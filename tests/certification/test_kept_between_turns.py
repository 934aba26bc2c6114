"""The session's attributes: small, versioned, no word of the listener's, and nothing that can break the next turn."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa.skill import LambdaHandler
from guide import state as states
from guide.release import Release
from guide.telling import _Teller
from tests.certification.walk import CANARY, NOT_BEGUN, Listener, Said, State, Turn, Walk, envelope

Complaints = Callable[[Iterator[str]], None]
Hear = Callable[[str], Said]

MOST = 1024
"""Bytes of the session's attributes as JSON."""


def test_attributes_are_at_most_a_kilobyte(walked: Walk, complaints: Complaints) -> None:
    complaints(
        f"{len(kept)} bytes: {turn}"
        for kept, turn in walked.attributes.items()
        if len(json.dumps(turn.attributes).encode()) > MOST
    )


def test_attributes_are_versioned(walked: Walk, release: Release) -> None:
    for turn in walked.attributes.values():
        assert turn.attributes["v"] == states.VERSION
        assert turn.attributes["release"] == release.version


def test_no_word_of_the_listener_is_kept(walked: Walk, complaints: Complaints) -> None:
    complaints(str(turn) for kept, turn in walked.attributes.items() if CANARY in kept.lower())


def test_only_ids_numbers_and_flags_are_kept(walked: Walk, release: Release, complaints: Complaints) -> None:
    """Every text that is kept is an id of ours or a name in our code; nothing else can have come from anybody."""
    ids = {*release.answers, *release.warnings, release.version}
    ours = re.compile(r"[a-z][a-z_]*")

    def texts(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            for value in part.values():
                yield from texts(value)
        elif isinstance(part, list):
            for value in part:
                yield from texts(value)
        elif isinstance(part, str):
            yield part

    def found() -> Iterator[str]:
        for turn in walked.attributes.values():
            for text in texts(turn.attributes):
                if text not in ids and not (ours.fullmatch(text) and len(text) <= 24):
                    yield f"{text!r}: {turn}"

    complaints(found())


def test_the_same_request_in_the_same_session_gives_the_same_reply(
    listener: Listener, named_states: list[State], requests_of_each_kind: list[Said], complaints: Complaints
) -> None:
    complaints(
        str(turn)
        for state in named_states
        for said in requests_of_each_kind[::6]
        if (turn := listener.turn(state, said)).response != listener.turn(state, said).response
    )


# Nonsense.

KINDS = sorted(name.removeprefix("_") for name in vars(_Teller) if name.startswith("_") and name != "_failed")
"""All that a name in the attributes could be taken for, helpers of the code included."""

MOVES = [
    *({"kind": kind} for kind in KINDS),
    *({"kind": kind, "answer": "heat", "at": 9_999, "routine": 9_999} for kind in KINDS),
    *({"kind": kind, "answer": "no-such-answer"} for kind in KINDS),
    *({"kind": kind, "sign": "no-such-sign", "asked": True} for kind in KINDS),
    *({"kind": kind, "answer": "heat", "offered": ["heat"]} for kind in KINDS),
    *({"kind": kind, "offered": ["heat", "no-such-answer"]} for kind in KINDS),
    {"kind": "part", "answer": "heat", "at": -1},
    {"kind": "part", "answer": ["heat"]},
    {"kind": 3},
    {},
    [],
    "part",
]
SAYINGS = [
    "repeat",
    "yes",
    "no",
    "next",
    "go back",
    "continue",
    "help",
    "both",
    "the second one",
    "who says that",
    "start over",
    "slower",
    "how many more",
    "walk me through it",
]


def is_sound(turn: Turn, failed: list[str]) -> bool:
    """True when the reply is one that a listener can do something with, and not an apology for an error."""
    if any(wording in turn.speech for wording in failed) or re.search(r"\s[,?]", turn.speech):
        return False
    return bool(turn.speech) and turn.is_open == turn.speech.endswith("?") == bool(turn.reprompt)


@pytest.mark.parametrize("place", ["move", "aside"])
def test_a_move_that_is_nonsense_is_no_error(
    place: str, listener: Listener, heard: Hear, release_data: dict[str, Any], complaints: Complaints
) -> None:
    failed = release_data["phrases"]["failed"]

    def found() -> Iterator[str]:
        for move in MOVES:
            attributes = {"v": states.VERSION, "turn": 3, "misses": 0, "move": {"kind": "pause"}, place: move}
            for saying in SAYINGS:
                turn = listener.turn(State(json.dumps(attributes), (), attributes), heard(saying))
                if not is_sound(turn, failed):
                    yield f"{saying} after {json.dumps(attributes)}: {turn.speech!r}"

    complaints(found())


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"v": states.VERSION + 1, "turn": 5, "move": {"kind": "part", "answer": "heat"}},
        {"v": str(states.VERSION), "move": {"kind": "part", "answer": "heat"}},
        {"v": None},
        {"move": {"kind": "part", "answer": "heat"}},
        {"v": states.VERSION, "turn": -1, "misses": 0, "move": {"kind": "part", "answer": "heat"}},
        {"v": states.VERSION, "turn": 10**30, "misses": 0, "move": {"kind": "part", "answer": "heat"}},
        {"v": states.VERSION, "turn": True, "misses": 0, "move": {"kind": "part", "answer": "heat"}},
        {"v": states.VERSION, "turn": "many", "misses": None},
    ],
    ids=json.dumps,
)
def test_attributes_of_another_version_or_of_none_are_a_new_session(
    attributes: dict[str, Any], listener: Listener, heard: Hear
) -> None:
    """Nothing of them is believed: whatever is said gets the reply it gets where nothing is remembered."""
    known = State("", (), attributes)
    nothing = State("", (), {})
    for saying in SAYINGS:
        assert listener.turn(known, heard(saying)).body == listener.turn(nothing, heard(saying)).body


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_LIKE_OURS = st.fixed_dictionaries(
    {"v": st.just(states.VERSION)},
    optional={
        "turn": st.integers(0, 20_000) | _JSON,
        "misses": st.integers(0, 5) | _JSON,
        "move": st.sampled_from([move for move in MOVES if isinstance(move, dict)]) | _JSON,
        "aside": st.sampled_from([move for move in MOVES if isinstance(move, dict)]) | _JSON,
        "disclaimed": st.booleans() | _JSON,
        "slow": st.booleans() | _JSON,
        "said": _JSON,
    },
)


@settings(max_examples=150, deadline=None)
@given(attributes=_JSON | _LIKE_OURS, saying=st.sampled_from(SAYINGS))
def test_whatever_a_client_sends_back_is_survived(
    attributes: Any, saying: str, listener: Listener, heard: Hear, release_data: dict[str, Any]
) -> None:
    turn = listener.turn(State("", (), attributes), heard(saying))
    assert is_sound(turn, release_data["phrases"]["failed"]), f"{saying} after {attributes}: {turn.speech!r}"


def test_a_new_session_remembers_nothing(
    listener: Listener, handler: LambdaHandler, all_states: list[State], heard: Hear
) -> None:
    """A client that marks a session as new and sends attributes all the same is taken at its first word."""
    fresh = listener.turn(NOT_BEGUN, heard("yes")).body
    for state in all_states:
        event = envelope(heard("yes").request, state.attributes or {})
        event["session"]["new"] = True
        assert handler(event, None)["response"] == fresh
