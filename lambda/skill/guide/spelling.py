"""Misspelled words, known again by what is left of them when a letter is taken away.

The first letter is always right: people who misspell a word, and machines that mishear one, seldom err there, and with it
"ladder" would be "bladder".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterator

LONGEST_WORD = 30
"""No word is longer, in letters; what comes after that is noise."""


class Spelling:
    """The words that are known again where a letter is too many, too few or wrong, or two are swapped."""

    def __init__(self, words: Collection[str], letters: int, taken: Container[str] = ()) -> None:
        """Take the ``words``; those of fewer ``letters`` are too alike, and what is ``taken`` is a word of its own."""
        self._words = words
        self._letters = letters
        self._taken = taken

    def meant(self, word: str) -> str:
        """Return the word that ``word`` misspells, or ``word``."""
        if not self._letters <= len(word) <= LONGEST_WORD or word in self._taken:
            return word
        return next((self._whole[form] for form in (word, *self._less_one_letter(word)) if form in self._whole), word)

    @cached_property
    def _whole(self) -> dict[str, str]:
        """The words, under themselves and under what is left of them; made when a word comes that may be misspelled."""
        whole = {form: word for word in sorted(self._words, reverse=True) for form in self._less_one_letter(word)}
        return whole | {word: word for word in self._words}

    def _less_one_letter(self, word: str) -> Iterator[str]:
        """Yield ``word`` without one of its letters, and with a gap where that leaves another word.

        So "spazm" is a spasm, by the gap, and "spamx" is none.
        """
        for i in range(1, len(word)):
            less = word[:i] + word[i + 1 :]
            other = less in self._taken and less not in self._words
            yield f"{word[:i]}_{word[i + 1 :]}" if other else less
