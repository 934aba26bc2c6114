"""The handlers: what is spoken to, what is not, and what is said when something goes wrong."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from alexa.skill import build_handler
from alexa.turn_log import TurnLog
from guide.release import Release
from tests.certification.walk import Listener, Said, envelope, intent

SILENT = [
    {"type": "SessionEndedRequest", "reason": "USER_INITIATED"},
    {"type": "SessionEndedRequest", "reason": "EXCEEDED_MAX_REPROMPTS"},
    {"type": "SessionEndedRequest", "reason": "ERROR", "error": {"type": "INVALID_RESPONSE", "message": "x"}},
    {
        "type": "System.ExceptionEncountered",
        "error": {"type": "INVALID_RESPONSE", "message": "x"},
        "cause": {"requestId": "x"},
    },
    {"type": "AlexaSkillEvent.SkillEnabled", "eventCreationTime": "2026-11-21T08:00:00Z"},
    {"type": "Alexa.Presentation.APL.RuntimeError", "token": "x", "errors": []},
    {"type": "AudioPlayer.PlaybackStarted", "token": "x", "offsetInMilliseconds": 0},
    {"type": "PlaybackController.NextCommandIssued"},
    {"type": "Connections.Response", "name": "AskFor", "status": {"code": "200", "message": "OK"}},
    {"type": "Reminders.ReminderCreated"},
    {"type": "Messaging.MessageReceived", "message": {}},
]


@pytest.mark.parametrize("request_", SILENT, ids=lambda request: request["type"] + request.get("reason", ""))
def test_what_may_not_be_spoken_to_is_answered_by_nothing(request_: dict[str, Any], release: Release) -> None:
    response = build_handler(lambda: release)(envelope(request_, {}), None)
    assert response["response"] == {} or response["response"].keys() <= {"shouldEndSession"}


def test_the_release_is_asked_for_once_a_turn(release: Release) -> None:
    asked = []

    def current() -> Release:
        asked.append(1)
        return release

    handler = build_handler(current)
    for number in range(1, 4):
        handler(envelope({"type": "LaunchRequest"}, None), None)
        assert len(asked) == number


class _Broken(Release):
    """A release whose understanding does not work."""

    @property
    def understanding(self) -> Any:  # type: ignore[override]
        raise RuntimeError("my legs are numb")


@pytest.fixture
def lines() -> list[dict[str, Any]]:
    """The lines of the log."""
    return []


@pytest.fixture
def broken(release_data: dict[str, Any], lines: list[dict[str, Any]]) -> Listener:
    release = _Broken(release_data)
    return Listener(build_handler(lambda: release, None, TurnLog(lines.append)))


ASKED = intent("HowDoIIntent", query="zanzibar")


def test_an_error_speaks_a_phrase_from_content(broken: Listener, release_data: dict[str, Any]) -> None:
    turn = broken.follow([ASKED])[-1]
    assert turn.speech in release_data["phrases"]["failed"]
    assert turn.is_open and turn.reprompt


def test_an_error_is_logged_by_its_type_alone(
    broken: Listener, lines: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing that a listener said reaches a log, not even within an error."""
    with caplog.at_level(logging.DEBUG):
        broken.follow([ASKED])
    (line,) = lines
    assert (line["error"], line["level"], line["outcome"]) == ("RuntimeError", "ERROR", "phrase")
    written = caplog.text + json.dumps(line)
    assert "zanzibar" not in written and "numb" not in written


def test_after_an_error_nothing_is_handed_back_but_what_the_guide_could_have_written(
    broken: Listener, release: Release
) -> None:
    move = {"kind": "part", "answer": "zanzibar", "zanzibar": "zanzibar"}
    event = envelope(ASKED.request, {"v": 1, "turn": 1, "zanzibar": "zanzibar", "move": move})
    response = build_handler(lambda: _Broken(release._data))(event, None)
    assert response["response"]["outputSpeech"]
    assert response["sessionAttributes"]["turn"] == 1
    assert "zanzibar" not in json.dumps(response)


def test_after_an_error_the_conversation_goes_on(broken: Listener, release: Release) -> None:
    heat, _, more = broken.follow([intent("HeatIntent"), ASKED, intent("AMAZON.YesIntent")])
    assert heat.told["answer"] == more.told["answer"] == "heat"
    assert more.move["at"] == 1


def test_nothing_is_logged_of_a_turn(release: Release, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        Listener(build_handler(lambda: release)).follow(
            [ASKED, Said("", intent("SignIntent", sign="zanzibar").request)]
        )
    assert "zanzibar" not in caplog.text


def test_a_turn_without_a_session_is_answered_and_nothing_is_kept(release: Release) -> None:
    event = envelope(intent("HeatIntent").request, None)
    del event["session"]
    response = build_handler(lambda: release)(event, None)
    assert "heating pad" in json.dumps(response["response"])
    assert not response.get("sessionAttributes")
