"""A review record is true, and in date."""

from __future__ import annotations

import datetime

import pytest

from tests.content_copies import TODAY, ContentCopy
from workbench.compiler.content import SOURCES

ONE_DAY = datetime.timedelta(days=1)
TOMORROW = str(TODAY + ONE_DAY)


def review(content_copy: ContentCopy, **fields: str) -> int:
    """Give heat another review record; return the line of its head."""
    text = content_copy.text("heat")
    before, _, rest = text.partition("\nreview:\n")
    after = rest[rest.index("\nask:\n") :]
    content_copy.write("heat", f"{before}\nreview:\n" + "\n".join(f"  {k}: {v}" for k, v in fields.items()) + after)
    return content_copy.line_of("heat", "review:")


SOURCED = {"status": "sourced", "checked": "2026-11-01", "due": "2027-11-01"}
REVIEWED = {**SOURCED, "status": "reviewed", "reviewer": "A. Nurse", "credential": "RN", "date": "2026-11-02"}


@pytest.mark.parametrize(
    "fields", [SOURCED, REVIEWED, {**SOURCED, "due": str(TODAY)}, {**SOURCED, "checked": str(TODAY)}]
)
def test_true_records(content_copy: ContentCopy, fields: dict[str, str]) -> None:
    review(content_copy, **fields)
    assert content_copy.problems() == []


def without(fields: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if name not in names}


CLAIMED = "a review is claimed without saying whose: give reviewer, credential and date, or say status: sourced"

# The record, the line of the problem below "review:" (0 is that line itself), and the problem.
UNTRUE = [
    ({**SOURCED, "status": "checked"}, 0, "the review status 'checked' is not one of sourced, reviewed"),
    (without(SOURCED, "status"), 0, "the review status '' is not one of sourced, reviewed"),
    (without(REVIEWED, "reviewer"), 0, CLAIMED),
    (without(REVIEWED, "credential"), 0, CLAIMED),
    (without(REVIEWED, "date"), 0, CLAIMED),
    (without(REVIEWED, "reviewer", "credential", "date"), 0, CLAIMED),
    (
        {**REVIEWED, "status": "sourced"},
        0,
        "'reviewer' names a review, but the status is sourced; say status: reviewed if it happened",
    ),
    (
        {**SOURCED, "credential": "RN"},
        0,
        "'credential' names a review, but the status is sourced; say status: reviewed if it happened",
    ),
    ({**SOURCED, "checked": "last week"}, 2, "the review's 'checked' must be a date such as 2026-11-21"),
    ({**SOURCED, "checked": "2026-02-30"}, 2, "the review's 'checked' must be a date such as 2026-11-21"),
    (without(SOURCED, "checked"), 0, "the review's 'checked' must be a date such as 2026-11-21"),
    ({**SOURCED, "due": "soon"}, 3, "the review's 'due' must be a date such as 2026-11-21"),
    (without(SOURCED, "due"), 0, "the review's 'due' must be a date such as 2026-11-21"),
    ({**REVIEWED, "date": "autumn"}, 6, "the review's 'date' must be a date such as 2026-11-21"),
    ({**SOURCED, "checked": TOMORROW}, 2, f"the review's 'checked' lies in the future ({TOMORROW})"),
    ({**REVIEWED, "date": TOMORROW}, 6, f"the review's 'date' lies in the future ({TOMORROW})"),
]


@pytest.mark.parametrize(("fields", "below", "message"), UNTRUE)
def test_untrue_record(content_copy: ContentCopy, fields: dict[str, str], below: int, message: str) -> None:
    line = review(content_copy, **fields)
    assert content_copy.problems() == [content_copy.said("heat", line + below, message)]


def test_overdue_is_a_warning_from_the_day_after(content_copy: ContentCopy) -> None:
    due = datetime.date(2026, 12, 24)
    line = review(content_copy, **{**SOURCED, "due": str(due)}) + 3
    told = "warning: was due to be checked again on 2026-12-24; look at its sources, then move checked and due"
    assert content_copy.problems(today=due) == []
    assert content_copy.problems(today=due + ONE_DAY) == [content_copy.said("heat", line, told)]


def source(content_copy: ContentCopy, field: str, value: str) -> int:
    """Give the first field of that name in sources.yaml, which is the article's, another value; return the source's line."""
    content_copy.replace_line(SOURCES, f"  {field}:", f"  {field}: {value}")
    return content_copy.line_of(SOURCES, "article:")


@pytest.mark.parametrize("date", ['"2020"', '"2020-05"', '"2020-05-31"', "undated"])
def test_dates_that_a_source_may_have(content_copy: ContentCopy, date: str) -> None:
    source(content_copy, "date", date)
    assert content_copy.problems() == []


@pytest.mark.parametrize("date", ['"20"', "May 2020", '"2020-13"', '"2020-5-1"', "none given"])
def test_date_of_a_source_that_is_none(content_copy: ContentCopy, date: str) -> None:
    line = source(content_copy, "date", date)
    told = "the date of 'article' must be a year, year-month or day in quotes, or the word undated"
    assert content_copy.problems() == [content_copy.said(SOURCES, line, told)]


def test_source_without_a_date(content_copy: ContentCopy) -> None:
    line = source(content_copy, "date", "")
    assert content_copy.problems() == [content_copy.said(SOURCES, line, "the source 'article' has no 'date'; add it")]


@pytest.mark.parametrize(
    ("checked", "message"),
    [
        ("in autumn", "'checked' of 'article' must be a date such as 2026-11-21"),
        (TOMORROW, f"'checked' of 'article' lies in the future ({TOMORROW})"),
    ],
)
def test_checked_of_a_source(content_copy: ContentCopy, checked: str, message: str) -> None:
    line = source(content_copy, "checked", checked)
    assert content_copy.problems() == [content_copy.said(SOURCES, line, message)]
