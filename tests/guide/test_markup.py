"""Spoken text: placeholders, escaping, pauses, and how long it takes."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.markup import WORDS_PER_SECOND, breaks, escape, fill, placeholders, plain, seconds, slowly


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=0xD7FF)))
def test_escaped_text_can_stand_in_speech(text: str) -> None:
    assert (ElementTree.fromstring(f"<speak>{escape(text)}</speak>").text or "") == text


def test_escaping_does_each_character_once() -> None:
    assert escape("A & B < C > D &amp;") == "A &amp; B &lt; C &gt; D &amp;amp;"


@given(st.text(alphabet="abc &<>{}"))
def test_plain_is_what_was_escaped(text: str) -> None:
    assert plain(escape(text)) == " ".join(text.split())


def test_placeholders_are_filled() -> None:
    assert fill("Call {emergency} or {advice}.", {"emergency": "nine one one", "advice": "a nurse"}) == (
        "Call nine one one or a nurse."
    )


def test_a_placeholder_that_nothing_fills_is_never_spoken() -> None:
    assert fill("Call {nobody} now", {}) == "Call  now"


def test_placeholders_are_listed_in_order() -> None:
    assert placeholders("{b} and {a} and {b}") == ["b", "a", "b"]


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ("Call {emergency} now, or your local emergency number.", "Call your local emergency number now."),
        ("Call {emergency}, or your local emergency number, if", "Call your local emergency number, if"),
    ],
)
def test_where_a_place_has_no_number_the_neutral_words_are_said_once(text: str, once: str) -> None:
    assert fill(text, {"emergency": "your local emergency number"}) == once


def test_plain_is_what_is_heard() -> None:
    assert plain('Breathe in. <break time="3s"/> And <emphasis level="strong">out</emphasis>, A &amp; E.') == (
        "Breathe in. And out, A & E."
    )


def test_breaks_are_read_in_seconds() -> None:
    assert breaks('<break time="700ms"/> and <break time=\'2.5s\' /> and <break time="10s"/>') == [0.7, 2.5, 10.0]


def test_speech_takes_its_words_and_its_breaks() -> None:
    assert seconds("one two three four five") == 5 / WORDS_PER_SECOND
    assert seconds('one <break time="3s"/> two') == 2 / WORDS_PER_SECOND + 3


def test_slowly_says_the_same_with_rate_and_pauses() -> None:
    said = 'Lie down. Breathe in. <break time="3s"/> And out. Is that better?'
    slow = slowly(said)
    assert plain(slow) == plain(said)
    assert slow.startswith('<prosody rate="slow">')
    assert len(breaks(slow)) > len(breaks(said))
    assert max(breaks(slow)) <= 10
    ElementTree.fromstring(f"<speak>{slow}</speak>")
