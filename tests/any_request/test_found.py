"""What any request has found: each was an apology, a wrong answer or a traceback once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from alexa.skill import LambdaHandler
from tests.certification.test_kept_between_turns import MOST
from tests.certification.walk import envelope, intent
from workbench.standin.device import intent_request
from workbench.standin.ears import Hearing, Slot

HEAT = {"v": 1, "turn": 1, "misses": 0, "move": {"kind": "part", "answer": "heat"}, "disclaimed": True}
EVENTS = ("SessionEndedRequest", "System.ExceptionEncountered", "Connections.Response", "SomethingNew.FromTheFuture")


def speech(response: dict[str, Any]) -> str:
    return str(response["response"]["outputSpeech"]["ssml"])


def nested(depth: int) -> Any:
    value: Any = {}
    for _ in range(depth):
        value = {"deeper": [value]}
    return value


def topic(value: str, identity: str) -> dict[str, Any]:
    """A request for a topic that Alexa has matched, whatever was said for it."""
    return intent_request(Hearing("TopicIntent", {"topic": Slot(value, "Topic", (identity, value))}, "sample", ""))


@pytest.mark.parametrize("depth", [50, 200, 400, 10_000])
@pytest.mark.parametrize("where", ["attributes", "move", "user", "slot"])
def test_something_nested_deep(depth: int, where: str, handler: LambdaHandler) -> None:
    """ask-sdk copies the session's attributes, level by level, before any handler could catch what goes wrong."""
    event = envelope(intent("AMAZON.NextIntent").request, dict(HEAT))
    if where == "slot":
        event["request"]["intent"]["slots"] = {"surprise": {"name": "surprise", "slotValue": nested(depth)}}
    else:
        part = {"attributes": event["session"]["attributes"], "move": event["session"]["attributes"]}
        part.get(where, event["session"])["user" if where == "user" else "surprise"] = nested(depth)
    assert speech(handler(event, None)) == speech(handler(envelope(intent("AMAZON.NextIntent").request, HEAT), None))


@pytest.mark.parametrize("name", ["__dict__", "__class__", "__getattr__", "attribute_map", "object_type", "system"])
@pytest.mark.parametrize("value", [{}, {"intent": None}, "x", None, 7])
@pytest.mark.parametrize("path", ["", "session", "context", "context.System", "request", "request.intent"])
def test_a_property_with_a_name_that_means_something_inside(
    path: str, name: str, value: Any, handler: LambdaHandler
) -> None:
    """ask-sdk sets whatever it does not know on its own objects, so that ``__dict__`` takes all they have away."""
    event = envelope(topic("a heating pad", "heat"), {})
    part = event
    for step in filter(None, path.split(".")):
        part = part[step]
    part[name] = value
    assert speech(handler(event, None)) == speech(handler(envelope(topic("a heating pad", "heat"), {}), None))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("session.user", ["amzn1.ask.account.AAAA"]),
        ("context.AudioPlayer", {"playerActivity": "HUMMING"}),
        ("context.Viewport", {"shape": "TRIANGLE"}),
        ("context.Geolocation", {"coordinate": "here"}),
        ("request.dialogState", "PONDERING"),
        ("request.timestamp", "yesterday"),
        ("request.intent.confirmationStatus", "PERHAPS"),
        ("request.intent.slots.topic.confirmationStatus", "PERHAPS"),
        ("request.intent.slots.topic.slotValue", {"type": "Spectrum"}),
    ],
)
def test_what_alexa_matched_a_slot_to_survives_what_is_new_elsewhere(
    path: str, value: Any, handler: LambdaHandler
) -> None:
    """Such an envelope was once cut down to its free text; here "that thing" alone says nothing."""
    event = envelope(topic("that thing", "heat"), {})
    *parents, last = path.split(".")
    part = event
    for step in parents:
        part = part[step]
    part[last] = value
    assert handler(event, None)["sessionAttributes"]["said"]["answer"] == "heat"


@pytest.mark.parametrize("values", [[], [None], [{}], [{"value": None}], [{"value": {"id": 7}}], "x", {}, None])
def test_a_match_without_a_value_is_none(values: Any, handler: LambdaHandler) -> None:
    """The words are read instead."""
    event = envelope(topic("heat", "heat"), {})
    authority = event["request"]["intent"]["slots"]["topic"]["resolutions"]["resolutionsPerAuthority"][0]
    authority["values"] = values
    assert handler(event, None)["sessionAttributes"]["said"]["answer"] == "heat"


@pytest.mark.parametrize("half", ["\ud800", "\udfff", "heat\ud83e"])
def test_half_a_character(half: str, handler: LambdaHandler) -> None:
    """JSON can carry it; looking it up in the bundled release, which is bytes, could not."""
    misheard = handler(envelope(intent(half).request, {}), None)
    assert misheard["sessionAttributes"]["said"]["outcome"] == "decline"
    attributes = {**HEAT, "move": {"kind": "part", "answer": half}}
    gone = handler(envelope(intent("AMAZON.NextIntent").request, attributes), None)
    assert gone["sessionAttributes"]["move"]["kind"] == "gone"
    for response in (misheard, gone):
        json.dumps(response, ensure_ascii=False).encode()


@pytest.mark.parametrize("kind", EVENTS)
@pytest.mark.parametrize(
    "attributes",
    [
        {"said": "my legs are numb"},
        {"v": 1, "move": {"kind": "my legs are numb"}},
        {"v": 1, "move": {"kind": "part", "answer": "my legs are numb"}},
        {"v": 1, "aside": {"kind": "warning", "sign": "my legs are numb"}},
        {"v": 1, "move": {"kind": "offer", "offered": ["my legs are numb", "my legs are numb"]}},
        {"v": 1, "turn": float("nan")},
        {"v": 1, "more": "x" * 200_000},
        {"v": 1, "more": nested(5_000)},
        ["my legs are numb"],
    ],
    ids=lambda attributes: str(attributes)[:40] if isinstance(attributes, dict) and "more" not in attributes else "",
)
def test_a_request_that_is_not_spoken_to_hands_back_nothing_of_others(
    kind: str, attributes: Any, handler: LambdaHandler
) -> None:
    """What came in the session's attributes went out again as it was: too large, not JSON, somebody's words."""
    response = handler(envelope({"type": kind}, attributes), None)
    kept = json.dumps(response["sessionAttributes"], allow_nan=False)
    assert len(kept) < MOST and "numb" not in kept


@pytest.mark.parametrize("kind", EVENTS)
def test_a_request_that_is_not_spoken_to_hands_back_the_conversation(kind: str, handler: LambdaHandler) -> None:
    kept = handler(envelope({"type": kind}, HEAT), None)["sessionAttributes"]
    following = intent("AMAZON.NextIntent").request
    assert handler(envelope(following, kept), None) == handler(envelope(following, HEAT), None)


def test_of_two_properties_of_one_name_the_last_counts(handler: LambdaHandler) -> None:
    """As in every JSON reader of Alexa's languages; what counts is that it is one of them, and no error."""
    text = json.dumps(envelope(topic("a heating pad", "heat"), {}))
    doubled = text.replace('"locale": "en-US"', '"locale": 7, "locale": {}, "locale": "en-GB"')
    assert doubled != text
    response = handler(json.loads(doubled), None)
    assert response["sessionAttributes"]["said"]["answer"] == "heat"
