"""Content + ``interaction_model/intents.yaml`` → how Alexa hears the guide, a model for each locale."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from guide.words import words
from workbench.compiler.answers import Answer
from workbench.compiler.content import Content

FOLDER = "interaction_model"

# Alexa's limit for one interaction model (facts: limits of the interaction model).
INTENTS_MOST = 250

MOST_SAMPLE_CHARACTERS = 140
"""Alexa's limit for a slot value; a longer sample is not speech either."""

MOST_ASKED_CHARACTERS = 40
"""Of an ask line that is a sample too. Nobody repeats a longer one word for word, and all of them would not fit into a
model: Alexa takes 1.5 MB (facts: limits of the interaction model)."""

COMMON_WORDS = 4_000
"""So many of the commonest words lead a carrier phrase: of lines nobody had seen, 3 in 100 began with a word that none did."""

LINES_HOLDING = 8
"""So do words that so many authored lines hold anywhere, where they are read as what they are about: what one person says
late, another says first. Read as nothing, "toothpaste allergy" would be an allergy and no more."""

SPEAKERS = frozenset({"alexa", "echo"})
"""No sample may hold one, wherever it stands (facts: certification of samples)."""

WAKE_WORDS = SPEAKERS | {"amazon", "computer"}
"""No sample may begin with one: two are also a company and a thing on a desk."""

_SAYABLE = re.compile(r"[a-z]+(?:'[a-z]+)?")

Model = dict[str, Any]


def intent_name(answer: str) -> str:
    """Return the name of an answer's own intent: ``ice-or-heat`` gives ``IceOrHeatIntent``."""
    return "".join(word.capitalize() for word in answer.split("-")) + "Intent"


def frames(content: Content) -> dict[str, dict[str, Any]]:
    """Return the carrier-phrase intents: name -> ``reads``, ``samples`` and, where it is true, ``urgent``."""
    found: dict[str, dict[str, Any]] = {}
    for section, urgent in (("urgent_frames", True), ("frames", False)):
        for name, frame in (content.intents.get(section) or {}).items():
            reads, samples = parts_of(frame)
            found[f"{name}Intent"] = {"reads": reads, "samples": samples, "urgent": urgent}
    for name, frame in (content.intents.get("frames") or {}).items():
        if isinstance(frame, dict) and "first_words" in frame:
            _lead_with_words(f"{name}Intent", [f"{other}Intent" for other in frame["first_words"]], found, content)
    return found


def parts_of(frame: Any) -> tuple[str, list[str]]:
    """Return what the function reads for the carrier phrases of a frame of intents.yaml, and the phrases."""
    return (frame[0], frame) if isinstance(frame, list) else (frame["reads"], frame["samples"])


def _lead_with_words(last: str, homely: list[str], found: dict[str, dict[str, Any]], content: Content) -> None:
    """Add a carrier phrase to ``found`` for each word that a line may begin with and that leads none.

    Those are the words that authored lines begin with, unless another carrier ends with the line's last word, those of warning
    signs, and the commonest of English: what no carrier catches reaches the function without a word of it. Each goes to the
    ``homely`` frame whose words are about as good, or else to the ``last``; so do the words that the latter has already. Other
    words of the lines only go to a homely one.
    """
    from workbench.compiler.first_words import homes  # they bring NumPy, which asking a question does without
    from workbench.embeddings import common_words

    samples = [sample for name, other in found.items() if name != last for sample in other["samples"]]
    leading = set(map(_lead, samples))
    trailing = {sample.removeprefix("{query} ") for sample in samples}
    first = {word for word, ending in content.beginnings if ending not in trailing}
    first.update(common_words(COMMON_WORDS), content.words_of_signs())
    first, others = (
        {word for word in words - WAKE_WORDS - leading if _SAYABLE.fullmatch(word)}
        for words in (first, content.words_held(LINES_HOLDING))
    )
    own = set(map(_lead, found[last]["samples"]))
    home = homes(content, first | own | others, {name: _lead(found[name]["reads"]) for name in homely})
    every = [*found[last]["samples"], *(f"{word} {{query}}" for word in sorted(first - own))]
    found[last]["samples"] = [sample for sample in every if _lead(sample) not in home]
    for name in homely:
        added = [f"{word} {{query}}" for word in sorted(home) if home[word] == name]
        found[name]["samples"] = [*found[name]["samples"], *added]


def _lead(sample: str) -> str:
    """Return the words of a carrier phrase that stands before what it carries."""
    return sample.removesuffix(" {query}")


def meanings(content: Content) -> dict[str, dict[str, Any]]:
    """Return what each intent means to the function, as ``alexa.requests`` reads it."""
    found: dict[str, dict[str, Any]] = {}
    for name, command in (content.intents.get("commands") or {}).items():
        found[name] = {"command": command["means"]}
    for name, slotted in (content.intents.get("slots") or {}).items():
        found[name] = {"slot": slotted["slot"], "reads": slotted["reads"]}
    for name, frame in frames(content).items():
        found[name] = {"slot": "query", "reads": frame["reads"], **({"urgent": True} if frame["urgent"] else {})}
    for answer in content.answers:  # all of them: a certified model may know one that this model has no place for
        found[intent_name(answer)] = {"answer": answer}
    for name, served in (content.intents.get("retired") or {}).items():
        found.setdefault(name, {"command": served["means"]} if "means" in served else {"answer": served["answer"]})
    return found


def own_intents(content: Content) -> list[Answer]:
    """Return the answers that have an intent of their own.

    Alexa takes ``INTENTS_MOST`` intents in a model. When there are more answers than places, those with the most ask
    lines have one; the others are reached by their topics and as free text.
    """
    sections = ("commands", "slots", "urgent_frames", "frames")
    places = INTENTS_MOST - sum(len(content.intents.get(section) or {}) for section in sections)
    asked_most = sorted(content.answers.values(), key=lambda answer: -len(answer.ask))[: max(places, 0)]
    return sorted(asked_most, key=lambda answer: answer.id)


def compile_model(content: Content) -> Model:
    """Return the interaction model. The five locales share one language, so they share one model too."""
    intents: list[dict[str, Any]] = []
    carriers = frames(content)
    urgent = [frame for frame in carriers.values() if frame["urgent"]]
    calls = tuple(sample.split("{")[0] for frame in urgent for sample in frame["samples"])
    for name, command in (content.intents.get("commands") or {}).items():
        slots = [{"name": slot, "type": kind} for slot, kind in (command.get("slots") or {}).items()]
        intents.append(
            {"name": name, **({"slots": slots} if slots else {}), "samples": list(command.get("samples", []))}
        )
    for answer in own_intents(content):
        intents.append({"name": intent_name(answer.id), "slots": [], "samples": _samples(content, answer.ask, calls)})
    for name, slotted in (content.intents.get("slots") or {}).items():
        slot = {"name": slotted["slot"], "type": slotted["type"]}
        intents.append({"name": name, "slots": [slot], "samples": list(slotted["samples"])})
    for name, frame in carriers.items():
        slot = {"name": "query", "type": "AMAZON.SearchQuery"}
        intents.append({"name": name, "slots": [slot], "samples": list(frame["samples"])})
    types = [
        {"name": "Topic", "values": [_value(answer.id, answer.topics) for answer in content.answers.values()]},
        {"name": "Sign", "values": [_value(sign["id"], sign["says"]) for sign in content.signs.get("signs", [])]},
    ]
    language_model = {
        "invocationName": content.intents.get("invocation_name", ""),
        "modelConfiguration": {"fallbackIntentSensitivity": {"level": "LOW"}},
        "intents": intents,
        "types": types,
    }
    return {"interactionModel": {"languageModel": language_model}}


def _samples(content: Content, ask: list[str], calls: tuple[str, ...]) -> list[str]:
    """An answer's samples: its ask lines, but for calls for help, those with a warning sign or a speaker's name, and stories.

    An intent without slots brings no words to the function: nothing could warn. Behind a carrier phrase they come with
    their words, and the trained model has learned them. Calls for help go to the frame that names the emergency number
    first ("help me get up").
    """
    return [
        line
        for line in ask
        if len(line) <= MOST_ASKED_CHARACTERS
        and not line.startswith(calls)
        and line not in content.lines_with_signs
        and SPEAKERS.isdisjoint(word.removesuffix("'s") for word in line.split())
    ]


def _value(identity: str, said: list[str]) -> dict[str, Any]:
    return {"id": identity, "name": {"value": said[0], "synonyms": list(said[1:])}}


def model_text(model: Model) -> str:
    """Return ``model`` as it is committed: one line a sample, so that a change reads well in a diff.

    The lines are not indented: that would be a sixth of what Alexa takes.
    """
    return json.dumps(model, ensure_ascii=False, indent=0) + "\n"


def model_paths(root: Path, content: Content) -> list[Path]:
    """Return the file of each locale's model."""
    return [root / FOLDER / f"{locale}.json" for locale in content.locales]


def plain_sample(sample: str) -> str:
    """Return a sample as ears compare it: its words, without case or punctuation."""
    return " ".join(words(sample))
