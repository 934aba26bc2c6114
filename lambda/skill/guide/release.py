"""One release: everything the guide says and understands, compiled from ``content/``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple

from guide.markup import escape, fill
from guide.understanding import Understanding
from guide.warning_signs import LEVELS, Found, WarningSigns
from guide.words import words

# The layout of the release's JSON. A function refuses a release of another schema instead of guessing.
SCHEMA = 8

SECTIONS = frozenset(
    (
        "answers",
        "intents",
        "phrases",
        "places",
        "roles",
        "schema",
        "signs",
        "sources",
        "topics",
        "understanding",
        "version",
        "warnings",
    )
)

# Spoken by the guide where a listener's locale is not one of its places.
FALLBACK_LOCALE = "en-US"

OTHER_FRAME = "other"
"""The form of a question that begins like none that content knows."""

# The beginnings that content lists have no more words.
FRAME_WORDS = 4
_FRAME_CHARACTERS = 80

_ARTICLES = frozenset(("a", "an", "the", "my", "about"))


class Place(NamedTuple):
    """What differs by locale."""

    locale: str
    """Such as ``en-GB``; "" for one that nothing is known of."""
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
        if missing := SECTIONS.difference(data):
            raise ValueError(f"the release has no {', '.join(sorted(missing))}")
        self._data = data
        self.version: str = data["version"]
        self._places: dict[str, Place] = {}

    @cached_property
    def answers(self) -> Mapping[str, Any]:
        """Everything that is said in answer, by the answer's id."""
        return _section(self._data, "answers")

    @cached_property
    def topics(self) -> Mapping[str, str]:
        """Ids of answers by topic, as ``topic_key`` has it."""
        return _section(self._data, "topics")

    @cached_property
    def intents(self) -> Mapping[str, Any]:
        """What Alexa's intents mean, by their names."""
        return _section(self._data, "intents")

    @cached_property
    def warnings(self) -> Mapping[str, Any]:
        """The level of each warning sign and what is said about it, by its id."""
        return _section(self._data, "warnings")

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """How each source is named, by its id."""
        return _section(self._data, "sources")

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """The answers that the guide itself turns to."""
        return _section(self._data, "roles")

    @cached_property
    def signs(self) -> WarningSigns:
        """The check for warning signs."""
        return WarningSigns(self._data["signs"])

    def sign_in(self, text: str) -> Found | None:
        """Return the warning sign in ``text``: one known by name, or that of what only sounds like a more urgent one.

        What sounds like one is none when ``text`` asks about a sign, or denies one.
        """
        return self.or_by_sound(self.signs.find(text), text)

    def or_by_sound(self, found: Found | None, text: str) -> Found | None:
        """Return what ``sign_in`` does, with what was ``found`` in ``text`` by name."""
        if found and (found.level == LEVELS[0] or found.asked):
            return found
        sign = self.understanding.sounds_like(text)
        if sign not in self.warnings:
            return found
        level = self.warnings[sign]["level"]
        if (found and LEVELS.index(found.level) <= LEVELS.index(level)) or self.signs.denies(text):
            return found
        return Found(sign, level, False, text)

    @cached_property
    def understanding(self) -> Understanding:
        """The trained model that takes words to answers."""
        compiled = self._data["understanding"]
        if "gate" not in compiled:
            return Understanding(compiled)
        from guide.ranking import Ranking  # not many guides have more answers than fit one model

        return Ranking(compiled, self._data["postings"], self._data["asked"])

    def read_all(self) -> None:
        """Read now what would else be read when the first question comes."""
        for section in ("signs", "understanding", "intents", "warnings", "sources", "roles", "frames"):
            getattr(self, section)

    def phrase(self, name: str, turn: int) -> str:
        """Return the phrase ``name``; where it has several wordings, turns take them in order."""
        wordings = self._data["phrases"][name]
        return str(wordings[turn % len(wordings)])

    def place(self, locale: str) -> Place:
        """Return the place for ``locale``; one that is not served gets the nearest words and neutral numbers.

        All that nobody has heard of are one place: a client could make up more of them than there is memory.
        """
        places = self._data["places"]
        if locale not in places["served"] and locale not in places["nearest"]:
            locale = ""
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

    @cached_property
    def locales(self) -> frozenset[str]:
        """The locales that this release has words for, or knows the nearest words to."""
        places = self._data["places"]
        return frozenset((*places["served"], *places["nearest"]))

    @cached_property
    def frames(self) -> Mapping[str, str]:
        """Forms of questions by how they begin; empty in a release from before there were any."""
        frames: Mapping[str, str] = self._data.get("frames") or {}
        return frames

    def frame(self, text: str) -> str:
        """Return what form of question ``text`` has: that of the longest beginning which content knows."""
        said = words(text[:_FRAME_CHARACTERS])
        for length in range(min(len(said), FRAME_WORDS), 0, -1):
            if found := self.frames.get(" ".join(said[:length])):
                return found
        return OTHER_FRAME

    def topic(self, text: str) -> str:
        """Return the answer whose topic ``text`` is, said alone; "" if it is none."""
        return self.topics.get(topic_key(text), "")

    def related(self, answer: str) -> tuple[str, ...]:
        """Return the answers that ``answer`` leads on to and that this release has: two at most, as many as a listener remembers."""
        return tuple(name for name in self.answers[answer]["next"] if name in self.answers)[:2]

    def name(self, answer: str) -> str:
        """Return how answer ``answer`` is called when it is offered, escaped for speech."""
        return escape(self.answers[answer]["name"])


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section: Mapping[str, Any] = data[name]
    return section


def topic_key(text: str) -> str:
    """Return what two ways of naming a topic have in common: its words, without articles."""
    return " ".join(word for word in words(text) if word not in _ARTICLES)


def say(text: str, place: Place, values: Mapping[str, str] | None = None) -> str:
    """Return ``text`` as it is spoken in ``place``, with ``values`` for placeholders of its own."""
    return fill(text, {**place.spoken, **(values or {})})
