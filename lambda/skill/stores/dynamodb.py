"""The published release, followed in the content table; nothing about the table can keep a listener from an answer.

The pointer is read by a thread of its own, at most once an interval. Lambda freezes the function between requests, in
the middle of anything: so no time is trusted but that which the next request reads from the clock; an attempt that
is not done when the next is due is given up, whatever it still returns; no connection is kept between attempts, since it
would be dead after a freeze; and chunks that were read are kept, so that an attempt goes on where the last one stopped.
A request that finds an attempt under way lends it ``HOLD_SECONDS``; without that, a function that is asked seldom would
be frozen again before it ever heard from the table. The first request after a start is not held up at all.

The layout of the table is that of ``lambda/publisher/content_table.py``.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from guide.conversation import take_turn
from guide.heard import Heard, Session
from guide.release import FALLBACK_LOCALE, SCHEMA, SECTIONS, Release
from json_lines import counted, write_line
from stores.pieces import read_object
from stores.withdrawn import Without

# How long a request may wait for an attempt, in seconds; with what it takes to wake up, below the 0.3 that are allowed.
HOLD_SECONDS = 0.2

_HELD_ONCE_SECONDS = 1.0

# To connect, and between two bytes, in seconds. DynamoDB takes a few thousandths.
TIMEOUT_SECONDS = 1.0

# A server that sends a byte a second holds an attempt for hours; no more than these are waited for at a time.
_MOST_LATE = 8

# Of 256 KB each, as in ``content_table.CHUNKS_MOST``; a pointer that says otherwise is not believed.
_MOST_CHUNKS = 256

METRIC = "StoreFallbacks"

# Only what is known is logged: a table that is not one could call its trouble anything.
_KNOWN = frozenset(("InternalServerError", "InternalFailure", "ServiceUnavailable", "ValidationException"))
_THROTTLED = frozenset(
    ("ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded", "SlowDown")
)


class Client(Protocol):
    """The part of boto3's DynamoDB client that is used."""

    def get_item(self, **arguments: Any) -> dict[str, Any]: ...
    def close(self) -> None: ...


class StoreTroubleError(Exception):
    """The table does not give a release; ``kind`` says why."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class _Pointed(NamedTuple):
    """What the pointer points at."""

    version: str
    sha256: str
    chunks: int


def connect() -> Client:
    """Return a client of boto3's that tries once, and not for long."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=TIMEOUT_SECONDS,
        read_timeout=TIMEOUT_SECONDS,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )
    client: Client = boto3.session.Session().client("dynamodb", config=config)
    return client


def log_fallback(stage: str, kind: str) -> None:
    """Write a line that says what kept the table from being read, and have CloudWatch count it."""
    facts = {"level": "WARNING", "event": "store", "trouble": kind, "stage": stage, METRIC: 1}
    write_line({**facts, "_aws": counted([["stage"]], METRIC)})


class PublishedRelease:
    """Gives the release that ``stage`` has on the air, as far as it is known: at first, and at worst, ``bundled``."""

    def __init__(
        self,
        bundled: Release,
        table: str,
        stage: str,
        withdrawn: Iterable[str] = (),
        *,
        interval: float = 60.0,
        hold: float = HOLD_SECONDS,
        connect: Callable[[], Client] = connect,
        clock: Callable[[], float] = time.time,
        count: Callable[[str, str], None] = log_fallback,
    ) -> None:
        self._bundled = bundled
        self._table = table
        self._stage = stage
        self._interval = interval
        self._hold = hold
        self._connect = connect
        self._clock = clock
        self._count = count
        self._lock = threading.Lock()
        self._whole = bundled
        self._withdrawn = frozenset(withdrawn)
        self._release = self._served(bundled, self._withdrawn)
        self._attempt: _Attempt | None = None
        self._late: list[_Attempt] = []
        self._held = 0.0
        self._unfinished = 0
        self.state = "bundled"
        """``bundled`` until the table was read, ``published`` when it was, ``behind`` when the last attempt failed."""
        self._client: Client | None = None
        # Chunks read so far of a release that is not complete yet, by its checksum.
        self._parts: tuple[str, dict[int, bytes]] = ("", {})

    def __call__(self) -> Release:
        """Return the release to answer from. Never raises; waits ``hold`` seconds at most."""
        with self._lock:
            attempt, now = self._attempt, self._clock()
            first = attempt is None
            if attempt is None or not 0 <= now - attempt.started < self._interval:
                attempt = self._begin(now)
            # A turn that fails asks for the release a second time, and is not held up twice.
            hold = not first and not attempt.done.is_set() and not 0 <= now - self._held < _HELD_ONCE_SECONDS
            if hold:
                self._held = now
        if hold:
            attempt.done.wait(self._hold)
        return self._release

    def prepare(self) -> None:
        """Do what takes processor time and no network ahead of the first request."""
        try:
            self._client = self._connect()
        except Exception as error:
            self._trouble(_kind(error))

    def _begin(self, now: float) -> _Attempt:
        """Start an attempt; the one before is given up if it still goes on."""
        before = [self._attempt] if self._attempt else []
        self._late = [one for one in (*self._late, *before) if not one.done.is_set()]
        crowded = len(self._late) >= _MOST_LATE
        if crowded or (before and before[0] in self._late):
            self._unfinished += 1
            # Once may well be a freeze, which is nobody's trouble.
            if self._unfinished > 1:
                self._trouble("unfinished")
        attempt = self._attempt = _Attempt(now)
        if crowded:
            attempt.done.set()
            return attempt
        try:
            threading.Thread(target=self._run, args=(attempt,), name="content", daemon=True).start()
        except RuntimeError:  # there is no thread to be had
            attempt.done.set()
            self._trouble("no thread")
        return attempt

    def _run(self, attempt: _Attempt) -> None:
        try:
            self._refresh(attempt)
        except Exception as error:  # whatever it is, the listener gets the last good release
            if attempt is self._attempt:
                self._unfinished = 0
                self._trouble(_kind(error))
        finally:
            attempt.done.set()

    def _refresh(self, attempt: _Attempt) -> None:
        client = self._client or self._connect()
        self._client = client
        try:
            withdrawn = self._read_withdrawn(client)
            # At once, even if the pointer cannot be read; but nothing comes back from a table that may have been emptied.
            self._adopt(attempt, self._whole, self._withdrawn | withdrawn)
            whole = self._read_release(client, self._read_pointer(client))
        finally:
            client.close()
        self._adopt(attempt, whole, withdrawn)
        if attempt is self._attempt:
            self._recovered()

    def _adopt(self, attempt: _Attempt, whole: Release, withdrawn: frozenset[str]) -> None:
        if whole is self._whole and withdrawn == self._withdrawn:
            return
        release = self._served(whole, withdrawn)
        _prove(release)
        with self._lock:
            if attempt is self._attempt:
                self._whole, self._withdrawn, self._release = whole, withdrawn, release

    def _served(self, whole: Release, withdrawn: frozenset[str]) -> Release:
        return Without(whole, withdrawn) if any(answer in whole.answers for answer in withdrawn) else whole

    # Reading the table.

    def _read_withdrawn(self, client: Client) -> frozenset[str]:
        item = self._get(client, "withdrawn", "answers")
        return frozenset(json.loads(item["about"]["S"])["answers"]) if item else frozenset()

    def _read_pointer(self, client: Client) -> _Pointed:
        item = self._get(client, "stage", self._stage)
        if not item:
            raise StoreTroubleError("nothing published")
        facts = json.loads(item["about"]["S"])
        if facts["schema"] != SCHEMA:
            raise StoreTroubleError("other schema")
        pointed = _Pointed(facts["version"], facts["sha256"], facts["chunks"])
        if not 0 < pointed.chunks <= _MOST_CHUNKS:
            raise StoreTroubleError("corrupted")
        return pointed

    def _read_release(self, client: Client, pointed: _Pointed) -> Release:
        for known in (self._whole, self._bundled):
            if known.version == pointed.version:
                return known
        if self._parts[0] != pointed.sha256:
            self._parts = (pointed.sha256, {})
        parts = self._parts[1]
        for number in range(pointed.chunks):
            if number not in parts:
                parts[number] = self._read_chunk(client, pointed.version, number)
        self._parts = ("", {})
        data = b"".join(parts[number] for number in range(pointed.chunks))
        if hashlib.sha256(data).hexdigest() != pointed.sha256:
            raise StoreTroubleError("corrupted")
        sections = read_object(data)
        release = Release(sections)
        if release.version != pointed.version or not all(sections[name] for name in SECTIONS):
            raise StoreTroubleError("corrupted")
        return release

    def _read_chunk(self, client: Client, version: str, number: int) -> bytes:
        item = self._get(client, f"release#{version}", f"{number:04d}")
        if not item:
            raise StoreTroubleError("incomplete")
        data = bytes(item["data"]["B"])
        if hashlib.sha256(data).hexdigest() != item["sha256"]["S"]:
            raise StoreTroubleError("corrupted")
        return data

    def _get(self, client: Client, pk: str, sk: str) -> Mapping[str, Any] | None:
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        found = client.get_item(TableName=self._table, Key=key, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
        # boto3 takes an answer that is cut off, or is no JSON, for one without an item. But DynamoDB always says what
        # it cost; without that, nobody has said that there is none, and what is withdrawn stays so.
        if "ConsumedCapacity" not in found:
            raise StoreTroubleError("corrupted")
        item: Mapping[str, Any] | None = found.get("Item")
        return item

    # Saying so.

    def _trouble(self, kind: str) -> None:
        """Log and count a fallback. No listener's word is near."""
        self.state = "behind"
        self._count(self._stage, kind)

    def _recovered(self) -> None:
        self._unfinished = 0
        self.state = "published"


class _Attempt:
    """One look at the table."""

    def __init__(self, started: float) -> None:
        self.started = started
        self.done = threading.Event()


def _prove(release: Release) -> None:
    """Take a turn with ``release``: what cannot be spoken is not put on the air. It also reads what is read only once."""
    reply, _ = take_turn(
        release, Session(new=True, locale=FALLBACK_LOCALE), None, Heard("text", text="what is a back spasm")
    )
    if not reply.speech.strip():
        raise StoreTroubleError("corrupted")


def _kind(error: Exception) -> str:
    """Return in a word or two what kept the release from being read."""
    if isinstance(error, StoreTroubleError):
        return error.kind
    if isinstance(error, ImportError):
        return "no boto3"
    names = {base.__name__ for base in type(error).__mro__}
    if "ClientError" in names:
        return _refusal(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if names & {"ConnectTimeoutError", "ReadTimeoutError"}:
        return "timeout"
    if names & {"HTTPClientError", "ConnectionError"}:
        return "unreachable"
    if "BotoCoreError" in names:
        return f"not set up ({type(error).__name__})"
    return f"corrupted ({type(error).__name__})"


def _refusal(code: str) -> str:
    if code in _THROTTLED:
        return "throttled"
    if code == "ResourceNotFoundException":
        return "no table"
    return (
        "denied"
        if "Denied" in code or "Token" in code or "Signature" in code
        else f"refused ({code if code in _KNOWN else 'other'})"
    )
