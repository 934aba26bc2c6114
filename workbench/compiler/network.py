"""The network that training fits: sums over words, a hidden layer, a softmax over the classes, and how urgent a line sounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workbench.compiler.features import Rows
from workbench.embeddings import Floats

SUMS = 64  # numbers that every word adds to: a row of a release's table has so many
HIDDEN = 256
EPOCHS = 7
BATCH = 2048
FEWEST_STEPS = 34  # in an epoch, so that few lines are gone through in smaller batches
SMALLEST_BATCH = 16
LEAST_STEPS = 150  # in all: a handful of lines are gone through more often
RATE = 0.028  # with whole batches; with smaller ones less, as their slopes are noisier
TUNED_EPOCHS = 2  # of a network that was trained before
TUNED_RATE = 0.003  # of what it knows: enough for what was written since, too little to forget the rest
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
    """Weights and bias of the layers: from words and from what they mean to sums, to the hidden units, and to the scores.

    The sums have neither a bias nor a bend of their own, so that a table may hold them turned (``table.py``). The last of
    the scores are how urgent a line sounds.
    """

    inward: Floats
    meant: Floats
    middle: Floats
    hidden: Floats
    outward: Floats
    bias: Floats

    @classmethod
    def mean(cls, networks: Sequence[Network]) -> Network:
        """Return the mean of ``networks`` that began as the same one: only then do their units mean the same."""
        return cls(*(np.asarray(sum(parts) / len(networks), np.float32) for parts in zip(*networks)))

    def sums(self, rows: Rows) -> Floats:
        return np.asarray(rows.sparse @ self.inward + rows.dense @ self.meant, np.float32)

    def scores(self, rows: Rows) -> Floats:
        hidden = np.maximum(self.sums(rows) @ self.middle + self.hidden, 0)
        return np.asarray(hidden @ self.outward + self.bias, np.float32)


class Start(NamedTuple):
    """A network that was trained before, for what there is to learn now."""

    network: Network
    new_rows: NDArray[np.bool_]
    """Which of the rows of ``inward`` it did not have."""
    new_scores: NDArray[np.bool_]
    """Which of the scores."""

    def rates(self) -> Network:
        """Return how fast each of the weights changes: slowly, and those that are new as if nothing had been there."""
        known = SHARED_RATE * TUNED_RATE
        scores = np.where(self.new_scores, RATE, known)
        new_words = np.where(self.new_rows, RATE, TUNED_RATE)[:, None]
        return _each_at(self.network, (new_words, TUNED_RATE, known, known, scores, scores))


def fit(rows: Rows, taught: Targets, seed: int, start: Start | None = None) -> Network:
    """Return the network that fits best, by Adam with a falling rate: the mean of its last weights.

    It goes on from ``start``, or begins with nothing.
    """
    random = np.random.default_rng(seed)
    count = len(rows.dense)
    batch = min(BATCH, max(SMALLEST_BATCH, count // FEWEST_STEPS))
    epochs = max(TUNED_EPOCHS if start else EPOCHS, LEAST_STEPS * batch // count)
    steps = epochs * -(-count // batch)
    weights, rates = _begun(start, random, rows, taught)
    adam = _Adam(weights, rates, (batch / BATCH) ** 0.5, steps)
    first, sums = int((1 - AVERAGED) * steps), [np.zeros_like(one) for one in weights]
    for _ in range(epochs):
        order = random.permutation(count)
        for place in range(0, count, batch):
            chosen = order[place : place + batch]
            adam.follow(_slopes(weights, rows.of(chosen), taught.of(chosen), random))
            for one, total in zip(weights, sums if adam.step > first else ()):
                total += one
    return Network(*(total / np.float32(steps - first) for total in sums))


class _Adam:
    """Changes weights in place, a block of their rows at a time, so that what is at work stays near the processor."""

    BLOCK = 1024

    def __init__(self, weights: Network, rates: Network, scale: float, steps: int) -> None:
        self.weights, self.rates, self.scale, self.steps, self.step = weights, rates, scale, steps, 0
        self._means, self._squares = ([np.zeros_like(one) for one in weights] for _ in range(2))

    def follow(self, slopes: Sequence[Floats]) -> None:
        """Take one step against ``slopes``."""
        self.step += 1
        left = self.scale * max(1 - self.step / self.steps, LEAST_RATE)
        left *= (1 - 0.999**self.step) ** 0.5 / (1 - 0.9**self.step)
        for place, slope in enumerate(slopes):
            for start in range(0, len(slope), self.BLOCK):
                block = slice(start, start + self.BLOCK)
                self._change(place, block, slope[block], left)

    def _change(self, place: int, block: slice, slope: Floats, left: float) -> None:
        mean, square = self._means[place][block], self._squares[place][block]
        mean *= 0.9
        mean += np.multiply(slope, 0.1)
        square *= 0.999
        part = np.multiply(slope, slope)
        part *= 0.001
        square += part
        np.sqrt(square, out=part)
        part += 1e-8
        np.divide(mean, part, out=part)
        part *= self.rates[place][block] * np.float32(left)
        self.weights[place][block] -= part


def _each_at(weights: Network, rates: Sequence[Any]) -> Network:
    """Return ``rates`` in the shape of ``weights``: one for each of them."""
    return Network(
        *(np.broadcast_to(np.asarray(rate, np.float32), one.shape) for one, rate in zip(weights, rates, strict=True))
    )


def _begun(start: Start | None, random: np.random.Generator, rows: Rows, taught: Targets) -> tuple[Network, Network]:
    """Return the weights to begin with, and how fast each changes."""
    if start is not None:
        return Network(*(one.copy() for one in start.network)), start.rates()
    weights = beginning(random, (rows.sparse.shape[1], rows.dense.shape[1]), taught.wanted.shape[1])
    shared = SHARED_RATE * RATE
    return weights, _each_at(weights, (RATE, RATE, shared, shared, shared, shared))


def beginning(random: np.random.Generator, inputs: tuple[int, int], scores: int) -> Network:
    """Return a network that knows nothing, for so many sparse and dense ``inputs``."""

    def layer(scale: float, *shape: int) -> Floats:
        return scale * random.standard_normal(shape, np.float32)

    return Network(
        layer(0.05, inputs[0], SUMS),
        layer(0.05, inputs[1], SUMS),
        layer(SUMS**-0.5, SUMS, HIDDEN),
        np.zeros(HIDDEN, np.float32),
        layer(HIDDEN**-0.5, HIDDEN, scores),
        np.zeros(scores, np.float32),
    )


def _slopes(weights: Network, batch: Rows, taught: Targets, random: np.random.Generator) -> tuple[Floats, ...]:
    """Return how the loss over ``batch`` changes with each of ``weights``; a line counts as much as its targets say."""
    batch.sparse.data *= _kept_at_random(random, batch.sparse.data.shape, DROPPED)
    batch = batch._replace(dense=batch.dense * _kept_at_random(random, batch.dense.shape, DROPPED))
    sums = weights.sums(batch)
    before = sums @ weights.middle + weights.hidden
    passed = _kept_at_random(random, before.shape, DROPPED_HIDDEN) * (before > 0)
    hidden: Floats = before * passed
    error = _error(np.asarray(hidden @ weights.outward + weights.bias, np.float32), taught)
    back = (error @ weights.outward.T) * passed
    to_sums = back @ weights.middle.T
    return (
        batch.sparse.T @ to_sums + DECAY * weights.inward,
        batch.dense.T @ to_sums + DECAY * weights.meant,
        sums.T @ back,
        back.sum(axis=0),
        hidden.T @ error,
        error.sum(axis=0),
    )


def _error(scores: Floats, taught: Targets) -> Floats:
    """Return by how much each of ``scores`` is too high, as what the line counts for it."""
    classes = len(scores[0]) - len(taught.heard[0])
    error = np.hstack([softmax(scores[:, :classes]), 1 / (1 + np.exp(-scores[:, classes:]))]) - taught.wanted
    error[:, :classes] *= taught.known[:, None]
    error[:, classes:] *= taught.heard
    return np.asarray(error / len(scores), np.float32)


def softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _kept_at_random(random: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Floats:
    """Return 0 for what is dropped, and for the rest what makes up for it; ``dropped`` is taken in 256ths."""
    least = round(256 * dropped)
    return np.asarray((random.integers(0, 256, shape, np.uint8) >= least) * np.float32(256 / (256 - least)), np.float32)
