"""Training what ``guide.understanding`` reads: from authored lines to a table of small whole numbers.

A softmax over the answers and the groups of elsewhere.yaml, linear in words, pairs of words, pieces of words and the
word vectors of workbench/embeddings. The same lines give the same bytes on the same machine.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from zlib import compress, crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from guide import understanding as reader
from guide.understanding import BACKGROUND, Hints, Understanding, is_word, kind_of, pieces, units
from guide.words import words

VECTORS = Path(__file__).parents[1] / "embeddings" / "words.npz"

BUCKETS = 4096
PIECE_WEIGHT = 0.3
PAIR_WEIGHT = 0.7
LONE_WEIGHT = 1.0
VECTOR_WEIGHT = 9.0
FEWEST_TIMES = 3  # a pair of words seen less often is noise, and costs a row; words said alone likewise
MOST_PAIRS = 6_000
MOST_LONE = 3_000
MOST_UNITS = 17_500  # rows that the release can hold within a megabyte; common words without a line fill them up
EPOCHS = 10
BATCH = 256
RATE = 0.05
DECAY = 1e-6
FOLDS = 4
STEP = 4.8  # of the stored weights, as coarse as tells no difference: finer only takes more bytes (docs/performance.md)


class Cost(NamedTuple):
    """What thresholds may cost on lines that the model has not seen, as shares of all lines of a kind."""

    wrong: float
    """Of ours, answered with another answer. Often that is right too, so that the real share is smaller."""
    strangers: float
    """Of elsewhere, answered. Authored lines of elsewhere are nearer to ours than most of what people ask."""
    offered: float
    """Of elsewhere, at least offered."""


# A story touches on more than it asks, and real ones are harder than those that we make up.
COSTS = {
    "bare": Cost(0.06, 0.005, 0.07),
    "bare story": Cost(0.035, 0.006, 0.07),
    "named": Cost(0.07, 0.02, 0.1),
    "named story": Cost(0.035, 0.05, 0.1),
}
EITHER = 0.4  # of what is ours, two answers have to have so much to be worth offering
FEWEST_LINES = 100  # for thresholds of a kind's own

Floats = NDArray[np.float32]
Line = list[tuple[str, bool]]
"""A line as its ``units``."""
Elsewhere = Mapping[str, Sequence[str]] | Sequence[str]
"""Lines of what is not ours: by group, which tells training more, or in one list."""


def digest(examples: Sequence[tuple[str, str]], elsewhere: Elsewhere, hints: Mapping[str, str]) -> str:
    """Return a name for everything that training learns from, this code included; the same name, the same model."""
    held = sha256()
    for path in (__file__, reader.__file__, VECTORS):
        held.update(Path(path).read_bytes())
    held.update(repr(sorted(hints.items())).encode())
    for text, answer in examples:
        held.update(f"{answer}\t{text}\n".encode())
    for number, lines in enumerate(_groups(elsewhere)):
        held.update("\n".join((f"\n[{number}]", *lines)).encode())
    return held.hexdigest()


def train(
    examples: Sequence[tuple[str, str]], elsewhere: Elsewhere, hints: Mapping[str, str], *, seed: int = 1
) -> dict[str, Any]:
    """Return the compiled model of ``examples`` (a line, the id of its answer) and of ``elsewhere``.

    ``hints`` are the words of ``content/en/hearing.yaml``, in one line each. Deterministic. The thresholds are set on
    predictions for lines that were left out of training.
    """
    answers = sorted({answer for _, answer in examples})
    groups = _groups(elsewhere)
    texts = [*(text for text, _ in examples), *(line for group in groups for line in group)]
    labels = [answers.index(answer) for _, answer in examples]
    for number, group in enumerate(groups, len(answers)):
        labels += [number] * len(group)
    target = np.array(labels)
    names = [*answers, *("" for _ in groups)]
    read = Hints.of(hints)
    said = [words(text) for text in texts]
    lines = [list(units(line, read)) for line in said]
    left_out = _left_out(lines, target, len(names), seed)
    thresholds = _thresholds(left_out, target, len(answers), [kind_of(line, read) for line in said])
    features = _Features(lines)
    weights, bias = _fit(features.matrix(lines), target, len(names), seed)
    compiled = {"classes": names, "hints": dict(hints), "lines": {}, "thresholds": thresholds}
    compiled.update(_pack(features, weights, bias))
    compiled["lines"] = _exceptions(compiled, texts, [names[i] for i in labels])
    return compiled


def _groups(elsewhere: Elsewhere) -> list[Sequence[str]]:
    return [lines for lines in elsewhere.values() if lines] if isinstance(elsewhere, Mapping) else [elsewhere]


@cache
def _vectors() -> tuple[dict[str, int], Floats]:
    """Return the place of every word that has a vector, and the vectors."""
    with np.load(VECTORS) as held:
        names = str(held["names"]).split("\n")
        return {name: i for i, name in enumerate(names)}, held["vectors"].astype(np.float32) * float(held["scale"])


def _bucket(piece: str) -> int:
    return crc32(piece.encode()) % BUCKETS


class _Features:
    """Turns texts into rows of a sparse matrix: buckets of pieces first, then known units, then word vectors."""

    def __init__(self, lines: Iterable[Line]) -> None:
        seen: Counter[str] = Counter()
        times = np.zeros(BUCKETS)
        count = 0
        for line in lines:
            count += 1
            found = {unit for unit, _ in line}
            seen.update(found)
            times[list({_bucket(piece) for unit in found if is_word(unit) for piece in pieces(unit)})] += 1
        self.known = _kept(seen)
        self._column = {unit: BUCKETS + i for i, unit in enumerate(self.known)}
        times = np.append(times, [seen[unit] for unit in self.known])
        self._value = np.log((1 + count) / (1 + times)) + 1
        self._value[:BUCKETS] *= PIECE_WEIGHT
        self._value[BUCKETS:] *= [_weight(unit) for unit in self.known]

    def of_buckets(self) -> tuple[csr_matrix, NDArray[np.float64]]:
        """Return what ``of_units`` does for a piece in each of the buckets: how an unknown word is weighed."""
        width = BUCKETS + len(self.known) + _vectors()[1].shape[1]
        numbers = range(BUCKETS)
        alone = csr_matrix((self._value[:BUCKETS], (numbers, numbers)), shape=(BUCKETS, width), dtype=np.float32)
        return alone, self._value[:BUCKETS] ** 2

    def of_units(self, names: Sequence[str]) -> tuple[csr_matrix, NDArray[np.float64]]:
        """Return a row for each of ``names``, and the square of what it adds to an utterance's length."""
        rows: list[int] = []
        columns: list[int] = []
        for row, unit in enumerate(names):
            own = [self._column[unit]] if unit in self._column else []
            if is_word(unit):
                own += [_bucket(piece) for piece in pieces(unit)]
            rows += [row] * len(own)
            columns += own
        values = self._value[columns]
        shape = (len(names), BUCKETS + len(self.known))
        spelled = csr_matrix((values.astype(np.float32), (rows, columns)), shape=shape)
        place, vectors = _vectors()
        meaning = np.zeros((len(names), vectors.shape[1]), np.float32)
        for row, unit in enumerate(names):
            if unit in place:
                meaning[row] = VECTOR_WEIGHT * vectors[place[unit]]
        return hstack([spelled, csr_matrix(meaning)]).tocsr(), np.asarray(
            np.bincount(rows, values**2, len(names)), float
        )

    def matrix(self, lines: Sequence[Line]) -> csr_matrix:
        """Return one row for each of ``lines``."""
        place: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        shares: list[float] = []
        for row, line in enumerate(lines):
            for unit, full in line:
                rows.append(row)
                columns.append(place.setdefault(unit, len(place)))
                shares.append(1.0 if full else BACKGROUND)
        shape = (len(lines), len(place))
        counts = csr_matrix((np.array(shares, np.float32), (rows, columns)), shape=shape)
        times = csr_matrix((np.array(shares, np.float32) ** 2, (rows, columns)), shape=shape)
        table, squares = self.of_units(list(place))
        length = np.sqrt(times @ squares)
        length[length == 0] = 1
        return csr_matrix((counts @ table).multiply((1 / length)[:, None]), dtype=np.float32)


def _kept(seen: Counter[str]) -> list[str]:
    """Return the units that have weights of their own: every word, and the commonest pairs and lone words."""
    ranked = sorted(
        (unit for unit, times in seen.items() if times >= FEWEST_TIMES), key=lambda unit: (-seen[unit], unit)
    )
    pairs = [unit for unit in ranked if " " in unit][:MOST_PAIRS]
    lone = [unit for unit in ranked if unit[0] == "~"][:MOST_LONE]
    return sorted([*(unit for unit in seen if is_word(unit)), *pairs, *lone])


def _weight(unit: str) -> float:
    return 1.0 if is_word(unit) else LONE_WEIGHT if unit[0] == "~" else PAIR_WEIGHT


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _fit(features: csr_matrix, target: NDArray[np.int64], classes: int, seed: int) -> tuple[Floats, Floats]:
    """Return weights and bias of a softmax regression, by Adam with a rate that falls to nothing."""
    random = np.random.default_rng(seed)
    count, width = features.shape
    weights, mean, square = (np.zeros((width + 1, classes), np.float32) for _ in range(3))
    steps = EPOCHS * -(-count // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = random.permutation(count)
        for start in range(0, count, BATCH):
            chosen = order[start : start + BATCH]
            batch = features[chosen]
            error = _softmax(batch @ weights[:-1] + weights[-1])
            error[np.arange(len(chosen)), target[chosen]] -= 1
            error /= len(chosen)
            slope = np.vstack([batch.T @ error + DECAY * weights[:-1], error.sum(axis=0)])
            step += 1
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope * slope - square)
            rate = RATE * (1 - step / steps) * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
            weights -= rate * mean / (np.sqrt(square) + 1e-8)
    # Only differences between classes count; centred weights are smaller, and can be explained.
    weights -= weights.mean(axis=1, keepdims=True)
    return weights[:-1], weights[-1]


def _left_out(lines: Sequence[Line], target: NDArray[np.int64], classes: int, seed: int) -> Floats:
    """Return the probabilities that models give to lines which they were not trained on."""
    fold = np.random.default_rng(seed).permutation(len(lines)) % FOLDS
    chances = np.zeros((len(lines), classes), np.float32)
    for number in range(FOLDS):
        learnt = [line for line, at in zip(lines, fold) if at != number]
        others = [line for line, at in zip(lines, fold) if at == number]
        features = _Features(learnt)
        weights, bias = _fit(features.matrix(learnt), target[fold != number], classes, seed)
        chances[fold == number] = _softmax(features.matrix(others) @ weights + bias)
    return chances


def _thresholds(
    chances: Floats, target: NDArray[np.int64], answers: int, kinds: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return, for each kind of utterance, when to answer and when to offer: as often as mistakes stay rare.

    A kind with few lines takes the thresholds of all lines.
    """
    of_kind = np.array(kinds)
    found = {}
    for kind, cost in COSTS.items():
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
    best = (-1, 0.99, 0.9)
    for least in np.arange(0.3, 0.99, 0.01):
        inside = whole >= least
        sure = _least_share(inside & ours, right, share, cost.wrong * ours.sum())
        answered = inside & (share >= sure)
        if (answered & ~ours).sum() <= cost.strangers * (~ours).sum():
            best = max(best, (int((answered & ours & right).sum()), float(least), sure))
    strangers = np.sort(whole[~ours])[::-1]
    perhaps = float(strangers[int(cost.offered * len(strangers))]) if len(strangers) else 0.5
    _, least, sure = best
    values = {"ours": least, "sure": sure, "perhaps": min(perhaps, least), "either": EITHER}
    return {name: round(value, 3) for name, value in values.items()}


def _least_share(chosen: NDArray[np.bool_], right: NDArray[np.bool_], share: Floats, most_wrong: float) -> float:
    """Return the share from which on at most ``most_wrong`` of the ``chosen`` lines are wrong."""
    wrong = np.sort(share[chosen & ~right])[::-1]
    return max(0.3, float(wrong[int(most_wrong)]) + 1e-3) if len(wrong) > most_wrong else 0.3


def _pack(features: _Features, weights: Floats, bias: Floats) -> dict[str, Any]:
    """Return the table of rows: for every bucket and unit its weights as bytes, and the square of its length."""
    names = list(dict.fromkeys((*features.known, *_vectors()[0])))[: max(MOST_UNITS, len(features.known))]
    tables = [features.of_buckets(), features.of_units(names)]
    table = np.vstack([matrix @ weights for matrix, _ in tables])
    squares = np.concatenate([square for _, square in tables])
    rows = np.clip(np.rint(table / STEP), -127, 127) + 128
    lengths = np.clip(np.rint(squares), 1, 255)[:, None]
    packed = np.hstack([rows, lengths]).astype(np.uint8).tobytes()
    return {
        "bias": [round(float(value), 4) for value in bias],
        "buckets": BUCKETS,
        "rows": b64encode(compress(packed, 9)).decode("ascii"),
        "scale": STEP,
        "units": "\n".join(names),
    }


def _exceptions(compiled: dict[str, Any], texts: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return the authored lines that the model alone would not take to their own answer; "" for what is not ours."""
    model = Understanding(compiled)
    found: dict[str, str] = {}
    for text, name in zip(texts, names):
        reading = model.read(text)
        if reading.answers != ((name,) if name else ()):
            found.setdefault(" ".join(words(text)), name)
    return found
