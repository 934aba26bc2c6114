"""Small releases, content tables to keep them in, and processes that publish and read them."""

from __future__ import annotations

import copy
import functools
import hashlib
import itertools
import os
import signal
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from typing import Any

import boto3
from botocore.config import Config

from guide.release import Release
from stores.dynamodb import PublishedRelease
from workbench.publishing import ContentTable, Origin, Package, canonical, pack, prunable, prune, publish

TABLE, STAGE = "content", "prod"
NOBODY = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_DEFAULT_REGION": "us-east-1"}

_ANSWERS = 6
_BYTES = 600_000
ORIGIN = Origin("Ann", "2026-11-21T10:00:00Z", "abc123")

# Writes of one publishing: three chunks, the release, the pointer.
WRITES = 5


def origin(minute: int) -> Origin:
    """Ann, some minutes after ten."""
    return ORIGIN._replace(when=f"2026-11-21T10:{minute:02d}:00Z")


@functools.cache
def _tiny() -> dict[str, Any]:
    """The real content cut down to a few answers; it compiles in a second."""
    # Imported here, since the processes below do not need what takes so long to import.
    from workbench.compiler.content import load_content
    from workbench.compiler.release import compile_release
    from workbench.compiler.training import train
    from workbench.compiler.warning_signs import compile_warning_signs

    content, _ = load_content()
    kept = {*list(content.answers)[:_ANSWERS], *content.roles.values()}
    content.answers = {answer: parts for answer, parts in content.answers.items() if answer in kept}
    signs = compile_warning_signs({**content.signs, "signs": content.signs["signs"][:2]})
    lines = [(line, answer.id) for answer in content.answers.values() for line in (*answer.ask[:3], *answer.topics[:2])]
    return compile_release(content, signs, train(lines, ["will it rain", "a song about cats"], content.hints()))


def release_data(edition: int = 0, **parts: Any) -> dict[str, Any]:
    """A release, all of whose text says which ``edition`` it is; it has three chunks. ``parts`` replace top-level parts."""
    data = copy.deepcopy(_tiny())
    for facts in data["answers"].values():
        facts["short"] = f"Edition {edition}. {facts['short']}"
        kept = [other for other in facts["next"] if other in data["answers"]]
        facts["next"] = kept or [other for other in data["answers"] if data["answers"][other] is not facts][:2]
    line = f"This is a line of edition {edition}."
    data["padding"] = [line] * max(1, (_BYTES - len(canonical(data))) // (len(line) + 3))
    data["edition"] = edition
    data |= parts
    del data["version"]
    data["version"] = hashlib.sha256(canonical(data)).hexdigest()[:12]
    return data


def release(edition: int = 0, **parts: Any) -> Release:
    return Release(release_data(edition, **parts))


@functools.cache
def package(edition: int = 0) -> Package:
    packed = pack(canonical(release_data(edition)))
    assert len(packed.chunks) == WRITES - 2
    return packed


def packed(data: dict[str, Any]) -> Package:
    return pack(canonical(data))


def edition_of(release: Release) -> int:
    """The edition that every part of ``release`` is of; fails on a mixture."""
    data = release._data
    edition = data["edition"]
    assert set(data["padding"]) == {f"This is a line of edition {edition}."}
    assert all(facts["short"].startswith(f"Edition {edition}.") for facts in data["answers"].values())
    assert pack(canonical(dict(data))).version == release.version
    return int(edition)


def new_client(endpoint: str | None = None) -> Any:
    config = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2, "mode": "standard"})
    keys = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nothing", "region_name": "us-east-1"}
    return _session().client("dynamodb", endpoint_url=endpoint, config=config, **keys)


@functools.cache
def _session() -> Any:
    """One for all clients, since it is slow to read what DynamoDB is the first time."""
    return boto3.session.Session()


def create_table(client: Any, name: str = TABLE) -> ContentTable:
    """Create a content table with the keys that template.yaml gives it."""
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 10})
    return ContentTable(client, name)


# What runs in processes of its own. They are forked from one that has made a client before.
new_client()


def die_at_write(client: Any, number: int, *, after: bool) -> None:
    """Let this process be killed at its write ``number``, from 1: before it is sent, or ``after`` it was done."""
    writes = itertools.count(1)

    def count(**_: Any) -> None:
        if next(writes) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    for operation in ("PutItem", "UpdateItem", "DeleteItem"):
        client.meta.events.register(f"{'after' if after else 'before'}-call.dynamodb.{operation}", count)


def publish_and_die(endpoint: str, name: str, package: Package, number: int, after: bool) -> None:
    """Publish ``package``, and be killed at a write; with number 0 live on."""
    client = new_client(endpoint)
    table = ContentTable(client, name)
    die_at_write(client, number, after=after)
    publish(table, STAGE, package, table.pointer(STAGE), ORIGIN)


def prune_and_die(endpoint: str, name: str, number: int) -> None:
    """Prune all but the newest release, and be killed at a write."""
    client = new_client(endpoint)
    table = ContentTable(client, name)
    die_at_write(client, number, after=False)
    for stored in prunable(table, 1):
        prune(table, stored)


def publish_at_once(endpoint: str, name: str, package: Package, start: Any, outcomes: Any) -> None:
    """Publish ``package`` at the moment at which all others do, and say how it went."""
    table = ContentTable(new_client(endpoint), name)
    seen = table.pointer(STAGE)
    start.wait()
    try:
        publish(table, STAGE, package, seen, ORIGIN)
        outcomes.put((package.version, "published"))
    except Exception as error:
        outcomes.put((package.version, type(error).__name__))


def read_until(endpoint: str, name: str, bundled: Package, ready: Event, stop: Event, found: Any) -> None:
    """Answer from the table as the function does until ``stop``, and once more; report the editions, and all trouble.

    A look that ``stop`` finds in the middle may have begun before the last edition was published; the one after it did not.
    """
    troubles: list[str] = []
    published = PublishedRelease(
        Release(bundled.release),
        name,
        STAGE,
        hold=20.0,
        connect=lambda: new_client(endpoint),
        clock=_minutes().__next__,
        count=lambda _, kind: troubles.append(kind),
    )
    last = published()
    editions: list[int] = []
    stopped = False
    try:
        while not stopped:
            stopped = stop.wait(0.01)
            answered_from = published()
            if answered_from is not last:
                editions.append(edition_of(answered_from))
                last = answered_from
            ready.set()
    except Exception as error:
        troubles.append(repr(error))
    found.put((editions, troubles))


def _minutes() -> Iterator[float]:
    """A clock on which a minute passes whenever somebody looks."""
    return itertools.count(1000.0, 60.0)
