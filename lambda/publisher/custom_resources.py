"""The custom resources of template.yaml: what is done for each when it is created, updated or deleted.

Each takes CloudFormation's event and returns the resource's physical id and its attributes. All of them may be done
twice: CloudFormation repeats an event when it has lost the answer, and goes back by asking for the old properties.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from content_table import ConflictError, ContentTable, Origin
from protocol import Published, now, pack, publish_bundle, record_model

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
SKILL_PACKAGE = HERE / "skill-package.zip"
RELEASE = HERE / "release.json"
CERTIFIED = HERE / "certified.json"
"""What interaction_model/certified/record.json says; missing before the first certification."""

FOLDER = "skill-packages/"
_HASH_DIGITS = 16
_CONFLICTS = 5
_GONE = ("NoSuchBucket", "NoSuchKey", "404")

Event = Mapping[str, Any]
Made = tuple[str, dict[str, str]]
"""Physical id and attributes."""


def skill_package(event: Event) -> Made:
    """Put the skill package that the publisher carries into ``Bucket``, under a key that is a hash of its content.

    Attributes: ``Key``. When it is deleted, all packages go, so that the bucket can.
    """
    bucket = event["ResourceProperties"]["Bucket"]
    s3 = boto3.client("s3")
    if event["RequestType"] == "Delete":
        _empty(s3, bucket)
        return event["PhysicalResourceId"], {}
    body = SKILL_PACKAGE.read_bytes()
    key = f"{FOLDER}{hashlib.sha256(body).hexdigest()[:_HASH_DIGITS]}.zip"
    if not _exists(s3, bucket, key):
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/zip")
    return f"{bucket}/{FOLDER}", {"Key": key}


def release(event: Event) -> Made:
    """Store the release that the publisher carries, and put it on the air where no newer content is.

    Attributes: ``Bundled`` and ``OnAir``, both versions. When it is deleted, the content stays: the table is retained.
    """
    asked = event["ResourceProperties"]
    stage = asked["Stage"]
    if event["RequestType"] == "Delete":
        return event["PhysicalResourceId"], {}
    table = ContentTable(boto3.client("dynamodb"), asked["Table"])
    data = RELEASE.read_bytes()
    origin = Origin("deploy", now(), asked.get("Commit", ""))
    withdrawn = [answer for answer in asked.get("Withdrawn", "").split(",") if answer]
    published = _published(table, stage, data, origin, asked.get("ContentOnAir") == "bundle", withdrawn)
    package = pack(data)
    record_model(table, stage, package.model)
    if CERTIFIED.exists():
        record_model(table, stage, json.loads(CERTIFIED.read_bytes())["model"], certified=True)
    return f"release-{stage}", {"Bundled": package.version, "OnAir": published.pointer.version}


def old_versions(event: Event) -> Made:
    """Delete all versions of ``Functions`` but the last ``Keep`` and those that an alias sends requests to.

    A version that cannot be deleted is no reason to take a deploy back: it is logged, and tried again the next time.
    """
    asked = event["ResourceProperties"]
    client = boto3.client("lambda")
    if event["RequestType"] != "Delete":
        for name in asked["Functions"]:
            try:
                _delete_old_versions(client, name, int(asked["Keep"]))
            except ClientError as error:
                log.warning("old versions of %s are left: %s", name, error)
    return "old-versions", {}


KINDS: dict[str, Callable[[Event], Made]] = {
    "Custom::SkillPackage": skill_package,
    "Custom::Release": release,
    "Custom::OldVersions": old_versions,
}


def _exists(s3: Any, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            return False
        raise
    return True


def _empty(s3: Any, bucket: str) -> None:
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=FOLDER):
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


def _published(
    table: ContentTable, stage: str, data: bytes, origin: Origin, move: bool, withdrawn: list[str]
) -> Published:
    """An editor who publishes at this very moment does not make the deploy fail: it looks again."""
    for turn in range(_CONFLICTS):
        try:
            return publish_bundle(table, stage, data, origin, move=move, withdrawn_in_bundle=withdrawn)
        except ConflictError:
            if turn == _CONFLICTS - 1:
                raise
            time.sleep(0.2 * 2**turn)
    raise AssertionError("unreachable")


def _delete_old_versions(client: Any, name: str, keep: int) -> None:
    served = set(_served(client, name))
    versions = sorted(int(version) for version in _versions(client, name))
    for version in versions[: -keep or None]:
        if str(version) not in served:
            client.delete_function(FunctionName=name, Qualifier=str(version))
            log.info("deleted version %s of %s", version, name)


def _versions(client: Any, name: str) -> Iterator[str]:
    for page in client.get_paginator("list_versions_by_function").paginate(FunctionName=name):
        yield from (one["Version"] for one in page["Versions"] if one["Version"] != "$LATEST")


def _served(client: Any, name: str) -> Iterator[str]:
    """Yield the versions that an alias sends requests to, those of a rollout that is under way included."""
    for page in client.get_paginator("list_aliases").paginate(FunctionName=name):
        for alias in page["Aliases"]:
            yield alias["FunctionVersion"]
            yield from (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights", ())
