"""How content goes on the air and off it again, by whichever publisher: the ``guide`` command or a deploy.

A release is written whole before anything points at it, and is read back before the pointer moves. The pointer moves in
one conditional write. So whoever is killed at any moment leaves the old release on the air, or the new one, complete;
and running the same again finishes.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from content_table import BrokenReleaseError, ContentTable, Origin, Package, Pointer, PublishingError, Stored

VERSION_DIGITS = 12


class NotAReleaseError(PublishingError):
    """The bytes are not a release as ``guide build`` writes it."""


class RefusedError(PublishingError):
    """It would not do what the publisher thinks; the message says what to do first."""


class Published(NamedTuple):
    """What publishing did."""

    pointer: Pointer
    moved: bool
    """False when the release was on the air already, or the pointer was left where it is."""


def now() -> str:
    """Return the time as ``Origin.when`` has it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical(release: dict[str, Any]) -> bytes:
    """Return ``release`` as it is stored and hashed: compact JSON, keys in order."""
    return json.dumps(release, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def pack(data: bytes) -> Package:
    """Return the release in ``data``, the JSON that ``guide build`` wrote.

    Raises:
        NotAReleaseError: when it is not JSON, or its version is not the hash of the rest.
    """
    try:
        release = json.loads(data)
        release.pop("contents", None)  # where the sections are in the file; guide.sections reads it
        version, schema = release["version"], release["schema"]
        rest = {name: value for name, value in release.items() if name != "version"}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise NotAReleaseError("this is not a release; guide build makes one") from None
    if hashlib.sha256(canonical(rest)).hexdigest()[:VERSION_DIGITS] != version:
        raise NotAReleaseError(f"release {version} was changed after it was built; run guide build again")
    return Package(version, schema, release.get("model", ""), canonical(release))


def store(table: ContentTable, package: Package, origin: Origin) -> Stored:
    """Write ``package``, unless it is there already and can be read back.

    Raises:
        BrokenReleaseError: when what was written cannot be read back.
    """
    there = table.release(package.version)
    if there and not there.doomed and there.sha256 == package.sha256:
        try:
            table.read_release(there)
            return there
        except BrokenReleaseError:
            pass
    stored = table.put_release(package, origin)
    table.read_release(stored)
    return stored


def publish(
    table: ContentTable, stage: str, package: Package, seen: Pointer | None, origin: Origin, kind: str = "publish"
) -> Published:
    """Put ``package`` on the air in ``stage``, where the publisher has ``seen`` the pointer.

    Raises:
        ConflictError: when the pointer is no longer the one that was seen; it is left as it is.
        BrokenReleaseError: when what was written cannot be read back; the pointer is left as it is.
    """
    stored = store(table, package, origin)
    current = table.pointer(stage)
    if current and current.version == package.version:
        return Published(current, False)
    moved = table.put_pointer(stage, stored, seen, kind, origin)
    # Somebody may have begun to prune this release before it was pointed at: then it is written once more. (A prune
    # marks the release before it reads the pointers, and this moves the pointer before it reads the mark.)
    store(table, package, origin)
    return Published(moved, True)


def roll_back(table: ContentTable, stage: str, version: str, seen: Pointer | None, origin: Origin) -> Published:
    """Put the stored release ``version`` on the air in ``stage`` again.

    Raises:
        RefusedError: when there is no such release.
        BrokenReleaseError: when it cannot be read back whole.
        ConflictError: when the pointer is no longer the one that was seen.
    """
    return publish(table, stage, load(table, version), seen, origin, "rollback")


def load(table: ContentTable, version: str) -> Package:
    """Return the stored release ``version``.

    Raises:
        RefusedError: when there is no such release.
        BrokenReleaseError: when it cannot be read back whole.
    """
    stored = table.release(version)
    if stored is None:
        raise RefusedError(f"there is no release {version}; guide releases lists them")
    return table.read_release(stored)


def release_before(pointer: Pointer) -> str:
    """Return the release that was on the air before the one that is: where a rollback goes; "" when there is none known.

    Rolling back twice goes back twice: what was rolled back to counts from when it was first put on the air.
    """
    moves = list(pointer.moves)
    own = [i for i, move in enumerate(moves) if move.version == pointer.version and move.kind != "rollback"]
    start = own[0] if own else 0
    return next((move.version for move in moves[start:] if move.version != pointer.version), "")


# Pruning.


def prunable(table: ContentTable, keep: int) -> list[Stored]:
    """Return the releases that may go: all but the ``keep`` newest and those that something still needs.

    What a stage has on the air, what it would roll back to, and what its function carries is needed.
    """
    needed = set()
    for stage, pointer in table.pointers().items():
        needed |= {pointer.version, release_before(pointer), table.facts("bundle", stage).get("version", "")}
    releases = table.releases()
    whole = [stored for stored in releases if not stored.doomed]
    kept = needed | {stored.version for stored in whole[:keep]}
    return [stored for stored in releases if stored.version not in kept]


def prune(table: ContentTable, stored: Stored) -> bool:
    """Delete one release; False when it went on the air meanwhile, and stays.

    Raises:
        ConflictError: when it is being published again at this moment.
    """
    chunks = table.chunk_uploads(stored.version)
    mark = table.doom(stored)
    if any(pointer.version == stored.version for pointer in table.pointers().values()):
        table.spare(stored.version, mark)
        return False
    for name, upload in chunks:
        table.delete_chunk(stored.version, name, upload)
    table.delete_release(stored.version, mark)
    return True


# Withdrawing.


def withdrawn(table: ContentTable) -> dict[str, Origin]:
    """Return the answers that are off the air in every release, and who took them off."""
    answers = table.facts("withdrawn", "answers").get("answers", {})
    return {answer: Origin(**origin) for answer, origin in answers.items()}


def withdraw(table: ContentTable, answer: str, origin: Origin) -> None:
    """Take ``answer`` off the air in every release and every stage of this table."""

    def add(facts: dict[str, Any]) -> dict[str, Any]:
        return {"answers": {answer: origin._asdict(), **facts.get("answers", {})}}

    table.change_facts("withdrawn", "answers", add)


def restore(table: ContentTable, answer: str) -> None:
    """Let ``answer`` be said again."""

    def remove(facts: dict[str, Any]) -> dict[str, Any]:
        return {"answers": {name: origin for name, origin in facts.get("answers", {}).items() if name != answer}}

    table.change_facts("withdrawn", "answers", remove)


# What a deploy does and knows.


class Models(NamedTuple):
    """Digests of the interaction models that Alexa has for a stage; "" while nothing is recorded."""

    deployed: str
    """The one in Alexa's development stage."""
    certified: str
    """The one that Alexa certified, and serves to everybody."""
    earlier: tuple[str, ...]
    """Those deployed or certified before, the last first."""

    @property
    def known(self) -> set[str]:
        return {self.deployed, self.certified, *self.earlier} - {""}


_MODELS_KEPT = 40


def models(table: ContentTable, stage: str) -> Models:
    """Return which interaction models were recorded for ``stage``."""
    facts = table.facts("model", stage)
    return Models(facts.get("deployed", ""), facts.get("certified", ""), tuple(facts.get("earlier", ())))


def record_model(table: ContentTable, stage: str, digest: str, *, certified: bool = False) -> None:
    """Record that Alexa has the model ``digest``: deployed, or with ``certified`` the one that is live."""
    name = "certified" if certified else "deployed"

    def change(facts: dict[str, Any]) -> dict[str, Any]:
        before = facts.get(name, "")
        earlier = [before, *facts.get("earlier", ())] if before != digest else facts.get("earlier", ())
        kept = [model for model in dict.fromkeys(earlier) if model not in ("", digest)]
        return {**facts, name: digest, "earlier": kept[:_MODELS_KEPT]}

    table.change_facts("model", stage, change)


class Bundle(NamedTuple):
    """The release that the deployed function of a stage carries; cold starts answer from it."""

    version: str
    schema: int
    answers: tuple[str, ...]
    """Ids of the answers that it can say: without those that it was deployed with as withdrawn."""
    origin: Origin


def bundle(table: ContentTable, stage: str) -> Bundle | None:
    """Return what the deployed function of ``stage`` carries; None before the first deploy."""
    facts = table.facts("bundle", stage)
    if not facts:
        return None
    return Bundle(facts["version"], facts["schema"], tuple(facts["answers"]), Origin(**facts["origin"]))


def publish_bundle(
    table: ContentTable,
    stage: str,
    data: bytes,
    origin: Origin,
    *,
    move: bool = False,
    withdrawn_in_bundle: Iterable[str] = (),
) -> Published:
    """Store the release that a deploy brings, record it as the stage's bundle, and put it on the air where it may.

    The pointer moves when there is none, or when nobody moved it by hand since the last deploy: it is where a deploy put
    it, or at that deploy's bundle. Otherwise the content on the air is newer than any deploy, and stays unless ``move``.
    Running it again changes nothing. A rolled-back deploy calls it with the old bundle, which is recorded the same way.

    ``withdrawn_in_bundle`` names the answers that the function keeps off the air by itself (``CONTENT_WITHDRAWN``).

    Raises:
        NotAReleaseError: when ``data`` is not a release.
        ConflictError: when somebody publishes at the same moment.
    """
    package = pack(data)
    seen = table.pointer(stage)
    before = bundle(table, stage)
    by_hand = (
        seen
        and seen.moves[0].kind != "deploy"
        and seen.version not in (before.version if before else "", package.version)
    )
    if seen and by_hand and not move:
        store(table, package, origin)
        published = Published(seen, False)
    else:
        published = publish(table, stage, package, seen, origin, "deploy")
    left_out = set(withdrawn_in_bundle)
    answers = [answer for answer in package.release.get("answers", {}) if answer not in left_out]
    facts = {"version": package.version, "schema": package.schema, "answers": answers, "origin": origin._asdict()}
    table.change_facts("bundle", stage, lambda _: facts)
    return published


def check_deployed(table: ContentTable, stage: str, package: Package) -> None:
    """Refuse a release that what is deployed cannot serve.

    Raises:
        RefusedError: with the words what to deploy.
    """
    known = models(table, stage)
    carried = bundle(table, stage)
    deploy = f"make deploy STAGE={stage}"
    if not known.known:
        raise RefusedError(
            f"no interaction model is recorded for {stage}: nothing was deployed to it. First run {deploy}"
        )
    if package.model not in known.known:
        raise RefusedError(
            f"release {package.version} needs the interaction model {package.model or '(it does not say which)'}, and {stage} has "
            f"{known.deployed or known.certified}: Alexa would not hear what is new in it. First run {deploy}, "
            "then have Alexa certify the new model (docs/certification.md)"
        )
    if carried and package.schema > carried.schema:
        raise RefusedError(
            f"release {package.version} has schema {package.schema}, and the function in {stage} reads {carried.schema}: "
            f"it would go on with what it has. First run {deploy}"
        )
