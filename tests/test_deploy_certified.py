"""What Alexa certified goes on being served, whatever the next model looks like."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alexa.skill import LambdaHandler, build_handler
from guide.release import Release
from workbench.compiler.content import ROOT, Content
from workbench.compiler.interaction_model import Model, meanings
from workbench.deploying.certified import certified_models, record, record_certified, unserved

NewEnvelope = Callable[..., dict[str, Any]]

FAILED = "failed"
"""The phrase for something that went wrong inside."""


def language(model: Model) -> dict[str, Any]:
    found: dict[str, Any] = model["interactionModel"]["languageModel"]
    return found


def requests(model: Model) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every intent of a model with its slots filled in every way: with each value that it knows, with another, and empty."""
    values = {kind["name"]: kind["values"] for kind in language(model).get("types", [])}
    for intent in language(model)["intents"]:
        slots = intent.get("slots", [])
        yield intent["name"], {slot["name"]: {"name": slot["name"]} for slot in slots}
        for slot in slots:
            for value in values.get(slot["type"], []):
                yield intent["name"], {slot["name"]: matched(slot["name"], value)}
            yield intent["name"], {slot["name"]: {"name": slot["name"], "value": "my back hurts"}}


def matched(slot: str, value: dict[str, Any]) -> dict[str, Any]:
    name = value["name"]["value"]
    match = {
        "authority": "a",
        "status": {"code": "ER_SUCCESS_MATCH"},
        "values": [{"value": {"name": name, "id": value["id"]}}],
    }
    return {
        "name": slot,
        "value": name,
        "confirmationStatus": "NONE",
        "resolutions": {"resolutionsPerAuthority": [match]},
    }


def troubles(model: Model, handler: LambdaHandler, release: Release, envelope: NewEnvelope) -> list[str]:
    """Ask the function everything that ``model`` can hear; return what it does not answer as it should."""
    apology = Release.phrase(release, FAILED, 0)[:20]
    found = unserved({"en-US": model}, release._data)
    for name, slots in requests(model):
        intent = {"name": name, "confirmationStatus": "NONE", "slots": slots}
        response = handler(envelope({"type": "IntentRequest", "intent": intent}), None)["response"]
        speech = response.get("outputSpeech", {}).get("ssml", "")
        if not speech or apology in speech:
            found.append(f"{name} {slots}: {speech or 'nothing'}")
        if response["shouldEndSession"] is (response.get("reprompt") is not None):
            found.append(f"{name} {slots}: asks and closes, or waits without asking")
    return found


@pytest.fixture(scope="module")
def before(model: Model) -> Model:
    """A model as it might have been certified: with an answer, a topic and a command that there is none of any more."""
    old = copy.deepcopy(model)
    language(old)["intents"] += [
        {"name": "CuppingIntent", "slots": [], "samples": ["does cupping help"]},
        {"name": "FarewellIntent", "slots": [], "samples": ["farewell"]},
    ]
    topics = next(kind for kind in language(old)["types"] if kind["name"] == "Topic")
    topics["values"].append({"id": "cupping", "name": {"value": "cupping", "synonyms": []}})
    return old


def test_the_certified_model_is_served(handler: LambdaHandler, release: Release, envelope: NewEnvelope) -> None:
    """Passes trivially until something is certified; guide certified --record fills the folder."""
    for model in certified_models(ROOT).values():
        assert troubles(model, handler, release, envelope) == []


def test_the_model_of_now_is_served(
    model: Model, handler: LambdaHandler, release: Release, envelope: NewEnvelope
) -> None:
    assert troubles(model, handler, release, envelope) == []


def test_what_is_gone_is_told(before: Model, handler: LambdaHandler, release: Release, envelope: NewEnvelope) -> None:
    found = troubles(before, handler, release, envelope)
    assert [line.partition(":")[0] for line in found] == ["CuppingIntent", "FarewellIntent"]
    assert all("retired" in line for line in found)


def test_and_is_served_once_it_is_named_as_retired(
    before: Model, content: Content, release_data: dict[str, Any], envelope: NewEnvelope
) -> None:
    retired = {"CuppingIntent": {"answer": "heat"}, "FarewellIntent": {"means": "stop"}}
    changed = copy.copy(content)
    changed.intents = {**content.intents, "retired": retired}
    now = Release({**release_data, "intents": meanings(changed)})
    handler = build_handler(lambda: now)
    assert troubles(before, handler, now, envelope) == []
    intent = {"name": "CuppingIntent", "confirmationStatus": "NONE"}
    response = handler(envelope({"type": "IntentRequest", "intent": intent}), None)
    assert response["sessionAttributes"]["said"]["answer"] == "heat"


def test_a_retired_intent_that_means_an_answer_that_is_gone_is_told(model: Model, release_data: dict[str, Any]) -> None:
    intents = {**release_data["intents"], language(model)["intents"][-1]["name"]: {"answer": "cupping"}}
    (line,) = unserved({"en-US": model}, {**release_data, "intents": intents})
    assert "cupping, which there is none of" in line


def test_a_slot_that_was_called_otherwise_is_told(model: Model, release_data: dict[str, Any]) -> None:
    old = copy.deepcopy(model)
    intent = next(one for one in language(old)["intents"] if one["name"] == "TopicIntent")
    intent["slots"][0]["name"] = "subject"
    (line,) = unserved({"en-US": old}, release_data)
    assert line.startswith("TopicIntent: reads the slot topic")


def test_recording_keeps_the_models_apart_from_the_next_ones(tmp_path: Path, model: Model) -> None:
    folder = tmp_path / "interaction_model"
    (folder / "certified").mkdir(parents=True)
    (folder / "certified" / "de-DE.json").write_text("{}")
    (folder / "en-US.json").write_text(json.dumps(model))
    assert record(tmp_path) == {}
    record_certified(tmp_path, "0123456789ab", "2026-12-01", "abc")
    (folder / "en-US.json").write_text("{}")
    assert certified_models(tmp_path) == {"en-US": model}
    assert record(tmp_path) == {"date": "2026-12-01", "model": "0123456789ab", "commit": "abc"}
