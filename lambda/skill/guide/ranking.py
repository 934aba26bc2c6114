"""Understanding where there are more answers than a model can have classes: thousands of them.

A model over all of them would need a number for every word and every answer. So the trained model only says whether
something is ours at all, and which answer it is comes from what the authored lines have in common with the question:
every word, and every pair of neighbours, has a short list of the answers that it speaks for. A question costs what its
own words' lists cost, however many answers there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from guide.understanding import Reading, Reason, Understanding
from guide.words import spoken_words

# How many of the likeliest answers are told of.
_TOLD = 10


class Ranking(Understanding):
    """What ``workbench.compiler.ranking.rank`` compiled: a trained model of one class, "ours", and lists of answers."""

    def __init__(self, compiled: Mapping[str, Any], postings: Mapping[str, Any], asked: Mapping[str, str]) -> None:
        super().__init__(compiled["gate"])
        self._ids: list[str] = compiled["answers"]
        self._share: float = compiled["share"]
        self._postings = postings
        self._asked = asked

    def read(self, text: str) -> Reading:
        """Return how ``text`` is understood."""
        said = spoken_words(text)
        known = self._asked.get(" ".join(said))
        if known is not None:
            return Reading("answer", ((known, 1.0),))
        gate = super().read(text)
        scores = self.scores(said)
        ranked = _chances(scores, sum(chance for answer, chance in gate.ranked if answer))
        if gate.outcome == "decline" or not scores:
            return gate._replace(outcome="decline", ranked=ranked)
        if len(scores) == 1 or (
            gate.outcome == "answer" and scores[0][1] >= self._share * (scores[0][1] + scores[1][1])
        ):
            return gate._replace(outcome="answer", ranked=ranked)
        return gate._replace(outcome="offer", ranked=ranked)

    def explain(self, text: str, most: int = 5, features: int = 6) -> tuple[Reason, ...]:
        """Return what counted for each of the ``most`` likeliest answers, with up to ``features`` features each."""
        said = spoken_words(text)
        reasons = []
        for answer, chance in self.read(text).ranked[:most]:
            weights = []
            for part in parts(said):
                numbers, values = self._postings.get(part, ((), ()))
                weights += [
                    (part, value / 100) for number, value in zip(numbers, values) if self._ids[number] == answer
                ]
            weights.sort(key=lambda item: -item[1])
            reasons.append(Reason(answer, chance, tuple(weights[:features])))
        return tuple(reasons)

    def scores(self, said: list[str]) -> list[tuple[str, int]]:
        """Return the answers that ``said`` speaks for most, with their scores, the highest first."""
        totals: dict[int, int] = {}
        for part in parts(said):
            for number, weight in zip(*self._postings.get(part, ((), ()))):
                totals[number] = totals.get(number, 0) + weight
        first = sorted(totals.items(), key=lambda item: (-item[1], item[0]))[:_TOLD]
        return [(self._ids[number], score) for number, score in first]


def parts(said: list[str]) -> Iterator[str]:
    """Yield what speaks for an answer: every word of ``said`` and every two neighbours, each once."""
    yield from dict.fromkeys(said)
    yield from dict.fromkeys(f"{one} {other}" for one, other in pairwise(said))


def _chances(scores: list[tuple[str, int]], ours: float) -> tuple[tuple[str, float], ...]:
    whole = sum(score for _, score in scores) or 1
    ranked = [("", 1 - ours), *((answer, ours * score / whole) for answer, score in scores)]
    ranked.sort(key=lambda item: -item[1])
    return tuple(ranked)
