"""Train the network that `guide build` goes on from: on the authored lines and on practice; see README.md.

Run by a maintainer, never by a build. It takes a minute, where a build takes two seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from guide.understanding import Hints, units
from guide.words import spoken_words
from workbench.compiler.build import as_they_reach, reaching
from workbench.compiler.content import load_content
from workbench.compiler.features import Features, Lines
from workbench.compiler.network import Targets, fit
from workbench.compiler.pretrained import Pretrained
from workbench.compiler.training import Lessons
from workbench.embeddings import PRACTICE, PRETRAINED, Floats, Practice

SEED = 6  # of the first six, the one whose loss on questions of development was least; they differ by a tenth of it
LEAST_KNOWN = 0.7  # of what a line of practice may be about
PRACTICE_WEIGHT = 0.35  # of a line of practice, beside an authored one, whose author knows better than an encoder does


class Exercises(NamedTuple):
    """What an encoder makes of lines that nobody wrote."""

    lines: list[str]
    targets: Targets

    @classmethod
    def of(cls, practice: Practice, classes: Sequence[str], signs: Sequence[str]) -> Exercises:
        """Return the part of ``practice`` that is about what there is to tell apart here.

        Lines that are mostly about something that is not there are left out.
        """
        chances = _columns(practice.chances, practice.classes, classes)
        whole = chances.sum(axis=1)
        kept = np.flatnonzero(whole >= LEAST_KNOWN).tolist()
        sounds = _columns(practice.sounds[kept], practice.signs, signs)
        heard = np.repeat([[sign in practice.signs for sign in signs]], len(kept), axis=0).astype(np.float32)
        wanted = np.hstack([chances[kept] / whole[kept, None], sounds])
        targets = Targets(wanted, np.full(len(kept), PRACTICE_WEIGHT, np.float32), PRACTICE_WEIGHT * heard)
        return cls([practice.lines[i] for i in kept], targets)


def _columns(table: Floats, names: Sequence[str], wanted: Sequence[str]) -> Floats:
    """Return the columns of ``table`` that ``names`` names, as they are ``wanted``; nothing where there is no such column."""
    place = {name: i for i, name in enumerate(names)}
    found = np.zeros((len(table), len(wanted)), np.float32)
    for i, name in enumerate(wanted):
        if name in place:
            found[:, i] = table[:, place[name]]
    return found


def pretrained_on(lessons: Lessons, practice: Practice, hints: Hints) -> Pretrained:
    """Return the network that fits ``lessons`` and ``practice``."""
    exercises = Exercises.of(practice, lessons.classes, lessons.signs)
    lines = Lines(units(line, hints) for line in (*lessons.said, *map(spoken_words, exercises.lines)))
    features = Features(lines, len(lessons.said))
    with threadpool_limits(1):
        network = fit(features.rows, lessons.targets().then(exercises.targets), SEED)
    return Pretrained(features.known, lessons.classes, lessons.signs, network)


def main() -> None:
    """Write ``pretrained.npz`` anew: what fits the authored lines, and practice as far as nobody has written it since."""
    content, _ = load_content()
    reached = reaching(content)
    ours, elsewhere, alarms = as_they_reach(content, reached)
    authored = {*(line for line, _ in ours), *(line for lines in elsewhere.values() for line in lines)}
    lessons = Lessons.of(ours, elsewhere, alarms)
    practice = Practice.read(PRACTICE).each(reached).without(authored)
    pretrained_on(lessons, practice, Hints.of(content.hints())).write(PRETRAINED)


if __name__ == "__main__":
    main()
