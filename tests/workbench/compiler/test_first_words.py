"""Words that a question may begin with go to the carrier phrase that says about the same."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from workbench.compiler.content import Content
from workbench.compiler.first_words import FEWEST_LINES, homes
from workbench.compiler.interaction_model import compile_model, frames, meanings, parts_of
from workbench.standin.ears import Ears, passed_on

READS = {"Rub": "massage", "Warm": "hot water", "Pet": "dog"}


def some_content(tmp_path: Path, ours: dict[str, list[str]], elsewhere: dict[str, list[str]]) -> Content:
    class Said(Content):
        def examples(self) -> list[tuple[str, str]]:
            return [(line, answer) for answer, lines in ours.items() for line in lines]

    return Said(tmp_path, elsewhere=elsewhere)


@pytest.fixture
def small(tmp_path: Path) -> Content:
    ours = {
        "massage": ["does a massage help", "massage for me", "is massage good", "a massage or not"]
        + [f"shiatsu {day}" for day in ("today", "tomorrow", "tonight")]
        + ["reflexology at all"],
        "heat": ["is hot water good", "a hot water bottle", "hot water or not"]
        + [f"kneipp {day}" for day in ("today", "tomorrow", "tonight")],
    }
    return some_content(
        tmp_path, ours, {"animals": ["my dog limps", "dog food", "poodle one", "poodle two", "a poodle"]}
    )


class TestHomes:
    def test_a_word_goes_where_its_lines_have_the_same_answers(self, small: Content) -> None:
        words = ["shiatsu", "kneipp", "poodle"]
        assert homes(small, words, READS) == {"shiatsu": "Rub", "kneipp": "Warm", "poodle": "Pet"}

    def test_a_word_of_which_little_is_known_goes_nowhere(self, small: Content) -> None:
        assert FEWEST_LINES > 1
        assert homes(small, ["reflexology", "unheardof"], READS) == {}

    def test_a_word_that_is_everywhere_goes_nowhere(self, tmp_path: Path) -> None:
        ours = {
            "massage": ["massage now", "good massage", "good now"],
            "heat": ["hot water now", "good hot water", "now good"],
        }
        assert homes(some_content(tmp_path, ours, {}), ["good", "now"], READS) == {}

    def test_a_rare_misspelling_goes_with_the_word(self, tmp_path: Path) -> None:
        ours = {
            "massage": [f"shiatsu {letter}" for letter in "abcdefghijklmnopqrstuvw"] + ["massage", "a massage"],
            "heat": ["hot water"] * 60,
        }
        assert homes(some_content(tmp_path, ours, {}), ["shiatssu"], READS) == {"shiatssu": "Rub"}

    def test_it_is_kept_until_the_lines_change(self, small: Content) -> None:
        assert homes(small, ["poodle"], READS) == {"poodle": "Pet"}
        small.elsewhere["animals"] = ["my dog limps", "dog food"]
        assert homes(small, ["poodle"], READS) == {}

    def test_only_an_animal_is_read_as_one(self, small: Content, content: Content) -> None:
        """What an animal suffers is no warning sign: "senior with back pain after a fall" must not be anybody's dog."""
        small.elsewhere["animals"] += [f"senior {number}" for number in ("one", "two", "three")]
        assert homes(small, ["poodle", "senior"], READS) == {"poodle": "Pet", "senior": "Pet"}
        with_signs = dataclasses.replace(small, signs=content.signs)
        assert homes(with_signs, ["poodle", "senior"], READS) == {"poodle": "Pet"}


class TestTheModel:
    @pytest.mark.parametrize(
        ("line", "read"),
        [
            ("shiatsu when i'm stiff", "massage when i'm stiff"),
            ("vizsla with a limp", "dog with a limp"),
            ("tapentadol and driving", "prescription and driving"),
            ("senior with back pain after a fall", "with back pain after a fall"),
        ],
    )
    def test_first_words_are_read_as_what_says_about_the_same(self, content: Content, line: str, read: str) -> None:
        assert passed_on(Ears(compile_model(content)).hear_freely(line), meanings(content)) == read

    def test_no_carrier_phrase_is_lost(self, content: Content) -> None:
        written = {
            sample
            for section in ("urgent_frames", "frames")
            for frame in content.intents[section].values()
            for sample in parts_of(frame)[1]
        }
        samples = [sample for frame in frames(content).values() for sample in frame["samples"]]
        assert written <= set(samples)
        assert len(samples) == len(set(samples))
