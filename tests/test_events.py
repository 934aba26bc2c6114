"""events/: a request of every kind that the skill handles, as Alexa sends it, with nobody's ids in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
EVENTS = {path.stem: json.loads(path.read_bytes()) for path in sorted((ROOT / "events").glob("*.json"))}
INTENTS = yaml.safe_load((ROOT / "interaction_model" / "intents.yaml").read_bytes())
ANSWERS = {path.stem for path in (ROOT / "content" / "en" / "answers").glob("*.md")}

NOT_ALEXAS_YET = {"unknown-intent", "unknown-request"}


def intents(events: dict[str, Any]) -> set[str]:
    return {event["request"]["intent"]["name"] for event in events.values() if "intent" in event["request"]}


def answer_intents() -> set[str]:
    return {"".join(word.capitalize() for word in answer.split("-")) + "Intent" for answer in ANSWERS}


def texts(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for value in part.values():
            yield from texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from texts(value)
    elif isinstance(part, str):
        yield part


@pytest.mark.parametrize("name", EVENTS)
def test_ids_are_nobodys(name: str) -> None:
    for text in texts(EVENTS[name]):
        if text.startswith("amzn1."):
            assert re.search(r"\.(00000000-0000-0000-0000-000000000000(\.\w+)?|A+)$", text), text


@pytest.mark.parametrize("name", EVENTS)
def test_envelope_is_whole(name: str) -> None:
    event = EVENTS[name]
    assert event["version"] == "1.0"
    assert event["context"]["System"]["application"]["applicationId"].startswith("amzn1.ask.skill.")
    assert {"type", "requestId", "locale", "timestamp"} <= set(event["request"])
    if "session" in event:
        assert event["session"]["new"] == (not event["session"]["attributes"])


def test_every_command_and_every_slotted_intent_has_an_event() -> None:
    assert set(INTENTS["commands"]) | set(INTENTS["slots"]) <= intents(EVENTS)


def test_free_text_has_an_event_with_and_without_a_call_for_help() -> None:
    heard = intents(EVENTS)
    assert heard & {f"{name}Intent" for name in INTENTS["urgent_frames"]}
    assert heard & {f"{name}Intent" for name in INTENTS["frames"]}


def test_every_intent_is_one_that_alexa_knows() -> None:
    frames = {f"{name}Intent" for section in ("urgent_frames", "frames") for name in INTENTS[section]}
    known = set(INTENTS["commands"]) | set(INTENTS["slots"]) | frames | answer_intents()
    assert intents({name: event for name, event in EVENTS.items() if name not in NOT_ALEXAS_YET}) <= known
    assert "NotYetInventedIntent" not in known


def test_slots_are_those_of_their_intent() -> None:
    slots = {name: {slotted["slot"]} for name, slotted in INTENTS["slots"].items()}
    slots |= {name: set(command.get("slots", ())) for name, command in INTENTS["commands"].items()}
    for name, event in EVENTS.items():
        intent = event["request"].get("intent", {})
        sent = intent.get("slots", {})
        assert all(slot["name"] == key for key, slot in sent.items())
        own = set() if intent.get("name") in answer_intents() else {"query"}
        if intent and name not in NOT_ALEXAS_YET:
            assert set(sent) == slots.get(intent["name"], own), name


def resolved(event: dict[str, Any], slot: str) -> str:
    """The id that Alexa resolved a slot of ``event`` to."""
    authority = event["request"]["intent"]["slots"][slot]["resolutions"]["resolutionsPerAuthority"][0]
    return str(authority["values"][0]["value"]["id"])


def test_resolved_topic_is_an_answer() -> None:
    assert resolved(EVENTS["topic"], "topic") in ANSWERS


def test_resolved_signs_are_warning_signs() -> None:
    signs = yaml.safe_load((ROOT / "content" / "en" / "warning_signs.yaml").read_bytes())["signs"]
    for name in ("warning-sign", "warning-sign-asked"):
        assert resolved(EVENTS[name], "sign") in {sign["id"] for sign in signs}


def test_every_published_locale_has_its_launch_and_its_relief() -> None:
    served = set(yaml.safe_load((ROOT / "content" / "places.yaml").read_bytes()))
    for request in ("LaunchRequest", "IntentRequest"):
        heard = {event["request"]["locale"] for event in EVENTS.values() if event["request"]["type"] == request}
        assert heard == {locale for locale in served if re.fullmatch(r"[a-z]{2}-[A-Z]{2}", locale)}


def test_every_way_a_session_can_end_has_an_event() -> None:
    ended = [event["request"] for event in EVENTS.values() if event["request"]["type"] == "SessionEndedRequest"]
    assert {request["reason"] for request in ended} == {"USER_INITIATED", "ERROR", "EXCEEDED_MAX_REPROMPTS"}
