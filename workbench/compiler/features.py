"""What training sees of a line: its words, pairs of words, pieces of words and word vectors, each a column of a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from guide.understanding import BACKGROUND, is_word, pieces
from workbench.embeddings import word_vectors

BUCKETS = 2048
PIECE_WEIGHT = 0.3
PAIR_WEIGHT = 0.7
LONE_WEIGHT = 1.0
VECTOR_WEIGHT = 9.0
FEWEST_WORDS = 6  # a word seen in fewer lines is read by its pieces
RAREST = 14_000  # with many lines, so is one that is in fewer than one in so many
FEWEST_TIMES = 3  # a pair of words seen less often is noise, and costs a row; words said alone likewise
MOST_PAIRS = 6_000
MOST_LONE = 1_300


Line = list[tuple[str, bool]]
"""A line as its ``units``."""


def _bucket(piece: str) -> int:
    return crc32(piece.encode()) % BUCKETS


class Lines:
    """Lines as matrices, a row for each line and a column for each of their ``units``."""

    def __init__(self, lines: Sequence[Line]) -> None:
        place: dict[str, int] = {}
        rows = [row for row, line in enumerate(lines) for _ in line]
        columns = [place.setdefault(unit, len(place)) for line in lines for unit, _ in line]
        shares = np.array([1.0 if full else BACKGROUND for line in lines for _, full in line], np.float32)
        shape = (len(lines), len(place))
        self.units = list(place)
        self.spelled = spelled(self.units)
        self.counts = csr_matrix((shares, (rows, columns)), shape=shape)
        self.squares = csr_matrix((shares**2, (rows, columns)), shape=shape)

    def first(self, count: int) -> Lines:
        """Return the first ``count`` of them."""
        part = copy(self)
        part.counts, part.squares = self.counts[:count], self.squares[:count]
        return part


def spelled(names: Sequence[str]) -> csr_matrix:
    """Return how many pieces of each of ``names`` are in each bucket; those of words, since others have none."""
    rows: list[int] = []
    columns: list[int] = []
    for row, unit in enumerate(names):
        if is_word(unit):
            buckets = [_bucket(piece) for piece in pieces(unit)]
            rows += [row] * len(buckets)
            columns += buckets
    return csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(names), BUCKETS))


class Features:
    """Turns lines into rows of a sparse matrix: buckets of pieces first, then known units, then word vectors."""

    def __init__(self, lines: Lines, learnt: NDArray[np.int64]) -> None:
        """Look at the ``learnt`` ones of ``lines`` for what there is to know, and how common it is."""
        present = lines.counts[learnt].sign()
        seen = np.asarray(present.sum(axis=0)).ravel()
        times = np.asarray((present @ lines.spelled).sign().sum(axis=0)).ravel()
        often = {unit: int(count) for unit, count in zip(lines.units, seen) if count}
        self.known = _kept(often, max(FEWEST_WORDS, len(learnt) // RAREST))
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


def _kept(seen: Mapping[str, int], fewest: int) -> list[str]:
    """Return the units that have weights of their own: words in ``fewest`` lines or more, and the commonest pairs and lone words.

    Each kind is together: what is about as large takes fewer bytes beside its like.
    """
    ranked = sorted(
        (unit for unit, times in seen.items() if times >= FEWEST_TIMES), key=lambda unit: (-seen[unit], unit)
    )
    pairs = [unit for unit in ranked if " " in unit][:MOST_PAIRS]
    lone = [unit for unit in ranked if unit[0] == "~"][:MOST_LONE]
    known = [unit for unit, times in seen.items() if is_word(unit) and times >= fewest]
    return [*sorted(known), *sorted(pairs), *sorted(lone)]


def _weight(unit: str) -> float:
    return 1.0 if is_word(unit) else LONE_WEIGHT if unit[0] == "~" else PAIR_WEIGHT
