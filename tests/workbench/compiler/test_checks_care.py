"""Who must ask first, when to get help, and no doses."""

from __future__ import annotations

import re

import pytest

from tests.content_copies import ContentCopy

HELP = "the short answer of something to do ends in 'Get help if …': when it is not for home any more"
ASK_FIRST = "say who must ask first, in a sentence such as 'Ask a doctor first if your skin is numb.'"
FRESH_SPASM = "an exercise's short answer says 'not in a fresh spasm' and to stop if it gets worse"

END = "Get help if it gets worse. [^nhs-back-pain]"


def test_short_answer_that_does_not_end_in_when_to_get_help(content_copy: ContentCopy) -> None:
    line = content_copy.section("heat", "Short", "Ask a doctor first. Get help if it hurts. Keep warm. [^fda-heat]")
    assert content_copy.problems() == [content_copy.said("heat", line, HELP)]


@pytest.mark.parametrize(
    "end", ["Get help if your legs go weak.", "Call for help when it will not stop.", "Get medical help for numb legs."]
)
def test_ends_that_say_when_to_get_help(content_copy: ContentCopy, end: str) -> None:
    content_copy.section("heat", "Short", f"Ask a doctor first. {end} [^fda-heat]")
    assert content_copy.problems() == []


def leave_out_who_must_ask(content_copy: ContentCopy, answer: str) -> None:
    """Take every "ask … first" out of the spoken parts of an answer."""
    before, card, rest = content_copy.text(answer).partition("## Card")
    content_copy.write(answer, re.sub(r"\bfirst\b", "before", before) + card + rest)


@pytest.mark.parametrize("answer", ["heat", "massage", "getting-up"])
def test_something_to_do_that_names_nobody_who_must_ask(content_copy: ContentCopy, answer: str) -> None:
    leave_out_who_must_ask(content_copy, answer)
    line = content_copy.line_of(answer, "## Short") + 2
    assert content_copy.said(answer, line, ASK_FIRST) in content_copy.problems()


def test_those_who_must_ask_may_be_named_in_a_later_part(content_copy: ContentCopy) -> None:
    content_copy.section("heat", "Short", f"Lay a warm pad on your back. {END}")
    content_copy.section("heat", "More", "If you have numb skin, ask a doctor first. [^fda-heat]")
    assert content_copy.problems() == []


def test_medicine_names_them_in_its_short_answer(content_copy: ContentCopy) -> None:
    line = content_copy.section("pain-relievers", "Short", "Ibuprofen may ease the pain a little. [^acp-2017]")
    content_copy.section("pain-relievers", "More", "Ask a pharmacist first if you are pregnant. [^acp-2017]")
    told = content_copy.said("pain-relievers", line, f"a medicine's short answer must {ASK_FIRST}")
    assert content_copy.problems() == [told]


@pytest.mark.parametrize("kept", ["Not in a fresh spasm.", "Stop if it hurts more."])
def test_exercise_without_its_two_warnings(content_copy: ContentCopy, kept: str) -> None:
    line = content_copy.section("plank", "Short", f"{kept} After an operation, ask a doctor first. {END}")
    assert content_copy.problems() == [content_copy.said("plank", line, FRESH_SPASM)]


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("Take two tablets with food.", "two tablets"),
        ("Take 400 milligrams with food.", "400 milligrams"),
        ("Take 400 mg with food.", "400 mg"),
        ("Take it three times a day.", "three times a day"),
        ("Take one every four hours.", "every four hours"),
        ("Take it every six to eight hours.", "every six to eight hours"),
    ],
)
@pytest.mark.parametrize("heading", ["More", "Card"])
def test_medicine_with_a_dose(content_copy: ContentCopy, heading: str, text: str, dose: str) -> None:
    line = content_copy.section("pain-relievers", heading, f"{text} [^acp-2017]")
    message = f"## {heading} gives a dose ('{dose}'); leave doses to the label and the pharmacist"
    assert content_copy.said("pain-relievers", line, message) in content_copy.problems()


def test_minutes_of_warmth_are_no_dose(content_copy: ContentCopy) -> None:
    content_copy.section("heat", "More", "Use it for twenty minutes, two or three times a day. [^fda-heat]")
    assert content_copy.problems() == []
