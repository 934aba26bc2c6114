"""A network as the release has it: a row of small whole numbers for every word, pair and piece.

What a number loses by being rounded is felt in every line that has its word, and a fine step takes more bytes. So the rows
are put on other axes first: stretched where the scores hang on what they hold and shrunk where they do not, and turned to
where as much as can be of it is in few of their numbers, so that all others are small, and small numbers that stand together
take few bits. The layer that the sums go through undoes it.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zlib import DEFLATED, MAX_WBITS, Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, compressobj

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from guide.understanding import PARTS
from workbench.compiler.features import BUCKETS, Features, Lines, spelled
from workbench.compiler.network import Network
from workbench.embeddings import Floats, word_vectors

MOST_UNITS = 11_600  # where the lines have fewer of their own, common words fill the table up to so many rows
STEP = 1.6  # of the numbers of rows
SWEEPS = 3  # over the numbers, to round each so that it makes up for what the others of a line lost
OWN = 0.5  # of its own error counts beside that of the lines, since people say what no line does
LEAST_MATTERS = 0.05  # how much every direction counts at least, beside what they count on average


class Layer(NamedTuple):
    """Weights that every line goes through, in whole numbers from -127 to 127."""

    weights: NDArray[np.int8]
    step: float
    """What 1 stands for."""

    @classmethod
    def of(cls, weights: Floats) -> Layer:
        step = float(np.abs(weights).max()) / 127 or 1.0
        return cls(np.rint(weights / np.float32(step)).astype(np.int8), step)

    def values(self) -> NDArray[np.float64]:
        return np.asarray(self.weights * self.step, np.float64)

    def compiled(self) -> dict[str, Any]:
        return {"weights": packed(_bytes(self.weights)), "step": self.step}


class Table(NamedTuple):
    """A network as the release has it: for every unit, and then every bucket, a row of small whole numbers."""

    names: list[str]
    """Of the units."""
    rows: NDArray[np.int8]
    """A row for each unit, and then for each bucket of pieces, in steps of ``STEP``."""
    lengths: NDArray[np.uint8]
    """The square of what each adds to an utterance's length."""
    middle: Layer
    hidden: list[float]
    outward: Layer
    bias: list[float]

    @classmethod
    def of(cls, features: Features, network: Network, lines: Lines) -> Table:
        """Return the one that gives ``lines`` nearly the sums that ``network`` gives them."""
        names = list(dict.fromkeys((*features.known, *word_vectors()[0])))[: max(MOST_UNITS, len(features.known))]
        units, pieces = features.of_units(names, spelled(names)), features.of_buckets()
        rows = np.concatenate([network.sums(units[0]), network.sums(pieces[0])])
        lengths = _coarse(np.concatenate([units[1], pieces[1]]))
        read = rows_read(names, lines)
        length = np.sqrt(np.maximum(lines.squares @ (read @ lengths), 1))
        shares = csr_matrix((lines.counts @ read).multiply(1 / length[:, None]), dtype=np.float32)
        to_axes = axes(rows, mattering(network, np.asarray(shares @ rows, np.float32)))
        rounded = rounded_together(np.asarray(rows @ to_axes / STEP, np.float32), shares)
        return cls(
            names,
            rounded.clip(-127, 127).astype(np.int8),
            lengths.astype(np.uint8),
            Layer.of(np.asarray(np.linalg.inv(to_axes) @ network.middle, np.float32)),
            _rounded(network.hidden),
            Layer.of(network.outward),
            _rounded(network.bias),
        )

    def compiled(self) -> dict[str, Any]:
        """Return it as ``guide.understanding`` reads it."""
        return {
            "bias": self.bias,
            "buckets": BUCKETS,
            "hidden": self.hidden,
            "lengths": packed(self.lengths.tobytes()),
            "middle": self.middle.compiled(),
            "outward": self.outward.compiled(),
            # Column by column: those of a column are about as large. They repeat nothing, and where repetitions are looked
            # for, the same bytes take a tenth more.
            "rows": packed(_bytes(self.rows.T), Z_HUFFMAN_ONLY),
            "scale": STEP,
            "units": packed("\n".join(self.names).encode()),
        }

    def scores(self, lines: Lines) -> NDArray[np.float64]:
        """Return the scores that ``guide.understanding`` gives each of ``lines``: the same but for the order of adding up."""
        read = rows_read(self.names, lines)
        # Shares have one place behind the point, which single precision does not quite hold.
        shares, squares = (matrix.astype(np.float64) for matrix in (lines.counts, lines.squares))
        shares.data, squares.data = np.round(shares.data, 4), np.round(squares.data, 4)
        length = np.sqrt(squares @ (read @ self.lengths.astype(np.float64)))
        length[length == 0] = 1
        sums = shares @ (read @ self.rows.astype(np.float64))
        hidden = np.maximum(STEP * sums / length[:, None] @ self.middle.values() + self.hidden, 0)
        return np.asarray(np.floor(hidden * PARTS) / PARTS @ self.outward.values() + self.bias)


def rows_read(names: Sequence[str], lines: Lines) -> csr_matrix:
    """Return which rows each of the units of ``lines`` is read by: its own where ``names`` has it, else those of its pieces."""
    own = {name: row for row, name in enumerate(names)}
    known = np.array([unit in own for unit in lines.units])
    rows = [own[unit] for unit in lines.units if unit in own]
    shape = (len(lines.units), len(names) + BUCKETS)
    found = csr_matrix((np.ones(len(rows)), (np.flatnonzero(known), rows)), shape=shape)
    pieces = lines.spelled.multiply(~known[:, None]).tocoo()
    return found + csr_matrix((pieces.data, (pieces.row, pieces.col + len(names))), shape=shape)


def mattering(network: Network, sums: Floats) -> NDArray[np.float64]:
    """Return how much the scores change with the ``sums`` of lines: the mean, over lines, of the squares of their slopes.

    That is a matrix, since changes along two sums may add up or make up for each other. Every direction counts a little,
    since what nobody has said may change it.
    """
    active = (sums @ network.middle + network.hidden > 0).astype(np.float32)
    together = (active.T @ active / len(sums)) * (network.outward @ network.outward.T)
    found = np.asarray(network.middle @ together @ network.middle.T, np.float64)
    mean = float(np.trace(found)) / len(found) or 1.0
    return found / mean + LEAST_MATTERS * np.eye(len(found))


def axes(rows: Floats, matters: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what takes ``rows`` to the axes that they are rounded on.

    On them an error of any direction changes the scores about as much as one of any other, so that one step does for all of
    them; and of those axes they are the principal ones of ``rows``, whose numbers differ most in size from column to column.
    """
    lengths, directions = np.linalg.eigh(matters)
    stretch = directions * np.sqrt(lengths)
    stretched = rows @ stretch
    return np.asarray(stretch @ np.linalg.svd(stretched.T @ stretched)[0], np.float64)


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


def _bytes(weights: NDArray[np.int8]) -> bytes:
    """Return ``weights`` as bytes, in which 128 is nothing."""
    return (weights.astype(np.int16) + 128).astype(np.uint8).tobytes()


def _coarse(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``squares`` from 1 to 255 in quarters of a doubling, which take half the bytes: a line has many of them."""
    return np.asarray(np.rint(np.exp2(np.rint(4 * np.log2(np.clip(squares, 1, 255))) / 4)).clip(1, 255))


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 3) for value in values]
