"""``guide chat``: a conversation in the terminal, or replayed from a file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewDevice
from workbench import cli
from workbench.commands.chat import converse


@pytest.fixture(autouse=True)
def is_built(built: Path) -> None:
    """Everything here talks to the release of this project."""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.txt"
    path.write_text(
        "# somebody asks twice\ntell me about heat\nyes\n# and leaves\ngoodbye\nnever said\n", encoding="utf-8"
    )
    return path


def replay(capsys: pytest.CaptureFixture[str], script: Path, *arguments: str) -> list[dict[str, Any]]:
    assert cli.main(["chat", "--json", "--script", str(script), *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestScript:
    def test_is_printed_turn_by_turn(self, capsys: pytest.CaptureFixture[str], script: Path) -> None:
        assert cli.main(["chat", "--script", str(script)]) == 0
        out = capsys.readouterr().out
        assert [line for line in out.splitlines() if line.startswith("You: ")] == [
            "You:   tell me about heat",
            "You:   yes",
            "You:   goodbye",
        ]
        assert out.startswith("Guide: ")
        assert out.count("microphone open]") == 3 and out.count("microphone closed]") == 1
        assert "[heard as TopicIntent, " in out and "[heard as AMAZON.YesIntent, " in out

    def test_keeps_one_session(self, capsys: pytest.CaptureFixture[str], script: Path) -> None:
        welcome, heat, more, goodbye = replay(capsys, script)
        assert (welcome["text"], welcome["intent"]) == ("", None)
        assert heat["answer"] == more["answer"] == "heat" and heat["speech"] != more["speech"]
        assert goodbye["keep_open"] is False

    def test_nothing_is_said_to_a_closed_session(self, capsys: pytest.CaptureFixture[str], script: Path) -> None:
        assert [turn["text"] for turn in replay(capsys, script)][-1] == "goodbye"

    def test_one_shot_has_no_welcome(self, capsys: pytest.CaptureFixture[str], script: Path) -> None:
        first = replay(capsys, script, "--one-shot")[0]
        assert (first["text"], first["answer"]) == ("tell me about heat", "heat")

    def test_locale(self, capsys: pytest.CaptureFixture[str], script: Path) -> None:
        assert "triple zero" in replay(capsys, script, "--locale", "en-AU")[0]["speech"]

    def test_empty_line_is_silence(self, capsys: pytest.CaptureFixture[str], script: Path) -> None:
        script.write_text("tell me about heat\n\nyes\n")
        _, heat, silence, more = replay(capsys, script)
        assert (silence["text"], silence["speech"], silence["keep_open"]) == ("", heat["reprompt"], True)
        assert more["answer"] == "heat" and more["speech"] != heat["speech"]

    def test_same_script_gives_the_same_conversation(self, capsys: pytest.CaptureFixture[str], script: Path) -> None:
        assert replay(capsys, script) == replay(capsys, script)

    @pytest.mark.parametrize("kind", ["missing", "folder", "not UTF-8"])
    def test_that_cannot_be_read(self, capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
        path = tmp_path if kind == "folder" else tmp_path / "script.txt"
        if kind == "not UTF-8":
            path.write_bytes(b"caf\xe9\n")
        assert cli.main(["chat", "--script", str(path)]) == cli.USAGE
        said = capsys.readouterr()
        assert said.err.startswith(f"guide chat: cannot read {path}: ")
        assert said.err.count("\n") == 1 and said.out == ""


def test_unknown_locale(capsys: pytest.CaptureFixture[str], script: Path) -> None:
    assert cli.main(["chat", "--script", str(script), "--locale", "fr-FR"]) == cli.USAGE
    assert (
        capsys.readouterr().err
        == "guide chat: unknown locale 'fr-FR'; the guide has en-AU, en-CA, en-GB, en-IN, en-US\n"
    )


def test_typed_conversation_ends_with_the_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("tell me about heat\n"))
    assert cli.main(["chat"]) == 0
    out = capsys.readouterr().out
    assert out.count("Guide: ") == 2
    assert out.endswith("\n")


def test_silence_outside_a_session_is_nothing(device: NewDevice) -> None:
    turns = list(converse(device(), iter(["", "tell me about heat"]), one_shot=True))
    assert [said for said, _ in turns] == ["tell me about heat"]
