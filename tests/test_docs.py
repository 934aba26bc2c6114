"""What the docs say is true: commands, options, targets, links, paths, tables, quoted messages and the transcript."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from workbench.cli import COMMANDS, main
from workbench.commands.ask import as_json, ask
from workbench.compiler.answers import FIELDS, KINDS, REVIEW_FIELDS, read_answer
from workbench.compiler.checks import lines, speech
from workbench.compiler.content import ROOT, Content
from workbench.compiler.problems import Problems
from workbench.standin.local import device

DOCS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "content" / "README.md"],
    key=lambda path: path.as_posix(),
)
TOP = {path.name for path in ROOT.iterdir()}
MADE = (".aws-sam", "lambda/skill/release.json", "build/")
"""What only stands there after a build."""

FOREIGN = {
    "No module named venv",
    "ensurepip is not available",
    "THESE PACKAGES DO NOT MATCH THE HASHES",
    "guide: command not found",
    "No module named …",
    "exec format error",
    "exec /lambda-entrypoint.sh: …",
    "Error: Running AWS SAM projects locally requires a container runtime",
}
"""Messages that docs/troubleshooting.md quotes from other programs."""

_FENCED = re.compile(r"^( *)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^|\n)\n((?:(?: {4,}\S.*)\n)+)")
_INLINE = re.compile(r"`([^`\n]+(?:\n[^`\n]+)?)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?<![\w./-])([\w.-]+/[\w./-]*)")
_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|work|opt|srv|mnt|var/folders)/")


class Command(NamedTuple):
    """A command line that a document shows."""

    doc: str
    text: str
    whole: bool
    """True for a line of its own, which must work as it stands; false for a mention in a sentence."""


def text_of(doc: Path) -> str:
    return doc.read_text(encoding="utf-8")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def prose(text: str) -> str:
    """``text`` without its blocks of code."""
    return _INDENTED.sub("\n\n", _FENCED.sub("", text))


def blocks(text: str) -> Iterator[str]:
    """Every line that stands in a block of code."""
    for _, _, body in _FENCED.findall(text):
        yield from body.splitlines()
    for body in _INDENTED.findall(_FENCED.sub("", text)):
        yield from body.splitlines()


def commands(program: str) -> list[Command]:
    found = []
    for doc in DOCS:
        text = text_of(doc)
        shown = [line.strip().removeprefix("$ ") for line in blocks(text)]
        found += [Command(named(doc), line, True) for line in shown if line.startswith(f"{program} ")]
        spans = [" ".join(span.split()) for span in _INLINE.findall(prose(text))]
        found += [Command(named(doc), span, False) for span in spans if span.startswith(f"{program} ")]
    return found


@cache
def parser_of(command: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"guide {command}")
    importlib.import_module(f"workbench.commands.{command}").add(parser)
    return parser


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors(doc: Path) -> set[str]:
    text = _FENCED.sub("", text_of(doc))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {slug(heading) for heading in headings} | set(re.findall(r'<a id="([^"]+)"', text))


def first_column(text: str, head: str) -> list[str]:
    """The code in the first column of the table whose head begins with ``head``."""
    rows = text[text.index(head) :].split("\n\n")[0].splitlines()[2:]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_documents_are_found() -> None:
    assert {"README.md", "CONTRIBUTING.md", "docs/architecture.md", "content/README.md"} <= {named(d) for d in DOCS}


@pytest.mark.parametrize("command", commands("guide"), ids=lambda command: f"{command.doc}: {command.text}")
def test_guide_commands_exist_with_their_options(command: Command) -> None:
    words = shlex.split(command.text.partition(" < ")[0])[1:]
    if words[0].isupper():
        return  # `guide COMMAND --help`
    assert words[0] in COMMANDS
    parser = parser_of(words[0])
    if command.whole:
        parser.parse_args(words[1:])
    else:
        options = [word for word in words[1:] if word.startswith("-")]
        assert set(options) <= set(parser._option_string_actions)


@pytest.mark.parametrize("command", commands("make"), ids=lambda command: f"{command.doc}: {command.text}")
def test_make_targets_exist(command: Command) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named_here = [word for word in shlex.split(command.text)[1:] if "=" not in word]
    assert named_here
    assert set(named_here) <= targets


@pytest.mark.parametrize("doc", DOCS, ids=named)
def test_links_lead_somewhere(doc: Path) -> None:
    for link in _LINK.findall(text_of(doc)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (doc.parent / path).resolve() if path else doc
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("doc", DOCS, ids=named)
def test_paths_exist(doc: Path) -> None:
    text = text_of(doc)
    code = [*blocks(text), *_INLINE.findall(prose(text))]
    for path in (path for span in code for path in _PATH.findall(span)):
        if path.split("/")[0] in TOP and not path.startswith((*MADE, ".venv")):
            assert (ROOT / path).exists() or (ROOT / "content" / path).exists(), path


@pytest.mark.parametrize("doc", DOCS, ids=named)
def test_no_path_of_a_machine(doc: Path) -> None:
    assert not _MACHINE.search(text_of(doc))


def test_the_readme_shows_what_is_said(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = next(body for _, kind, body in _FENCED.findall(text_of(ROOT / "README.md")) if kind == "console")
    first, _, expected = shown.partition("\n")
    question = shlex.split(first)[-1].removeprefix("Q=")
    assert main(["ask", question]) == 0
    said = "\n".join(line.rstrip() for line in capsys.readouterr().out.splitlines())
    wanted = "\n".join(line.rstrip() for line in expected.splitlines())
    assert wanted == said, (
        f'the transcript in README.md is old; replace it with what this prints: guide ask "{question}"'
    )


def test_the_readme_lists_every_field_of_a_reply(built: Path) -> None:
    reply = as_json("stop", ask("stop", device()))
    assert first_column(text_of(ROOT / "README.md"), "| field | |") == list(reply)


def test_content_readme_lists_every_field_kind_and_file(content: Content) -> None:
    text = text_of(ROOT / "content" / "README.md")
    assert first_column(text, "| field | what it is |") == list(FIELDS)
    assert sorted(first_column(text, "| kind |")) == sorted(KINDS)
    files = first_column(text, "| file | what it holds |")
    assert set(files) == {
        "en/answers/*.md",
        *(name.removeprefix("content/") for name in content.lines if "content/" in name),
    }
    places = next(iter(content.places.values()))
    assert set(re.findall(r"\{(\w+)\}", text[text.index("**Words of the place**") :].split("\n\n")[0])) == set(places)
    review = re.findall(r"^ {4}(\w+):", text[text.index("  review:\n    status: reviewed") :], re.MULTILINE)
    assert set(review) == set(REVIEW_FIELDS)


def test_content_readme_states_the_limits_as_they_are() -> None:
    text = text_of(ROOT / "content" / "README.md")
    assert f"| {speech.SHORT_SECONDS:.0f}, about" in text and f"| {speech.SHORT_GRADE:.0f} |" in text
    assert f"| {speech.PART_SECONDS:.0f}, about" in text and f"| {speech.PART_GRADE:.0f} |" in text
    assert f"the welcome {speech.WELCOME_SECONDS:.0f}, opening again {speech.WELCOME_AGAIN_SECONDS:.0f}" in text
    assert f"at most {speech.TITLE_CHARACTERS} characters" in text
    assert f"At least {lines.LEAST_LINES}" in text and f"At most {lines.MOST_STORY_CHARACTERS} characters" in text


def test_the_answer_in_content_readme_can_be_read(tmp_path: Path) -> None:
    text = text_of(ROOT / "content" / "README.md")
    written = next(body for _, kind, body in _FENCED.findall(text) if kind == "markdown")
    path = tmp_path / "acupuncture.md"
    path.write_text(written, encoding="utf-8")
    problems = Problems()
    answer = read_answer(path, path.name, problems)
    assert not list(problems)
    assert answer and answer.short and answer.more and answer.card and answer.sources


def test_troubleshooting_quotes_messages_as_they_are() -> None:
    """A message that was reworded is searched for in vain. Only its longest run of plain words is compared."""
    text = text_of(ROOT / "docs" / "troubleshooting.md")
    quoted = {
        " ".join(message.split())
        for paragraph in re.findall(r"^\*\*(.*?)\*\*", text, re.MULTILINE | re.DOTALL)
        for message in _INLINE.findall(paragraph)
    }
    sources = [*ROOT.glob("workbench/**/*.py"), *ROOT.glob("lambda/skill/**/*.py"), *ROOT.glob("**/skill/Makefile")]
    code = " ".join(" ".join(text_of(path).split()) for path in [*sources, ROOT / "Makefile"])
    ours = [m for m in sorted(quoted - FOREIGN) if " " in m and not m.startswith(("guide ", "make ", "sam "))]
    assert len(ours) > 15
    for message in ours:
        run = max(re.findall(r"[A-Za-z][A-Za-z ,;-]*", message), key=len).strip()
        assert run in code, message
