"""What the publishing commands have in common: a table, a stage, a question before anything changes, and what to know after."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from workbench.cli import FOUND, UsageError
from workbench.compiler.build import RELEASE
from workbench.compiler.content import ROOT
from workbench.publishing import (
    Bundle,
    ContentTable,
    Package,
    Pointer,
    PublishingError,
    bundle,
    load,
    pack,
    withdrawn,
)
from workbench.publishing.changes import changes
from workbench.publishing.connection import open_table, plainly

BUILT = "built"
"""Names the release that ``guide build`` wrote, where a version is asked for."""


def carry_out(arguments: argparse.Namespace, work: Callable[[ContentTable], int]) -> int:
    """Do ``work`` on the table that ``arguments`` name, and return the exit status; a refusal is printed."""
    table = open_table(arguments)
    try:
        with plainly(arguments):
            return work(table)
    except PublishingError as error:
        print(f"guide {arguments.command}: {error}", file=sys.stderr)
        return FOUND


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Declare ``--yes``."""
    parser.add_argument("--yes", action="store_true", help="do not ask first")


def confirmed(question: str, *, yes: bool) -> bool:
    """Return whether to go on; asks, unless ``yes``.

    Raises:
        UsageError: when there is nobody to ask.
    """
    if yes:
        return True
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        raise UsageError("there is nobody to ask; say --yes to do it without a question") from None


def built(path: Path | None = None) -> Package:
    """Return the release in ``path``, by default the one that ``guide build`` writes.

    Raises:
        UsageError: when it cannot be read.
    """
    path = path or ROOT / RELEASE
    try:
        return pack(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; guide build makes a release") from None


def find(table: ContentTable, name: str) -> Package:
    """Return the release that ``name`` means: a version or how it begins, a stage, or ``built``.

    Raises:
        UsageError: when it means none, or several.
    """
    if name == BUILT:
        return built()
    pointer = table.pointer(name)
    if pointer:
        return load(table, pointer.version)
    return load(table, full_version(table, name))


def full_version(table: ContentTable, name: str) -> str:
    """Return the version of the one stored release that begins with ``name``.

    Raises:
        UsageError: when it means none, or several.
    """
    found = [stored.version for stored in table.releases() if stored.version.startswith(name)]
    if not found:
        raise UsageError(f"there is no release '{name}'; guide releases lists them")
    if len(found) > 1:
        raise UsageError(f"'{name}' may mean {' or '.join(found)}; write more of it")
    return found[0]


def print_changes(table: ContentTable, pointer: Pointer | None, package: Package) -> None:
    """Print what ``package`` changes for listeners where ``pointer`` is now."""
    if pointer is None:
        print(f"Nothing is on the air here yet. {package.version} has {len(package.release['answers'])} answers.")
        return
    print(f"From {pointer.version} to {package.version}:")
    try:
        on_air = load(table, pointer.version).release
    except PublishingError as error:
        print(f"  (what is on the air cannot be compared: {error})")
        return
    for line in changes(on_air, package.release) or ["no difference"]:
        print(f"  {line}")


def notices(table: ContentTable, stage: str) -> Iterator[str]:
    """Yield what whoever runs the guide must know: where the function's own bundle still says something else."""
    pointer, carried = table.pointer(stage), bundle(table, stage)
    if pointer and carried and carried.version != pointer.version:
        yield (
            f"The function carries {carried.version}, not {pointer.version}: a cold start answers from that, and so does a function that cannot "
            f"read the table, until make deploy STAGE={stage} brings the new bundle."
        )
    yield from (
        f"{answer} is off the air in every release. {_in_bundle(answer, carried, stage)}" for answer in withdrawn(table)
    )


def _in_bundle(answer: str, carried: Bundle | None, stage: str) -> str:
    if carried and answer not in carried.answers:
        return f"The function's bundle does not say it either. To say it again: guide withdraw {answer} --undo --stage {stage}"
    return (
        "The function's bundle still has it: a cold start may say it until it has read the table, and so may a function "
        f"that cannot read it, until make deploy STAGE={stage}."
    )


def print_notices(table: ContentTable, stage: str) -> None:
    for notice in notices(table, stage):
        print(notice)
