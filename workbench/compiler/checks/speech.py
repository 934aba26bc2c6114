"""Can it be taken in by ear: length, reading grade, SSML, and words that may not be spoken?"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

from guide.markup import breaks, fill, plain, seconds
from workbench.compiler.content import PHRASES, WARNING_SIGNS, Content
from workbench.compiler.problems import Problem
from workbench.compiler.reading import grade

SHORT_SECONDS, PART_SECONDS = 20.0, 30.0
SHORT_GRADE, PART_GRADE = 6.0, 8.0
"""AMA: sixth grade; NIH: below eighth (facts: health literacy guidance for patient information)."""
WELCOME_SECONDS, WELCOME_AGAIN_SECONDS = 12.0, 4.0
BREAK_SECONDS = 10.0
"""Alexa's longest break; a longer one is cut."""
CARD_CHARACTERS = 8000
TITLE_CHARACTERS = 50

# Tag -> attributes, of Alexa's SSML reference; others are spoken as an error or dropped.
SSML_TAGS = {
    "break": {"time", "strength"},
    "emphasis": {"level"},
    "prosody": {"rate", "pitch", "volume"},
    "say-as": {"interpret-as", "format"},
    "sub": {"alias"},
    "phoneme": {"alphabet", "ph"},
    "w": {"role"},
    "p": set(),
    "s": set(),
}

# Certification rejects a health skill that claims these (facts: policy requirements, section on health).
FORBIDDEN = re.compile(
    r"\b(cures?|cured|curing|heals?|healed|healing|guarantee\w*|miracle\w*|risk[- ]free)\b", re.IGNORECASE
)
_EMERGENCY = re.compile(r"\{emergency\}(?!( now)?, or your local\s+emergency\s+number)")


def check(content: Content) -> Iterator[Problem]:
    words = {name: said for name, (said, _) in next(iter(content.places.values()), {}).items()}
    for answer in content.answers.values():
        for name, passage in answer.spoken:
            short = passage is answer.short
            limits = (SHORT_SECONDS, SHORT_GRADE) if short else (PART_SECONDS, PART_GRADE)
            tail = _tail(content, answer.id, short)
            yield from _part(
                answer.file, passage.line, name, passage.text, limits, words, tail, tuple(answer.topics[:1])
            )
        if answer.card:
            yield from _card(answer.file, answer.card.line, answer.card.text)
        if len(answer.title) > TITLE_CHARACTERS:
            yield Problem(
                answer.file,
                answer.lines("title"),
                f"the title has {len(answer.title)} characters; the most is {TITLE_CHARACTERS}",
            )
        yield from _forbidden(answer.file, answer.lines("title"), "the title", answer.title)
    for name, wordings in content.phrases.items():
        limits = (
            {"welcome": WELCOME_SECONDS, "welcome_again": WELCOME_AGAIN_SECONDS}.get(name, PART_SECONDS),
            PART_GRADE,
        )
        for phrase in wordings:
            yield from _part(PHRASES, phrase.line, f"the phrase '{name}'", phrase.text, limits, words, "")
    for i, sign in enumerate(content.signs.get("signs", [])):
        for field in ("say", "if_asked"):
            where = content.lines[WARNING_SIGNS]("signs", i, field)
            yield from _part(
                WARNING_SIGNS, where, f"'{field}'", str(sign.get(field, "")), (SHORT_SECONDS, PART_GRADE), words, ""
            )


def _tail(content: Content, answer: str, short: bool) -> str:
    """What is heard after the short answer in the same reply; the reply is what a listener takes in, not the file."""
    more = content.phrases.get("more")
    return max((wording.text for wording in more), key=len) if short and more and content.answers[answer].more else ""


def _part(
    file: str,
    line: int,
    name: str,
    text: str,
    limits: tuple[float, float],
    words: dict[str, str],
    tail: str,
    names: tuple[str, ...] = (),
) -> Iterator[Problem]:
    yield from _markup(file, line, name, text)
    yield from _forbidden(file, line, name, plain(text))
    if _EMERGENCY.search(text):
        yield Problem(file, line, f"{name}: {{emergency}} must be followed by ', or your local emergency number'")
    most_seconds, most_grade = limits
    heard = fill(f"{text} {tail}", words)
    length = seconds(heard)
    if length > most_seconds:
        yield Problem(
            file,
            line,
            f"{name} takes {length:.1f} seconds to say; the most is {most_seconds:.0f}. Leave something out, or move it to another part",
        )
    if any(pause > BREAK_SECONDS for pause in breaks(text)):
        yield Problem(file, line, f"{name}: a break may last {BREAK_SECONDS:.0f} seconds at most; use two in a row")
    reading = grade(f"{text} {tail}", names)
    if reading > most_grade:
        yield Problem(
            file,
            line,
            f"{name} reads at grade {reading:.1f}; the most is {most_grade:.0f}. Use shorter sentences and plainer words",
        )


def _markup(file: str, line: int, name: str, text: str) -> Iterator[Problem]:
    try:
        root = ElementTree.fromstring(f"<speak>{text}</speak>")  # noqa: S314 (our own content)
    except ElementTree.ParseError as error:
        hint = "write 'and' for &" if "&" in text else 'check that every tag is closed, such as <break time="2s"/>'
        yield Problem(file, line, f"{name} is not well-formed SSML ({error}); {hint}")
        return
    for element in list(root.iter())[1:]:
        allowed = SSML_TAGS.get(element.tag)
        if allowed is None:
            yield Problem(file, line, f"{name}: Alexa has no SSML tag <{element.tag}>; it has {', '.join(SSML_TAGS)}")
        elif set(element.attrib) - allowed:
            wrong = sorted(set(element.attrib) - allowed)[0]
            yield Problem(file, line, f"{name}: the tag <{element.tag}> has no attribute '{wrong}'")
        if element.tag == "break" and not re.fullmatch(r"\d+(\.\d+)?(s|ms)", element.attrib.get("time", "1s")):
            yield Problem(file, line, f"{name}: a break's time is written as 2s or 500ms")


def _card(file: str, line: int, text: str) -> Iterator[Problem]:
    if len(text) > CARD_CHARACTERS:
        yield Problem(file, line, f"the card has {len(text)} characters; Alexa takes {CARD_CHARACTERS}")
    if re.search(r"<[a-z/]", text):
        yield Problem(file, line, "the card holds a tag; a card is plain text")
    yield from _forbidden(file, line, "the card", text)
    if _EMERGENCY.search(text):
        yield Problem(file, line, "the card: {emergency} must be followed by ', or your local emergency number'")


def _forbidden(file: str, line: int, name: str, text: str) -> Iterator[Problem]:
    found = FORBIDDEN.search(text)
    if found:
        yield Problem(
            file,
            line,
            f"{name} says '{found[0]}', a claim that Amazon rejects in a health skill; say what it may help with",
        )
