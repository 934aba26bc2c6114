"""Compiling what ``guide.ranking`` reads: for each word, and pair of words, the answers that it speaks for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from math import log, log1p, sqrt
from pathlib import Path
from typing import Any

from guide import ranking as reader
from guide.ranking import Ranking, parts
from guide.understanding import Understanding, keys_of, line_key
from guide.words import spoken_words
from workbench.compiler import training
from workbench.compiler.table import packed_keys
from workbench.compiler.thresholds import COSTS
from workbench.compiler.training import NO_ALARMS, Alarms, Elsewhere, groups_of, sole_owners, train
from workbench.progress import Say, quiet, track

DENSE_MOST = 250
"""Up to so many answers, as many as one interaction model can have intents, one trained model tells them apart."""

# What is in more answers than this tells hardly any of them from the others, and would cost the most time.
MOST_POSTINGS = 1_000
PAIR_WEIGHT = 0.7
FEWEST_PAIRS = 2
HIGHEST = 999  # the weight of what speaks for an answer most

# The trained model learns what is ours from so many lines, spread over all answers.
GATE_LINES = 6_000
# One line in so many is left out, to see how sure a first answer must be; so many of them are looked at.
LEFT_OUT = 10
LOOKED_AT = 1_500

Example = tuple[str, str]


def digest(
    examples: Sequence[Example], elsewhere: Elsewhere, hints: Mapping[str, str], alarms: Alarms = NO_ALARMS
) -> str:
    """Return a name for everything that ``rank`` learns from, its code included."""
    held = sha256(training.digest(examples, elsewhere, hints, alarms).encode())
    for module in (__file__, reader.__file__):
        held.update(Path(module).read_bytes())
    return held.hexdigest()


def rank(
    examples: Sequence[Example],
    elsewhere: Elsewhere,
    hints: Mapping[str, str],
    alarms: Alarms = NO_ALARMS,
    say: Say = quiet,
) -> dict[str, Any]:
    """Return the compiled lists of ``examples`` (a line, the id of its answer) and the model that knows what is ours.

    Besides what ``guide.ranking`` reads at once, ``postings`` has the lists by word or pair, and ``asked`` the answer
    of every authored line that has one alone. How sure a first answer must be is set on lines that were left out.
    """
    answers = sorted({answer for _, answer in examples})
    spread = examples[:: max(1, len(examples) // GATE_LINES)]
    gate = train([(text, "ours") for text, _ in spread], elsewhere, hints, alarms)
    _keep_calm(gate, examples)
    compiled: dict[str, Any] = {"gate": gate, "answers": answers, "share": 0.0}
    learnt = [example for i, example in enumerate(examples) if i % LEFT_OUT]
    others = examples[::LEFT_OUT]
    trial = Ranking(compiled, _postings(learnt, answers), {})
    compiled["share"] = _share(trial, others[:: max(1, len(others) // LOOKED_AT)])
    compiled["postings"] = _postings(track(examples, "Ranking lines", say), answers)
    lines = [*examples, *((text, "") for group in groups_of(elsewhere) for text in group)]
    owners = sole_owners((" ".join(spoken_words(text)), answer) for text, answer in lines)
    compiled["asked"] = {text: answer for text, answer in owners.items() if answer}
    return compiled


def _keep_calm(gate: dict[str, Any], examples: Sequence[Example]) -> None:
    """List what sounds urgent to the gate among the lines that it did not learn from: an authored line is no emergency."""
    model = Understanding(gate)
    authored = (text for text, _ in (examples if gate["sounds"] else ()))
    found = {line_key(model.words(text)) for text in authored if model.sounds_like(text)}
    for sound in gate["sounds"]:
        sound["calm"] = packed_keys(found.union(keys_of(sound["calm"])))


def _postings(examples: Iterable[Example], answers: Sequence[str]) -> dict[str, tuple[list[int], list[int]]]:
    """Return for each part the numbers of answers and their weights: a nearest-centroid model of TF-IDF, by part."""
    number = {answer: i for i, answer in enumerate(answers)}
    seen: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for text, answer in examples:
        for part in parts(spoken_words(text)):
            seen[part][number[answer]] += 1
    kept = {part: counts for part, counts in seen.items() if _tells(part, counts)}
    weight = {part: log(1 + len(answers) / len(counts)) * _weight(part) for part, counts in kept.items()}
    squares = [0.0] * len(answers)
    for part, counts in kept.items():
        for i, times in counts.items():
            squares[i] += (weight[part] * log1p(times)) ** 2
    found = {
        part: {i: weight[part] ** 2 * log1p(times) / sqrt(squares[i]) for i, times in counts.items()}
        for part, counts in kept.items()
    }
    step = max((max(values.values()) for values in found.values()), default=1.0) / HIGHEST
    return {
        part: (sorted(values), [max(1, round(values[i] / step)) for i in sorted(values)])
        for part, values in found.items()
    }


def _tells(part: str, counts: Mapping[int, int]) -> bool:
    """True when ``part`` tells some answers from the others."""
    return len(counts) <= MOST_POSTINGS and (" " not in part or sum(counts.values()) >= FEWEST_PAIRS)


def _weight(part: str) -> float:
    return PAIR_WEIGHT if " " in part else 1.0


def _share(trial: Ranking, others: Sequence[Example]) -> float:
    """Return what share of the two highest scores the first must have, so that few ``others`` are answered wrongly."""
    shares = []
    for text, answer in others:
        first = trial.scores(spoken_words(text))[:2]
        if first:
            shares.append((first[0][1] / sum(score for _, score in first), first[0][0] == answer))
    most_wrong = COSTS["named"].wrong * len(others)
    for share in (0.5 + step / 100 for step in range(50)):
        if sum(1 for value, right in shares if value >= share and not right) <= most_wrong:
            return round(share, 2)
    return 1.0
