"""That what is wrong with a response is seen, and shown small."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from alexa.skill import LambdaHandler
from guide.release import Release
from tests.any_request.mutations import CHANGES, Change, is_read, mutants
from tests.any_request.requests import Listeners
from tests.any_request.rules import Replies, rules, shown
from tests.any_request.smallest import smallest
from tests.certification.walk import CANARY, OPEN, envelope, intent
from workbench.compiler.interaction_model import Model

HEAT = envelope(intent("HeatIntent").request, {})
EVENT = envelope({"type": "System.ExceptionEncountered"}, {})
SPOKEN = {"type": "SSML", "ssml": "<speak>Hello.</speak>"}


def answering(response: dict[str, Any]) -> LambdaHandler:
    return lambda event, context: response


def altered(handler: LambdaHandler, alter: Callable[[dict[str, Any]], Any], event: Any = HEAT) -> dict[str, Any]:
    """The right response to ``event`` with something wrong."""
    response = copy.deepcopy(handler(event, None))
    alter(response)
    return response


def test_a_right_response_is_right(handler: LambdaHandler, release: Release, release_data: Any, model: Model) -> None:
    replies = Replies(handler, release_data)
    assert [replies.problem(event) for event in (HEAT, EVENT, envelope(OPEN.request, None), {}, None)] == [""] * 5
    replies.check_all(release, model)
    assert (replies.count, replies.distinct) == (5, 2)


@pytest.mark.parametrize(
    "alter",
    [
        lambda response: response["response"].pop("reprompt"),
        lambda response: response["response"].pop("outputSpeech"),
        lambda response: response["response"].update(shouldEndSession=True),
        lambda response: response["response"].update(shouldEndSession=None),
        lambda response: response["sessionAttributes"].update(words=CANARY),
        lambda response: response["sessionAttributes"].update(words="x" * 2_000),
        lambda response: response["sessionAttributes"].update(count=float("nan")),
        lambda response: response.update(more="x" * 200_000),
        lambda response: response.update(more="\ud800"),
        lambda response: response.update(more={1, 2}),
        lambda response: response.clear(),
    ],
)
def test_what_is_wrong_is_seen_at_once(
    alter: Callable[[dict[str, Any]], Any], handler: LambdaHandler, release_data: Any
) -> None:
    assert Replies(answering(altered(handler, alter)), release_data).problem(HEAT)


def test_an_exception_and_an_apology_are_seen(handler: LambdaHandler, release_data: Any) -> None:
    def raises(event: Any, context: Any) -> dict[str, Any]:
        raise KeyError("heat")

    assert Replies(raises, release_data).problem(HEAT) == "KeyError: 'heat'"
    apology = f"<speak>{release_data['phrases']['failed'][0]}</speak>"
    sorry = altered(handler, lambda response: response["response"]["outputSpeech"].update(ssml=apology))
    assert "apology" in Replies(answering(sorry), release_data).problem(HEAT)


@pytest.mark.parametrize("response", [{"outputSpeech": SPOKEN}, {"card": {}}, {"reprompt": {}}, {"directives": []}])
def test_an_answer_to_what_takes_none_is_seen(response: dict[str, Any], release_data: Any) -> None:
    assert Replies(answering({"response": response}), release_data).problem(EVENT)


@pytest.mark.parametrize(
    "speech",
    [
        f"<speak>{CANARY}. Shall I go on?</speak>",
        "<speak>Fish & chips. Shall I go on?</speak>",
        "<speak><blink>Heat.</blink> Shall I go on?</speak>",
        "<speak>Call triple nine now, or your local emergency number. Shall I go on?</speak>",
        "<speak>Call nine one one. Shall I go on?</speak>",
        "<speak>That was HeatIntent. Shall I go on?</speak>",
        '<speak>Wait. <break time="99s"/> Shall I go on?</speak>',
        f"<speak>{'Heat. ' * 2_000}Shall I go on?</speak>",
    ],
    ids=lambda speech: speech[7:30],
)
def test_what_certification_forbids_is_seen_and_its_request_shown_small(
    speech: str, handler: LambdaHandler, release: Release, release_data: Any, model: Model
) -> None:
    wrong = altered(handler, lambda response: response["response"]["outputSpeech"].update(ssml=speech))
    replies = Replies(answering(wrong), release_data)
    assert not replies.problem(HEAT)
    with pytest.raises(AssertionError, match="against a rule of certification") as failure:
        replies.check_all(release, model)
    assert str(failure.value).endswith("\n{}"), "the same reply to everything, so nothing is needed for it"


def test_all_rules_about_single_replies_are_held() -> None:
    names = {rule.__name__ for rule in rules(served=True)}
    assert len(names) > 25
    assert names >= {
        "test_ssml_is_well_formed",
        "test_a_reprompt_asks_too",
        "test_no_word_of_the_listener_is_said_back",
        "test_attributes_are_at_most_a_kilobyte",
        "test_no_number_of_another_place_is_given",
    }


def test_smallest() -> None:
    event = {"a": {"b": ["x" * 100, 1, {"c": "needle in hay"}]}, "d": {"e": 1}}
    small = smallest(event, lambda part: "needle" in str(part))
    assert small == {"a": {"b": [{"c": "needle"}]}} or len(shown(small)) < 40


def test_what_is_shown_is_short_however_long_or_deep_it_is() -> None:
    deep: Any = "x" * 100_000
    for _ in range(5_000):
        deep = {"more": [deep]}
    assert len(shown({"long": "x" * 100_000, "deep": deep})) < 1_000


def test_the_same_seed_gives_the_same_mutants_of_the_same_event(listeners: Listeners) -> None:
    first, second = ([mutant.event for mutant in mutants(HEAT, listeners, 3, 30)] for _ in range(2))
    assert list(map(shown, first)) == list(map(shown, second))
    assert list(map(shown, first)) != [shown(mutant.event) for mutant in mutants(HEAT, listeners, 4, 30)]


def test_a_mutant_leaves_the_event_as_it_was(listeners: Listeners) -> None:
    event = copy.deepcopy(HEAT)
    for mutant in mutants(event, listeners, 1, 300):
        assert mutant.touched or mutant.event == mutant.before
    assert event == HEAT


@pytest.mark.parametrize("how", range(len(set(CHANGES))))
@pytest.mark.parametrize("value", [None, True, 0, 1.5, "text", "", [], [1, "x"], {}, {"a": {"b": 1}}])
def test_every_change_can_be_made_to_every_kind_of_value(how: int, value: Any) -> None:
    change = list(dict.fromkeys(CHANGES))[how]
    for of in range(60):
        change(value, of)


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ((), True),
        (("request",), True),
        (("request", "intent", "slots", "topic"), True),
        (("request", "intent", "slots", "topic", "resolutions", "resolutionsPerAuthority", 0), True),
        (("request", "intent", "slots", "topic", "slotValue"), False),
        (("request", "timestamp"), False),
        (("request", "requestId"), False),
        (("session", "attributes", "move", "kind"), True),
        (("session", "user"), False),
        (("context", "System", "device"), False),
        (("context", "AudioPlayer"), False),
    ],
)
def test_what_the_guide_reads(path: tuple[str | int, ...], read: bool) -> None:
    assert is_read(path) is read


def test_a_change_is_three_numbers() -> None:
    assert Change._fields == ("at", "how", "of")
