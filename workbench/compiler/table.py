"""A network as the release has it: a row of small whole numbers for every word, pair and piece."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from zlib import DEFLATED, MAX_WBITS, Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, compressobj

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from workbench.compiler.features import BUCKETS, Features, Lines, spelled
from workbench.compiler.network import Network
from workbench.embeddings import Floats, word_vectors

MOST_UNITS = 11_600  # where the lines have fewer of their own, common words fill the table up to so many rows
STEP = 3.5  # of the stored weights: a wider layer makes better use of the bytes than finer ones (docs/performance.md)
SWEEPS = 3  # over the weights, to round each so that it makes up for what the others of a line lost


class Table(NamedTuple):
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
    def of(cls, features: Features, network: Network, lines: Lines) -> Table:
        """Return the one that gives ``lines`` nearly the sums that ``network`` gives them."""
        names = list(dict.fromkeys((*features.known, *word_vectors()[0])))[: max(MOST_UNITS, len(features.known))]
        tables = [features.of_buckets(), features.of_units(names, spelled(names))]
        table = np.vstack([matrix @ network.inward for matrix, _ in tables])
        lengths = _coarse(np.concatenate([square for _, square in tables]))
        read = rows_read(names, lines)
        length = np.sqrt(np.maximum(lines.squares @ (read @ lengths), 1))
        shares = csr_matrix((lines.counts @ read).multiply(1 / length[:, None]), dtype=np.float32)
        rows = np.clip(rounded_together(np.asarray(table / STEP, np.float32), shares), -127, 127) + 128
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

    def scores(self, lines: Lines) -> NDArray[np.float64]:
        """Return the scores that ``guide.understanding`` gives each of ``lines``: the same but for the order of adding up."""
        read = rows_read(self.names, lines)
        # Shares have one place behind the point, which single precision does not quite hold.
        shares, squares = (matrix.astype(np.float64) for matrix in (lines.counts, lines.squares))
        shares.data, squares.data = np.round(shares.data, 4), np.round(squares.data, 4)
        totals = shares @ (read @ (self.rows.astype(np.float64) - 128))
        length = np.sqrt(squares @ (read @ self.lengths.astype(np.float64)))
        length[length == 0] = 1
        hidden, outward, bias = (np.array(self.layers[name]) for name in ("hidden", "scores", "bias"))
        return np.asarray(np.maximum(hidden + STEP * totals / length[:, None], 0) @ outward + bias)


def rows_read(names: Sequence[str], lines: Lines) -> csr_matrix:
    """Return which rows each of the units of ``lines`` is read by: its own where ``names`` has it, else those of its pieces."""
    own = {name: row for row, name in enumerate(names, BUCKETS)}
    known = np.array([unit in own for unit in lines.units])
    rows = [own[unit] for unit in lines.units if unit in own]
    shape = (len(lines.units), BUCKETS + len(names))
    found = csr_matrix((np.ones(len(rows)), (np.flatnonzero(known), rows)), shape=shape)
    spelled = csr_matrix(lines.spelled.multiply(~known[:, None]))
    spelled.resize(shape)
    return found + spelled


def rounded_together(table: Floats, shares: csr_matrix) -> Floats:
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


def packed_keys(keys: Iterable[int]) -> str:
    """Return ``keys`` as ``guide.understanding.keys_of`` reads them: steps take fewer bytes, and their high bytes next to none."""
    steps = np.diff(np.array([0, *sorted(keys)], np.int64)).astype("<u4")
    return packed(steps.view(np.uint8).reshape(-1, 4).T.tobytes())


def _coarse(squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``squares`` from 1 to 255 in quarters of a doubling, which take half the bytes: a line has many of them."""
    return np.asarray(np.rint(np.exp2(np.rint(4 * np.log2(np.clip(squares, 1, 255))) / 4)).clip(1, 255))


def _rounded(values: Floats) -> list[float]:
    return [round(float(value), 3) for value in values]
