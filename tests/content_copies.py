"""Copies of the real content that a test may break in one way, to see what an editor would be told."""

from __future__ import annotations

import datetime
import re
import shutil
from pathlib import Path

import yaml

from workbench.compiler.build import compiled_signs
from workbench.compiler.checks import check_content
from workbench.compiler.content import (
    ALARMS,
    ANSWERS,
    ELSEWHERE,
    HEARING,
    INTENTS,
    PHRASES,
    PLACES,
    QUESTION_FRAMES,
    ROOT,
    SOURCES,
    WARNING_SIGNS,
    Content,
    load_content,
)
from workbench.compiler.interaction_model import plain_sample
from workbench.compiler.problems import Problems

TODAY = max(source["checked"] for source in yaml.safe_load((ROOT / SOURCES).read_text("utf-8")).values())
"""A day on which no date in the content is overdue or lies ahead: the last on which somebody looked at a source."""

_ASK_LINES = 24
_ELSEWHERE_LINES = 6
_SIGNS = 2
_FRAMES = 8


class ContentCopy:
    """A project folder with nothing but content. Every change returns the line on which it can be seen."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, file: str) -> Path:
        """The path of a content file; an answer may be called by its id alone."""
        return self.root / self.name(file)

    @staticmethod
    def name(file: str) -> str:
        """What messages call a content file."""
        return file if "/" in file else f"{ANSWERS}/{file}.md"

    def text(self, file: str) -> str:
        return self.path(file).read_text(encoding="utf-8")

    def write(self, file: str, text: str) -> None:
        self.path(file).write_text(text, encoding="utf-8")

    def line_of(self, file: str, start: str) -> int:
        """The first line that begins with ``start``, indentation included."""
        for number, line in enumerate(self.text(file).split("\n"), 1):
            if line.startswith(start):
                return number
        raise AssertionError(f"{file} has no line that begins with {start!r}")

    def replace_line(self, file: str, start: str, new: str) -> int:
        """Put ``new`` in the place of the first line that begins with ``start``."""
        number = self.line_of(file, start)
        lines = self.text(file).split("\n")
        lines[number - 1] = new
        self.write(file, "\n".join(lines))
        return number

    def replace(self, file: str, old: str, new: str) -> int:
        """Replace the first ``old``, which must be there."""
        text = self.text(file)
        assert old in text, f"{file} has no {old!r}"
        self.write(file, text.replace(old, new, 1))
        return text[: text.index(old)].count("\n") + 1

    def insert_after(self, file: str, start: str, new: str) -> int:
        """Put ``new`` on a line of its own below the first line that begins with ``start``."""
        number = self.line_of(file, start)
        lines = self.text(file).split("\n")
        lines[number:number] = new.split("\n")
        self.write(file, "\n".join(lines))
        return number + 1

    def append(self, file: str, new: str) -> int:
        """Put ``new`` at the end."""
        text = self.text(file).rstrip("\n")
        self.write(file, f"{text}\n{new}\n")
        return text.count("\n") + 2

    def section(self, answer: str, heading: str, body: str) -> int:
        """Give the first section ``## heading`` of an answer another body."""
        text = self.text(answer)
        found = re.search(rf"^## {re.escape(heading)}\n\n(.*?)\n*(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
        assert found, f"{answer} has no section {heading}"
        self.write(answer, f"{text[: found.start(1)]}{body}\n\n{text[found.end(1) :].lstrip()}")
        return text[: found.start(1)].count("\n") + 1

    def without(self, answer: str, heading: str) -> int:
        """Take the first section whose heading begins with ``heading`` away; return the line where it stood."""
        text = self.text(answer)
        found = re.search(rf"^## {re.escape(heading)}.*?(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
        assert found, f"{answer} has no section {heading}"
        self.write(answer, text[: found.start()] + text[found.end() :])
        return text[: found.start()].count("\n") + 1

    def body_line(self, answer: str) -> int:
        """The line on which the text after the front matter begins."""
        lines = self.text(answer).split("\n")
        return lines.index("---", 1) + 2

    def load(self) -> tuple[Content, Problems]:
        return load_content(self.root)

    def problems(self, today: datetime.date = TODAY) -> list[str]:
        """What ``guide check`` says of it, apart from what is only heard wrong."""
        content, problems = self.load()
        problems.extend(check_content(content, today))
        return [str(problem) for problem in problems]

    def sign_problems(self) -> list[str]:
        """What compiling its warning signs says."""
        content, problems = self.load()
        compiled_signs(content, problems)
        return [str(problem) for problem in problems]

    def said(self, file: str, line: int, message: str) -> str:
        """A problem as it is printed."""
        return f"{self.name(file)}:{line}: {message}" if line else f"{self.name(file)}: {message}"


def small_copy(root: Path, target: Path, *, buildable: bool = False) -> Path:
    """Copy the content of ``root``, with fewer of the lines that there are thousands of; it reads in a quarter of the time.

    What is left are all answers, phrases, places and sources; of each answer the first ask lines and those that a
    phrase suggests; the first warning signs, with the words that their patterns are made of if it is to be ``buildable``; some lines of elsewhere; none of what an emergency sounds like; and the first carrier phrases.
    """
    for file in (PHRASES, PLACES, SOURCES, QUESTION_FRAMES, HEARING):
        (target / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / file, target / file)
    (target / INTENTS).parent.mkdir()
    (target / INTENTS).write_text(_with_fewer_frames((root / INTENTS).read_text(encoding="utf-8")), encoding="utf-8")
    suggested = {
        plain_sample(said) for said in re.findall(r"\*([^*]+)\*", (root / PHRASES).read_text(encoding="utf-8"))
    }
    (target / ANSWERS).mkdir()
    for path in (root / ANSWERS).glob("*.md"):
        (target / ANSWERS / path.name).write_text(
            _with_fewer_lines(path.read_text(encoding="utf-8"), suggested), encoding="utf-8"
        )
    (target / WARNING_SIGNS).write_text(
        _with_fewer_signs((root / WARNING_SIGNS).read_text(encoding="utf-8"), words=buildable), encoding="utf-8"
    )
    groups = yaml.load((root / ELSEWHERE).read_bytes(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    fewer = {group: [str(line) for line in lines[:_ELSEWHERE_LINES]] for group, lines in groups.items()}
    (target / ELSEWHERE).write_text(yaml.safe_dump(fewer, sort_keys=False), encoding="utf-8")
    (target / ALARMS).write_text("calm: {}\n", encoding="utf-8")
    return target


def _with_fewer_lines(text: str, suggested: set[str]) -> str:
    before, ask, rest = text.partition("\nask:\n")
    lines, fence, body = rest.partition("\n---\n")
    asked = lines.split("\n")
    kept = [
        line for i, line in enumerate(asked) if i < _ASK_LINES or plain_sample(line.removeprefix("  - ")) in suggested
    ]
    return before + ask + "\n".join(kept) + fence + body


def _with_fewer_signs(text: str, *, words: bool) -> str:
    before, signs, rest = text.partition("\nsigns:\n")
    return (
        (before if words else "#") + signs + "\n  - id: ".join(rest.split("\n  - id: ")[: _SIGNS + 1]).rstrip() + "\n"
    )


def _with_fewer_frames(text: str) -> str:
    before, frames, rest = text.partition("\nframes:\n")
    return before + frames + "\n".join(rest.split("\n")[:_FRAMES]) + "\n"
