"""``guide new`` lays an answer out, ``guide show`` plays it to its editor."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.content_copies import ContentCopy
from workbench import cli
from workbench.commands import show
from workbench.compiler.content import PHRASES


@pytest.fixture
def copy(content_copy: ContentCopy, use_root: Callable[[Path], None]) -> ContentCopy:
    use_root(content_copy.root)
    return content_copy


class TestNew:
    def test_lays_out_an_answer(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["new", "warm-brick"]) == 0
        said = "content/en/answers/warm-brick.md is laid out. Fill it in, then: guide check, and guide show warm-brick --watch\n"
        assert capsys.readouterr().out == said
        answer = copy.load()[0].answers["warm-brick"]
        assert (answer.title, answer.topics, answer.review["status"]) == ("Warm brick", ["warm brick"], "sourced")
        assert answer.review["checked"] == str(datetime.date.today())
        assert answer.short and answer.more and answer.card

    def test_everything_that_an_editor_has_to_fill_in_is_asked_for_and_nothing_else(self, copy: ContentCopy) -> None:
        cli.main(["new", "warm-brick"])
        name = copy.name("warm-brick")
        told = copy.problems(today=datetime.date.today())
        left = "is still what guide new wrote; say there what listeners should hear"
        assert sorted(problem.partition(" ")[2] for problem in told if problem.startswith(name)) == [
            *(f"## {heading} {left}" for heading in ("Card", "More", "Short")),
            *(f"the field '{field}' is missing or empty" for field in ("ask", "next")),
        ]

    def test_filled_in_it_passes(self, copy: ContentCopy) -> None:
        cli.main(["new", "warm-brick"])
        numbers = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
        copy.replace_line("warm-brick", "next:", "next: [massage, heat]")
        copy.replace_line(
            "warm-brick", "ask:", "\n".join(["ask:", *(f"  - warm brick number {n}" for n in numbers.split())])
        )
        for heading in ("Short", "More", "Card"):
            copy.section("warm-brick", heading, "Wrap it in a towel. [^nhs-back-pain]")
        assert copy.problems(today=datetime.date.today()) == []

    def test_never_writes_over_an_answer(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        before = copy.text("heat")
        assert cli.main(["new", "heat"]) == cli.USAGE
        assert (
            capsys.readouterr().err == "guide new: content/en/answers/heat.md is there already; it was left as it is\n"
        )
        assert copy.text("heat") == before

    @pytest.mark.parametrize(
        "identity",
        ["Foam-Roller", "warm brick", "foam_roller", "../foam", "foam--roller", "-foam", "foam-", "foam2", "", "é"],
    )
    def test_what_cannot_be_an_id(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str], identity: str) -> None:
        before = sorted(copy.root.rglob("*"))
        assert cli.main(["new", "--", identity]) == cli.USAGE
        told = f"guide new: '{identity}' cannot be an id; use lower-case words with hyphens, such as dry-needling\n"
        assert capsys.readouterr().err == told
        assert sorted(copy.root.rglob("*")) == before


def played(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str]]:
    status = cli.main(["show", *arguments])
    return status, capsys.readouterr().out.splitlines()


class TestShow:
    def test_plays_what_is_heard_and_shown(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        status, rows = played(capsys, "heat")
        answer = copy.load()[0].answers["heat"]
        assert status == 0
        assert rows[0] == f"{answer.title}   [heat, self-care, sourced, en-US]"
        heads = [row.split(":")[0] for row in rows if " seconds, grade " in row]
        assert heads == [name.removeprefix("## ") for name, _ in answer.spoken]
        assert f"Card: {answer.title}" in rows
        assert f"Leads on to: {', '.join(answer.next)}" in rows
        assert any(row.startswith("Rests on: ") and "nothing" not in row for row in rows)
        assert rows[-len(answer.ask) :] == [f"  {line}" for line in answer.ask]

    def test_marks_and_tags_are_not_played(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        copy.section("heat", "More", 'Hold. <break time="2s"/> Go. [^fda-heat]')
        _, rows = played(capsys, "heat")
        assert "  Hold. Go." in rows
        assert "More: 3 seconds, grade 0.0" in rows

    def test_place(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        copy.section("heat", "More", "Call {emergency}, or your local emergency number. [^fda-heat]")
        copy.section("heat", "Card", "Call {emergency}, or your local emergency number. [^fda-heat]")
        _, rows = played(capsys, "heat", "--locale", "en-GB")
        assert "  Call triple nine, or your local emergency number." in rows
        assert "  Call 999, or your local emergency number." in rows

    def test_problems_of_the_answer_follow_and_those_of_others_do_not(
        self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]
    ) -> None:
        line = copy.replace_line("heat", "title:", "title: A cure")
        copy.replace_line("ice", "title:", "title: A cure")
        status, rows = played(capsys, "heat")
        told = "the title says 'cure', a claim that Amazon rejects in a health skill; say what it may help with"
        assert status == cli.FOUND
        assert [row for row in rows if row.startswith("! ")] == [f"! {copy.said('heat', line, told)}"]

    def test_answer_that_cannot_be_read_says_why(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        copy.write("heat", "")
        assert played(capsys, "heat") == (
            cli.FOUND,
            ["! content/en/answers/heat.md: is empty; fill it in or delete it"],
        )

    def test_half_an_answer_is_played_as_far_as_it_goes(
        self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]
    ) -> None:
        copy.without("heat", "Short")
        copy.without("heat", "Card")
        copy.replace_line("heat", "review:", "x-review:")
        status, rows = played(capsys, "heat")
        assert status == cli.FOUND and rows[0].endswith("[heat, self-care, ?, en-US]")

    def test_warning_alone_is_no_failure(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        copy.replace_line("heat", "  due:", "  due: 2020-01-01")
        copy.replace_line("heat", "  checked:", "  checked: 2019-01-01")
        status, rows = played(capsys, "heat")
        assert status == 0 and rows[-1].startswith("! ") and "warning: was due" in rows[-1]

    def test_unknown_answer(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        assert cli.main(["show", "haet"]) == cli.USAGE
        told = capsys.readouterr().err
        assert told.startswith("guide show: there is no answer 'haet'; the answers are ") and "heat" in told

    @pytest.mark.parametrize("locale", ["de-DE", "other", ""])
    def test_unknown_locale(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str], locale: str) -> None:
        assert cli.main(["show", "heat", "--locale", locale]) == cli.USAGE
        told = f"guide show: unknown locale '{locale}'; the guide has en-US, en-GB, en-CA, en-AU, en-IN\n"
        assert capsys.readouterr().err == told

    @pytest.mark.parametrize("broken", ["places", "phrases"])
    def test_broken_neighbour_file_is_not_in_the_way(
        self, copy: ContentCopy, capsys: pytest.CaptureFixture[str], broken: str
    ) -> None:
        """Without places there are no locales to choose from; with broken phrases the answer is still played."""
        copy.write({"places": "content/places.yaml", "phrases": PHRASES}[broken], "")
        status = cli.main(["show", "heat"])
        assert status == (cli.USAGE if broken == "places" else 0)

    def test_watch_plays_again_at_every_save(
        self, copy: ContentCopy, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The editor saves once, looks, and leaves with Ctrl-C."""
        waits = iter(["save", "nothing", "leave"])

        def wait(_: float) -> None:
            step = next(waits)
            if step == "save":
                copy.replace_line("heat", "title:", "title: Warmth")
                os.utime(copy.path("heat"), (1, 1))
            elif step == "leave":
                raise KeyboardInterrupt

        monkeypatch.setattr(time, "sleep", wait)
        assert show.time is time
        assert cli.main(["show", "heat", "--watch"]) == 130
        out = capsys.readouterr().out
        assert out.count("Leads on to: ") == 2
        assert "Warmth   [heat, " in out.partition("\033[2J")[2]
