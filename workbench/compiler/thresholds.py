"""How sure the network has to be to answer, to offer, or to warn: as often as mistakes on lines it has not seen stay rare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.embeddings import Floats

# Of calm lines, by networks that they were left out of. Most are chosen for sounding alarming; of what people really ask,
# hardly any sounds so to the network that has learned all of them. What can wait an hour is not listened for in talk that
# does not name the subject.
FALSE_ALARMS = {"named": 0.005, "bare": 0.004}  # for the most urgent sign
MILDER_FALSE_ALARMS = {"named": 0.03}


class Cost(NamedTuple):
    """What thresholds may cost on lines that the model has not seen, as shares of all lines of a kind."""

    wrong: float
    """Of ours, answered with another answer. Often that is right too, so that the real share is smaller."""
    strangers: float
    """Of elsewhere, answered. Authored lines of elsewhere are nearer to ours than most of what people ask."""
    offered: float
    """Of elsewhere, at least offered."""
    sure: float
    """Of what is ours, an answer has to have so much, whatever mistakes may cost."""


# Who asks nothing may be answered with what was not wanted. A story touches on more than it asks, and real ones are harder
# than those that we make up.
COSTS = {
    "bare": Cost(0.06, 0.005, 0.09, 0.55),
    "bare story": Cost(0.04, 0.006, 0.09, 0.55),
    "named": Cost(0.06, 0.02, 0.13, 0.55),
    "named story": Cost(0.04, 0.06, 0.13, 0.55),
    "named telling": Cost(0.04, 0.06, 0.13, 0.8),
}

# One that was trained before errs much less than those, which were not: of two thousand real questions that are ours, from
# fifteen places, .03 are answered wrongly with these, and hardly any of what is not ours is answered. Where nothing names the
# subject, most of what is said is about nothing of this; where something does, authored lines of elsewhere are nearer to ours
# than what people ask.
PRETRAINED_COSTS = {
    "bare": Cost(0.14, 0.011, 0.055, 0.55),
    "bare story": Cost(0.14, 0.007, 0.12, 0.56),
    "named": Cost(0.14, 0.052, 0.25, 0.56),
    "named story": Cost(0.14, 0.11, 0.45, 0.66),
    "named telling": Cost(0.14, 0.1, 0.45, 0.9),
}
EITHER = 0.4  # of what is ours, two answers have to have so much to be worth offering
FEWEST_LINES = 100  # for thresholds of a kind's own


def least_alarms(
    alarm: Floats, urgent: NDArray[np.int64], subjects: NDArray[np.str_], shares: Mapping[str, float]
) -> dict[str, float]:
    """Return the scores from which on a line sounds urgent, for each of ``subject_of`` that it is listened for in.

    So many of the calm lines do, left out of training, as ``shares`` says.
    """
    least = {}
    for subject, share in shares.items():
        calm = alarm[(urgent == 0) & (subjects == subject)]
        if len(calm) < FEWEST_LINES:
            calm = alarm[urgent == 0]
        least[subject] = round(float(np.sort(calm)[::-1][int(share * len(calm))]) + 1e-3, 3)
    return least


def answer_thresholds(
    chances: Floats, target: NDArray[np.int64], answers: int, kinds: Sequence[str], costs: Mapping[str, Cost]
) -> dict[str, dict[str, float]]:
    """Return, for each kind of utterance, when to answer and when to offer: as often as mistakes stay rare.

    A kind with few lines takes the thresholds of all lines.
    """
    of_kind = np.array(kinds)
    found = {}
    for kind, cost in costs.items():
        chosen = of_kind == kind
        if min((chosen & (target < answers)).sum(), (chosen & (target >= answers)).sum()) < FEWEST_LINES:
            chosen = np.ones(len(kinds), np.bool_)
        found[kind] = _thresholds_of(chances[chosen], target[chosen], answers, cost)
    return found


def _thresholds_of(chances: Floats, target: NDArray[np.int64], answers: int, cost: Cost) -> dict[str, float]:
    """Return the thresholds with which most of ours are answered rightly, at no more than ``cost``."""
    ours = target < answers
    whole = chances[:, :answers].sum(axis=1)
    share = chances[:, :answers].max(axis=1) / whole
    right = chances[:, :answers].argmax(axis=1) == target
    best = (-1, 0.999, 0.9)
    for least in 1 - np.geomspace(0.7, 0.0005, 100):
        inside = whole >= least
        sure = max(cost.sure, _least_share(inside & ours, right, share, cost.wrong * ours.sum()))
        answered = inside & (share >= sure)
        if (answered & ~ours).sum() <= cost.strangers * (~ours).sum():
            best = max(best, (int((answered & ours & right).sum()), float(least), sure))
    strangers = np.sort(whole[~ours])[::-1]
    perhaps = float(strangers[int(cost.offered * len(strangers))]) if len(strangers) else 0.5
    _, least, sure = best
    values = {"ours": least, "sure": sure, "perhaps": min(perhaps, least), "either": EITHER}
    return {name: round(value, 4) for name, value in values.items()}


def _least_share(chosen: NDArray[np.bool_], right: NDArray[np.bool_], share: Floats, most_wrong: float) -> float:
    """Return the share from which on at most ``most_wrong`` of the ``chosen`` lines are wrong."""
    wrong = np.sort(share[chosen & ~right])[::-1]
    return float(wrong[int(most_wrong)]) + 1e-3 if len(wrong) > most_wrong else 0.0
