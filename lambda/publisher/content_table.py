"""The content table: how releases and what points at them lie in DynamoDB, one read or write at a time.

Every item has the key ``pk`` and ``sk`` (both strings) and, but for chunks, its facts as JSON in ``about``:

======================  =============  =====================================================================
pk                      sk             what
======================  =============  =====================================================================
``release#<version>``   ``0000`` …     a chunk of a release: ``data``, its ``sha256``, and who uploaded it
``release``             ``<version>``  a release that is whole; written after all of its chunks
``stage``               ``<stage>``    the pointer: which release is on the air, and what was before
``bundle``              ``<stage>``    which release the deployed function carries with it
``model``               ``<stage>``    which interaction models were deployed and certified
``withdrawn``           ``answers``    answers that are off the air in every release
======================  =============  =====================================================================

``stores.dynamodb`` reads pointers, chunks and the withdrawn answers in the function; it must agree with this module.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

# An item may have 400 KB (DynamoDB's limit), names and keys included.
CHUNK_BYTES = 256 * 1024

# What a function follows: 64 MB, twice what 10,000 answers need. It reads a release into memory as a whole (docs/performance.md).
CHUNKS_MOST = 256

# Moves of a stage's pointer that it remembers; the item stays below 4 KB, which is one unit to read.
MOVES_KEPT = 16

_CHANGE_TRIES = 5

Item = dict[str, Any]


class PublishingError(Exception):
    """What was asked for was not done; the message says why, and what to do."""


class ConflictError(PublishingError):
    """Somebody else was faster; nothing was changed."""


class BrokenReleaseError(PublishingError):
    """A stored release cannot be read back whole."""


class Origin(NamedTuple):
    """Where a change comes from; none of it is required."""

    who: str = ""
    when: str = ""
    """UTC, as ``2026-11-21T10:02:00Z``."""
    commit: str = ""


class Package(NamedTuple):
    """A release, ready to be stored."""

    version: str
    schema: int
    model: str
    """Digest of the interaction model that the release needs; "" when it does not say."""
    data: bytes
    """The release's JSON: compact, keys in order, so that one version is always the same bytes."""

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def chunks(self) -> list[bytes]:
        return [self.data[start : start + CHUNK_BYTES] for start in range(0, len(self.data), CHUNK_BYTES)]

    @property
    def release(self) -> dict[str, Any]:
        release: dict[str, Any] = json.loads(self.data)
        return release


class Stored(NamedTuple):
    """A release that is in the table."""

    version: str
    schema: int
    model: str
    sha256: str
    size: int
    """In bytes."""
    chunks: int
    origin: Origin
    upload: str
    """Marks the chunks of one upload."""
    doomed: str
    """Not empty while it is being pruned."""


class Move(NamedTuple):
    """One move of a stage's pointer."""

    version: str
    kind: str
    """``publish``, ``rollback`` or ``deploy``."""
    origin: Origin


class Pointer(NamedTuple):
    """Which release a stage has on the air."""

    version: str
    serial: int
    """Counts the moves."""
    token: str
    """Tells one's own move from somebody else's."""
    moves: tuple[Move, ...]
    """The last first; the first is the one that put ``version`` on the air."""


class ContentTable:
    """One content table, over a DynamoDB client of boto3's. Reads are consistent; errors are botocore's."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self.name = name

    # Releases.

    def release(self, version: str) -> Stored | None:
        """Return what is stored of the release ``version``; None where it never became whole."""
        item = self._get("release", version)
        return _stored(item) if item else None

    def releases(self) -> list[Stored]:
        """Return every release, the newest first."""
        found = [_stored(item) for item in self._query("release")]
        return sorted(found, key=lambda stored: (stored.origin.when, stored.version), reverse=True)

    def put_release(self, package: Package, origin: Origin) -> Stored:
        """Store ``package``: its chunks first, then the item that makes it a release.

        Raises:
            PublishingError: when it is bigger than a function would follow.
        """
        upload, chunks = uuid.uuid4().hex, package.chunks
        if len(chunks) > CHUNKS_MOST:
            size, most = len(package.data) / 1e6, CHUNKS_MOST * CHUNK_BYTES / 1e6
            raise PublishingError(
                f"release {package.version} has {size:.0f} MB, and functions follow at most {most:.0f}; "
                "take something out of the content, then run it again (docs/performance.md)"
            )
        for number, data in enumerate(chunks):
            key = _key(chunk_partition(package.version), chunk_name(number))
            checksum = {"S": hashlib.sha256(data).hexdigest()}
            self._put({**key, "data": {"B": data}, "sha256": checksum, "upload": {"S": upload}})
        stored = Stored(
            package.version,
            package.schema,
            package.model,
            package.sha256,
            len(package.data),
            len(chunks),
            origin,
            upload,
            "",
        )
        about = {"schema": stored.schema, "model": stored.model, "sha256": stored.sha256, "size": stored.size}
        about |= {"chunks": stored.chunks, "origin": origin._asdict()}
        item = {**_key("release", package.version), "upload": {"S": upload}, "about": _json(about)}
        self._put(item)
        return stored

    def read_release(self, stored: Stored) -> Package:
        """Read ``stored`` back.

        Raises:
            BrokenReleaseError: when a chunk is missing or is not what was written.
        """
        parts = []
        for number in range(stored.chunks):
            item = self._get(chunk_partition(stored.version), chunk_name(number))
            if not item:
                raise BrokenReleaseError(f"release {stored.version}: chunk {number} is missing")
            parts.append(bytes(item["data"]["B"]))
        data = b"".join(parts)
        if hashlib.sha256(data).hexdigest() != stored.sha256:
            raise BrokenReleaseError(f"release {stored.version} is not what was written (its checksum differs)")
        return Package(stored.version, stored.schema, stored.model, data)

    def chunk_uploads(self, version: str) -> list[tuple[str, str]]:
        """Return the name of each chunk of ``version`` that is there, with the mark of its upload."""
        names = {"#upload": "upload", "#sk": "sk"}
        options = {"ProjectionExpression": "#sk, #upload", "ExpressionAttributeNames": names}
        return [(item["sk"]["S"], item["upload"]["S"]) for item in self._query(chunk_partition(version), **options)]

    def delete_chunk(self, version: str, name: str, upload: str) -> None:
        """Delete a chunk, unless it was uploaded again since."""
        key = _key(chunk_partition(version), name)
        self._delete(key, "upload", upload)

    def doom(self, stored: Stored) -> str:
        """Mark a release as going; return the mark.

        Raises:
            ConflictError: when it was uploaded again since it was read.
        """
        mark = uuid.uuid4().hex
        done = self._update(
            _key("release", stored.version), "SET doomed = :new", "upload = :upload", new=mark, upload=stored.upload
        )
        if not done:
            raise ConflictError(f"release {stored.version} was published again just now; it was left as it is")
        return mark

    def spare(self, version: str, mark: str) -> None:
        """Take the mark off a release again; what was uploaded since has none."""
        self._update(_key("release", version), "REMOVE doomed", "doomed = :mark", mark=mark)

    def delete_release(self, version: str, mark: str) -> None:
        """Delete the item that makes a release, unless it was uploaded again since ``mark``."""
        self._delete(_key("release", version), "doomed", mark)

    # Pointers.

    def pointer(self, stage: str) -> Pointer | None:
        """Return the pointer of ``stage``; None while nothing was published there."""
        item = self._get("stage", stage)
        return _pointer(item) if item else None

    def pointers(self) -> dict[str, Pointer]:
        """Return the pointer of every stage."""
        return {item["sk"]["S"]: _pointer(item) for item in self._query("stage")}

    def put_pointer(self, stage: str, stored: Stored, seen: Pointer | None, kind: str, origin: Origin) -> Pointer:
        """Put ``stored`` on the air: one write, which only succeeds while the pointer is the one that was ``seen``.

        Raises:
            ConflictError: when somebody else moved it meanwhile.
        """
        token = uuid.uuid4().hex
        moves = (Move(stored.version, kind, origin), *(seen.moves if seen else ()))[:MOVES_KEPT]
        moved = Pointer(stored.version, seen.serial + 1 if seen else 1, token, moves)
        about = {"version": stored.version, "sha256": stored.sha256, "chunks": stored.chunks, "size": stored.size}
        about |= {"schema": stored.schema, "model": stored.model, "token": token}
        about["moves"] = [{**move.origin._asdict(), "version": move.version, "kind": move.kind} for move in moves]
        item = {**_key("stage", stage), "serial": {"N": str(moved.serial)}, "about": _json(about)}
        if self._put_serial(item, seen.serial if seen else 0):
            return moved
        now = self.pointer(stage)
        if now and now.token == token:  # the write was done, only its answer was lost, and it was tried again
            return now
        raise ConflictError(f"somebody else published to {stage} meanwhile: {_last_move(now)}")

    # What is known of the function and of Alexa.

    def facts(self, kind: str, name: str) -> dict[str, Any]:
        """Return the facts of the item ``kind``, ``name``: ``bundle``, ``model`` or ``withdrawn``; empty if there is none."""
        item = self._get(kind, name)
        return _about(item) if item else {}

    def change_facts(self, kind: str, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Replace the facts of an item by what ``change`` makes of them, and return them.

        Raises:
            ConflictError: when others keep changing it at the same time.
        """
        for _ in range(_CHANGE_TRIES):
            item = self._get(kind, name)
            serial = int(item["serial"]["N"]) if item else 0
            facts = change(_about(item) if item else {})
            changed = {**_key(kind, name), "serial": {"N": str(serial + 1)}, "about": _json(facts)}
            if self._put_serial(changed, serial):
                return facts
        raise ConflictError("others are changing the same thing at the same time; try again in a moment")

    # DynamoDB.

    def _get(self, pk: str, sk: str) -> Item | None:
        found = self._client.get_item(TableName=self.name, Key=_key(pk, sk), ConsistentRead=True)
        item: Item | None = found.get("Item")
        return item

    def _query(self, pk: str, **options: Any) -> Iterator[Item]:
        asked = {"TableName": self.name, "ConsistentRead": True, "KeyConditionExpression": "pk = :pk", **options}
        asked["ExpressionAttributeValues"] = {":pk": {"S": pk}}
        while True:
            found = self._client.query(**asked)
            yield from found["Items"]
            if "LastEvaluatedKey" not in found:
                return
            asked["ExclusiveStartKey"] = found["LastEvaluatedKey"]

    def _put(self, item: Item) -> None:
        self._client.put_item(TableName=self.name, Item=item)

    def _put_serial(self, item: Item, serial: int) -> bool:
        """Put ``item`` if the one that is there has ``serial`` (0: there is none)."""
        options: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if serial:
            options["ConditionExpression"] = "#serial = :serial"
            options["ExpressionAttributeNames"] = {"#serial": "serial"}
            options["ExpressionAttributeValues"] = {":serial": {"N": str(serial)}}
        return self._only_if(self._client.put_item, Item=item, **options)

    def _update(self, key: Item, expression: str, condition: str, **values: str) -> bool:
        named = {f":{name}": {"S": value} for name, value in values.items()}
        options = {"UpdateExpression": expression, "ConditionExpression": condition, "ExpressionAttributeValues": named}
        return self._only_if(self._client.update_item, Key=key, **options)

    def _delete(self, key: Item, attribute: str, value: str) -> bool:
        named = {"ExpressionAttributeNames": {"#is": attribute}, "ExpressionAttributeValues": {":value": {"S": value}}}
        return self._only_if(self._client.delete_item, Key=key, ConditionExpression="#is = :value", **named)

    def _only_if(self, write: Callable[..., Any], **arguments: Any) -> bool:
        """Carry out a conditional write; False when its condition does not hold."""
        try:
            write(TableName=self.name, **arguments)
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True


def chunk_partition(version: str) -> str:
    """Return the partition that holds the chunks of ``version``."""
    return f"release#{version}"


def chunk_name(number: int) -> str:
    """Return the sort key of chunk ``number``, from 0."""
    return f"{number:04d}"


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _json(facts: Mapping[str, Any]) -> Item:
    return {"S": json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True)}


def _about(item: Item) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(item["about"]["S"])
    return facts


def _stored(item: Item) -> Stored:
    facts = _about(item)
    return Stored(
        item["sk"]["S"],
        facts["schema"],
        facts["model"],
        facts["sha256"],
        facts["size"],
        facts["chunks"],
        Origin(**facts["origin"]),
        item["upload"]["S"],
        item.get("doomed", {}).get("S", ""),
    )


def _pointer(item: Item) -> Pointer:
    facts = _about(item)
    moves = tuple(
        Move(move["version"], move["kind"], Origin(move["who"], move["when"], move["commit"]))
        for move in facts["moves"]
    )
    return Pointer(facts["version"], int(item["serial"]["N"]), facts["token"], moves)


def _last_move(pointer: Pointer | None) -> str:
    if pointer is None:
        return "its pointer is gone"
    origin = pointer.moves[0].origin
    by = f" by {origin.who}" if origin.who else ""
    return f"it has {pointer.version} now ({pointer.moves[0].kind}{by}, {origin.when}). Nothing of yours is on the air. See guide diff, then run it again"
