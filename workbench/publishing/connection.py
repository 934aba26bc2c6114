"""The way to AWS, above all to the content table: arguments, the connection, and AWS's errors in plain words."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterator
from typing import Any

from workbench.cli import UsageError
from workbench.publishing import ContentTable

TABLE = "back-spasm-guide-{stage}-content"
"""What the table is called where nothing else is said; template.yaml gives it this name."""

CONNECT_SECONDS, READ_SECONDS = 5, 20


class Unreachable(UsageError):
    """AWS could not be asked; the message says what to do."""


def add_connection(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments that say which table is meant."""
    stage = os.environ.get("CONTENT_STAGE")
    parser.add_argument(
        "--stage", default=stage, required=not stage, help="whose content: dev or prod (default: $CONTENT_STAGE)"
    )
    parser.add_argument(
        "--table",
        default=os.environ.get("CONTENT_TABLE"),
        help=f"name of the content table (default: $CONTENT_TABLE, or {TABLE.format(stage='STAGE')})",
    )
    parser.add_argument("--region", help="where the table is (default: that of your AWS settings)")
    parser.add_argument("--endpoint-url", metavar="URL", help="another DynamoDB, such as a local one")


def open_table(arguments: argparse.Namespace) -> ContentTable:
    """Return the content table that ``arguments`` name; whether it is there shows at the first read.

    Raises:
        UsageError: when boto3 or a region is missing.
    """
    return ContentTable(new_client(arguments, "dynamodb"), table_name(arguments))


def new_client(arguments: argparse.Namespace, service: str) -> Any:
    """Return boto3's client for an AWS service, where ``arguments`` say that it is.

    Raises:
        UsageError: when boto3 or a region is missing.
    """
    try:
        import boto3
        from botocore.config import Config
    except ImportError:
        raise UsageError("this needs boto3, which is not installed; run make setup-dev") from None
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"total_max_attempts": 4, "mode": "standard"},
    )
    with plainly(arguments):
        session: Any = boto3.session.Session(region_name=arguments.region)
        return session.client(service, endpoint_url=arguments.endpoint_url, config=config)


def table_name(arguments: argparse.Namespace) -> str:
    """Return the name of the table that ``arguments`` mean."""
    name: str = arguments.table or TABLE.format(stage=arguments.stage)
    return name


@contextlib.contextmanager
def plainly(arguments: argparse.Namespace, service: str = "DynamoDB") -> Iterator[None]:
    """Say in plain words what AWS refuses, or ``service``, and what to do about it.

    Raises:
        Unreachable: instead of an error of botocore's.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise Unreachable(_refused(arguments, error.response["Error"].get("Code", ""), str(error), service)) from None
    except BotoCoreError as error:
        raise Unreachable(_failed(arguments, error, service)) from None


def _refused(arguments: argparse.Namespace, code: str, message: str, service: str = "DynamoDB") -> str:
    if code == "ResourceNotFoundException":
        return (
            f"there is no table {table_name(arguments)} here; make deploy STAGE={arguments.stage} makes it. "
            "If it is in another region or has another name, say --region or --table"
        )
    if code in ("UnrecognizedClientException", "InvalidSignatureException", "InvalidClientTokenId", "AuthFailure"):
        return "AWS does not know these credentials; sign in again (aws configure, or aws sso login)"
    if code in ("ExpiredTokenException", "ExpiredToken", "RequestExpired"):
        return "your AWS session has expired; sign in again (aws sso login)"
    if code in ("AccessDeniedException", "AccessDenied"):
        what = f" to {table_name(arguments)}" if service == "DynamoDB" else ""
        return f"your AWS credentials may not do this{what}: {message}"
    if code in ("ThrottlingException", "Throttling", "ProvisionedThroughputExceededException", "RequestLimitExceeded"):
        return f"{service} asks to wait; nothing is half done, so run it again in a minute"
    return f"{service} refused: {message}"


def _failed(arguments: argparse.Namespace, error: Exception, service: str = "DynamoDB") -> str:
    kind = type(error).__name__
    if kind in ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"):
        return "there are no AWS credentials; run aws configure, or set AWS_PROFILE"
    if kind == "NoRegionError":
        return "no AWS region is set; say --region us-east-1, or set AWS_DEFAULT_REGION"
    if kind == "ProfileNotFound":
        return f"{error}; see aws configure list-profiles"
    if kind in ("TokenRetrievalError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "LoginRefreshRequired"):
        return "your AWS session has expired; sign in again (aws sso login)"
    where = arguments.endpoint_url or service
    if kind in ("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "ConnectionClosedError"):
        return f"{where} does not answer; nothing is half done, so run it again when it does"
    return str(error)
