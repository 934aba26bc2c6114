"""A content table with a release on the air, in moto's imitation of DynamoDB on this machine."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3

from benchmarks.functions import Function, with_boto3
from workbench.publishing import ContentTable, Origin, pack, publish

_TABLE, _STAGE = "content", "prod"
_START_SECONDS = 20.0
_SERVER = """
import sys, time
from moto.server import ThreadedMotoServer
ThreadedMotoServer("127.0.0.1", int(sys.argv[1]), verbose=False).start()
time.sleep(3600)
"""


@contextlib.contextmanager
def with_content_table(function: Function, release: Path) -> Iterator[Function]:
    """Give ``function`` as it is with a content store configured, in which ``release`` is published."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(  # noqa: S603 - nobody's input
        [sys.executable, "-c", _SERVER, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        endpoint = f"http://127.0.0.1:{port}"
        _publish(endpoint, release)
        store = {"CONTENT_TABLE": _TABLE, "CONTENT_STAGE": _STAGE, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
        given = with_boto3(function)
        yield given._replace(environment={**given.environment, **store})
    finally:
        server.terminate()
        server.wait()


def _publish(endpoint: str, release: Path) -> None:
    session = boto3.session.Session("nobody", "nothing", region_name="us-east-1")
    client = session.client("dynamodb", endpoint_url=endpoint)
    client.create_table(
        TableName=_TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    table = ContentTable(client, _TABLE)
    publish(table, _STAGE, pack(release.read_bytes()), None, Origin())


def _wait_for(port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("moto's server does not start; is everything of make setup-dev installed?")
