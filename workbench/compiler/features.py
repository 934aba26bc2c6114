"""What training sees of a line: its words, pairs of words, pieces of words and word vectors, each a column of a matrix."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import count
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from guide.understanding import BACKGROUND, is_word, pieces
from workbench.embeddings import Floats, word_vectors

BUCKETS = 2048
PIECE_WEIGHT = 0.3
PAIR_WEIGHT = 0.7
LONE_WEIGHT = 1.0
VECTOR_WEIGHT = 9.0
FEWEST_WORDS = 6  # a word seen in fewer lines is read by its pieces
RAREST = 24_000  # with many lines, so is one that is in fewer than one in so many
COMMON_WORD = 1_000  # a word in so many lines is known well enough without its pieces, which are left to rarer ones
FEWEST_TIMES = 3  # a pair of words seen less often is noise, and costs a row; words said alone likewise
MOST_PAIRS = 6_000
MOST_LONE = 1_300


def _bucket(piece: str) -> int:
    return crc32(piece.encode()) % BUCKETS


class Lines:
    """Lines as matrices, a row for each line and a column for each of their ``units``."""

    def __init__(self, lines: Iterable[Iterable[tuple[str, bool]]]) -> None:
        place: defaultdict[str, int] = defaultdict(count().__next__)
        columns, shares, ends = array("i"), array("f"), array("i", [0])
        for line in lines:
            for unit, full in line:
                columns.append(place[unit])
                shares.append(1.0 if full else BACKGROUND)
            ends.append(len(columns))
        self.units = list(place)
        self.spelled = spelled(self.units)
        held, shape = np.array(shares, np.float32), (len(ends) - 1, len(place))
        self.counts = csr_matrix((held, np.array(columns), np.array(ends)), shape=shape)
        self.squares = csr_matrix((held**2, self.counts.indices.copy(), self.counts.indptr.copy()), shape=shape)
        for matrix in (self.counts, self.squares):
            matrix.sum_duplicates()

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


class Rows(NamedTuple):
    """What goes into a network, a row for each line or unit: many numbers that mostly are nothing, and a few that are not."""

    sparse: csr_matrix
    """Buckets of pieces first, then known units."""
    dense: Floats
    """What the words mean: the sum of their vectors."""

    def of(self, chosen: NDArray[Any]) -> Rows:
        """Return the ``chosen`` ones."""
        return Rows(self.sparse[chosen], self.dense[chosen])


class Features:
    """Turns lines into ``Rows``."""

    def __init__(self, lines: Lines, learnt: int) -> None:
        """Look at the first ``learnt`` of ``lines`` for what there is to know, and how common it is."""
        present = lines.first(learnt).counts.sign()
        seen = np.asarray(present.sum(axis=0)).ravel()
        self._common = {unit for unit, times in zip(lines.units, seen) if times >= COMMON_WORD}
        times = np.asarray((present @ self._by_pieces(lines.units, lines.spelled)).sign().sum(axis=0)).ravel()
        often = {unit: int(count) for unit, count in zip(lines.units, seen) if count}
        self.known = _kept(often, max(FEWEST_WORDS, learnt // RAREST))
        self._column = {unit: i for i, unit in enumerate(self.known)}
        times = np.append(times, [often[unit] for unit in self.known])
        self._value = np.log((1 + learnt) / (1 + times)) + 1
        self._value[:BUCKETS] *= PIECE_WEIGHT
        self._value[BUCKETS:] *= [_weight(unit) for unit in self.known]
        table, squares = self.of_units(lines.units, lines.spelled)
        length = np.sqrt(lines.squares @ squares)
        length[length == 0] = 1
        shares = csr_matrix(lines.counts.multiply((1 / length)[:, None]), dtype=np.float32)
        meant = np.flatnonzero(table.dense.any(axis=1))
        self.rows = Rows(shares @ table.sparse, shares[:, meant] @ table.dense[meant])
        """One for each of the lines, learnt or not."""

    def of_buckets(self) -> tuple[Rows, NDArray[np.float64]]:
        """Return what ``of_units`` does for a piece in each of the buckets: how an unknown word is weighed."""
        shape, numbers = (BUCKETS, BUCKETS + len(self.known)), range(BUCKETS)
        alone = csr_matrix((self._value[:BUCKETS], (numbers, numbers)), shape=shape, dtype=np.float32)
        return Rows(alone, _meaning([""] * BUCKETS)), self._value[:BUCKETS] ** 2

    def of_units(self, names: Sequence[str], spelled: csr_matrix) -> tuple[Rows, NDArray[np.float64]]:
        """Return a row for each of ``names``, and the square of what it adds to an utterance's length."""
        rows = [row for row, unit in enumerate(names) if unit in self._column]
        columns = [self._column[names[row]] for row in rows]
        own = csr_matrix(
            (self._value[BUCKETS:][columns], (rows, columns)), shape=(len(names), len(self.known)), dtype=np.float32
        )
        of_pieces = self._value[:BUCKETS]
        spelled = self._by_pieces(names, spelled)
        pieced = spelled.multiply(of_pieces[None, :].astype(np.float32))
        squares = spelled @ of_pieces**2 + np.asarray(own.multiply(own).sum(axis=1)).ravel()
        return Rows(csr_matrix(hstack([pieced, own])), _meaning(names)), np.asarray(squares, float)

    def _by_pieces(self, names: Sequence[str], spelled: csr_matrix) -> csr_matrix:
        """Return ``spelled`` without the pieces of common words."""
        rare = np.array([unit not in self._common for unit in names], np.float32)
        left = csr_matrix(spelled.multiply(rare[:, None]))
        left.eliminate_zeros()
        return left


def _meaning(names: Sequence[str]) -> Floats:
    """Return the vector of each of ``names``, weighed; nothing for what has none."""
    place, vectors = word_vectors()
    meaning = np.zeros((len(names), vectors.shape[1]), np.float32)
    known = [row for row, unit in enumerate(names) if unit in place]
    meaning[known] = VECTOR_WEIGHT * vectors[[place[names[row]] for row in known]]
    return meaning


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
