"""Questions with labels: reading them, and judging what the guide made of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

IN_SCOPE, SIGN, ELSEWHERE = "in scope", "sign", "elsewhere"
LEVELS = ("soon", "today", "emergency")
"""Care levels, the strictest last."""

# An answer that is finer than the label is right: somebody who asks for stretches may be given one.
FINER = {
    "stretches": {"knee-to-chest"},
    "exercise": {"stretches", "knee-to-chest", "hip-bridge", "plank", "yoga-and-tai-chi"},
    "prescriptions": {"muscle-relaxants", "steroid-injections"},
    "rice": {"rest", "ice", "compression", "elevation"},
    "ice-or-heat": {"ice", "heat"},
}


class QuestionsError(ValueError):
    """The questions cannot be read; the message says where and why."""


class Question(NamedTuple):
    """A question that somebody asked, and what a reader said it should get."""

    text: str
    kind: str
    """``in scope``, ``sign`` or ``elsewhere``."""
    label: str
    """The answer's id, the care level, or the kind of thing elsewhere."""
    accepted: frozenset[str]
    """All labels that are right."""
    doubtful: bool
    """True when the row says that it names neither back nor spine, or that its source is weak."""
    disputed: bool
    """True when another care level is defensible too."""


def read_questions(paths: list[Path]) -> list[Question]:
    """Read JSONL files, or all of them in a folder.

    Raises:
        QuestionsError: when a path or a line cannot be read.
    """
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    if not files:
        raise QuestionsError(f"no .jsonl files in {', '.join(map(str, paths))}")
    return [question for file in files for question in _read(file)]


def _read(file: Path) -> Iterator[Question]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"{file}: cannot be read ({error})") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _question(json.loads(line))
            except (ValueError, KeyError, TypeError, AttributeError):
                raise QuestionsError(f"{file}:{number}: needs 'text' and one of 'answer', 'level' or 'kind'") from None


def _question(row: Mapping[str, Any]) -> Question:
    doubtful = bool(row.get("borderline") or row.get("weak_source"))
    if "answer" in row:
        labels = {row["answer"], *(row.get("also") or [])}
        finer = set().union(*(FINER.get(label, set()) for label in labels))
        return Question(row["text"], IN_SCOPE, row["answer"], frozenset(labels | finer), doubtful, False)
    if "level" in row:
        least = min(LEVELS.index(level) for level in {row["level"], row.get("also_level") or row["level"]})
        return Question(
            row["text"], SIGN, row["level"], frozenset(LEVELS[least:]), doubtful, bool(row.get("also_level"))
        )
    return Question(row["text"], ELSEWHERE, row["kind"], frozenset(), doubtful, False)


def judge(question: Question, reply: Mapping[str, Any]) -> str:
    """Return what became of an in-scope question: ``right``, ``offered``, ``wrong``, ``declined`` or ``warned``.

    For something elsewhere: ``declined``, ``warned``, ``answered`` or ``offered``. For a sign: ``right`` when the
    warning has an accepted level, ``milder`` when it is less strict, ``missed`` when there is none.
    """
    outcome = reply["outcome"]
    if question.kind == SIGN:
        if reply["care_level"] in question.accepted:
            return "right"
        return "milder" if reply["care_level"] else "missed"
    if outcome == "warning":
        return "warned"
    if outcome not in ("answer", "offer"):
        return "declined"
    if question.kind == ELSEWHERE:
        return "answered" if outcome == "answer" else "offered"
    if outcome == "answer":
        return "right" if reply["answer"] in question.accepted else "wrong"
    return "offered" if set(reply["offered"]) & question.accepted else "declined"
