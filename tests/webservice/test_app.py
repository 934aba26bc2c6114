"""The application around the skill: what it answers, to whom, and what it writes in the log."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from alexa.skill import LambdaHandler, build_skill
from alexa.turn_log import TurnLog
from guide.release import Release
from tests.webservice.fake_alexa import SKILL_ID, Alexa
from webservice.app import create_app
from webservice.refusals import RefusalLog
from webservice.replays import Replays
from webservice.sdk import SkillAdapter
from webservice.verification import AlexaOnly, LoopbackOnly
from workbench.compiler.content import ROOT
from workbench.standin.device import Device
from workbench.standin.ears import Ears

EVENTS = sorted((ROOT / "events").glob("*.json"))


@pytest.fixture
def local(release: Release) -> FlaskClient:
    """The application without verification, as seen from its own machine."""
    return create_app(build_skill(lambda: release), LoopbackOnly()).test_client()


def canary(request: Any) -> dict[str, Any]:
    return {"type": "IntentRequest", "intent": {"name": "CANARY", "slots": {"CANARY": {"value": "CANARY"}}}, **request}


def test_the_health_check_says_that_it_is_well_and_no_more(app: Flask) -> None:
    response = app.test_client().get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("event", EVENTS, ids=lambda path: path.stem)
def test_the_web_service_answers_as_the_function_does(event: Path, local: FlaskClient, handler: LambdaHandler) -> None:
    envelope = json.loads(event.read_bytes())
    response = local.post("/alexa", json=envelope)
    expected = handler(envelope, None)
    assert response.status_code == 200
    # The SDK says there under which of its adapters it runs.
    assert {**response.json, "userAgent": ""} == {**json.loads(json.dumps(expected)), "userAgent": ""}


@pytest.mark.parametrize("envelope", [{}, {"request": {"type": "Yet.ToCome"}}, {"context": 7, "request": []}])
def test_an_odd_envelope_is_answered_as_the_function_answers_it(
    envelope: dict[str, Any], local: FlaskClient, handler: LambdaHandler
) -> None:
    assert local.post("/alexa", json=envelope).json["response"] == handler(envelope, None)["response"]


def test_flask_ask_sdk_answers(app: Flask) -> None:
    assert isinstance(app.extensions["ASK_SDK_SKILL_ADAPTER"][SKILL_ID], SkillAdapter)


def test_a_conversation_goes_through_the_web(local: FlaskClient, ears: Ears, device: Callable[..., Device]) -> None:
    """The stand-in, over the web and in the process, hears the same."""
    over_the_web = Device(lambda envelope, _: local.post("/alexa", json=envelope).json, ears, "en-GB")
    here = device("en-GB")
    for speaker in (over_the_web, here):
        speaker.open()
    for said in ("how do i relieve a back spasm", "more", "i have numb legs", "stop"):
        assert over_the_web.say(said).speech == here.say(said).speech


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"null", b"[" * 100_000], ids=repr)
def test_what_is_no_envelope_is_refused_locally_too(body: bytes, local: FlaskClient) -> None:
    response = local.post("/alexa", data=body, content_type="application/json")
    assert (response.status_code, response.data) == (400, b"")


def test_a_body_that_is_said_to_be_too_large_is_not_read(local: FlaskClient) -> None:
    said: dict[str, Any] = {"CONTENT_LENGTH": str(300_000)}
    response = local.post("/alexa", data=b"{}", content_type="application/json", environ_overrides=said)
    assert (response.status_code, response.data) == (413, b"")


def test_a_body_of_unknown_length_is_limited_too(local: FlaskClient) -> None:
    body = b'{"a": "' + b"x" * 300_000 + b'"}'
    options: dict[str, Any] = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    response = local.post("/alexa", data=body, content_type="application/json", environ_overrides=options)
    assert (response.status_code, response.data) == (413, b"")


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.1", "::ffff:192.0.2.1", "", "localhost"])
def test_without_verification_only_this_machine_is_answered(address: str, local: FlaskClient, alexa: Alexa) -> None:
    response = local.post("/alexa", json=alexa.envelope(), environ_base={"REMOTE_ADDR": address})
    assert (response.status_code, response.data) == (403, b"")


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_without_verification_nothing_forwarded_is_answered(header: str, local: FlaskClient, alexa: Alexa) -> None:
    assert local.post("/alexa", json=alexa.envelope(), headers={header: "for=192.0.2.1"}).status_code == 403


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost", 200),
        ("localhost:8000", 200),
        ("[::1]:8000", 200),
        ("guide.example.com", 403),
        ("guide.example.com:8000", 403),
        ("localhost.example.com", 403),
        ("127.0.0.1.example.com", 403),
        ("192.0.2.1:8000", 403),
    ],
)
def test_without_verification_nobody_is_answered_under_another_name(
    host: str, status: int, local: FlaskClient, alexa: Alexa
) -> None:
    """A tunnel may forward without saying so, and a web page can have its own name mean this machine."""
    assert local.post("/alexa", json=alexa.envelope(), headers={"Host": host}).status_code == status


def test_verification_needs_the_id_of_the_skill() -> None:
    with pytest.raises(ValueError, match="skill's id"):
        AlexaOnly("", Replays())


def failing_app(alexa: Alexa, log: TurnLog | None = None) -> Flask:
    def broken() -> Release:
        raise ValueError("CANARY")

    gate = AlexaOnly(SKILL_ID, Replays(), alexa.certificates(), lambda: alexa.now)
    return create_app(build_skill(broken, SKILL_ID, log), gate)


def test_a_failure_is_told_to_nobody(alexa: Alexa, caplog: pytest.LogCaptureFixture) -> None:
    lines: list[dict[str, Any]] = []
    response = alexa.signed(alexa.envelope()).to(failing_app(alexa, TurnLog(lines.append)))
    assert (response.status_code, response.data) == (500, b"")
    assert [line["error"] for line in lines] == ["ValueError"]
    assert "CANARY" not in caplog.text + json.dumps(lines)


def test_what_the_sdk_logs_quotes_nothing(alexa: Alexa, caplog: pytest.LogCaptureFixture) -> None:
    app = alexa.app.__func__(alexa, None)  # type: ignore[attr-defined]
    try:
        raise KeyError("CANARY")
    except KeyError:
        app.logger.error("Skill dispatch exception", exc_info=True)
    assert "Skill dispatch exception: KeyError" in caplog.text
    assert "CANARY" not in caplog.text


def test_nothing_of_a_request_is_logged(app: Flask, alexa: Alexa, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    good = alexa.signed(alexa.envelope(**canary({"requestId": "CANARY"})))
    assert good.to(app).status_code == 200
    assert good.to(app).status_code == 400
    assert good.with_headers(Signature_256="CANARY").to(app).status_code == 400
    assert good.with_headers(SignatureCertChainUrl="https://CANARY").to(app).status_code == 400
    assert alexa.signed(alexa.envelope("CANARY")).to(app).status_code == 400
    assert alexa.signed(b"CANARY").to(app).status_code == 400
    assert "refused: replayed" in caplog.text
    assert "CANARY" not in caplog.text


def test_refusals_do_not_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    refusals = RefusalLog(lambda: now)
    for _ in range(1000):
        refusals.add("stale")
    refusals.add("replayed")
    now = 11.0
    refusals.add("stale")
    assert [record.getMessage() for record in caplog.records] == [
        "refused: stale (1)",
        "refused: replayed (1)",
        "refused: stale (1000)",
    ]
