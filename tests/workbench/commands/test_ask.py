"""``guide ask``: for people, and for programs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from workbench import cli

FIELDS = [
    *("text", "intent", "outcome", "answer", "offered", "warning", "care_level"),
    *("speech", "ssml", "seconds", "reprompt", "card", "keep_open", "release"),
]
"""The machine-readable contract, in its order."""

QUESTION = "how do i relieve a back spasm"
WARNING = "i can't pee and my legs are numb"


@pytest.fixture(autouse=True)
def is_built(built: Path) -> None:
    """Everything here asks the release of this project."""


def feed(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def ask_all(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *lines: str) -> list[dict[str, Any]]:
    """What ``guide ask --jsonl`` prints for these lines of input."""
    feed(monkeypatch, *lines)
    assert cli.main(["ask", "--jsonl"]) == 0
    out = capsys.readouterr().out
    assert out.endswith("\n") and "\n\n" not in out
    return [json.loads(line) for line in out.splitlines()]


def question(text: str, **more: Any) -> str:
    return json.dumps({"text": text, **more})


class TestForPrograms:
    def test_fields_of_an_answer(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        (reply,) = ask_all(monkeypatch, capsys, question("tell me about heat"))
        assert list(reply) == FIELDS
        assert (reply["text"], reply["intent"], reply["outcome"], reply["answer"]) == (
            "tell me about heat",
            "TopicIntent",
            "answer",
            "heat",
        )
        assert (reply["offered"], reply["warning"], reply["care_level"]) == ([], None, None)
        assert reply["ssml"].startswith("<speak>") and "<" not in reply["speech"]
        assert isinstance(reply["seconds"], float) and 5 < reply["seconds"] <= 22
        assert reply["card"].keys() == {"title", "text"} and reply["card"]["title"]
        assert reply["keep_open"] is True and reply["reprompt"]
        assert len(reply["release"]) == 12

    def test_fields_of_a_warning(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        (reply,) = ask_all(monkeypatch, capsys, question(WARNING))
        assert list(reply) == FIELDS
        assert (reply["outcome"], reply["care_level"], reply["answer"], reply["card"]) == (
            "warning",
            "emergency",
            None,
            None,
        )
        assert reply["warning"] and "nine one one" in reply["speech"]

    def test_fields_when_it_is_not_ours(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (reply,) = ask_all(monkeypatch, capsys, question("zorbing walruses"))
        assert list(reply) == FIELDS
        assert (reply["intent"], reply["outcome"], reply["answer"], reply["offered"]) == (
            "AMAZON.FallbackIntent",
            "decline",
            None,
            [],
        )

    def test_fields_when_the_session_closes(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (reply,) = ask_all(monkeypatch, capsys, question("goodbye"))
        assert list(reply) == FIELDS
        assert (reply["outcome"], reply["keep_open"], reply["reprompt"]) == ("phrase", False, None)

    def test_one_line_each_in_order(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        texts = [QUESTION, "tell me about ice", QUESTION, WARNING, "zorbing walruses", "", "two\nlines"]
        replies = ask_all(monkeypatch, capsys, *(question(text) for text in texts))
        assert [reply["text"] for reply in replies] == texts

    def test_a_question_knows_nothing_of_the_one_before(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        replies = ask_all(
            monkeypatch,
            capsys,
            *[question("zorbing walruses")] * 4,
            question(WARNING),
            question("goodbye"),
            question("yes"),
            question("yes"),
        )
        assert len({reply["speech"] for reply in replies[:4]}) == 1
        assert replies[6] == replies[7]

    def test_locale_of_each_question(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        replies = ask_all(
            monkeypatch, capsys, question(WARNING), question(WARNING, locale="en-GB"), question(WARNING, locale="en-AU")
        )
        assert [
            number in reply["speech"]
            for number, reply in zip(("nine one one", "triple nine", "triple zero"), replies, strict=True)
        ] == [True] * 3

    def test_locale_of_the_command_is_the_default(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        feed(monkeypatch, question(WARNING), question(WARNING, locale="en-US"))
        assert cli.main(["ask", "--jsonl", "--locale", "en-IN"]) == 0
        indian, american = map(json.loads, capsys.readouterr().out.splitlines())
        assert "one one two" in indian["speech"] and "nine one one" in american["speech"]

    def test_empty_lines_and_unknown_fields_are_passed_over(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert len(ask_all(monkeypatch, capsys, "", question(QUESTION, label="relief"), "  ")) == 1

    def test_letters_are_written_as_they_are(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        feed(monkeypatch, question("café"))
        cli.main(["ask", "--jsonl"])
        assert '"text": "café"' in capsys.readouterr().out

    def test_answers_come_as_the_questions_do(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What was answered before a bad line is printed before the error."""
        feed(monkeypatch, question(QUESTION), "nonsense")
        assert cli.main(["ask", "--jsonl"]) == cli.USAGE
        assert len(capsys.readouterr().out.splitlines()) == 1

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("how do i relieve it", 'line 2 is not {"text": …, "locale"?: …}: how do i relieve it'),
            ("[1, 2]", 'line 2 is not {"text": …, "locale"?: …}: [1, 2]'),
            ('"text"', 'line 2 is not {"text": …, "locale"?: …}: "text"'),
            ("12", 'line 2 is not {"text": …, "locale"?: …}: 12'),
            ("null", 'line 2 is not {"text": …, "locale"?: …}: null'),
            ('{"question": "a"}', 'line 2 is not {"text": …, "locale"?: …}: {"question": "a"}'),
            ('{"text": "a"', 'line 2 is not {"text": …, "locale"?: …}: {"text": "a"'),
            ('{"text": 12}', "line 2: text and locale must be strings"),
            ('{"text": "a", "locale": null}', "line 2: text and locale must be strings"),
            (
                '{"text": "a", "locale": "de-DE"}',
                "unknown locale 'de-DE'; the guide has en-AU, en-CA, en-GB, en-IN, en-US",
            ),
            (
                '{"text": "a", "locale": "../en-US"}',
                "unknown locale '../en-US'; the guide has en-AU, en-CA, en-GB, en-IN, en-US",
            ),
        ],
    )
    def test_bad_line(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], line: str, message: str
    ) -> None:
        feed(monkeypatch, question("tell me about heat"), line)
        assert cli.main(["ask", "--jsonl"]) == cli.USAGE
        assert capsys.readouterr().err == f"guide ask: {message}\n"

    def test_input_that_is_not_utf_8(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"text": "caf\xe9"}\n'), encoding="utf-8"))
        assert cli.main(["ask", "--jsonl"]) == cli.USAGE
        assert "UTF-8" in capsys.readouterr().err

    def test_one_question_as_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["ask", "--json", "--locale", "en-GB", QUESTION]) == 0
        reply = json.loads(capsys.readouterr().out)
        assert list(reply) == FIELDS and reply["answer"] == "relief"


class TestForPeople:
    def ask(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
        assert cli.main(["ask", *arguments]) == 0
        return capsys.readouterr().out

    def test_answer(self, capsys: pytest.CaptureFixture[str]) -> None:
        rows = self.ask(capsys, "how do I relieve back spasms").splitlines()
        assert rows[0] == "You    how do I relieve back spasms"
        assert rows[1].startswith("Guide  ")
        assert any(row.startswith("       [answer: relief, ") and row.endswith(" seconds]") for row in rows)
        assert any(row.startswith("Card   ") for row in rows)
        assert any(row.startswith("Then   listens; after 8 seconds of silence: ") for row in rows)
        assert max(map(len, rows)) <= 100

    def test_words_need_no_quotes(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.ask(capsys, "tell", "me", "about", "heat").startswith("You    tell me about heat\n")

    def test_warning_is_named(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert ", warning: " in self.ask(capsys, WARNING) and "(emergency)]" in self.ask(capsys, WARNING)

    def test_goodbye_closes(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.ask(capsys, "goodbye").splitlines()[-1] == "Then   closes"

    def test_no_question(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["ask"]) == cli.USAGE
        assert (
            capsys.readouterr().err
            == 'guide ask: what is the question? Try: guide ask "how do I relieve back spasms"\n'
        )

    @pytest.mark.parametrize("locale", ["de-DE", "en-us", "", "intents"])
    def test_unknown_locale(self, capsys: pytest.CaptureFixture[str], locale: str) -> None:
        assert cli.main(["ask", QUESTION, "--locale", locale]) == cli.USAGE
        said = capsys.readouterr()
        assert said.err == f"guide ask: unknown locale '{locale}'; the guide has en-AU, en-CA, en-GB, en-IN, en-US\n"
        assert said.out == ""

    @pytest.mark.parametrize("text", ["🙂", "<speak>", "x" * 5000, "\x00", "' or 1=1", "-"])
    def test_whatever_is_asked_is_answered(self, capsys: pytest.CaptureFixture[str], text: str) -> None:
        assert "Guide  " in self.ask(capsys, "--", text)
