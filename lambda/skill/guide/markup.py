"""Spoken text: words with SSML tags, placeholders filled in, and how long it takes to say."""

from __future__ import annotations

import re
from collections.abc import Mapping

# A calm speaking rate, the one that the project's limits in seconds are written in (words a second).
WORDS_PER_SECOND = 2.5

_TAG = re.compile(r"<[^<>]*>")
_BREAK = re.compile(r"<break\s+time=[\"']([\d.]+)(ms|s)[\"']\s*/>")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_SENTENCE_END = re.compile(r"(?<=\w)([.?!])\s+(?=[A-Z])")
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))

_NEUTRAL = "your local emergency number"
# Where a place has no number of its own, the sentence would name the neutral wording twice.
_NAMED_TWICE = ((f"{_NEUTRAL} now, or {_NEUTRAL}", f"{_NEUTRAL} now"), (f"{_NEUTRAL}, or {_NEUTRAL}", _NEUTRAL))


def escape(text: str) -> str:
    """Return plain ``text`` made safe to stand in spoken text."""
    for character, entity in _ENTITIES:
        text = text.replace(character, entity)
    return text


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return ``text`` with each ``{name}`` replaced by its value; one that nothing fills is left out, never spoken."""
    filled = _PLACEHOLDER.sub(lambda match: values.get(match[1], ""), text)
    for twice, once in _NAMED_TWICE:
        filled = filled.replace(twice, once)
    return filled


def placeholders(text: str) -> list[str]:
    """Return the names of the placeholders in ``text``, in order."""
    return _PLACEHOLDER.findall(text)


def slowly(markup: str) -> str:
    """Return ``markup`` said slowly, with a pause after each sentence."""
    paused = _SENTENCE_END.sub(r'\1 <break time="700ms"/> ', markup)
    return f'<prosody rate="slow">{paused}</prosody>'


def plain(markup: str) -> str:
    """Return what is heard of ``markup``: its words, without tags."""
    text = _TAG.sub(" ", markup)
    for character, entity in reversed(_ENTITIES):
        text = text.replace(entity, character)
    return re.sub(r"\s+([.,?!])", r"\1", " ".join(text.split()))


def breaks(markup: str) -> list[float]:
    """Return the length of each pause in ``markup``, in seconds."""
    return [float(number) / (1000 if unit == "ms" else 1) for number, unit in _BREAK.findall(markup)]


def seconds(markup: str) -> float:
    """Return how long ``markup`` takes to say, in seconds: words at ``WORDS_PER_SECOND``, plus breaks."""
    return len(plain(markup).split()) / WORDS_PER_SECOND + sum(breaks(markup))
