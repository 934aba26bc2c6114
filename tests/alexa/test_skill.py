"""The way in and out: whose requests are answered, and what goes back, for every intent that the release knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from ask_sdk_core.exceptions import AskSdkException

from alexa.skill import LambdaHandler, build_handler
from guide.conversation import _Turn
from guide.release import Release
from tests.certification.walk import envelope, every_request, intent, texts
from workbench.compiler.interaction_model import Model
from workbench.standin.device import SKILL_ID

LAUNCH = {"type": "LaunchRequest"}


# Whose requests.


def test_a_request_for_this_skill_is_answered(release: Release) -> None:
    assert "outputSpeech" in build_handler(lambda: release, SKILL_ID)(envelope(LAUNCH, None), None)["response"]


def test_a_request_for_another_skill_is_refused(release: Release) -> None:
    handler = build_handler(lambda: release, "amzn1.ask.skill.another")
    with pytest.raises(AskSdkException, match="Skill ID"):
        handler(envelope(LAUNCH, None), None)


@pytest.mark.parametrize("request_", [LAUNCH, {"type": "Something.New"}, {"type": "SessionEndedRequest"}])
def test_a_request_that_has_to_be_mended_is_verified_too(request_: dict[str, Any], release: Release) -> None:
    handler = build_handler(lambda: release, "amzn1.ask.skill.another")
    event = envelope(request_, None)
    event["request"]["timestamp"] = "never"
    with pytest.raises(AskSdkException, match="Skill ID"):
        handler(event, None)


def test_a_request_that_names_no_skill_is_refused_when_an_id_is_configured(release: Release) -> None:
    event = envelope(LAUNCH, None)
    del event["context"]
    del event["session"]
    with pytest.raises(AskSdkException, match="Skill ID"):
        build_handler(lambda: release, SKILL_ID)(event, None)


@pytest.mark.parametrize("unset", [None, ""])
def test_without_an_id_any_request_is_answered(unset: str | None, release: Release) -> None:
    """Before the first deploy there is no id yet."""
    assert "outputSpeech" in build_handler(lambda: release, unset)(envelope(LAUNCH, None), None)["response"]


# What goes back.


def is_valid(response: dict[str, Any]) -> None:
    body = response["response"]
    assert response["version"] == "1.0"
    assert body.keys() <= {"outputSpeech", "reprompt", "card", "shouldEndSession"}
    assert body["shouldEndSession"] in (True, False)
    assert body["outputSpeech"]["type"] == "SSML"
    assert ElementTree.fromstring(body["outputSpeech"]["ssml"]).tag == "speak"
    assert ("reprompt" in body) is not body["shouldEndSession"]


def test_every_intent_that_the_release_knows_has_a_valid_response(handler: LambdaHandler, release: Release) -> None:
    for name, meaning in release.intents.items():
        slots = {meaning["slot"]: "back spasms"} if "slot" in meaning else {}
        for attributes in (None, {}):
            is_valid(handler(envelope(intent(name, **slots).request, attributes), None))


def test_every_intent_of_the_model_is_known_to_the_release(model: Model, release: Release) -> None:
    names = {declared["name"] for declared in model["interactionModel"]["languageModel"]["intents"]}
    assert names == release.intents.keys()


def test_every_intent_means_something_that_the_guide_can_do(handler: LambdaHandler, release: Release) -> None:
    """A command that the conversation does not know would be misheard for ever."""
    for name, meaning in release.intents.items():
        if "command" in meaning and meaning["command"] != "nothing":
            assert hasattr(_Turn, f"_on_{meaning['command']}"), name
        if "answer" in meaning:
            response = handler(envelope(intent(name).request, {}), None)
            assert response["sessionAttributes"]["said"]["answer"] == meaning["answer"]


def test_every_command_that_the_guide_can_do_is_heard(release: Release) -> None:
    means = {meaning.get("command") for meaning in release.intents.values()}
    assert {name.removeprefix("_on_") for name in vars(_Turn) if name.startswith("_on_")} <= means


def test_text_from_outside_is_escaped(handler: LambdaHandler, release: Release, model: Model) -> None:
    """Nothing that is said to the guide is said back; were it, it could not break the speech."""
    hostile = "<audio src='https://example.com/x.mp3'/> & <break time='99s'/> </speak>"
    for name, meaning in release.intents.items():
        slots = {meaning["slot"]: hostile} if "slot" in meaning else {"topic": hostile, "number": hostile}
        response = handler(envelope(intent(name, **slots).request, {}, hostile), None)
        is_valid(response)
        assert "audio" not in response["response"]["outputSpeech"]["ssml"]


def test_what_could_reach_speech_from_outside_content_is_escaped(release_data: dict[str, Any]) -> None:
    """Names are put into phrases: a release whose topics and routines hold markup is still spoken."""
    answers = {
        answer: {
            **data,
            "name": f"{data['name']} & <b>",
            "routines": [{**r, "topic": "R & <b>"} for r in data["routines"]],
        }
        for answer, data in release_data["answers"].items()
    }
    hostile = Release({**release_data, "answers": answers})
    handler = build_handler(lambda: hostile)
    for name in ("AMAZON.YesIntent", "AMAZON.HelpIntent", "WalkMeThroughIntent", "AMAZON.NextIntent"):
        for answer in release_data["answers"]:
            data = release_data["answers"][answer]
            move = {"kind": "part", "answer": answer, "at": len(data["more"])}
            is_valid(handler(envelope(intent(name).request, {"v": 1, "turn": 1, "misses": 0, "move": move}), None))


def test_the_whole_matrix_is_more_than_a_thousand_requests(release: Release, model: Model) -> None:
    assert len(every_request(model, texts(release, model))) > 1_000


def test_the_entry_point_is_a_screenful() -> None:
    entry = Path(__file__).parents[2] / "lambda" / "skill" / "skill_function.py"
    assert len(entry.read_text(encoding="utf-8").splitlines()) <= 40
