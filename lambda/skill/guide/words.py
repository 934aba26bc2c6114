"""Words of an utterance, as every part of the guide reads them."""

from __future__ import annotations

import re
import unicodedata

# More than Alexa ever delivers; what comes after it is noise, and reading it would only cost time.
MOST_CHARACTERS = 1_000

_APOSTROPHES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'"})
_TAG = re.compile(r"<[^<>]{0,200}>")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")
_WORD_OR_STOP = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[.?!;](?![a-z0-9])")


def _plain(text: str) -> str:
    """Return the first ``MOST_CHARACTERS`` of ``text`` in lower case, without accents and markup."""
    text = text[:MOST_CHARACTERS]
    if not text.isascii():
        folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES))
        text = "".join(c for c in folded if not unicodedata.combining(c))
    elif "`" in text:
        text = text.replace("`", "'")
    text = text.lower()
    return _TAG.sub(" ", text) if "<" in text else text


def words(text: str) -> list[str]:
    """Return the lower-case words of ``text``; markup, punctuation and other scripts are dropped.

    Accents are folded (``café`` gives ``cafe``) and an apostrophe inside a word stays (``can't``).
    Only the first ``MOST_CHARACTERS`` characters are read.
    """
    return _WORD.findall(_plain(text))


SPOKEN_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
"""The numbers that have a word of their own, from zero to nineteen."""

_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_DIGIT = re.compile(r"\d")
_DIGITS_OR_LETTERS = re.compile(r"\d+|\D+")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))


def spoken_words(text: str) -> list[str]:
    """Return what ``words`` returns, with numbers up to 99 as they are said: ``L4-L5`` gives ``l four l five``.

    Content is written as it is said, and so is what Alexa hears; what is typed has digits. Larger numbers stay.
    """
    plain = _plain(text)
    said = _WORD.findall(plain)
    return [part for word in said for part in _spoken(word)] if _DIGIT.search(plain) else said


def _spoken(word: str) -> list[str]:
    """Return ``word`` with its digits as words of their own."""
    parts = _DIGITS_OR_LETTERS.findall(word)
    if len(parts) == 2 and parts[1] in _ORDINALS:
        return [word]
    if len(parts) == 1 and not word.isdigit():
        return [word]
    small = (said_number(int(part)).split() if part.isdigit() and len(part) < 3 else words(part) for part in parts)
    return [said for part in small for said in part]


def said_number(number: int) -> str:
    """Return ``number``, from 0 to 99, as it is said."""
    if number < len(SPOKEN_NUMBERS):
        return SPOKEN_NUMBERS[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens - 2] + (f" {SPOKEN_NUMBERS[ones]}" if ones else "")


def words_and_stops(text: str) -> list[str]:
    """Return what ``words`` returns, with a ``.``, ``?``, ``!`` or ``;`` where a sentence ends.

    Speech brings no stops; typed questions do, and a symptom in one sentence is not denied by another.
    """
    return _WORD_OR_STOP.findall(_plain(text))


# So many letters tell words apart and leave endings out: get, getting; comfortable, comfort.
_STEM = 3


def closest(text: str, names: list[str]) -> int | None:
    """Return the index of the name that shares most words with ``text``; None when none does, or two do alike."""
    said = {word[:_STEM] for word in words(text)}
    shared = [len(said & {word[:_STEM] for word in words(name)}) for name in names]
    best = max(shared, default=0)
    return shared.index(best) if best and shared.count(best) == 1 else None
