"""Words of an utterance."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.words import MOST_CHARACTERS, closest, words, words_and_stops


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("How do I relieve BACK spasms?", ["how", "do", "i", "relieve", "back", "spasms"]),
        ("I can’t move", ["i", "can't", "move"]),
        ("I can`t move", ["i", "can't", "move"]),
        ("café au lait", ["cafe", "au", "lait"]),
        ("<b>bold</b> <break time='9s'/>words", ["bold", "words"]),
        ("twenty-four 7", ["twenty", "four", "7"]),
        ("背中が痛い", []),
        ("", []),
        ("'''", []),
    ],
)
def test_words(text: str, read: list[str]) -> None:
    assert words(text) == read


def test_stops_are_kept_where_sentences_end() -> None:
    assert words_and_stops("My back hurts. Is 2.5 hours long? Yes!") == [
        *("my", "back", "hurts", "."),
        *("is", "2", "5", "hours", "long", "?", "yes", "!"),
    ]


@given(st.text(max_size=300))
def test_words_are_lower_case_letters_digits_and_apostrophes(text: str) -> None:
    for word in words(text):
        assert word.replace("'", "").isalnum() and word.isascii() and word == word.lower()


@given(st.text(max_size=300))
def test_reading_words_again_changes_nothing(text: str) -> None:
    assert words(" ".join(words(text))) == words(text)


def test_only_the_beginning_of_a_page_is_read() -> None:
    assert len(" ".join(words("word " * 100_000))) <= MOST_CHARACTERS
    begun = time.perf_counter()
    words("<" * 1_000_000)
    words("a'" * 500_000)
    assert time.perf_counter() - begun < 1


ROUTINES = ["get up from the floor", "get out of bed"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("out of bed", 1),
        ("the floor one", 0),
        ("getting off the floor", 0),
        ("bed please", 1),
        ("get", None),
        ("heat", None),
        ("", None),
    ],
)
def test_closest(said: str, meant: int | None) -> None:
    assert closest(said, ROUTINES) == meant


def test_closest_of_nothing_is_none() -> None:
    assert closest("bed", []) is None
