"""Cross-validation over the authored lines: how well lines are understood that training has not seen.

It takes the whole way that a question takes in the function (trained, packed, read in pure Python), so that its figures
are those of the release, except that nothing is looked up: an authored line is always known to the release.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from guide.understanding import Reading, Understanding
from workbench.compiler.training import NO_LINES, Elsewhere, train
from workbench.progress import Say, quiet

FOLDS = 5

_OURS = ("right", "offered", "misoffered", "wrong", "declined")
_ELSEWHERE = ("declined", "offered", "answered")
_MOST_CONFUSIONS = 40


def left_out(
    examples: Sequence[tuple[str, str]],
    elsewhere: Elsewhere,
    hints: Mapping[str, str],
    reached: Callable[[str], str] = str,
    say: Say = quiet,
    folds: int = FOLDS,
) -> Iterator[tuple[str, str, Reading]]:
    """Yield every line, its answer ("" for one of elsewhere) and how a model read it that did not learn from it.

    Args:
        examples: (line, id of its answer).
        elsewhere: lines of what is not ours, by group or in one list.
        hints: the words of hearing.yaml, in one line each.
        reached: what of a line reaches the function.
        say: is told what is going on.
        folds: into how many parts the lines are dealt; each costs one training.
    """
    for line, answer, _, reading in _readings(examples, elsewhere, hints, reached, say, folds):
        yield line, answer, reading


def cross_validate(
    examples: Sequence[tuple[str, str]],
    elsewhere: Elsewhere,
    hints: Mapping[str, str],
    reached: Callable[[str], str] = str,
    say: Say = quiet,
    folds: int = FOLDS,
) -> dict[str, Any]:
    """Return what became of the lines that ``left_out`` yields, as plain data: counts, and shares of 1.

    ``offered`` is a choice of two with the right one among them, ``misoffered`` one without it.
    """
    ours: dict[str, Counter[str]] = {}
    others: dict[str, Counter[str]] = {}
    confusions: Counter[tuple[str, str]] = Counter()
    for _, answer, group, reading in _readings(examples, elsewhere, hints, reached, say, folds):
        if not answer:
            outcome = {"answer": "answered", "offer": "offered"}.get(reading.outcome, "declined")
            others.setdefault(group, Counter())[outcome] += 1
            continue
        ours.setdefault(answer, Counter())[_verdict(answer, reading)] += 1
        likeliest = next(name for name, _ in reading.ranked if name)
        if likeliest != answer:
            confusions[answer, likeliest] += 1
    found: dict[str, Any] = {
        "ours": _shares(sum(ours.values(), Counter()), _OURS),
        "elsewhere": _shares(sum(others.values(), Counter()), _ELSEWHERE),
        "by_answer": {answer: _shares(counts, _OURS) for answer, counts in sorted(ours.items())},
        "by_group": {group: _shares(counts, _ELSEWHERE) for group, counts in others.items()},
        "confusions": [[own, other, times] for (own, other), times in confusions.most_common(_MOST_CONFUSIONS)],
    }
    found["ours"]["right_or_offered"] = round(found["ours"]["right"] + found["ours"]["offered"], 4)
    return found


def table(found: Mapping[str, Any]) -> str:
    """Return the figures of ``cross_validate`` as text."""
    lines = [_head("authored lines, left out", _OURS)]
    lines += [_row(answer, shares, _OURS) for answer, shares in found["by_answer"].items()]
    lines += [_row("all", found["ours"], _OURS)]
    lines.append(f"{'right, or among the two offered':<34}{found['ours']['right_or_offered']:>11.3f}")
    lines += ["", _head("elsewhere", _ELSEWHERE)]
    lines += [_row(group, shares, _ELSEWHERE) for group, shares in found["by_group"].items()]
    lines += [_row("all", found["elsewhere"], _ELSEWHERE)]
    return "\n".join(lines)


def _readings(
    examples: Sequence[tuple[str, str]],
    elsewhere: Elsewhere,
    hints: Mapping[str, str],
    reached: Callable[[str], str],
    say: Say,
    folds: int,
) -> Iterator[tuple[str, str, str, Reading]]:
    groups = elsewhere if isinstance(elsewhere, Mapping) else {"elsewhere": elsewhere}
    lines = [(text, answer, "") for text, answer in examples]
    lines += [(text, "", group) for group, texts in groups.items() for text in texts]
    Random(1).shuffle(lines)  # noqa: S311 - deals lines, keeps no secret
    for number in range(folds):
        say(f"Cross-validation: training without part {number + 1} of {folds} …")
        kept = [line for i, line in enumerate(lines) if i % folds != number]
        others = {group: [reached(text) for text, _, held in kept if held == group] for group in groups}
        compiled = train([(reached(text), answer) for text, answer, _ in kept if answer], others, hints)
        model = Understanding({**compiled, "lines": NO_LINES})
        for text, answer, group in lines[number::folds]:
            yield text, answer, group, model.read(reached(text))


def _verdict(answer: str, reading: Reading) -> str:
    if reading.outcome == "decline":
        return "declined"
    hit = answer in reading.answers
    if reading.outcome == "offer":
        return "offered" if hit else "misoffered"
    return "right" if hit else "wrong"


def _shares(counts: Counter[str], outcomes: Sequence[str]) -> dict[str, Any]:
    total = max(1, counts.total())
    return {"n": counts.total(), **{outcome: round(counts[outcome] / total, 4) for outcome in outcomes}}


def _head(name: str, outcomes: Sequence[str]) -> str:
    return f"{name:<28}{'n':>6}" + "".join(f"{outcome:>11}" for outcome in outcomes)


def _row(name: str, shares: Mapping[str, Any], outcomes: Sequence[str]) -> str:
    return f"  {name:<26}{shares['n']:>6}" + "".join(f"{shares[outcome]:>11.3f}" for outcome in outcomes)
