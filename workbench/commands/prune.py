"""``guide prune``: delete old releases from the content table."""

from __future__ import annotations

import argparse

from workbench.cli import FOUND, UsageError
from workbench.publishing import ContentTable, prunable, prune
from workbench.publishing.connection import add_connection
from workbench.publishing.origin import said
from workbench.publishing.stages import add_yes, carry_out, confirmed

_KEEP = 10


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "What is on the air in any stage, what would be rolled back to, and what the function carries stays in any case."
    parser.add_argument(
        "--keep", type=int, default=_KEEP, metavar="N", help="how many of the newest stay (default: %(default)s)"
    )
    add_connection(parser)
    add_yes(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.keep < 1:
        raise UsageError("--keep must be at least 1")
    return carry_out(arguments, lambda table: _prune(table, arguments))


def _prune(table: ContentTable, arguments: argparse.Namespace) -> int:
    old = prunable(table, arguments.keep)
    for stored in old:
        print(f"{stored.version}  {said(stored.origin)}")
    if not old:
        print("There is nothing to prune.")
        return 0
    if not confirmed(f"Delete {len(old)} of the releases in {table.name}?", yes=arguments.yes):
        print("Nothing was changed.")
        return FOUND
    for stored in old:
        if not prune(table, stored):
            print(f"{stored.version} went on the air meanwhile, and stays.")
    return 0
