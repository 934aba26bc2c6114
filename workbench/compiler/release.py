"""Content → one release: a JSON file that holds all that the function says and understands."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from guide.release import SCHEMA, topic_key
from guide.sections import BY_ENTRY, CONTENTS, line_key
from guide.words import closest
from workbench.compiler.answers import Answer, Passage, Routine
from workbench.compiler.content import ELSEWHERE_PLACE, Content
from workbench.compiler.interaction_model import compile_model, meanings, model_text

# Where a locale that is not served borrows its words from; the numbers stay neutral, since a language is not a country.
NEAREST = {"en-NZ": "en-AU", "en-IE": "en-GB", "en-ZA": "en-GB", "en-SG": "en-GB", "en-MT": "en-GB"}

# The words of a place that name a number; a place that is not ours gets the neutral ones.
_NUMBERS = ("emergency", "advice", "poison", "crisis")

VERSION_DIGITS = 12

# What belongs to understanding many answers and is looked up entry by entry, so that each is a section of its own.
LOOKED_UP = ("asked", "postings")


def compile_release(content: Content, signs: dict[str, Any], understanding: dict[str, Any]) -> dict[str, Any]:
    """Return the release of ``content``, which must be free of errors.

    ``signs`` and ``understanding`` are the compiled warning signs and the trained weights. The release's version is a
    hash of all of it, so the same content on the same machine gives the same version.
    """
    release: dict[str, Any] = {
        "schema": SCHEMA,
        "answers": {answer.id: _answer(answer) for answer in content.answers.values()},
        "topics": {topic_key(topic): answer.id for answer in content.answers.values() for topic in answer.topics},
        "roles": content.roles,
        "phrases": {name: [wording.text for wording in wordings] for name, wordings in content.phrases.items()},
        "places": _places(content),
        "sources": {key: source.said for key, source in content.sources.items()},
        "warnings": {sign["id"]: _warning(sign) for sign in content.signs.get("signs", [])},
        "intents": meanings(content),
        "frames": {beginning: name for name, lines in content.question_frames.items() for beginning in lines},
        "model": model_digest(content),
        "signs": signs,
        "understanding": {name: part for name, part in understanding.items() if name not in LOOKED_UP},
        **{name: understanding[name] for name in LOOKED_UP if name in understanding},
    }
    release["version"] = hashlib.sha256(release_bytes(release)).hexdigest()[:VERSION_DIGITS]
    return release


def model_digest(content: Content) -> str:
    """Return what tells the interaction model of ``content`` from any other: the one that its release needs."""
    return hashlib.sha256(model_text(compile_model(content)).encode()).hexdigest()[:VERSION_DIGITS]


def release_bytes(release: Any) -> bytes:
    """Return ``release``, or a part of one, as it is published and hashed: compact JSON, keys in order."""
    return json.dumps(release, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def write_release(release: dict[str, Any], path: Path) -> None:
    """Write ``release`` to ``path`` in one step: a reader sees the old file or the new one, never half."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(in_sections(release))
    partial.replace(path)


def in_sections(release: dict[str, Any]) -> bytes:
    """Return ``release`` laid out for ``guide.sections``: the same JSON, in lines, with where its sections are."""
    text = bytearray(b"{\n")
    contents: dict[str, tuple[int, int]] = {}
    for name, section in sorted(release.items()):
        text += line_key(name)
        start = len(text)
        text += _entries(section) if name in BY_ENTRY else release_bytes(section)
        contents[name] = (start, len(text))
        text += b",\n"
    return bytes(text + line_key(CONTENTS) + release_bytes(contents) + b"}")


def _entries(section: dict[str, Any]) -> bytes:
    lines = sorted((line_key(key), release_bytes(entry)) for key, entry in section.items())
    return b"{\n" + b",\n".join(key + entry for key, entry in lines) + b"\n}"


def _answer(answer: Answer) -> dict[str, Any]:
    return {
        "title": answer.title,
        "name": answer.topics[0],
        "short": _text(answer.short),
        "more": [_text(part) for part in answer.more],
        "routines": [_routine(answer, routine) for routine in answer.routines],
        "card": _text(answer.card),
        "next": answer.next,
        "sources": answer.sources,
        "review": answer.review,
    }


def _routine(answer: Answer, routine: Routine) -> dict[str, Any]:
    """A routine, with the topic that it can be entered again by ("continue getting out of bed from step three")."""
    shared = closest(routine.name, answer.topics) if len(answer.routines) > 1 else 0
    return {"name": routine.name, "topic": answer.topics[shared or 0], "steps": [_text(step) for step in routine.steps]}


def _text(passage: Passage | None) -> str:
    return passage.text if passage else ""


def _warning(sign: dict[str, Any]) -> dict[str, Any]:
    say, asked = (" ".join(str(sign[name]).split()) for name in ("say", "if_asked"))
    return {"level": sign["level"], "say": say, "asked": asked, "general": bool(sign.get("general"))}


def _places(content: Content) -> dict[str, Any]:
    neutral = content.places.get(ELSEWHERE_PLACE, {})
    return {
        "served": {locale: content.places[locale] for locale in content.locales},
        "neutral": {name: words for name, words in neutral.items() if name in _NUMBERS},
        "nearest": NEAREST,
    }
