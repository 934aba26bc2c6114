"""Rules of care: who must ask first, when to get help, no doses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workbench.compiler.answers import Answer
from workbench.compiler.content import Content
from workbench.compiler.problems import Problem

_HELP = re.compile(r"\b(get|call for) (medical )?help\b", re.IGNORECASE)
_ASK_FIRST = re.compile(
    r"\b(ask|check with|talk to|see)\b[^.?!]*\bfirst\b|\bfirst,? (ask|check with|talk to)\b", re.IGNORECASE
)
_FRESH = re.compile(r"\bfresh spasm\b", re.IGNORECASE)
_STOP = re.compile(r"\bstop\b[^.?!]*\b(worse|hurts?|pain)\b", re.IGNORECASE)
# A dose is a number with a unit of medicine, or of how often one is taken.
_DOSE = re.compile(
    r"\b(\d+|one|two|three|four|five|six|seven|eight|nine|ten|hundred|once|twice)\b[- ](\w+ )?(milligrams?|mg|grams?|tablets?|pills?|capsules?|times a day|a day|doses?)\b"
    r"|\bevery (\w+ ){0,4}hours\b",
    re.IGNORECASE,
)
_WHO = "say who must ask first, in a sentence such as 'Ask a doctor first if your skin is numb.'"


def check(content: Content) -> Iterator[Problem]:
    for answer in content.answers.values():
        if answer.short:
            yield from _answer(answer)


def _answer(answer: Answer) -> Iterator[Problem]:
    assert answer.short
    short = answer.short.text
    whole = " ".join(part.text for _, part in answer.spoken)
    at = answer.short.line
    if answer.kind in ("self-care", "exercise") and not _HELP.search(re.split(r"(?<=[.?!])\s+", short.strip())[-1]):
        yield Problem(
            answer.file,
            at,
            "the short answer of something to do ends in 'Get help if …': when it is not for home any more",
        )
    if answer.kind in ("self-care", "exercise", "treatment", "medicine") and not _ASK_FIRST.search(whole):
        yield Problem(answer.file, at, _WHO)
    if answer.kind == "medicine" and not _ASK_FIRST.search(short):
        yield Problem(answer.file, at, f"a medicine's short answer must {_WHO}")
    if answer.kind == "exercise" and not (_FRESH.search(short) and _STOP.search(short)):
        yield Problem(
            answer.file, at, "an exercise's short answer says 'not in a fresh spasm' and to stop if it gets worse"
        )
    if answer.kind == "medicine":
        for name, part in [*answer.spoken, *([("## Card", answer.card)] if answer.card else [])]:
            dose = _DOSE.search(part.text)
            if dose:
                yield Problem(
                    answer.file,
                    part.line,
                    f"{name} gives a dose ('{dose[0]}'); leave doses to the label and the pharmacist",
                )
