"""Can the guide listen by the words of hearing.yaml? A word spelled as nobody is heard would never count, in silence."""

from __future__ import annotations

from collections.abc import Iterator

from guide.understanding import Hints
from guide.words import words
from workbench.compiler.content import HEARING, Content
from workbench.compiler.problems import Problem


def check(content: Content) -> Iterator[Problem]:
    lines = content.lines[HEARING]
    for name in content.hearing:
        if name not in Hints._fields:
            yield Problem(HEARING, lines(name), f"unknown part '{name}'; the parts are {', '.join(Hints._fields)}")
    for name in Hints._fields:
        listed = content.hearing.get(name, [])
        if not listed:
            yield Problem(HEARING, 0, f"has no words under '{name}'; see the comment at the top of the file")
        for i, word in enumerate(listed):
            if words(word) != [word]:
                told = f"'{word}' is not one word as the guide reads it: small letters, no spaces"
                yield Problem(HEARING, lines(name, i), told)
            elif word in listed[:i]:
                yield Problem(HEARING, lines(name, i), f"'{word}' stands in '{name}' twice; keep one")
