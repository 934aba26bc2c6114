"""A rehearsal of a deploy: the built template, transformed, made by moto's CloudFormation as far as it can, and handed over.

What moto cannot make is listed here by name, so that nothing drops out of the rehearsal unnoticed.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.content_tables import NOBODY
from tests.publisher.cloudformation import Answers, Context, event
from tests.templates import SKILL_ID, Template, transform
from workbench.deploying import deploy
from workbench.deploying.package import skill_package, zipped
from workbench.publishing import ContentTable, bundle, models, pack
from workbench.runtime import ROOT

import custom_resources  # isort: skip - found beside what workbench.publishing imports
import publisher_function  # isort: skip

STACK = "back-spasm-guide-dev"

NOT_MODELLED = {
    # Not modelled by moto at all.
    "AWS::CloudWatch::Alarm",
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Lambda::Alias",
    "AWS::Logs::MetricFilter",
    "AWS::S3::BucketPolicy",
    "Alexa::ASK::Skill",
    # moto cannot give a permission to an alias.
    "AWS::Lambda::Permission",
    # moto runs the function behind it in Docker; here its handler is run instead.
    "Custom::OldVersions",
    "Custom::Release",
    "Custom::SkillPackage",
}


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket="bucket")
        yield


def uploaded(name: str, text: str) -> str:
    """Upload the folder of a function, as `sam deploy` does, and return its key."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{name}.py", text)
    key = f"{name}-{abs(hash(text))}"
    boto3.client("s3").put_object(Bucket="bucket", Key=key, Body=buffer.getvalue())
    return key


def rehearse(skill_id: str = "", *, text: str = "", **changed: str) -> Template:
    """Deploy once: create the stack or update it; return the transformed template."""
    parameters = {**deploy.defaults(ROOT), "SkillId": skill_id, **changed}
    codes = {name: uploaded(name, f"{text}{parameters['SkillId']}") for name in ("SkillFunction", "PublisherFunction")}
    whole = transform(codes=codes, parameters=parameters)
    kept = {name: one for name, one in whole["Resources"].items() if one["Type"] not in NOT_MODELLED}
    template = {**whole, "Resources": kept, "Outputs": {}}
    client = boto3.client("cloudformation")
    asked = {
        "StackName": STACK,
        "TemplateBody": json.dumps(template),
        "Capabilities": ["CAPABILITY_IAM"],
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
    }
    there = [one["StackName"] for one in client.list_stacks()["StackSummaries"]]
    (client.update_stack if STACK in there else client.create_stack)(**asked)
    return whole


def made() -> dict[str, str]:
    """What the stack has made: logical name -> physical id."""
    found = boto3.client("cloudformation").describe_stack_resources(StackName=STACK)["StackResources"]
    # For a resource whose condition is false moto has an entry with nothing in it, and for a version one without its id.
    return {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in found if "LogicalResourceId" in one}


def test_what_is_made_and_what_is_skipped() -> None:
    whole = rehearse()
    skipped = {one["Type"] for name, one in whole["Resources"].items() if name not in made() and "Condition" not in one}
    conditional = {name for name, one in whole["Resources"].items() if "Condition" in one}
    assert skipped == NOT_MODELLED - {"Alexa::ASK::Skill"}
    assert conditional == {"AlexaSkill", "SkillPackageRole", "AlarmTopic"}
    types = {whole["Resources"][name]["Type"] for name in made()}
    assert types == {
        "AWS::CloudWatch::Dashboard",
        "AWS::DynamoDB::Table",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Lambda::Version",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
    }


def test_with_alexa_and_an_email_what_is_conditional_is_made_too() -> None:
    rehearse(AlexaVendorId="M1", AlexaSecret="guide/alexa", AlarmEmail="a@b.org")
    assert {"SkillPackageRole", "AlarmTopic"} <= set(made())
    topic = made()["AlarmTopic"]
    (subscription,) = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "a@b.org")


def test_the_second_pass_tells_the_function_and_publishes_another_version() -> None:
    rehearse()
    before = made()
    rehearse(SKILL_ID)
    after = made()
    assert before["SkillFunction"] == after["SkillFunction"]
    about = boto3.client("lambda").get_function_configuration(FunctionName=after["SkillFunction"])
    assert about["Environment"]["Variables"]["SKILL_ID"] == SKILL_ID
    assert about["Environment"]["Variables"]["CONTENT_TABLE"] == "back-spasm-guide-dev-content"
    versions = [
        {name for name in resources if name.startswith("SkillFunctionVersion")} for resources in (before, after)
    ]
    assert versions[0] != versions[1]


def test_the_table_is_what_the_content_needs() -> None:
    rehearse()
    table = boto3.client("dynamodb").describe_table(TableName="back-spasm-guide-dev-content")["Table"]
    assert {key["AttributeName"]: key["KeyType"] for key in table["KeySchema"]} == {"pk": "HASH", "sk": "RANGE"}
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"


def test_the_publisher_hands_over_what_was_built(built: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the real skill package and the real release, into the bucket and the table that the stack made."""
    (tmp_path / "skill-package.zip").write_bytes(zipped(skill_package(built)))
    monkeypatch.setattr(custom_resources, "SKILL_PACKAGE", tmp_path / "skill-package.zip")
    monkeypatch.setattr(custom_resources, "RELEASE", built / "lambda" / "skill" / "release.json")
    whole = rehearse()
    key = handed_over(whole, "SkillPackage")["Key"]
    body = boto3.client("s3").get_object(Bucket=made()["SkillPackageBucket"], Key=key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert "skill.json" in package.namelist()
        assert json.loads(package.read("interactionModels/custom/en-US.json"))["interactionModel"]
    data = handed_over(whole, "Release")
    package_of_release = pack((built / "lambda" / "skill" / "release.json").read_bytes())
    assert data == {"Bundled": package_of_release.version, "OnAir": package_of_release.version}
    table = ContentTable(boto3.client("dynamodb"), made()["ContentTable"])
    carried = bundle(table, "dev")
    assert carried and carried.version == package_of_release.version
    assert models(table, "dev").deployed == package_of_release.model


def handed_over(template: Template, name: str) -> dict[str, Any]:
    """Run the publisher's handler as CloudFormation does when it creates ``name``; return the resource's attributes."""
    resource = template["Resources"][name]
    values = {**deploy.defaults(ROOT), **made()}
    properties = {key: resolved(value, values) for key, value in resource["Properties"].items()}
    with Answers() as cloudformation:
        publisher_function.handler(event("Create", resource["Type"], cloudformation.url, properties), Context())
        assert cloudformation.only["Status"] == "SUCCESS", cloudformation.only
        attributes: dict[str, Any] = cloudformation.only["Data"]
        return attributes


def resolved(value: Any, values: dict[str, str]) -> Any:
    """A property's value, as far as the stack knows it."""
    if isinstance(value, dict) and "Ref" in value:
        return values.get(value["Ref"], f"arn:{value['Ref']}")
    if isinstance(value, dict) and "Fn::If" in value:
        return resolved(value["Fn::If"][2], values)
    return value
