"""Every authored line is heard as its author meant it, by signs, ears and model alike."""

from __future__ import annotations

from tests.content_copies import ContentCopy
from workbench.compiler.build import compiled_signs
from workbench.compiler.checks.heard import check_heard
from workbench.compiler.content import PHRASES, WARNING_SIGNS, Content
from workbench.compiler.interaction_model import MOST_ASKED_CHARACTERS
from workbench.compiler.problems import Problems


def heard_wrong(content: Content) -> list[str]:
    """What is said of lines that are heard as something else."""
    problems = Problems()
    signs = compiled_signs(content, problems)
    assert not problems.errors, "\n".join(map(str, problems))
    return [str(problem) for problem in Problems(list(check_heard(content, signs)))]


def test_whatever_is_heard_wrong_is_told_of_at_its_line(buildable_copy: ContentCopy) -> None:
    """One training for everything that can go wrong, and for what is right beside it."""
    sign = buildable_copy.insert_after("heat", "ask:", "  - he has stopped breathing since i put heat on his back")
    asked = buildable_copy.insert_after("massage", "ask:", "  - is no pulse a warning sign in massage")
    unheard = buildable_copy.insert_after("sleeping", "ask:", "  - gosh that old mattress of ours hurts my poor back")
    built_in = buildable_copy.insert_after("ice", "ask:", "  - shut up")
    example = buildable_copy.insert_after(WARNING_SIGNS, "    examples:", "      - gah he has stopped breathing")
    suggestion = "ask_anything: Say *purple elephants dancing*. What now?"
    phrase = buildable_copy.replace_line(PHRASES, "  ask_anything:", f"  {suggestion}")
    told = heard_wrong(buildable_copy.load()[0])

    def told_of(file: str, line: int) -> list[str]:
        start = buildable_copy.said(file, line, "")
        return [problem.removeprefix(start) for problem in told if problem.startswith(start)]

    (warned,) = told_of("heat", sign)
    assert warned.startswith(
        "'he has stopped breathing since i put heat on his back' is a warning sign ('not-breathing': "
    )
    assert warned.endswith("); it belongs to that sign, not here")
    assert told_of("massage", asked) == []
    assert told_of("sleeping", unheard) == [
        "'gosh that old mattress of ours hurts my poor back' is not heard at all: it begins with no carrier phrase, and over "
        f"{MOST_ASKED_CHARACTERS} characters it is no sample either; shorten it, or begin it as people do ('how do i ...')"
    ]
    assert told_of(PHRASES, phrase) == [
        "'ask_anything' suggests saying 'purple elephants dancing', which would not be understood; "
        "add it to an answer's ask lines, or suggest something else"
    ]
    assert told_of(WARNING_SIGNS, example) == [
        "'gah he has stopped breathing' reaches the function without its words, where no such sign is heard; "
        "add a frame for it in interaction_model/intents.yaml, or add it to 'says'"
    ]
    (stolen,) = told_of("ice", built_in)
    assert stolen.startswith("'shut up' ") and "AMAZON.StopIntent" in stolen


def test_line_that_reads_alike_in_two_answers(buildable_copy: ContentCopy) -> None:
    """Only one of them can have it; which one, ears and model agree on, and the other is told."""
    line = buildable_copy.insert_after("ice", "ask:", "  - is a warm-brick good for a back")
    content, _ = buildable_copy.load()
    content.answers["heat"].ask.insert(0, "is a warm brick good for a back")
    start = buildable_copy.said("ice", line, "'is a warm-brick good for a back' is ")
    assert [
        problem for problem in heard_wrong(content) if problem.startswith((f"{start}heard as", f"{start}understood as"))
    ]


def test_topic_that_something_else_listens_for(buildable_copy: ContentCopy) -> None:
    command = buildable_copy.insert_after("heat", "topics:", "  - the first one")
    line = buildable_copy.insert_after("ice", "topics:", "  - a warm brick")
    buildable_copy.insert_after("massage", "ask:", "  - a warm brick")
    told = heard_wrong(buildable_copy.load()[0])
    for file, where, topic, intent in (
        ("heat", command, "the first one", "FirstOneIntent"),
        ("ice", line, "a warm brick", "MassageIntent"),
    ):
        message = f"the topic '{topic}', said alone, is heard as {intent}; leave it to that one, or reword it"
        assert buildable_copy.said(file, where, message) in told
