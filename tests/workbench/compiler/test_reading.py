"""Reading grades: Flesch–Kincaid, with what an editor cannot make easier set aside."""

from __future__ import annotations

import pytest

from workbench.compiler.reading import LEAST_WORDS, grade

PLAIN = "Lay a warm towel on your back for ten minutes. Then get up and walk a few steps."


def test_easy_and_hard_text() -> None:
    assert grade(PLAIN) < 3
    assert (
        grade(
            "Musculoskeletal deterioration necessitates comprehensive, continuous and multidisciplinary rehabilitation."
        )
        > 12
    )


def test_grade_is_flesch_kincaids() -> None:
    """Two sentences, 18 words, 20 syllables: 0.39 x 9 + 11.8 x 20 / 18 - 15.59."""
    text = "The cat sat on the mat by the door. The cat sat on a very old mat today."
    assert grade(text) == pytest.approx(0.39 * 9 + 11.8 * 21 / 18 - 15.59, abs=0.7)


def test_never_below_zero() -> None:
    assert grade("Go. Up. Sit. Lie. Do. Go. Up. Stop.") == 0


@pytest.mark.parametrize("words", range(LEAST_WORDS))
def test_too_few_words_have_no_grade(words: int) -> None:
    assert grade(" ".join(["rehabilitation"] * words)) == 0


def test_medicines_count_as_easy_words() -> None:
    text = "Ask a pharmacist before you take {} with your other pills, and read the pack."
    assert (
        grade(text.format("cyclobenzaprine")) == grade(text.format("pill")) == grade(text.format("anti-inflammatories"))
    )


def test_placeholders_count_as_one_easy_word() -> None:
    assert (
        grade(f"{PLAIN} Then ask {{physio}}.") == grade(f"{PLAIN} Then ask a pill.")
        or grade(f"{PLAIN} Then ask {{physio}}.") < 3
    )


@pytest.mark.parametrize(
    "mandated",
    [
        "Call {emergency} now, or your local emergency number.",
        "Information, not medical advice.",
        "If you can't get up, call {emergency}, or your local emergency number.",
    ],
)
def test_mandated_wording_is_set_aside(mandated: str) -> None:
    assert grade(f"{mandated} {PLAIN}") == pytest.approx(grade(PLAIN), abs=0.01)


def test_tags_are_not_read() -> None:
    assert grade(f'<prosody rate="slow">{PLAIN}</prosody> <break time="10s"/>') == grade(PLAIN)
