"""Does every place fill every placeholder, with words that can be spoken?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from guide.markup import placeholders
from workbench.compiler.content import PHRASES, PLACES, WARNING_SIGNS, Content, spoken_passages
from workbench.compiler.phrasebook import PHRASEBOOK
from workbench.compiler.problems import Problem

# A speaker reads "911" as nine hundred eleven: numbers are written as the words to say.
_NOT_SPOKEN = re.compile(r"[^A-Za-z ,'.-]")


def check(content: Content) -> Iterator[Problem]:
    known = {name for words in content.places.values() for name in words}
    for locale, words in content.places.items():
        line = content.lines[PLACES](locale)
        for name in sorted(known - words.keys()):
            yield Problem(PLACES, line, f"'{locale}' has no '{name}', which other places have; add it")
        for name, (said, _) in words.items():
            if _NOT_SPOKEN.search(said):
                where = content.lines[PLACES](locale, "words", name)
                yield Problem(
                    PLACES,
                    where,
                    f"'{name}' as said may hold letters only, digits spelled out; put signs and digits under 'show'",
                )
    for file, line, text, own in _texts(content):
        for name in placeholders(text):
            if name not in known and name not in own:
                yield Problem(
                    file,
                    line,
                    f"nothing fills the placeholder {{{name}}}; known here: {', '.join(sorted(known | own))}",
                )


def _texts(content: Content) -> Iterator[tuple[str, int, str, frozenset[str]]]:
    nothing: frozenset[str] = frozenset()
    for answer, _, passage in spoken_passages(content):
        yield answer.file, passage.line, passage.text, nothing
    for answer in content.answers.values():
        if answer.card:
            yield answer.file, answer.card.line, answer.card.text, nothing
    for name, wordings in content.phrases.items():
        for phrase in wordings:
            yield PHRASES, phrase.line, phrase.text, PHRASEBOOK.get(name, nothing)
    for i, sign in enumerate(content.signs.get("signs", [])):
        for field in ("say", "if_asked"):
            yield WARNING_SIGNS, content.lines[WARNING_SIGNS]("signs", i, field), str(sign.get(field, "")), nothing
