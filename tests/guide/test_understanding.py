"""From words to an answer, an offer of two, or a decline."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guide.release import Release
from guide.understanding import (
    STORY_WORDS,
    TELLING,
    Hints,
    Reading,
    Understanding,
    is_word,
    kind_of,
    pieces,
    units,
)
from guide.words import MOST_CHARACTERS
from tests.hints import hints
from tests.shares import is_one_in
from tests.timing import SLOW_MACHINE, seconds
from workbench.compiler.build import reaching
from workbench.compiler.content import Content
from workbench.compiler.interaction_model import compile_model
from workbench.compiler.table import packed
from workbench.compiler.training import NO_LINES

PERCENT_99_SECONDS = 0.002 * SLOW_MACHINE
LOADING_SECONDS = 0.015 * SLOW_MACHINE

SHARES = pytest.mark.parametrize("share", [5, pytest.param(1, marks=pytest.mark.exhaustive)])


@pytest.fixture(scope="session")
def model(release: Release) -> Understanding:
    return release.understanding


@pytest.fixture(scope="session")
def unaided(release_data: dict[str, Any]) -> Understanding:
    """The model without the authored lines that it looks up."""
    return Understanding({**release_data["understanding"], "lines": NO_LINES})


class TestReading:
    RANKED = (("heat", 0.6), ("", 0.2), ("ice", 0.1), ("rest", 0.1))

    @pytest.mark.parametrize(
        ("outcome", "answers"), [("answer", ("heat",)), ("offer", ("heat", "ice")), ("decline", ())]
    )
    def test_answers_are_what_is_given_or_offered(self, outcome: str, answers: tuple[str, ...]) -> None:
        assert Reading(outcome, self.RANKED).answers == answers

    @pytest.mark.parametrize(("kind", "named"), [("named", True), (TELLING, True), ("bare story", False), ("", False)])
    def test_knows_whether_the_subject_was_named(self, kind: str, named: bool) -> None:
        assert Reading("decline", self.RANKED, kind).named == named


HINTS = Hints.of(hints(subject="back", not_after="come", questions="should", tellers="i my"))
STORY = [
    "i",
    "put",
    "my",
    "back",
    "out",
    "on",
    "monday",
    "should",
    "i",
    "see",
    "somebody",
    "now",
    "that",
    "it",
    "has",
    "been",
    "a",
    "whole",
    "week",
    "of",
    "this",
    "pain",
]


class TestFeatures:
    def test_words_and_pairs(self) -> None:
        said = ["back", "spasm"]
        assert [unit for unit, _ in units(said, HINTS)] == ["back", "^ back", "spasm", "back spasm"]

    def test_words_count_once_more_where_nothing_names_the_back(self) -> None:
        assert [unit for unit, _ in units(["exercise", "bike"], HINTS)] == [
            *("~", "exercise", "^ exercise", "~exercise", "bike", "exercise bike", "~bike"),
        ]

    def test_in_a_story_the_question_and_the_end_count_in_full(self) -> None:
        full = [unit for unit, full in units(STORY, HINTS) if full and is_word(unit)]
        assert full == [word for word in STORY[STORY.index("should") :] if word != "a"]
        assert {unit for unit, full in units(STORY, HINTS) if not full} > {"put", "i put", "monday", "a", "been a"}

    def test_in_few_words_all_count_in_full(self) -> None:
        assert all(full for _, full in units(STORY[: STORY_WORDS - 1], HINTS))

    def test_what_stands_beside_the_question_counts_less(self) -> None:
        # Two sums, of which each speaks for one class by way of one hidden unit; the last row is that of all pieces.
        weights = {"monday": [138, 128], "should": [128, 138], "": [128, 128]}
        straight = {"weights": packed(bytes([129, 128, 128, 129])), "step": 1.0}
        table = {
            "buckets": 1,
            "units": packed("\n".join(list(weights)[:2]).encode()),
            "rows": packed(bytes(row[column] for column in range(2) for row in weights.values())),
            "lengths": packed(bytes([1, 1, 1])),
            "scale": 1.0,
        }
        layers = {"middle": straight, "hidden": [0.0, 0.0], "outward": straight, "bias": [0.0, 0.0]}
        least = dict.fromkeys(("ours", "sure", "perhaps", "either"), 0.5)
        kinds = dict.fromkeys(("named", "named story", "named telling", "bare", "bare story"), least)
        rest = {
            "classes": ["heat", ""],
            "lines": NO_LINES,
            "thresholds": kinds,
            "hints": hints(subject="back", questions="should"),
            "sounds": [],
        }
        model = Understanding({**table, **layers, **rest})
        assert model.read("monday should back").ranked[0][1] == pytest.approx(0.5)
        assert model.read(" ".join(STORY)).ranked[0][0] == ""

    def test_pieces_of_a_word(self) -> None:
        assert list(pieces("ice")) == ["<ic", "ice", "ce>", "<ice", "ice>", "<ice>"]


class TestSpelling:
    @pytest.mark.parametrize(
        ("said", "answer"),
        [
            ("what is siatica", "underlying-problems"),
            ("should i see a chirpractor for my back", "spinal-manipulation"),
            ("would a chiropracter help my back", "spinal-manipulation"),
            ("is ibuprofin good for back pain", "pain-relievers"),
        ],
    )
    def test_a_misspelled_term_is_read_as_the_term(self, model: Understanding, said: str, answer: str) -> None:
        assert model.read(said).answers == (answer,)

    def test_a_word_of_its_own_is_not_taken_for_a_term(self, model: Understanding) -> None:
        assert model.words("send a message to the sciatica chirpractor") == [
            *("send", "a", "message", "to", "the", "sciatica", "chiropractor"),
        ]

    def test_many_unknown_words_take_no_time(self, model: Understanding) -> None:
        assert seconds(partial(model.words, "qwrtzp " * 2000)) < 0.1 * SLOW_MACHINE


class TestKinds:
    """By which it is decided how sure the model has to be."""

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("should i rest", "bare"),
            ("i put my arm out on monday and it has been a whole week", "bare story"),
            ("should i rest my back", "named"),
            ("should i rest so it does not come back", "bare"),
            ("should i rest so my back does not come back", "named"),
            ("i put my back out on monday should i rest it for a whole week", "named story"),
            ("i put my back out on monday", "named telling"),
            ("i put my back out on monday and it has been a whole week of this", "named telling"),
            ("my back hurts", "named"),
            ("back pain on one side after gardening", "named"),
        ],
    )
    def test_a_telling_of_a_back_asks_nothing(self, text: str, kind: str) -> None:
        assert kind_of(text.split(), HINTS) == kind

    def test_every_kind_has_thresholds(self, release_data: dict[str, Any]) -> None:
        kinds = {kind_of(said.split(), HINTS) for said in ("a", "back", "i my back a a a", "a " * 12, "back " * 12)}
        assert kinds == set(release_data["understanding"]["thresholds"])

    def test_who_asks_nothing_is_answered_when_it_is_surer_what_is_wanted(self, release_data: dict[str, Any]) -> None:
        kinds = release_data["understanding"]["thresholds"]
        assert kinds["named telling"]["sure"] > max(kinds[name]["sure"] for name in kinds if name != "named telling")


class TestOutcomes:
    @pytest.mark.parametrize("text", ["", "...", "\N{GRINNING FACE}"])
    def test_the_first_that_is_said_may_have_no_word(self, release_data: dict[str, Any], text: str) -> None:
        model = Understanding(release_data["understanding"])
        assert (model.sounds_like(text), model.read(text).outcome) == ("", "decline")

    @pytest.mark.parametrize(
        ("text", "answer"),
        [
            ("would a heating pad help my back", "heat"),
            ("can i put a bag of frozen peas on my back", "ice"),
            ("do i need an mri for my back", "diagnosis"),
            ("what muscle relaxer do doctors give for a back spasm", "muscle-relaxants"),
            ("how many weeks until a back spasm goes away", "recovery-time"),
        ],
    )
    def test_answers_what_no_line_says(self, unaided: Understanding, text: str, answer: str) -> None:
        reading = unaided.read(text)
        assert reading.outcome == "answer"
        assert reading.answers == (answer,)

    @pytest.mark.parametrize(
        "text",
        [
            "how do i relieve a headache",
            "who won the world cup",
            "call me back tomorrow",
            "play some jazz in the kitchen",
            "exercises for a frozen shoulder",
            "does ice help a black eye",
            "what is the capital of france",
        ],
    )
    def test_declines_what_is_not_ours(self, unaided: Understanding, text: str) -> None:
        assert unaided.read(text).outcome == "decline"

    @pytest.mark.parametrize("text", ["will a chirpractor fix my back", "exercises for siatica and a bad back"])
    def test_misspelled_words_count_by_their_spelling(self, unaided: Understanding, text: str) -> None:
        assert unaided.read(text).outcome != "decline"

    @SHARES
    def test_every_sample_gets_its_own_answer_said_freely(
        self, content: Content, model: Understanding, share: int
    ) -> None:
        """Alexa takes samples to their answers by itself; all other authored lines are asked by ``guide check``."""
        reached, own = reaching(content), dict[str, set[str]]()
        for line, answer in content.examples():
            own.setdefault(reached(line), set()).add(answer)
        nobody = set(map(reached, content.elsewhere_lines()))
        sole = {line: answers for line, answers in own.items() if len(answers) == 1 and line not in nobody}
        assert len(sole) > 0.99 * len(own)
        samples = {
            reached(sample)
            for intent in compile_model(content)["interactionModel"]["languageModel"]["intents"]
            for sample in intent.get("samples", ())
        }
        asked = {line for line in samples & sole.keys() if is_one_in(share, line)}
        assert len(asked) > 0.2 / share * len(sole)
        assert [line for line in asked if set(model.read(line).answers) != sole[line]] == []

    @SHARES
    def test_an_authored_line_of_elsewhere_is_declined(
        self, content: Content, model: Understanding, share: int
    ) -> None:
        reached = reaching(content)
        ours = {reached(line) for line, _ in content.examples()}
        lines = {reached(line) for line in content.elsewhere_lines()} - ours
        asked = [line for line in lines if is_one_in(share, line)]
        assert len(asked) > 0.9 / share * len(lines)
        assert [line for line in asked if model.read(line).outcome != "decline"] == []

    def test_probabilities_are_ranked_and_whole(self, unaided: Understanding) -> None:
        chances = [chance for _, chance in unaided.read("ice or heat for my back").ranked]
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1)


class TestExplain:
    def test_names_what_counted(self, model: Understanding) -> None:
        first, *others = model.explain("how long do i leave a heating pad on my back", most=3)
        assert first.answer == "heat"
        assert any("heating" in feature for feature, weight in first.features if weight > 0)
        assert len(others) == 2
        assert all(first.probability >= other.probability for other in others)

    def test_says_nothing_of_nothing(self, model: Understanding) -> None:
        counted = {feature for reason in model.explain("") for feature, _ in reason.features}
        assert counted <= {"~"}  # only that nothing names the back


BAD_INPUT = [
    *("", " ", "a", "?", "\0", "🙂" * 50, "背中が痛い", "спина болит", "<speak><break time='9s'/></speak>"),
    *("xyzzy plugh " * 700, "'" * 8_000, "a" * 8_000, "\n".join("abc")),
]


class TestBadInput:
    @pytest.mark.parametrize("text", BAD_INPUT, ids=lambda text: repr(text[:12]))
    def test_is_an_ordinary_decline(self, model: Understanding, text: str) -> None:
        assert model.read(text).outcome == "decline"

    def test_the_same_word_a_thousand_times_is_never_answered(self, model: Understanding) -> None:
        assert model.read("banana " * 1_000).outcome == "decline"

    @given(st.text(max_size=60))
    @settings(max_examples=150, deadline=None)
    def test_any_text_is_read(self, model: Understanding, text: str) -> None:
        reading = model.read(text)
        assert reading.outcome in ("answer", "offer", "decline")
        assert len({answer for answer, _ in reading.ranked}) == len(reading.ranked)


class TestCost:
    def test_one_utterance(self, content: Content, model: Understanding) -> None:
        lines = sorted((line for line, _ in content.examples()), key=len)[-200:]
        spans = sorted(seconds(partial(model.read, line)) for line in lines)  # once: what was read last is remembered
        assert spans[int(len(spans) * 0.99)] <= PERCENT_99_SECONDS

    def test_the_longest_text_that_is_read(self, model: Understanding) -> None:
        text = "unheardof wordage " * (MOST_CHARACTERS // 18)
        assert seconds(partial(model.read, text)) <= 3 * PERCENT_99_SECONDS

    def test_weights_fit_and_load_fast(self, release_data: dict[str, Any]) -> None:
        written = json.dumps(release_data["understanding"])
        assert len(written) <= 1_000_000
        assert seconds(lambda: Understanding(json.loads(written)), times=7) <= LOADING_SECONDS
