"""Are all phrases there, and do questions and reprompts keep Alexa's rules?"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.compiler.content import PHRASES, Content
from workbench.compiler.phrasebook import PHRASEBOOK, ROLES
from workbench.compiler.problems import Problem

# Phrases after which the session closes; the others ask something, at the end of the reply or of the reprompt.
CLOSING = {"goodbye", "goodbye_after_warning", "give_up"}
# What stands inside a reply, before what is asked.
INSIDE = {"disclaimer_short", "emergency_first", "first_step", "step", "last_step", "told_all"}


def check(content: Content) -> Iterator[Problem]:
    if not content.phrases:
        return
    for name in PHRASEBOOK.keys() - content.phrases.keys():
        yield Problem(PHRASES, 0, f"the phrase '{name}' is missing; the guide needs it")
    for role in ROLES:
        if role not in content.roles:
            yield Problem(PHRASES, 0, f"the role '{role}' is missing; say which answer it is")
    for name, wordings in content.phrases.items():
        for phrase in wordings:
            if name not in PHRASEBOOK:
                yield Problem(
                    PHRASES, phrase.line, f"the guide has no use for a phrase '{name}'; delete it or correct its name"
                )
            asks = phrase.text.rstrip().endswith("?")
            if name in CLOSING and "?" in phrase.text:
                yield Problem(
                    PHRASES,
                    phrase.line,
                    f"'{name}' ends the conversation, so it cannot ask anything (certification test 4.1)",
                )
            elif name not in CLOSING | INSIDE and not asks:
                yield Problem(
                    PHRASES,
                    phrase.line,
                    f"'{name}' keeps the microphone open, so it must end in a question (certification test 4.1)",
                )
    help_lines = {phrase.text for phrase in content.phrases.get("help", [])}
    if help_lines & {phrase.text for phrase in content.phrases.get("welcome", [])}:
        yield Problem(PHRASES, 0, "help must say something else than the welcome (certification test 4.12)")
