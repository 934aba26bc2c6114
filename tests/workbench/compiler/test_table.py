"""The table of a release: the scores that the function reads from it, and how weights are rounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from guide.understanding import Hints, Understanding, keys_of, units
from tests.hints import hints
from workbench.compiler.features import BUCKETS, Lines
from workbench.compiler.network import Network
from workbench.compiler.table import LEAST_MATTERS, Layer, Table, axes, mattering, packed_keys, rounded_together
from workbench.compiler.training import NO_LINES

HINTS = hints(
    subject="back spasm spasms", not_after="coming", questions="does should will what", tellers="i my", terms="heating"
)


class TestTable:
    @pytest.mark.parametrize(("sums", "hidden"), [(2, 1), (6, 3), (8, 20)])
    def test_gives_the_scores_that_the_function_gives(self, sums: int, hidden: int) -> None:
        """Words that it knows and does not, words said alone, a story with its question, and more rows than lanes hold."""
        dice = np.random.default_rng(sums)
        names = ["back", "a back", "heat", "~heat", "should"]
        many = len(names) + BUCKETS

        def layer(*shape: int) -> Layer:
            return Layer(dice.integers(-127, 127, shape, np.int8, endpoint=True), 0.01)

        table = Table(
            names,
            dice.integers(-127, 127, (many, sums), np.int8, endpoint=True),
            dice.integers(1, 256, many, np.uint8),
            layer(sums, hidden),
            dice.normal(size=hidden).round(3).tolist(),
            layer(hidden, 3),
            dice.normal(size=3).round(3).tolist(),
        )
        story = "i hurt a back on monday while gardening with my aunt and should i use heat or pasalubong now"
        long = " ".join(f"word{i}" for i in range(200)) + " my back"
        said = [line.split() for line in ("heat", "a back", "my my back", "zzz", story, long)]
        compiled = {
            "classes": ["heat", "ice", ""],
            "hints": HINTS,
            "lines": NO_LINES,
            "thresholds": {},
            "sounds": [],
        }
        model = Understanding({**compiled, **table.compiled()})
        lines = Lines([list(units(line, Hints.of(HINTS))) for line in said])
        for line, scores in zip(said, table.scores(lines).tolist()):
            assert scores == pytest.approx(model._scores_of(line), rel=1e-9), line

    @given(st.integers(1, 400), st.integers(1, 255), st.integers(-127, 127), st.integers(-127, 127))
    def test_holds_sums_of_any_size(self, words: int, length: int, row: int, weight: int) -> None:
        """However much is said, and whatever the weights are, no lane runs over into the next."""
        rows = np.full((1 + BUCKETS, 4), row, np.int8)
        layers = (
            Layer(np.full((4, 5), weight, np.int8), 0.5),
            [0.25] * 5,
            Layer(np.full((5, 2), 127, np.int8), 0.5),
            [0.5] * 2,
        )
        table = Table(["back"], rows, np.full(1 + BUCKETS, length, np.uint8), *layers)
        rest = {"classes": ["heat", ""], "hints": HINTS, "lines": NO_LINES, "thresholds": {}, "sounds": []}
        said = ["back", "pasalubong"] * words
        read = list(units(said, Hints.of(HINTS)))
        scores = Understanding({**rest, **table.compiled()})._scores_of(said)
        # Parts of hidden units are whole; a lane that ran over would be off by far more.
        assert scores == pytest.approx(table.scores(Lines([read]))[0].tolist(), rel=1e-4, abs=0.2)


class TestLayer:
    def test_is_near_to_what_it_was_made_of(self) -> None:
        weights = np.random.default_rng(1).normal(size=(30, 20)).astype(np.float32)
        layer = Layer.of(weights)
        assert np.abs(layer.values() - weights).max() <= layer.step / 2 * 1.001

    def test_of_nothing_is_nothing(self) -> None:
        assert not Layer.of(np.zeros((2, 3), np.float32)).values().any()


class TestAxes:
    DICE = np.random.default_rng(1)
    ROWS = (DICE.normal(size=(500, 6)) @ DICE.normal(size=(6, 6))).astype(np.float32)
    NETWORK = Network(
        np.zeros((0, 6), np.float32),
        np.zeros((0, 6), np.float32),
        DICE.normal(size=(6, 20)).astype(np.float32) * np.array([[3], [1], [1], [1], [1], [0]], np.float32),
        np.zeros(20, np.float32),
        DICE.normal(size=(20, 4)).astype(np.float32),
        np.zeros(4, np.float32),
    )

    def to_axes(self) -> NDArray[np.float64]:
        return axes(self.ROWS, mattering(self.NETWORK, self.ROWS))

    def test_nothing_is_lost(self) -> None:
        there = self.to_axes()
        assert np.allclose(self.ROWS @ there @ np.linalg.inv(there), self.ROWS, atol=1e-4)

    def test_most_is_in_few_columns(self) -> None:
        sizes = np.square(self.ROWS @ self.to_axes()).sum(axis=0)
        assert sizes.tolist() == sorted(sizes.tolist(), reverse=True)
        assert sizes[:2].sum() > np.sort(np.square(self.ROWS).sum(axis=0))[-2:].sum()

    def test_what_the_scores_do_not_hang_on_matters_least(self) -> None:
        matters = mattering(self.NETWORK, self.ROWS)
        assert np.argmax(np.diag(matters)) == 0
        assert matters[5, 5] == pytest.approx(LEAST_MATTERS)
        assert np.trace(matters) == pytest.approx(6 * (1 + LEAST_MATTERS))

    def test_rounded_on_them_the_scores_are_nearer(self) -> None:
        """Than rounded on axes that know nothing of the scores, in steps that cost as many bytes."""
        there = self.to_axes()
        plain = np.linalg.svd(self.ROWS.T @ self.ROWS)[0]
        lost = []
        for way, step in ((there, 1.0), (plain, _step_of_as_many_bytes(self.ROWS @ plain, self.ROWS @ there))):
            rounded = (step * np.rint(self.ROWS @ way / step)) @ np.linalg.inv(way)
            lost.append(float(np.square(self._scores(self.ROWS) - self._scores(rounded)).mean()))
        assert lost[0] < 0.8 * lost[1]

    def _scores(self, sums: Any) -> Any:
        return np.maximum(sums @ self.NETWORK.middle, 0) @ self.NETWORK.outward


def _step_of_as_many_bytes(rows: Any, others: Any) -> float:
    """Return the step in which ``rows`` hold about as many bits as ``others`` in steps of 1."""
    return float(np.exp(np.log(np.std(rows, axis=0)).mean() - np.log(np.std(others, axis=0)).mean()))


class TestRounding:
    def test_what_one_number_loses_others_of_the_line_make_up_for(self) -> None:
        dice = np.random.default_rng(1)
        table = dice.normal(0, 3, (40, 8)).astype(np.float32)
        lines = csr_matrix(dice.random((300, 40), np.float32) * (dice.random((300, 40)) < 0.2))
        rounded = rounded_together(table, lines)
        assert np.array_equal(rounded, np.rint(rounded))
        lost, lost_by_each = (float(np.square(lines @ (table - other)).sum()) for other in (rounded, np.rint(table)))
        assert lost < 0.85 * lost_by_each

    def test_what_no_line_holds_is_rounded_to_the_nearest(self) -> None:
        table = np.array([[1.4, -2.6], [0.6, 0.2]], np.float32)
        assert rounded_together(table, csr_matrix((3, 2), dtype=np.float32)).tolist() == [[1, -3], [1, 0]]

    def test_no_number_strays_far_from_its_own_value_to_make_up_for_others(self) -> None:
        """People say what no line does: there, nothing makes up for it."""
        table = np.full((4, 1), 0.15, np.float32)
        assert rounded_together(table, csr_matrix(np.ones((1, 4), np.float32))).ravel().tolist() == [0, 0, 0, 0]


@given(st.sets(st.integers(0, 2**32 - 1)))
def test_keys_come_out_as_they_went_in(keys: set[int]) -> None:
    assert list(keys_of(packed_keys(keys))) == sorted(keys)
