"""stores/withdrawn.py: an answer is off the air, and nothing falls into the gap."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guide.conversation import take_turn
from guide.heard import Heard, Session
from guide.release import Release
from stores.withdrawn import Without
from tests.content_tables import release

_WHOLE = release(0)
_SAID = "Edition 0."  # every answer of the test's release begins with it
_ANSWERS = list(_WHOLE.answers)
_ROLES = set(_WHOLE.roles.values())

# What can follow an answer, wherever it leads.
_COMMANDS = (
    "yes",
    "next",
    "more",
    "repeat",
    "previous",
    "both",
    "first",
    "second",
    "walk",
    "left",
    "who_says",
    "hurts",
    "no",
)


def converse(release: Release, *turns: Heard) -> list[str]:
    """What is said in a session of ``turns``."""
    attributes: Any = None
    said = []
    for number, heard in enumerate(turns):
        reply, attributes = take_turn(release, Session(number == 0, "en-US"), attributes, heard)
        attributes = json.loads(json.dumps(attributes))
        said.append(f"{reply.speech} {reply.reprompt or ''} {reply.card.text if reply.card else ''}")
    return said


def asked(answer: str) -> Heard:
    return Heard("answer", answer=answer)


@pytest.mark.parametrize("answer", _ANSWERS)
def test_nothing_of_it_is_said_or_shown(answer: str) -> None:
    facts = _WHOLE.answers[answer]
    said = " ".join(
        converse(Without(_WHOLE, [answer]), asked(answer), *(Heard("command", command=c) for c in _COMMANDS))
    )
    for text in (
        facts["short"],
        *facts["more"],
        facts["card"],
        *(step for r in facts["routines"] for step in r["steps"]),
    ):
        assert not text or text not in said


@pytest.mark.parametrize("answer", _ANSWERS)
def test_who_asks_hears_that_it_has_changed_and_is_led_on(answer: str) -> None:
    (said,) = converse(Without(_WHOLE, [answer]), asked(answer))
    assert "has just changed" in said
    assert any(_WHOLE.name(other) in said for other in _WHOLE.answers[answer]["next"])


@pytest.mark.parametrize("withdrawn", [*([answer] for answer in _ANSWERS), sorted(_ROLES), _ANSWERS])
def test_every_other_answer_and_every_command_still_works(withdrawn: list[str]) -> None:
    without = Without(_WHOLE, withdrawn)
    for answer in _ANSWERS:
        for command in _COMMANDS:
            for said in converse(
                without, asked(answer), Heard("command", command=command), Heard("command", command="yes")
            ):
                assert said.strip()


@pytest.mark.parametrize("answer", _ANSWERS)
def test_nothing_leads_to_it(answer: str) -> None:
    without = Without(_WHOLE, [answer])
    assert all(answer not in facts["next"] for facts in without.answers.values())


@pytest.mark.parametrize("answer", _ANSWERS)
def test_no_choice_is_given_with_it(answer: str) -> None:
    without, name = Without(_WHOLE, [answer]), _WHOLE.answers[answer]["name"]
    for text in (name, f"what about {name}", f"{name} or {_WHOLE.answers[_ANSWERS[0]]['name']}", "hm"):
        reading = without.understanding.read(text)
        assert reading.outcome != "offer" or answer not in reading.answers


def test_who_tells_of_a_back_and_asks_nothing_is_not_led_to_it() -> None:
    assert Without(_WHOLE, _ANSWERS).roles.get("telling") is None
    assert "telling" in _WHOLE.roles


def test_words_beside_it_are_checked_for_warning_signs_all_the_same() -> None:
    sign = next(iter(_WHOLE.warnings))
    without = Without(_WHOLE, _ANSWERS)
    for heard in (Heard("answer", answer=_ANSWERS[0], sign=sign), Heard("text", text="hello", sign=sign)):
        reply, _ = take_turn(without, Session(True, "en-US"), None, heard)
        assert reply.warning == sign


def test_the_whole_release_is_left_as_it_was() -> None:
    before = json.dumps(_WHOLE._data)
    Without(_WHOLE, _ANSWERS)
    assert json.dumps(_WHOLE._data) == before


def test_what_it_does_not_have_is_no_trouble() -> None:
    assert Without(_WHOLE, ["unheard-of"]).answers == _WHOLE.answers
