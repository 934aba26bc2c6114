"""`make sam-local`: what it makes of an answer, and what it says without Docker. It needs Docker itself to be tried whole."""

from __future__ import annotations

import json

import pytest

from workbench import sam_local

SPOKEN = {"request": {"type": "IntentRequest"}}
SILENT = {"request": {"type": "SessionEndedRequest"}}
SPEECH = {"response": {"outputSpeech": {"type": "SSML", "ssml": "<speak>Lie down.</speak>"}}}


@pytest.mark.parametrize(
    ("event", "output", "problem"),
    [
        (SPOKEN, json.dumps(SPEECH), ""),
        (SPOKEN, f"a line of the log\n{json.dumps(SPEECH)}\n", ""),
        (SILENT, '{"response": {}}', ""),
        (SPOKEN, '{"response": {}}', "said nothing"),
        (SILENT, json.dumps(SPEECH), "spoke"),
        (SPOKEN, '{"errorType": "ImportError", "errorMessage": "x"}', "ImportError"),
        (SPOKEN, "", "no JSON came back"),
    ],
)
def test_what_came_back(event: dict[str, object], output: str, problem: str) -> None:
    assert sam_local._problem(event, output) == problem


def test_without_docker_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
    assert sam_local.main([]) == 2
    said = capsys.readouterr().err
    assert "no Docker" in said
    assert "make invoke" in said


def test_what_comes_after_two_dashes_is_passed_on() -> None:
    assert sam_local._split(["a.json", "--", "--skip-pull-image"]) == (["a.json"], ["--skip-pull-image"])
    assert sam_local._split(["a.json"]) == (["a.json"], [])
