"""moto's imitation of DynamoDB in a process of its own on this machine, with an empty content table."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import boto3

from workbench.publishing import ContentTable

TABLE, STAGE = "content", "prod"
# No AWS is ever asked; boto3 only insists that there be a region and somebody.
NOBODY = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}

_START_SECONDS = 20.0
_SERVER = """
import sys, time
from moto.server import ThreadedMotoServer
ThreadedMotoServer("127.0.0.1", int(sys.argv[1]), verbose=False).start()
time.sleep(3600)
"""


@contextlib.contextmanager
def local_dynamodb() -> Iterator[int]:
    """Give the port that it listens on, with the table ``TABLE`` in it.

    Raises:
        SystemExit: when it does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen(  # noqa: S603 - nobody's input
        [sys.executable, "-c", _SERVER, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        _create_table(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def table_at(port: int) -> ContentTable:
    """Return the content table over a client that tries once, and not for long."""
    from botocore.config import Config

    once = Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 1, "mode": "standard"})
    session = boto3.session.Session("nobody", "nothing", region_name="us-east-1")
    return ContentTable(session.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}", config=once), TABLE)


def _create_table(port: int) -> None:
    session = boto3.session.Session("nobody", "nothing", region_name="us-east-1")
    session.client("dynamodb", endpoint_url=f"http://127.0.0.1:{port}").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )


def _wait_for(port: int) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("moto's server does not start; is everything of make setup-dev installed?")
