"""Ears: from an utterance to what Alexa would hand the function, by the interaction model alone.

The order is Amazon's: built-in intents on exact phrases only; samples, exact but for their slots; free text behind a
carrier phrase; and what is left goes to FallbackIntent, which carries no text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from guide.markup import fill
from guide.words import SPOKEN_NUMBERS, said_number, words

FALLBACK = "AMAZON.FallbackIntent"
SEARCH_QUERY = "AMAZON.SearchQuery"
NUMBER = "AMAZON.NUMBER"

_WAKE_WORD = "alexa "

_SLOT = re.compile(r"\{([a-z_]+)\}")
_FIGURES_OR_NOT = re.compile(r"\d+|\D+")
_PIECE = re.compile(r"\{[a-z_]+\}|[^{}]+")

# What Amazon's page of standard built-in intents gives as the ways to say each, and their plain variants.
BUILT_IN = {
    "AMAZON.HelpIntent": "help|help me|can you help me|i need help|what can you do|what can i say|what can i ask",
    "AMAZON.StopIntent": "stop|off|shut up|quiet|stop it|stop talking|please stop",
    "AMAZON.CancelIntent": "cancel|never mind|forget it|cancel that|cancel it",
    "AMAZON.NavigateHomeIntent": "go home|home|go to the home screen",
    "AMAZON.RepeatIntent": "repeat|say that again|repeat that|again|repeat it",
    "AMAZON.YesIntent": "yes|yes please|sure|yeah|yep|ok|okay|yup|of course|please do|go ahead",
    "AMAZON.NoIntent": "no|no thanks|no thank you|nope|nah|not now",
    "AMAZON.NextIntent": "next|skip|skip forward|go forward",
    "AMAZON.PreviousIntent": "go back|skip back|back up|previous|previous one|back",
    "AMAZON.StartOverIntent": "start over|restart|start again|from the top|from the beginning",
    "AMAZON.PauseIntent": "pause|pause that|hold on|wait|wait a moment|one moment",
    "AMAZON.ResumeIntent": "resume|continue|keep going|carry on",
}


class Slot(NamedTuple):
    """A filled slot."""

    value: str
    """The words that were said."""
    type: str
    resolved: tuple[str, str] | None = None
    """Id and name of the slot type's value that was said; None when none was, or the type has no values."""


class Hearing(NamedTuple):
    """What the ears made of an utterance: all that the function is told of it."""

    intent: str
    slots: dict[str, Slot]
    by: str
    """How it was matched, for ``guide explain``: ``built-in``, ``sample``, ``carrier`` or ``nothing``."""
    sample: str
    """The sample that matched."""


def passed_on(hearing: Hearing, intents: Mapping[str, Mapping[str, str]]) -> str:
    """Return the text that the function reads from what was heard, as a release's ``intents`` say; "" when there is none."""
    meaning = intents[hearing.intent]
    slot = hearing.slots.get(meaning.get("slot", ""))
    return fill(meaning["reads"], {meaning["slot"]: slot.value}) if slot else ""


def free_text(ears: Ears, intents: Mapping[str, Mapping[str, str]]) -> Callable[[str], str]:
    """Return what of a line that is said in free words the function reads; all of it where no carrier phrase catches it."""
    return lambda line: passed_on(ears.hear_freely(line), intents) or line


class Ears:
    """Ears for one interaction model (the content of ``interaction_model/<locale>.json``)."""

    def __init__(self, model: Mapping[str, Any]) -> None:
        language = model["interactionModel"]["languageModel"]
        self._values = {kind["name"]: dict(_values(kind)) for kind in language.get("types", [])}
        self._exact: dict[str, str] = {}
        self._slotted: list[tuple[int, re.Pattern[str], str, dict[str, str], str]] = []
        self._leading: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        self._trailing: dict[str, list[tuple[str, str, str, str]]] = defaultdict(list)
        self._built_in: dict[str, str] = {}
        for intent in language["intents"]:
            self._learn(intent)
        # The most literal sample first: "what is a {query}" before "what is {query}".
        self._slotted.sort(key=lambda sample: -sample[0])

    def _learn(self, intent: Mapping[str, Any]) -> None:
        name = intent["name"]
        for phrase in filter(None, BUILT_IN.get(name, "").split("|")):
            self._built_in.setdefault(phrase, name)
        slots = {slot["name"]: slot["type"] for slot in intent.get("slots", [])}
        for sample in intent.get("samples", []):
            named = _SLOT.findall(sample)
            if not named:
                self._exact.setdefault(_plain(sample), name)
            elif slots[named[0]] == SEARCH_QUERY:
                self._learn_carrier(sample, name, named[0])
            else:
                pieces = [
                    f"(?P<{piece[1:-1]}>.+)" if piece[:1] == "{" else re.escape(_plain(piece))
                    for piece in _PIECE.findall(sample)
                ]
                pattern = re.compile(" ".join(piece for piece in pieces if piece))
                self._slotted.append(
                    (len(_SLOT.sub("", sample)), pattern, name, {slot: slots[slot] for slot in named}, sample)
                )

    def _learn_carrier(self, sample: str, name: str, slot: str) -> None:
        before, after = (_plain(piece) for piece in sample.split(f"{{{slot}}}"))
        if before:
            self._leading[before.split()[0]].append((before, after, name, slot))
        else:
            self._trailing[after.split()[-1]].append((before, after, name, slot))

    def hear(self, utterance: str) -> Hearing:
        """Return the intent and slots that ``utterance`` is heard as."""
        # The wake word wakes the device; what the skill gets begins after it.
        said = _plain(utterance).removeprefix(_WAKE_WORD)
        if not said:
            return Hearing(FALLBACK, {}, "nothing", "")
        if said in self._built_in:
            return Hearing(self._built_in[said], {}, "built-in", said)
        if said in self._exact:
            return Hearing(self._exact[said], {}, "sample", said)
        return self._hear_slotted(said) or self._hear_carrier(said) or Hearing(FALLBACK, {}, "nothing", "")

    def hear_freely(self, utterance: str) -> Hearing:
        """Return what ``hear`` would, if ``utterance`` were no sample: behind a carrier phrase, or not at all."""
        said = _plain(utterance)
        return (self._hear_carrier(said) if said else None) or Hearing(FALLBACK, {}, "nothing", "")

    def _hear_slotted(self, said: str) -> Hearing | None:
        for _, pattern, name, kinds, sample in self._slotted:
            match = pattern.fullmatch(said)
            slots = {slot: self._fill(match[slot], kind) for slot, kind in kinds.items()} if match else {}
            filled = {slot: value for slot, value in slots.items() if value}
            if match and len(filled) == len(slots):
                return Hearing(name, filled, "sample", sample)
        return None

    def _fill(self, said: str, kind: str) -> Slot | None:
        """A slot with what was said, when its type has that value."""
        if kind == NUMBER:
            digits = said if said.isdigit() else str(SPOKEN_NUMBERS.index(said)) if said in SPOKEN_NUMBERS else ""
            return Slot(digits, kind) if digits else None
        value = self._values.get(kind, {}).get(said)
        return Slot(said, kind, value) if value else None

    def _hear_carrier(self, said: str) -> Hearing | None:
        spoken = said.split()
        found: list[tuple[int, Hearing]] = []
        if not spoken[0].isalpha():
            said = " ".join((_as_said(spoken[0]), *spoken[1:]))
            spoken = said.split()
        for before, after, name, slot in (*self._leading.get(spoken[0], ()), *self._trailing.get(spoken[-1], ())):
            value = _between(said, before, after)
            if value:
                hearing = Hearing(
                    name, {slot: Slot(value, SEARCH_QUERY)}, "carrier", f"{before} {{{slot}}} {after}".strip()
                )
                found.append((len(before) + len(after), hearing))
        # Among carriers the most literal wins; of equals, the first in the model.
        return max(found, key=lambda pair: pair[0])[1] if found else None


def _as_said(word: str) -> str:
    """Return a typed word with figures as it is said, since samples spell numbers: "l5" is "l five"."""
    return " ".join(_spelled(part) if part.isdigit() else part for part in _FIGURES_OR_NOT.findall(word))


def _spelled(number: str) -> str:
    """Return a number in words; of more than two digits, in pairs, as a year or a house number is said: 1969, 143."""
    if len(number) > 2:
        start = len(number) % 2 or 2
        pairs = (number[:start], *(number[i : i + 2] for i in range(start, len(number), 2)))
        return " ".join("hundred" if pair == "00" else _spelled(pair) for pair in pairs)
    return said_number(int(number))


def _values(kind: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    for value in kind["values"]:
        for said in (value["name"]["value"], *value["name"].get("synonyms", [])):
            yield _plain(said), (value["id"], value["name"]["value"])


def _between(said: str, before: str, after: str) -> str:
    """What is said between two runs of whole words, or "" when they do not enclose anything."""
    if before and not said.startswith(before + " "):
        return ""
    if after and not said.endswith(" " + after):
        return ""
    start, end = len(before) + bool(before), len(said) - len(after) - bool(after)
    return said[start:end] if start < end else ""


def _plain(text: str) -> str:
    return " ".join(words(text))
