"""What Alexa delivers, in the guide's words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import RequestEnvelope

from alexa.requests import hear, session_of
from guide.heard import Heard
from guide.release import Release
from tests.certification.walk import Said, envelope, intent


def resolved(slot: str, value: str, identity: str, code: str = "ER_SUCCESS_MATCH") -> dict[str, Any]:
    values = [{"value": {"name": value, "id": identity}}] if code == "ER_SUCCESS_MATCH" else []
    authority = {"authority": "a", "status": {"code": code}, "values": values}
    return {"name": slot, "value": value, "resolutions": {"resolutionsPerAuthority": [authority]}}


def read(event: dict[str, Any]) -> RequestEnvelope:
    return DefaultSerializer().deserialize(json.dumps(event), RequestEnvelope)


def heard(said: Said, release: Release) -> Heard:
    return hear(read(envelope(said.request, {})).request, release)


def test_an_answers_own_intent(release: Release) -> None:
    assert heard(intent("IceOrHeatIntent"), release) == Heard("answer", answer="ice-or-heat")


def test_commands(release: Release) -> None:
    assert heard(intent("AMAZON.YesIntent"), release) == Heard("command", command="yes")
    assert heard(intent("AMAZON.CancelIntent"), release).command == "stop"
    assert heard(intent("GoodbyeIntent"), release).command == "stop"


def test_an_intent_that_is_not_known_is_nothing(release: Release) -> None:
    assert heard(intent("NotOursIntent", query="heat"), release).kind == "nothing"


def test_a_topic_that_alexa_matched(release: Release) -> None:
    said = intent("TopicIntent", topic=resolved("topic", "a heating pad", "heat"))
    assert heard(said, release) == Heard("answer", answer="heat", text="a heating pad")


def test_a_topic_that_alexa_did_not_match_is_free_text(release: Release) -> None:
    said = intent("TopicIntent", topic=resolved("topic", "what hurts", "", "ER_SUCCESS_NO_MATCH"))
    assert heard(said, release) == Heard("text", text="tell me about what hurts")


def test_a_topic_that_alexa_did_not_match_is_one_all_the_same(release: Release) -> None:
    """The release may have a topic that the model which Alexa listens with does not have yet."""
    for value in ("heat", {"name": "topic", "value": "the heat"}):
        assert heard(intent("TopicIntent", topic=value), release).answer == "heat"


def test_free_text_is_read_with_its_carrier(release: Release) -> None:
    """Alexa keeps the carrier's words to itself; they tell "how long" from "why"."""
    assert heard(intent("HowLongDoesIntent", query="it last"), release).text == "how long does it last"


def test_a_call_for_help_is_urgent(release: Release) -> None:
    help_me = heard(intent("HelpIntent", query="get up"), release)
    assert (help_me.text, help_me.urgent) == ("help get up", True)
    assert not heard(intent("HowDoIIntent", query="get up"), release).urgent


def test_a_sign_keeps_what_alexa_matched_it_to(release: Release) -> None:
    sign = next(iter(release.warnings))
    said = intent("SignIntent", sign=resolved("sign", "something odd", sign))
    assert heard(said, release) == Heard("text", text="i have something odd", sign=sign)


@pytest.mark.parametrize(
    ("said", "number"),
    [("3", 3), ("03", 3), ("0", 0), ("?", 0), ("-2", 0), ("three", 0), ("12345678", 0), ("²", 0), (None, 0)],
)
def test_numbers(said: str | None, number: int, release: Release) -> None:
    assert heard(intent("StepIntent", number=said), release).number == number


def test_a_step_of_a_topic(release: Release) -> None:
    said = intent("StepIntent", topic=resolved("topic", "planks", "plank"), number="3")
    assert heard(said, release) == Heard("command", command="walk", answer="plank", text="planks", number=3)


@pytest.mark.parametrize("value", [None, "", "   ", {}])
@pytest.mark.parametrize("name", ["TopicIntent", "SignIntent", "HowDoIIntent"])
def test_a_slot_without_words_is_nothing(name: str, value: Any, release: Release) -> None:
    slot = release.intents[name]["slot"]
    filled = {"name": slot} if value == {} else value
    assert heard(intent(name, **{slot: filled}), release).kind == "nothing"
    assert heard(intent(name), release).kind == "nothing"


def test_a_null_slot(release: Release) -> None:
    request = intent("TopicIntent").request
    request["intent"]["slots"] = {"topic": None}
    assert hear(read(envelope(request, {})).request, release).kind == "nothing"


# The session.


@pytest.mark.parametrize(("new", "counts_as_new"), [(True, True), (False, False), (None, True)])
def test_a_session_is_new_unless_it_says_otherwise(new: bool | None, counts_as_new: bool) -> None:
    event = envelope({"type": "LaunchRequest"}, {})
    event["session"]["new"] = new
    assert session_of(read(event)).new is counts_as_new


def test_no_session_is_a_new_one() -> None:
    event = envelope({"type": "LaunchRequest"}, {})
    del event["session"]
    assert session_of(read(event)).new


def test_locale() -> None:
    assert session_of(read(envelope({"type": "LaunchRequest"}, {}, "en-AU"))).locale == "en-AU"


def test_no_locale_is_the_fallback() -> None:
    event = envelope({"type": "LaunchRequest"}, {})
    del event["request"]["locale"]
    assert session_of(read(event)).locale == "en-US"
