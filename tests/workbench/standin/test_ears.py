"""The stand-in's ears: Amazon's order of matching, and never more than Alexa would hand over."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guide.release import Release
from workbench.compiler.interaction_model import Model
from workbench.standin.device import intent_request
from workbench.standin.ears import BUILT_IN, FALLBACK, SEARCH_QUERY, Ears, Hearing, Slot


def intent(name: str, *samples: str, **slots: str) -> dict[str, Any]:
    listed = [{"name": slot, "type": kind} for slot, kind in slots.items()]
    return {"name": name, "slots": listed, "samples": list(samples)}


def value(identity: str, *said: str) -> dict[str, Any]:
    return {"id": identity, "name": {"value": said[0], "synonyms": list(said[1:])}}


def model(*intents: dict[str, Any], **types: list[dict[str, Any]]) -> Model:
    kinds = [{"name": name, "values": values} for name, values in types.items()]
    return {"interactionModel": {"languageModel": {"intents": list(intents), "types": kinds}}}


SMALL = model(
    {"name": "AMAZON.StopIntent", "samples": []},
    {"name": FALLBACK, "samples": []},
    intent("HeatIntent", "is heat good for a back", "what's a c. t. scan", "stop it"),
    intent("TopicIntent", "{topic}", "tell me about {topic}", "{topic} please", "about {topic} please", topic="Topic"),
    intent("SignIntent", "i have {sign}", sign="Sign"),
    intent("WhatIntent", "what is {query}", "what is the {query}", query=SEARCH_QUERY),
    intent("WhatIsAIntent", "what is a {query}", query=SEARCH_QUERY),
    intent("TellIntent", "tell me about {query}", query=SEARCH_QUERY),
    intent("IHaveIntent", "i have {query}", query=SEARCH_QUERY),
    intent("HurtsIntent", "{query} hurts", "{query} really hurts", query=SEARCH_QUERY),
    intent("BothEndsIntent", "does {query} help my back", query=SEARCH_QUERY),
    Topic=[value("heat", "heat", "heating pads", "a Hot-Water bottle"), value("ice", "ice")],
    Sign=[value("numb", "numb legs", "numbness in my legs")],
)


@pytest.fixture(scope="module")
def small() -> Ears:
    return Ears(SMALL)


def heard(ears: Ears, said: str) -> tuple[str, str, dict[str, str]]:
    hearing = ears.hear(said)
    return hearing.intent, hearing.by, {name: slot.value for name, slot in hearing.slots.items()}


class TestOrder:
    def test_built_in_before_samples(self, small: Ears) -> None:
        assert heard(small, "Stop it!") == ("AMAZON.StopIntent", "built-in", {})

    def test_built_in_on_its_exact_phrases_only(self, small: Ears) -> None:
        assert heard(small, "stop the pain")[0] == FALLBACK

    def test_built_in_that_the_model_does_not_have_is_not_heard(self, small: Ears) -> None:
        assert heard(small, "repeat that")[0] == FALLBACK

    def test_exact_sample_before_slots_and_carriers(self) -> None:
        ears = Ears(
            model(
                intent("A", "{query} hurts", query=SEARCH_QUERY),
                intent("B", "what hurts"),
                intent("C", "{t}", t="T"),
                T=[value("x", "what hurts")],
            )
        )
        assert heard(ears, "what hurts") == ("B", "sample", {})

    def test_slot_value_before_carrier(self, small: Ears) -> None:
        assert heard(small, "tell me about heat") == ("TopicIntent", "sample", {"topic": "heat"})
        assert heard(small, "tell me about my dog") == ("TellIntent", "carrier", {"query": "my dog"})
        assert heard(small, "i have numb legs") == ("SignIntent", "sample", {"sign": "numb legs"})
        assert heard(small, "i have a dog") == ("IHaveIntent", "carrier", {"query": "a dog"})

    @pytest.mark.parametrize("said", ["purple elephants", "", "   ", "?!", "日本語", "what", "what is", "hurts"])
    def test_what_is_left_goes_to_fallback_without_a_word(self, small: Ears, said: str) -> None:
        assert small.hear(said) == Hearing(FALLBACK, {}, "nothing", "")


class TestSamples:
    @pytest.mark.parametrize(
        "said", ["is heat good for a back", "Is HEAT good for a back?", " is heat, good for a  back. "]
    )
    def test_case_and_punctuation_do_not_matter(self, small: Ears, said: str) -> None:
        assert heard(small, said) == ("HeatIntent", "sample", {})

    @pytest.mark.parametrize("said", ["what's a c t scan", "what’s a C. T. scan?"])
    def test_apostrophes_and_abbreviations(self, small: Ears, said: str) -> None:
        assert heard(small, said)[0] == "HeatIntent"

    def test_the_wake_word_is_not_part_of_what_is_said(self, small: Ears) -> None:
        assert heard(small, "Alexa, tell me about heat") == heard(small, "tell me about heat")
        assert heard(small, "Alexa")[0] == FALLBACK

    @pytest.mark.parametrize("said", ["is heat good for backs", "heat good for a back", "oh is heat good for a back"])
    def test_nearly_is_not_exactly(self, small: Ears, said: str) -> None:
        assert heard(small, said)[0] != "HeatIntent"


class TestSlots:
    @pytest.mark.parametrize("said", ["heat", "tell me about heat", "heat please", "about heat please"])
    def test_wherever_the_slot_stands(self, small: Ears, said: str) -> None:
        assert heard(small, said) == ("TopicIntent", "sample", {"topic": "heat"})

    @pytest.mark.parametrize(
        ("said", "as_said"), [("heating pads", "heating pads"), ("A hot water bottle", "a hot water bottle")]
    )
    def test_synonym_resolves_to_its_value(self, small: Ears, said: str, as_said: str) -> None:
        slot = small.hear(said).slots["topic"]
        assert (slot.value, slot.type, slot.resolved) == (as_said, "Topic", ("heat", "heat"))

    def test_words_that_are_no_value_are_not_heard_as_one(self, small: Ears) -> None:
        assert heard(small, "heat and ice")[0] == FALLBACK

    def test_most_literal_sample_wins(self, small: Ears) -> None:
        assert small.hear("about heat please").sample == "about {topic} please"


class TestCarriers:
    def test_carrier_words_are_not_passed_on(self, small: Ears) -> None:
        assert heard(small, "what is sciatica, anyway?") == ("WhatIntent", "carrier", {"query": "sciatica anyway"})

    def test_most_literal_carrier_wins(self, small: Ears) -> None:
        assert heard(small, "what is a slipped disc") == ("WhatIsAIntent", "carrier", {"query": "slipped disc"})
        assert heard(small, "what is the disc") == ("WhatIntent", "carrier", {"query": "disc"})
        assert heard(small, "it really hurts") == ("HurtsIntent", "carrier", {"query": "it"})

    def test_a_sample_heard_freely_is_heard_behind_its_carrier(self) -> None:
        ears = Ears(
            model(intent("HeatIntent", "how does heat help"), intent("HowIntent", "how {query}", query=SEARCH_QUERY))
        )
        assert ears.hear("how does heat help").intent == "HeatIntent"
        freely = ears.hear_freely("How does heat help?")
        assert (freely.intent, freely.slots["query"].value) == ("HowIntent", "does heat help")
        assert [ears.hear_freely(said).intent for said in ("", "heat")] == [FALLBACK, FALLBACK]

    def test_trailing_and_surrounding_carriers(self, small: Ears) -> None:
        assert heard(small, "my back hurts") == ("HurtsIntent", "carrier", {"query": "my back"})
        assert heard(small, "does walking help my back") == ("BothEndsIntent", "carrier", {"query": "walking"})

    def test_whole_words_only(self, small: Ears) -> None:
        assert heard(small, "what island")[0] == FALLBACK
        assert heard(small, "it unhurts")[0] == FALLBACK

    @pytest.mark.parametrize(
        ("said", "value"),
        [
            ("41 year old driver", "one year old driver"),
            ("40 years of it", "years of it"),
            ("400 kilos", None),
            ("4015 cars", "fifteen cars"),
            ("4000 cars", "hundred cars"),
        ],
    )
    def test_a_number_at_the_beginning_is_said_in_words(self, said: str, value: str | None) -> None:
        ears = Ears(model(intent("AgeIntent", "forty {query}", query=SEARCH_QUERY)))
        assert ears.hear(said) == (
            Hearing("AgeIntent", {"query": Slot(value, SEARCH_QUERY)}, "carrier", "forty {query}")
            if value
            else Hearing(FALLBACK, {}, "nothing", "")
        )

    def test_a_letter_and_a_number_are_said_as_two_words(self) -> None:
        ears = Ears(model(intent("LevelIntent", "l {query}", query=SEARCH_QUERY)))
        assert heard(ears, "L5 S1 disc") == ("LevelIntent", "carrier", {"query": "five s1 disc"})

    def test_carrier_alone_carries_nothing(self, small: Ears) -> None:
        assert heard(small, "what is a") == ("WhatIntent", "carrier", {"query": "a"})
        assert heard(small, "does help my back")[0] == FALLBACK

    def test_of_equals_the_first_in_the_model(self) -> None:
        ears = Ears(model(intent("A", "oh {query}", query=SEARCH_QUERY), intent("B", "{query} ow", query=SEARCH_QUERY)))
        assert heard(ears, "oh my ow")[0] == "A"

    def test_slot_of_the_free_text_has_no_resolution(self, small: Ears) -> None:
        slot = small.hear("what is heat")
        assert slot.slots["query"].resolved is None


class TestGeneratedModel:
    def test_every_built_in_phrase_is_its_intent(self, ears: Ears, model: Model) -> None:
        present = {intent["name"] for intent in model["interactionModel"]["languageModel"]["intents"]}
        for name in BUILT_IN.keys() & present:
            for phrase in BUILT_IN[name].split("|"):
                assert heard(ears, phrase) == (name, "built-in", {}), phrase

    def test_every_sample_without_a_slot_means_what_its_intent_means(
        self, ears: Ears, model: Model, release: Release
    ) -> None:
        """ "Never mind" is Alexa's own way to cancel and a sample of ours; both mean to stop."""
        for intent in model["interactionModel"]["languageModel"]["intents"]:
            for sample in intent["samples"]:
                if "{" not in sample:
                    assert release.intents[ears.hear(sample).intent] == release.intents[intent["name"]], sample

    def test_every_carrier_passes_on_what_stands_in_its_slot(self, ears: Ears, model: Model) -> None:
        for intent in model["interactionModel"]["languageModel"]["intents"]:
            if any(slot["type"] == SEARCH_QUERY for slot in intent.get("slots", [])):
                for sample in intent["samples"]:
                    hearing = ears.hear(sample.replace("{query}", "zyzzyva quokka"))
                    assert "zyzzyva quokka" in hearing.slots["query"].value, sample

    @given(
        said=st.text(max_size=200)
        | st.lists(
            st.sampled_from(
                [
                    "what",
                    "is",
                    "a",
                    "my",
                    "back",
                    "hurts",
                    "i",
                    "have",
                    "heat",
                    "numb",
                    "legs",
                    "please",
                    "tell",
                    "me",
                    "about",
                    "how",
                    "do",
                    "the",
                    "stop",
                ]
            ),
            max_size=12,
        ).map(" ".join)
    )
    def test_any_text_is_heard_as_something_alexa_could_send(self, ears: Ears, model: Model, said: str) -> None:
        hearing = ears.hear(said)
        intents = {intent["name"]: intent for intent in model["interactionModel"]["languageModel"]["intents"]}
        slots = {slot["name"]: slot["type"] for slot in intents[hearing.intent].get("slots", [])}
        assert {name: slot.type for name, slot in hearing.slots.items()} == {
            name: slots[name] for name in hearing.slots
        }
        assert bool(hearing.slots) == bool(slots)
        assert all(slot.value for slot in hearing.slots.values())

    def test_intent_without_slots_carries_no_text(self, ears: Ears, model: Model) -> None:
        """Whatever line of it was said, the request has its name and nothing else that could tell the lines apart."""
        for intent in model["interactionModel"]["languageModel"]["intents"]:
            if not intent.get("slots"):
                for sample in intent["samples"]:
                    hearing = ears.hear(sample)
                    assert intent_request(hearing) == {
                        "type": "IntentRequest",
                        "dialogState": "STARTED",
                        "intent": {"name": hearing.intent, "confirmationStatus": "NONE"},
                    }
