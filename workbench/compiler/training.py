"""Training what ``guide.understanding`` reads: from authored lines to a table of small whole numbers.

A network with one hidden layer: words, pairs of words, pieces of words and the word vectors of workbench/embeddings go
in; a softmax over the answers and the groups of elsewhere.yaml comes out, and beside it how urgent a line sounds. The
same lines give the same bytes on the same machine.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from zlib import DEFLATED, MAX_WBITS, Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, compressobj, crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from guide import understanding as reader
from guide.understanding import BACKGROUND, Hints, Understanding, is_word, kind_of, line_key, pieces, subject_of, units
from guide.warning_signs import LEVELS
from guide.words import spoken_words
from workbench.compiler.content import CALM, Content
from workbench.embeddings import NO_PRACTICE, PRACTICE, VECTORS, Practice, word_vectors

BUCKETS = 4096
PIECE_WEIGHT = 0.3
PAIR_WEIGHT = 0.7
LONE_WEIGHT = 1.0
VECTOR_WEIGHT = 9.0
FEWEST_WORDS = 3  # a word seen less often is read by its pieces and its vector
FEWEST_TIMES = 3  # a pair of words seen less often is noise, and costs a row; words said alone likewise
MOST_PAIRS = 3_000
MOST_LONE = 1_300
MOST_UNITS = 12_500  # where the lines have fewer of their own, common words fill the table up to so many rows
HIDDEN = 72
EPOCHS = 9
BATCH = 1024
FEWEST_STEPS = 34  # in an epoch, so that few lines are gone through in smaller batches
SMALLEST_BATCH = 16
LEAST_STEPS = 150  # in all: a handful of lines are gone through more often
RATE = 0.02  # with whole batches; with smaller ones less, as their slopes are noisier
DECAY = 1e-6
DROPPED = 0.4  # of what goes in, left out at random at every step: so that no word alone decides
DROPPED_HIDDEN = 0.2
AVERAGED = (
    0.3  # of the steps, the last: the mean of their weights depends less on the order of the lines than the last does
)
FOLDS = 3
TEMPERED = 0.15  # of what a line teaches, taken from networks that did not learn from it
# Of calm lines, by networks that they were left out of. Most are chosen for sounding alarming; of what people really ask,
# hardly any sounds so to the network that has learned all of them. What can wait an hour is not listened for in talk that
# does not name the subject.
FALSE_ALARMS = {"named": 0.03, "bare": 0.01}  # for the most urgent sign
MILDER_FALSE_ALARMS = {"named": 0.03}
LEAST_SHARED = 0.9  # of the classes here, which practice has to know, for it to be of this guide
LEAST_KNOWN = 0.7  # of what a line of practice may be about
MOST_PRACTICE = 3  # lines for each authored one, so that a guide with few lines is trained as quickly as it was
PRACTICE_WEIGHT = 0.5  # of a line of practice, beside an authored one
STEP = 3.0  # of the stored weights: a wider layer makes better use of the bytes than finer ones (docs/performance.md)
SWEEPS = 3  # over the weights, to round each so that it makes up for what the others of a line lost


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


# A story touches on more than it asks, and real ones are harder than those that we make up. The networks that these
# lines are left out of are surer of themselves than the tempered one, so that it errs less than this allows.
COSTS = {
    "bare": Cost(0.09, 0.005, 0.09, 0.55),
    "bare story": Cost(0.05, 0.006, 0.09, 0.55),
    "named": Cost(0.1, 0.02, 0.13, 0.55),
    "named story": Cost(0.05, 0.06, 0.13, 0.55),
}
# One that practised errs much less than those, which did not: of real questions and such as nobody had seen, .01 to .04 are
# answered wrongly with these, and hardly any of what is not ours is answered. Where nothing names the subject, most of what
# is said is about nothing of this; where something does, authored lines of elsewhere are nearer to ours than what people ask.
PRACTISED_COSTS = {
    "bare": Cost(0.14, 0.012, 0.07, 0.52),
    "bare story": Cost(0.14, 0.027, 0.12, 0.52),
    "named": Cost(0.14, 0.055, 0.16, 0.52),
    "named story": Cost(0.14, 0.13, 0.35, 0.52),
}
EITHER = 0.4  # of what is ours, two answers have to have so much to be worth offering
FEWEST_LINES = 100  # for thresholds of a kind's own

Floats = NDArray[np.float32]
Line = list[tuple[str, bool]]
"""A line as its ``units``."""
Elsewhere = Mapping[str, Sequence[str]] | Sequence[str]
"""Lines of what is not ours: by group, which tells training more, or in one list."""


class Alarms(NamedTuple):
    """Lines that teach what warning signs sound like."""

    told: Mapping[str, Sequence[str]]
    """Somebody tells of something: id of the warning sign that is heard in what sounds like it -> lines, most urgent first."""
    calm: Sequence[str] = ()
    """It sounds like one of them, and is none."""
    unsure: frozenset[str] = frozenset()
    """Other lines that hold a warning sign, and so are no example of the want of one."""

    @classmethod
    def of(cls, content: Content) -> Alarms:
        """Return the lines of ``content`` that do."""
        told = {sign: [*content.alarm_lines(sign), *content.told_signs(content.level(sign))] for sign in content.sounds}
        calm = [*content.alarm_lines(CALM), *content.told_signs(LEVELS[-1])]
        return cls(told, calm, content.lines_with_signs)

    def lines(self) -> list[str]:
        return [*(line for lines in self.told.values() for line in lines), *self.calm]

    def labels(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return a row for each of ``texts`` and then of ``lines``, with a column for each sign.

        1 says that a line is so urgent or more, 0 that it is not, and -1 that nobody knows.
        """
        rows = [[-1 if text in self.unsure else 0] * len(self.told) for text in texts]
        for place, lines in enumerate(self.told.values()):
            rows += [[int(sign >= place) for sign in range(len(self.told))]] * len(lines)
        rows += [[0] * len(self.told)] * len(self.calm)
        return np.array(rows, np.int64).reshape(len(rows), len(self.told))


NO_ALARMS = Alarms({})


def digest(
    examples: Sequence[tuple[str, str]], elsewhere: Elsewhere, hints: Mapping[str, str], alarms: Alarms = NO_ALARMS
) -> str:
    """Return a name for everything that training learns from, this code included; the same name, the same model."""
    held = sha256()
    for path in (__file__, reader.__file__, VECTORS, PRACTICE):
        held.update(Path(path).read_bytes())
    held.update(repr((sorted(hints.items()), list(alarms.told))).encode())
    for text, answer in examples:
        held.update(f"{answer}\t{text}\n".encode())
    for number, lines in enumerate((*_groups(elsewhere), *alarms.told.values(), alarms.calm, sorted(alarms.unsure))):
        held.update("\n".join((f"\n[{number}]", *lines)).encode())
    return held.hexdigest()


def train(
    examples: Sequence[tuple[str, str]],
    elsewhere: Elsewhere,
    hints: Mapping[str, str],
    alarms: Alarms = NO_ALARMS,
    practice: Practice = NO_PRACTICE,
    *,
    seed: int = 1,
) -> dict[str, Any]:
    """Return the compiled model of ``examples`` (a line, the id of its answer), ``elsewhere`` and ``alarms``.

    ``hints`` are the words of ``content/en/hearing.yaml``, in one line each. What ``practice`` says of answers that are
    no more is left aside. Deterministic. The thresholds are set on predictions for lines that were left out of training,
    by networks without practice, since whoever wrote that down knew those lines.
    """
    answers = sorted({answer for _, answer in examples})
    groups = _groups(elsewhere)
    texts = [*(text for text, _ in examples), *(line for group in groups for line in group)]
    labels = [answers.index(answer) for _, answer in examples]
    for number, group in enumerate(groups, len(answers)):
        labels += [number] * len(group)
    names = [*answers, *("" for _ in groups)]
    read = Hints.of(hints)
    said = [spoken_words(text) for text in (*texts, *alarms.lines())]
    urgent = alarms.labels(texts)
    target = np.array(labels)
    wanted = np.zeros((len(said), len(names) + len(alarms.told)), np.float32)
    wanted[np.arange(len(labels)), target] = 1
    wanted[:, len(names) :] = urgent == 1
    known, heard = (np.arange(len(said)) < len(labels)).astype(np.float32), (urgent >= 0).astype(np.float32)
    exercises = _exercises(practice.some(MOST_PRACTICE * len(said)), [*answers, *_named(elsewhere)], list(alarms.told))
    lines = _Lines([list(units(line, read)) for line in (*said, *(spoken_words(text) for text in exercises.lines))])
    model, scores = _fitted(lines, _Targets(wanted, known, heard), exercises, seed)
    chances = _softmax(scores[: len(texts), : len(names)])
    kinds = [kind_of(line, read) for line in said[: len(texts)]]
    costs = PRACTISED_COSTS if exercises.lines else COSTS
    thresholds = _thresholds(chances, target, len(answers), kinds, costs)
    compiled: dict[str, Any] = {"classes": names, "hints": dict(hints), "lines": {}, "thresholds": thresholds}
    table = _Table.of(*model, lines)
    compiled.update(table.compiled())
    subjects = np.array([subject_of(line, read) for line in said])
    compiled["sounds"] = [
        {
            "sign": sign,
            "least": _least_alarms(
                scores[:, len(names) + i], urgent[:, i], subjects, MILDER_FALSE_ALARMS if i else FALSE_ALARMS
            ),
            "told": [],
            "calm": [],
        }
        for i, sign in enumerate(alarms.told)
    ]
    given = table.scores(lines.first(len(said))).tolist()
    _list_misjudged(compiled, said, urgent, given)
    compiled["lines"] = _exceptions(compiled, said[: len(texts)], [names[i] for i in labels], given)
    return compiled


def _groups(elsewhere: Elsewhere) -> list[Sequence[str]]:
    return [lines for lines in elsewhere.values() if lines] if isinstance(elsewhere, Mapping) else [elsewhere]


def _named(elsewhere: Elsewhere) -> list[str]:
    """Return the names of the ``_groups``."""
    return [name for name, lines in elsewhere.items() if lines] if isinstance(elsewhere, Mapping) else [""]


def _bucket(piece: str) -> int:
    return crc32(piece.encode()) % BUCKETS


class _Lines:
    """Lines as matrices, a row for each line and a column for each of their ``units``."""

    def __init__(self, lines: Sequence[Line]) -> None:
        place: dict[str, int] = {}
        rows = [row for row, line in enumerate(lines) for _ in line]
        columns = [place.setdefault(unit, len(place)) for line in lines for unit, _ in line]
        shares = np.array([1.0 if full else BACKGROUND for line in lines for _, full in line], np.float32)
        shape = (len(lines), len(place))
        self.units = list(place)
        self.spelled = _spelled(self.units)
        self.counts = csr_matrix((shares, (rows, columns)), shape=shape)
        self.squares = csr_matrix((shares**2, (rows, columns)), shape=shape)

    def first(self, count: int) -> _Lines:
        """Return the first ``count`` of them."""
        part = copy(self)
        part.counts, part.squares = self.counts[:count], self.squares[:count]
        return part


def _spelled(names: Sequence[str]) -> csr_matrix:
    """Return how many pieces of each of ``names`` are in each bucket; those of words, since others have none."""
    rows: list[int] = []
    columns: list[int] = []
    for row, unit in enumerate(names):
        if is_word(unit):
            buckets = [_bucket(piece) for piece in pieces(unit)]
            rows += [row] * len(buckets)
            columns += buckets
    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(names), BUCKETS))


class _Features:
    """Turns lines into rows of a sparse matrix: buckets of pieces first, then known units, then word vectors."""

    def __init__(self, lines: _Lines, learnt: NDArray[np.int64]) -> None:
        """Look at the ``learnt`` ones of ``lines`` for what there is to know, and how common it is."""
        present = lines.counts[learnt].sign()
        seen = np.asarray(present.sum(axis=0)).ravel()
        times = np.asarray((present @ lines.spelled).sign().sum(axis=0)).ravel()
        often = {unit: int(count) for unit, count in zip(lines.units, seen) if count}
        self.known = _kept(often)
        self._column = {unit: i for i, unit in enumerate(self.known)}
        times = np.append(times, [often[unit] for unit in self.known])
        self._value = np.log((1 + len(learnt)) / (1 + times)) + 1
        self._value[:BUCKETS] *= PIECE_WEIGHT
        self._value[BUCKETS:] *= [_weight(unit) for unit in self.known]
        table, squares = self.of_units(lines.units, lines.spelled)
        length = np.sqrt(lines.squares @ squares)
        length[length == 0] = 1
        self.matrix = csr_matrix((lines.counts @ table).multiply((1 / length)[:, None]), dtype=np.float32)
        """A row for each of the lines, learnt or not."""

    def of_buckets(self) -> tuple[csr_matrix, NDArray[np.float64]]:
        """Return what ``of_units`` does for a piece in each of the buckets: how an unknown word is weighed."""
        width = BUCKETS + len(self.known) + word_vectors()[1].shape[1]
        numbers = range(BUCKETS)
        alone = csr_matrix((self._value[:BUCKETS], (numbers, numbers)), shape=(BUCKETS, width), dtype=np.float32)
        return alone, self._value[:BUCKETS] ** 2

    def of_units(self, names: Sequence[str], spelled: csr_matrix) -> tuple[csr_matrix, NDArray[np.float64]]:
        """Return a row for each of ``names``, and the square of what it adds to an utterance's length."""
        rows = [row for row, unit in enumerate(names) if unit in self._column]
        columns = [self._column[names[row]] for row in rows]
        own = csr_matrix(
            (self._value[BUCKETS:][columns], (rows, columns)), shape=(len(names), len(self.known)), dtype=np.float32
        )
        of_pieces = self._value[:BUCKETS]
        place, vectors = word_vectors()
        meaning = np.zeros((len(names), vectors.shape[1]), np.float32)
        for row, unit in enumerate(names):
            if unit in place:
                meaning[row] = VECTOR_WEIGHT * vectors[place[unit]]
        pieced = spelled.multiply(of_pieces[None, :].astype(np.float32))
        squares = spelled @ of_pieces**2 + np.asarray(own.multiply(own).sum(axis=1)).ravel()
        return csr_matrix(hstack([pieced, own, csr_matrix(meaning)])), np.asarray(squares, float)


def _kept(seen: Mapping[str, int]) -> list[str]:
    """Return the units that have weights of their own: every word, and the commonest pairs and lone words.

    Each kind is together: what is about as large takes fewer bytes beside its like.
    """
    ranked = sorted(
        (unit for unit, times in seen.items() if times >= FEWEST_TIMES), key=lambda unit: (-seen[unit], unit)
    )
    pairs = [unit for unit in ranked if " " in unit][:MOST_PAIRS]
    lone = [unit for unit in ranked if unit[0] == "~"][:MOST_LONE]
    known = [unit for unit, times in seen.items() if is_word(unit) and times >= FEWEST_WORDS]
    return [*sorted(known), *sorted(pairs), *sorted(lone)]


def _weight(unit: str) -> float:
    return 1.0 if is_word(unit) else LONE_WEIGHT if unit[0] == "~" else PAIR_WEIGHT


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), np.float32)


class _Targets(NamedTuple):
    """What there is to learn of lines, a row for each."""

    wanted: Floats
    """For each line, the probability that every class should get, and whether it tells of each kind of warning sign."""
    known: Floats
    """What a line counts for its class; those of alarms have none, and count for nothing."""
    heard: Floats
    """What it counts for each kind of warning sign; nothing where nobody knows."""

    def of(self, chosen: NDArray[Any]) -> _Targets:
        """Return those of the ``chosen`` lines."""
        return _Targets(self.wanted[chosen], self.known[chosen], self.heard[chosen])

    def then(self, others: _Targets) -> _Targets:
        """Return these and ``others`` after them."""
        return _Targets(*(np.concatenate(parts) for parts in zip(self, others)))


class _Exercises(NamedTuple):
    """What others make of lines that nobody wrote."""

    lines: list[str]
    targets: _Targets


def _exercises(practice: Practice, classes: Sequence[str], signs: Sequence[str]) -> _Exercises:
    """Return the part of ``practice`` that is about what there is to tell apart here.

    Lines that are mostly about something that is not there are left out; and all of them when most of what there is here
    was not known then, as in a guide about something else.
    """
    if sum(name in practice.classes for name in classes) < LEAST_SHARED * len(classes):
        practice = NO_PRACTICE
    chances = _columns(practice.chances, practice.classes, classes)
    whole = chances.sum(axis=1)
    kept = np.flatnonzero(whole >= LEAST_KNOWN).tolist()
    sounds = _columns(practice.sounds[kept], practice.signs, signs)
    heard = np.repeat([[sign in practice.signs for sign in signs]], len(kept), axis=0).astype(np.float32)
    wanted = np.hstack([chances[kept] / whole[kept, None], sounds])
    targets = _Targets(wanted, np.full(len(kept), PRACTICE_WEIGHT, np.float32), PRACTICE_WEIGHT * heard)
    return _Exercises([practice.lines[i] for i in kept], targets)


class _Network(NamedTuple):
    """Weights and bias of the hidden layer and of the scores, the last of which are how urgent a line sounds."""

    inward: Floats
    hidden: Floats
    outward: Floats
    bias: Floats

    def scores(self, features: csr_matrix) -> Floats:
        return np.asarray(np.maximum(features @ self.inward + self.hidden, 0) @ self.outward + self.bias, np.float32)


def _columns(table: Floats, names: Sequence[str], wanted: Sequence[str]) -> Floats:
    """Return the columns of ``table`` that ``names`` names, as they are ``wanted``; nothing where there is no such column."""
    place = {name: i for i, name in enumerate(names)}
    found = np.zeros((len(table), len(wanted)), np.float32)
    for i, name in enumerate(wanted):
        if name in place:
            found[:, i] = table[:, place[name]]
    return found


def _fitted(
    lines: _Lines, taught: _Targets, exercises: _Exercises, seed: int
) -> tuple[tuple[_Features, _Network], Floats]:
    """Return the features and the network, and the scores that networks not trained on a line give it.

    ``lines`` are those of ``taught``, and after them those of ``exercises``. The scores temper what the whole network
    learns: a line that the others would take elsewhere is not to be taken for certain. They are trained side by side;
    NumPy and SciPy let go of Python's lock while they count.
    """
    count = len(taught.wanted)
    authored = lines.first(count)
    fold = np.random.default_rng(seed).permutation(count) % FOLDS
    scores = np.zeros_like(taught.wanted)

    def leave_out(number: int) -> None:
        learnt, others = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        features = _Features(authored, learnt)
        network = _fit(features.matrix[learnt], taught.of(learnt), seed)
        scores[others] = network.scores(features.matrix[others])

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        everything = pool.submit(_Features, lines, np.arange(count))
        list(pool.map(leave_out, range(FOLDS)))
    features = everything.result()
    classes = slice(taught.wanted.shape[1] - taught.heard.shape[1])
    tempered = taught.wanted.copy()
    tempered[:, classes] = (1 - TEMPERED) * taught.wanted[:, classes] + TEMPERED * _softmax(scores[:, classes])
    everything_wanted = taught._replace(wanted=tempered).then(exercises.targets)
    return (features, _fit(features.matrix, everything_wanted, seed)), scores


def _fit(features: csr_matrix, taught: _Targets, seed: int) -> _Network:
    """Return the network that fits best, by Adam with a rate that falls to nothing: the mean of its last weights."""
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
            rate = RATE * (batch / BATCH) ** 0.5 * (1 - step / steps) * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step)
            for one, slope, mean, square, part in zip(weights, slopes, means, squares, parts):
                # In place, since these tables are large: running means of the slope and of its square.
                mean *= 0.9
                mean += np.multiply(slope, 0.1, out=part)
                square *= 0.999
                square += np.multiply(np.multiply(slope, slope, out=part), 0.001, out=part)
                np.sqrt(square, out=part)
                part += 1e-8
                np.divide(mean, part, out=part)
                one -= np.multiply(part, rate, out=part)
            for one, total in zip(weights, sums if step > first else ()):
                total += one
    return _Network(*(total / np.float32(steps - first) for total in sums))


def _beginning(random: np.random.Generator, width: int, scores: int) -> _Network:
    inward = 0.05 * random.standard_normal((width, HIDDEN), np.float32)
    outward = HIDDEN**-0.5 * random.standard_normal((HIDDEN, scores), np.float32)
    return _Network(inward, np.zeros(HIDDEN, np.float32), outward, np.zeros(scores, np.float32))


def _slopes(weights: _Network, batch: csr_matrix, taught: _Targets, random: np.random.Generator) -> tuple[Floats, ...]:
    """Return how the loss over ``batch`` changes with each of ``weights``; a line counts as much as its targets say."""
    batch.data *= _kept_at_random(random, batch.data.shape, DROPPED)
    before = batch @ weights.inward + weights.hidden
    passed = _kept_at_random(random, before.shape, DROPPED_HIDDEN)
    hidden = np.maximum(before, 0) * passed
    scores = hidden @ weights.outward + weights.bias
    classes = scores.shape[1] - taught.heard.shape[1]
    guessed = np.hstack([_softmax(scores[:, :classes]), 1 / (1 + np.exp(-scores[:, classes:]))])
    counts = np.hstack([np.repeat(taught.known[:, None], classes, axis=1), taught.heard])
    error = counts * (guessed - taught.wanted) / np.float32(len(scores))
    back = (error @ weights.outward.T) * passed * (before > 0)
    return (
        batch.T @ back + DECAY * weights.inward,
        back.sum(axis=0),
        hidden.T @ error + DECAY * weights.outward,
        error.sum(axis=0),
    )


def _kept_at_random(random: np.random.Generator, shape: tuple[int, ...], dropped: float) -> Floats:
    """Return 0 for what is dropped, and for the rest what makes up for it."""
    return np.asarray((random.random(shape, np.float32) >= dropped) / np.float32(1 - dropped), np.float32)


def _least_alarms(
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


def _thresholds(
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


class _Table(NamedTuple):
    """A network as the release has it: for every bucket and unit a row of small whole numbers."""

    names: list[str]
    """Of the units; the rows of the buckets come first."""
    rows: NDArray[np.uint8]
    """Weights, a row for each, from 0 to 255 with 128 for nothing."""
    lengths: NDArray[np.uint8]
    """The square of what each adds to an utterance's length."""
    layers: dict[str, Any]
    """The rest, as it is compiled."""

    @classmethod
    def of(cls, features: _Features, network: _Network, lines: _Lines) -> _Table:
        """Return the one that gives ``lines`` nearly the sums that ``network`` gives them."""
        names = list(dict.fromkeys((*features.known, *word_vectors()[0])))[: max(MOST_UNITS, len(features.known))]
        tables = [features.of_buckets(), features.of_units(names, _spelled(names))]
        table = np.vstack([matrix @ network.inward for matrix, _ in tables])
        lengths = np.clip(np.rint(np.concatenate([square for _, square in tables])), 1, 255)
        read = _rows_read(names, lines)
        length = np.sqrt(np.maximum(lines.squares @ (read @ lengths), 1))
        shares = csr_matrix((lines.counts @ read).multiply(1 / length[:, None]), dtype=np.float32)
        rows = np.clip(_rounded_together(np.asarray(table / STEP, np.float32), shares), -127, 127) + 128
        layers = {
            "bias": _rounded(network.bias),
            "hidden": _rounded(network.hidden),
            "scores": [_rounded(row) for row in network.outward],
        }
        return cls(names, rows.astype(np.uint8), lengths.astype(np.uint8), layers)

    def compiled(self) -> dict[str, Any]:
        """Return it as ``guide.understanding`` reads it."""
        return {
            **self.layers,
            "buckets": BUCKETS,
            "lengths": packed(self.lengths.tobytes()),
            # Weights repeat nothing: where repetitions are looked for, the same bytes take a tenth more.
            "rows": packed(self.rows.tobytes(), Z_HUFFMAN_ONLY),
            "scale": STEP,
            "units": packed("\n".join(self.names).encode()),
        }

    def scores(self, lines: _Lines) -> NDArray[np.float64]:
        """Return the scores that ``guide.understanding`` gives each of ``lines``: the same but for the order of adding up."""
        read = _rows_read(self.names, lines)
        # Shares have one place behind the point, which single precision does not quite hold.
        shares, squares = (matrix.astype(np.float64) for matrix in (lines.counts, lines.squares))
        shares.data, squares.data = np.round(shares.data, 4), np.round(squares.data, 4)
        totals = shares @ (read @ (self.rows.astype(np.float64) - 128))
        length = np.sqrt(squares @ (read @ self.lengths.astype(np.float64)))
        length[length == 0] = 1
        hidden, outward, bias = (np.array(self.layers[name]) for name in ("hidden", "scores", "bias"))
        return np.asarray(np.maximum(hidden + STEP * totals / length[:, None], 0) @ outward + bias)


def _rows_read(names: Sequence[str], lines: _Lines) -> csr_matrix:
    """Return which rows each of the units of ``lines`` is read by: its own where ``names`` has it, else those of its pieces."""
    own = {name: row for row, name in enumerate(names, BUCKETS)}
    known = np.array([unit in own for unit in lines.units])
    rows = [own[unit] for unit in lines.units if unit in own]
    shape = (len(lines.units), BUCKETS + len(names))
    found = csr_matrix((np.ones(len(rows)), (np.flatnonzero(known), rows)), shape=shape)
    spelled = csr_matrix(lines.spelled.multiply(~known[:, None]))
    spelled.resize(shape)
    return found + spelled


def _rounded_together(table: Floats, shares: csr_matrix) -> Floats:
    """Return ``table`` in whole numbers that give every line about the sums that it gives; ``shares`` has rows by line.

    Rounded to the nearest each by itself, errors add up over a line. So row by row, rare ones first, every number takes
    the value that leaves the least error (in the mean square) over the lines that hold it, given all others.
    """
    rounded = np.rint(table)
    held = shares.tocsc()
    missing = np.asarray(shares @ (table - rounded), np.float32)
    times = np.diff(held.indptr)
    for row in np.argsort(times, kind="stable").tolist() * SWEEPS:
        if not times[row]:
            continue
        place = slice(held.indptr[row], held.indptr[row + 1])
        lines, share = held.indices[place], held.data[place]
        wanted = share @ missing[lines] / (share @ share)
        change = np.rint(rounded[row] + wanted) - rounded[row]
        if change.any():
            rounded[row] += change
            missing[lines] -= share[:, None] * change
    return rounded


def packed(held: bytes, strategy: int = Z_DEFAULT_STRATEGY) -> str:
    """Return ``held`` as the release has it: compressed, in plain letters."""
    packer = compressobj(9, DEFLATED, MAX_WBITS, 9, strategy)
    return b64encode(packer.compress(held) + packer.flush()).decode("ascii")


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 3) for value in values]


def _list_misjudged(
    compiled: dict[str, Any],
    said: Sequence[list[str]],
    urgent: NDArray[np.int64],
    scores: Sequence[Sequence[float]],
) -> None:
    """List with each sign the authored lines that the model alone would take for more, or for less, than they are.

    Lines of which nobody knows hold a sign that the patterns know, and are left to them.
    """
    model = Understanding(compiled)
    signs = [sound["sign"] for sound in compiled["sounds"]]
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for line, heard, row in zip(said, scores, urgent.tolist() if signs else ()):
        right = signs[row.index(1)] if 1 in row else ""
        if model.alarm(line, heard) == right:
            continue
        for place, sign in enumerate(signs):
            if sign == right or row[place] != 1:
                found[place, "told" if sign == right else "calm"].add(line_key(line))
    for (place, kind), lines in found.items():
        compiled["sounds"][place][kind] = sorted(lines)


def _exceptions(
    compiled: dict[str, Any],
    said: Sequence[list[str]],
    names: Sequence[str],
    scores: Sequence[Sequence[float]],
) -> dict[str, str]:
    """Return the authored lines that the model alone would not take to their own answer, by answer; "" has what is not ours."""
    model = Understanding(compiled)
    found: dict[str, str] = {}
    for line, name, heard in zip(said, names, scores):
        if model.judge(line, heard).answers != ((name,) if name else ()):
            found.setdefault(line_key(line), name)
    return {name: " ".join(key for key, own in found.items() if own == name) for name in sorted(set(found.values()))}
