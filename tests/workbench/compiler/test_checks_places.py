"""Every place has words for every placeholder, and they can be spoken."""

from __future__ import annotations

import pytest

from tests.content_copies import ContentCopy
from workbench.compiler.content import PHRASES, PLACES, WARNING_SIGNS

KNOWN = "acetaminophen, advice, crisis, emergency, er, physio, poison"


def test_place_that_lacks_a_word(content_copy: ContentCopy) -> None:
    content_copy.replace_line(PLACES, "    er:", "")
    line = content_copy.line_of(PLACES, "en-US:")
    told = content_copy.said(PLACES, line, "'en-US' has no 'er', which other places have; add it")
    assert content_copy.problems() == [told]


@pytest.mark.parametrize("word", ["the E R at 5", "A&E", "the ward (first floor)", "room/ward"])
def test_word_that_cannot_be_spoken(content_copy: ContentCopy, word: str) -> None:
    line = content_copy.replace_line(PLACES, "    er:", f"    er: {word}")
    message = "'er' as said may hold letters only, digits spelled out; put signs and digits under 'show'"
    assert content_copy.problems() == [content_copy.said(PLACES, line, message)]


def test_signs_and_digits_may_be_shown(content_copy: ContentCopy) -> None:
    content_copy.replace_line(PLACES, "    er:", "    er:\n      say: A and E\n      show: A&E (24/7)")
    assert content_copy.problems() == []


def unfilled(name: str, known: str = KNOWN) -> str:
    return f"nothing fills the placeholder {{{name}}}; known here: {known}"


@pytest.mark.parametrize(
    ("heading", "text"), [("More", "Ask {nurse}. [^fda-heat]"), ("Card", "Ask {nurse}. [^fda-heat]")]
)
def test_placeholder_in_an_answer_that_nothing_fills(content_copy: ContentCopy, heading: str, text: str) -> None:
    line = content_copy.section("heat", heading, text)
    assert content_copy.problems() == [content_copy.said("heat", line, unfilled("nurse"))]


def test_answer_may_not_use_what_is_filled_in_phrases_only(content_copy: ContentCopy) -> None:
    line = content_copy.section("heat", "More", "Then try {first}. [^fda-heat]")
    assert content_copy.problems() == [content_copy.said("heat", line, unfilled("first"))]


def test_phrase_may_use_its_own_placeholders_and_no_other_phrases(content_copy: ContentCopy) -> None:
    content_copy.replace_line(PHRASES, "  which:", "  which: Is it {first}, or {second}, in {er}?")
    line = content_copy.replace_line(PHRASES, "  then:", "  then: Shall I go on to {second}?")
    known = "acetaminophen, advice, crisis, emergency, er, first, physio, poison"
    assert content_copy.problems() == [content_copy.said(PHRASES, line, unfilled("second", known))]


@pytest.mark.parametrize("field", ["say", "if_asked"])
def test_placeholder_in_a_warning_that_nothing_fills(content_copy: ContentCopy, field: str) -> None:
    line = content_copy.replace_line(WARNING_SIGNS, f"    {field}:", f"    {field}: Go to {{ward}} now.")
    assert content_copy.problems() == [content_copy.said(WARNING_SIGNS, line, unfilled("ward"))]


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("    er: [a, b]", "'er' needs a text, or both 'say' and 'show'"),
        ("    er:\n      say: the ward", "'er' needs a text, or both 'say' and 'show'"),
        ("    er: 911", "'er' needs a text, or both 'say' and 'show'"),
    ],
)
def test_word_that_is_not_text(content_copy: ContentCopy, new: str, message: str) -> None:
    line = content_copy.replace_line(PLACES, "    er:", new)
    place = content_copy.line_of(PLACES, "en-US:")
    assert content_copy.problems() == [
        content_copy.said(PLACES, place, "'en-US' has no 'er', which other places have; add it"),
        content_copy.said(PLACES, line, message),
    ]


def test_place_without_words(content_copy: ContentCopy) -> None:
    line = content_copy.append(PLACES, "en-NZ:\n  country: New Zealand")
    message = "'en-NZ' has no words; see the comment at the top of the file"
    assert content_copy.problems() == [content_copy.said(PLACES, line, message)]
