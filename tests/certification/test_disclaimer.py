"""The voice disclaimer, wherever health information is given (facts: health policy 1.1), and the word on emergencies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from guide.release import Release
from tests.certification.walk import CANARY, OPEN, Listener, Said, State, Turn, is_slow
from workbench.compiler.interaction_model import Model

Complaints = Callable[[Iterator[str]], None]
Hear = Callable[[str], Said]

WELCOME = "Information, not medical advice."
SHORT = "This is information, not medical advice."

# What the reply that ends in it says of a listener's back: an answer, or a step of a routine.
_INFORMS = ("part", "step")
_SAID_AGAIN = (
    "AMAZON.RepeatIntent",
    "SlowerIntent",
    "FasterIntent",
    "RepeatThatIntent",
    "AMAZON.PreviousIntent",
    "AMAZON.ResumeIntent",
)


def disclaims(turn: Turn) -> bool:
    return turn.speech.startswith(f"Back Spasm Guide. {WELCOME}") or SHORT in turn.speech


def uninterrupted(all_states: list[State]) -> list[State]:
    """Every state but those that another one goes on from, or that is said slowly: their way is one turn longer."""
    return [state for state in all_states if " in " not in state.name and not is_slow(state)]


def test_the_phrases_are_the_ones_looked_for(release_data: dict[str, Any]) -> None:
    assert all(WELCOME in wording for wording in release_data["phrases"]["welcome"])
    assert release_data["phrases"]["disclaimer_short"] == [SHORT]


def test_opening_disclaims_and_says_what_to_do_in_an_emergency(listener: Listener) -> None:
    opened = listener.follow([OPEN])[-1]
    assert disclaims(opened)
    assert "In an emergency, call nine one one, or your local emergency number." in opened.speech


def test_one_shot_answer_disclaims(
    listener: Listener, model: Model, release: Release, complaints: Complaints, heard: Hear
) -> None:
    """The first sample of every answer, asked without opening the guide."""

    def found() -> Iterator[str]:
        for answer in release.answers.values():
            turn = listener.follow([heard(answer["name"])])[-1]
            if SHORT not in turn.speech:
                yield str(turn)

    complaints(found())


def test_no_health_information_comes_before_the_disclaimer(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    """On the way to every state, and with an answer and a routine after it."""

    def found() -> Iterator[str]:
        for state in uninterrupted(all_states):
            for asked in (heard("heat"), heard("walk me through getting out of bed")):
                told = False
                for turn in listener.follow([*state.path, asked]):
                    told = told or disclaims(turn)
                    if turn.move.get("kind") in _INFORMS and not told:
                        yield f"{state.way} > {asked.label}: {turn.speech!r}"
                        break

    complaints(found())


def test_the_disclaimer_is_said_once(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    """Not twice in a session, but where the listener asks to hear the same again."""

    def found() -> Iterator[str]:
        for state in uninterrupted(all_states):
            said = [
                turn
                for turn in listener.follow([*state.path, heard("heat"), heard("ice")])
                if disclaims(turn) and turn.said.request.get("intent", {}).get("name") not in _SAID_AGAIN
            ]
            if len(said) > 1:
                yield f"{said[-1].speech!r} after {state.way}"

    complaints(found())


# "Help me": the emergency number comes first.


def urgent(said: Said, release: Release) -> bool:
    return bool(release.intents.get(said.request.get("intent", {}).get("name", ""), {}).get("urgent"))


def names_the_number_first(turn: Turn) -> bool:
    first = re.split(r"(?<=[.?!])\s+", turn.speech)[0]
    return "nine one one" in first and "your local emergency number" in first


def test_whatever_follows_help_me_names_the_emergency_number_in_its_first_sentence(
    listener: Listener,
    all_states: list[State],
    requests_of_each_kind: list[Said],
    release: Release,
    complaints: Complaints,
) -> None:
    def found() -> Iterator[str]:
        for said in requests_of_each_kind:
            if urgent(said, release):
                for state in uninterrupted(all_states):
                    turn = listener.turn(state, said)
                    if not names_the_number_first(turn):
                        yield str(turn)

    complaints(found())


def test_every_line_of_content_that_calls_for_help_is_heard_as_one(
    content: Any, listener: Listener, heard: Hear, complaints: Complaints
) -> None:
    """An answer's own intent brings no text, so a call for help in its lines would never be noticed."""
    call = re.compile(r"(please |can you |could you |i need |someone |somebody )*help( me| my| with|\b)")

    def found() -> Iterator[str]:
        for line, _ in content.examples():
            if call.match(line):
                turn = listener.follow([OPEN, heard(line)])[-1]
                if not names_the_number_first(turn):
                    yield str(turn)

    complaints(found())


# Warnings.


def test_a_sign_stops_whatever_is_going_on(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    """In every state: an emergency is answered by its warning alone, and the warning can be heard again."""

    def found() -> Iterator[str]:
        for state in all_states:
            turn = listener.turn(state, heard("i can't pee and my legs are numb"))
            if (
                turn.told.get("care_level") != "emergency"
                or not names_the_number_first(turn)
                or turn.told.get("answer")
            ):
                yield str(turn)

    complaints(found())


def test_every_sign_is_heard_in_every_state(
    listener: Listener, named_states: list[State], requests_of_each_kind: list[Said], complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for said in requests_of_each_kind:
            sign = said.request.get("intent", {}).get("slots", {}).get("sign", {})
            if not sign.get("value") or CANARY in sign["value"]:
                continue
            for state in named_states:
                turn = listener.turn(state, said)
                if not turn.told.get("warning"):
                    yield str(turn)

    complaints(found())


def test_that_hurts_stops_a_routine_and_checks_for_signs(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for state in all_states:
            if "step" not in state.name.split(",")[0]:
                continue
            for said in ("that hurts", "ouch", "stop it hurts"):
                turn = listener.turn(state, heard(said))
                stopped = turn.is_open and "stop" in turn.speech.lower() and "numb" in turn.speech
                if not stopped or turn.move.get("kind") == "step":
                    yield str(turn)

    complaints(found())
