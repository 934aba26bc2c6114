"""The publisher, with CloudFormation's events and a local response URL, over moto's S3, DynamoDB and Lambda."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.content_tables import NOBODY, create_table, package
from tests.publisher.cloudformation import Answers, Context, event
from tests.templates import transform
from workbench.publishing import ContentTable, Origin, bundle, models, publish
from workbench.publishing import Package as StoredPackage

import custom_resources  # isort: skip - found beside what workbench.publishing imports
import publisher_function  # isort: skip

BUCKET, TABLE = "packages", "back-spasm-guide-dev-content"
STAGE = "dev"
PACKAGE, RELEASE, VERSIONS = "Custom::SkillPackage", "Custom::Release", "Custom::OldVersions"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        boto3.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        yield


@pytest.fixture
def table() -> ContentTable:
    return create_table(boto3.client("dynamodb"), TABLE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the publisher carries."""
    (tmp_path / "skill-package.zip").write_bytes(b"a package")
    (tmp_path / "release.json").write_bytes(package(1).data)
    monkeypatch.setattr(custom_resources, "SKILL_PACKAGE", tmp_path / "skill-package.zip")
    monkeypatch.setattr(custom_resources, "RELEASE", tmp_path / "release.json")
    monkeypatch.setattr(custom_resources, "CERTIFIED", tmp_path / "certified.json")
    return tmp_path


def ask(
    request: str, kind: str, properties: dict[str, Any], *, identity: str = "", context: Context | None = None
) -> dict[str, Any]:
    """Send one event, and return the one answer to it."""
    with Answers() as cloudformation:
        sent = event(request, kind, cloudformation.url, properties, identity=identity)
        publisher_function.handler(sent, context or Context())
        answer = cloudformation.only
    for name in ("StackId", "RequestId", "LogicalResourceId"):
        assert answer[name] == sent[name]
    assert len(json.dumps(answer)) < 4096
    return answer


def carry(folder: Path, stored: StoredPackage) -> None:
    (folder / "release.json").write_bytes(stored.data)


def release_properties(**changed: str) -> dict[str, str]:
    return {"Table": TABLE, "Stage": STAGE, "Withdrawn": "", "ContentOnAir": "keep", "Commit": "abc", **changed}


class TestSkillPackage:
    def keys(self) -> list[str]:
        return [one["Key"] for one in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", ())]

    def test_created(self) -> None:
        answer = ask("Create", PACKAGE, {"Bucket": BUCKET})
        assert answer["Status"] == "SUCCESS"
        assert self.keys() == [answer["Data"]["Key"]]
        body = boto3.client("s3").get_object(Bucket=BUCKET, Key=answer["Data"]["Key"])["Body"].read()
        assert body == b"a package"

    def test_updated_with_another_content_it_has_another_key(self, folder: Path) -> None:
        before = ask("Create", PACKAGE, {"Bucket": BUCKET})
        (folder / "skill-package.zip").write_bytes(b"another")
        after = ask("Update", PACKAGE, {"Bucket": BUCKET}, identity=before["PhysicalResourceId"])
        assert after["Data"]["Key"] != before["Data"]["Key"]
        assert after["PhysicalResourceId"] == before["PhysicalResourceId"]  # or CloudFormation would delete the old one
        assert set(self.keys()) == {before["Data"]["Key"], after["Data"]["Key"]}  # a rollback needs the one before

    def test_unchanged_it_is_not_written_again(self) -> None:
        before = ask("Create", PACKAGE, {"Bucket": BUCKET})
        after = ask("Update", PACKAGE, {"Bucket": BUCKET}, identity=before["PhysicalResourceId"])
        assert after["Data"] == before["Data"]
        versions = boto3.client("s3").list_object_versions(Bucket=BUCKET)["Versions"]
        assert len(versions) == 1

    def test_deleted_the_bucket_can_go(self) -> None:
        made = ask("Create", PACKAGE, {"Bucket": BUCKET})
        boto3.client("s3").delete_object(Bucket=BUCKET, Key=made["Data"]["Key"])  # leaves a marker and a version
        answer = ask("Delete", PACKAGE, {"Bucket": BUCKET}, identity=made["PhysicalResourceId"])
        assert answer["Status"] == "SUCCESS"
        boto3.client("s3").delete_bucket(Bucket=BUCKET)

    def test_deleted_after_its_bucket(self) -> None:
        boto3.client("s3").delete_bucket(Bucket=BUCKET)
        assert ask("Delete", PACKAGE, {"Bucket": BUCKET}, identity="x")["Status"] == "SUCCESS"

    def test_a_missing_bucket_is_told(self) -> None:
        answer = ask("Create", PACKAGE, {"Bucket": "nobodys-bucket"})
        assert answer["Status"] == "FAILED"
        assert "NoSuchBucket" in answer["Reason"] or "bucket does not exist" in answer["Reason"]
        assert answer["PhysicalResourceId"]


class TestRelease:
    def test_created_it_is_on_the_air(self, table: ContentTable) -> None:
        answer = ask("Create", RELEASE, release_properties())
        version = package(1).version
        assert answer["Data"] == {"Bundled": version, "OnAir": version}
        pointer = table.pointer(STAGE)
        assert pointer and pointer.version == version
        assert pointer.moves[0].kind == "deploy"
        assert pointer.moves[0].origin.commit == "abc"

    def test_updated_it_takes_its_place(self, table: ContentTable, folder: Path) -> None:
        made = ask("Create", RELEASE, release_properties())
        carry(folder, package(2))
        answer = ask("Update", RELEASE, release_properties(), identity=made["PhysicalResourceId"])
        assert answer["PhysicalResourceId"] == made["PhysicalResourceId"]
        assert answer["Data"]["OnAir"] == package(2).version

    def test_unchanged_nothing_moves(self, table: ContentTable) -> None:
        made = ask("Create", RELEASE, release_properties())
        before = table.pointer(STAGE)
        assert ask("Update", RELEASE, release_properties(), identity=made["PhysicalResourceId"])["Status"] == "SUCCESS"
        assert table.pointer(STAGE) == before

    def test_newer_content_stays_on_the_air(self, table: ContentTable, folder: Path) -> None:
        ask("Create", RELEASE, release_properties())
        publish(table, STAGE, package(2), table.pointer(STAGE), Origin())
        carry(folder, package(3))
        answer = ask("Update", RELEASE, release_properties(), identity="x")
        assert answer["Data"] == {"Bundled": package(3).version, "OnAir": package(2).version}

    def test_newer_content_gives_way_when_told_to(self, table: ContentTable, folder: Path) -> None:
        ask("Create", RELEASE, release_properties())
        publish(table, STAGE, package(2), table.pointer(STAGE), Origin())
        carry(folder, package(3))
        answer = ask("Update", RELEASE, release_properties(ContentOnAir="bundle"), identity="x")
        assert answer["Data"]["OnAir"] == package(3).version

    def test_withdrawn_answers_are_known_to_be_left_out(self, table: ContentTable) -> None:
        answer = next(iter(package(1).release["answers"]))
        ask("Create", RELEASE, release_properties(Withdrawn=answer))
        carried = bundle(table, STAGE)
        assert carried and answer not in carried.answers

    def test_deployed_and_certified_model_are_recorded_apart(self, table: ContentTable, folder: Path) -> None:
        (folder / "certified.json").write_text('{"model": "0123456789ab", "date": "2026-12-01", "commit": "abc"}')
        ask("Create", RELEASE, release_properties())
        recorded = models(table, STAGE)
        assert recorded.deployed == package(1).model
        assert recorded.certified == "0123456789ab"

    def test_deleted_the_content_stays(self, table: ContentTable) -> None:
        made = ask("Create", RELEASE, release_properties())
        ask("Delete", RELEASE, release_properties(), identity=made["PhysicalResourceId"])
        assert table.pointer(STAGE)

    def test_going_back_to_the_deploy_before(self, table: ContentTable, folder: Path) -> None:
        """CloudFormation goes back with the old publisher and the old properties."""
        ask("Create", RELEASE, release_properties())
        carry(folder, package(2))
        ask("Update", RELEASE, release_properties(Commit="def"), identity="x")
        carry(folder, package(1))
        answer = ask("Update", RELEASE, release_properties(), identity="x")
        assert answer["Data"] == {"Bundled": package(1).version, "OnAir": package(1).version}

    def test_a_missing_table_is_told(self) -> None:
        answer = ask("Create", RELEASE, release_properties(Table="nobodys"))
        assert answer["Status"] == "FAILED"
        assert "ResourceNotFoundException" in answer["Reason"]

    def test_a_release_that_is_none_is_told(self, table: ContentTable, folder: Path) -> None:
        (folder / "release.json").write_text("{}")
        answer = ask("Create", RELEASE, release_properties())
        assert answer["Status"] == "FAILED"
        assert "not a release" in answer["Reason"]


def function_with_versions() -> str:
    """Make a function with the versions 1 to 8, and return its name."""
    boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    boto3.client("lambda").create_function(
        FunctionName="skill",
        Runtime="python3.13",
        Role="arn:aws:iam::123456789012:role/role",
        Handler="skill_function.handler",
        Code={"ZipFile": code(0)},
    )
    for number in range(1, 9):
        boto3.client("lambda").update_function_code(FunctionName="skill", ZipFile=code(number))
        boto3.client("lambda").publish_version(FunctionName="skill")
    return "skill"


def code(number: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("skill_function.py", f"handler = {number}")
    return buffer.getvalue()


class TestOldVersions:
    @pytest.fixture
    def function(self) -> str:
        return function_with_versions()

    def versions(self) -> set[str]:
        found = boto3.client("lambda").list_versions_by_function(FunctionName="skill")["Versions"]
        return {one["Version"] for one in found} - {"$LATEST"}

    def test_the_last_ones_are_kept(self, function: str) -> None:
        answer = ask("Update", VERSIONS, {"Functions": [function], "Keep": 5, "After": ["arn"]}, identity="x")
        assert answer["Status"] == "SUCCESS"
        assert self.versions() == {"4", "5", "6", "7", "8"}

    def test_one_that_serves_is_kept_however_old(self, function: str) -> None:
        boto3.client("lambda").create_alias(FunctionName=function, Name="live", FunctionVersion="2")
        ask("Update", VERSIONS, {"Functions": [function], "Keep": 5, "After": []}, identity="x")
        assert self.versions() == {"2", "4", "5", "6", "7", "8"}

    def test_half_way_through_a_rollout_both_are_kept(self) -> None:
        alias = {"FunctionVersion": "7", "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}}}
        client = FakePages({"list_aliases": [{"Aliases": [alias]}]})
        assert set(custom_resources._served(client, "skill")) == {"7", "3"}

    def test_nothing_of_it_fails_a_deploy(self) -> None:
        answer = ask("Update", VERSIONS, {"Functions": ["nobodys"], "Keep": 5, "After": []}, identity="x")
        assert answer["Status"] == "SUCCESS"

    def test_deleted_nothing_happens(self, function: str) -> None:
        ask("Delete", VERSIONS, {"Functions": [function], "Keep": 1, "After": []}, identity="x")
        assert len(self.versions()) == 8


class FakePages:
    """A client that has pages, and nothing else."""

    def __init__(self, pages: dict[str, list[dict[str, Any]]]) -> None:
        self._pages = pages

    def get_paginator(self, name: str) -> Any:
        pages = self._pages[name]

        class Paginator:
            def paginate(self, **_: Any) -> list[dict[str, Any]]:
                return pages

        return Paginator()


class TestAnswering:
    """CloudFormation waits until it is answered; so it always is, once."""

    def test_an_unknown_resource_is_told(self) -> None:
        answer = ask("Create", "Custom::Surprise", {})
        assert answer["Status"] == "FAILED"
        assert "Custom::Surprise" in answer["Reason"]

    def test_a_long_reason_is_cut(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.work(monkeypatch, lambda _: (_ for _ in ()).throw(ValueError("x" * 9000)))
        assert len(ask("Create", "Custom::Work", {})["Reason"]) <= 1000

    def test_when_time_runs_out_it_is_told_before(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.work(monkeypatch, lambda _: (time.sleep(1.5), ("made", {}))[1])
        monkeypatch.setattr(publisher_function, "RESERVE_SECONDS", 0.2)
        began = time.monotonic()
        answer = ask("Create", "Custom::Work", {}, context=Context(0.5))
        assert answer["Status"] == "FAILED"
        assert "too long" in answer["Reason"]
        assert time.monotonic() - began < 5  # and what comes after it is not sent: `ask` takes one answer only

    def test_a_network_that_fails_for_a_moment_is_no_hang(self) -> None:
        with Answers(refuse=2) as cloudformation:
            publisher_function.handler(event("Create", PACKAGE, cloudformation.url, {"Bucket": BUCKET}), Context())
            assert cloudformation.only["Status"] == "SUCCESS"
            assert cloudformation.refused == 2

    def test_nobody_to_answer_is_no_crash(self) -> None:
        publisher_function.handler(event("Create", PACKAGE, "http://127.0.0.1:9/", {"Bucket": BUCKET}), Context())

    def test_its_content_type_is_the_one_that_the_url_is_signed_for(self) -> None:
        with Answers() as cloudformation:
            publisher_function.handler(event("Create", PACKAGE, cloudformation.url, {"Bucket": BUCKET}), Context())
            assert cloudformation.content_types == [""]

    def test_an_import_that_fails_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "custom_resources", None)
        assert ask("Create", PACKAGE, {"Bucket": BUCKET})["Status"] == "FAILED"

    def test_the_response_url_is_not_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        ask("Create", PACKAGE, {"Bucket": BUCKET})
        assert "signed=yes" not in caplog.text

    def work(self, monkeypatch: pytest.MonkeyPatch, work: Callable[[Any], Any]) -> None:
        monkeypatch.setitem(custom_resources.KINDS, "Custom::Work", work)


def test_it_asks_aws_for_nothing_that_its_role_may_not_do(table: ContentTable, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto lets anybody do anything, so what was asked is compared with the policy."""
    asked: set[str] = set()
    name = function_with_versions()
    real = boto3.client

    def watched(service: str, **arguments: Any) -> Any:
        client = real(service, **arguments)
        client.meta.events.register("before-call", lambda model, **_: asked.add(f"{service}:{model.name}"))
        return client

    monkeypatch.setattr(custom_resources.boto3, "client", watched)
    for request in ("Create", "Update", "Delete"):
        for kind, properties in (
            (PACKAGE, {"Bucket": BUCKET}),
            (RELEASE, release_properties()),
            (VERSIONS, {"Functions": [name], "Keep": 5, "After": []}),
        ):
            assert ask(request, kind, properties, identity="x")["Status"] == "SUCCESS"
    policies = transform()["Resources"]["PublisherRole"]["Properties"]["Policies"]
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    allowed = {
        action
        for one in statements
        for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
    }
    # Where a right is called otherwise than the request.
    rights = {
        "s3:HeadObject": {"s3:GetObject", "s3:ListBucket"},
        "s3:ListObjectVersions": {"s3:ListBucketVersions"},
        "s3:DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
        "lambda:ListVersionsByFunction": {"lambda:ListVersionsByFunction"},
    }
    needed = {right for one in asked for right in rights.get(one, {one})}
    assert needed <= allowed
    assert allowed - needed == {"logs:CreateLogStream", "logs:PutLogEvents"}
