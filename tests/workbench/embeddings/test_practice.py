"""What was learned from an encoder is written down small, and read as it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from workbench.embeddings import Practice, common_words, word_vectors

SMALL = Practice(
    ["heat for my back", "my knee"],
    ("heat", "ice", "body"),
    np.array([[0.9, 0.08, 0.02], [0.0, 0.004, 0.996]], np.float32),
    ("urgent",),
    np.array([[0.0], [1.0]], np.float32),
)


def test_is_read_as_it_was_written(tmp_path: Path) -> None:
    SMALL.write(tmp_path / "practice.npz")
    found = Practice.read(tmp_path / "practice.npz")
    assert (found.lines, tuple(found.classes), tuple(found.signs)) == (SMALL.lines, SMALL.classes, SMALL.signs)
    np.testing.assert_allclose(found.chances, SMALL.chances, atol=0.012)
    np.testing.assert_allclose(found.sounds, SMALL.sounds, atol=0.004)


@pytest.mark.parametrize(("most", "left"), [(9, 2), (2, 2), (1, 1), (0, 1)])
def test_some_of_it_are_from_all_over(most: int, left: int) -> None:
    found = SMALL.some(most)
    assert (len(found.lines), len(found.chances), len(found.sounds)) == (left, left, left)
    assert found.lines[0] == SMALL.lines[0]


def test_what_is_hardly_likely_is_left_out(tmp_path: Path) -> None:
    SMALL.write(tmp_path / "practice.npz")
    assert Practice.read(tmp_path / "practice.npz").chances[1, 1] == 0


def test_lines_that_somebody_wrote_since_are_left_out() -> None:
    """Those teach with the answer that their author gave them, which an encoder must not overrule."""
    found = SMALL.without(["heat for my back", "something else"])
    assert list(found.lines) == ["my knee"]
    np.testing.assert_array_equal(found.chances, SMALL.chances[1:])
    np.testing.assert_array_equal(found.sounds, SMALL.sounds[1:])
    assert len(SMALL.without(SMALL.lines).lines) == 0


def test_common_words_come_first() -> None:
    assert {"the", "you", "back", "time"} <= set(common_words(500))
    assert "lumbago" not in common_words(4_000)
    assert common_words(10**6) == list(word_vectors()[0])
