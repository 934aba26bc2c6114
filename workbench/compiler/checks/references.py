"""Does everything that is named exist, and is every fact sourced?"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler.answers import Answer, Passage
from workbench.compiler.content import PHRASES, WARNING_SIGNS, Content
from workbench.compiler.layout import is_left_over
from workbench.compiler.problems import Problem

# An offer names two answers; a third leaves room for one that a later change takes away.
NEXT = range(2, 4)

# "Shall I walk you through how to …, or how to …?" names two.
MOST_ROUTINES = 2


def check(content: Content) -> Iterator[Problem]:
    for answer in content.answers.values():
        yield from _next(content, answer)
        yield from _facts(content, answer)
    for role, name in content.roles.items():
        if name not in content.answers:
            line = content.lines[PHRASES]("roles", role)
            yield Problem(PHRASES, line, f"the role '{role}' names '{name}', and there is no such answer")
    yield from _signs(content)
    for wordings in content.phrases.values():
        for phrase in wordings:
            yield from _known(content, PHRASES, phrase.line, phrase.sources)


def _signs(content: Content) -> Iterator[Problem]:
    for i, sign in enumerate(content.signs.get("signs", [])):
        line = content.lines[WARNING_SIGNS]("signs", i, "sources")
        named = sign.get("sources") or []
        if not named:
            yield Problem(
                WARNING_SIGNS, line, f"the sign '{sign.get('id')}' has no source; name one of content/sources.yaml"
            )
        yield from _known(content, WARNING_SIGNS, line, tuple(named))


def _next(content: Content, answer: Answer) -> Iterator[Problem]:
    if answer.next and len(answer.next) not in NEXT:
        yield Problem(answer.file, answer.lines("next"), "'next' must name two or three answers")
    for i, name in enumerate(answer.next):
        line = answer.lines("next", i)
        if name not in content.answers:
            yield Problem(answer.file, line, f"'next' leads to '{name}', and there is no such answer")
        elif name == answer.id:
            yield Problem(answer.file, line, "'next' leads back to the answer itself; name another one")
        elif name in answer.next[:i]:
            yield Problem(answer.file, line, f"'next' names '{name}' twice")


def _facts(content: Content, answer: Answer) -> Iterator[Problem]:
    """A fact without a source: every part of a health answer carries a mark (NHS content policy: say where it is from)."""
    passages: list[tuple[str, Passage]] = answer.spoken
    if answer.card:
        passages = [*passages, ("## Card", answer.card)]
    for name, passage in passages:
        if is_left_over(passage.text):
            yield Problem(
                answer.file, passage.line, f"{name} is still what guide new wrote; say there what listeners should hear"
            )
        yield from _known(content, answer.file, passage.line, passage.sources)
        if answer.kind != "guide" and not passage.sources and not name.startswith("step "):
            yield Problem(
                answer.file,
                passage.line,
                f"{name} states facts without a source; end it with a mark such as [^nhs-back-pain]",
            )
    if len(answer.routines) > MOST_ROUTINES:
        line = answer.routines[MOST_ROUTINES].line
        yield Problem(
            answer.file,
            line,
            f"has {len(answer.routines)} routines; a listener is offered {MOST_ROUTINES} at most. Put the others in answers of their own",
        )
    for routine in answer.routines:
        if answer.kind != "guide" and not any(step.sources for step in routine.steps):
            yield Problem(
                answer.file, routine.line, f"the routine '{routine.name}' has no source; mark at least one step"
            )


def _known(content: Content, file: str, line: int, marks: tuple[str, ...]) -> Iterator[Problem]:
    for mark in marks:
        if mark not in content.sources:
            yield Problem(
                file, line, f"the source [^{mark}] is not in content/sources.yaml; add it there, or correct the mark"
            )
