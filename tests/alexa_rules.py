"""Amazon's rules for interaction models, as functions: each returns what is wrong with a model, in words, or nothing.

They read the model alone, never the code that wrote it. "Console" marks what Amazon's tools refuse when a model is
built, "certification" what its testers refuse later. test_interaction_model.py shows that each of them bites.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ask_smapi_model.v1.skill.interaction_model.fallback_intent_sensitivity_level import FallbackIntentSensitivityLevel

Model = dict[str, Any]
Intent = dict[str, Any]

LOCALES = ("en-US", "en-GB", "en-CA", "en-AU", "en-IN")
"""The kinds of English that the guide is published in."""

SEARCH_QUERY = "AMAZON.SearchQuery"
BUILT_IN_TYPES = frozenset({SEARCH_QUERY, "AMAZON.NUMBER"})
"""Those that the guide uses; another one belongs here once it is known to exist in all five locales."""

WAKE_WORDS = frozenset({"alexa", "amazon", "echo", "computer"})
LAUNCH_WORDS = frozenset(
    {"launch", "ask", "tell", "open", "load", "begin", "enable", "start", "run", "resume", "use", "play", "talk"}
)
CONNECTORS = frozenset({"to", "from", "by", "if", "and", "whether"})
ARTICLES = frozenset({"the", "a", "an"})
PREPOSITIONS = frozenset({"for", "to", "of", "about", "up", "by", "at", "off", "with"})

MOST_INTENTS = 250
MOST_INTENTS_AND_TYPES = 350
MOST_VALUE_CHARACTERS = 140
MOST_BYTES = 1_500_000

# Amazon's standard built-in intents for English. A name that is not one of them is refused, or never heard.
BUILT_IN_INTENTS = frozenset(
    f"AMAZON.{name}Intent"
    for name in (
        *("Cancel", "Fallback", "Help", "LoopOff", "LoopOn", "More", "NavigateHome", "NavigateSettings", "Next", "No"),
        *("PageDown", "PageUp", "Pause", "Previous", "Repeat", "Resume", "ScrollDown", "ScrollLeft", "ScrollRight"),
        *("ScrollUp", "Select", "ShuffleOff", "ShuffleOn", "StartOver", "Stop", "Yes"),
    )
)

NEEDED_BUILT_INS = frozenset(
    f"AMAZON.{name}Intent"
    for name in (
        *("Help", "Stop", "Cancel", "Fallback", "NavigateHome"),
        *("Repeat", "Yes", "No", "Next", "Previous", "StartOver"),
    )
)
"""The first row is what certification or the console asks of every skill; the second is what this one needs."""

# Fields of each part of a model: all that Amazon's schema has and we use, then those that may not be missing.
_FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "model": ({"interactionModel"}, {"interactionModel"}),
    "interactionModel": ({"languageModel"}, {"languageModel"}),
    "languageModel": (
        {"invocationName", "modelConfiguration", "intents", "types"},
        {"invocationName", "intents", "types"},
    ),
    "modelConfiguration": ({"fallbackIntentSensitivity"}, {"fallbackIntentSensitivity"}),
    "fallbackIntentSensitivity": ({"level"}, {"level"}),
    "intent": ({"name", "slots", "samples"}, {"name", "samples"}),
    "slot": ({"name", "type"}, {"name", "type"}),
    "type": ({"name", "values"}, {"name", "values"}),
    "value": ({"id", "name"}, {"id", "name"}),
    "value name": ({"value", "synonyms"}, {"value", "synonyms"}),
}

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z_]*[A-Za-z])?")
_SLOT = re.compile(r"\{([^{}]*)\}")
_ABBREVIATION = re.compile(r"(?<![^\W_])[A-Za-z]\.(?=[A-Za-z]\.|\s|$|')")


def language(model: Model) -> dict[str, Any]:
    """The part of a model that holds intents and types."""
    found: dict[str, Any] = model["interactionModel"]["languageModel"]
    return found


def intents(model: Model) -> list[Intent]:
    found: list[Intent] = language(model)["intents"]
    return found


def custom_intents(model: Model) -> list[Intent]:
    return [intent for intent in intents(model) if not intent["name"].startswith("AMAZON.")]


def samples(model: Model) -> Iterator[tuple[Intent, str]]:
    """Every sample, with its intent."""
    for intent in intents(model):
        for sample in intent["samples"]:
            yield intent, sample


def slots(intent: Intent) -> dict[str, str]:
    """Slot name -> slot type."""
    return {slot["name"]: slot["type"] for slot in intent.get("slots", [])}


def values(kind: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every value and synonym of a slot type, with the value's id."""
    for value in kind["values"]:
        yield value["id"], value["name"]["value"]
        for synonym in value["name"]["synonyms"]:
            yield value["id"], synonym


def words(text: str) -> list[str]:
    """The words that are spoken for ``text``, its slots left out; an apostrophe parts none, a hyphen parts two."""
    return re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*", _SLOT.sub(" ", text).lower())


# The shape of the file.


def fields(model: Model) -> list[str]:
    """SMAPI schema: a field that is missing or misspelt makes the whole model be refused, or is silently dropped."""
    found = list(_fields("model", model)) or list(_fields("interactionModel", model["interactionModel"]))
    if found:
        return found
    whole = language(model)
    found += _fields("languageModel", whole)
    configuration = whole.get("modelConfiguration")
    if configuration is not None:
        found += _fields("modelConfiguration", configuration)
        found += _fields("fallbackIntentSensitivity", configuration.get("fallbackIntentSensitivity", {}))
    for intent in whole.get("intents", []):
        found += _fields("intent", intent)
        found += [problem for slot in intent.get("slots", []) for problem in _fields("slot", slot)]
        found += [f"{intent.get('name')}: a sample is no text" for s in intent.get("samples", []) if type(s) is not str]
    for kind in whole.get("types", []):
        found += _fields("type", kind)
        for value in kind.get("values", []):
            found += [*_fields("value", value), *_fields("value name", value.get("name", {}))]
    return found


def _fields(part: str, data: dict[str, Any]) -> Iterator[str]:
    known, needed = _FIELDS[part]
    for name in sorted(needed - data.keys()):
        yield f"{part} {data.get('name', '')}: '{name}' is missing"
    for name in sorted(data.keys() - known):
        yield f"{part} {data.get('name', '')}: there is no field '{name}'"
    for name, value in data.items():
        if value is None or value == "":
            yield f"{part} {data.get('name', '')}: '{name}' is empty"


def enumerations(model: Model) -> list[str]:
    """SMAPI schema: ``fallbackIntentSensitivity`` is LOW, MEDIUM or HIGH (and known for English and German only)."""
    levels = {level.value for level in FallbackIntentSensitivityLevel}
    configuration = language(model).get("modelConfiguration", {})
    level = configuration.get("fallbackIntentSensitivity", {}).get("level", "LOW")
    return [] if level in levels else [f"the fallback's sensitivity is {level}, not one of {sorted(levels)}"]


def size(model: Model) -> list[str]:
    """Limits (facts section 3): 250 intents; 350 intents and slot types; 1.5 MB of JSON."""
    length = len(json.dumps(model, ensure_ascii=False, indent=0).encode())
    counted = len(intents(model)), len(intents(model)) + len(language(model)["types"])
    found = [f"{length:,} bytes"] if length > MOST_BYTES else []
    found += [f"{counted[0]} intents"] if counted[0] > MOST_INTENTS else []
    return found + ([f"{counted[1]} intents and types"] if counted[1] > MOST_INTENTS_AND_TYPES else [])


# Names.


def names(model: Model) -> list[str]:
    """Console: "must begin with an alphabetic character and can consist only of alphabetic characters or underscores"."""
    whole = language(model)
    called = [intent["name"] for intent in custom_intents(model)]
    called += [kind["name"] for kind in whole["types"]]
    called += [name for intent in intents(model) for name in slots(intent)]
    return [f"'{name}' is no name" for name in called if not _NAME.fullmatch(name)]


def names_twice(model: Model) -> list[str]:
    """Console: no two intents and no two types of one name; "slot names and intent names must not overlap"."""
    intent_names = Counter(intent["name"].lower() for intent in intents(model))
    type_names = Counter(kind["name"].lower() for kind in language(model)["types"])
    found = [f"'{name}' stands {n} times" for name, n in (*intent_names.items(), *type_names.items()) if n > 1]
    slot_names = {name.lower() for intent in intents(model) for name in slots(intent)}
    return found + [f"'{name}' is a slot and an intent" for name in slot_names if name in intent_names]


def invocation_name(name: str) -> list[str]:
    """Certification 4.5 (facts 2.2): how a skill may be called, so that it is heard."""
    found = []
    parts = name.split()
    if not re.fullmatch(r"[a-z](?:[a-z' ]|(?<=\b[a-z])\.)*", name):
        found.append("only lower-case letters, spaces, apostrophes, periods of abbreviations; a letter comes first")
    if len(parts) < 2:
        found.append("one word alone is for brands")
    if len(parts) == 2 and set(parts) & (ARTICLES | PREPOSITIONS):
        found.append("of two words, neither may be an article or a preposition")
    forbidden = WAKE_WORDS | LAUNCH_WORDS | CONNECTORS | {"skill", "app"}
    found += [f"the word '{word}'" for word in parts if word.strip("'.") in forbidden]
    if not 2 <= len(name) <= 50:
        found.append("between 2 and 50 characters")
    return found


# Samples.


def sample_characters(model: Model) -> list[str]:
    """Console: letters, spaces, periods for abbreviations, underscores, apostrophes, hyphens, and {slots}."""
    found = []
    for intent, sample in samples(model):
        wrong = _wrong_characters(_SLOT.sub("", sample))
        if wrong:
            found.append(f"{intent['name']}: '{sample}' holds {wrong}")
        elif sample != " ".join(sample.split()):
            found.append(
                f"{intent['name']}: '{sample}' has a space too many (a leading one no longer counts as a word)"
            )
    return found


def _wrong_characters(text: str) -> str:
    """The characters of ``text`` that neither samples nor slot values may have."""
    text = _ABBREVIATION.sub("x", text)
    return "".join(sorted({c for c in text if not (c.isalpha() or c in " '_-")}))


def sample_twice(model: Model) -> list[str]:
    """No sample twice in an intent, nor the same words in two: Amazon's conflict detection runs on each build."""
    found = []
    exact = Counter((intent["name"], sample.lower()) for intent, sample in samples(model))
    found += [f"{name}: '{sample}' stands {n} times" for (name, sample), n in exact.items() if n > 1]
    owners: dict[tuple[str, ...], set[str]] = {}
    for intent, sample in samples(model):
        for name, kind in slots(intent).items():
            sample = sample.replace(f"{{{name}}}", f" slot{kind.replace('.', '')} ")
        owners.setdefault(tuple(words(sample)), set()).add(intent["name"])
    return found + [f"'{' '.join(key)}' is in {sorted(names)}" for key, names in owners.items() if len(names) > 1]


def wake_words(model: Model) -> list[str]:
    """Certification: samples "should not include the wake word or any relevant launch phrasing".

    "Alexa" and "Echo" stand nowhere; the other two are also a company and a thing on a desk, so they may not begin a sample.
    """
    launching = re.compile(rf"\b(?:{'|'.join(sorted(LAUNCH_WORDS))})(?: \w+)? {language(model)['invocationName']}\b")
    found = []
    for intent, sample in samples(model):
        spoken = words(sample)
        if {"alexa", "echo"} & set(spoken) or WAKE_WORDS & set(spoken[:1]):
            found.append(f"{intent['name']}: '{sample}' holds a wake word")
        if launching.search(" ".join(spoken)):
            found.append(f"{intent['name']}: '{sample}' launches the skill")
    return found


# Slots.


def slot_use(model: Model) -> list[str]:
    """Console: a sample's slots are declared, and a declared one is used.

    A sample that leaves out all slots of its intent delivers them empty, which nobody meant.
    """
    found = []
    for intent in intents(model):
        declared = slots(intent)
        if len(declared) != len(intent.get("slots", [])):
            found.append(f"{intent['name']}: a slot is declared twice")
        unused = set(declared)
        for sample in intent["samples"]:
            used = _SLOT.findall(sample)
            unused -= set(used)
            if set(used) - declared.keys() or len(set(used)) != len(used) or (declared and not used):
                found.append(f"{intent['name']}: '{sample}' uses {used}, and {sorted(declared)} are declared")
        found += [f"{intent['name']}: no sample has the slot '{name}'" for name in sorted(unused)]
    return found


def slot_types(model: Model) -> list[str]:
    """Console: a slot name has one type all over the model; each custom type is defined, used, and has a value."""
    whole = language(model)
    found = []
    of: dict[str, str] = {}
    for intent in intents(model):
        for name, kind in slots(intent).items():
            if of.setdefault(name, kind) != kind:
                found.append(f"the slot '{name}' is {of[name]} and {kind}")
    defined = {kind["name"] for kind in whole["types"]}
    used = set(of.values()) - BUILT_IN_TYPES
    found += [f"the type '{kind}' is not defined" for kind in sorted(used - defined)]
    found += [f"the type '{kind}' is not used" for kind in sorted(defined - used)]
    return found + [f"the type '{kind['name']}' has no values" for kind in whole["types"] if not kind["values"]]


def slot_values(model: Model) -> list[str]:
    """Console: at most 140 characters, those of samples only; ids once; one word for two values is ambiguous."""
    found = []
    for kind in language(model)["types"]:
        ids = Counter(value["id"] for value in kind["values"])
        found += [f"{kind['name']}: the id '{name}' stands {n} times" for name, n in ids.items() if n > 1]
        said: dict[str, str] = {}
        for name, value in values(kind):
            if len(value) > MOST_VALUE_CHARACTERS:
                found.append(f"{kind['name']} {name}: '{value[:30]}' has {len(value)} characters")
            if _wrong_characters(value) or not words(value):
                found.append(f"{kind['name']} {name}: '{value}' holds {_wrong_characters(value) or 'no word'}")
            key = " ".join(words(value))
            if key in said:
                found.append(f"{kind['name']}: '{value}' is said for {said[key]} and {name}")
            said[key] = name
    return found


def search_query_alone(model: Model) -> list[str]:
    """Console: AMAZON.SearchQuery cannot be combined with another slot in its intent."""
    return [
        f"{intent['name']} has {slots(intent)}"
        for intent in intents(model)
        if SEARCH_QUERY in slots(intent).values() and len(slots(intent)) > 1
    ]


def search_query_carrier(model: Model) -> list[str]:
    """Console: "Sample intent utterances with phrase types cannot consist of only slots": words must carry the slot."""
    return [
        f"{intent['name']}: '{sample}' has no carrier phrase"
        for intent, sample in samples(model)
        if SEARCH_QUERY in slots(intent).values() and not words(sample)
    ]


# Intents.


def built_ins(model: Model) -> list[str]:
    """Certification 4.12 and 4.13, and what the guide needs: these built-in intents, and no name that Amazon has not."""
    here = {intent["name"] for intent in intents(model)}
    found = [f"{name} is missing" for name in sorted(NEEDED_BUILT_INS - here)]
    return found + [f"Amazon has no {n}" for n in sorted(here) if n.startswith("AMAZON.") and n not in BUILT_IN_INTENTS]


def built_in_samples(model: Model) -> list[str]:
    """No samples or slots of ours on AMAZON.* intents: they are heard by Amazon's own phrases."""
    return [
        f"{intent['name']} has samples or slots"
        for intent in intents(model)
        if intent["name"].startswith("AMAZON.") and (intent["samples"] or intent.get("slots"))
    ]


def custom_intents_with_samples(model: Model) -> list[str]:
    """Console: at least one custom intent with a sample, and none without any: nothing would ever lead to it."""
    found = [] if custom_intents(model) else ["there is no custom intent"]
    return found + [f"{intent['name']} has no samples" for intent in custom_intents(model) if not intent["samples"]]


def not_a_bypass(model: Model) -> list[str]:
    """Certification: "single intent skills that bypass the NLU to another system are not allowed".

    So free text may only be what is left over: most samples belong to intents of their own.
    """
    free = sum(1 for intent, _ in samples(model) if SEARCH_QUERY in slots(intent).values())
    own = sum(1 for intent, _ in samples(model) if not slots(intent))
    return [] if own > free else [f"{free} samples of free text, and {own} of intents of their own"]


MODEL_RULES = (
    fields,
    enumerations,
    size,
    names,
    names_twice,
    sample_characters,
    sample_twice,
    wake_words,
    slot_use,
    slot_types,
    slot_values,
    search_query_alone,
    search_query_carrier,
    built_ins,
    built_in_samples,
    custom_intents_with_samples,
    not_a_bypass,
)
