"""Training what ``guide.understanding`` reads: from authored lines to a table of small whole numbers.

A network with one hidden layer: words, pairs of words, pieces of words and the word vectors of workbench/embeddings go
in; a softmax over the answers and the groups of elsewhere.yaml comes out, and beside it how urgent a line sounds. The
same lines give the same bytes on the same machine.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from guide import understanding as reader
from guide.understanding import Hints, Understanding, kind_of, line_key, places, subject_of, units
from guide.warning_signs import LEVELS
from guide.words import spoken_words
from workbench.compiler.content import CALM, Content
from workbench.compiler.features import Features, Lines
from workbench.compiler.network import Network, Start, Targets, fit, softmax
from workbench.compiler.pretrained import Pretrained
from workbench.compiler.table import Table, packed, packed_keys
from workbench.compiler.thresholds import (
    COSTS,
    FALSE_ALARMS,
    MILDER_FALSE_ALARMS,
    PRETRAINED_COSTS,
    answer_thresholds,
    least_alarms,
)
from workbench.embeddings import PRETRAINED, VECTORS, Floats

CODE = ("training.py", "features.py", "network.py", "pretrained.py", "thresholds.py", "table.py")
"""Files beside this one: where one of them changes, another model comes out."""

READ_BY = ("understanding.py", "spelling.py", "words.py")
"""Files of the function, by which lines are read: likewise."""

FOLDS = 3
SEED = 3
# Of what was trained before: their mean depends less on the order of the lines, and on chance, than any one of them.
TUNINGS = 4


Key = TypeVar("Key")
Elsewhere = Mapping[str, Sequence[str]] | Sequence[str]
"""Lines of what is not ours: by group, which tells training more, or in one list."""


class Alarms(NamedTuple):
    """Lines that teach what warning signs sound like."""

    told: Mapping[str, Sequence[str]]
    """Somebody tells of something: id of the warning sign that is heard in what sounds like it -> lines, most urgent first."""
    calm: Sequence[str] = ()
    """It sounds like one of them, and is none."""
    unsure: frozenset[str] = frozenset()
    """Other lines that hold a warning sign, and so are no example of the want of one."""

    @classmethod
    def of(cls, content: Content) -> Alarms:
        """Return the lines of ``content`` that do."""
        told = {sign: [*content.alarm_lines(sign), *content.told_signs(content.level(sign))] for sign in content.sounds}
        calm = [*content.alarm_lines(CALM), *content.told_signs(LEVELS[-1])]
        return cls(told, calm, content.lines_with_signs)

    def each(self, change: Callable[[str], str]) -> Alarms:
        """Return the same with every line changed."""
        told = {sign: list(map(change, lines)) for sign, lines in self.told.items()}
        return Alarms(told, list(map(change, self.calm)), frozenset(map(change, self.unsure)))

    def lines(self) -> list[str]:
        return [*(line for lines in self.told.values() for line in lines), *self.calm]

    def labels(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return a row for each of ``texts`` and then of ``lines``, with a column for each sign.

        1 says that a line is so urgent or more, 0 that it is not, and -1 that nobody knows.
        """
        rows = [[-1 if text in self.unsure else 0] * len(self.told) for text in texts]
        for place, lines in enumerate(self.told.values()):
            rows += [[int(sign >= place) for sign in range(len(self.told))]] * len(lines)
        rows += [[0] * len(self.told)] * len(self.calm)
        return np.array(rows, np.int64).reshape(len(rows), len(self.told))


NO_ALARMS = Alarms({})


def digest(
    examples: Sequence[tuple[str, str]], elsewhere: Elsewhere, hints: Mapping[str, str], alarms: Alarms = NO_ALARMS
) -> str:
    """Return a name for everything that training learns from, this code included; the same name, the same model."""
    held = sha256()
    code = (Path(__file__).with_name(name) for name in CODE)
    read_by = (Path(reader.__file__).with_name(name) for name in READ_BY)
    for path in (*code, *read_by, Path(VECTORS), Path(PRETRAINED)):
        held.update(path.read_bytes())
    held.update(repr((sorted(hints.items()), list(alarms.told))).encode())
    for text, answer in examples:
        held.update(f"{answer}\t{text}\n".encode())
    for number, lines in enumerate((*groups_of(elsewhere), *alarms.told.values(), alarms.calm, sorted(alarms.unsure))):
        held.update("\n".join((f"\n[{number}]", *lines)).encode())
    return held.hexdigest()


class Lessons(NamedTuple):
    """Authored lines as words, and what there is to learn of each."""

    classes: list[str]
    """The answers, and the names of the groups of what is not ours."""
    answers: int
    """How many of those are answers."""
    signs: list[str]
    """What there is to listen for, most urgent first."""
    said: list[list[str]]
    """The lines: those of the classes, and after them those that only tell what signs sound like."""
    target: NDArray[np.int64]
    """The place of its class for each line that has one."""
    urgent: NDArray[np.int64]
    """``Alarms.labels`` of all."""

    @classmethod
    def of(cls, examples: Sequence[tuple[str, str]], elsewhere: Elsewhere, alarms: Alarms) -> Lessons:
        """Return those of ``examples`` (a line, the id of its answer), ``elsewhere`` and ``alarms``."""
        answers = sorted({answer for _, answer in examples})
        groups = groups_of(elsewhere)
        texts = [*(text for text, _ in examples), *(line for group in groups for line in group)]
        labels = [answers.index(answer) for _, answer in examples]
        for number, group in enumerate(groups, len(answers)):
            labels += [number] * len(group)
        return cls(
            [*answers, *_named(elsewhere)],
            len(answers),
            list(alarms.told),
            [spoken_words(text) for text in (*texts, *alarms.lines())],
            np.array(labels),
            alarms.labels(texts),
        )

    def targets(self) -> Targets:
        wanted = np.zeros((len(self.said), len(self.classes) + len(self.signs)), np.float32)
        wanted[np.arange(len(self.target)), self.target] = 1
        wanted[:, len(self.classes) :] = self.urgent == 1
        known = np.arange(len(self.said)) < len(self.target)
        return Targets(wanted, known.astype(np.float32), (self.urgent >= 0).astype(np.float32))

    def names(self) -> list[str]:
        """Return the id of the answer for each class; "" for one that is not ours."""
        return [name if i < self.answers else "" for i, name in enumerate(self.classes)]


def train(
    examples: Sequence[tuple[str, str]],
    elsewhere: Elsewhere,
    hints: Mapping[str, str],
    alarms: Alarms = NO_ALARMS,
    pretrained: Pretrained | None = None,
    *,
    seed: int = SEED,
) -> dict[str, Any]:
    """Return the compiled model of ``examples`` (a line, the id of its answer), ``elsewhere`` and ``alarms``.

    ``hints`` are the words of ``content/en/hearing.yaml``, in one line each. Training goes on from ``pretrained`` where that
    is of this guide. Deterministic. The thresholds are set on predictions for lines that were left out of training, by
    networks that begin with nothing, since one that was trained before knew those lines.
    """
    lessons = Lessons.of(examples, elsewhere, alarms)
    read, said, names = Hints.of(hints), lessons.said, lessons.names()
    lines = Lines(units(line, read) for line in said)
    features = Features(lines, len(said))
    start = pretrained and pretrained.start(features, lessons.classes, lessons.signs, seed)
    network, scores = _fitted(features, lessons.targets(), start, seed)
    count = len(lessons.target)
    chances = softmax(scores[:count, : len(names)])
    kinds = [kind_of(line, read) for line in said[:count]]
    costs = PRETRAINED_COSTS if start else COSTS
    compiled: dict[str, Any] = {
        "classes": names,
        "hints": dict(hints),
        "lines": NO_LINES,
        "thresholds": answer_thresholds(chances, lessons.target, lessons.answers, kinds, costs),
    }
    table = Table.of(features, network, lines)
    compiled.update(table.compiled())
    compiled["sounds"] = _sounds(lessons, scores[:, len(names) :], [subject_of(line, read) for line in said])
    heard_as = table.scores(lines)
    _spell(Understanding(compiled), table, read, said, heard_as)
    given = heard_as.tolist()
    _list_misjudged(compiled, said, lessons.urgent, given)
    compiled["lines"] = _exceptions(compiled, said[:count], [names[i] for i in lessons.target], given)
    return compiled


def _sounds(lessons: Lessons, scores: Floats, subjects: Sequence[str]) -> list[dict[str, Any]]:
    """Return from which of ``scores`` on a line sounds like each sign; no line is listed yet."""
    return [
        {
            "sign": sign,
            "least": least_alarms(
                scores[:, i],
                lessons.urgent[:, i],
                np.array(subjects),
                MILDER_FALSE_ALARMS if i else FALSE_ALARMS,
            ),
            "told": packed_keys([]),
            "calm": packed_keys([]),
        }
        for i, sign in enumerate(lessons.signs)
    ]


def groups_of(elsewhere: Elsewhere) -> list[Sequence[str]]:
    return [lines for lines in elsewhere.values() if lines] if isinstance(elsewhere, Mapping) else [elsewhere]


def _named(elsewhere: Elsewhere) -> list[str]:
    """Return the names of the ``groups_of``."""
    return [name for name, lines in elsewhere.items() if lines] if isinstance(elsewhere, Mapping) else [""]


def _fitted(features: Features, taught: Targets, start: Start | None, seed: int) -> tuple[Network, Floats]:
    """Return the network, and the scores that networks not trained on a line give it.

    All are trained side by side, each on one core: NumPy and SciPy let go of Python's lock while they count, and one product
    is too small to be shared.
    """
    fold = np.random.default_rng(seed).permutation(len(taught.wanted)) % FOLDS
    scores = np.zeros_like(taught.wanted)

    def leave_out(number: int) -> None:
        learnt, others = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        scores[others] = fit(features.rows.of(learnt), taught.of(learnt), seed).scores(features.rows.of(others))

    def tune(number: int) -> Network:
        return fit(features.rows, taught, seed + number, start)

    with threadpool_limits(1), ThreadPoolExecutor(os.cpu_count()) as pool:
        networks = pool.map(tune, range(TUNINGS if start else 1))
        list(pool.map(leave_out, range(FOLDS)))
        return Network.mean(list(networks)), scores


def _spell(model: Understanding, table: Table, read: Hints, said: list[list[str]], scores: NDArray[np.float64]) -> None:
    """Put into ``said`` the terms that ``model`` reads in place of misspelled words, and into ``scores`` what that changes."""
    spelled = {i: words for i, line in enumerate(said) if (words := model.spelled(line)) != line}
    if spelled:
        numbers = list(spelled)
        scores[numbers] = table.scores(Lines(units(spelled[i], read) for i in numbers))
        for i, words in spelled.items():
            said[i] = words


def _list_misjudged(
    compiled: dict[str, Any],
    said: Sequence[list[str]],
    urgent: NDArray[np.int64],
    scores: Sequence[Sequence[float]],
) -> None:
    """List with each sign the authored lines that the model alone would take for more, or for less, than they are.

    Lines of which nobody knows hold a sign that the patterns know, and are left to them.
    """
    model = Understanding(compiled)
    signs = [sound["sign"] for sound in compiled["sounds"]]
    found: dict[tuple[int, str], set[int]] = defaultdict(set)
    for line, heard, row in zip(said, scores, urgent.tolist() if signs else ()):
        right = signs[row.index(1)] if 1 in row else ""
        if model.alarm(line, heard) == right:
            continue
        for place, sign in enumerate(signs):
            if sign == right or row[place] != 1:
                found[place, "told" if sign == right else "calm"].add(line_key(line))
    for (place, kind), lines in found.items():
        compiled["sounds"][place][kind] = packed_keys(lines)


def _exceptions(
    compiled: dict[str, Any],
    said: Sequence[list[str]],
    names: Sequence[str],
    scores: Sequence[Sequence[float]],
) -> dict[str, str]:
    """Return the authored lines that the model alone would not take to their own answer, or to what is not ours."""
    model = Understanding(compiled)
    keys = list(map(line_key, said))
    owned = sole_owners(zip(keys, names))
    found: dict[int, int] = {}
    for key, line, name, heard in zip(keys, said, names, scores):
        reading = model.judge(line, heard)
        if key in owned and reading.answers != ((name,) if name else ()):
            found.setdefault(key, places(reading.ranked).index(name))
    return listed(found)


def sole_owners(pairs: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Return the owner of each key that has only one.

    What is left of two lines behind their carrier phrases may be the same, and belongs to neither then.
    """
    owners: dict[Key, set[str]] = defaultdict(set)
    for key, owner in pairs:
        owners[key].add(owner)
    return {key: names.pop() for key, names in owners.items() if len(names) == 1}


def listed(found: Mapping[int, int]) -> dict[str, str]:
    """Return lines by their ``line_key``, each with the place of its answer among those that the network ranks.

    0 stands for what is not ours. Most are 1: the network has the right answer, and is not sure enough of it.
    """
    return {"keys": packed_keys(found), "places": packed(bytes(found[key] for key in sorted(found)))}


NO_LINES = listed({})
"""Of a model whose network always says what it is."""
