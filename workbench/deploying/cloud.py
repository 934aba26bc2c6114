"""What a deploy asks of AWS, and nothing that changes anything: `sam deploy` does that."""

from __future__ import annotations

import contextlib
import datetime
import json
from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from workbench.publishing import ContentTable, withdrawn


class CloudError(Exception):
    """AWS could not be asked; the message is AWS's, to be explained."""


class Stack(NamedTuple):
    """A stack as it is."""

    status: str
    outputs: dict[str, str]
    parameters: dict[str, str]


class Failure(NamedTuple):
    """A resource that could not be made, changed or deleted."""

    resource: str
    reason: str


class Live(NamedTuple):
    """How the version behind the alias is protected."""

    verified: str
    """The skill id that the code compares requests with; "" when it takes any."""
    permitted: tuple[str, ...]
    """The skill ids that may call the alias; "" for any skill."""


class Cloud(Protocol):
    """One account in one region."""

    def account(self) -> str:
        """Return the account's number; raises CloudError without credentials that work."""

    def stack(self, name: str) -> Stack | None: ...
    def failures(self, name: str, since: datetime.datetime) -> list[Failure]: ...
    def secret_keys(self, name: str) -> set[str]: ...
    def spare_concurrency(self) -> int:
        """Return how many requests at once the account has not set aside for anybody yet."""

    def has_table(self, name: str) -> bool: ...
    def withdrawn(self, table: str) -> list[str]: ...
    def live(self, function: str) -> Live: ...


class Aws:
    """The real one, by boto3."""

    def __init__(self, region: str) -> None:
        self._region = region

    def account(self) -> str:
        with _plainly():
            return str(self._client("sts").get_caller_identity()["Account"])

    def stack(self, name: str) -> Stack | None:
        from botocore.exceptions import ClientError

        with _plainly():
            try:
                found = self._client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
            except ClientError as error:
                if "does not exist" in str(error):
                    return None
                raise
        outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}
        parameters = {one["ParameterKey"]: one.get("ParameterValue", "") for one in found.get("Parameters", ())}
        return Stack(found["StackStatus"], outputs, parameters)

    def failures(self, name: str, since: datetime.datetime) -> list[Failure]:
        with _plainly():
            pages = self._client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=name)
            found = []
            for event in (event for page in pages for event in page["StackEvents"]):
                if event["Timestamp"] < since:
                    break
                if event["ResourceStatus"].endswith("_FAILED"):
                    found.append(Failure(event["LogicalResourceId"], event.get("ResourceStatusReason", "")))
            return found[::-1]

    def secret_keys(self, name: str) -> set[str]:
        with _plainly():
            text = self._client("secretsmanager").get_secret_value(SecretId=name).get("SecretString", "")
        try:
            values = json.loads(text)
        except ValueError:
            return set()
        return {key for key, value in values.items() if value} if isinstance(values, dict) else set()

    def spare_concurrency(self) -> int:
        with _plainly():
            limits = self._client("lambda").get_account_settings()["AccountLimit"]
            return int(limits["UnreservedConcurrentExecutions"])

    def has_table(self, name: str) -> bool:
        client = self._client("dynamodb")
        with _plainly():
            try:
                client.describe_table(TableName=name)
            except client.exceptions.ResourceNotFoundException:
                return False
            return True

    def withdrawn(self, table: str) -> list[str]:
        with _plainly():
            return sorted(withdrawn(ContentTable(self._client("dynamodb"), table)))

    def live(self, function: str) -> Live:
        client = self._client("lambda")
        with _plainly():
            about = client.get_function_configuration(FunctionName=function, Qualifier="live")
            policy = json.loads(client.get_policy(FunctionName=function, Qualifier="live")["Policy"])
        environment = about.get("Environment", {}).get("Variables", {})
        permitted = tuple(
            statement.get("Condition", {}).get("StringEquals", {}).get("lambda:EventSourceToken", "")
            for statement in policy["Statement"]
        )
        return Live(environment.get("SKILL_ID", ""), permitted)

    def _client(self, service: str) -> Any:
        import boto3

        with _plainly():
            session: Any = boto3.session.Session(region_name=self._region)
            return session.client(service)


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise CloudError(str(error)) from None
