"""Reading all content: clean content has no problem, and content of the wrong shape is told of, never tripped over."""

from __future__ import annotations

import pytest

from tests.content_copies import TODAY, ContentCopy
from workbench.compiler.checks import check_content
from workbench.compiler.content import (
    ELSEWHERE,
    HEARING,
    INTENTS,
    PHRASES,
    PLACES,
    QUESTION_FRAMES,
    ROOT,
    SOURCES,
    WARNING_SIGNS,
    load_content,
)


def test_content_of_this_project_has_no_problem() -> None:
    content, problems = load_content(ROOT)
    problems.extend(check_content(content, TODAY))
    assert [str(problem) for problem in problems] == []


def test_small_copy_has_no_problem(content_copy: ContentCopy) -> None:
    assert content_copy.problems() == []


def test_examples_are_all_lines_and_topics(content_copy: ContentCopy) -> None:
    content, _ = content_copy.load()
    heat = content.answers["heat"]
    assert [line for line, answer in content.examples() if answer == "heat"] == [*heat.ask, *heat.topics]


def test_place_for_everywhere_else_is_no_locale(content_copy: ContentCopy) -> None:
    content, _ = content_copy.load()
    assert content.locales == ["en-US", "en-GB", "en-CA", "en-AU", "en-IN"]
    assert "other" in content.places


NEEDED = "publisher, said, title, url, date, checked, seen"


@pytest.mark.parametrize("field", NEEDED.split(", "))
def test_source_that_lacks_a_field(content_copy: ContentCopy, field: str) -> None:
    content_copy.replace_line(SOURCES, f"  {field}:", "")
    line = content_copy.line_of(SOURCES, "article:")
    assert content_copy.problems() == [
        content_copy.said(SOURCES, line, f"the source 'article' has no '{field}'; add it")
    ]


def test_source_with_an_unknown_field(content_copy: ContentCopy) -> None:
    line = content_copy.insert_after(SOURCES, "article:", "  author: somebody")
    told = content_copy.said(SOURCES, line, f"unknown field 'author'; the fields are {NEEDED} and note")
    assert content_copy.problems() == [told]


def test_source_without_fields(content_copy: ContentCopy) -> None:
    line = content_copy.append(SOURCES, "nhs-new: https://www.nhs.uk")
    assert content_copy.problems() == [content_copy.said(SOURCES, line, f"'nhs-new' must have the fields {NEEDED}")]


WRONG_SHAPES = [
    (PHRASES, "roles: [a]\n"),
    (PHRASES, "roles: a\nphrases: b\n"),
    (PHRASES, "phrases: [a, b]\n"),
    (PLACES, "en-US: words\n"),
    (SOURCES, "article: [a]\n"),
    (ELSEWHERE, "group: a\n"),
    (QUESTION_FRAMES, "why: why\n"),
    (QUESTION_FRAMES, "- why\n"),
    (HEARING, "subject: back\n"),
    (HEARING, "- back\n"),
    (WARNING_SIGNS, "signs:\n"),
    (WARNING_SIGNS, "signs: [numb]\n"),
    (WARNING_SIGNS, "signs: {numb: legs}\n"),
    (WARNING_SIGNS, "signs:\n  - id: numb\n"),
    (WARNING_SIGNS, "signs:\n  - id: numb\n    says: numb legs\n"),
    (WARNING_SIGNS, "signs:\n  - {id: numb, says: [1, 2]}\n"),
    (WARNING_SIGNS, "sings:\n"),
    (INTENTS, "commands: [a]\n"),
    (INTENTS, "commands:\n  AMAZON.HelpIntent:\n"),
    (INTENTS, "commands:\n  AMAZON.HelpIntent: {}\n"),
    (INTENTS, "commands:\n  HiIntent: {means: hi, samples: hi}\n"),
    (INTENTS, "slots:\n  TopicIntent: {slot: topic}\n"),
    (INTENTS, "frames:\n  How: how\n"),
    (INTENTS, "frames:\n  How: []\n"),
    (INTENTS, "frames:\n  How: {samples: [a]}\n"),
    (INTENTS, "frames: [a]\n"),
]


@pytest.mark.parametrize(("file", "text"), WRONG_SHAPES)
def test_wrong_shape_is_told_of_in_its_file(content_copy: ContentCopy, file: str, text: str) -> None:
    content_copy.write(file, text)
    told = content_copy.problems() + (content_copy.sign_problems() if file == WARNING_SIGNS else [])
    assert any(problem.startswith(file) for problem in told)
