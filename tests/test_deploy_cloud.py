"""What a deploy asks of AWS, over moto's imitation of it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.content_tables import NOBODY, create_table
from tests.templates import SKILL_ID
from workbench.deploying.cloud import Aws, CloudError, Live
from workbench.publishing import Origin, withdraw

STACK = "back-spasm-guide-dev"
TEMPLATE = {
    "Parameters": {"SkillId": {"Type": "String", "Default": ""}},
    "Resources": {"Log": {"Type": "AWS::Logs::LogGroup"}},
    "Outputs": {"LogName": {"Value": {"Ref": "Log"}}},
}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield Aws("us-east-1")


def test_the_account(cloud: Aws) -> None:
    assert cloud.account() == "123456789012"


def test_without_credentials_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NOBODY, "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(CloudError, match="Unable to locate credentials"):
        Aws("us-east-1").account()


def test_a_stack(cloud: Aws) -> None:
    assert cloud.stack(STACK) is None
    boto3.client("cloudformation").create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(TEMPLATE),
        Parameters=[{"ParameterKey": "SkillId", "ParameterValue": SKILL_ID}],
    )
    stack = cloud.stack(STACK)
    assert stack and stack.status == "CREATE_COMPLETE"
    assert stack.parameters == {"SkillId": SKILL_ID}
    assert stack.outputs["LogName"]


def test_failures_are_those_of_this_deploy_the_first_first(cloud: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    began = datetime.datetime(2026, 11, 21, 10, tzinfo=datetime.UTC)

    def event(minute: int, name: str, status: str, reason: str = "") -> dict[str, Any]:
        when = began + datetime.timedelta(minutes=minute)
        return {"Timestamp": when, "LogicalResourceId": name, "ResourceStatus": status, "ResourceStatusReason": reason}

    events = [
        event(3, "Stack", "ROLLBACK_COMPLETE"),
        event(2, "Later", "CREATE_FAILED", "cancelled"),
        event(1, "First", "CREATE_FAILED", "it broke"),
        event(-5, "LongAgo", "CREATE_FAILED", "yesterday"),
    ]

    class Pages:
        def paginate(self, **_: Any) -> list[dict[str, Any]]:
            return [{"StackEvents": events[:2]}, {"StackEvents": events[2:]}]

    class Client:
        def get_paginator(self, _: str) -> Pages:
            return Pages()

    monkeypatch.setattr(cloud, "_client", lambda _: Client())
    assert [(one.resource, one.reason) for one in cloud.failures(STACK, began)] == [
        ("First", "it broke"),
        ("Later", "cancelled"),
    ]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ('{"client_id": "a", "client_secret": "b", "refresh_token": ""}', {"client_id", "client_secret"}),
        ("not json", set()),
        ('["a"]', set()),
    ],
)
def test_the_keys_of_a_secret(cloud: Aws, text: str, keys: set[str]) -> None:
    boto3.client("secretsmanager").create_secret(Name="guide/alexa", SecretString=text)
    assert cloud.secret_keys("guide/alexa") == keys


def test_a_missing_secret_is_told(cloud: Aws) -> None:
    with pytest.raises(CloudError, match="specified secret"):
        cloud.secret_keys("nobodys")


def test_the_table_and_what_is_withdrawn_in_it(cloud: Aws) -> None:
    name = "back-spasm-guide-dev-content"
    assert not cloud.has_table(name)
    table = create_table(boto3.client("dynamodb"), name)
    assert cloud.has_table(name)
    assert cloud.withdrawn(name) == []
    withdraw(table, "heat", Origin())
    assert cloud.withdrawn(name) == ["heat"]


@pytest.mark.parametrize(
    ("condition", "permitted"),
    [({"StringEquals": {"lambda:EventSourceToken": SKILL_ID}}, SKILL_ID), (None, "")],
)
def test_how_the_version_behind_the_alias_is_protected(
    cloud: Aws, monkeypatch: pytest.MonkeyPatch, condition: dict[str, Any] | None, permitted: str
) -> None:
    """moto knows no event source token, so the policy is written out here as Lambda does."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "alexa-appkit.amazon.com"},
        "Action": "lambda:InvokeFunction",
    }
    policy = {"Statement": [statement | ({"Condition": condition} if condition else {})]}

    class Client:
        def get_function_configuration(self, **asked: str) -> dict[str, Any]:
            assert asked == {"FunctionName": "skill", "Qualifier": "live"}
            return {"Environment": {"Variables": {"SKILL_ID": SKILL_ID}}}

        def get_policy(self, **asked: str) -> dict[str, Any]:
            assert asked == {"FunctionName": "skill", "Qualifier": "live"}
            return {"Policy": json.dumps(policy)}

    monkeypatch.setattr(cloud, "_client", lambda _: Client())
    assert cloud.live("skill") == Live(SKILL_ID, (permitted,))
