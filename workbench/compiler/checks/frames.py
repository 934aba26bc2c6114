"""Can what is asked be counted by its form? A beginning that stands in two forms, or that the function would never see, counts wrong in silence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from alexa.turn_log import NONE
from guide.release import FRAME_WORDS, OTHER_FRAME
from guide.words import words
from workbench.compiler.content import QUESTION_FRAMES, Content
from workbench.compiler.problems import Problem

MOST = 24
"""CloudWatch charges for each form that it counts; docs/operations.md has the sum."""

_NAME = re.compile(r"[a-z]+(-[a-z]+)*")


def check(content: Content) -> Iterator[Problem]:
    if len(content.question_frames) > MOST:
        yield Problem(
            QUESTION_FRAMES,
            0,
            f"has {len(content.question_frames)} forms; the most is {MOST}, since each costs money. Join some",
        )
    lines, seen = content.lines[QUESTION_FRAMES], dict[str, str]()
    for name, beginnings in content.question_frames.items():
        if not _NAME.fullmatch(name):
            yield Problem(
                QUESTION_FRAMES, lines(name), f"'{name}' is no name; use small letters and hyphens, as in what-is"
            )
        if name in (OTHER_FRAME, NONE):
            yield Problem(QUESTION_FRAMES, lines(name), f"'{name}' is the guide's own name; choose another")
        for i, beginning in enumerate(beginnings):
            line = lines(name, i)
            yield from _beginning(beginning, line)
            if beginning in seen:
                yield Problem(QUESTION_FRAMES, line, f"'{beginning}' stands in '{seen[beginning]}' too; keep one")
            seen.setdefault(beginning, name)


def _beginning(beginning: str, line: int) -> Iterator[Problem]:
    said = words(beginning)
    if not said:
        yield Problem(QUESTION_FRAMES, line, f"'{beginning}' has no words; take it out")
    elif " ".join(said) != beginning:
        yield Problem(
            QUESTION_FRAMES,
            line,
            f"'{beginning}' is not how the guide reads it; write '{' '.join(said)}'",
        )
    if len(said) > FRAME_WORDS:
        yield Problem(
            QUESTION_FRAMES, line, f"'{beginning}' has {len(said)} words; the most is {FRAME_WORDS}. Shorten it"
        )
