"""Everything under ``content/`` and ``interaction_model/intents.yaml``, read into one object."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from guide import warning_signs as signs_module
from guide import words as words_module
from guide.understanding import Hints
from guide.warning_signs import WarningSigns
from guide.words import words
from workbench.compiler import warning_signs as signs_compiler
from workbench.compiler.answers import Answer, Passage, read_answer
from workbench.compiler.files import Lines, read_yaml
from workbench.compiler.kept import kept
from workbench.compiler.problems import Problems
from workbench.compiler.shapes import shaped_intents, shaped_mapping, shaped_signs
from workbench.compiler.warning_signs import WarningSignsError, compile_warning_signs
from workbench.progress import Say, quiet, track

ROOT = Path(__file__).resolve().parents[2]

LANGUAGE = "en"
ANSWERS = f"content/{LANGUAGE}/answers"
PHRASES = f"content/{LANGUAGE}/phrases.yaml"
WARNING_SIGNS = f"content/{LANGUAGE}/warning_signs.yaml"
ALARMS = f"content/{LANGUAGE}/alarms.yaml"
CALM = "calm"
ELSEWHERE = f"content/{LANGUAGE}/elsewhere.yaml"
QUESTION_FRAMES = f"content/{LANGUAGE}/frames.yaml"
HEARING = f"content/{LANGUAGE}/hearing.yaml"
PLACES = "content/places.yaml"
SOURCES = "content/sources.yaml"
INTENTS = "interaction_model/intents.yaml"

ELSEWHERE_PLACE = "other"
"""The block of places.yaml for locales that the guide is not published in."""

_MARK = re.compile(r"[ \t]*\[\^([^\]\s]+)\]")
_SAYABLE = re.compile(r"\*([^*]+)\*")


@dataclass(frozen=True)
class Phrase:
    """One wording of a phrase."""

    name: str
    text: str
    """As spoken: without source marks and without the stars around what may be said."""
    suggestions: tuple[str, ...]
    """What it tells the listener to say; each must be understood."""
    sources: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Source:
    """Where facts come from."""

    key: str
    said: str
    title: str
    publisher: str
    url: str
    date: str
    checked: str
    line: int


@dataclass
class Content:
    """All content, as its authors wrote it; what could not be read is simply not there."""

    root: Path
    answers: dict[str, Answer] = field(default_factory=dict)
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    places: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    """Locale -> placeholder -> (as said, as shown)."""
    sources: dict[str, Source] = field(default_factory=dict)
    signs: dict[str, Any] = field(default_factory=dict)
    alarms: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Warning sign -> group -> lines that sound like it, the most urgent first; ``calm`` has those that only seem to."""
    elsewhere: dict[str, list[str]] = field(default_factory=dict)
    """Group -> lines of what is not ours."""
    question_frames: dict[str, list[str]] = field(default_factory=dict)
    """Form of question -> how such questions begin."""
    hearing: dict[str, list[str]] = field(default_factory=dict)
    """What the words of hearing.yaml do -> the words."""
    intents: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, Lines] = field(default_factory=dict)
    """File -> where everything in it stands."""

    @property
    def locales(self) -> list[str]:
        """The locales that the guide is published in."""
        return [locale for locale in self.places if locale != ELSEWHERE_PLACE]

    def examples(self) -> list[tuple[str, str]]:
        """Authored (line, answer id) pairs: what people say, and what they should get."""
        return [(line, answer.id) for answer in self.answers.values() for line in (*answer.ask, *answer.topics)]

    @cached_property
    def lines_with_signs(self) -> frozenset[str]:
        """Ask lines in which a warning sign is heard, whether it is told or asked about."""
        asked = [line for answer in self.answers.values() for line in answer.ask]
        name = self.named_with_signs("\n".join(asked))
        return frozenset(kept(self.root, "lines-with-signs", name, lambda: self._with_signs(asked)))

    @cached_property
    def check_for_signs(self) -> WarningSigns | None:
        """The check for warning signs; ``None`` where there is none, or none that compiles, which is said elsewhere."""
        return WarningSigns(self._compiled_signs) if self._compiled_signs else None

    @cached_property
    def _compiled_signs(self) -> dict[str, Any]:
        try:
            return compile_warning_signs(self.signs) if self.signs else {}
        except WarningSignsError:
            return {}

    def _with_signs(self, asked: list[str]) -> list[str]:
        check = self.check_for_signs
        return [line for line in asked if check and check.find(line)]

    def named_with_signs(self, text: str) -> str:
        """Return a name for ``text`` and the warning signs, and for the code that finds one in the other."""
        held = sha256(repr(self.signs).encode())
        for module in (words_module, signs_module, signs_compiler):
            held.update(Path(str(module.__file__)).read_bytes())
        held.update(text.encode())
        return held.hexdigest()

    @cached_property
    def beginnings(self) -> frozenset[tuple[str, str]]:
        """The first and the last word of every line that somebody may say: ours, elsewhere's, and emergencies."""
        return frozenset((line[0], line[-1]) for line in self._said() if line)

    def words_held(self, fewest: int) -> frozenset[str]:
        """Return the words that so many of those lines hold."""
        held = Counter(word for line in self._said() for word in set(line))
        return frozenset(word for word, times in held.items() if times >= fewest)

    def words_of_signs(self) -> frozenset[str]:
        """Return the words that warning signs are told by."""
        told = {word for phrase in self._compiled_signs.get("phrases", ()) for word in phrase.split()}
        return frozenset(told | {*self._compiled_signs.get("same", ())})

    def _said(self) -> Iterator[list[str]]:
        asked = (line for answer in self.answers.values() for line in answer.ask)
        return map(words, (*asked, *self.elsewhere_lines(), *self.alarming_lines()))

    def alarm_lines(self, part: str) -> list[str]:
        """Authored lines of one part of alarms.yaml: a warning sign's, or those that are ``calm``."""
        return [line for lines in self.alarms.get(part, {}).values() for line in lines]

    @property
    def sounds(self) -> list[str]:
        """The warning signs of alarms.yaml: whose words are said when something sounds like them."""
        return [part for part in self.alarms if part != CALM]

    def alarming_lines(self) -> list[str]:
        """All lines of alarms.yaml in which somebody tells of something."""
        return [line for sign in self.sounds for line in self.alarm_lines(sign)]

    def level(self, sign: str) -> str:
        """Return the care level of a warning sign; "" when there is no such sign."""
        return next((str(one.get("level")) for one in self.signs.get("signs", []) if one.get("id") == sign), "")

    def told_signs(self, level: str) -> list[str]:
        """How people tell of the warning signs of a care level: what Alexa listens for, and examples."""
        signs = [sign for sign in self.signs.get("signs", []) if sign.get("level") == level]
        said = [f"i have {value}" for sign in signs for value in sign.get("says", [])]
        return [*said, *(str(example) for sign in signs for example in sign.get("examples", []))]

    def hints(self) -> dict[str, str]:
        """The words of hearing.yaml as the release has them, in one line each."""
        return {name: " ".join(self.hearing.get(name, [])) for name in Hints._fields}

    def elsewhere_lines(self) -> list[str]:
        """Authored lines of what is not ours."""
        return [line for lines in self.elsewhere.values() for line in lines]


def load_content(root: Path = ROOT, say: Say = quiet) -> tuple[Content, Problems]:
    """Read all content under ``root``; what is wrong is in the problems, and the rest is read all the same."""
    content, problems = Content(root), Problems()
    folder = root / ANSWERS
    files = sorted(folder.glob("*.md")) if folder.is_dir() else []
    if not files:
        problems.add(ANSWERS, 0, "holds no answers; there should be one Markdown file for each")
    for path in track(files, "Reading answers", say):
        answer = read_answer(path, f"{ANSWERS}/{path.name}", problems)
        if answer:
            content.answers[answer.id] = answer
    _read_phrases(content, _mapping(content, PHRASES, problems), problems)
    _read_places(content, _mapping(content, PLACES, problems), problems)
    _read_sources(content, _mapping(content, SOURCES, problems), problems)
    signs = _mapping(content, WARNING_SIGNS, problems)
    content.signs = shaped_signs(signs, WARNING_SIGNS, content.lines[WARNING_SIGNS], problems)
    _read_alarms(content, _mapping(content, ALARMS, problems), problems)
    content.elsewhere = _read_lists(content, ELSEWHERE, problems)
    content.hearing = _read_lists(content, HEARING, problems)
    content.question_frames = _read_lists(content, QUESTION_FRAMES, problems)
    intents = _mapping(content, INTENTS, problems)
    content.intents = shaped_intents(intents, INTENTS, content.lines[INTENTS], problems)
    return content, problems


def _mapping(content: Content, name: str, problems: Problems) -> dict[str, Any]:
    data, lines = read_yaml(content.root / name, name, problems)
    content.lines[name] = lines
    if data is not None and not isinstance(data, dict):
        problems.add(name, 1, "must be a mapping of 'name: value' lines")
    return data if isinstance(data, dict) else {}


def _read_phrases(content: Content, data: dict[str, Any], problems: Problems) -> None:
    lines = content.lines[PHRASES]
    for key in data:
        if key not in ("roles", "phrases"):
            problems.add(PHRASES, lines(key), f"unknown part '{key}'; the parts are roles and phrases")
    roles = shaped_mapping(data, "roles", PHRASES, lines, problems)
    content.roles = {role: str(answer) for role, answer in roles.items()}
    for name, written in shaped_mapping(data, "phrases", PHRASES, lines, problems).items():
        wordings = written if isinstance(written, list) else [written]
        for i, wording in enumerate(wordings):
            line = lines("phrases", name, i)
            if not isinstance(wording, str) or not wording.strip():
                problems.add(PHRASES, line, f"the phrase '{name}' is empty or not text; write what the guide says")
                continue
            content.phrases.setdefault(name, []).append(_phrase(name, wording, line))


def _phrase(name: str, wording: str, line: int) -> Phrase:
    text = " ".join(_MARK.sub("", wording).split())
    spoken = _SAYABLE.sub(lambda match: match[1], text)
    return Phrase(name, spoken, tuple(_SAYABLE.findall(text)), tuple(_MARK.findall(wording)), line)


def _read_places(content: Content, data: dict[str, Any], problems: Problems) -> None:
    lines = content.lines[PLACES]
    for locale, place in data.items():
        words = place.get("words") if isinstance(place, dict) else None
        if not isinstance(words, dict):
            problems.add(PLACES, lines(locale), f"'{locale}' has no words; see the comment at the top of the file")
            continue
        content.places[locale] = {}
        for name, value in words.items():
            said, shown = (value.get("say"), value.get("show")) if isinstance(value, dict) else (value, value)
            if not isinstance(said, str) or not isinstance(shown, str):
                problems.add(PLACES, lines(locale, "words", name), f"'{name}' needs a text, or both 'say' and 'show'")
                continue
            content.places[locale][name] = (said, shown)


def _read_sources(content: Content, data: dict[str, Any], problems: Problems) -> None:
    lines = content.lines[SOURCES]
    needed = ("publisher", "said", "title", "url", "date", "checked", "seen")
    for key, value in data.items():
        if not isinstance(value, dict):
            problems.add(SOURCES, lines(key), f"'{key}' must have the fields {', '.join(needed)}")
            continue
        for name in needed:
            if value.get(name) in (None, ""):
                problems.add(SOURCES, lines(key), f"the source '{key}' has no '{name}'; add it")
        for name in value:
            if name not in (*needed, "note"):
                problems.add(
                    SOURCES, lines(key, name), f"unknown field '{name}'; the fields are {', '.join(needed)} and note"
                )
        fields = {name: str(value.get(name) or "") for name in ("said", "title", "publisher", "url", "date", "checked")}
        content.sources[key] = Source(key, line=lines(key), **fields)


def _read_alarms(content: Content, data: dict[str, Any], problems: Problems) -> None:
    for part in (*(key for key in data if key != CALM), CALM):
        groups = shaped_mapping(data, part, ALARMS, content.lines[ALARMS], problems)
        content.alarms[str(part)] = _lists(content, ALARMS, groups, problems, part)


def _read_lists(content: Content, name: str, problems: Problems) -> dict[str, list[str]]:
    """Return the lists of lines in the file ``name``, by what they are called."""
    return _lists(content, name, _mapping(content, name, problems), problems)


def _lists(
    content: Content, name: str, groups: dict[str, Any], problems: Problems, *inside: str
) -> dict[str, list[str]]:
    found = {}
    for group, written in groups.items():
        if not isinstance(written, list) or not all(isinstance(line, str) for line in written):
            problems.add(name, content.lines[name](*inside, group), f"'{group}' must be a list of lines of text")
            continue
        found[group] = written
    return found


def spoken_passages(content: Content) -> list[tuple[Answer, str, Passage]]:
    """Every part of every answer that is heard, with the answer and the part's name."""
    return [(answer, name, part) for answer in content.answers.values() for name, part in answer.spoken]
