"""interaction_model/*.json: does Amazon allow it, and do the model and the function know the same things?

Numbers such as 4.3 are Amazon's own, of its certification tests.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import IntentRequest
from ask_smapi_model.v1.skill.interaction_model.interaction_model_data import InteractionModelData

from alexa.requests import hear
from guide import conversation
from guide.conversation import take_turn
from guide.heard import Heard, Session
from guide.release import Release
from tests import alexa_rules
from tests.alexa_rules import LOCALES, MODEL_RULES, SEARCH_QUERY, Intent, Model
from tests.shares import is_one_in
from workbench.compiler.build import stale_models
from workbench.compiler.content import Content
from workbench.compiler.interaction_model import FOLDER, MOST_ASKED_CHARACTERS, compile_model, intent_name, meanings
from workbench.standin.device import intent_request
from workbench.standin.ears import BUILT_IN, FALLBACK, Ears, Hearing, Slot

Rule = Callable[[Model], list[str]]

SERIALIZER = DefaultSerializer()

LEAST_LINES = 20
"""``ask:`` lines of an answer, and so samples of its intent."""

SAID = {"Topic": "heat", "Sign": "numbness between my legs", "AMAZON.NUMBER": "three", SEARCH_QUERY: "quibble"}
"""Something to say for a slot of each type."""

COMMANDS = {name.removeprefix("_on_") for name in vars(conversation._Turn) if name.startswith("_on_")}
"""What the conversation can be told to do."""

LEVELS = [None, "soon", "today", "emergency"]
"""Care levels of warning signs, the least urgent first."""

MOST_CUT_SHORT = 0.22
"""Of emergencies that leave out how a sentence begins, so many may go unheard; there is no room for a carrier for each word.

Of all 10,046, .183 do; of twenty twentieths, between .148 and .214.
"""

NOTHING = "nothing"
"""What an intent means that brings no words: something was said, and nobody knows what."""


@pytest.fixture(params=LOCALES)
def locale_model(request: pytest.FixtureRequest, built: Path) -> Model:
    data: Model = json.loads((built / FOLDER / f"{request.param}.json").read_bytes())
    return data


# Amazon's rules.


@pytest.mark.parametrize("rule", MODEL_RULES, ids=lambda rule: rule.__name__)
def test_the_model_keeps_amazons_rules(rule: Rule, locale_model: Model) -> None:
    """Facts 2.2, 2.6 and 3; each rule says in its own docstring what it is and who enforces it."""
    assert rule(locale_model) == [], rule.__doc__


def test_the_invocation_name_can_be_heard(locale_model: Model) -> None:
    """4.5; it can never be changed once the skill is certified."""
    name = alexa_rules.language(locale_model)["invocationName"]
    assert name == "back spasm guide"
    assert alexa_rules.invocation_name(name) == []


@pytest.mark.parametrize(
    "name",
    [
        *(
            "spasms",
            "the spasm",
            "spasm about",
            "back spasm skill",
            "back spasm app",
            "ask back spasm",
            "alexa back spasm",
        ),
        *("back spasm to go", "Back Spasm Guide", "back spasm 2", "back-spasm guide", "'s back guide", ""),
    ],
)
def test_an_invocation_name_that_is_refused(name: str) -> None:
    """4.5"""
    assert alexa_rules.invocation_name(name)


@pytest.mark.parametrize("name", ["back spasm guide", "sam's science trivia", "the a. b. c. guide", "my back"])
def test_an_invocation_name_that_is_accepted(name: str) -> None:
    """4.5; the second and most of the third are Amazon's own examples."""
    assert alexa_rules.invocation_name(name) == []


def test_every_answer_has_samples_enough(model: Model, content: Content) -> None:
    """Facts 2.6, "when in doubt, include more": an intent of its own for each answer, with at least 20 samples."""
    counted = {intent["name"]: len(intent["samples"]) for intent in alexa_rules.custom_intents(model)}
    assert [answer for answer in content.answers if counted.get(intent_name(answer), 0) < LEAST_LINES] == []


# The rules themselves: a model that keeps them all, broken in one way each.


def small_model() -> Model:
    """A model that keeps every rule, with a part of every kind."""
    intents: list[Intent] = [{"name": name, "samples": []} for name in sorted(alexa_rules.NEEDED_BUILT_INS)]
    intents += [
        {"name": "HeatIntent", "slots": [], "samples": ["does heat help", "warm it", "m.r.i. or what's hot"]},
        {"name": "TopicIntent", "slots": [{"name": "topic", "type": "Topic"}], "samples": ["{topic}", "about {topic}"]},
        {"name": "HowIntent", "slots": [{"name": "query", "type": SEARCH_QUERY}], "samples": ["how {query}"]},
    ]
    heat = {"id": "heat", "name": {"value": "heat", "synonyms": ["warmth", "a heating pad"]}}
    ice = {"id": "ice", "name": {"value": "ice", "synonyms": []}}
    return {
        "interactionModel": {
            "languageModel": {
                "invocationName": "back spasm guide",
                "modelConfiguration": {"fallbackIntentSensitivity": {"level": "LOW"}},
                "intents": intents,
                "types": [{"name": "Topic", "values": [heat, ice]}],
            }
        }
    }


class Breaker:
    """A small model, and short names for its parts."""

    def __init__(self) -> None:
        self.model = small_model()
        self.language = alexa_rules.language(self.model)
        named = {intent["name"]: intent for intent in alexa_rules.intents(self.model)}
        self.stop, self.heat, self.topic, self.how = (
            named[name] for name in ("AMAZON.StopIntent", "HeatIntent", "TopicIntent", "HowIntent")
        )
        self.kind = self.language["types"][0]
        self.warmth = self.kind["values"][0]["name"]

    def intents(self, number: int) -> list[Intent]:
        """Add intents, each with a sample; return all."""
        more = [{"name": f"X{'x' * n}Intent", "samples": [f"sample {'x' * n}"]} for n in range(number)]
        self.language["intents"] += more
        return alexa_rules.intents(self.model)


def says(sample: str) -> Callable[[Breaker], Any]:
    """Adds a sample to an intent without slots."""
    return lambda it: it.heat["samples"].append(sample)


def can_be(synonym: str) -> Callable[[Breaker], Any]:
    """Adds a synonym to a slot's value."""
    return lambda it: it.warmth["synonyms"].append(synonym)


BROKEN: list[tuple[Rule, Callable[[Breaker], Any]]] = [
    (alexa_rules.fields, lambda it: it.language.pop("invocationName")),
    (alexa_rules.fields, lambda it: it.language.update(invocationName="")),
    (alexa_rules.fields, lambda it: it.language.update(intent=[])),
    (alexa_rules.fields, lambda it: it.heat.pop("samples")),
    (alexa_rules.fields, lambda it: it.heat.update(sample=[])),
    (alexa_rules.fields, lambda it: it.heat.update(slots=[{"name": "topic"}])),
    (alexa_rules.fields, lambda it: it.heat["samples"].append(None)),
    (alexa_rules.fields, lambda it: it.warmth.pop("synonyms")),
    (alexa_rules.fields, lambda it: it.warmth.update(value="")),
    (alexa_rules.fields, lambda it: it.kind["values"][1].pop("id")),
    (alexa_rules.fields, lambda it: it.model.update(version="1")),
    (alexa_rules.fields, lambda it: it.model["interactionModel"].update(dialogs={})),
    (alexa_rules.fields, lambda it: it.language["modelConfiguration"].update(fallbackIntentSensitivity={})),
    (
        alexa_rules.enumerations,
        lambda it: it.language["modelConfiguration"]["fallbackIntentSensitivity"].update(level="low"),
    ),
    (alexa_rules.size, lambda it: it.intents(250)),
    (
        alexa_rules.size,
        lambda it: it.language["types"].extend({"name": f"X{'x' * n}", "values": []} for n in range(340)),
    ),
    (alexa_rules.size, lambda it: it.heat["samples"].append("x" * alexa_rules.MOST_BYTES)),
    (alexa_rules.names, lambda it: it.heat.update(name="Heat2Intent")),
    (alexa_rules.names, lambda it: it.heat.update(name="Heat.Intent")),
    (alexa_rules.names, lambda it: it.kind.update(name="AMAZON.Topic")),
    (alexa_rules.names, lambda it: it.topic["slots"][0].update(name="topic 1")),
    (alexa_rules.names_twice, lambda it: it.heat.update(name="TOPICIntent")),
    (alexa_rules.names_twice, lambda it: it.heat.update(name="query")),
    (alexa_rules.names_twice, lambda it: it.language["types"].append(copy.deepcopy(it.kind))),
    *((alexa_rules.sample_characters, says(f"does heat help{c} or not")) for c in '?!,;:/+&*"’<>()=%$\n.'),
    *(
        (alexa_rules.sample_characters, says(sample))
        for sample in (" heat", "heat ", "is  it", "2 pads", "a.b", "e.t.c")
    ),
    (alexa_rules.sample_twice, says("Does heat help")),
    (alexa_rules.sample_twice, lambda it: it.how["samples"].append("how {query}")),
    (alexa_rules.sample_twice, lambda it: it.intents(1)[-1]["samples"].append("warm-it")),
    (
        alexa_rules.sample_twice,
        lambda it: it.language["intents"].append(
            {"name": "WhyIntent", "slots": [{"name": "text", "type": SEARCH_QUERY}], "samples": ["how {text}"]}
        ),
    ),
    (alexa_rules.wake_words, says("alexa does heat help")),
    (alexa_rules.wake_words, says("is alexa sure")),
    (alexa_rules.wake_words, says("computer does heat help")),
    (alexa_rules.wake_words, says("ask back spasm guide about heat")),
    (alexa_rules.wake_words, says("talk to back spasm guide about heat")),
    (alexa_rules.slot_use, says("is {topic} good")),
    (alexa_rules.slot_use, lambda it: it.topic["samples"].append("what about it")),
    (alexa_rules.slot_use, lambda it: it.topic["samples"].append("{topic} or {topic}")),
    (alexa_rules.slot_use, lambda it: it.topic["slots"].append({"name": "other", "type": "Topic"})),
    (alexa_rules.slot_use, lambda it: it.topic["slots"].append({"name": "topic", "type": "Topic"})),
    (alexa_rules.slot_types, lambda it: it.how["slots"][0].update(name="topic")),
    (alexa_rules.slot_types, lambda it: it.topic["slots"][0].update(type="Topics")),
    (alexa_rules.slot_types, lambda it: it.topic["slots"][0].update(type="AMAZON.SearchQueries")),
    (alexa_rules.slot_types, lambda it: it.kind.update(values=[])),
    (alexa_rules.slot_values, can_be("x" * 141)),
    (alexa_rules.slot_values, can_be("heat")),
    (alexa_rules.slot_values, can_be("ice")),
    (alexa_rules.slot_values, can_be("20 minutes")),
    (alexa_rules.slot_values, can_be("hot, hot")),
    (alexa_rules.slot_values, can_be("-")),
    (alexa_rules.slot_values, lambda it: it.kind["values"][1].update(id="heat")),
    (alexa_rules.search_query_alone, lambda it: it.how["slots"].append({"name": "topic", "type": "Topic"})),
    (alexa_rules.search_query_carrier, lambda it: it.how["samples"].append("{query}")),
    (alexa_rules.search_query_carrier, lambda it: it.how["samples"].append(" {query}")),
    (alexa_rules.built_ins, lambda it: it.language["intents"].remove(it.stop)),
    (alexa_rules.built_ins, lambda it: it.stop.update(name="AMAZON.EndIntent")),
    (alexa_rules.built_in_samples, lambda it: it.stop["samples"].append("enough")),
    (alexa_rules.built_in_samples, lambda it: it.stop.update(slots=[{"name": "topic", "type": "Topic"}])),
    (alexa_rules.custom_intents_with_samples, lambda it: it.heat.update(samples=[])),
    (
        alexa_rules.custom_intents_with_samples,
        lambda it: it.language.update(intents=[i for i in it.language["intents"] if "AMAZON" in i["name"]]),
    ),
    (alexa_rules.not_a_bypass, lambda it: it.how["samples"].extend(f"{c} {{query}}" for c in "abcdef")),
]


def test_a_model_that_keeps_every_rule() -> None:
    assert [problem for rule in MODEL_RULES for problem in rule(small_model())] == []


@pytest.mark.parametrize(("rule", "spoil"), BROKEN, ids=[rule.__name__ for rule, _ in BROKEN])
def test_a_rule_bites(rule: Rule, spoil: Callable[[Breaker], Any]) -> None:
    breaker = Breaker()
    spoil(breaker)
    assert rule(breaker.model)


def test_every_rule_has_been_seen_to_bite() -> None:
    assert {rule for rule, _ in BROKEN} == set(MODEL_RULES)


# Amazon's own classes.


def round_trip(model: Model) -> Any:
    """``model`` through the official SMAPI classes and back to what they would send."""
    return SERIALIZER.serialize(SERIALIZER.deserialize(json.dumps(model), InteractionModelData))


def test_amazons_classes_give_the_model_back(locale_model: Model) -> None:
    """SMAPI schema: what those classes do not know, they drop without a word, so only the way back tells."""
    assert round_trip(locale_model) == locale_model


@pytest.mark.parametrize(
    "spoil",
    [
        lambda it: it.language.update(invocation="back spasm guide"),
        lambda it: it.heat.update(sample=["heat"]),
        lambda it: it.heat.update(samples=[1]),
        lambda it: it.topic["slots"][0].update(kind="Topic"),
        lambda it: it.warmth.update(synonym=["warmth"]),
        lambda it: it.language["modelConfiguration"].update(sensitivity="LOW"),
    ],
)
def test_amazons_classes_do_not_give_back_what_they_do_not_know(spoil: Callable[[Breaker], Any]) -> None:
    breaker = Breaker()
    assert round_trip(breaker.model) == breaker.model
    spoil(breaker)
    assert round_trip(breaker.model) != breaker.model


def test_amazons_classes_refuse_an_unknown_sensitivity() -> None:
    breaker = Breaker()
    breaker.language["modelConfiguration"]["fallbackIntentSensitivity"]["level"] = "NONE"
    with pytest.raises(SerializationException):
        round_trip(breaker.model)


# The five files.


def test_there_is_a_model_for_every_place(built: Path, content: Content) -> None:
    """Facts 7.7: the locales of models, manifest (see test_manifest.py) and places are the same."""
    assert tuple(content.locales) == LOCALES
    assert sorted(path.stem for path in (built / FOLDER).glob("??-??.json")) == sorted(LOCALES)


def test_the_locales_share_one_model(locale_model: Model, model: Model) -> None:
    """They share one language; what differs between them is what is said, and that is in content/places.yaml."""
    assert locale_model == model


def test_the_models_are_what_the_content_gives(built: Path) -> None:
    assert stale_models(built) == []


# The model and the function.


def filled(sample: str, kinds: dict[str, str]) -> str:
    """A sample with something said for each of its slots."""
    return re.sub(r"\{(\w+)\}", lambda slot: SAID[kinds[slot[1]]], sample)


def meant(hearing: Hearing, release: Release) -> Heard:
    """What the function makes of what the ears heard."""
    request = SERIALIZER.deserialize(json.dumps(intent_request(hearing)), IntentRequest)
    return hear(request, release)


def slot_type(model: Model, name: str) -> dict[str, Any]:
    (kind,) = (kind for kind in alexa_rules.language(model)["types"] if kind["name"] == name)
    found: dict[str, Any] = kind
    return found


def gist(heard: Heard) -> tuple[str, str]:
    """What a listener gets of it: an answer, a command, or what their words come to."""
    return (heard.kind, heard.command or heard.answer)


def each_sample(model: Model, ears: Ears) -> Iterator[tuple[Intent, str, Hearing]]:
    """Every sample with something said for its slots, and what the ears make of that."""
    for intent, sample in alexa_rules.samples(model):
        said = filled(sample, alexa_rules.slots(intent))
        yield intent, said, ears.hear(said)


def test_the_release_knows_the_models_intents_and_no_others(model: Model, release: Release, content: Content) -> None:
    """4.2: an intent that the function does not know would be answered with "I didn't catch that"."""
    assert release.intents == meanings(content)
    assert set(release.intents) == {intent["name"] for intent in alexa_rules.intents(model)}


def test_every_intent_is_understood_by_the_function(model: Model, release: Release) -> None:
    """4.2, for one thing said to each intent: an answer that is there, a command that is there, or text."""
    for intent in alexa_rules.intents(model):
        slots = {name: Slot(SAID[kind], kind) for name, kind in alexa_rules.slots(intent).items()}
        heard = meant(Hearing(intent["name"], slots, "sample", ""), release)
        if intent["name"] == FALLBACK:
            assert heard.command in ("", NOTHING)
            continue
        assert heard.kind in ("answer", "command", "text"), intent["name"]
        assert heard.kind != "answer" or heard.answer in release.answers
        assert heard.kind != "command" or heard.command in COMMANDS
        assert heard.kind != "text" or all(slot.value in heard.text for slot in slots.values())


def test_every_intent_survives_empty_slots(model: Model, release: Release) -> None:
    """4.11: a slot that is empty, or unknown to its type, is no error."""
    for intent in alexa_rules.intents(model):
        slots = {name: Slot("", kind) for name, kind in alexa_rules.slots(intent).items()}
        assert meant(Hearing(intent["name"], slots, "sample", ""), release).kind != "text"


def test_every_command_that_the_model_means_exists(content: Content) -> None:
    means = {command["means"] for command in content.intents["commands"].values()}
    assert means - COMMANDS == {NOTHING}


def test_every_command_of_the_conversation_can_be_said(model: Model, release: Release, ears: Ears) -> None:
    """Nothing in the conversation is there for nobody."""
    said = [hearing for _, _, hearing in each_sample(model, ears)]
    said += [ears.hear(phrase) for phrases in BUILT_IN.values() for phrase in phrases.split("|")]
    assert {meant(hearing, release).command for hearing in said} >= COMMANDS


def test_every_sample_is_heard_as_what_it_stands_for(model: Model, release: Release, ears: Ears) -> None:
    """No sample is taken away by a built-in's phrase, another sample or a carrier phrase that means something else."""
    stolen = []
    for intent, said, hearing in each_sample(model, ears):
        slots = hearing.slots if hearing.intent == intent["name"] else {}
        slots = slots or {
            name: Slot(SAID[kind], kind, ears.hear(SAID[kind]).slots.get(name, Slot("", "")).resolved)
            for name, kind in alexa_rules.slots(intent).items()
        }
        if gist(meant(hearing, release)) != gist(meant(Hearing(intent["name"], slots, "", ""), release)):
            stolen.append(f"{intent['name']}: '{said}' is heard as {hearing.intent}")
    assert stolen == []


def test_every_topic_and_synonym_is_heard_as_its_answer(model: Model, release: Release, ears: Ears) -> None:
    """4.2, every slot value: said alone, and with words around it."""
    wrong = []
    for answer, topic in alexa_rules.values(slot_type(model, "Topic")):
        for said in (topic, f"i want to hear about {topic}"):
            if gist(meant(ears.hear(said), release)) != ("answer", answer):
                wrong.append(f"'{said}' is {answer}, and is heard as {ears.hear(said)}")
    assert wrong == []


def level(heard: Heard, release: Release) -> int:
    """How urgent the guide takes what was heard to be: 0 is no warning at all."""
    _, attributes = take_turn(release, Session(True, "en-US"), {}, heard)
    return LEVELS.index(attributes["said"]["care_level"])


def test_every_sign_and_synonym_is_heard_as_its_sign(model: Model, release: Release, ears: Ears) -> None:
    """4.2, every slot value: a warning sign that a listener tells of is never taken for less than it is."""
    less = []
    for sign, said in alexa_rules.values(slot_type(model, "Sign")):
        hearing = ears.hear(f"i have {said}")
        if level(meant(hearing, release), release) < LEVELS.index(release.warnings[sign]["level"]):
            less.append(f"'i have {said}' is {sign}, and is heard as {hearing}")
    assert less == []


def test_no_carrier_phrase_loses_a_warning(model: Model, content: Content, release: Release, ears: Ears) -> None:
    """A sample around a sign says something too ("my back hurts and i have a fever"): what is read must not be less."""
    less = []
    for intent, sample in alexa_rules.samples(model):
        for value in slot_type(model, "Sign")["values"] if "sign" in alexa_rules.slots(intent) else []:
            said = sample.replace("{sign}", value["name"]["value"])
            found = release.sign_in(said)
            if found and found.sign in content.sounds:
                continue  # how it sounds depends on every word; the sign is heard by its name
            if level(meant(ears.hear(said), release), release) < level(Heard("text", text=said), release):
                less.append(f"{intent['name']}: '{said}'")
    assert less == []


def cut_short(line: str, release: Release) -> str:
    """The shortest end of ``line`` that tells an emergency by itself; "" where only all of it does, or nothing."""
    spoken = line.split()
    for start in range(len(spoken) - 1, 0, -1):
        found = release.signs.find(end := " ".join(spoken[start:]))
        if found and found.level == "emergency" and not found.asked:
            return end
    return ""


def test_most_emergencies_are_heard_that_leave_out_how_a_sentence_begins(
    content: Content, release: Release, ears: Ears
) -> None:
    """Panic drops the first words ("drank his morphine"), and a carrier phrase takes away the one that comes first then."""
    chosen = [line for line in content.alarming_lines() if is_one_in(20, line)]
    told = [end for line in chosen if (end := cut_short(line, release))]
    assert len(told) > 300
    lost = [end for end in told if level(meant(ears.hear(end), release), release) < LEVELS.index("emergency")]
    assert len(lost) < MOST_CUT_SHORT * len(told)


def test_slot_values_are_things_of_the_release(model: Model, release: Release) -> None:
    """4.2: the id of a value is what the function looks up."""
    ids = {k["name"]: {value["id"] for value in k["values"]} for k in alexa_rules.language(model)["types"]}
    assert ids == {"Topic": set(release.answers), "Sign": set(release.warnings)}


def test_no_slot_swallows_a_built_in(model: Model) -> None:
    """4.12: "the skill takes help as a slot value"; nor stop, back or next."""
    phrases = {phrase for phrases in BUILT_IN.values() for phrase in phrases.split("|")}
    said = {value.lower() for kind in alexa_rules.language(model)["types"] for _, value in alexa_rules.values(kind)}
    assert said & phrases == set()


def test_every_text_is_read_with_its_slot(release: Release) -> None:
    """What a carrier phrase is read as holds the slot, and nothing that is left unfilled."""
    for name, meaning in release.intents.items():
        if "slot" in meaning:
            assert re.findall(r"\{(\w+)\}", meaning["reads"]) == [meaning["slot"]], name


# What is said and shown.


def test_what_is_suggested_is_understood(content: Content, release: Release, ears: Ears) -> None:
    """4.3: "make sure that all instructions contained in the skill's prompts are supported utterances"."""
    suggested = {said for wordings in content.phrases.values() for phrase in wordings for said in phrase.suggestions}
    assert suggested
    assert [said for said in suggested if "{" not in said and meant(ears.hear(said), release).kind == "nothing"] == []


def test_no_name_of_the_code_is_said_or_shown(release_data: dict[str, Any], model: Model) -> None:
    """Facts 2.4: a card titled "HelpIntent" fails; nor any other intent's name."""
    shown = json.dumps({part: release_data[part] for part in ("answers", "phrases", "warnings", "places", "sources")})
    assert [intent["name"] for intent in alexa_rules.intents(model) if intent["name"] in shown] == []
    assert "AMAZON." not in shown


def test_whatever_word_a_line_begins_with_is_caught(content: Content, ears: Ears) -> None:
    """Emergencies above all: what no carrier phrase catches reaches the function without a word."""
    told = content.alarming_lines()
    lost = [line for line in told if ears.hear(line).intent == FALLBACK and not line[:1].isdigit()]
    assert len(lost) <= 0.002 * len(told), lost


def test_stories_teach_the_guide_and_not_alexa(content: Content) -> None:
    intents = {
        intent["name"]: intent for intent in compile_model(content)["interactionModel"]["languageModel"]["intents"]
    }
    samples = set(intents["ReliefIntent"]["samples"])
    stories = {line for line in content.answers["relief"].ask if len(line) > MOST_ASKED_CHARACTERS}
    assert stories
    assert not stories & samples
    assert "how do i relieve back spasms" in samples
