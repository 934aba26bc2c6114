"""Names that lead nowhere, and facts without a source."""

from __future__ import annotations

import pytest

from tests.content_copies import ContentCopy
from workbench.compiler.content import PHRASES

COUNT = "'next' must name two or three answers"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("ice, nowhere", ["'next' leads to 'nowhere', and there is no such answer"]),
        ("ice, heat", ["'next' leads back to the answer itself; name another one"]),
        ("ice, rest, ice", ["'next' names 'ice' twice"]),
        ("ice", [COUNT]),
        ("ice, rest, rice, relief", [COUNT]),
        (
            "ice, ice, heat, nowhere",
            [
                COUNT,
                "'next' leads back to the answer itself; name another one",
                "'next' leads to 'nowhere', and there is no such answer",
                "'next' names 'ice' twice",
            ],
        ),
    ],
)
def test_next(content_copy: ContentCopy, names: str, expected: list[str]) -> None:
    line = content_copy.replace_line("heat", "next:", f"next: [{names}]")
    assert content_copy.problems() == sorted(content_copy.said("heat", line, message) for message in expected)


def test_next_written_as_lines_is_told_of_at_its_own_line(content_copy: ContentCopy) -> None:
    line = content_copy.replace_line("heat", "next:", "next:\n  - ice\n  - nowhere")
    told = content_copy.said("heat", line + 2, "'next' leads to 'nowhere', and there is no such answer")
    assert content_copy.problems() == [told]


def test_answer_that_went_away_is_missed_wherever_it_is_named(content_copy: ContentCopy) -> None:
    content, _ = content_copy.load()
    content_copy.path("heat").unlink()
    naming = [answer.id for answer in content.answers.values() if "heat" in answer.next and answer.id != "heat"]
    told = content_copy.problems()
    assert naming and len(told) == len(naming)
    assert all("'next' leads to 'heat', and there is no such answer" in problem for problem in told)


def test_role_that_no_answer_fills(content_copy: ContentCopy) -> None:
    line = content_copy.replace_line(PHRASES, "  in_pain:", "  in_pain: nobody")
    told = content_copy.said(PHRASES, line, "the role 'in_pain' names 'nobody', and there is no such answer")
    assert content_copy.problems() == [told]


UNKNOWN = "the source [^nobody] is not in content/sources.yaml; add it there, or correct the mark"


@pytest.mark.parametrize("heading", ["More", "Card"])
def test_unknown_source_in_an_answer(content_copy: ContentCopy, heading: str) -> None:
    line = content_copy.section("heat", heading, "Heat may help. [^nobody]")
    assert content_copy.said("heat", line, UNKNOWN) in content_copy.problems()


def test_unknown_source_in_a_step(content_copy: ContentCopy) -> None:
    line = content_copy.replace_line("heat", "2. ", "2. Set the pad to low. [^nobody]")
    assert content_copy.problems() == [content_copy.said("heat", line, UNKNOWN)]


def test_unknown_source_in_a_phrase(content_copy: ContentCopy) -> None:
    line = content_copy.replace_line(
        PHRASES, "  ask_anything:", "  ask_anything: What would you like to know? [^nobody]"
    )
    assert content_copy.problems() == [content_copy.said(PHRASES, line, UNKNOWN)]


def test_source_that_went_away(content_copy: ContentCopy) -> None:
    content_copy.replace_line("content/sources.yaml", "fda-heat:", "fda-hot:")
    told = content_copy.problems()
    assert told and all("[^fda-heat] is not in content/sources.yaml" in problem for problem in told)


@pytest.mark.parametrize("heading", ["More", "Card"])
def test_part_without_a_source(content_copy: ContentCopy, heading: str) -> None:
    line = content_copy.section("heat", heading, "Heat may ease it.")
    message = f"## {heading} states facts without a source; end it with a mark such as [^nhs-back-pain]"
    assert content_copy.problems() == [content_copy.said("heat", line, message)]


def test_routine_without_a_source(content_copy: ContentCopy) -> None:
    line = content_copy.line_of("heat", "## Steps: warm up your back")
    content_copy.section("heat", "Steps: warm up your back", "1. Lie on your side.\n2. Get up slowly.")
    message = "the routine 'warm up your back' has no source; mark at least one step"
    assert content_copy.problems() == [content_copy.said("heat", line, message)]


def test_guide_may_speak_of_itself_without_a_source(content_copy: ContentCopy) -> None:
    content_copy.section("privacy", "More", "I keep nothing of what you say.")
    content_copy.section("privacy", "Card", "I keep nothing of what you say.")
    assert content_copy.problems() == []


def test_third_routine(content_copy: ContentCopy) -> None:
    """The second one is offered by name; a third could never be asked for."""
    for name in ("cool down", "wind down"):
        content_copy.append("heat", f"\n## Steps: {name}\n\n1. Lie on your side. [^fda-heat]")
    line = content_copy.line_of("heat", "## Steps: wind down")
    message = "has 3 routines; a listener is offered 2 at most. Put the others in answers of their own"
    assert content_copy.problems() == [content_copy.said("heat", line, message)]


@pytest.mark.parametrize("heading", ["More", "Card"])
def test_part_that_guide_new_wrote(content_copy: ContentCopy, heading: str) -> None:
    left = {
        "More": "What to say when they want to hear more, in at most 70 words.",
        "Card": "What the Alexa app shows.",
    }
    line = content_copy.section("heat", heading, f"{left[heading]} [^fda-heat]")
    message = f"## {heading} is still what guide new wrote; say there what listeners should hear"
    assert content_copy.problems() == [content_copy.said("heat", line, message)]
