"""One release: everything the guide says and understands, compiled from ``content/``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from guide.markup import escape, fill
from guide.understanding import Understanding
from guide.warning_signs import WarningSigns
from guide.words import words

# The layout of the release's JSON. A function refuses a release of another schema instead of guessing.
SCHEMA = 1

# Spoken by the guide where a listener's locale is not one of its places.
FALLBACK_LOCALE = "en-US"

_ARTICLES = frozenset(("a", "an", "the", "my", "about"))


class Place(NamedTuple):
    """What differs by locale."""

    locale: str
    spoken: Mapping[str, str]
    """Placeholder -> words to say, escaped for speech."""
    shown: Mapping[str, str]
    """Placeholder -> text for cards."""


class Release:
    """Read access to one compiled release. Sections are only read when they are needed.

    Raises:
        ValueError: when ``data`` is not a release of this schema.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        if data.get("schema") != SCHEMA:
            raise ValueError(f"the release has schema {data.get('schema')!r}; this code reads {SCHEMA}")
        self._data = data
        self.version: str = data["version"]
        self.answers: Mapping[str, Any] = data["answers"]
        self.topics: Mapping[str, str] = data["topics"]
        self.intents: Mapping[str, Any] = data["intents"]
        self.warnings: Mapping[str, Any] = data["warnings"]
        self.sources: Mapping[str, str] = data["sources"]
        self.roles: Mapping[str, str] = data["roles"]
        self._places: dict[str, Place] = {}

    @cached_property
    def signs(self) -> WarningSigns:
        """The check for warning signs."""
        return WarningSigns(self._data["signs"])

    @cached_property
    def understanding(self) -> Understanding:
        """The trained model that takes words to answers."""
        return Understanding(self._data["understanding"])

    def phrase(self, name: str, turn: int) -> str:
        """Return the phrase ``name``; where it has several wordings, turns take them in order."""
        wordings = self._data["phrases"][name]
        return str(wordings[turn % len(wordings)])

    def place(self, locale: str) -> Place:
        """Return the place for ``locale``; one that is not served gets the nearest words and neutral numbers."""
        if locale not in self._places:
            self._places[locale] = self._find_place(locale)
        return self._places[locale]

    def _find_place(self, locale: str) -> Place:
        places = self._data["places"]
        words = dict(places["served"].get(locale) or {})
        if not words:
            nearest = places["nearest"].get(locale, FALLBACK_LOCALE)
            words = {**places["served"][nearest], **places["neutral"]}
        spoken = {name: escape(said) for name, (said, _) in words.items()}
        return Place(locale, spoken, {name: shown for name, (_, shown) in words.items()})

    def topic(self, text: str) -> str:
        """Return the answer whose topic ``text`` is, said alone; "" if it is none."""
        return self.topics.get(topic_key(text), "")

    def related(self, answer: str) -> tuple[str, ...]:
        """Return the answers that ``answer`` leads on to and that this release has: two at most, as many as a listener remembers."""
        return tuple(name for name in self.answers[answer]["next"] if name in self.answers)[:2]

    def name(self, answer: str) -> str:
        """Return how answer ``answer`` is called when it is offered, escaped for speech."""
        return escape(self.answers[answer]["name"])


def topic_key(text: str) -> str:
    """Return what two ways of naming a topic have in common: its words, without articles."""
    return " ".join(word for word in words(text) if word not in _ARTICLES)


def say(text: str, place: Place, values: Mapping[str, str] | None = None) -> str:
    """Return ``text`` as it is spoken in ``place``, with ``values`` for placeholders of its own."""
    return fill(text, {**place.spoken, **(values or {})})
