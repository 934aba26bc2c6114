"""A content table with a release on the air, in moto's imitation of DynamoDB on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.functions import Function, with_boto3
from workbench.local_dynamodb import STAGE, TABLE, local_dynamodb, table_at
from workbench.publishing import Origin, pack, publish


@contextlib.contextmanager
def with_content_table(function: Function, release: Path) -> Iterator[Function]:
    """Give ``function`` as it is with a content store configured, in which ``release`` is published."""
    with local_dynamodb() as port:
        publish(table_at(port), STAGE, pack(release.read_bytes()), None, Origin())
        store = {
            "CONTENT_TABLE": TABLE,
            "CONTENT_STAGE": STAGE,
            "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{port}",
        }
        given = with_boto3(function)
        yield given._replace(environment={**given.environment, **store})
