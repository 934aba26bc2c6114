"""Cross-validation over the authored lines."""

from __future__ import annotations

import pytest

from tests.hints import hints
from tests.shares import is_one_in
from workbench.compiler.build import reaching
from workbench.compiler.content import Content
from workbench.evaluation.crossval import cross_validate, left_out, table

# Each floor leaves a few lines in a hundred to chance, less than a thoughtless change of content or features costs: of six
# sixths, between .425 and .467 are right, .736 and .772 with what is offered, and between .007 and .010 of elsewhere are answered.
LEAST_RIGHT = 0.42
LEAST_RIGHT_OR_OFFERED = 0.73
MOST_WRONG = 0.05
MOST_ANSWERED_ELSEWHERE = 0.012

HINTS = hints(subject="back spine", not_after="coming", questions="what how should", tellers="i my", terms="heating")
EXAMPLES = [(f"{word} for my back", answer) for answer, word in (("heat", "heat"), ("ice", "ice")) for _ in range(1)]
EXAMPLES += [
    (f"{a} {thing} for my {b}", thing)
    for a in ("is", "use", "why")
    for thing in ("heat", "ice")
    for b in ("back", "spine")
]
ELSEWHERE = ["who is it", "play a song", "what time is it", "call my mother", "is it cold", "open the door"]


def test_every_line_is_read_once_by_a_model_that_did_not_see_it() -> None:
    said: list[str] = []
    rows = list(left_out(EXAMPLES, ELSEWHERE, HINTS, say=said.append, folds=2))
    assert sorted((line, owner) for line, owner, _ in rows) == sorted([*EXAMPLES, *((line, "") for line in ELSEWHERE)])
    assert len(said) == 2


def test_lines_are_learned_and_asked_as_they_reach_the_function() -> None:
    def nothing(line: str) -> str:
        return "mumble"

    rows = list(left_out(EXAMPLES, ELSEWHERE, HINTS, nothing, folds=2))
    assert {line for line, owner, _ in rows if owner} == {line for line, _ in EXAMPLES}
    assert len({reading.ranked for _, _, reading in rows}) == 2  # one for each fold, whatever was said


def test_figures_add_up() -> None:
    found = cross_validate(EXAMPLES, {"general": ELSEWHERE}, HINTS, folds=2)
    assert found["ours"]["n"] == len(EXAMPLES)
    assert found["elsewhere"]["n"] == len(ELSEWHERE)
    assert set(found["by_answer"]) == {"heat", "ice"}
    for shares in (found["ours"], found["elsewhere"], *found["by_answer"].values()):
        named = {k: v for k, v in shares.items() if k not in ("n", "right_or_offered")}
        assert sum(named.values()) == pytest.approx(1, abs=1e-3)
    assert "heat" in table(found)
    assert "general" in table(found)


def test_the_content_is_understood(content: Content) -> None:
    """On a sixth of the lines, which takes a sixth of the time; `guide evaluate` takes all of them, and does better."""
    ours = [(line, answer) for line, answer in content.examples() if is_one_in(6, line)]
    elsewhere = {group: [line for line in lines if is_one_in(6, line)] for group, lines in content.elsewhere.items()}
    found = cross_validate(ours, elsewhere, content.hints(), reaching(content), folds=3)
    assert found["ours"]["right"] >= LEAST_RIGHT
    assert found["ours"]["right_or_offered"] >= LEAST_RIGHT_OR_OFFERED
    assert found["ours"]["wrong"] <= MOST_WRONG
    assert found["elsewhere"]["answered"] <= MOST_ANSWERED_ELSEWHERE
