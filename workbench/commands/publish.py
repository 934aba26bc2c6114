"""``guide publish``: put the content on the air, without a deploy."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli import FOUND
from workbench.commands import ensure_built
from workbench.publishing import ContentTable, Package, check_deployed, publish
from workbench.publishing.connection import add_connection
from workbench.publishing.origin import origin
from workbench.publishing.stages import add_yes, built, carry_out, confirmed, print_changes, print_notices


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Listeners hear it within about a minute. New answers and new ways to ask need a deploy first, since Alexa must know them."
    add_connection(parser)
    add_yes(parser)
    parser.add_argument(
        "--force", action="store_true", help="even if it needs an interaction model that is not deployed"
    )
    parser.add_argument(
        "--release", type=Path, metavar="FILE", help="publish this one (default: the content, compiled)"
    )


def run(arguments: argparse.Namespace) -> int:
    if not arguments.release:
        ensure_built()
    return carry_out(arguments, lambda table: _publish(table, built(arguments.release), arguments))


def _publish(table: ContentTable, package: Package, arguments: argparse.Namespace) -> int:
    stage = arguments.stage
    seen = table.pointer(stage)
    if not arguments.force:
        check_deployed(table, stage, package)
    if seen and seen.version == package.version:
        publish(table, stage, package, seen, origin())  # mends it, should anything of it be missing
        print(f"{stage} has {package.version} on the air already.")
        return 0
    print_changes(table, seen, package)
    if not confirmed(f"Publish {package.version} to {stage}?", yes=arguments.yes):
        print("Nothing was changed.")
        return FOUND
    publish(table, stage, package, seen, origin())
    print(f"{stage} has {package.version} on the air; within about a minute every listener hears it.")
    print_notices(table, stage)
    return 0
