"""From words to an answer: a small trained network, read in pure Python.

The first layer adds one row of numbers for every word and every pair of neighbours; a word it does not know counts by its
spelling (pieces of three to five letters). Where nothing names the subject ("exercise bike"), every word counts once more,
as a word said alone. In a story the words of its question count in full, and the others less. The sums, by the length of
the utterance, go through a layer of hidden units, and from there into scores. Classes are the answers and the kinds of
what is not ours; further scores tell how much it sounds like a warning sign, one for each level of care that is listened
for.

Whole numbers are added up side by side, as lanes of one long integer: many times faster than number by number.
"""

from __future__ import annotations

from binascii import a2b_base64
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from math import exp, sqrt
from operator import add, mul
from struct import unpack
from typing import Any, NamedTuple
from zlib import crc32, decompress

from guide.spelling import LONGEST_WORD, Spelling
from guide.words import spoken_words

_NOTHING = 128
"""Stands for a weight of nothing, wherever a weight is a byte."""

# A row has a byte for each number, which is added in a lane of 16 bits: so many times at most before it could overflow.
_MOST_ROWS = 0xFFFF // 0xFF

# The layers are added up in lanes of 64 bits; where a sum may be below zero, this stands for nothing.
_LANE_BYTES = 8
_ZERO = 1 << 63

PARTS = 4096
"""A hidden unit counts in so many parts of one."""

# A term is known again in a word of so many letters or more.
_LEAST_LETTERS = 5

# From how many words on an utterance tells a story, which touches on more than it asks.
STORY_WORDS = 12

# From how many words on an utterance that asks nothing is a telling; with fewer it is what people type into a search box.
TELLING_WORDS = 6

# How what names the subject of the guide is called, and what tells of it and asks nothing.
NAMED = "named"
TELLING = f"{NAMED} telling"

# In a story, so many words belong to its question: from one that opens a question on, and at the end.
_QUESTION_WORDS = 9
_LAST_WORDS = 5

_FULL, _ASIDE = 10, 7
BACKGROUND = _ASIDE / _FULL
"""What a word beside the question counts, as a share; with half or all of it, fewer stories are understood."""


class Reading(NamedTuple):
    """How an utterance was understood."""

    outcome: str
    """``answer``, ``offer`` or ``decline``."""
    ranked: tuple[tuple[str, float], ...]
    """Answers with their probability, the likeliest first; "" stands for what is not ours."""
    kind: str = ""
    """``kind_of`` what was said."""

    @property
    def named(self) -> bool:
        """True when what was said names the subject of the guide."""
        return self.kind.startswith(NAMED)

    @property
    def answers(self) -> tuple[str, ...]:
        """The answer given, or the two that are offered."""
        many = {"answer": 1, "offer": 2}.get(self.outcome, 0)
        return places(self.ranked)[1 : 1 + many]


class Reason(NamedTuple):
    """What one of the likeliest answers owes to parts of the utterance."""

    answer: str
    """An answer's id; "" stands for what is not ours."""
    probability: float
    features: tuple[tuple[str, float], ...]
    """Words and pairs of words with what they add to the answer's score (or take from it), the weightiest first."""


class Hints(NamedTuple):
    """The words of ``content/en/hearing.yaml``."""

    subject: frozenset[str]
    """Any of them makes an utterance one about the subject of the guide, whatever else is in it."""
    not_after: frozenset[str]
    """Straight after one of them, a word of the subject is another word: "coming back"."""
    questions: frozenset[str]
    """Words that open a question."""
    tellers: frozenset[str]
    """Words by which people tell of themselves, or of somebody else."""
    terms: frozenset[str]
    """Words that are known again where they are misspelled by a letter."""

    @classmethod
    def of(cls, listed: Mapping[str, str]) -> Hints:
        """Return them as a release lists them: in one line each."""
        return cls(*(frozenset(listed[name].split()) for name in cls._fields))


def units(said: list[str], hints: Hints) -> Iterator[tuple[str, bool]]:
    """Yield what is weighed, and whether it counts in full: every word, and every word with the one before it.

    A word that is only said again ("my my back") is not weighed again.

    ``^`` stands before the first. Where nothing names the subject: ``~`` and every word once more, marked with it.
    """
    alone = not named(said, hints)
    if alone:
        yield "~", True
    before = "^"
    for word, full in zip(said, _asks(said, hints)):
        if word == before:
            continue
        yield word, full
        yield f"{before} {word}", full
        if alone:
            yield f"~{word}", full
        before = word


def named(said: list[str], hints: Hints) -> bool:
    """True when what was ``said`` names the subject of the guide."""
    return any(word in hints.subject and (i == 0 or said[i - 1] not in hints.not_after) for i, word in enumerate(said))


def _asks(said: list[str], hints: Hints) -> list[bool]:
    """Tell of each word whether it belongs to what is asked; all of them do unless a story is told."""
    last = len(said) - _LAST_WORDS
    until = len(said) if len(said) < STORY_WORDS else 0
    asks = []
    for i, word in enumerate(said):
        if word in hints.questions:
            until = max(until, i + _QUESTION_WORDS)
        asks.append(i < until or i >= last)
    return asks


def subject_of(said: list[str], hints: Hints) -> str:
    """Return ``NAMED`` when what was ``said`` names the subject of the guide, and ``bare`` when not."""
    return NAMED if named(said, hints) else "bare"


def kind_of(said: list[str], hints: Hints) -> str:
    """Return the kind of an utterance, by which it is decided how sure the model has to be.

    Who tells of a back and asks nothing leaves open what is wanted: that is a kind of its own.
    """
    telling = len(said) >= TELLING_WORDS and hints.questions.isdisjoint(said) and not hints.tellers.isdisjoint(said)
    if telling and named(said, hints):
        return TELLING
    return subject_of(said, hints) + (" story" if len(said) >= STORY_WORDS else "")


def line_key(said: list[str]) -> int:
    """Return a number for a line: that another utterance has the same one happens once in millions."""
    return crc32(" ".join(said).encode())


def keys_of(packed: str) -> Iterator[int]:
    """Yield the numbers that ``workbench.compiler.table.packed_keys`` packed: steps from each to the next, low bytes first."""
    held = _unpacked(packed)
    count = len(held) // 4
    steps = bytearray(len(held))
    for place in range(4):
        steps[place::4] = held[place * count : (place + 1) * count]
    return accumulate(unpack(f"<{count}I", steps))


def places(ranked: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Return what the places stand for that lines are listed with: what is not ours, and from 1 on the answers as ``ranked``."""
    return ("", *(answer for answer, _ in ranked if answer))


def is_word(unit: str) -> bool:
    """True when ``unit`` is a plain word, which counts by its spelling too."""
    return " " not in unit and unit[0] != "~"


def pieces(word: str) -> Iterator[str]:
    """Yield the pieces of three to five letters of ``word``, each once, its ends marked: ``<ba``, ``<bac``, … ``ck>``."""
    marked = f"<{word[:LONGEST_WORD]}>"
    return iter({marked[start : start + size]: 0 for size in (3, 4, 5) for start in range(len(marked) - size + 1)})


class Understanding:
    """The trained model of one release, as ``workbench.compiler.training.train`` compiled it."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        self._classes: list[str] = compiled["classes"]
        self._answers = sum(1 for name in self._classes if name)
        self._hidden: list[float] = compiled["hidden"]
        self._bias: list[float] = compiled["bias"]
        self._middle = _lanes(_unpacked(compiled["middle"]["weights"]), len(self._hidden))
        self._outward = _lanes(_unpacked(compiled["outward"]["weights"]), len(self._bias))
        self._scale: float = compiled["scale"] * compiled["middle"]["step"]
        self._out_scale: float = compiled["outward"]["step"] / PARTS
        self._buckets: int = compiled["buckets"]
        self._thresholds: Mapping[str, Mapping[str, float]] = compiled["thresholds"]
        self._hints = Hints.of(compiled["hints"])
        self._listed = list(keys_of(compiled["lines"]["keys"]))
        self._listed_at = _unpacked(compiled["lines"]["places"])
        names = _unpacked(compiled["units"]).decode().split("\n")
        self._row = dict(zip(names, range(len(names))))
        self._spelling = Spelling(self._hints.terms, _LEAST_LETTERS, self._row)
        self._pieces = len(names)  # the rows of pieces come after those of the units
        self._rows = _unpacked(compiled["rows"])  # column by column
        self._lengths = _unpacked(compiled["lengths"])
        self._zeros = int.from_bytes(_ZERO.to_bytes(_LANE_BYTES, "little") * len(self._hidden), "little")
        self._pairs = len(self._middle) // 2
        self._even = int.from_bytes(b"\xff\x00" * self._pairs, "little")
        self._sounds: list[Mapping[str, Any]] = [
            {**sound, **{kind: frozenset(keys_of(sound[kind])) for kind in ("told", "calm")}}
            for sound in compiled["sounds"]
        ]
        self._last: tuple[int | None, list[float]] = (None, [])

    def words(self, text: str) -> list[str]:
        """Return the words of ``text`` as they are read."""
        return self.spelled(spoken_words(text))

    def spelled(self, said: list[str]) -> list[str]:
        """Return what was ``said`` with terms of the field in place of unknown words that misspell them."""
        return list(map(self._spelling.meant, said))

    def read(self, text: str) -> Reading:
        """Return how ``text`` is understood."""
        said = self.words(text)
        return self.judge(said, self._scores_of(said))

    def judge(self, said: list[str], scores: Sequence[float]) -> Reading:
        """Return how what was ``said`` is understood, with the ``scores`` that the network gives it."""
        ranked = self._rank(self._chances(scores))
        kind = kind_of(said, self._hints)
        key = line_key(said)
        number = bisect_left(self._listed, key)
        if self._listed[number : number + 1] != [key]:
            return Reading(self._outcome(ranked, kind), ranked, kind)
        known = places(ranked)[self._listed_at[number]]
        return Reading("answer" if known else "decline", _first(known, ranked), kind)

    def sounds_like(self, text: str) -> str:
        """Return the most urgent warning sign that ``text`` sounds like, much more than what people ask; "" for none.

        It tells one level of care from another and knows no sign by name, and it takes a denial for what it denies; it
        stands behind the check for signs. How alike it has to be depends on whether the subject is named, and what can wait
        an hour is only listened for where it is: most of what is said in a room is about nothing of this.
        """
        said = self.words(text)
        return self.alarm(said, self._scores_of(said))

    def alarm(self, said: list[str], scores: Sequence[float]) -> str:
        """Return what ``sounds_like`` does, with the ``scores`` that the network gives what was ``said``."""
        known = line_key(said)
        subject = subject_of(said, self._hints)
        for sound, score in zip(self._sounds, scores[len(self._classes) :]):
            least = sound["least"].get(subject)
            if known in sound["told"] or (least is not None and score >= least and known not in sound["calm"]):
                return str(sound["sign"])
        return ""

    def explain(self, text: str, most: int = 5, features: int = 6) -> tuple[Reason, ...]:
        """Return what counted for each of the ``most`` likeliest answers, with up to ``features`` features each."""
        weighed = list(units(self.words(text), self._hints))
        whole = self._weigh(weighed)
        active = self._active(whole)
        chances = self._chances(self._score(active))
        factor = self._scale * self._out_scale * PARTS / (sqrt(whole[-1]) or 1.0)
        parts: dict[str, list[int]] = {}
        for unit, full in weighed:
            part = self._weigh([(unit, full)])[:-1]
            parts[unit] = list(map(add, parts[unit], part)) if unit in parts else part
        middle, outward = _weights(self._middle, len(self._hidden)), _weights(self._outward, len(self._bias))
        reasons = []
        for name, chance in self._rank(chances)[:most]:
            # What is not ours has several classes; its likeliest one speaks for it.
            column = max((i for i, c in enumerate(self._classes) if c == name), key=chances.__getitem__)
            # A hidden unit that is not active passes nothing on; through the others every unit adds in proportion.
            out = [row[column] if value > 0 else 0 for value, row in zip(active, outward)]
            way = [factor * sum(map(mul, row, out)) for row in middle]
            weights = [(unit, sum(map(mul, added, way))) for unit, added in parts.items()]
            weights.sort(key=lambda item: -abs(item[1]))
            top = tuple((unit, round(weight, 2)) for unit, weight in weights[:features] if abs(weight) >= 0.05)
            reasons.append(Reason(name, chance, top))
        return tuple(reasons)

    def _outcome(self, ranked: tuple[tuple[str, float], ...], kind: str) -> str:
        shares = [chance for answer, chance in ranked if answer]
        whole = sum(shares)
        least = self._thresholds[kind]
        if whole >= least["ours"] and shares[0] >= whole * least["sure"]:
            return "answer"
        return "offer" if whole >= least["perhaps"] and sum(shares[:2]) >= whole * least["either"] else "decline"

    def _rank(self, chances: list[float]) -> tuple[tuple[str, float], ...]:
        ours = self._answers
        ranked = [("", sum(chances[ours:])), *zip(self._classes, chances[:ours])]
        ranked.sort(key=lambda item: -item[1])
        return tuple(ranked)

    def _active(self, sums: list[int]) -> list[float]:
        """Return what the hidden units make of the sums that ``_weigh`` returned; those below zero are not active."""
        *sums, squared = sums
        held = self._zeros
        for total, row in zip(sums, self._middle):
            held += total * row
        nothing = _ZERO + _NOTHING * sum(sums)
        factor = self._scale / (sqrt(squared) or 1.0)
        return [
            bias + factor * (lane - nothing) for bias, lane in zip(self._hidden, _in_lanes(held, len(self._hidden)))
        ]

    def _score(self, active: list[float]) -> list[float]:
        """Return the score of every class, and after them how much it sounds like each warning sign listened for."""
        held = whole = 0
        for value, row in zip(active, self._outward):
            if value > 0:
                parts = int(value * PARTS)
                held += parts * row
                whole += parts
        nothing = _NOTHING * whole
        return [
            bias + self._out_scale * (lane - nothing)
            for bias, lane in zip(self._bias, _in_lanes(held, len(self._bias)))
        ]

    def _scores_of(self, said: list[str]) -> list[float]:
        """Return the scores of what was ``said``, which every turn asks for twice: is it a sign, and what does it ask?"""
        key = hash(" ".join(said))  # the words themselves are not kept
        last, scores = self._last
        if key != last:
            scores = self._score(self._active(self._weigh(units(said, self._hints))))
            self._last = (key, scores)
        return scores

    def _chances(self, scores: Sequence[float]) -> list[float]:
        """Return the probability of every class."""
        scores = scores[: len(self._classes)]
        top = max(scores)
        raised = [exp(score - top) for score in scores]
        whole = sum(raised)
        return [value / whole for value in raised]

    def _weigh(self, weighed: Iterable[tuple[str, bool]]) -> list[int]:
        """Return the sums of the units' rows, in tenths, and that of their squared lengths (in hundredths) in the last place."""
        rows: tuple[list[int], list[int]] = ([], [])
        for unit, full in weighed:
            rows[full].extend(self._rows_of(unit))
        sums = [_FULL * total for total in self._sum(rows[True])]
        if rows[False]:
            sums = [total + _ASIDE * less for total, less in zip(sums, self._sum(rows[False]))]
        squares = (sum([self._lengths[row] for row in part]) for part in rows)
        return [*sums, sum(many * many * square for many, square in zip((_ASIDE, _FULL), squares))]

    def _rows_of(self, unit: str) -> Iterator[int]:
        row = self._row.get(unit)
        if row is not None:
            yield row
        elif is_word(unit):
            for piece in pieces(unit):
                yield self._pieces + crc32(piece.encode()) % self._buckets

    def _sum(self, rows: list[int]) -> list[int]:
        """Return the sum of ``rows``, number by number: the even ones of a row, and the odd ones, are lanes of an integer."""
        even, lanes, many = self._even, self._pairs, len(self._lengths)
        evens = odds = [-_NOTHING * len(rows)] * lanes
        for start in range(0, len(rows), _MOST_ROWS):
            low = high = 0
            for row in rows[start : start + _MOST_ROWS]:
                held = int.from_bytes(self._rows[row::many], "little")
                low += held & even
                high += held >> 8 & even
            evens = list(map(add, evens, unpack(f"<{lanes}H", low.to_bytes(2 * lanes, "little"))))
            odds = list(map(add, odds, unpack(f"<{lanes}H", high.to_bytes(2 * lanes, "little"))))
        return [total for pair in zip(evens, odds) for total in pair]


def _lanes(weights: bytes, width: int) -> list[int]:
    """Return a long integer for each row of ``weights``, which has ``width`` bytes: a lane for each."""
    spread = bytearray(_LANE_BYTES * len(weights))
    spread[::_LANE_BYTES] = weights
    size = _LANE_BYTES * width
    return [int.from_bytes(spread[start : start + size], "little") for start in range(0, len(spread), size)]


def _weights(rows: Sequence[int], width: int) -> list[list[int]]:
    """Return what ``_lanes`` was given: for an editor's eyes, no answer needs it."""
    return [[lane - _NOTHING for lane in _in_lanes(row, width)] for row in rows]


def _in_lanes(held: int, width: int) -> tuple[int, ...]:
    """Return what the ``width`` lanes of ``held`` hold."""
    return unpack(f"<{width}Q", held.to_bytes(_LANE_BYTES * width, "little"))


def _unpacked(text: str) -> bytes:
    return decompress(a2b_base64(text))


def _first(answer: str, ranked: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
    return ((answer, 1.0), *((other, 0.0) for other, _ in ranked if other != answer))
