"""Cross-validation over the authored lines: how well lines are understood that training has not seen.

It takes the whole way that a question takes in the function (trained, packed, read in pure Python), so that its figures
are those of the release, except that nothing is looked up: an authored line is always known to the release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from guide.understanding import Understanding
from workbench.compiler.training import train


@dataclass
class Figures:
    """What became of lines that were left out of training."""

    ours: Counter[str] = field(default_factory=Counter)
    """``right``, ``offered`` (the right answer among two), ``misoffered``, ``wrong``, ``declined`` -> lines of ours."""
    by_answer: dict[str, Counter[str]] = field(default_factory=dict)
    """The same for each answer."""
    elsewhere: dict[str, Counter[str]] = field(default_factory=dict)
    """Group of elsewhere.yaml -> ``answered``, ``offered`` or ``declined`` -> lines."""
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(The line's own answer, the answer that was likelier) -> lines."""

    def share(self, *outcomes: str) -> float:
        """Return the share of our lines that had one of ``outcomes``."""
        return sum(self.ours[outcome] for outcome in outcomes) / max(1, self.ours.total())

    def answered_elsewhere(self) -> float:
        """Return the share of the lines of elsewhere that were answered."""
        lines = sum(counted.total() for counted in self.elsewhere.values())
        return sum(counted["answered"] for counted in self.elsewhere.values()) / max(1, lines)

    def as_json(self) -> dict[str, object]:
        """Return the figures as plain data, shares rounded to three places."""
        return {
            "lines": self.ours.total(),
            "right": round(self.share("right"), 3),
            "right_or_offered": round(self.share("right", "offered"), 3),
            "wrong": round(self.share("wrong"), 3),
            "declined": round(self.share("declined"), 3),
            "elsewhere_lines": sum(counted.total() for counted in self.elsewhere.values()),
            "elsewhere_answered": round(self.answered_elsewhere(), 3),
            "by_answer": {answer: dict(counted) for answer, counted in sorted(self.by_answer.items())},
            "elsewhere": {group: dict(counted) for group, counted in self.elsewhere.items()},
            "confusions": [[own, other, times] for (own, other), times in self.confusions.most_common(40)],
        }


def cross_validate(
    examples: Sequence[tuple[str, str]], elsewhere: Mapping[str, Sequence[str]], *, folds: int = 4, seed: int = 1
) -> Figures:
    """Train ``folds`` times without a part of the lines, and return what became of each part.

    Args:
        examples: (line, id of its answer).
        elsewhere: group -> lines of what is not ours.
        folds: into how many parts the lines are dealt; each costs one training.
        seed: deals the lines; the same seed gives the same figures.
    """
    lines = [(text, answer, "") for text, answer in examples]
    lines += [(text, "", group) for group, texts in elsewhere.items() for text in texts]
    Random(seed).shuffle(lines)  # noqa: S311 - deals lines, keeps no secret
    figures = Figures()
    for number in range(folds):
        kept = [line for i, line in enumerate(lines) if i % folds != number]
        groups = {group: [text for text, _, held in kept if held == group] for group in elsewhere}
        compiled = train([(text, answer) for text, answer, _ in kept if answer], groups, seed=seed)
        model = Understanding({**compiled, "lines": {}})
        for text, answer, group in lines[number::folds]:
            _count(figures, model, text, answer, group)
    return figures


def _count(figures: Figures, model: Understanding, text: str, answer: str, group: str) -> None:
    reading = model.read(text)
    if not answer:
        outcome = {"answer": "answered", "offer": "offered"}.get(reading.outcome, "declined")
        figures.elsewhere.setdefault(group, Counter())[outcome] += 1
        return
    outcome = judge(reading.outcome, reading.answers, {answer})
    figures.ours[outcome] += 1
    figures.by_answer.setdefault(answer, Counter())[outcome] += 1
    likeliest = next(name for name, _ in reading.ranked if name)
    if likeliest != answer:
        figures.confusions[answer, likeliest] += 1


def judge(outcome: str, answers: Sequence[str], accepted: set[str]) -> str:
    """Return what a reading is worth for a line of ours that any of ``accepted`` answers."""
    hit = bool(accepted.intersection(answers))
    if outcome == "answer":
        return "right" if hit else "wrong"
    if outcome == "offer":
        return "offered" if hit else "misoffered"
    return "declined"
