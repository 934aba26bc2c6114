"""All phrases are there, and a phrase asks exactly when the microphone stays open."""

from __future__ import annotations

import pytest

from tests.content_copies import ContentCopy
from workbench.compiler.checks.phrases import CLOSING, INSIDE
from workbench.compiler.content import PHRASES
from workbench.compiler.phrasebook import PHRASEBOOK, ROLES


def take_out(content_copy: ContentCopy, name: str) -> None:
    """Take the phrase or role ``name`` out of phrases.yaml, all its lines."""
    lines = content_copy.text(PHRASES).split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith(f"  {name}:"))
    end = next(i for i in range(start + 1, len(lines)) if not lines[i].startswith("    "))
    content_copy.write(PHRASES, "\n".join(lines[:start] + lines[end:]))


@pytest.mark.parametrize("name", sorted(PHRASEBOOK)[::4])
def test_missing_phrase(content_copy: ContentCopy, name: str) -> None:
    take_out(content_copy, name)
    assert (
        content_copy.said(PHRASES, 0, f"the phrase '{name}' is missing; the guide needs it") in content_copy.problems()
    )


@pytest.mark.parametrize("role", ROLES)
def test_missing_role(content_copy: ContentCopy, role: str) -> None:
    take_out(content_copy, role)
    told = content_copy.said(PHRASES, 0, f"the role '{role}' is missing; say which answer it is")
    assert content_copy.problems() == [told]


def test_phrase_that_the_guide_has_no_use_for(content_copy: ContentCopy) -> None:
    line = content_copy.append(PHRASES, "  welcom: What would you like to know?")
    message = "the guide has no use for a phrase 'welcom'; delete it or correct its name"
    assert content_copy.problems() == [content_copy.said(PHRASES, line, message)]


@pytest.mark.parametrize("name", sorted(CLOSING))
def test_last_words_cannot_ask(content_copy: ContentCopy, name: str) -> None:
    take_out(content_copy, name)
    line = content_copy.append(PHRASES, f"  {name}: Is there more? Take care.")
    message = f"'{name}' ends the conversation, so it cannot ask anything (certification test 4.1)"
    assert content_copy.problems() == [content_copy.said(PHRASES, line, message)]


@pytest.mark.parametrize("name", ["welcome", "decline_1", "more_reprompt", "left_none", "failed"])
def test_open_microphone_wants_a_question(content_copy: ContentCopy, name: str) -> None:
    take_out(content_copy, name)
    line = content_copy.append(PHRASES, f"  {name}: Ask me anything.")
    message = f"'{name}' keeps the microphone open, so it must end in a question (certification test 4.1)"
    assert content_copy.problems() == [content_copy.said(PHRASES, line, message)]


def test_what_stands_inside_a_reply_may_do_either() -> None:
    assert not (INSIDE | CLOSING) - PHRASEBOOK.keys()
    assert not INSIDE & CLOSING


def test_every_wording_is_looked_at(content_copy: ContentCopy) -> None:
    take_out(content_copy, "failed")
    line = content_copy.append(PHRASES, "  failed:\n    - Could you ask me that again?\n    - Ask me again.")
    message = "'failed' keeps the microphone open, so it must end in a question (certification test 4.1)"
    assert content_copy.problems() == [content_copy.said(PHRASES, line + 2, message)]


def test_help_that_only_repeats_the_welcome(content_copy: ContentCopy) -> None:
    for name in ("welcome", "help"):
        take_out(content_copy, name)
        content_copy.append(PHRASES, f"  {name}: What would you like to know?")
    told = content_copy.said(PHRASES, 0, "help must say something else than the welcome (certification test 4.12)")
    assert content_copy.problems() == [told]


@pytest.mark.parametrize("nothing", ["", " ''", " 12", "\n    - What?\n    -"])
def test_phrase_without_text(content_copy: ContentCopy, nothing: str) -> None:
    take_out(content_copy, "failed")
    line = content_copy.append(PHRASES, f"  failed:{nothing}") + nothing.count("\n")
    told = content_copy.said(PHRASES, line, "the phrase 'failed' is empty or not text; write what the guide says")
    assert told in content_copy.problems()


def test_unknown_part_of_the_file(content_copy: ContentCopy) -> None:
    line = content_copy.append(PHRASES, "phrase:\n  failed: What?")
    told = content_copy.said(PHRASES, line, "unknown part 'phrase'; the parts are roles and phrases")
    assert content_copy.problems() == [told]


def test_stars_mark_what_may_be_said_and_are_not_spoken(content_copy: ContentCopy) -> None:
    take_out(content_copy, "failed")
    content_copy.append(PHRASES, "  failed: Say *help*, or *stop*. [^article] Which?")
    content, _ = content_copy.load()
    (phrase,) = content.phrases["failed"]
    assert (phrase.text, phrase.suggestions, phrase.sources) == (
        "Say help, or stop. Which?",
        ("help", "stop"),
        ("article",),
    )
