"""``guide check``: everything that is wrong with the content, at once."""

from __future__ import annotations

import argparse
import datetime
from pathlib import Path

from workbench.cli import FOUND, UsageError
from workbench.compiler.build import compiled_signs
from workbench.compiler.checks import check_content
from workbench.compiler.checks.heard import check_heard
from workbench.compiler.content import ROOT, Content, load_content
from workbench.compiler.problems import Problems


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--strict", action="store_true", help="warnings count as errors; deploying uses this")
    parser.add_argument(
        "--today", metavar="DATE", help="the day to judge dates by, such as 2026-11-21 (default: today)"
    )


def every_problem(root: Path, today: datetime.date) -> tuple[Content, Problems]:
    """Return the content under ``root``, and what is wrong with it as seen on the day ``today``."""
    content, problems = load_content(root)
    problems.extend(check_content(content, today))
    signs = compiled_signs(content, problems)
    if not problems.errors:  # what is heard can only be tried on content that compiles
        problems.extend(check_heard(content, signs))
    return content, problems


def run(arguments: argparse.Namespace) -> int:
    try:
        today = datetime.date.fromisoformat(arguments.today) if arguments.today else datetime.date.today()
    except ValueError:
        raise UsageError(f"'{arguments.today}' is not a date; write it as 2026-11-21") from None
    content, problems = every_problem(ROOT, today)
    for problem in problems:
        print(problem)
    if problems.errors or (arguments.strict and problems):
        return FOUND
    parts = sum(len(answer.spoken) for answer in content.answers.values())
    lines = sum(len(answer.ask) for answer in content.answers.values())
    print(f"{len(content.answers)} answers, {parts} spoken parts, {lines:,} ask lines: nothing to mend.")
    return 0
