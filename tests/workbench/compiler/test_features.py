"""What training sees of a line."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.compiler.features import BUCKETS, COMMON_WORD, Features, Lines, spelled

SAID = [[("back", True), (f"word{i % 7}", i % 2 == 0)] for i in range(COMMON_WORD)]
LINES = Lines([*SAID, [("never", True), ("learnt", True)]])
FEATURES = Features(LINES, COMMON_WORD)


def test_a_line_has_the_length_of_one_but_for_what_its_words_mean() -> None:
    sparse = Features(Lines([[("back", True)], [("word", True)]] * COMMON_WORD), COMMON_WORD).rows.sparse
    assert np.asarray(sparse.multiply(sparse).sum(axis=1)).ravel() == pytest.approx(1, abs=1e-4)


def test_a_word_beside_the_question_counts_less() -> None:
    column = BUCKETS + FEATURES.known.index("word0")
    beside, full = FEATURES.rows.sparse[7, column], FEATURES.rows.sparse[0, column]
    assert 0 < beside < full


def test_what_was_not_learnt_from_has_no_column_of_its_own() -> None:
    assert "never" not in FEATURES.known
    assert FEATURES.rows.sparse[COMMON_WORD, :BUCKETS].nnz and not FEATURES.rows.sparse[COMMON_WORD, BUCKETS:].nnz


def test_a_common_word_is_not_read_by_its_pieces() -> None:
    names = ["back", "word0", "backs"]
    rows, squares = FEATURES.of_units(names, spelled(names))
    assert [rows.sparse[i, :BUCKETS].nnz > 0 for i in range(3)] == [False, True, True]
    assert (squares > 0).all()


def test_a_word_that_means_something_says_so() -> None:
    rows, _ = FEATURES.of_units(["back", "word0"], spelled(["back", "word0"]))
    assert rows.dense[0].any() and not rows.dense[1].any()


def test_nothing_said_is_a_row_of_nothing() -> None:
    lines = Lines([[("back", True)], []])
    assert not Features(lines, 1).rows.sparse[1].nnz
