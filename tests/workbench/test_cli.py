"""The command line as a whole: what each command is told, and how each ends."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.content_copies import TODAY, ContentCopy
from workbench import cli
from workbench.compiler.build import RELEASE
from workbench.compiler.content import ROOT

UseRoot = Callable[[Path], None]


def run(*arguments: str) -> int:
    """The exit status of a command, whichever way it ends."""
    try:
        return cli.main(arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert all(f" {command} {summary} " in f"{out} " for command, summary in cli.COMMANDS.items())


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert run(command, "--help") == 0
    assert capsys.readouterr().out.startswith(f"usage: guide {command} ")


@pytest.mark.parametrize("arguments", [(), ("sing",), ("ask", "--loud"), ("show",)])
def test_what_is_no_command_ends_in_usage(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    assert run(*arguments) == cli.USAGE
    assert "usage: guide" in capsys.readouterr().err


def test_ask_admits_that_it_is_not_alexa(capsys: pytest.CaptureFixture[str]) -> None:
    run("ask", "--help")
    said = " ".join(capsys.readouterr().out.split())
    assert "stand-in for Alexa" in said and "knows nothing of how Alexa generalises" in said


def test_asking_imports_neither_checker_nor_training() -> None:
    """``guide ask`` answers within two seconds; numpy and textstat alone take most of one."""
    code = "import sys, importlib; from workbench.commands import ask, chat; sys.exit(bool({'numpy', 'sklearn', 'scipy', 'textstat'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_reader_that_has_enough_is_no_error() -> None:
    script = f"{sys.executable} -m workbench.cli show relief | head -1"
    ended = subprocess.run(
        ["bash", "-o", "pipefail", "-c", script], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.count("\n") == 1


class TestCheck:
    @pytest.fixture(autouse=True)
    def copy(self, buildable_copy: ContentCopy, use_root: UseRoot) -> ContentCopy:
        use_root(buildable_copy.root)
        return buildable_copy

    def check(self, *arguments: str) -> int:
        return run("check", "--today", str(TODAY), *arguments)

    def test_every_problem_is_printed_at_once_in_the_order_of_the_files(
        self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ice = copy.replace_line("ice", "next:", "next: [heat, nowhere]")
        title = copy.replace_line("heat", "title:", "title: A cure")
        kind = copy.replace_line("heat", "kind:", "kind: cure-all")
        copy.write("content/places.yaml", "")
        assert self.check() == cli.FOUND
        out = capsys.readouterr().out.splitlines()
        assert [
            line.partition(" ")[0]
            for line in out
            if "answers/heat" in line or "answers/ice" in line or "places" in line
        ][:3] == [
            f"content/en/answers/heat.md:{title}:",
            f"content/en/answers/heat.md:{kind}:",
            f"content/en/answers/ice.md:{ice}:",
        ]
        assert "content/places.yaml: is empty; fill it in or delete it" in out
        assert "nothing to mend" not in out[-1]

    def test_overdue_is_a_warning_and_an_error_when_strict(
        self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]
    ) -> None:
        line = copy.replace_line("heat", "  due:", "  due: 2026-11-20")
        told = copy.said(
            "heat",
            line,
            "warning: was due to be checked again on 2026-11-20; look at its sources, then move checked and due",
        )
        self.check()
        assert told in capsys.readouterr().out
        assert self.check("--strict") == cli.FOUND
        assert told in capsys.readouterr().out

    def test_today_is_what_it_is_told_to_be(self, copy: ContentCopy, capsys: pytest.CaptureFixture[str]) -> None:
        run("check", "--today", "2031-01-01")
        out = capsys.readouterr().out
        assert out.count("warning: was due to be checked again on ") == len(copy.load()[0].answers)

    @pytest.mark.parametrize("today", ["tomorrow", "21.11.2026", "2026-02-30"])
    def test_today_that_is_no_day(self, capsys: pytest.CaptureFixture[str], today: str) -> None:
        assert run("check", "--today", today) == cli.USAGE
        assert capsys.readouterr().err == f"guide check: '{today}' is not a date; write it as 2026-11-21\n"


def test_content_of_this_project_has_nothing_to_mend(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--today", str(TODAY), "--strict") == 0
    assert capsys.readouterr().out.endswith(" ask lines: nothing to mend.\n")


class TestBuild:
    def test_builds_and_then_has_nothing_to_say(
        self, buildable_copy: ContentCopy, use_root: UseRoot, capsys: pytest.CaptureFixture[str]
    ) -> None:
        use_root(buildable_copy.root)
        assert run("build", "--check") == cli.FOUND
        told = "interaction_model/en-US.json: is not what the content gives; run guide build and commit it"
        assert told in capsys.readouterr().err
        assert run("build") == 0
        said = capsys.readouterr()
        assert said.out == "" and said.err.splitlines()[-1].startswith("Release ")
        assert run("build", "--check") == 0
        assert (buildable_copy.root / RELEASE).exists()

    def test_errors_are_listed_and_nothing_is_written(
        self, buildable_copy: ContentCopy, use_root: UseRoot, capsys: pytest.CaptureFixture[str]
    ) -> None:
        use_root(buildable_copy.root)
        line = buildable_copy.replace_line("heat", "title:", "title: A cure")
        assert run("build") == cli.FOUND
        assert f"content/en/answers/heat.md:{line}: the title says 'cure'" in capsys.readouterr().err
        assert not (buildable_copy.root / RELEASE).exists()


class TestWithoutRelease:
    """The first ``guide ask`` of a clone builds the release; broken content is told of instead."""

    def test_content_that_cannot_be_compiled(
        self, buildable_copy: ContentCopy, use_root: UseRoot, capsys: pytest.CaptureFixture[str]
    ) -> None:
        use_root(buildable_copy.root)
        line = buildable_copy.replace_line("heat", "title:", "title: A cure")
        assert run("ask", "does heat help") == cli.FOUND
        said = capsys.readouterr()
        assert said.out == ""
        assert f"content/en/answers/heat.md:{line}: the title says 'cure'" in said.err
        assert said.err.endswith("The content cannot be compiled until these are mended.\n")


def test_explain_says_why(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "my", "legs", "are", "numb", "and", "i", "can't", "pee") == 0
    out = capsys.readouterr().out
    for part in ("Ears ", "Warning ", "Model ", "Outcome   warning: ", "Said "):
        assert f"\n{part}" in f"\n{out}"


def test_explain_tells_what_the_function_reads(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A carrier phrase may take a word away, and the warning check is of what is left."""
    assert run("explain", "sir", "my", "legs", "are", "numb") == 0
    out = capsys.readouterr().out
    assert "\nRead as   'my legs are numb'\nWarning   " in out


def test_explain_says_why_a_telling_is_answered(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of these, the network is sure now of one and now of another; some it always leaves to a choice."""
    for text in (
        "my back seized up while i was hanging the washing",
        "i've got knots in my back from painting a ceiling",
        "i pulled my back planting potatoes on sunday",
        "my lower back went into spasm as i was washing the dishes",
        "i sneezed and my back went out at work",
        "i threw my back out moving furniture around in the kids' rooms",
    ):
        assert run("explain", *text.split()) == 0
    told = [out for out in capsys.readouterr().out.split("\nSaid ") if "\nTelling   asks nothing, " in out]
    assert told
    for out in told:
        assert "\nModel     offer: " in out and out.endswith("\nOutcome   answer: relief")


def test_explain_says_nothing_of_that_to_a_question(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("explain", *["how", "do", "i", "relieve", "a", "back", "spasm"])
    assert "Telling " not in capsys.readouterr().out


def test_release_is_json_that_anything_can_read(built: Path) -> None:
    release = json.loads((built / RELEASE).read_bytes())
    assert {"schema", "version", "answers", "phrases", "places", "warnings", "signs", "understanding"} <= release.keys()
