"""A network as the release has it: a row of small whole numbers for every word, pair and piece.

What a weight loses by being rounded is felt in every line that has its word. So the words and pairs that most lines have,
and the pieces, which words that nobody knows are read by, are rounded finely; the others coarsely, into half a byte each.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zlib import DEFLATED, MAX_WBITS, Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, compressobj

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from workbench.compiler.features import BUCKETS, Features, Lines, spelled
from workbench.compiler.network import Network
from workbench.embeddings import Floats, word_vectors

MOST_UNITS = 11_600  # where the lines have fewer of their own, common words fill the table up to so many rows
STEP = 2.0  # of the stored weights of pieces and of the commonest units
FINER = 2_500  # so many units, the commonest
COARSER = 3  # times as long is the step of all others
LEAST_HALF, MOST_HALF = -7, 8  # weights that half a byte can hold
SWEEPS = 3  # over the weights, to round each so that it makes up for what the others of a line lost
OWN = 0.5  # of its own error counts beside that of the lines, since people say what no line does
LEAST_ACTIVE = 0.001  # of the lines: a hidden unit that is active in fewer says nothing, and its weights are left out


class Table(NamedTuple):
    """A network as the release has it: for every bucket and unit a row of small whole numbers."""

    names: list[str]
    """Of the units, the finer ones first."""
    finer: int
    """How many are finer: their rows come first, then those of the buckets, then all others."""
    rows: NDArray[np.int8]
    """Weights, a row for each, in steps of their own kind."""
    lengths: NDArray[np.uint8]
    """The square of what each adds to an utterance's length."""
    layers: dict[str, Any]
    """The rest, as it is compiled."""

    @classmethod
    def of(cls, features: Features, network: Network, lines: Lines) -> Table:
        """Return the one that gives ``lines`` nearly the sums that ``network`` gives them."""
        names = list(dict.fromkeys((*features.known, *word_vectors()[0])))[: max(MOST_UNITS, len(features.known))]
        common = _commonest(features.known, lines)
        names.sort(key=lambda name: name not in common)
        finer = len(common)
        units, pieces = features.of_units(names, spelled(names)), features.of_buckets()
        table = _in_order(units[0] @ network.inward, pieces[0] @ network.inward, finer)
        lengths = _coarse(_in_order(units[1], pieces[1], finer))
        read = rows_read(names, finer, lines)
        length = np.sqrt(np.maximum(lines.squares @ (read @ lengths), 1))
        shares = csr_matrix((lines.counts @ read).multiply(1 / length[:, None]), dtype=np.float32)
        chosen = active_units(shares @ table + network.hidden)
        steps = np.repeat(np.array([STEP, COARSER * STEP], np.float32), [finer + BUCKETS, len(names) - finer])
        scaled = np.asarray(table[:, chosen] / steps[:, None], np.float32)
        rows = rounded_together(scaled, csr_matrix(shares @ diags(steps)))
        rows[finer:] = rows[finer:].clip(LEAST_HALF, MOST_HALF)
        layers = {
            "bias": _rounded(network.bias),
            "hidden": _rounded(network.hidden[chosen]),
            "scores": [_rounded(row) for row in network.outward[chosen]],
        }
        return cls(names, finer, rows.clip(-127, 127).astype(np.int8), lengths.astype(np.uint8), layers)

    def compiled(self) -> dict[str, Any]:
        """Return it as ``guide.understanding`` reads it."""
        # Weights repeat nothing: where repetitions are looked for, the same bytes take a tenth more.
        first, second = np.hsplit((self.rows[self.finer :] - LEAST_HALF).astype(np.uint8), 2)
        return {
            **self.layers,
            "buckets": BUCKETS,
            "finer": self.finer,
            "halves": packed((first + 16 * second).tobytes(), Z_HUFFMAN_ONLY),
            "lengths": packed(self.lengths.tobytes()),
            "rows": packed((self.rows[: self.finer].astype(np.int16) + 128).astype(np.uint8).tobytes(), Z_HUFFMAN_ONLY),
            "scale": STEP,
            "times": COARSER,
            "units": packed("\n".join(self.names).encode()),
        }

    def scores(self, lines: Lines) -> NDArray[np.float64]:
        """Return the scores that ``guide.understanding`` gives each of ``lines``: the same but for the order of adding up."""
        read = rows_read(self.names, self.finer, lines)
        # Shares have one place behind the point, which single precision does not quite hold.
        shares, squares = (matrix.astype(np.float64) for matrix in (lines.counts, lines.squares))
        shares.data, squares.data = np.round(shares.data, 4), np.round(squares.data, 4)
        rows = self.rows.astype(np.float64)
        rows[self.finer + BUCKETS :] *= COARSER
        length = np.sqrt(squares @ (read @ self.lengths.astype(np.float64)))
        length[length == 0] = 1
        hidden, outward, bias = (np.array(self.layers[name]) for name in ("hidden", "scores", "bias"))
        return np.asarray(np.maximum(hidden + STEP * (shares @ (read @ rows)) / length[:, None], 0) @ outward + bias)


def rows_read(names: Sequence[str], finer: int, lines: Lines) -> csr_matrix:
    """Return which rows each of the units of ``lines`` is read by: its own where ``names`` has it, else those of its pieces."""
    own = {name: row if row < finer else row + BUCKETS for row, name in enumerate(names)}
    known = np.array([unit in own for unit in lines.units])
    rows = [own[unit] for unit in lines.units if unit in own]
    shape = (len(lines.units), BUCKETS + len(names))
    found = csr_matrix((np.ones(len(rows)), (np.flatnonzero(known), rows)), shape=shape)
    spelled = lines.spelled.multiply(~known[:, None]).tocoo()
    return found + csr_matrix((spelled.data, (spelled.row, spelled.col + finer)), shape=shape)


def rounded_together(table: Floats, shares: csr_matrix) -> Floats:
    """Return ``table`` in whole numbers that give every line about the sums that it gives; ``shares`` has rows by line.

    Rounded to the nearest each by itself, errors add up over a line. So row by row, rare ones first, every number takes
    the value that leaves the least error (in the mean square) over the lines that hold it, given all others, and in itself.
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
        wanted = (share @ missing[lines] / (share @ share) + OWN * (table[row] - rounded[row])) / (1 + OWN)
        change = np.rint(rounded[row] + wanted) - rounded[row]
        if change.any():
            rounded[row] += change
            missing[lines] -= share[:, None] * change
    return rounded


def packed(held: bytes, strategy: int = Z_DEFAULT_STRATEGY) -> str:
    """Return ``held`` as the release has it: compressed, in plain letters."""
    packer = compressobj(9, DEFLATED, MAX_WBITS, 9, strategy)
    return b64encode(packer.compress(held) + packer.flush()).decode("ascii")


def packed_keys(keys: Iterable[int]) -> str:
    """Return ``keys`` as ``guide.understanding.keys_of`` reads them: steps take fewer bytes, and their high bytes next to none."""
    steps = np.diff(np.array([0, *sorted(keys)], np.int64)).astype("<u4")
    return packed(steps.view(np.uint8).reshape(-1, 4).T.tobytes())


def _commonest(known: Sequence[str], lines: Lines) -> set[str]:
    """Return the units of those ``known`` that most of ``lines`` have."""
    times = dict(zip(lines.units, np.asarray(lines.counts.sign().sum(axis=0)).ravel().tolist()))
    return set(sorted(known, key=lambda unit: (-times.get(unit, 0), unit))[:FINER])


def _in_order(units: NDArray[Any], pieces: NDArray[Any], finer: int) -> NDArray[Any]:
    """Return what rows of ``units`` and of ``pieces`` have, in the order of the table."""
    return np.concatenate([units[:finer], pieces, units[finer:]])


def active_units(sums: Floats) -> list[int]:
    """Return the hidden units that are active in some lines, and, since a byte holds two weights, an even number of them."""
    active = (sums > 0).mean(axis=0)
    many = int((active >= LEAST_ACTIVE).sum())
    return sorted(np.argsort(-active, kind="stable")[: max(2, many + many % 2)].tolist())


def _coarse(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``squares`` from 1 to 255 in quarters of a doubling, which take half the bytes: a line has many of them."""
    return np.asarray(np.rint(np.exp2(np.rint(4 * np.log2(np.clip(squares, 1, 255))) / 4)).clip(1, 255))


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 3) for value in values]
