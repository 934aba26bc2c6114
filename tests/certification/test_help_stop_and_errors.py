"""Certification tests 4.11 to 4.13: invalid values, help, and ways out, in every state (facts: Amazon's rules 2.5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from tests.certification.walk import CANARY, OPEN, Listener, Said, State, Turn, intent
from workbench.compiler.interaction_model import Model
from workbench.standin.ears import BUILT_IN

Complaints = Callable[[Iterator[str]], None]
Hear = Callable[[str], Said]


# 4.13 Stop and cancel.


@pytest.mark.parametrize(
    "said", ["stop", "cancel", "goodbye", "bye", "that's all", "that is all", "never mind", "i'm done", "go home"]
)
def test_every_way_to_say_goodbye_ends_from_every_state(
    said: str, listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for state in all_states:
            turn = listener.turn(state, heard(said))
            if turn.is_open or len(turn.speech.split()) > 12 or turn.card:
                yield str(turn)

    complaints(found())


def test_every_sample_that_means_stop_ends(listener: Listener, model: Model, heard: Hear, release_data: dict) -> None:
    stops = {name for name, meaning in release_data["intents"].items() if meaning.get("command") == "stop"}
    assert {"AMAZON.StopIntent", "AMAZON.CancelIntent", "AMAZON.NavigateHomeIntent"} < stops
    for declared in model["interactionModel"]["languageModel"]["intents"]:
        if declared["name"] in stops:
            for sample in [*declared["samples"], *filter(None, BUILT_IN.get(declared["name"], "").split("|"))]:
                assert not listener.follow([OPEN, heard(sample)])[-1].is_open, sample


# 4.12 Help.


def test_help_ends_in_a_question_and_stays_open_in_every_state(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    complaints(
        str(turn)
        for turn in (listener.turn(state, heard("help")) for state in all_states)
        if not (turn.is_open and turn.speech.endswith("?") and turn.reprompt)
    )


def test_help_is_not_the_welcome(listener: Listener, all_states: list[State], heard: Hear) -> None:
    welcomes = {turn.speech for turn in listener.follow([OPEN, OPEN, OPEN])}
    assert not welcomes & {listener.turn(state, heard("help")).speech for state in all_states}


def test_help_names_the_emergency_number_in_its_first_sentence(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    complaints(
        str(turn)
        for turn in (listener.turn(state, heard("help")) for state in all_states)
        if "call nine one one now, or your local emergency number" not in first_sentence(turn)
    )


def test_help_says_how_to_go_on(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    """ "Must return a prompt which instructs users how to navigate the skill's core functionality"."""
    complaints(
        str(turn)
        for turn in (listener.turn(state, heard("help")) for state in all_states)
        if not re.search(r"\b(say|saying|ask)\b", turn.speech, re.IGNORECASE)
    )


def test_help_fits_a_routine(listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints) -> None:
    complaints(
        str(turn)
        for turn in (listener.turn(state, heard("help")) for state in all_states if state.name.startswith("step"))
        if "step" not in turn.speech
    )


def test_help_speaks_of_things_named_only_where_some_were(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for state in all_states:
            if not state.path:
                continue
            turn, before = listener.turn(state, heard("help")), listener.turn(state, heard("repeat"))
            named = re.search(r"Did you want (.+), or (.+)\?", turn.speech)
            if named and not all(name in before.speech for name in named.groups()) and " in " not in state.name:
                yield str(turn)

    complaints(found())


@pytest.mark.parametrize("said", BUILT_IN["AMAZON.HelpIntent"].split("|"))
def test_no_slot_swallows_help(said: str, heard: Hear) -> None:
    assert heard(said).request["intent"]["name"] == "AMAZON.HelpIntent"


def first_sentence(turn: Turn) -> str:
    return re.split(r"(?<=[.?!])\s+", turn.speech)[0]


# 4.11 Invalid and empty values.


def test_an_invalid_or_empty_value_prompts_and_does_not_end(
    listener: Listener, requests_of_each_kind: list[Said], heard: Hear, complaints: Complaints
) -> None:
    """The first and the second time; the third time in a row the guide says what matters most and closes."""

    def found() -> Iterator[str]:
        for said in requests_of_each_kind:
            slots = said.request.get("intent", {}).get("slots", {}).values()
            if slots and all(not slot.get("value") or CANARY in slot["value"] for slot in slots):
                for turn in listener.follow([OPEN, said, said])[1:]:
                    if not turn.is_open:
                        yield str(turn)

    complaints(found())


@pytest.mark.parametrize(
    "misheard",
    [intent("AMAZON.FallbackIntent"), intent("NoIntentOfOursIntent"), intent("HowDoIIntent", query="boil an egg")],
    ids=lambda said: said.label,
)
def test_three_misunderstandings(misheard: Said, listener: Listener) -> None:
    """First a helpful re-ask with two things that can be said; then shorter, with others; then a kind, useful close."""
    first, second, third = listener.follow([OPEN, misheard, misheard, misheard])[1:]
    assert [first.told["outcome"], second.told["outcome"], third.told["outcome"]] == ["decline"] * 3
    assert first.is_open and second.is_open and not third.is_open
    assert len(second.speech.split()) < len(first.speech.split())
    assert {first.speech, first.reprompt}.isdisjoint({second.speech, second.reprompt})
    assert "nine one one" in third.speech


def test_something_understood_begins_the_count_of_misunderstandings_anew(listener: Listener, heard: Hear) -> None:
    lost = intent("AMAZON.FallbackIntent")
    turns = listener.follow([OPEN, lost, lost, heard("heat"), lost, lost, heard("help"), lost])
    assert all(turn.is_open for turn in turns)
    assert turns[4].speech == turns[1].speech
    assert turns[4].speech == turns[7].speech
