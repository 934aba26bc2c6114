"""The network that training fits: sums over words, a hidden layer, a softmax over the classes, and how urgent a line sounds."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from workbench.embeddings import Floats

SUMS = 64  # numbers that every word adds to: a row of a release's table has so many
HIDDEN = 256
EPOCHS = 9
BATCH = 1024
FEWEST_STEPS = 34  # in an epoch, so that few lines are gone through in smaller batches
SMALLEST_BATCH = 16
LEAST_STEPS = 150  # in all: a handful of lines are gone through more often
RATE = 0.02  # with whole batches; with smaller ones less, as their slopes are noisier
LEAST_RATE = 0.3  # of it, to the last: the mean of weights that still move is nearer to the middle of what fits
SHARED_RATE = 0.3  # of it, for the layers that every line goes through
DECAY = 1e-6
DROPPED = 0.1  # of what goes in, left out at random at every step; with more, no word alone can veto the others
DROPPED_HIDDEN = 0.4

AVERAGED = (
    0.5  # of the steps, the last: the mean of their weights depends less on the order of the lines than the last does
)


class Targets(NamedTuple):
    """What there is to learn of lines, a row for each."""

    wanted: Floats
    """For each line, the probability that every class should get, and whether it tells of each kind of warning sign."""
    known: Floats
    """What a line counts for its class; those of alarms have none, and count for nothing."""
    heard: Floats
    """What it counts for each kind of warning sign; nothing where nobody knows."""

    def of(self, chosen: NDArray[Any]) -> Targets:
        """Return those of the ``chosen`` lines."""
        return Targets(self.wanted[chosen], self.known[chosen], self.heard[chosen])

    def then(self, others: Targets) -> Targets:
        """Return these and ``others`` after them."""
        return Targets(*(np.concatenate(parts) for parts in zip(self, others)))


class Network(NamedTuple):
    """Weights and bias of the layers: from words to sums, to the hidden units, and to the scores.

    The sums have neither a bias nor a bend of their own, so that a table may hold them turned (``table.py``). The last of
    the scores are how urgent a line sounds.
    """

    inward: Floats
    middle: Floats
    hidden: Floats
    outward: Floats
    bias: Floats

    def scores(self, features: csr_matrix) -> Floats:
        return self.scores_of(features @ self.inward)

    def scores_of(self, sums: Floats) -> Floats:
        return np.asarray(np.maximum(sums @ self.middle + self.hidden, 0) @ self.outward + self.bias, np.float32)


def fit(features: csr_matrix, taught: Targets, seed: int) -> Network:
    """Return the network that fits best, by Adam with a falling rate: the mean of its last weights."""
    random = np.random.default_rng(seed)
    count, width = features.shape
    weights = _beginning(random, width, taught.wanted.shape[1])
    means, squares, parts, sums = ([np.zeros_like(one) for one in weights] for _ in range(4))
    batch = min(BATCH, max(SMALLEST_BATCH, count // FEWEST_STEPS))
    epochs = max(EPOCHS, LEAST_STEPS * batch // count)
    steps = epochs * -(-count // batch)
    first, step = int((1 - AVERAGED) * steps), 0
    for _ in range(epochs):
        order = random.permutation(count)
        for start in range(0, count, batch):
            chosen = order[start : start + batch]
            slopes = _slopes(weights, features[chosen], taught.of(chosen), random)
            step += 1
            rate = RATE * (batch / BATCH) ** 0.5 * max(1 - step / steps, LEAST_RATE)
            rate *= (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
            for one, slope, mean, square, part in zip(weights, slopes, means, squares, parts):
                # In place, since these tables are large: running means of the slope and of its square.
                mean *= 0.9
                mean += np.multiply(slope, 0.1, out=part)
                square *= 0.999
                square += np.multiply(np.multiply(slope, slope, out=part), 0.001, out=part)
                np.sqrt(square, out=part)
                part += 1e-8
                np.divide(mean, part, out=part)
                one -= np.multiply(part, rate if one is weights.inward else SHARED_RATE * rate, out=part)
            for one, total in zip(weights, sums if step > first else ()):
                total += one
    return Network(*(total / np.float32(steps - first) for total in sums))


def _beginning(random: np.random.Generator, width: int, scores: int) -> Network:
    inward = 0.05 * random.standard_normal((width, SUMS), np.float32)
    middle = SUMS**-0.5 * random.standard_normal((SUMS, HIDDEN), np.float32)
    outward = HIDDEN**-0.5 * random.standard_normal((HIDDEN, scores), np.float32)
    return Network(inward, middle, np.zeros(HIDDEN, np.float32), outward, np.zeros(scores, np.float32))


def _slopes(weights: Network, batch: csr_matrix, taught: Targets, random: np.random.Generator) -> tuple[Floats, ...]:
    """Return how the loss over ``batch`` changes with each of ``weights``; a line counts as much as its targets say."""
    batch.data *= _kept_at_random(random, batch.data.shape, DROPPED)
    sums = batch @ weights.inward
    before = sums @ weights.middle + weights.hidden
    passed = _kept_at_random(random, before.shape, DROPPED_HIDDEN)
    hidden = np.maximum(before, 0) * passed
    scores = hidden @ weights.outward + weights.bias
    classes = scores.shape[1] - taught.heard.shape[1]
    guessed = np.hstack([softmax(scores[:, :classes]), 1 / (1 + np.exp(-scores[:, classes:]))])
    counts = np.hstack([np.repeat(taught.known[:, None], classes, axis=1), taught.heard])
    error = counts * (guessed - taught.wanted) / np.float32(len(scores))
    back = (error @ weights.outward.T) * passed * (before > 0)
    return (
        batch.T @ (back @ weights.middle.T) + DECAY * weights.inward,
        sums.T @ back,
        back.sum(axis=0),
        hidden.T @ error,
        error.sum(axis=0),
    )


def softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _kept_at_random(random: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Floats:
    """Return 0 for what is dropped, and for the rest what makes up for it."""
    return np.asarray((random.random(shape, np.float32) >= dropped) / np.float32(1 - dropped), np.float32)
