"""The stand-in's device: full envelopes, and a session as Alexa keeps it."""

from __future__ import annotations

import datetime
import json
from typing import Any, ClassVar

import pytest
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import RequestEnvelope

from tests.conftest import NewDevice
from workbench.compiler.content import ROOT
from workbench.standin.device import SKILL_ID, Device, Heard
from workbench.standin.ears import Ears, Hearing, Slot

HEAT = Hearing("HeatIntent", {}, "sample", "heat")


class FakeEars(Ears):
    """Ears that hear what they are told to."""

    def __init__(self, hearing: Hearing = HEAT) -> None:
        self.hearing = hearing

    def hear(self, utterance: str) -> Hearing:
        return self.hearing


class FakeFunction:
    """A function that answers as it is told, and keeps what it was asked."""

    def __init__(self, **response: Any) -> None:
        self.response: dict[str, Any] = {"shouldEndSession": False, **response}
        self.attributes: dict[str, Any] = {}
        self.envelopes: list[dict[str, Any]] = []

    def __call__(self, envelope: Any, context: Any) -> dict[str, Any]:
        self.envelopes.append(json.loads(json.dumps(envelope)))
        return {"version": "1.0", "sessionAttributes": self.attributes, "response": self.response}


@pytest.fixture
def function() -> FakeFunction:
    return FakeFunction()


@pytest.fixture
def speaker(device: NewDevice, function: FakeFunction) -> Device:
    return device(function=function, ears=FakeEars())


def paths(data: Any, prefix: str = "") -> set[str]:
    """Every path of names in nested mappings."""
    if not isinstance(data, dict):
        return {prefix}
    return {prefix} | {path for name, part in data.items() for path in paths(part, f"{prefix}/{name}")}


class TestEnvelopes:
    @pytest.mark.parametrize(
        ("event", "screen"), [("launch", False), ("launch-with-screen", True), ("relief", False), ("more", False)]
    )
    def test_have_what_recorded_ones_have(
        self, device: NewDevice, function: FakeFunction, event: str, screen: bool
    ) -> None:
        recorded = json.loads((ROOT / "events" / f"{event}.json").read_bytes())
        speaker = device(function=function, ears=FakeEars(), screen=screen)
        speaker.open() if recorded["request"]["type"] == "LaunchRequest" else speaker.say("heat")
        needed = {
            "/version",
            "/session/new",
            "/session/sessionId",
            "/session/application/applicationId",
            "/session/user/userId",
        }
        needed |= {path for path in paths(recorded) if path.startswith(("/request/", "/context/System/"))}
        optional = {
            "Viewport",
            "Viewports",
            "deviceId",
            "unit",
            "person",
            "shouldLinkResultBeReturned",
            "targetURI",
            "capabilities",
        }
        missing = {path for path in needed - paths(function.envelopes[0]) if not optional & set(path.split("/"))}
        assert not missing

    def test_are_what_the_sdk_reads(self, speaker: Device, function: FakeFunction) -> None:
        speaker.open()
        speaker.say("heat")
        for envelope in function.envelopes:
            read = DefaultSerializer().deserialize(json.dumps(envelope), RequestEnvelope)
            assert read.context.system.application.application_id == read.session.application.application_id == SKILL_ID
            assert read.context.system.device.supported_interfaces is not None

    def test_locale(self, device: NewDevice, function: FakeFunction) -> None:
        device("en-AU", function=function, ears=FakeEars()).open()
        assert function.envelopes[0]["request"]["locale"] == "en-AU"

    def test_time_is_now_in_utc(self, speaker: Device, function: FakeFunction) -> None:
        speaker.open()
        stamp = datetime.datetime.strptime(function.envelopes[0]["request"]["timestamp"], "%Y-%m-%dT%H:%M:%SZ")
        assert abs(datetime.datetime.now(datetime.UTC) - stamp.replace(tzinfo=datetime.UTC)) < datetime.timedelta(
            minutes=1
        )

    def test_every_request_has_an_id_of_its_own(self, speaker: Device, function: FakeFunction) -> None:
        for _ in range(3):
            speaker.say("heat")
        assert len({envelope["request"]["requestId"] for envelope in function.envelopes}) == 3

    @pytest.mark.parametrize("screen", [True, False])
    def test_screen(self, device: NewDevice, function: FakeFunction, screen: bool) -> None:
        device(function=function, ears=FakeEars(), screen=screen).open()
        interfaces = function.envelopes[0]["context"]["System"]["device"]["supportedInterfaces"]
        assert ("Alexa.Presentation.APL" in interfaces) == screen

    def test_intent_without_slots_has_none(self, speaker: Device, function: FakeFunction) -> None:
        speaker.say("some words that nobody needs to know")
        assert function.envelopes[0]["request"]["intent"] == {"name": "HeatIntent", "confirmationStatus": "NONE"}
        assert "some words" not in json.dumps(function.envelopes)

    def test_free_text_slot_has_no_resolution(self, device: NewDevice, function: FakeFunction) -> None:
        hearing = Hearing("WhatIntent", {"query": Slot("a disc", "AMAZON.SearchQuery")}, "carrier", "")
        device(function=function, ears=FakeEars(hearing)).say("what is a disc")
        slot = function.envelopes[0]["request"]["intent"]["slots"]["query"]
        assert slot == {"name": "query", "value": "a disc", "confirmationStatus": "NONE", "source": "USER"}

    def test_resolved_slot_is_read_by_the_sdk(self, device: NewDevice, function: FakeFunction) -> None:
        hearing = Hearing("TopicIntent", {"topic": Slot("hot pads", "Topic", ("heat", "Heat"))}, "sample", "")
        device(function=function, ears=FakeEars(hearing)).say("hot pads")
        read = DefaultSerializer().deserialize(json.dumps(function.envelopes[0]), RequestEnvelope)
        (authority,) = read.request.intent.slots["topic"].resolutions.resolutions_per_authority
        assert authority.status.code.value == "ER_SUCCESS_MATCH"
        assert authority.authority.endswith(".Topic")
        assert (authority.values[0].value.id, authority.values[0].value.name) == ("heat", "Heat")


class TestSession:
    def sessions(self, function: FakeFunction) -> list[tuple[bool, dict[str, Any]]]:
        return [(envelope["session"]["new"], envelope["session"]["attributes"]) for envelope in function.envelopes]

    def test_attributes_come_back_the_next_turn(self, speaker: Device, function: FakeFunction) -> None:
        function.attributes = {"turn": 1}
        speaker.open()
        function.attributes = {"turn": 2}
        speaker.say("heat")
        speaker.say("heat")
        assert self.sessions(function) == [(True, {}), (False, {"turn": 1}), (False, {"turn": 2})]
        assert len({envelope["session"]["sessionId"] for envelope in function.envelopes}) == 1

    @pytest.mark.parametrize("end", [True, None])
    def test_ends_unless_the_function_keeps_it_open(
        self, speaker: Device, function: FakeFunction, end: bool | None
    ) -> None:
        function.attributes = {"turn": 1}
        speaker.open()
        function.response["shouldEndSession"] = end
        assert speaker.say("stop").keep_open is False
        assert not speaker.in_session
        speaker.say("heat")
        assert self.sessions(function)[2] == (True, {})
        assert function.envelopes[2]["session"]["sessionId"] != function.envelopes[1]["session"]["sessionId"]

    def test_opening_again_begins_anew(self, speaker: Device, function: FakeFunction) -> None:
        function.attributes = {"turn": 1}
        speaker.open()
        assert speaker.in_session
        speaker.open()
        assert self.sessions(function) == [(True, {}), (True, {})]

    @pytest.mark.parametrize("reason", ["USER_INITIATED", "EXCEEDED_MAX_REPROMPTS", "ERROR"])
    def test_leaving(self, speaker: Device, function: FakeFunction, reason: str) -> None:
        speaker.open()
        speaker.end(reason)
        assert function.envelopes[1]["request"]["type"] == "SessionEndedRequest"
        assert function.envelopes[1]["request"]["reason"] == reason
        assert function.envelopes[1]["session"]["new"] is False
        assert not speaker.in_session

    def test_what_the_function_keeps_is_not_shared_with_the_next_envelope(
        self, speaker: Device, function: FakeFunction
    ) -> None:
        function.attributes = {"list": [1]}
        first = speaker.open()
        speaker.say("heat")
        assert first.attributes == {"list": [1]}


def said(response: dict[str, Any], attributes: dict[str, Any] | None = None, hearing: Hearing | None = HEAT) -> Heard:
    return Heard(
        hearing, {"version": "1.0", "response": response, **({"sessionAttributes": attributes} if attributes else {})}
    )


class TestHeard:
    FULL: ClassVar[dict[str, Any]] = {
        "outputSpeech": {"type": "SSML", "ssml": '<speak>Ice &amp; heat.<break time="2s"/> Which one?</speak>'},
        "reprompt": {"outputSpeech": {"type": "SSML", "ssml": "<speak>Say yes.</speak>"}},
        "card": {"type": "Simple", "title": "Heat", "content": "20 minutes"},
        "shouldEndSession": False,
    }
    ATTRIBUTES: ClassVar[dict[str, Any]] = {
        "said": {"outcome": "answer", "answer": "heat", "offered": ["ice"], "warning": "numb", "care_level": "today"},
        "release": "abc",
    }

    def test_everything_that_was_said(self) -> None:
        assert said(self.FULL, self.ATTRIBUTES).as_json() == {
            "intent": "HeatIntent",
            "outcome": "answer",
            "answer": "heat",
            "offered": ["ice"],
            "warning": "numb",
            "care_level": "today",
            "speech": "Ice & heat. Which one?",
            "ssml": '<speak>Ice &amp; heat.<break time="2s"/> Which one?</speak>',
            "seconds": 4.0,
            "reprompt": "Say yes.",
            "card": {"title": "Heat", "text": "20 minutes"},
            "keep_open": True,
            "release": "abc",
        }

    def test_nothing_was_said(self) -> None:
        assert said({}, hearing=None).as_json() == {
            **dict.fromkeys(("intent", "outcome", "answer", "warning", "care_level", "reprompt", "card", "release")),
            "offered": [],
            "speech": "",
            "ssml": "",
            "seconds": 0.0,
            "keep_open": False,
        }


def test_whole_conversation_with_the_real_function(device: NewDevice) -> None:
    speaker = device("en-GB")
    welcome = speaker.open()
    assert welcome.keep_open and welcome.hearing is None
    heat = speaker.say("tell me about heat").as_json()
    assert (heat["intent"], heat["answer"], heat["outcome"]) == ("TopicIntent", "heat", "answer")
    more = speaker.say("yes").as_json()
    assert more["answer"] == "heat" and more["speech"] != heat["speech"]
    assert not speaker.say("stop").keep_open
    assert not speaker.in_session


@pytest.mark.parametrize(
    ("locale", "number"), [("en-US", "nine one one"), ("en-GB", "triple nine"), ("en-AU", "triple zero")]
)
def test_place_reaches_the_speech(device: NewDevice, locale: str, number: str) -> None:
    assert number in device(locale).open().speech
