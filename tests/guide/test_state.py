"""What is remembered between turns, as attributes and back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.state import VERSION, Move, State, read, write

NAMES = st.text(alphabet="abcdefghijklmnopqrstuvwxyz-_", min_size=1, max_size=20)
NUMBERS = st.integers(0, 10_000)
MOVES = st.builds(
    Move,
    kind=NAMES,
    answer=NAMES | st.just(""),
    at=NUMBERS,
    routine=NUMBERS,
    offered=st.lists(NAMES, max_size=3).map(tuple),
    sign=NAMES | st.just(""),
    asked=st.booleans(),
    urgent=st.booleans(),
    first=st.booleans(),
)
STATES = st.builds(
    State,
    move=MOVES,
    aside=st.none() | MOVES,
    turn=NUMBERS,
    misses=NUMBERS,
    disclaimed=st.booleans(),
    slow=st.booleans(),
)


@given(STATES)
def test_what_is_written_is_read_back(state: State) -> None:
    assert read(json.loads(json.dumps(write(state)))) == state


def test_what_is_written_says_its_version() -> None:
    assert write(State())["v"] == VERSION


def test_nothing_is_written_that_says_nothing() -> None:
    assert write(State(Move("part", "heat"), turn=1))["move"] == {"kind": "part", "answer": "heat"}


def test_here_is_what_was_interrupted() -> None:
    part, pause = Move("part", "heat"), Move("pause")
    assert State(part).here == part
    assert State(pause, aside=part).here == part
    assert State().here is None


GOOD = {"v": VERSION, "turn": 2, "misses": 0, "move": {"kind": "part", "answer": "heat"}}


@pytest.mark.parametrize(
    "attributes",
    [
        None,
        [],
        "v",
        7,
        {},
        {**GOOD, "v": VERSION - 1},
        {**GOOD, "v": VERSION + 1},
        {**GOOD, "v": str(VERSION)},
        {**GOOD, "turn": -1},
        {**GOOD, "turn": 10_001},
        {**GOOD, "turn": "2"},
        {**GOOD, "turn": True},
        {**GOOD, "misses": None},
        {**GOOD, "misses": 1.5},
    ],
    ids=repr,
)
def test_what_was_not_written_by_this_version_is_a_new_session(attributes: Any) -> None:
    assert read(attributes) == State()


@pytest.mark.parametrize(
    "move",
    [
        "part",
        [],
        {},
        {"kind": None},
        {"kind": "part", "answer": 3},
        {"kind": "part", "at": "1"},
        {"kind": "part", "at": -1},
        {"kind": "part", "at": True},
        {"kind": "offer", "offered": "heat"},
        {"kind": "offer", "offered": [1]},
        {"kind": "warning", "sign": {}},
        {"kind": "part", "first": 1},
    ],
    ids=repr,
)
def test_a_move_that_is_not_one_is_forgotten(move: Any) -> None:
    state = read({**GOOD, "move": move})
    assert state.move is None
    assert state.turn == 2


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["v", "turn", "misses", "move", "aside", "kind", "at", "offered", "slow"]), inner
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_reading_never_fails_and_what_was_read_can_be_written(attributes: Any) -> None:
    json.dumps(write(read(attributes)))


def test_a_client_cannot_make_the_state_grow() -> None:
    offered = [f"answer-{number}" for number in range(1000)]
    state = read({**GOOD, "move": {"kind": "offer", "offered": offered}})
    assert state.move is not None
    assert len(state.move.offered) <= 3
