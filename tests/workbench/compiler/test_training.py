"""Training: the same lines give the same model, and it learns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guide.understanding import Understanding
from workbench.compiler import training
from workbench.compiler.training import Alarms, digest, train

EXAMPLES = [
    (f"{frame} {thing} {end}", answer)
    for answer, things in {
        "heat": ("heat", "a heating pad", "a hot bath"),
        "ice": ("ice", "a cold pack", "cold peas"),
    }.items()
    for thing in things
    for frame in ("does", "should i use", "will")
    for end in ("for my back", "help a back spasm", "for lower back pain")
]
HINTS = {"subject": "back spasm spasms", "questions": "does should will what"}
ELSEWHERE = {
    "body": [
        f"{frame} my {part}" for part in ("knee", "elbow", "toe", "jaw") for frame in ("what helps", "why do i hurt")
    ],
    "general": [
        "what time is it",
        "play some music",
        "who is the king",
        "set a timer",
        "is it cold outside",
        "turn it off",
    ],
}


@pytest.fixture(scope="module")
def compiled() -> dict[str, Any]:
    return train(EXAMPLES, ELSEWHERE, HINTS)


class TestTrain:
    def test_the_same_lines_give_the_same_bytes(self, compiled: dict[str, Any]) -> None:
        assert json.dumps(train(EXAMPLES, ELSEWHERE, HINTS)) == json.dumps(compiled)

    def test_is_plain_ascii_json(self, compiled: dict[str, Any]) -> None:
        assert json.loads(json.dumps(compiled)) == compiled
        assert json.dumps(compiled, ensure_ascii=False).isascii()

    def test_tells_answers_apart(self, compiled: dict[str, Any]) -> None:
        model = Understanding({**compiled, "lines": {}})
        assert model.read("can i put a hot heating pad on my back").ranked[0][0] == "heat"
        assert model.read("is a cold pack of ice good for back pain").ranked[0][0] == "ice"
        assert model.read("what helps my knee").ranked[0][0] == ""

    def test_a_word_that_no_line_holds_counts_by_its_meaning(self, compiled: dict[str, Any]) -> None:
        model = Understanding({**compiled, "lines": {}})
        chances = dict(model.read("frozen bag for my back").ranked)
        assert chances["ice"] > chances["heat"]

    def test_every_line_gets_its_own_answer(self, compiled: dict[str, Any]) -> None:
        model = Understanding(compiled)
        assert all(model.read(line).answers == (answer,) for line, answer in EXAMPLES)
        assert all(model.read(line).outcome == "decline" for lines in ELSEWHERE.values() for line in lines)

    def test_elsewhere_may_be_one_list(self) -> None:
        lines = [line for group in ELSEWHERE.values() for line in group]
        model = Understanding(train(EXAMPLES, lines, HINTS))
        assert model.read("play some music").outcome == "decline"

    @pytest.mark.parametrize("elsewhere", [{}, [], {"empty": []}])
    def test_without_any_elsewhere(self, elsewhere: Any) -> None:
        assert Understanding(train(EXAMPLES, elsewhere, HINTS)).read("ice for my back").ranked[0][0] == "ice"

    def test_lines_in_two_answers_and_odd_lines_are_borne(self) -> None:
        odd = [*EXAMPLES, ("ice", "heat"), ("ice", "ice"), ("", "ice"), ("背中", "heat")]
        assert train(odd, ELSEWHERE, HINTS)["classes"] == ["heat", "ice", "", ""]


TOLD = [
    f"{who} {what}" for who in ("i", "he", "she") for what in ("cannot breathe", "turned blue", "stopped breathing")
]
CALM = ["breathing exercises for my back", "my back turned out fine", "it stopped hurting", "the blue heating pad"]


@pytest.fixture(scope="module")
def model() -> Understanding:
    return Understanding(train(EXAMPLES, ELSEWHERE, HINTS, Alarms("urgent", TOLD, CALM)))


class TestAlarms:
    def test_every_line_sounds_as_it_was_meant(self, model: Understanding) -> None:
        assert model.urgent_sign == "urgent"
        assert all(model.sounds_urgent(line) for line in TOLD)
        ours = [line for line, _ in EXAMPLES]
        assert not any(model.sounds_urgent(line) for lines in (CALM, ours, *ELSEWHERE.values()) for line in lines)

    def test_what_is_told_in_other_words_sounds_urgent_too(self, model: Understanding) -> None:
        assert model.sounds_urgent("my wife stopped breathing and turned blue")

    def test_answers_are_told_apart_as_before(self, model: Understanding) -> None:
        assert model.read("can i put a hot heating pad on my back").ranked[0][0] == "heat"

    def test_without_any_nothing_sounds_urgent(self, compiled: dict[str, Any]) -> None:
        assert Understanding(compiled).urgent_sign == ""

    def test_a_line_that_may_be_a_sign_teaches_neither(self) -> None:
        unsure = frozenset({"heat stopped breathing"})
        examples = [*EXAMPLES, ("heat stopped breathing", "heat")]
        sure = train(examples, ELSEWHERE, HINTS, Alarms("urgent", TOLD, CALM))
        assert train(examples, ELSEWHERE, HINTS, Alarms("urgent", TOLD, CALM, unsure)) != sure


class TestDigest:
    def test_changes_with_whatever_training_learns_from(self) -> None:
        whole = digest(EXAMPLES, ELSEWHERE, HINTS)
        assert whole == digest(list(EXAMPLES), dict(ELSEWHERE), HINTS)
        others = [
            digest(EXAMPLES[1:], ELSEWHERE, HINTS),
            digest([(EXAMPLES[0][0], "ice"), *EXAMPLES[1:]], ELSEWHERE, HINTS),
            digest(EXAMPLES, {**ELSEWHERE, "more": ["a line"]}, HINTS),
            digest(EXAMPLES, {"all": [*ELSEWHERE["body"], *ELSEWHERE["general"]]}, HINTS),
            digest(EXAMPLES, ELSEWHERE, {**HINTS, "subject": "back"}),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms("urgent", TOLD, CALM)),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms("urgent", CALM, TOLD)),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms("other", TOLD, CALM)),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms("urgent", TOLD, CALM, frozenset({EXAMPLES[0][0]}))),
        ]
        assert len({whole, *others}) == len(others) + 1

    def test_changes_with_the_vectors(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
        whole = digest(EXAMPLES, ELSEWHERE, HINTS)
        other = tmp_path / "words.npz"
        other.write_bytes(b"other")
        monkeypatch.setattr(training, "VECTORS", other)
        assert digest(EXAMPLES, ELSEWHERE, HINTS) != whole
