"""The format of an answer's file: what is read from it, and what an editor is told when it is broken."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.content_copies import ContentCopy
from workbench.compiler.answers import Answer, read_answer
from workbench.compiler.problems import Problems

NAME = "content/en/answers/foam-roller.md"

GOOD = """---
id: foam-roller
title: Foam rollers
kind: self-care
topics: [foam rollers, a foam roller]
next: [massage, heat]
review:
  status: sourced
  checked: 2026-11-21
  due: 2027-11-21
ask:
  - should i use a foam roller
  - foam roller for a back spasm
---

## Short

Roll gently. [^nhs-back-pain] Stop if it hurts. [^mayo-exercises]

## More

First of all,
take your time. <break time="2s"/> {physio} may help. [^nhs-back-pain]

## More

Second.

## Steps: roll your back

1. Lie down. [^nhs-back-pain]
2. Roll up,
   and down.

## Card

Rolling

- Gently [^nhs-back-pain]
"""


def read(text: str, tmp_path: Path) -> tuple[Answer | None, list[str]]:
    path = tmp_path / "foam-roller.md"
    path.write_text(text, encoding="utf-8")
    problems = Problems()
    answer = read_answer(path, NAME, problems)
    return answer, [str(problem) for problem in problems]


@pytest.fixture
def good(tmp_path: Path) -> Answer:
    answer, told = read(GOOD, tmp_path)
    assert answer and not told
    return answer


def told_of(tmp_path: Path, old: str, new: str) -> list[str]:
    """What is said of the good answer with ``old`` replaced."""
    assert old in GOOD
    return read(GOOD.replace(old, new, 1), tmp_path)[1]


class TestGoodAnswer:
    def test_front_matter(self, good: Answer) -> None:
        assert (good.id, good.title, good.kind) == ("foam-roller", "Foam rollers", "self-care")
        assert good.topics == ["foam rollers", "a foam roller"]
        assert good.next == ["massage", "heat"]
        assert good.review == {"status": "sourced", "checked": "2026-11-21", "due": "2027-11-21"}
        assert good.ask == ["should i use a foam roller", "foam roller for a back spasm"]

    def test_spoken_parts_have_no_marks_and_no_line_breaks(self, good: Answer) -> None:
        assert [(name, part.text) for name, part in good.spoken] == [
            ("## Short", "Roll gently. Stop if it hurts."),
            ("## More", 'First of all, take your time. <break time="2s"/> {physio} may help.'),
            ("## More", "Second."),
            ("step 1 of 'roll your back'", "Lie down."),
            ("step 2 of 'roll your back'", "Roll up, and down."),
        ]

    def test_card_keeps_its_lines(self, good: Answer) -> None:
        assert good.card and good.card.text == "Rolling\n\n- Gently"

    def test_marks_become_sources_in_the_order_they_stand(self, good: Answer) -> None:
        assert good.short and good.short.sources == ("nhs-back-pain", "mayo-exercises")
        assert good.sources == ["nhs-back-pain", "mayo-exercises"]

    def test_every_part_knows_its_line(self, good: Answer) -> None:
        lines = GOOD.split("\n")
        starts = ["Roll gently.", "First of all,", "Second.", "1. Lie", "2. Roll"]
        for (_, part), start in zip(good.spoken, starts, strict=True):
            assert lines[part.line - 1].startswith(start)
        assert good.card and lines[good.card.line - 1] == "Rolling"
        assert lines[good.routines[0].line - 1] == "## Steps: roll your back"
        assert lines[good.lines("ask", 1) - 1] == "  - foam roller for a back spasm"

    def test_windows_lines_read_alike(self, good: Answer, tmp_path: Path) -> None:
        (tmp_path / "foam-roller.md").write_bytes(GOOD.replace("\n", "\r\n").encode())
        again = read_answer(tmp_path / "foam-roller.md", NAME, Problems())
        assert again and again.spoken == good.spoken and again.card == good.card

    def test_every_real_answer_is_read_without_a_complaint(self, content_copy: ContentCopy) -> None:
        content, problems = content_copy.load()
        assert not problems
        assert all(answer.short and answer.card for answer in content.answers.values())


FIELDS = "id, title, kind, topics, next, review, ask"
SECTIONS = "## Short, ## More, ## Steps: name of the routine, ## Card"
NOT_A_LIST_OF_LINES = "the front matter is not a list of 'field: value' lines"

IN_FRONT = [
    (
        "title: Foam rollers",
        "titel: Foam rollers",
        [f":3: unknown field 'titel'; the fields are {FIELDS}", ":2: the field 'title' is missing or empty"],
    ),
    ("title: Foam rollers", "title:", [":3: the field 'title' is missing or empty"]),
    ("title: Foam rollers", "title: [a]", [":3: 'title' must be one line of text"]),
    ("title: Foam rollers", "title: 12", [":3: 'title' must be one line of text"]),
    ("id: foam-roller", "id: foam", [":2: the id is 'foam' but the file is called foam-roller.md; make them the same"]),
    (
        "kind: self-care",
        "kind: selfcare",
        [":4: unknown kind 'selfcare'; it is one of self-care, exercise, treatment, medicine, facts, guide"],
    ),
    (
        "topics: [foam rollers, a foam roller]",
        "topics: foam rollers",
        [":5: 'topics' must be a list, one '- …' a line"],
    ),
    ("next: [massage, heat]", "next: massage, heat", [":6: 'next' must be a list, one '- …' a line"]),
    ("next: [massage, heat]", "next: []", [":6: the field 'next' is missing or empty"]),
    (
        "  - foam roller for a back spasm",
        "  - true",
        [":13: 'ask' holds something that is not plain text; put quotes around it"],
    ),
    (
        "  - foam roller for a back spasm",
        "  - my question: which",
        [":13: 'ask' holds something that is not plain text; put quotes around it"],
    ),
    (
        "  status: sourced",
        "  state: sourced",
        [":8: unknown review field 'state'; the fields are status, checked, due, reviewer, credential, date"],
    ),
    (
        "review:\n  status: sourced\n  checked: 2026-11-21\n  due: 2027-11-21",
        "review: sourced",
        [":7: the review is not a list of 'field: value' lines; see content/README.md"],
    ),
    ("id: foam-roller", "id: foam-roller\nid: foam-roller", [":3: the key 'id' stands twice; keep one"]),
]

IN_TEXT = [
    (
        "## Short\n",
        "Hello.\n\n## Short\n",
        [f":15: text before the first heading is never heard; put it under one of {SECTIONS}"],
    ),
    (
        "## Short",
        "## Shrt",
        [
            f":16: unknown section '## Shrt'; the sections are {SECTIONS}",
            ":15: has no '## Short' section: what is heard first, at most 20 seconds of it",
        ],
    ),
    ("## Card", "## More", [":15: has no '## Card' section: the text for the Alexa app"]),
    ("## More", "## Short", [":20: a second '## Short'; keep one, or call it '## More'"]),
    (
        "## Steps: roll your back\n\n1. Lie down. [^nhs-back-pain]\n2. Roll up,\n   and down.",
        "## Card\n\nCard.",
        [":33: a second '## Card'; keep one, or call it '## More'"],
    ),
    ("Second.", "", [":25: the section '## More' is empty; write it or delete it"]),
    ("## Steps: roll your back", "## Steps", [":29: name the routine: '## Steps: get out of bed'"]),
    (
        "1. Lie down.",
        "Lie down.",
        [":31: a routine begins with '1. …'", ":32: step 2 stands where step 1 belongs; number the steps in order"],
    ),
    ("2. Roll up,", "3. Roll up,", [":32: step 3 stands where step 2 belongs; number the steps in order"]),
]


@pytest.mark.parametrize(("old", "new", "expected"), [*IN_FRONT, *IN_TEXT])
def test_broken_in_one_way(tmp_path: Path, old: str, new: str, expected: list[str]) -> None:
    assert sorted(told_of(tmp_path, old, new)) == sorted(NAME + message for message in expected)


@pytest.mark.parametrize(
    "text", ["Just text.\n", "--- id: x\n", "---\nid: foam-roller\n", "\n---\nid: foam-roller\n---\n"]
)
def test_no_front_matter(tmp_path: Path, text: str) -> None:
    answer, told = read(text, tmp_path)
    assert answer is None
    assert told == [
        f"{NAME}:1: has no front matter; begin with a line '---', the fields, and another line '---' (guide new ID lays one out)"
    ]


def test_front_matter_that_is_only_text(tmp_path: Path) -> None:
    assert read("---\njust words\n---\n", tmp_path) == (None, [f"{NAME}:2: {NOT_A_LIST_OF_LINES}"])


def test_broken_front_matter_names_the_line_of_the_file(tmp_path: Path) -> None:
    (told,) = told_of(tmp_path, "title: Foam rollers", 'title: "Foam rollers')
    assert told.startswith(f"{NAME}:") and "is not valid YAML" in told


def test_second_problem_is_found_beside_the_first(tmp_path: Path) -> None:
    broken = GOOD.replace("kind: self-care", "kind: none").replace("2. Roll", "5. Roll").replace("Second.", "")
    assert len(read(broken, tmp_path)[1]) == 3


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400))
def test_any_text_is_read_or_complained_of(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    answer, told = read(text, tmp_path_factory.getbasetemp())
    assert answer is not None or told


@given(
    front=st.lists(
        st.sampled_from(
            [*GOOD.split("---\n")[1].split("\n"), "x", "- y", "ask: 3", "review: [1]", "next: {a: b}", "  ? z", "~"]
        )
    ),
    body=st.lists(
        st.sampled_from([*GOOD.split("---\n")[2].split("\n"), "## ", "##", "## Steps:", "0. x", "1.", "[^a]", "# A"])
    ),
)
def test_any_mixture_of_lines_is_read_or_complained_of(
    tmp_path_factory: pytest.TempPathFactory, front: list[str], body: list[str]
) -> None:
    text = "---\n" + "\n".join(front) + "\n---\n" + "\n".join(body)
    answer, told = read(text, tmp_path_factory.getbasetemp())
    assert answer is not None or told
    if answer:
        assert all(1 <= part.line <= text.count("\n") + 1 for _, part in answer.spoken)
