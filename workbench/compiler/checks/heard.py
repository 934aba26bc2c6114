"""Is every authored line heard as its author meant it: by the check for signs, by the ears, and by the trained model?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from guide.release import Release
from guide.warning_signs import LEVELS, Found
from workbench.compiler.answers import Answer
from workbench.compiler.build import trained
from workbench.compiler.content import ALARMS, CALM, INTENTS, PHRASES, WARNING_SIGNS, Content
from workbench.compiler.interaction_model import MOST_ASKED_CHARACTERS, compile_model
from workbench.compiler.problems import Problem
from workbench.compiler.release import compile_release
from workbench.standin.ears import FALLBACK, Ears, free_text, passed_on


def check_heard(content: Content, signs: dict[str, Any]) -> Iterator[Problem]:
    """Yield the lines that would be heard as something else; the content must be free of errors."""
    release = Release(compile_release(content, signs, trained(content)))
    ears = Ears(compile_model(content))
    reached = free_text(ears, release.intents)
    for answer in content.answers.values():
        yield from _ask_lines(answer, content.lines_with_signs, ears, reached, release)
        yield from _topics(answer, ears, release)
    yield from _signs(content, ears, release)
    yield from _alarms(content, reached, release)
    for wordings in content.phrases.values():
        for phrase in wordings:
            for said in phrase.suggestions:
                if not _understood(said, ears, release):
                    yield Problem(
                        PHRASES,
                        phrase.line,
                        f"'{phrase.name}' suggests saying '{said}', which would not be understood; add it to an answer's ask lines, or suggest something else",
                    )


def _ask_lines(
    answer: Answer, signed: frozenset[str], ears: Ears, reached: Callable[[str], str], release: Release
) -> Iterator[Problem]:
    for i, line in enumerate(answer.ask):
        text = reached(line)
        found = _sign_in(line, text, signed, release)
        if found and found.level == "emergency" and not found.asked:
            # An intent without slots brings no text to the function, so nothing could warn there (design: signs first, always).
            yield Problem(
                answer.file,
                answer.lines("ask", i),
                f"'{line}' is a warning sign ('{found.sign}': {found.heard}); it belongs to that sign, not here",
            )
            continue
        hearing = ears.hear(line)
        meaning = release.intents[hearing.intent]
        if hearing.intent == FALLBACK:
            yield Problem(
                answer.file,
                answer.lines("ask", i),
                f"'{line}' is not heard at all: it begins with no carrier phrase, and over {MOST_ASKED_CHARACTERS} characters it is no sample either; shorten it, or begin it as people do ('how do i ...')",
            )
            continue
        if "command" in meaning or meaning.get("answer", answer.id) != answer.id:
            yield Problem(
                answer.file,
                answer.lines("ask", i),
                f"'{line}' is heard as {hearing.intent}, which listens for it as well; reword it, or leave it out",
            )
            continue
        if "answer" in meaning:
            continue
        reading = release.understanding.read(text)
        if reading.outcome != "answer" or reading.answers != (answer.id,):
            taken = " or ".join(reading.answers) or "nothing of ours"
            yield Problem(
                answer.file, answer.lines("ask", i), f"'{line}' is understood as {taken}; reword it, or move it there"
            )


def _sign_in(line: str, text: str, signed: frozenset[str], release: Release) -> Found | None:
    """Return the sign that ``line`` holds, or ``text``, which of it reaches the function.

    To look for a sign by name takes longest, and it is known already which lines hold one.
    """
    if line in signed:
        return release.signs.find(line) or release.sign_in(text)
    return release.or_by_sound(None, text) if text == line else release.sign_in(text)


def _topics(answer: Answer, ears: Ears, release: Release) -> Iterator[Problem]:
    for i, topic in enumerate(answer.topics):
        hearing = ears.hear(topic)
        resolved = [slot.resolved[0] for slot in hearing.slots.values() if slot.resolved]
        if release.intents[hearing.intent].get("answer") != answer.id and resolved != [answer.id]:
            yield Problem(
                answer.file,
                answer.lines("topics", i),
                f"the topic '{topic}', said alone, is heard as {hearing.intent}; leave it to that one, or reword it",
            )


def _signs(content: Content, ears: Ears, release: Release) -> Iterator[Problem]:
    """Examples of signs as they reach the function: a carrier phrase must not take away what makes them a sign."""
    for i, sign in enumerate(content.signs["signs"]):
        for j, example in enumerate(sign.get("examples", [])):
            text = passed_on(ears.hear(example), release.intents)
            found = release.sign_in(text)
            if found is None or LEVELS.index(found.level) > LEVELS.index(sign["level"]):
                line = content.lines[WARNING_SIGNS]("signs", i, "examples", j)
                heard = f"reaches the function as '{text}'" if text else "reaches the function without its words"
                yield Problem(
                    WARNING_SIGNS,
                    line,
                    f"'{example}' {heard}, where no such sign is heard; add a frame for it in {INTENTS}, or add it to 'says'",
                )


def _alarms(content: Content, reached: Callable[[str], str], release: Release) -> Iterator[Problem]:
    """Lines of alarms.yaml that are heard as more, or as less, than they are."""
    for part, groups in content.alarms.items():
        least = LEVELS.index(release.warnings[part]["level"]) if part != CALM else -1
        for group, texts in groups.items():
            for i, text in enumerate(texts):
                found = release.sign_in(reached(text))
                line = content.lines[ALARMS](part, group, i)
                if part != CALM and (found is None or LEVELS.index(found.level) > least or found.asked):
                    heard = f"only as '{found.sign}'" if found else "as no sign at all"
                    yield Problem(ALARMS, line, f"'{text}' is heard {heard}; add a pattern for it to {WARNING_SIGNS}")
                elif found and part == CALM:
                    yield Problem(
                        ALARMS, line, f"'{text}' is heard as '{found.sign}' ({found.heard}); mend that sign's patterns"
                    )


def _understood(said: str, ears: Ears, release: Release) -> bool:
    hearing = ears.hear(said)
    if hearing.intent == FALLBACK:
        return False
    return (
        hearing.by != "carrier" or release.understanding.read(passed_on(hearing, release.intents)).outcome == "answer"
    )
