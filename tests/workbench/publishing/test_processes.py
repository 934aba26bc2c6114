"""The protocol in processes of their own, over HTTP: killed at every write, at once, and with readers all the while."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Iterator
from typing import Any

from guide.release import Release
from tests.content_tables import (
    ORIGIN,
    STAGE,
    WRITES,
    edition_of,
    origin,
    package,
    prune_and_die,
    publish_and_die,
    publish_at_once,
    read_until,
)
from workbench.publishing import ContentTable, load, prunable, prune, publish, roll_back

_SECONDS = 30
_READERS = 2

# Forked from a process that has imported everything, and has no threads.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["workbench", "tests.content_tables"])


def run(target: Any, *arguments: Any) -> int | None:
    """Run ``target`` in a process of its own; return how it ended."""
    process = processes.Process(target=target, args=arguments)
    process.start()
    process.join(_SECONDS)
    assert process.exitcode is not None
    return process.exitcode


@contextlib.contextmanager
def readers(endpoint: str, name: str) -> Iterator[list[list[int]]]:
    """Readers in processes of their own, for as long as the block; they give the editions that each of them saw."""
    stop, found = processes.Event(), processes.Queue()
    ready = [processes.Event() for _ in range(_READERS)]
    started = [
        processes.Process(target=read_until, args=(endpoint, name, package(0), one, stop, found)) for one in ready
    ]
    for process in started:
        process.start()
    seen: list[list[int]] = []
    try:
        assert all(one.wait(_SECONDS) for one in ready)
        yield seen
        stop.set()
        for _ in started:
            editions, troubles = found.get(timeout=_SECONDS)
            assert troubles == []
            seen.append(editions)
    finally:
        stop.set()
        for process in started:
            process.join(_SECONDS)
            process.kill()


def test_killed_at_every_write_with_readers_all_the_while(served_table: tuple[str, ContentTable]) -> None:
    endpoint, table = served_table
    publish(table, STAGE, package(1), None, ORIGIN)
    on_air, edition = 1, 1
    with readers(endpoint, table.name) as seen:
        # What there is after one write is what there is before the next.
        for number, after in (*((number, False) for number in range(1, WRITES + 1)), (WRITES, True)):
            edition += 1
            assert run(publish_and_die, endpoint, table.name, package(edition), number, after) == -signal.SIGKILL
            pointer = table.pointer(STAGE)
            assert pointer
            assert load(table, pointer.version) == package(edition if after else on_air)
            assert run(publish_and_die, endpoint, table.name, package(edition), 0, after) == 0
            pointer = table.pointer(STAGE)
            assert pointer
            assert load(table, pointer.version) == package(edition)
            on_air = edition
    for editions in seen:
        assert editions == sorted(editions)
        assert editions[-1] == edition


def test_of_publishers_at_once_one_wins_and_the_others_are_told(served_table: tuple[str, ContentTable]) -> None:
    endpoint, table = served_table
    publish(table, STAGE, package(1), None, ORIGIN)
    start, outcomes = processes.Barrier(3), processes.Queue()
    arguments = [(endpoint, table.name, package(edition), start, outcomes) for edition in (2, 3, 4)]
    with readers(endpoint, table.name) as seen:
        started = [processes.Process(target=publish_at_once, args=each) for each in arguments]
        for process in started:
            process.start()
        told = dict(outcomes.get(timeout=_SECONDS) for _ in started)
        for process in started:
            process.join(_SECONDS)
    assert sorted(told.values()) == ["ConflictError", "ConflictError", "published"]
    winner = next(edition for edition in (2, 3, 4) if told[package(edition).version] == "published")
    pointer = table.pointer(STAGE)
    assert pointer and pointer.serial == 2
    assert load(table, pointer.version) == package(winner)
    assert all(editions in ([1, winner], [winner]) for editions in seen)


def test_published_rolled_back_and_pruned_with_readers_all_the_while(served_table: tuple[str, ContentTable]) -> None:
    endpoint, table = served_table
    for edition in (1, 2, 3):
        publish(table, STAGE, package(edition), table.pointer(STAGE), origin(edition))
    with readers(endpoint, table.name):
        roll_back(table, STAGE, package(2).version, table.pointer(STAGE), ORIGIN)
        roll_back(table, STAGE, package(1).version, table.pointer(STAGE), ORIGIN)
        publish(table, STAGE, package(4), table.pointer(STAGE), origin(4))
        for stored in prunable(table, 1):
            assert prune(table, stored)
    left = {stored.version for stored in table.releases()}
    assert left == {package(4).version, package(1).version}
    pointer = table.pointer(STAGE)
    assert pointer and edition_of(Release(load(table, pointer.version).release)) == 4


def test_prune_killed_in_the_middle_is_finished_by_the_next(served_table: tuple[str, ContentTable]) -> None:
    endpoint, table = served_table
    for edition in (1, 2, 3):
        publish(table, STAGE, package(edition), table.pointer(STAGE), origin(edition))
    for number in range(1, 5):  # at the mark, at a chunk, at a later chunk, at the release itself
        assert run(prune_and_die, endpoint, table.name, number) == -signal.SIGKILL
    assert table.pointer(STAGE) is not None
    for stored in prunable(table, 1):
        prune(table, stored)
    assert {stored.version for stored in table.releases()} == {package(3).version, package(2).version}
    assert table.chunk_uploads(package(1).version) == []
