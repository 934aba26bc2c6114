"""One answer: a Markdown file with front matter, read into what the rest of the compiler works with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workbench.compiler.files import Lines, parse_yaml, read_text
from workbench.compiler.problems import Problems

KINDS = ("self-care", "exercise", "treatment", "medicine", "facts", "guide")
FIELDS = ("id", "title", "kind", "topics", "next", "review", "ask")
REVIEW_FIELDS = ("status", "checked", "due", "reviewer", "credential", "date")

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"[ \t]*\[\^([^\]\s]+)\]")
_STEP = re.compile(r"(\d+)\.\s+(.*)")
_SECTIONS = "## Short, ## More, ## Steps: name of the routine, ## Card"


@dataclass(frozen=True)
class Passage:
    """A stretch of text that is heard (or shown) in one piece."""

    text: str
    """Plain words, place placeholders such as ``{emergency}`` and, if spoken, SSML tags; no source marks."""
    sources: tuple[str, ...]
    """Keys of the sources its facts rest on, in the order of their marks."""
    line: int


@dataclass(frozen=True)
class Routine:
    """Something to do, one step a turn."""

    name: str
    """Completes "how to …": "get out of bed"."""
    steps: tuple[Passage, ...]
    line: int


@dataclass
class Answer:
    """What the guide says about one thing."""

    id: str
    file: str
    title: str = ""
    kind: str = "facts"
    topics: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    review: dict[str, str] = field(default_factory=dict)
    ask: list[str] = field(default_factory=list)
    short: Passage | None = None
    more: list[Passage] = field(default_factory=list)
    routines: list[Routine] = field(default_factory=list)
    card: Passage | None = None
    lines: Lines = field(default_factory=Lines)

    @property
    def spoken(self) -> list[tuple[str, Passage]]:
        """Every spoken part with the name an editor knows it by, in the order it is heard."""
        parts = [("## Short", self.short)] if self.short else []
        parts += [("## More", part) for part in self.more]
        parts += [(f"step {i} of '{r.name}'", step) for r in self.routines for i, step in enumerate(r.steps, 1)]
        return parts

    @property
    def sources(self) -> list[str]:
        """Keys of all its sources, the first named first, each once."""
        passages = [part for _, part in self.spoken] + ([self.card] if self.card else [])
        return list(dict.fromkeys(key for passage in passages for key in passage.sources))


def read_answer(path: Path, name: str, problems: Problems) -> Answer | None:
    """Read one answer file called ``name`` in messages; None when nothing of it can be used."""
    text = read_text(path, name, problems)
    if text is None:
        return None
    match = _FRONT_MATTER.match(text)
    if not match:
        problems.add(
            name,
            1,
            "has no front matter; begin with a line '---', the fields, and another line '---' (guide new ID lays one out)",
        )
        return None
    data, lines = parse_yaml(match[1], name, problems, first=2)
    if data is None:
        return None
    if not isinstance(data, dict):
        problems.add(name, 2, "the front matter is not a list of 'field: value' lines")
        return None
    answer = Answer(id=path.stem, file=name, lines=lines)
    _read_fields(answer, data, problems)
    body_line = text[: match.end()].count("\n") + 1
    _read_sections(answer, text[match.end() :], body_line, problems)
    return answer


def _read_fields(answer: Answer, data: dict[str, Any], problems: Problems) -> None:
    lines = answer.lines
    for key in data:
        if key not in FIELDS:
            problems.add(answer.file, lines(key), f"unknown field '{key}'; the fields are {', '.join(FIELDS)}")
    for key in FIELDS:
        if data.get(key) in (None, "", [], {}):
            problems.add(answer.file, lines(key), f"the field '{key}' is missing or empty")
    if data.get("id") not in (None, answer.id):
        problems.add(
            answer.file,
            lines("id"),
            f"the id is '{data['id']}' but the file is called {answer.id}.md; make them the same",
        )
    answer.title = _string(data, "title", answer, problems)
    answer.kind = _string(data, "kind", answer, problems) or "facts"
    if answer.kind not in KINDS:
        problems.add(answer.file, lines("kind"), f"unknown kind '{answer.kind}'; it is one of {', '.join(KINDS)}")
    answer.topics = _strings(data, "topics", answer, problems)
    answer.next = _strings(data, "next", answer, problems)
    answer.ask = _strings(data, "ask", answer, problems)
    review = data.get("review")
    if isinstance(review, dict):
        for key in review:
            if key not in REVIEW_FIELDS:
                problems.add(
                    answer.file,
                    lines("review", key),
                    f"unknown review field '{key}'; the fields are {', '.join(REVIEW_FIELDS)}",
                )
        answer.review = {key: str(value) for key, value in review.items() if value is not None}
    elif review is not None:
        problems.add(
            answer.file, lines("review"), "the review is not a list of 'field: value' lines; see content/README.md"
        )


def _string(data: dict[str, Any], key: str, answer: Answer, problems: Problems) -> str:
    value = data.get(key)
    if value is None or isinstance(value, str):
        return value or ""
    problems.add(answer.file, answer.lines(key), f"'{key}' must be one line of text")
    return ""


def _strings(data: dict[str, Any], key: str, answer: Answer, problems: Problems) -> list[str]:
    value = data.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        problems.add(answer.file, answer.lines(key), f"'{key}' must be a list, one '- …' a line")
        return []
    for i, item in enumerate(value):
        if not isinstance(item, str):
            problems.add(
                answer.file,
                answer.lines(key, i),
                f"'{key}' holds something that is not plain text; put quotes around it",
            )
    return [item if isinstance(item, str) else "" for item in value]


def _read_sections(answer: Answer, body: str, first: int, problems: Problems) -> None:
    heading, start, held = "", first, list[str]()
    for number, line in enumerate([*body.split("\n"), "## "], first):
        if not line.startswith("## "):
            held.append(line)
            continue
        if heading:
            _read_section(answer, heading, held, start, problems)
        elif any(text.strip() for text in held):
            problems.add(
                answer.file, first, f"text before the first heading is never heard; put it under one of {_SECTIONS}"
            )
        heading, start, held = line[3:].strip(), number, []
    if not answer.short:
        problems.add(answer.file, first, "has no '## Short' section: what is heard first, at most 20 seconds of it")
    if not answer.card:
        problems.add(answer.file, first, "has no '## Card' section: the text for the Alexa app")


def _read_section(answer: Answer, heading: str, held: list[str], start: int, problems: Problems) -> None:
    line = start + 1 + next((i for i, text in enumerate(held) if text.strip()), 0)
    text = "\n".join(held).strip()
    if not text:
        problems.add(answer.file, start, f"the section '## {heading}' is empty; write it or delete it")
        return
    if heading == "Short" and not answer.short:
        answer.short = _spoken(text, line)
    elif heading == "More":
        answer.more.append(_spoken(text, line))
    elif heading == "Card" and not answer.card:
        answer.card = Passage(_MARK.sub("", text), tuple(_MARK.findall(text)), line)
    elif heading.startswith("Steps"):
        name = heading.partition(":")[2].strip()
        if not name:
            problems.add(answer.file, start, "name the routine: '## Steps: get out of bed'")
        answer.routines.append(Routine(name, _steps(answer, held, start, problems), start))
    elif heading in ("Short", "Card"):
        problems.add(answer.file, start, f"a second '## {heading}'; keep one, or call it '## More'")
    else:
        problems.add(answer.file, start, f"unknown section '## {heading}'; the sections are {_SECTIONS}")


def _steps(answer: Answer, held: list[str], start: int, problems: Problems) -> tuple[Passage, ...]:
    steps: list[tuple[int, list[str]]] = []
    for number, line in enumerate(held, start + 1):
        match = _STEP.fullmatch(line.strip())
        if match:
            if int(match[1]) != len(steps) + 1:
                problems.add(
                    answer.file,
                    number,
                    f"step {match[1]} stands where step {len(steps) + 1} belongs; number the steps in order",
                )
            steps.append((number, [match[2]]))
        elif line.strip() and steps:
            steps[-1][1].append(line.strip())
        elif line.strip():
            problems.add(answer.file, number, "a routine begins with '1. …'")
    return tuple(_spoken(" ".join(words), number) for number, words in steps)


def _spoken(text: str, line: int) -> Passage:
    return Passage(" ".join(_MARK.sub("", text).split()), tuple(_MARK.findall(text)), line)
