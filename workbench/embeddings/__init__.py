"""What was learned from a sentence encoder, once, for `guide build` to train on: see README.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile
from zlib import error as DamagedError

import numpy as np
from numpy.typing import NDArray

from workbench.compiler.problems import ContentError, Problem, Problems

VECTORS = Path(__file__).parent / "words.npz"
PRACTICE = Path(__file__).parent / "practice.npz"
PRETRAINED = Path(__file__).parent / "pretrained.npz"

Floats = NDArray[np.float32]

_STEPS = 255  # that a probability is written down in
_LEAST = 3  # steps; what is less likely is left out


@contextmanager
def stored(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Give the arrays that are stored at ``path``.

    Raises:
        ContentError: when they cannot be read.
    """
    try:
        with np.load(path) as held:
            yield held
    except (BadZipFile, DamagedError, EOFError, OSError, ValueError, KeyError) as error:
        file = f"workbench/embeddings/{path.name}"
        mend = f"cannot be read ({error}); fetch it again: git checkout -- {file}"
        raise ContentError(Problems([Problem(file, 0, mend)])) from error


@cache
def word_vectors() -> tuple[dict[str, int], Floats]:
    """Return the place of every word that has a vector, and the vectors."""
    with stored(VECTORS) as held:
        names = str(held["names"]).split("\n")
        return {name: i for i, name in enumerate(names)}, held["vectors"].astype(np.float32) * float(held["scale"])


def common_words(most: int) -> list[str]:
    """Return the ``most`` commonest words, the commonest first."""
    return list(word_vectors()[0])[:most]


class Practice(NamedTuple):
    """Lines that nobody wrote, and what a taught encoder makes of them."""

    lines: Sequence[str]
    classes: Sequence[str]
    """The answers, and the groups of elsewhere.yaml, that the encoder was taught."""
    chances: Floats
    """For each line, the probability of each class."""
    signs: Sequence[str]
    """The signs of alarms.yaml that it was taught to listen for."""
    sounds: Floats
    """For each line, how likely it is to tell of each sign, or of something as urgent."""

    def some(self, most: int) -> Practice:
        """Return at most so many of the lines, from all over."""
        count = len(self.lines)
        chosen = min(count, max(1, most))
        return self._of([i * count // chosen for i in range(chosen)])

    def without(self, texts: Iterable[str]) -> Practice:
        """Return all but the lines that have been written since: an author knows better than an encoder what they ask."""
        authored = set(texts)
        return self._of([i for i, line in enumerate(self.lines) if line not in authored])

    def each(self, change: Callable[[str], str]) -> Practice:
        """Return the same with every line changed."""
        return self._replace(lines=list(map(change, self.lines)))

    def _of(self, places: Sequence[int]) -> Practice:
        lines = [self.lines[i] for i in places]
        return self._replace(lines=lines, chances=self.chances[places], sounds=self.sounds[places])

    def write(self, path: Path) -> None:
        """Write it to ``path``, in small whole numbers."""
        steps = np.rint(self.chances * _STEPS).astype(np.uint8)
        steps[steps < _LEAST] = 0
        line, number = np.nonzero(steps)
        np.savez_compressed(
            path,
            lines=np.array("\n".join(self.lines)),
            classes=np.array("\n".join(self.classes)),
            signs=np.array("\n".join(self.signs)),
            counts=np.bincount(line, minlength=len(self.lines)).astype(np.uint8),
            numbers=number.astype(np.uint8),
            steps=steps[line, number],
            sounds=np.rint(self.sounds * _STEPS).astype(np.uint8),
        )

    @classmethod
    def read(cls, path: Path) -> Practice:
        """Read what ``write`` wrote."""
        with stored(path) as held:
            lines, classes, signs = (str(held[name]).split("\n") for name in ("lines", "classes", "signs"))
            chances = np.zeros((len(lines), len(classes)), np.float32)
            chances[np.repeat(np.arange(len(lines)), held["counts"]), held["numbers"]] = held["steps"]
            chances /= np.float32(_STEPS)
            return cls(lines, classes, chances, signs, held["sounds"].astype(np.float32) / np.float32(_STEPS))
