"""Every gate that content passes before it is compiled. Each module's functions take all content and return problems.

``check_content`` runs them all; a problem that one gate finds never keeps another from looking.
"""

from __future__ import annotations

import datetime

from workbench.compiler.checks import care, frames, hearing, lines, phrases, places, references, review, speech
from workbench.compiler.content import Content
from workbench.compiler.problems import Problems


def check_content(content: Content, today: datetime.date) -> Problems:
    """Return what is wrong with ``content`` as seen on the day ``today``."""
    problems = Problems()
    for gate in (references, places, speech, care, lines, phrases, frames, hearing):
        problems.extend(gate.check(content))
    problems.extend(review.check(content, today))
    return problems
