"""Requests that ask-sdk cannot read, or does not know yet (endpoint validation: "your code must be resilient")."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import IntentRequest, LaunchRequest, SessionEndedRequest
from hypothesis import given, settings
from hypothesis import strategies as st

from alexa.envelopes import needed_of, read_envelope
from alexa.skill import LambdaHandler
from tests.certification.walk import envelope, intent
from workbench.standin.device import SKILL_ID

EVENTS = {
    path.stem: json.loads(path.read_bytes()) for path in sorted((Path(__file__).parents[2] / "events").glob("*.json"))
}


def ask(name: str = "HeatIntent", **slots: Any) -> dict[str, Any]:
    return envelope(intent(name, **slots).request, {})


def changed(event: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    event = copy.deepcopy(event)
    *parents, last = path.split(".")
    part = event
    for name in parents:
        part = part[name]
    part[last] = value
    return event


def without(event: dict[str, Any], path: str) -> dict[str, Any]:
    event = copy.deepcopy(event)
    *parents, last = path.split(".")
    part = event
    for name in parents:
        part = part[name]
    del part[last]
    return event


def speech(response: dict[str, Any]) -> str:
    return str(response["response"]["outputSpeech"]["ssml"])


@pytest.mark.parametrize("timestamp", ["yesterday", "", 1_700_000_000_000, None, [], {}, "2026-13-45T99:00:00Z", True])
def test_a_timestamp_that_cannot_be_read(timestamp: Any, handler: LambdaHandler) -> None:
    event = changed(ask(), "request.timestamp", timestamp)
    assert speech(handler(event, None)) == speech(handler(ask(), None))


@pytest.mark.parametrize(
    "path",
    [
        *("session", "context", "version", "request.timestamp", "request.requestId", "request.locale"),
        *("session.application", "session.user", "session.attributes", "session.sessionId", "session.new"),
        *(
            "context.System.device",
            "context.System.user",
            "context.System.application",
            "context.System",
            "context.AudioPlayer",
        ),
        *("request.dialogState", "request.intent.confirmationStatus"),
    ],
)
def test_a_part_that_is_missing(path: str, handler: LambdaHandler) -> None:
    assert "heating pad" in speech(handler(without(ask(), path), None))


@pytest.mark.parametrize("value", [None, [], "x", 7, True])
@pytest.mark.parametrize(
    "path", ["session", "context", "context.System", "session.attributes", "session.user", "version"]
)
def test_a_part_of_another_kind(path: str, value: Any, handler: LambdaHandler) -> None:
    assert "heating pad" in speech(handler(changed(ask(), path, value), None))


@pytest.mark.parametrize(
    "path", ["", "session", "context", "context.System", "context.System.device", "request", "request.intent"]
)
def test_properties_that_are_new(path: str, handler: LambdaHandler) -> None:
    event = ask("TopicIntent", topic="heat")
    surprise = f"{path}.surprise".lstrip(".")
    for value in ("x", 1, None, ["x"], {"deep": {"deeper": []}}):
        assert speech(handler(changed(event, surprise, value), None)) == speech(handler(event, None))


@pytest.mark.parametrize(
    "kind",
    [
        "Something.New",
        "AlexaSkillEvent.SomethingNew",
        "",
        "IntentRequestV2",
        None,
        7,
        "CanFulfillIntentRequest",
        "Dialog.API.Invoked",
    ],
)
def test_a_request_of_another_type_is_answered_by_silence(kind: Any, handler: LambdaHandler) -> None:
    response = handler(changed(envelope({"type": "x"}, {}), "request.type", kind), None)["response"]
    assert not {"outputSpeech", "reprompt", "card"} & response.keys()


@pytest.mark.parametrize(
    "slots",
    [
        None,
        {},
        [],
        "x",
        {"topic": None},
        {"topic": "heat"},
        {"topic": {}},
        {"topic": {"value": 7}},
        {"other": {"name": "other", "value": "x"}},
    ],
)
def test_slots_of_any_kind(slots: Any, handler: LambdaHandler) -> None:
    event = changed(ask("TopicIntent"), "request.intent", {"name": "TopicIntent", "slots": slots})
    response = handler(event, None)["response"]
    assert response["outputSpeech"] and response["shouldEndSession"] is False


@pytest.mark.parametrize("asked", [None, {}, {"name": None}, {"name": ""}, {"name": 7}, "HeatIntent"])
def test_an_intent_of_any_kind(asked: Any, handler: LambdaHandler) -> None:
    response = handler(changed(ask(), "request.intent", asked), None)["response"]
    assert response["outputSpeech"] and response["shouldEndSession"] is False


@pytest.mark.parametrize(
    "event", [None, [], "x", 7, {}, {"request": None}, {"request": {"type": "LaunchRequest"}}], ids=repr
)
def test_what_is_no_envelope_at_all(event: Any, handler: LambdaHandler) -> None:
    assert "response" in handler(event, None)


def test_a_bare_launch_is_welcomed(handler: LambdaHandler) -> None:
    assert "Back Spasm Guide" in speech(handler({"request": {"type": "LaunchRequest"}}, None))


# What is read of an envelope.


def test_only_what_the_guide_reads_is_read() -> None:
    event = ask("TopicIntent", topic="heat")
    needed = needed_of(changed(event, "request.surprise", {"deep": 1}))
    assert needed == {
        "version": "1.0",
        "context": {"System": {"application": {"applicationId": SKILL_ID}}},
        "session": {
            "new": False,
            "sessionId": event["session"]["sessionId"],
            "attributes": {"v": 1, "turn": 0, "misses": 0},
        },
        "request": {
            "type": "IntentRequest",
            "requestId": event["request"]["requestId"],
            "locale": "en-US",
            "intent": {"name": "TopicIntent", "slots": {"topic": {"name": "topic", "value": "heat"}}},
        },
    }


def test_the_skill_id_is_read_from_wherever_it_is() -> None:
    assert needed_of(without(ask(), "context"))["context"]["System"]["application"]["applicationId"] == SKILL_ID


def test_the_conversation_is_read() -> None:
    move = {"kind": "part", "answer": "heat"}
    event = envelope({"type": "LaunchRequest"}, {"v": 1, "turn": 3, "move": move, "said": {"x": 1}})
    assert needed_of(event)["session"]["attributes"] == {"v": 1, "turn": 3, "misses": 0, "move": move}


@pytest.mark.parametrize(
    ("kind", "read_as"),
    [("LaunchRequest", LaunchRequest), ("IntentRequest", IntentRequest), ("Else", SessionEndedRequest)],
)
@pytest.mark.parametrize("timestamp", ["2026-11-21T08:00:00Z", "never"])
def test_what_a_request_is_read_as(kind: str, read_as: type, timestamp: str) -> None:
    event = changed(changed(ask(), "request.type", kind), "request.timestamp", timestamp)
    assert isinstance(read_envelope(event, DefaultSerializer()).request, read_as)


def test_a_request_that_is_not_spoken_to_is_read_whole() -> None:
    """Why a session ended is worth a line in the log."""
    request = {"type": "SessionEndedRequest", "reason": "ERROR", "error": {"type": "INVALID_RESPONSE", "message": "x"}}
    read = read_envelope(envelope(request, {}), DefaultSerializer()).request
    assert (read.reason.value, read.error.object_type.value) == ("ERROR", "INVALID_RESPONSE")


# Anything at all.

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)


def paths(part: Any, before: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, value in part.items():
            if "." not in name:
                yield f"{before}{name}"
                yield from paths(value, f"{before}{name}.")


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_part_of_any_event_may_be_anything(data: st.DataObject, handler: LambdaHandler) -> None:
    event = EVENTS[data.draw(st.sampled_from(sorted(EVENTS)))]
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(paths(event))))
        event = changed(event, path, data.draw(_JSON))
    response = handler(event, None)["response"]
    if "outputSpeech" in response:
        assert response["shouldEndSession"] in (True, False)
