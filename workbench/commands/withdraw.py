"""``guide withdraw``: take one answer off the air at once, in every release."""

from __future__ import annotations

import argparse

from workbench.cli import UsageError
from workbench.publishing import ContentTable, bundle, load, restore, withdraw, withdrawn
from workbench.publishing.connection import add_connection
from workbench.publishing.origin import origin, said
from workbench.publishing.stages import carry_out, print_notices


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Whoever asks for it hears that this part of the guide has just changed. Without an id, what is withdrawn is listed."
    parser.add_argument("id", nargs="?", help="the answer's id")
    parser.add_argument("--undo", action="store_true", help="let it be said again")
    add_connection(parser)


def run(arguments: argparse.Namespace) -> int:
    if arguments.undo and not arguments.id:
        raise UsageError("which answer? guide withdraw lists those that are off the air")
    return carry_out(arguments, lambda table: _withdraw(table, arguments))


def _withdraw(table: ContentTable, arguments: argparse.Namespace) -> int:
    answer, stage = arguments.id, arguments.stage
    off = withdrawn(table)
    if not answer:
        for name, by in sorted(off.items()):
            print(f"{name}  {said(by)}")
        if not off:
            print("No answer is withdrawn.")
    elif arguments.undo:
        if answer not in off:
            raise UsageError(f"'{answer}' is not withdrawn")
        restore(table, answer)
        print(f"{answer} is said again, within about a minute, by every release that has it.")
    else:
        _check(table, stage, answer)
        withdraw(table, answer, origin())
        print(f"{answer} is off the air, in every release; within about a minute nobody hears it.")
    print_notices(table, stage)
    return 0


def _check(table: ContentTable, stage: str, answer: str) -> None:
    """A mistyped id would take nothing off the air, and nobody would notice."""
    pointer, carried = table.pointer(stage), bundle(table, stage)
    known = set(carried.answers) if carried else set()
    if pointer:
        known |= load(table, pointer.version).release["answers"].keys()
    if known and answer not in known:
        raise UsageError(f"there is no answer '{answer}' on the air; the answers are {', '.join(sorted(known))}")
