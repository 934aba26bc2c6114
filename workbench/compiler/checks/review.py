"""Is what we say about review true, and is it still in date?"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from workbench.compiler.answers import Answer
from workbench.compiler.content import SOURCES, Content
from workbench.compiler.problems import Problem

STATUSES = ("sourced", "reviewed")


def check(content: Content, today: datetime.date) -> Iterator[Problem]:
    for answer in content.answers.values():
        yield from _answer(answer, today)
    for source in content.sources.values():
        yield from _source(source.key, source.line, source.date, source.checked, today)


def _answer(answer: Answer, today: datetime.date) -> Iterator[Problem]:
    review, line = answer.review, answer.lines("review")
    status = review.get("status", "")
    if not review:
        return
    if status not in STATUSES:
        yield Problem(answer.file, line, f"the review status '{status}' is not one of {', '.join(STATUSES)}")
    claims = [name for name in ("reviewer", "credential", "date") if review.get(name)]
    if status == "reviewed" and len(claims) < 3:
        yield Problem(
            answer.file,
            line,
            "a review is claimed without saying whose: give reviewer, credential and date, or say status: sourced",
        )
    if status == "sourced" and claims:
        yield Problem(
            answer.file,
            line,
            f"'{claims[0]}' names a review, but the status is sourced; say status: reviewed if it happened",
        )
    for name in ("checked", "due", *(["date"] if review.get("date") else [])):
        day = _day(review.get(name, ""))
        where = answer.lines("review", name)
        if day is None:
            yield Problem(answer.file, where, f"the review's '{name}' must be a date such as 2026-11-21")
        elif name == "due" and day < today:
            yield Problem(
                answer.file,
                where,
                f"was due to be checked again on {day}; look at its sources, then move checked and due",
                warning=True,
            )
        elif name != "due" and day > today:
            yield Problem(answer.file, where, f"the review's '{name}' lies in the future ({day})")


def _source(key: str, line: int, date: str, checked: str, today: datetime.date) -> Iterator[Problem]:
    if date and date != "undated" and _day(f"{date}-01-01"[:10] if len(date) == 4 else f"{date}-01"[:10]) is None:
        yield Problem(
            SOURCES, line, f"the date of '{key}' must be a year, year-month or day in quotes, or the word undated"
        )
    day = _day(checked)
    if checked and day is None:
        yield Problem(SOURCES, line, f"'checked' of '{key}' must be a date such as 2026-11-21")
    elif day and day > today:
        yield Problem(SOURCES, line, f"'checked' of '{key}' lies in the future ({day})")


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
