"""The words that the guide listens by: what an editor is told about one that would never be heard."""

from __future__ import annotations

import pytest

from tests.content_copies import ContentCopy
from workbench.compiler.content import HEARING

WRONG = "is not one word as the guide reads it: small letters, no spaces"


@pytest.mark.parametrize(
    ("listed", "line", "told"),
    [
        ("subject: [Back]\nquestions: [what]", 1, f"'Back' {WRONG}"),
        ("subject: [lower back]\nquestions: [what]", 1, f"'lower back' {WRONG}"),
        ("subject: [back]\nquestions: ['']", 2, f"'' {WRONG}"),
        ("subject: [back]\nquestions: [what, what]", 2, "'what' stands in 'questions' twice; keep one"),
        (
            "subject: [back]\nquestions: [what]\nmore: [a]",
            3,
            "unknown part 'more'; the parts are subject, not_after, questions, tellers, terms",
        ),
        ("subject: [back]", 0, "has no words under 'questions'; see the comment at the top of the file"),
        ("subject: []\nquestions: [what]", 0, "has no words under 'subject'; see the comment at the top of the file"),
    ],
)
def test_words_that_would_never_be_heard(content_copy: ContentCopy, listed: str, line: int, told: str) -> None:
    content_copy.write(HEARING, f"{listed}\nnot_after: [come]\ntellers: [my]\nterms: [spasm]\n")
    assert content_copy.problems() == [content_copy.said(HEARING, line, told)]
