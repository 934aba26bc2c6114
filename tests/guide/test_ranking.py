"""guide/ranking.py and workbench/compiler/ranking.py: understanding where there are too many answers for one model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.many_answers import held_out, lines, subjects
from guide.ranking import Ranking
from guide.release import Release
from guide.words import spoken_words
from stores.withdrawn import Without
from tests.hints import hints
from workbench.compiler import ranking
from workbench.compiler.release import in_sections
from workbench.compiler.training import Alarms

COUNT = 300
SUBJECTS = list(subjects(COUNT))
HINTS = hints(subject="back spine", not_after="coming", questions="what how should", tellers="i my", terms="heating")
ELSEWHERE = [f"{what} {when}" for what in ("will it rain", "play a song", "what is for dinner", "set an alarm", "my cat is ill") for when in ("today", "tomorrow", "on sunday", "at noon", "in may", "again", "tonight")]  # fmt: skip


@pytest.fixture(scope="module")
def compiled() -> dict[str, Any]:
    examples = [(line, name) for name, activity, circumstance in SUBJECTS for line in lines(activity, circumstance, 20)]
    return ranking.rank(examples, ELSEWHERE, HINTS)


@pytest.fixture(scope="module")
def model(compiled: dict[str, Any]) -> Ranking:
    return Ranking(compiled, compiled["postings"], compiled["asked"])


def test_authored_lines_get_their_own_answer(model: Ranking) -> None:
    for name, activity, circumstance in SUBJECTS[::7]:
        for line in lines(activity, circumstance, 20):
            assert model.read(line).answers == (name,)


def test_most_questions_that_nobody_wrote_get_the_right_one(model: Ranking) -> None:
    readings = [model.read(held_out(activity, circumstance)) for _, activity, circumstance in SUBJECTS]
    right = sum(reading.answers[:1] == (name,) for reading, (name, _, _) in zip(readings, SUBJECTS))
    assert right > 0.9 * COUNT


@pytest.mark.parametrize("text", ["", "?", "will it rain in may", "what is for dinner at noon", "qwertyuiop"])
def test_what_is_not_ours_is_declined(model: Ranking, text: str) -> None:
    assert model.read(text).outcome == "decline"


def test_an_offer_is_of_two(model: Ranking) -> None:
    _, activity, circumstance = SUBJECTS[0]
    other = SUBJECTS[1][1]
    reading = model.read(f"can i go back to {activity} or {other} after {circumstance}")
    assert len(reading.answers) == {"answer": 1, "offer": 2}[reading.outcome]


def test_chances_add_up_and_fall(model: Ranking) -> None:
    for text in ("kayaking after a wedding", "back pain", "will it rain today", ""):
        chances = [chance for _, chance in model.read(text).ranked]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) <= 1.0001


def test_it_says_what_counted(model: Ranking) -> None:
    name, activity, circumstance = SUBJECTS[5]
    reasons = model.explain(held_out(activity, circumstance))
    first = next(reason for reason in reasons if reason.answer)
    assert first.answer == name
    assert activity in {part for part, _ in first.features}


def test_the_same_lines_give_the_same_bytes(compiled: dict[str, Any]) -> None:
    examples = [(line, name) for name, activity, circumstance in SUBJECTS for line in lines(activity, circumstance, 20)]
    assert json.dumps(ranking.rank(examples, ELSEWHERE, HINTS)) == json.dumps(compiled)


def test_no_question_costs_more_than_its_words(compiled: dict[str, Any]) -> None:
    assert max(len(numbers) for numbers, _ in compiled["postings"].values()) <= ranking.MOST_POSTINGS
    assert all(len(numbers) == len(weights) for numbers, weights in compiled["postings"].values())


def test_the_digest_tells_lines_apart() -> None:
    one, other = [("is heat good", "heat")], [("is heat bad", "heat")]
    assert ranking.digest(one, ELSEWHERE, HINTS) == ranking.digest(list(one), ELSEWHERE, HINTS)
    assert ranking.digest(one, ELSEWHERE, HINTS) != ranking.digest(other, ELSEWHERE, HINTS)


def test_a_release_with_many_answers_is_understood_by_ranking(
    release_data: dict[str, Any], compiled: dict[str, Any]
) -> None:
    understanding = {name: part for name, part in compiled.items() if name not in ("asked", "postings")}
    data = {
        **release_data,
        "understanding": understanding,
        "asked": compiled["asked"],
        "postings": compiled["postings"],
    }
    data.pop("contents", None)
    assert json.loads(in_sections(data))["postings"].keys() == compiled["postings"].keys()
    release = Release(data)
    assert isinstance(release.understanding, Ranking)
    name, activity, circumstance = SUBJECTS[3]
    question = held_out(activity, circumstance)
    assert release.understanding.read(question).answers[:1] == (name,)
    without = Without(release, [next(iter(release.answers))])
    assert without.understanding.read(question) == release.understanding.read(question)
    assert without.understanding.explain(question) == release.understanding.explain(question)


def test_what_lines_of_two_owners_leave_alike_is_looked_up_for_neither() -> None:
    one, other = SUBJECTS[0][0], SUBJECTS[1][0]
    examples = [(line, name) for name, what, when in SUBJECTS[:4] for line in lines(what, when, 20)]
    shared = [("back pain", one), ("back pain", other), ("spine", one), ("spine", one), (ELSEWHERE[0], other)]
    asked = ranking.rank([*examples, *shared], ELSEWHERE, HINTS)["asked"]
    assert asked["spine"] == one
    assert {"back pain", " ".join(spoken_words(ELSEWHERE[0]))}.isdisjoint(asked)


def test_no_authored_line_sounds_like_an_emergency() -> None:
    """The gate learns from some of the lines only; the others are listed where they sound urgent to it."""
    told = ["he stopped breathing", "she stopped breathing", "i cannot breathe", "he turned blue"]
    examples = [(line, name) for name, what, when in SUBJECTS[:40] for line in lines(what, when, 20)]
    examples.append(("stopped breathing", SUBJECTS[0][0]))
    found = ranking.rank(examples, ELSEWHERE, HINTS, Alarms({"urgent": told}))
    model = Ranking(found, found["postings"], found["asked"])
    assert {model.sounds_like(line) for line in told} == {"urgent"}
    assert not any(model.sounds_like(line) for line, _ in examples)

    # One that it did not learn from is looked up as it is read: with its term spelled rightly.
    late = "i cannot breathe he stopped breathing heatin"
    assert model.sounds_like(late)
    ranking._keep_calm(found["gate"], [(late, SUBJECTS[0][0])])
    assert not Ranking(found, found["postings"], found["asked"]).sounds_like(late)
