"""Which carrier phrase a first word goes to: one whose own words are about as good.

Alexa keeps a carrier phrase to itself, and an interaction model has 250 intents for the thousands of words that a question
may begin with. So most of them share an intent with others, and the function reads the words of that intent in their place:
"shiatsu when i'm stiff" may well be read as "massage when i'm stiff", and the worst is to read nothing for it.

Words are compared by the lines of content that hold them. A word belongs where the lines that hold the carrier's words are
for the same answers, or the same groups of elsewhere.yaml, as those that hold the word itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from guide.spelling import Spelling
from guide.words import spoken_words
from workbench.compiler.content import Content
from workbench.compiler.kept import kept

FEWEST_LINES = 3
"""That hold a word, for anything to be known of it."""

LEAST_GAIN = 0.2
"""In nats for each line that holds the word: so much better the carrier's words have to foretell its answer than no word does."""

COMMON = 20  # lines that hold a word which a rare one may misspell
LETTERS = 6  # of such a word; shorter ones are too alike

_SMOOTHING = 2.0  # lines that are like all lines, added to those that hold a word


def homes(content: Content, words: Iterable[str], reads: Mapping[str, str]) -> dict[str, str]:
    """Return the frame that each of ``words`` goes to; a word that belongs to none of them is left out.

    ``reads`` are the words that the function reads for the carrier phrases of a frame, by the frame's name. What was found is
    kept until the lines of content or its warning signs change.
    """
    sought = sorted(words)
    lines = content.examples()
    lines += [(text, f"elsewhere {group}") for group, texts in content.elsewhere.items() for text in texts]
    name = content.named_with_signs(
        Path(__file__).read_text(encoding="utf-8") + repr((lines, sought, sorted(reads.items())))
    )

    def found() -> dict[str, str]:
        of_lines, check = _homes(lines, sought, reads), content.check_for_signs
        return _without_people(of_lines, reads, check.names_an_animal) if check else of_lines

    return dict(kept(content.root, "first-words", name, found))


def _without_people(
    found: dict[str, str], reads: Mapping[str, str], names_an_animal: Callable[[str], bool]
) -> dict[str, str]:
    """Return ``found`` without the words that would be read as an animal and are none."""
    animals = {frame for frame, text in reads.items() if names_an_animal(text)}
    return {word: frame for word, frame in found.items() if frame not in animals or names_an_animal(word)}


def _homes(lines: list[tuple[str, str]], words: list[str], reads: Mapping[str, str]) -> dict[str, str]:
    owners = {owner: i for i, owner in enumerate(sorted({owner for _, owner in lines}))}
    carried = {frame: spoken_words(text) for frame, text in reads.items()}
    said = [(spoken_words(text), owners[owner]) for text, owner in lines]
    usual = _shares(Counter(owner for _, owner in said), len(owners), np.full(len(owners), 1 / len(owners)))
    holding = _holding(said)
    frames = sorted(carried)
    gains = np.array([np.log(_shares(_of(carried[frame], holding, said), len(owners), usual)) for frame in frames])
    gains -= np.log(usual)
    known = {word for word, counts in holding.items() if counts.total() >= FEWEST_LINES}
    spelling = Spelling([word for word in known if holding[word].total() >= COMMON], LETTERS, known)
    found = {}
    for word in words:
        counts = holding.get(spelling.meant(word), Counter())
        if counts.total() >= FEWEST_LINES:
            # Rounded, so that another machine's last digits do not move a word.
            gain = np.round(gains @ _shares(counts, len(owners), usual), 6)
            if gain.max() >= LEAST_GAIN:
                found[word] = frames[int(gain.argmax())]
    return found


def _holding(said: list[tuple[list[str], int]]) -> dict[str, Counter[int]]:
    """Return for each word how many lines of each owner hold it."""
    found: dict[str, Counter[int]] = defaultdict(Counter)
    for line, owner in said:
        for word in set(line):
            found[word][owner] += 1
    return found


def _of(carrier: list[str], holding: Mapping[str, Counter[int]], said: list[tuple[list[str], int]]) -> Counter[int]:
    """Return how many lines of each owner hold the words of a carrier phrase, one after the other."""
    if len(carrier) == 1:
        return holding.get(carrier[0], Counter())
    phrase = f" {' '.join(carrier)} "
    return Counter(owner for line, owner in said if phrase in f" {' '.join(line)} ")


def _shares(counts: Counter[int], owners: int, usual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the owners' shares of so many lines, those with few lines being more like the ``usual`` ones."""
    held = np.array([counts[owner] for owner in range(owners)], float) + _SMOOTHING * usual
    return np.asarray(held / held.sum())
