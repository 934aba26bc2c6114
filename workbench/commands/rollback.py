"""``guide rollback``: put the release on the air that was there before."""

from __future__ import annotations

import argparse

from workbench.cli import FOUND, UsageError
from workbench.publishing import ContentTable, Pointer, check_deployed, load, release_before, roll_back
from workbench.publishing.connection import add_connection
from workbench.publishing.origin import origin
from workbench.publishing.stages import add_yes, carry_out, confirmed, full_version, print_changes, print_notices


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "It changes what is published, not what the function carries: that takes a deploy."
    parser.add_argument(
        "--to", metavar="VERSION", help="this release, or how its version begins (default: the one before)"
    )
    parser.add_argument(
        "--force", action="store_true", help="even if it needs an interaction model that is not deployed"
    )
    add_connection(parser)
    add_yes(parser)


def run(arguments: argparse.Namespace) -> int:
    return carry_out(arguments, lambda table: _roll_back(table, arguments))


def _roll_back(table: ContentTable, arguments: argparse.Namespace) -> int:
    stage = arguments.stage
    seen = table.pointer(stage)
    if seen is None:
        raise UsageError(f"nothing was published to {stage} yet")
    version = full_version(table, arguments.to) if arguments.to else _before(seen)
    package = load(table, version)
    if not arguments.force:
        check_deployed(table, stage, package)
    print_changes(table, seen, package)
    if not confirmed(f"Roll {stage} back to {version}?", yes=arguments.yes):
        print("Nothing was changed.")
        return FOUND
    roll_back(table, stage, version, seen, origin())
    print(f"{stage} has {version} on the air again; within about a minute every listener hears it.")
    print_notices(table, stage)
    return 0


def _before(seen: Pointer) -> str:
    version = release_before(seen)
    if not version:
        raise UsageError("there is no release before this one; say which with --to (guide releases lists them)")
    return version
