"""Words of an utterance."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.words import MOST_CHARACTERS, closest, spoken_words, words, words_and_stops


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


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Pain at L4-L5, 34M, for 3 months", "pain at l four l five thirty four m for three months"),
        ("20 min of ice, 05 times", "twenty min of ice five times"),
        ("L5S1 in 2019, the 2nd time", "l five s one in 2019 the 2nd time"),
        ("it's my 3rd one", "it's my 3rd one"),
        ("don't 4get", "don't four get"),
        ("２０ minutes", "twenty minutes"),
    ],
)
def test_numbers_as_they_are_said(text: str, said: str) -> None:
    assert spoken_words(text) == said.split()


@given(st.text(max_size=300))
def test_what_is_said_has_no_small_numbers_and_is_not_changed_again(text: str) -> None:
    said = spoken_words(text)
    assert not any(word.isdigit() and len(word) < 3 for word in said)
    assert spoken_words(" ".join(said)) == said


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
