"""From a move to words."""

from __future__ import annotations

from typing import Any

import pytest

from guide.markup import plain
from guide.release import Release
from guide.state import Move
from guide.telling import tell


def told(release: Release, move: Move, turn: int = 0, locale: str = "en-US") -> Any:
    return tell(release, release.place(locale), turn, move)


def test_the_same_move_in_the_same_turn_is_the_same_reply(release: Release) -> None:
    for move in (Move("welcome"), Move("part", "heat", 1), Move("step", "plank", 2), Move("who_says", "heat")):
        assert told(release, move, 3) == told(release, move, 3)


def test_a_part_beyond_the_last_is_the_last(release: Release) -> None:
    more = release.answers["heat"]["more"]
    assert told(release, Move("part", "heat", 99)).speech == told(release, Move("part", "heat", len(more))).speech


def test_a_step_beyond_the_last_is_the_last(release: Release) -> None:
    steps = release.answers["plank"]["routines"][0]["steps"]
    assert (
        told(release, Move("step", "plank", 99)).speech == told(release, Move("step", "plank", len(steps) - 1)).speech
    )


def test_what_comes_first_comes_in_order(release: Release) -> None:
    """The emergency number, or the warning; then the disclaimer; then the answer."""
    sign = next(sign for sign, data in release.warnings.items() if data["level"] != "emergency")
    short = plain(release.answers["heat"]["short"])[:20]
    for move in (Move("part", "heat", urgent=True, first=True), Move("part", "heat", sign=sign, first=True)):
        speech = plain(told(release, move).speech)
        lead = speech.index("If this is an emergency") if move.urgent else 0
        assert lead == 0 < speech.index("not medical advice") < speech.index(short)


def test_a_warning_that_is_asked_about_is_put_differently(release: Release) -> None:
    sign, data = next(iter(release.warnings.items()))
    assert data["say"] != data["asked"]
    assert (
        told(release, Move("warning", sign=sign)).speech != told(release, Move("warning", sign=sign, asked=True)).speech
    )


def test_every_warning_is_marked_with_its_level(release: Release) -> None:
    for sign, data in release.warnings.items():
        reply = told(release, Move("warning", sign=sign))
        assert (reply.outcome, reply.warning, reply.care_level) == ("warning", sign, data["level"])


def test_every_emergency_warning_begins_with_the_number(release: Release) -> None:
    for sign, data in release.warnings.items():
        if data["level"] == "emergency":
            first = told(release, Move("warning", sign=sign)).speech.split(". ")[0]
            assert "nine one one" in first and "your local emergency number" in first, sign


@pytest.mark.parametrize(
    ("locale", "number"),
    [("en-US", "nine one one"), ("en-GB", "triple nine"), ("en-AU", "triple zero"), ("en-IN", "one one two")],
)
def test_a_place_hears_its_own_number(locale: str, number: str, release: Release) -> None:
    assert number in told(release, Move("welcome"), locale=locale).speech


def test_a_card_shows_digits_and_speech_says_them(release: Release) -> None:
    answer = next(a for a, data in release.answers.items() if "{emergency}" in data["card"])
    reply = told(release, Move("part", answer), locale="en-GB")
    assert "999" in reply.card.text and "999" not in reply.speech


def test_sources_are_named_at_most_three(release: Release) -> None:
    answer = max(release.answers, key=lambda a: len(release.answers[a]["sources"]))
    named = {release.sources[key] for key in release.answers[answer]["sources"]}
    assert 1 <= sum(name in told(release, Move("who_says", answer)).speech for name in named) <= 3


def test_an_answer_without_sources_is_no_error(release_data: dict[str, Any]) -> None:
    answers = {**release_data["answers"], "heat": {**release_data["answers"]["heat"], "sources": []}}
    release = Release({**release_data, "answers": answers})
    assert told(release, Move("who_says", "heat")).answer == release.roles["who_says"]


def test_what_is_offered_is_named(release: Release) -> None:
    reply = told(release, Move("offer", offered=("heat", "ice")))
    assert reply.outcome == "offer" and reply.offered == ("heat", "ice")
    assert "heat" in reply.speech and "ice" in reply.speech
