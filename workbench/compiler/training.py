"""Training what ``guide.understanding`` reads: from authored lines to a table of small whole numbers.

A softmax over the answers and what is elsewhere, linear in words, pairs of words and pieces of words.
Only numpy is needed, and the same lines give the same bytes on the same machine.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from guide import understanding as reader
from guide.understanding import Understanding, pieces, units
from guide.words import words

BUCKETS = 4096
PIECE_WEIGHT = 0.3
PAIR_WEIGHT = 0.7
FEWEST_PAIRS = 3  # a pair of words seen less often is noise, and costs a row
EPOCHS = 12
BATCH = 256
RATE = 0.05
DECAY = 1e-6
FOLDS = 3

# What the thresholds may cost, on lines the model has not seen.
MOST_WRONG = 0.02
MOST_STRANGERS = 0.01

Floats = NDArray[np.float32]


def digest(examples: Sequence[tuple[str, str]], elsewhere: Sequence[str]) -> str:
    """Return a name for everything that training learns from, this code included; the same name, the same model."""
    held = sha256()
    for module in (__file__, reader.__file__):
        held.update(Path(module).read_bytes())
    for text, answer in examples:
        held.update(f"{answer}\t{text}\n".encode())
    held.update("\n".join(elsewhere).encode())
    return held.hexdigest()


def train(examples: Sequence[tuple[str, str]], elsewhere: Sequence[str], *, seed: int = 1) -> dict[str, Any]:
    """Return the compiled model of ``examples`` (a line, the id of its answer) and of ``elsewhere``.

    Deterministic. The thresholds are set on predictions for lines that were left out of training.
    """
    answers = sorted({answer for _, answer in examples})
    texts = [*(text for text, _ in examples), *elsewhere]
    target = np.array([answers.index(answer) for _, answer in examples] + [len(answers)] * len(elsewhere))
    classes = len(answers) + 1
    thresholds = _thresholds(_left_out(texts, target, classes, seed), target, len(answers))
    features = _Features(texts)
    weights, bias = _fit(features.matrix(texts), target, classes, seed)
    names = [*answers, ""]
    compiled = {"classes": names, "lines": {}, **thresholds, **_pack(features, weights, bias)}
    compiled["lines"] = _exceptions(compiled, texts, [names[i] for i in target.tolist()])
    return compiled


class _Unit(NamedTuple):
    """One word, or pair of words, as the model sees it."""

    columns: dict[int, float]
    square: float


class _Features:
    """Turns texts into rows of a sparse matrix: buckets of pieces first, then words, then pairs."""

    def __init__(self, texts: Iterable[str]) -> None:
        seen: Counter[str] = Counter()
        in_bucket: Counter[int] = Counter()
        count = 0
        for text in texts:
            count += 1
            found = set(units(words(text)))
            seen.update(found)
            in_bucket.update({_bucket(piece) for unit in found if " " not in unit for piece in pieces(unit)})
        self.names = sorted(unit for unit, times in seen.items() if " " not in unit or times >= FEWEST_PAIRS)
        self._column = {unit: BUCKETS + i for i, unit in enumerate(self.names)}
        times = [in_bucket[i] for i in range(BUCKETS)] + [seen[unit] for unit in self.names]
        self._rarity = np.log((1 + count) / (1 + np.array(times))) + 1
        self._units: dict[str, _Unit] = {}

    def bucket(self, number: int) -> _Unit:
        """Return one bucket of pieces as a unit of its own: how a piece of an unknown word counts."""
        value = PIECE_WEIGHT * float(self._rarity[number])
        return _Unit({number: value}, value * value)

    def unit(self, unit: str) -> _Unit:
        """Return what ``unit`` counts for."""
        if unit not in self._units:
            columns: dict[int, float] = {}
            square = 0.0
            column = self._column.get(unit)
            if column is not None:
                columns[column] = float(self._rarity[column]) * (PAIR_WEIGHT if " " in unit else 1.0)
                square = columns[column] ** 2
            if " " not in unit:
                for piece in pieces(unit):
                    alone = self.bucket(_bucket(piece))
                    for number, value in alone.columns.items():
                        columns[number] = columns.get(number, 0.0) + value
                    square += alone.square
            self._units[unit] = _Unit(columns, square)
        return self._units[unit]

    def matrix(self, texts: Sequence[str]) -> csr_matrix:
        """Return one row for each of ``texts``."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for number, text in enumerate(texts):
            total: dict[int, float] = {}
            square = 0.0
            for name in units(words(text)):
                unit = self.unit(name)
                square += unit.square
                for column, value in unit.columns.items():
                    total[column] = total.get(column, 0.0) + value
            length = square**0.5 or 1.0
            rows += [number] * len(total)
            columns += total.keys()
            values += [value / length for value in total.values()]
        shape = (len(texts), BUCKETS + len(self.names))
        return csr_matrix((np.array(values, np.float32), (rows, columns)), shape=shape)


def _bucket(piece: str) -> int:
    return crc32(piece.encode()) % BUCKETS


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


def _fit(features: csr_matrix, target: NDArray[np.int64], classes: int, seed: int) -> tuple[Floats, Floats]:
    """Return weights and bias of a softmax regression, by Adam with a rate that falls to nothing."""
    random = np.random.default_rng(seed)
    count, width = features.shape
    state = [np.zeros((width + 1, classes), np.float32) for _ in range(3)]
    weights, mean, square = state
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


def _left_out(texts: Sequence[str], target: NDArray[np.int64], classes: int, seed: int) -> Floats:
    """Return the probabilities that models give to lines which they were not trained on."""
    fold = np.random.default_rng(seed).permutation(len(texts)) % FOLDS
    chances = np.zeros((len(texts), classes), np.float32)
    for number in range(FOLDS):
        learnt = [text for text, at in zip(texts, fold) if at != number]
        others = [text for text, at in zip(texts, fold) if at == number]
        features = _Features(learnt)
        weights, bias = _fit(features.matrix(learnt), target[fold != number], classes, seed)
        chances[fold == number] = _softmax(features.matrix(others) @ weights + bias)
    return chances


def _thresholds(chances: Floats, target: NDArray[np.int64], answers: int) -> dict[str, float]:
    """Return when to answer and when to offer: as often as wrong answers and strangers' answers stay rare."""
    ours = target < answers
    whole = chances[:, :answers].sum(axis=1)
    order = np.sort(chances[:, :answers], axis=1)
    share = order[:, -1] / whole
    right = chances[:, :answers].argmax(axis=1) == target
    best: tuple[float, float, float] = (-1.0, 0.9, 0.9)
    for least in np.arange(0.5, 0.98, 0.02):
        inside = whole >= least
        if (inside & ~ours).sum() > MOST_STRANGERS * (~ours).sum():
            continue
        for sure in np.arange(0.2, 0.98, 0.02):
            answered = inside & ours & (share >= sure)
            if (answered & ~right).sum() > MOST_WRONG * ours.sum():
                continue
            best = max(best, (float((answered & right).sum()), float(least), float(sure)))
    return {"ours": round(best[1], 3), "sure": round(best[2], 3), "either": 0.4}


def _pack(features: _Features, weights: Floats, bias: Floats) -> dict[str, Any]:
    """Return the table of rows: for every bucket and unit its weights as bytes, and the square of its length."""
    found = [features.bucket(i) for i in range(BUCKETS)] + [features.unit(name) for name in features.names]
    table = np.zeros((len(found), weights.shape[1]), np.float32)
    for number, unit in enumerate(found):
        table[number] = np.array(list(unit.columns.values()), np.float32) @ weights[list(unit.columns)]
    scale = float(np.quantile(np.abs(table), 0.9995)) / 127
    rows = np.clip(np.rint(table / scale), -127, 127) + 128
    squares = np.clip(np.rint([[unit.square] for unit in found]), 1, 255)
    packed = np.hstack([rows, squares]).astype(np.uint8).tobytes()
    return {
        "bias": [round(float(value), 4) for value in bias],
        "buckets": BUCKETS,
        "rows": b64encode(packed).decode("ascii"),
        "scale": scale,
        "units": "\n".join(features.names),
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
