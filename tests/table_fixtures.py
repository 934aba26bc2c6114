"""Two implementations of DynamoDB over HTTP, each in a process of its own, and moto's within the test's."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from tests.content_tables import NOBODY, create_table, new_client
from workbench.publishing import ContentTable

DYNALITE = Path(__file__).parent / "dynalite"

_START_SECONDS = 20
_MOTO = """
import sys, time
from moto.server import ThreadedMotoServer
ThreadedMotoServer("127.0.0.1", int(sys.argv[1]), verbose=False).start()
time.sleep(3600)
"""

_names = itertools.count(1)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """AWS as moto imitates it, in this process."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_DYNAMODB", "CONTENT_TABLE", "CONTENT_STAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in NOBODY.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


@pytest.fixture
def client(aws: None) -> Any:
    return new_client()


@pytest.fixture
def table(client: Any) -> ContentTable:
    """An empty content table."""
    return create_table(client)


@pytest.fixture(scope="session", params=["moto", "dynalite"])
def endpoint(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local DynamoDB: moto's server, then dynalite."""
    port = _free_port()
    command = _dynalite(port) if request.param == "dynalite" else [sys.executable, "-c", _MOTO, str(port)]
    with _running(command, port, tmp_path_factory.mktemp("dynamodb") / "log"):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def served_table(endpoint: str) -> tuple[str, ContentTable]:
    """The address of a local DynamoDB, and an empty content table of this test's own in it."""
    return endpoint, create_table(new_client(endpoint), f"content-{next(_names)}")


def _dynalite(port: int) -> list[str]:
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed, so the second DynamoDB (dynalite) is not tried")
    program = DYNALITE / "node_modules" / "dynalite" / "cli.js"
    if not program.exists():
        pytest.skip("dynalite is not installed; run: npm ci --prefix tests/dynalite")
    return [node, str(program), "--host", "127.0.0.1", "--port", str(port), "--createTableMs", "0"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextlib.contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[None]:
    with log.open("w") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        for _ in range(_START_SECONDS * 20):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert server.poll() is None, log.read_text()
            time.sleep(0.05)
        yield
    finally:
        server.kill()
        server.wait()
