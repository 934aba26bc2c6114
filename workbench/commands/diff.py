"""``guide diff``: what differs between two releases."""

from __future__ import annotations

import argparse

from workbench.commands import ensure_built
from workbench.publishing import ContentTable
from workbench.publishing.changes import changes
from workbench.publishing.connection import add_connection
from workbench.publishing.stages import BUILT, carry_out, find


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = f"A and B are versions (or how they begin), stages (what is on the air there), or '{BUILT}': the content as it is here."
    parser.add_argument("a", metavar="A", nargs="?", help="from this release (default: what is on the air)")
    parser.add_argument("b", metavar="B", nargs="?", default=BUILT, help="to this one (default: %(default)s)")
    add_connection(parser)


def run(arguments: argparse.Namespace) -> int:
    if BUILT in (arguments.a, arguments.b):
        ensure_built()
    return carry_out(arguments, lambda table: _differ(table, arguments.a or arguments.stage, arguments.b))


def _differ(table: ContentTable, a: str, b: str) -> int:
    for line in changes(find(table, a).release, find(table, b).release) or ["no difference"]:
        print(line)
    return 0
