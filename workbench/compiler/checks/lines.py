"""Are the lines that people say fit for Alexa's model, and does each belong to one answer?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guide.release import topic_key
from guide.understanding import line_key
from guide.warning_signs import LEVELS
from guide.words import spoken_words
from workbench.compiler.content import ALARMS, ELSEWHERE, INTENTS, WARNING_SIGNS, Content
from workbench.compiler.interaction_model import MOST_SAMPLE_CHARACTERS, WAKE_WORDS, intent_name, parts_of, plain_sample
from workbench.compiler.problems import Problem
from workbench.compiler.ranking import DENSE_MOST

LEAST_LINES = 20
MOST_STORY_CHARACTERS = 300
"""Of an ask line, or a line of elsewhere: nobody tells a speaker more in one breath."""
MOST_SLOT_CHARACTERS = 140
"""Alexa's limit for a slot value."""

# Care levels that the trained model may raise by itself, the most urgent first. What is to be seen "within days" it leaves to
# the patterns: most stories sound like that.
_LISTENED_FOR = LEVELS[:2]

# Alexa's console: letters, spaces, periods for abbreviations, underscores, possessive apostrophes, hyphens, {slots}.
_SAMPLE = re.compile(r"(?:[^\W\d_]|[ '._-]|\{[a-z_]+\})+")
_FREE_PERIOD = re.compile(r"(?<![A-Za-z]\b)\.|(?<=[A-Za-z]{2})\.")

Written = tuple[str, int, str, str]
"""File, line, owner (intent or answer), and the line as written."""


def check(content: Content) -> Iterator[Problem]:
    written = list(_written(content))
    asked = {
        (answer.file, answer.lines("ask", i)) for answer in content.answers.values() for i in range(len(answer.ask))
    }
    for file, line, _, text in written:
        most = MOST_STORY_CHARACTERS if (file, line) in asked else MOST_SAMPLE_CHARACTERS
        yield from _characters(file, line, text, most)
        if plain_sample(text).split(" ")[0] in WAKE_WORDS:
            yield Problem(file, line, f"'{text}' begins with a word that wakes a speaker; Alexa's review refuses it")
    yield from _twice(written)
    yield from _first_words(content)
    yield from _topics(content)
    yield from _says(content)
    for answer in content.answers.values():
        for i, text in enumerate(answer.ask):
            if re.search(r"\{[a-z_]+\}", text):
                yield Problem(
                    answer.file,
                    answer.lines("ask", i),
                    f"'{text}' has a slot; an ask line is only words (carrier phrases are in {INTENTS})",
                )
        if 0 < len(answer.ask) < LEAST_LINES:
            yield Problem(
                answer.file,
                answer.lines("ask"),
                f"has {len(answer.ask)} ask lines; write at least {LEAST_LINES}, as different people would say it",
            )
    yield from _alarms(content)
    yield from _elsewhere(content, {plain_sample(text): (file, line) for file, line, _, text in written})
    yield from _same_number(content)


def _written(content: Content) -> Iterator[Written]:
    lines = content.lines[INTENTS]
    for answer in content.answers.values():
        for i, text in enumerate(answer.ask):
            yield answer.file, answer.lines("ask", i), intent_name(answer.id), text
    for section in ("commands", "slots"):
        for name, intent in (content.intents.get(section) or {}).items():
            for i, text in enumerate(intent.get("samples", [])):
                yield INTENTS, lines(section, name, "samples", i), name, text
    for section in ("urgent_frames", "frames"):
        for name, frame in (content.intents.get(section) or {}).items():
            for text in parts_of(frame)[1]:
                yield INTENTS, lines(section, name), f"{name}Intent", text


def _characters(file: str, line: int, text: str, most: int = MOST_SAMPLE_CHARACTERS) -> Iterator[Problem]:
    if not text.strip():
        yield Problem(file, line, "an empty line; write what people say, or delete it")
    elif text != text.strip() or "  " in text:
        yield Problem(file, line, f"'{text}' has a space too many")
    elif not _SAMPLE.fullmatch(text):
        wrong = next(
            (character for character in text if not _SAMPLE.fullmatch(character) and character not in "{}"), "{"
        )
        yield Problem(
            file,
            line,
            f"'{text}' holds '{wrong}'; a sample has letters, spaces, apostrophes and hyphens only, and numbers are spelled out",
        )
    elif _FREE_PERIOD.search(text):
        yield Problem(file, line, f"'{text}' has a period that is not of an abbreviation such as 'm.r.i.'")
    if len(text) > most:
        yield Problem(file, line, f"'{text[:30]}…' has {len(text)} characters; the most is {most}")
    if re.fullmatch(r"\{query\}", text.strip()):
        yield Problem(file, line, "a carrier phrase cannot be its slot alone; Alexa refuses it")


def _twice(written: list[Written]) -> Iterator[Problem]:
    """The same sample in two intents: Alexa picks one of them, and nobody knows which."""
    owners: dict[str, Written] = {}
    for sample in written:
        file, line, owner, text = sample
        key = text if "{" in text else plain_sample(text)
        first = owners.setdefault(key, sample)
        if first is not sample:
            whose = "here already" if first[2] == owner else f"in {first[0]}:{first[1]}"
            yield Problem(file, line, f"'{text}' stands {whose}; keep it where it belongs")


def _first_words(content: Content) -> Iterator[Problem]:
    """Frames that first words are to go to, and that cannot take them."""
    found = content.intents.get("frames") or {}
    for name, frame in found.items():
        for i, other in enumerate(frame.get("first_words", []) if isinstance(frame, dict) else []):
            line = content.lines[INTENTS]("frames", name, "first_words", i)
            if other not in found:
                yield Problem(INTENTS, line, f"there is no frame '{other}'; name one that is in this file")
            elif not (reads := parts_of(found[other])[0]).endswith(" {query}"):
                yield Problem(
                    INTENTS, line, f"'{other}' reads '{reads}', which begins with no words; first words cannot go there"
                )


def _topics(content: Content) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for answer in content.answers.values():
        for i, topic in enumerate(answer.topics):
            line = answer.lines("topics", i)
            yield from _characters(answer.file, line, topic, MOST_SLOT_CHARACTERS)
            other = owners.setdefault(topic_key(topic), answer.id)
            if other != answer.id:
                yield Problem(answer.file, line, f"the topic '{topic}' belongs to '{other}' already")
            elif plain_sample(topic) in map(plain_sample, answer.topics[:i]):
                yield Problem(answer.file, line, f"the topic '{topic}' stands here already; keep one")


def _says(content: Content) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for i, sign in enumerate(content.signs.get("signs", [])):
        for j, value in enumerate(sign["says"]):
            where = content.lines[WARNING_SIGNS]("signs", i, "says", j)
            yield from _characters(WARNING_SIGNS, where, value, MOST_SLOT_CHARACTERS)
            key = plain_sample(value)
            if key in owners:
                whose = "stands here" if owners[key] == sign["id"] else f"belongs to the sign '{owners[key]}'"
                yield Problem(WARNING_SIGNS, where, f"'{value}' {whose} already; keep one")
            owners.setdefault(key, sign["id"])


def _alarms(content: Content) -> Iterator[Problem]:
    latest = 0
    for part in content.sounds:
        line = content.lines[ALARMS](part)
        level = content.level(part)
        if level not in _LISTENED_FOR:
            yield Problem(ALARMS, line, f"'{part}' is no sign of {WARNING_SIGNS} that is an emergency, or for today")
        elif _LISTENED_FOR.index(level) < latest:
            yield Problem(ALARMS, line, f"'{part}' stands after a sign that is less urgent; put it before")
        else:
            latest = _LISTENED_FOR.index(level)
    seen: dict[str, str] = {}
    for part in content.alarms:
        for group, texts in content.alarms[part].items():
            for i, text in enumerate(texts):
                line = content.lines[ALARMS](part, group, i)
                if not 0 < len(text) <= MOST_STORY_CHARACTERS:
                    told = f"has {len(text)} characters; at most {MOST_STORY_CHARACTERS} are said in one breath"
                    yield Problem(ALARMS, line, f"'{text[:40]}' {told}")
                if (first := seen.setdefault(plain_sample(text), part)) != part:
                    yield Problem(ALARMS, line, f"'{text}' is '{first}' as well; it cannot be both")


def _elsewhere(content: Content, ours: dict[str, tuple[str, int]]) -> Iterator[Problem]:
    seen: set[str] = set()
    for group, texts in content.elsewhere.items():
        for i, text in enumerate(texts):
            line, key = content.lines[ELSEWHERE](group, i), plain_sample(text)
            yield from _characters(ELSEWHERE, line, text, MOST_STORY_CHARACTERS)
            if key in seen:
                yield Problem(ELSEWHERE, line, f"'{text}' stands twice; keep one")
            if key in ours:
                yield Problem(
                    ELSEWHERE, line, f"'{text}' is ours as well ({ours[key][0]}:{ours[key][1]}); it cannot be both"
                )
            seen.add(key)


def _same_number(content: Content) -> Iterator[Problem]:
    """The release lists lines by number, and so would take one of two lines with the same number for the other.

    With more answers than one model tells apart it ranks them by the lines themselves, and lists next to none.
    """
    if len(content.answers) > DENSE_MOST:
        return
    ours = [(answer.file, answer.lines, ("ask",), answer.ask) for answer in content.answers.values()]
    others = [(ELSEWHERE, content.lines[ELSEWHERE], (name,), texts) for name, texts in content.elsewhere.items()]
    first: dict[int, tuple[str, str, str]] = {}
    for file, lines, place, texts in (*ours, *others):
        for i, text in enumerate(texts):
            said = spoken_words(text)
            words = " ".join(said)
            known, other, owner = first.setdefault(line_key(said), (words, text, file))
            if known != words and {owner, file} != {ELSEWHERE}:
                told = f"the release cannot tell '{text}' from '{other}' ({owner}), whose number is the same; reword one of them"
                yield Problem(file, lines(*place, i), told)
