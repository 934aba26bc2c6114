"""Misspelled words, and the words that they are taken for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.spelling import Spelling

TERMS = ("sciatica", "chiropractor", "massage", "ibuprofen", "spasm", "spasms", "stretches")
SPELLING = Spelling(TERMS, 5, {"message", "spam", "massages"})


@pytest.mark.parametrize(
    ("said", "term"),
    [
        ("siatica", "sciatica"),
        ("chirpractor", "chiropractor"),
        ("chiropracter", "chiropractor"),
        ("massauge", "massage"),
        ("ibuporfen", "ibuprofen"),
        ("spasmm", "spasm"),
        ("spazm", "spasm"),
        ("spsams", "spasms"),
        ("stretche", "stretches"),
        ("stretches", "stretches"),
    ],
)
def test_a_letter_too_many_too_few_or_wrong_is_forgiven(said: str, term: str) -> None:
    assert SPELLING.meant(said) == term


@pytest.mark.parametrize(
    "said",
    [
        "siatika",  # two letters
        "zpasms",  # the first one
        "message",  # a word of its own
        "spam",
        "spamx",  # and one letter from such a word
        "spsm",  # too short
        "",
        "s" * 1000,
    ],
)
def test_what_is_further_away_stays_what_it_is(said: str) -> None:
    assert SPELLING.meant(said) == said


def test_nothing_is_known_again_by_nobody() -> None:
    assert Spelling((), 0).meant("back") == "back"


@given(st.sampled_from(TERMS), st.integers(1, 12), st.sampled_from(["", "z", "zz"]), st.integers(0, 1))
def test_whatever_letter_it_is(term: str, at: int, put: str, dropped: int) -> None:
    """One letter put in, left out or exchanged is forgiven, wherever it is but at the beginning; two put in are not."""
    said = term[:at] + put + term[at + dropped :]
    found = SPELLING.meant(said)
    if put == "zz":
        assert found == said
    elif len(said) >= 5:
        # "spasm" and "spasms" are both near to some.
        assert found == term or {found, term} == {"spasm", "spasms"}
