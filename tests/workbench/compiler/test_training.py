"""Training: the same lines give the same model, and it learns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from guide import understanding
from guide.understanding import Understanding
from tests.hints import hints
from workbench.compiler import training
from workbench.compiler.training import NO_LINES, Alarms, digest, sole_owners, train

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
HINTS = hints(
    subject="back spasm spasms", not_after="coming", questions="does should will what", tellers="i my", terms="heating"
)
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
        model = Understanding({**compiled, "lines": NO_LINES})
        assert model.read("can i put a hot heating pad on my back").ranked[0][0] == "heat"
        assert model.read("is a cold pack of ice good for back pain").ranked[0][0] == "ice"
        assert model.read("what helps my knee").ranked[0][0] == ""

    def test_a_word_that_no_line_holds_counts_by_its_meaning(self, compiled: dict[str, Any]) -> None:
        model = Understanding({**compiled, "lines": NO_LINES})
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
LESSER = [
    f"{who} {what} with a bad back"
    for who in ("i", "he", "she")
    for what in ("has a fever", "is shivering hot", "lost weight")
]
CALM = ["breathing exercises for my back", "my back turned out fine", "it stopped hurting", "the blue heating pad"]
SOUNDS = {"urgent": TOLD, "worrying": LESSER}


@pytest.fixture(scope="module")
def model() -> Understanding:
    return Understanding(train(EXAMPLES, ELSEWHERE, HINTS, Alarms(SOUNDS, CALM)))


class TestAlarms:
    def test_every_line_sounds_as_it_was_meant(self, model: Understanding) -> None:
        assert {sign: {model.sounds_like(line) for line in lines} for sign, lines in SOUNDS.items()} == {
            "urgent": {"urgent"},
            "worrying": {"worrying"},
        }
        ours = [line for line, _ in EXAMPLES]
        assert not any(model.sounds_like(line) for lines in (CALM, ours, *ELSEWHERE.values()) for line in lines)

    def test_what_is_told_in_other_words_sounds_the_same(self, model: Understanding) -> None:
        assert model.sounds_like("my wife stopped breathing and turned blue") == "urgent"
        assert model.sounds_like("she has a fever and lost weight with a bad back") == "worrying"

    def test_what_can_wait_is_only_listened_for_in_talk_of_the_subject(self, model: Understanding) -> None:
        assert model.sounds_like("she has a fever and lost weight") == ""

    def test_a_line_that_the_network_takes_for_something_else_is_listed(self) -> None:
        """Whatever weights come out, an authored line gets the warning that its author meant."""
        odd = {"urgent": TOLD, "worrying": [*LESSER, *CALM]}
        model = Understanding(train(EXAMPLES, ELSEWHERE, HINTS, Alarms(odd, [f"{line} not" for line in CALM])))
        assert {model.sounds_like(line) for line in CALM} == {"worrying"}
        assert not any(model.sounds_like(f"{line} not") for line in CALM)

    def test_changed_in_every_line(self) -> None:
        unsure = frozenset({"heat stopped breathing"})
        louder = Alarms({"urgent": ["help"]}, ["all is well"], unsure).each(str.upper)
        assert louder == Alarms({"urgent": ["HELP"]}, ["ALL IS WELL"], frozenset({"HEAT STOPPED BREATHING"}))

    def test_answers_are_told_apart_as_before(self, model: Understanding) -> None:
        assert model.read("can i put a hot heating pad on my back").ranked[0][0] == "heat"

    def test_without_any_nothing_sounds_like_one(self, compiled: dict[str, Any]) -> None:
        assert compiled["sounds"] == []
        assert Understanding(compiled).sounds_like(TOLD[0]) == ""

    def test_a_line_that_may_be_a_sign_teaches_neither(self) -> None:
        unsure = frozenset({"heat stopped breathing"})
        examples = [*EXAMPLES, ("heat stopped breathing", "heat")]
        sure = train(examples, ELSEWHERE, HINTS, Alarms(SOUNDS, CALM))
        assert train(examples, ELSEWHERE, HINTS, Alarms(SOUNDS, CALM, unsure)) != sure


def test_only_what_has_one_owner_has_one() -> None:
    assert sole_owners([("a", "heat"), ("b", "heat"), ("a", "heat"), ("b", ""), ("c", "")]) == {"a": "heat", "c": ""}


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
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms({"urgent": TOLD}, CALM)),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms({"urgent": CALM}, TOLD)),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms({"other": TOLD}, CALM)),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms({"urgent": TOLD, "worrying": LESSER}, CALM)),
            digest(EXAMPLES, ELSEWHERE, HINTS, Alarms({"urgent": TOLD}, CALM, frozenset({EXAMPLES[0][0]}))),
        ]
        assert len({whole, *others}) == len(others) + 1

    def test_changes_with_the_vectors_and_what_was_trained_before(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
    ) -> None:
        whole = digest(EXAMPLES, ELSEWHERE, HINTS)
        other = tmp_path / "words.npz"
        other.write_bytes(b"other")
        for file in ("VECTORS", "PRETRAINED"):
            with monkeypatch.context() as changed:
                changed.setattr(training, file, other)
                assert digest(EXAMPLES, ELSEWHERE, HINTS) != whole

    def test_changes_with_the_code_that_reads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = digest(EXAMPLES, ELSEWHERE, HINTS)
        modules = {str(getattr(one, "__module__", "")) for one in vars(understanding).values()}
        reading = {f"{name.removeprefix('guide.')}.py" for name in modules if name.startswith("guide.")}
        assert reading == set(training.READ_BY)
        for file in training.READ_BY:
            with monkeypatch.context() as changed:
                changed.setattr(training, "READ_BY", [name for name in training.READ_BY if name != file])
                assert digest(EXAMPLES, ELSEWHERE, HINTS) != whole
