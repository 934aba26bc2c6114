"""A session of five hundred turns: answers stay right, and what is kept stays small."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from alexa.skill import LambdaHandler
from guide import state as states
from tests.any_request.requests import Listeners
from tests.certification.test_kept_between_turns import MOST, is_sound
from tests.certification.test_random_conversations import COMMANDS
from tests.certification.walk import NOT_BEGUN, OPEN, Listener, Said, State, Turn, hear
from workbench.standin.ears import Ears

TURNS = 500


class Session:
    """One session that never ends: what would end it is said, and then something else instead."""

    def __init__(self, handler: LambdaHandler, failed: list[str]) -> None:
        self._listener = Listener(handler)
        self._failed = failed
        self._state = NOT_BEGUN
        self.sizes: list[int] = []

    def say(self, said: Said) -> Turn:
        turn = self._listener.turn(self._state, said)
        assert is_sound(turn, self._failed), f"turn {len(self.sizes)}: {turn}"
        if turn.is_open:
            kept = json.dumps(turn.attributes)
            self.sizes.append(len(kept))
            self._state = State("", (), json.loads(kept))
        return turn


@pytest.mark.parametrize("number", range(4))
def test_a_session_of_five_hundred_turns(
    number: int, handler: LambdaHandler, listeners: Listeners, ears: Ears, release_data: dict[str, Any]
) -> None:
    pick = random.Random(number)
    commands = [hear(ears, command) for command in COMMANDS]
    session = Session(handler, release_data["phrases"]["failed"])
    session.say(OPEN)
    while len(session.sizes) < TURNS:
        session.say(pick.choice(commands if pick.random() < 0.5 else listeners.said))
        if len(session.sizes) % 10 == 0:
            still_right(session, ears)
    assert max(session.sizes) <= MOST


def still_right(session: Session, ears: Ears) -> None:
    """A question, its next part, the routine, a sign, and the way out, as they are after one turn."""
    assert session.say(hear(ears, "heat")).told["answer"] == "heat"
    assert session.say(hear(ears, "more")).move["at"] == 1
    assert session.say(hear(ears, "step two")).move["kind"] == "step"
    assert session.say(hear(ears, "i can't pee and my legs are numb")).told["care_level"] == "emergency"
    assert not session.say(hear(ears, "stop")).is_open


def test_the_same_five_hundred_times(handler: LambdaHandler, ears: Ears, release_data: dict[str, Any]) -> None:
    """Wordings take turns; what is told is the same, and the counts of turns alone grow."""
    session = Session(handler, release_data["phrases"]["failed"])
    for _ in range(TURNS):
        turn = session.say(hear(ears, "ice or heat"))
        assert (turn.told["answer"], turn.move.get("at", 0)) == ("ice-or-heat", 0)
    assert turn.attributes["turn"] == TURNS
    assert session.sizes[-1] <= session.sizes[1] + len("00")


@pytest.mark.parametrize("turns", [9_998, 9_999, 10_000])
def test_the_count_of_turns_comes_to_an_end_and_the_session_does_not(
    turns: int, handler: LambdaHandler, ears: Ears
) -> None:
    attributes = {"v": states.VERSION, "turn": turns, "misses": 0, "move": {"kind": "part", "answer": "heat"}}
    state = State("", (), attributes)
    for _ in range(5):
        turn = Listener(handler).turn(state, hear(ears, "repeat"))
        assert turn.told["answer"] == "heat"
        turn = Listener(handler).turn(State("", (), turn.attributes), hear(ears, "help"))
        assert turn.attributes["aside"]["answer"] == "heat" and turn.attributes["turn"] <= 10_000
        state = State("", (), {**turn.attributes, "move": attributes["move"]})
