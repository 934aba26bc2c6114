"""The table of a release: the scores that the function reads from it, and how weights are rounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from guide.understanding import Hints, Understanding, keys_of, units
from workbench.compiler.features import BUCKETS, Lines
from workbench.compiler.table import LEAST_HALF, MOST_HALF, Table, active_units, packed_keys, rounded_together
from workbench.compiler.training import NO_LINES

HINTS = {"subject": "back spasm spasms", "questions": "does should will what", "tellers": "i my"}


class TestTable:
    @pytest.mark.parametrize(("width", "finer"), [(2, 0), (6, 3), (8, 5)])
    def test_gives_the_scores_that_the_function_gives(self, width: int, finer: int) -> None:
        """Words that it knows and does not, words said alone, a story with its question, and more rows than lanes hold."""
        dice = np.random.default_rng(width)
        names = ["back", "a back", "heat", "~heat", "should"]
        layers = {
            "hidden": dice.normal(size=width).round(3).tolist(),
            "scores": dice.normal(size=(width, 3)).round(3).tolist(),
            "bias": dice.normal(size=3).round(3).tolist(),
        }
        many = BUCKETS + len(names)
        rows = dice.integers(LEAST_HALF, MOST_HALF, (many, width), np.int8, endpoint=True)
        rows[:finer] = dice.integers(-127, 127, (finer, width), np.int8, endpoint=True)
        table = Table(names, finer, rows, dice.integers(1, 256, many, np.uint8), layers)
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


class TestHiddenUnits:
    def test_those_that_are_hardly_ever_active_are_left_out(self) -> None:
        sums = np.ones((2000, 6), np.float32)
        sums[1:, [1, 4]] = -1
        assert active_units(sums) == [0, 2, 3, 5]

    def test_an_even_number_stays_since_a_byte_holds_two_weights(self) -> None:
        sums = np.ones((2000, 4), np.float32)
        sums[:, 3] = -1
        assert active_units(sums) == [0, 1, 2, 3]
        assert len(active_units(-np.ones((2000, 4), np.float32))) == 2


@given(st.sets(st.integers(0, 2**32 - 1)))
def test_keys_come_out_as_they_went_in(keys: set[int]) -> None:
    assert list(keys_of(packed_keys(keys))) == sorted(keys)
