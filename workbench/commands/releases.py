"""``guide releases``: what was published, by whom, when, and from which commit."""

from __future__ import annotations

import argparse

from workbench.publishing import ContentTable, Stored, bundle, models
from workbench.publishing.connection import add_connection
from workbench.publishing.origin import said
from workbench.publishing.stages import carry_out, print_notices


def add(parser: argparse.ArgumentParser) -> None:
    add_connection(parser)


def run(arguments: argparse.Namespace) -> int:
    return carry_out(arguments, lambda table: _list(table, arguments.stage))


def _list(table: ContentTable, stage: str) -> int:
    pointers = table.pointers()
    carried = bundle(table, stage)
    releases = table.releases()
    for stored in releases:
        marks = [
            f"on the air in {name}" for name, pointer in sorted(pointers.items()) if pointer.version == stored.version
        ]
        if carried and carried.version == stored.version:
            marks.append(f"carried by the function in {stage}")
        if stored.doomed:
            marks.append("being pruned; run guide prune again")
        print(_row(stored, marks))
    if not releases:
        print("Nothing was published yet.")
    if stage in pointers:
        print(f"\nOn the air in {stage}, the last first:")
        for move in pointers[stage].moves:
            print(f"  {move.version}  {move.kind:<8}  {said(move.origin)}")
    known = models(table, stage)
    if known.known:
        print(
            f"\nInteraction model of {stage}: deployed {known.deployed or '?'}, certified {known.certified or 'none recorded'}"
        )
    print_notices(table, stage)
    return 0


def _row(stored: Stored, marks: list[str]) -> str:
    marked = f"  ({'; '.join(marks)})" if marks else ""
    return f"{stored.version}  {stored.size / 1024:6,.0f} KB  {said(stored.origin)}{marked}"
