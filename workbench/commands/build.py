"""``guide build``: content → release and interaction models."""

from __future__ import annotations

import argparse
import sys

from workbench.cli import FOUND
from workbench.commands import progress
from workbench.compiler.build import build, stale_models
from workbench.compiler.content import ROOT
from workbench.compiler.problems import ContentError


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if a committed model is not what the content gives"
    )


def run(arguments: argparse.Namespace) -> int:
    if arguments.check:
        stale = stale_models(ROOT)
        for path in stale:
            print(
                f"{path.relative_to(ROOT)}: is not what the content gives; run guide build and commit it",
                file=sys.stderr,
            )
        return FOUND if stale else 0
    try:
        build(ROOT, progress)
    except ContentError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return FOUND
    return 0
