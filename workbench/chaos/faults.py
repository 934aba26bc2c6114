"""What a content store can do wrong, and what the function's log calls it (docs/operations.md, "Store fallbacks")."""

from __future__ import annotations

import hashlib
import itertools
import json
import random
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from guide.release import SCHEMA, SECTIONS
from workbench.chaos.store import Behave, Door, Exchange, Item, honest

CHUNK_BYTES = 256 * 1024
_NOTHING = hashlib.sha256(b"").hexdigest()

# A read that was under way when everything came to a halt has been given some of its answer, and runs out of its time.
_HANGING = ("timeout", "unfinished")


class Fault(NamedTuple):
    """One way to misbehave."""

    name: str
    behave: Behave = honest
    door: Door = "open"
    logged: tuple[str, ...] = ()
    """What the log calls it: each word that is logged begins with one of these. Empty where anything may be said, or nothing."""
    may_follow: bool = False
    """True where what is published meanwhile may be read, sooner or later."""
    seconds: float = 2.1
    """How long it has to last to show."""
    in_lambda: bool = False
    """True for those that are tried in Lambda's runtime too."""
    publish_through: bool = False
    """True where it is the publisher whom it hits; else content is published behind the store's back."""


# It hangs.


def silent(exchange: Exchange) -> None:
    exchange.wait()


def half_an_answer(exchange: Exchange) -> None:
    _, body = exchange.real()
    exchange.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\n")
    exchange.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body[: len(body) // 2]))
    exchange.wait()


# It errs.


def refusing(status: int, code: str) -> Behave:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no"}).encode()
    return lambda exchange: exchange.answer(status, body)


def page(status: int) -> Behave:
    """As a proxy answers that has lost what stands behind it."""
    return lambda exchange: exchange.answer(status, b"<html><h1>Sorry!</h1></html>", "text/html")


def babbling() -> Behave:
    """An error of a new name each time; its name is no name, and long."""
    numbers = itertools.count()
    return lambda exchange: refusing(400, f'{next(numbers)}\n{{"forged": 1}}{"x" * 2000}')(exchange)


def hanging_up(exchange: Exchange) -> None:
    exchange.end()


def resetting(exchange: Exchange) -> None:
    exchange.reset()


def resetting_halfway(exchange: Exchange) -> None:
    _, body = exchange.real()
    exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body[: len(body) // 2]))
    exchange.reset()


# It drips.


def slow(exchange: Exchange) -> None:
    """Late, and right."""
    exchange.wait(0.4)
    honest(exchange)


def dripping_body(exchange: Exchange) -> None:
    _, body = exchange.real()
    exchange.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
    _drip(exchange, body)


def dripping_head(exchange: Exchange) -> None:
    _, body = exchange.real()
    _drip(exchange, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))


def _drip(exchange: Exchange, data: bytes) -> None:
    """A byte a second; somebody who waits a second for each is never sure that nothing comes."""
    for i in range(len(data)):
        exchange.write(data[i : i + 1])
        if not exchange.wait(0.9):
            return


# It lies.


def changed(partition: str, change: Callable[[Any], Any]) -> Behave:
    """Answers as ``change`` has it where an item of ``partition`` is read, and rightly else."""

    def behave(exchange: Exchange) -> None:
        if exchange.operation == "GetItem" and exchange.key[0].startswith(partition):
            exchange.answer_item(change(exchange.real_item()))
        else:
            honest(exchange)

    return behave


def raw(body: bytes, content_type: str = "application/x-amz-json-1.0") -> Behave:
    return lambda exchange: exchange.answer(200, body, content_type)


def wrong_crc(exchange: Exchange) -> None:
    status, body = exchange.real()
    exchange.answer(status, body, X_Amz_Crc32="1")


def about(change: Callable[[dict[str, Any]], object]) -> Behave:
    """Changes what the pointer says."""

    def changed_item(item: Any) -> Any:
        facts = json.loads(item["about"]["S"])
        change(facts)
        return {**item, "about": {"S": json.dumps(facts)}}

    return changed("stage", changed_item)


def points_at(**facts: Any) -> Behave:
    return about(lambda said: said.update(facts))


def chunks(change: Callable[[bytes], bytes], *, with_sum: bool = True) -> Behave:
    """Changes what the chunks hold; their own checksums fit, if ``with_sum``."""
    return changed("release#", lambda item: _chunk(change(_data(item)), None if with_sum else item))


def of_another_release(other: bytes) -> Behave:
    """The first chunk of ``other`` in place of every first chunk."""
    own = changed("release#", lambda item: _chunk(other[:CHUNK_BYTES]))
    return lambda exchange: (own if exchange.key[1] == "0000" else honest)(exchange)


def forged(data: bytes, **facts: Any) -> Behave:
    """Has ``data`` on the air, with every checksum right; ``facts`` replace what the pointer says of it."""
    pieces = [data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES)]
    sha256 = hashlib.sha256(data).hexdigest()
    said = {"version": sha256[:12], "sha256": sha256, "chunks": len(pieces), "schema": SCHEMA, **facts}
    items = [_chunk(piece) for piece in pieces]

    def behave(exchange: Exchange) -> None:
        partition, name = exchange.key
        if exchange.operation == "GetItem" and partition == "stage":
            exchange.answer_item({"about": {"S": json.dumps(said)}})
        elif exchange.operation == "GetItem" and partition.startswith("release#"):
            exchange.answer_item(items[int(name)] if int(name) < len(items) else None)
        else:
            honest(exchange)

    return behave


def gutted(release: Mapping[str, Any], *sections: str) -> bytes:
    """Return ``release`` with nothing in ``sections``."""
    return json.dumps({**release, **{section: {} for section in sections}, "version": "gutted"}).encode()


def _chunk(data: bytes, honest_item: Item | None = None) -> Item:
    import base64

    sha256 = honest_item["sha256"] if honest_item else {"S": hashlib.sha256(data).hexdigest()}
    return {"data": {"B": base64.b64encode(data).decode()}, "sha256": sha256}


def _data(item: Item) -> bytes:
    import base64

    return base64.b64decode(item["data"]["B"])


# It flaps, and goes away.


def flapping(others: tuple[Behave, ...]) -> Behave:
    """Honest every other time, on the whole; always the same sequence."""
    chance = random.Random(7)  # noqa: S311 - no secret

    def behave(exchange: Exchange) -> None:
        (honest if chance.random() < 0.5 else chance.choice(others))(exchange)

    return behave


def gone_at_write(number: int, *, after: bool) -> Behave:
    """Serves until somebody writes for the ``number``-th time: gone before that is done, or just ``after``."""
    writes = itertools.count(1)
    gone = threading.Event()

    def behave(exchange: Exchange) -> None:
        if exchange.operation in ("PutItem", "UpdateItem") and next(writes) == number:
            if after:
                exchange.real()
            gone.set()
        (resetting if gone.is_set() else honest)(exchange)

    return behave


def faults(older: bytes) -> list[Fault]:
    """Return every fault. ``older`` is a whole release that nothing points at."""
    release = json.loads(older)
    writes = -(-len(older) // CHUNK_BYTES) + 2  # chunks, the release, the pointer
    corrupted = ("corrupted",)
    single = [
        Fault("well", may_follow=True, in_lambda=True),
        Fault("hangs: accepts, says nothing", silent, logged=_HANGING, in_lambda=True),
        Fault("hangs: stops in mid-answer", half_an_answer, logged=_HANGING, in_lambda=True),
        Fault("hangs: nobody takes the connection", silent, "full", ("timeout", "unreachable"), in_lambda=True),
        Fault("errs: refuses the connection", resetting, "shut", ("unreachable",), in_lambda=True),
        Fault("errs: resets the connection", resetting, logged=("unreachable",)),
        Fault("errs: resets it in mid-answer", resetting_halfway, logged=("unreachable", "corrupted"), in_lambda=True),
        Fault("errs: hangs up", hanging_up, logged=("unreachable",)),
        Fault("errs: 500", refusing(500, "InternalServerError"), logged=("refused (InternalServerError)",), in_lambda=True),
        Fault("errs: 503 from a proxy", page(503), logged=("refused",)),
        Fault("errs: throttled", refusing(400, "ProvisionedThroughputExceededException"), logged=("throttled",), in_lambda=True),
        Fault("errs: access denied", refusing(400, "AccessDeniedException"), logged=("denied",)),
        Fault("errs: token expired", refusing(400, "ExpiredTokenException"), logged=("denied",)),
        Fault("errs: no such table", refusing(400, "ResourceNotFoundException"), logged=("no table",)),
        Fault("errs: ever new, endless names", babbling(), logged=("refused",)),
        Fault("drips: answers late", slow, logged=("unfinished",), may_follow=True, seconds=6.5),
        Fault("drips: a byte a second", dripping_body, logged=("unfinished",), seconds=6.5, in_lambda=True),
        Fault("drips: a byte a second, headers too", dripping_head, logged=("unfinished",), seconds=6.5),
        Fault("lies: a web page", raw(b"<html>Log in to the hotel's network</html>", "text/html"), logged=corrupted),
        Fault("lies: no item is one", raw(b'{"Item": [7]}'), logged=corrupted),
        Fault("lies: says nothing", raw(b"{}"), logged=corrupted, in_lambda=True),
        Fault("lies: the table is empty", changed("", lambda item: None), logged=("nothing published",)),
        Fault("lies: wrong CRC", wrong_crc, may_follow=True),
        Fault("lies: pointer is not JSON", changed("stage", lambda item: {"about": {"S": "{"}}), logged=corrupted),
        Fault("lies: pointer to nothing", points_at(version="f00f00f00f00"), logged=("incomplete",)),
        Fault("lies: schema of the future", points_at(schema=SCHEMA + 1), logged=("other schema",)),
        Fault("lies: a billion chunks", points_at(chunks=10**9), logged=corrupted),
        Fault("lies: no chunks", points_at(chunks=-1), logged=corrupted),
        Fault("lies: wrong sum of the whole", points_at(sha256=_NOTHING), logged=corrupted, in_lambda=True),
        Fault("lies: withdrawn is nonsense", changed("withdrawn", lambda item: {"about": {"S": "[7]"}}), logged=corrupted),
        Fault("lies: a chunk is missing", changed("release#", lambda item: None), logged=("incomplete",)),
        Fault("lies: wrong sum of a chunk", chunks(lambda data: data[::-1], with_sum=False), logged=corrupted),
        Fault("lies: half of each chunk", chunks(lambda data: data[: len(data) // 2]), logged=corrupted),
        Fault("lies: a chunk of another release", of_another_release(older), logged=corrupted),
        Fault("lies: another release under this name", forged(older, version="f00f00f00f00"), logged=corrupted),
        Fault("lies: an empty object, sums right", forged(b"{}"), logged=corrupted),
        Fault("lies: a list, sums right", forged(b"[]"), logged=corrupted),
        Fault("lies: brackets without end, sums right", forged(b"[" * 1_000_000), logged=corrupted),
        Fault("lies: 16 MB of numbers, sums right", forged(b'{"answers":[' + b"1," * (8 * 1024 * 1024 - 8) + b"1]}"), logged=(*corrupted, "timeout", "unfinished"), seconds=6.5, in_lambda=True),
        Fault("lies: a release with nothing in it, sums right", forged(gutted(release, *SECTIONS - {"schema"})), logged=corrupted),
        Fault("lies: a release without phrases, sums right", forged(gutted(release, "phrases")), logged=corrupted),
        Fault("lies: a release without warnings, sums right", forged(gutted(release, "warnings")), logged=corrupted),
        Fault("goes away before a chunk is written", gone_at_write(2, after=False), publish_through=True),
        Fault("goes away before the pointer moves", gone_at_write(writes, after=False), publish_through=True),
        Fault("goes away just after the pointer moved", gone_at_write(writes, after=True), publish_through=True, may_follow=True),
    ]  # fmt: skip
    behaviours = tuple(fault.behave for fault in single if fault.door == "open" and not fault.publish_through)
    return [
        *single,
        Fault("flaps between all of these", flapping(behaviours), may_follow=True, seconds=6.0, in_lambda=True),
    ]
