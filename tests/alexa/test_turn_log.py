"""The line of a turn: what it says, where each value comes from, and what CloudWatch counts of it."""

from __future__ import annotations

import io
import json
import re
import sys
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from ask_sdk_model.request import Request

from alexa.skill import build_handler
from alexa.turn_log import DECLINED, DIMENSIONS, OFFERED, TurnLog, turn_log
from guide.release import Release
from json_lines import NAMESPACE, write_line
from workbench.compiler.content import ROOT
from workbench.standin.device import Device
from workbench.standin.ears import Ears

AMAZONS_ID = f"amzn1.echo-api.request.{uuid.UUID(int=7)}"

Envelope = Callable[..., dict[str, Any]]
Ask = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture
def logged(release: Release) -> Ask:
    """The line that is logged of an event."""

    def ask(event: dict[str, Any], **options: Any) -> dict[str, Any]:
        lines: list[dict[str, Any]] = []
        build_handler(lambda: release, None, TurnLog(lines.append, **options))(event, None)
        (line,) = lines
        return line

    return ask


def test_an_answer(logged: Ask, intent_envelope: Envelope, release: Release) -> None:
    line = logged(intent_envelope("HowDoIIntent", query="relieve a back spasm", locale="en-GB"))
    took, scores = line.pop("ms"), line.pop("scores")
    assert line == {
        "level": "INFO",
        "event": "turn",
        "request_id": None,
        "request": "IntentRequest",
        "intent": "HowDoIIntent",
        "outcome": "answer",
        "answer": "relief",
        "offered": [],
        "warning": None,
        "care_level": None,
        "nearest": "relief",
        "frame": "how-to",
        "release": release.version,
        "locale": "en-GB",
        "store": "bundled",
        "error": None,
    }
    assert 0 < took < 60_000
    assert next(iter(scores)) == "relief" and len(scores) == 2
    assert all(score == round(score, 2) for score in scores.values())


def test_a_question_that_is_declined_has_a_nearest_answer_all_the_same(logged: Ask, intent_envelope: Envelope) -> None:
    line = logged(intent_envelope("HowDoIIntent", query="relieve a headache"))
    assert (line["outcome"], line["answer"], line["frame"]) == ("decline", None, "how-to")
    assert line["nearest"] in line["scores"]


def test_what_alexa_passed_no_words_of(logged: Ask, intent_envelope: Envelope) -> None:
    line = logged(intent_envelope("AMAZON.FallbackIntent"))
    assert (line["outcome"], line["nearest"], line["frame"], line["scores"]) == ("decline", "none", "none", {})


def test_a_warning_sign(logged: Ask, intent_envelope: Envelope) -> None:
    line = logged(intent_envelope("ICantIntent", query="pee and my back hurts"))
    assert (line["outcome"], line["care_level"], line["nearest"]) == ("warning", "emergency", None)
    assert line["warning"]


def test_the_line_says_what_guide_ask_says(release: Release, ears: Ears) -> None:
    """The same words, from the same place."""
    lines: list[dict[str, Any]] = []
    device = Device(build_handler(lambda: release, None, TurnLog(lines.append)), ears, "en-US")
    device.open()
    for said in ("how do i relieve a back spasm", "how do i relieve a headache", "i can't pee", "help"):
        told = device.say(said).as_json()
        for fact in ("intent", "outcome", "answer", "offered", "warning", "care_level", "release"):
            assert lines[-1][fact] == told[fact], (said, fact)


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        (AMAZONS_ID, AMAZONS_ID),
        (AMAZONS_ID.upper(), None),
        (AMAZONS_ID + "\n", None),
        (AMAZONS_ID + "0", None),
        ("amzn1.echo-api.request.1", None),
        ("my back hurts", None),
        ("", None),
    ],
)
def test_a_request_id_that_is_not_of_amazons_form_is_not_written(
    logged: Ask, envelope: Envelope, sent: str, written: str | None
) -> None:
    assert logged(envelope({"type": "LaunchRequest", "requestId": sent}))["request_id"] == written


@pytest.mark.parametrize(
    ("locale", "written"),
    [("en-US", "en-US"), ("en-IN", "en-IN"), ("en-NZ", "en-NZ"), ("de-DE", "other"), ("my back", "other")],
)
def test_a_locale_that_the_guide_does_not_know_is_another(
    logged: Ask, envelope: Envelope, locale: str, written: str
) -> None:
    assert logged(envelope({"type": "LaunchRequest"}, locale=locale))["locale"] == written


def test_an_intent_that_the_release_does_not_know_is_unknown(logged: Ask, intent_envelope: Envelope) -> None:
    assert logged(intent_envelope("MyBackHurtsIntent"))["intent"] == "unknown"


@pytest.mark.parametrize("kind", sorted(Request.discriminator_value_class_map))
def test_every_type_of_request_is_told_by_its_name(logged: Ask, envelope: Envelope, kind: str) -> None:
    reason = {"reason": "USER_INITIATED"} if kind == "SessionEndedRequest" else {}
    assert logged(envelope({"type": kind, **reason}))["request"] == kind


def test_a_type_that_the_sdk_does_not_know_is_unknown(logged: Ask, envelope: Envelope) -> None:
    assert logged(envelope({"type": "Something.New"}))["request"] == "unknown"


def test_where_the_release_came_from(release: Release, envelope: Envelope) -> None:
    class Store:
        state = "behind"

        def __call__(self) -> Release:
            return release

    lines: list[dict[str, Any]] = []
    build_handler(Store(), None, TurnLog(lines.append))(envelope({"type": "LaunchRequest"}), None)
    assert lines[0]["store"] == "behind"


class TestMetrics:
    def test_what_is_asked_in_free_words_is_counted(self, logged: Any, intent_envelope: Envelope) -> None:
        declined = logged(intent_envelope("HowDoIIntent", query="relieve a headache"), metrics=True, stage="dev")
        (directive,) = declined["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == NAMESPACE
        assert directive["Dimensions"] == DIMENSIONS
        assert [metric["Name"] for metric in directive["Metrics"]] == [DECLINED]
        assert (declined[DECLINED], declined["stage"]) == (1, "dev")
        for dimensions in DIMENSIONS:  # CloudWatch takes texts alone
            assert all(isinstance(declined[name], str) and declined[name] for name in dimensions)
        answered = logged(intent_envelope("HowDoIIntent", query="relieve a back spasm"), metrics=True)
        assert answered[DECLINED] == 0 and OFFERED not in answered

    def test_an_offer_is_counted_as_such(self, logged: Any, intent_envelope: Envelope, release: Release) -> None:
        names = [answer["name"] for answer in release.answers.values()]
        both = (f"{one} {other}" for one in names for other in names)
        text = next(text for text in both if release.understanding.read(f"how do i {text}").outcome == "offer")
        offered = logged(intent_envelope("HowDoIIntent", query=text), metrics=True)
        (directive,) = offered["_aws"]["CloudWatchMetrics"]
        assert [metric["Name"] for metric in directive["Metrics"]] == [DECLINED, OFFERED]
        assert (offered[DECLINED], offered[OFFERED], offered["outcome"]) == (0, 1, "offer")
        assert offered["nearest"] in offered["offered"]

    @pytest.mark.parametrize("name", ["HeatIntent", "AMAZON.YesIntent", "AMAZON.HelpIntent"])
    def test_what_is_not_asked_in_free_words_is_not(self, logged: Any, intent_envelope: Envelope, name: str) -> None:
        assert "_aws" not in logged(intent_envelope(name), metrics=True)

    @pytest.mark.parametrize("environment", [{}, {"QUESTION_METRICS": "off"}, {"QUESTION_METRICS": ""}])
    def test_nothing_is_unless_it_is_turned_on(self, environment: dict[str, str]) -> None:
        assert not turn_log(environment).metrics


def test_a_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    write_line({"a": "x\ny\u2028z", "b": None})
    written = capsys.readouterr().out
    assert written.count("\n") == 1 and written.isascii()
    assert json.loads(written).keys() == {"timestamp", "a", "b"}


class _Full(io.StringIO):
    def write(self, _: str) -> int:
        raise OSError("no space left on device")


@pytest.mark.parametrize("output", [_Full(), None])
def test_a_log_that_cannot_be_written_keeps_nobody_from_an_answer(
    release: Release, envelope: Envelope, monkeypatch: pytest.MonkeyPatch, output: Any
) -> None:
    monkeypatch.setattr(sys, "stdout", output)
    response = build_handler(lambda: release, None, TurnLog())(envelope({"type": "LaunchRequest"}), None)
    assert response["response"]["outputSpeech"]


def test_the_line_in_the_docs_has_the_facts_of_a_line(logged: Ask, intent_envelope: Envelope) -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (shown,) = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL))
    line = logged(intent_envelope("HowDoIIntent", query="relieve a headache"))
    assert list(shown) == ["timestamp", *line]  # write_line adds the time
    assert {name: type(value) for name, value in shown.items() if name != "timestamp"} == {
        name: str if name == "request_id" else type(value) for name, value in line.items()
    }
