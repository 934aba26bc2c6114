"""A network that was trained before, on much more than a build has time for: training goes on from it.

It is of a guide with certain answers and words; what a guide has besides is learned anew, and what it no longer has is left
out. See workbench/embeddings/README.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from workbench.compiler.features import BUCKETS, Features
from workbench.compiler.network import Network, Start, beginning
from workbench.embeddings import stored

LEAST_SHARED = 0.9  # of the classes here, which it has to know, for it to be of this guide


class Pretrained(NamedTuple):
    """A network, and what its rows and scores stand for."""

    units: Sequence[str]
    """Those that have rows of their own; before theirs stand those of the buckets of pieces."""
    classes: Sequence[str]
    """The answers, and the groups of elsewhere.yaml."""
    signs: Sequence[str]
    """The signs of alarms.yaml."""
    network: Network

    def start(self, features: Features, classes: Sequence[str], signs: Sequence[str], seed: int) -> Start | None:
        """Return what training begins with, for ``features``, ``classes`` and ``signs``; ``None`` in a guide about something else."""
        if sum(name in self.classes for name in classes) < LEAST_SHARED * len(classes):
            return None
        known, old = features.known, self.network
        inputs = BUCKETS + len(known), len(old.meant)
        new = beginning(np.random.default_rng(seed), inputs, len(classes) + len(signs))
        rows, from_rows = _shared(known, self.units)
        scores, from_scores = _shared(_columns(classes, signs), _columns(self.classes, self.signs))
        new.inward[:BUCKETS] = old.inward[:BUCKETS]
        new.inward[BUCKETS:][rows] = old.inward[BUCKETS:][from_rows]
        new.outward[:, scores], new.bias[scores] = old.outward[:, from_scores], old.bias[from_scores]
        network = new._replace(meant=old.meant, middle=old.middle, hidden=old.hidden)
        new_rows, new_scores = np.ones(inputs[0], np.bool_), np.ones(len(new.bias), np.bool_)
        new_rows[:BUCKETS], new_scores[scores] = False, False
        new_rows[BUCKETS:][rows] = False
        return Start(network, new_rows, new_scores)

    def write(self, path: Path) -> None:
        """Write it to ``path``, in half the digits that are counted with."""
        arrays: dict[str, Any] = {
            name: np.array("\n".join(getattr(self, name))) for name in ("units", "classes", "signs")
        }
        arrays.update((name, one.astype(np.float16)) for name, one in self.network._asdict().items())
        np.savez_compressed(path, **arrays)

    @classmethod
    def read(cls, path: Path) -> Pretrained:
        """Read what ``write`` wrote; ``ContentError`` when it cannot be read."""
        with stored(path) as held:
            units, classes, signs = (str(held[name]).split("\n") for name in ("units", "classes", "signs"))
            return cls(units, classes, signs, Network(*(held[name].astype(np.float32) for name in Network._fields)))


def _columns(classes: Sequence[str], signs: Sequence[str]) -> list[str]:
    """Return names for the scores, none of which is that of both a class and a sign."""
    return [*classes, *(f"sign {name}" for name in signs)]


def _shared(names: Sequence[str], others: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the places of those of ``names`` that are among ``others`` too, and their places there."""
    place = {name: i for i, name in enumerate(others)}
    found = [(i, place[name]) for i, name in enumerate(names) if name in place]
    return [i for i, _ in found], [i for _, i in found]
