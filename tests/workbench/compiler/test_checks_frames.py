"""The forms of questions: what an editor is told about a list that would count wrong."""

from __future__ import annotations

import pytest

from tests.content_copies import ContentCopy
from workbench.compiler.checks.frames import MOST
from workbench.compiler.content import QUESTION_FRAMES


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("new: [Ponder me]", "'Ponder me' is not how the guide reads it; write 'ponder me'"),
        ("new: ['why?']", "'why?' is not how the guide reads it; write 'why'"),
        ("new: ['']", "'' has no words; take it out"),
        ("new: [one two three four five]", "'one two three four five' has 5 words; the most is 4. Shorten it"),
        ("new: [where]", "'where' stands in 'where' too; keep one"),
        ("new: [nope, nope]", "'nope' stands in 'new' too; keep one"),
        ("New Form: [nope]", "'New Form' is no name; use small letters and hyphens, as in what-is"),
        ("other: [nope]", "'other' is the guide's own name; choose another"),
        ("none: [nope]", "'none' is the guide's own name; choose another"),
    ],
)
def test_what_would_count_wrong(content_copy: ContentCopy, line: str, told: str) -> None:
    number = content_copy.append(QUESTION_FRAMES, line)
    assert content_copy.said(QUESTION_FRAMES, number, told) in content_copy.problems()


def test_more_forms_than_are_worth_their_money(content_copy: ContentCopy) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    content_copy.write(QUESTION_FRAMES, "\n".join(f"{one}: [nope {one}]" for one in letters[: MOST + 1]))
    told = f"has {MOST + 1} forms; the most is {MOST}, since each costs money. Join some"
    assert content_copy.problems() == [content_copy.said(QUESTION_FRAMES, 0, told)]
