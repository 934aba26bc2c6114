"""The network that a build goes on from: what it learns of practice, and what is committed."""

from __future__ import annotations

import numpy as np

from guide.understanding import Hints, Understanding
from tests.hints import hints
from workbench.compiler.content import Content
from workbench.compiler.pretrained import LEAST_SHARED, Pretrained
from workbench.compiler.training import NO_ALARMS, Lessons, train
from workbench.embeddings import PRACTICE, PRETRAINED, Practice
from workbench.embeddings.pretrain import PRACTICE_WEIGHT, Exercises, pretrained_on

EXAMPLES = [
    (f"{frame} {thing} {end}", answer)
    for answer, things in {"heat": ("heat", "a hot bath"), "ice": ("ice", "a cold pack")}.items()
    for thing in things
    for frame in ("does", "should i use", "will")
    for end in ("for my back", "help a back spasm", "for lower back pain")
]
ELSEWHERE = {
    "body": [f"{frame} my {part}" for part in ("knee", "elbow", "toe") for frame in ("what helps", "why do i hurt")],
    "general": ["what time is it", "play some music", "who is the king", "set a timer", "is it cold outside"],
}
HINTS = hints(subject="back spasm", questions="does should will what", tellers="i my")
MADE_UP = Practice(
    ["the magic blanket on my back", "the wonder blanket for my spasm", "should i use a blanket", "tea for the king"],
    ["ice", "heat", "body", "general"],
    np.array([[0, 1, 0, 0], [0, 0.9, 0.1, 0], [0, 1, 0, 0], [0, 0, 0, 1]], np.float32),
    ["urgent"],
    np.array([[0.2], [0], [0], [0]], np.float32),
)
LESSONS = Lessons.of(EXAMPLES, ELSEWHERE, NO_ALARMS)


def heat_in(pretrained: Pretrained | None, text: str) -> float:
    return dict(Understanding(train(EXAMPLES, ELSEWHERE, HINTS, pretrained=pretrained)).read(text).ranked)["heat"]


def test_teaches_what_no_authored_line_holds() -> None:
    pretrained = pretrained_on(LESSONS, MADE_UP, Hints.of(HINTS))
    assert heat_in(pretrained, "a blanket") > heat_in(None, "a blanket") + 0.1


def test_columns_are_those_of_what_there_is_to_tell_apart() -> None:
    found = Exercises.of(MADE_UP, ["heat", "ice", "body", "general"], ["worrying", "urgent"])
    assert found.lines == MADE_UP.lines
    np.testing.assert_allclose(found.targets.wanted[1], [0.9, 0, 0.1, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(found.targets.wanted[0], [1, 0, 0, 0, 0, 0.2], atol=1e-6)
    assert set(found.targets.known.tolist()) == {np.float32(PRACTICE_WEIGHT)}


def test_nothing_is_said_of_a_sign_that_the_encoder_did_not_know() -> None:
    heard = Exercises.of(MADE_UP, ["heat", "ice", "body", "general"], ["worrying", "urgent"]).targets.heard
    assert not heard[:, 0].any()
    assert heard[:, 1].all()


def test_lines_about_an_answer_that_is_no_more_are_left_aside() -> None:
    assert Exercises.of(MADE_UP, ["ice", "body", "general"], []).lines == ["tea for the king"]


def test_what_is_committed_is_about_this_content(content: Content) -> None:
    """When many answers have come, gone or changed their names, somebody has to run teach and pretrain again."""
    classes = {*content.answers, *content.elsewhere}
    for held in (Practice.read(PRACTICE), Pretrained.read(PRETRAINED)):
        assert len(classes.intersection(held.classes)) >= LEAST_SHARED * len(classes)
        assert list(held.signs) == content.sounds
