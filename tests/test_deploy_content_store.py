"""The built function in Lambda's own runtime, with its content store in a local DynamoDB.

Lambda's runtime has boto3; the one here has not, so the tests' own is put where Lambda's would be.
"""

from __future__ import annotations

import copy
import hashlib
import importlib.util
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.content_tables import NOBODY, create_table, new_client
from tests.table_fixtures import _MOTO, _free_port, _running
from workbench.publishing import (
    ContentTable,
    Origin,
    Package,
    canonical,
    pack,
    publish,
    publish_bundle,
    roll_back,
    withdraw,
)
from workbench.runtime import ROOT, NotReady, Runtime

STAGE = "prod"
RELIEF = json.loads((ROOT / "events" / "relief.json").read_bytes())
NEWS = "Here is something new."

_PATIENCE_SECONDS = 15.0


@pytest.fixture(scope="module")
def boto3_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with boto3 and what it needs beyond what the function brings; all of it is plain Python."""
    folder = tmp_path_factory.mktemp("boto3")
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "urllib3"):
        spec = importlib.util.find_spec(name)
        assert spec and spec.submodule_search_locations
        (folder / name).symlink_to(spec.submodule_search_locations[0])
    return folder


class Server:
    """A local DynamoDB in a process of its own, that can be stopped as a failing network would."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._process = process

    def stop(self) -> None:
        """End it: connections are refused."""
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        """Let it accept connections and answer nothing."""
        self._process.send_signal(signal.SIGSTOP)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", _MOTO, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with _running(["sleep", "60"], port, tmp_path / "log"):
            yield Server(port, process)
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def table(server: Server) -> ContentTable:
    return create_table(new_client(server.url), "content")


@pytest.fixture
def bundled(built_function: Path) -> Package:
    return pack((built_function / "release.json").read_bytes())


@pytest.fixture
def changed(bundled: Package) -> Package:
    """The release with another answer to how to relieve a spasm."""
    data = copy.deepcopy(bundled.release)
    data["answers"]["relief"]["short"] = f"{NEWS} {data['answers']['relief']['short']}"
    del data["version"]
    data["version"] = hashlib.sha256(canonical(data)).hexdigest()[:12]
    return pack(canonical(data))


@pytest.fixture
def running(built_function: Path, boto3_folder: Path, server: Server) -> Iterator[Runtime]:
    environment = {
        **NOBODY,
        "PYTHONPATH": str(boto3_folder),
        "AWS_ENDPOINT_URL_DYNAMODB": server.url,
        "CONTENT_TABLE": "content",
        "CONTENT_STAGE": STAGE,
        "CONTENT_REFRESH_SECONDS": "1",
    }
    try:
        with Runtime(built_function, environment) as runtime:
            yield runtime
    except NotReady as missing:
        pytest.skip(str(missing))


def ask(running: Runtime) -> dict[str, Any]:
    response: dict[str, Any] = running.invoke(RELIEF)
    assert response["response"]["outputSpeech"]["ssml"]
    return response


def ask_until(running: Runtime, version: str) -> dict[str, Any]:
    """Ask again and again, as listeners do, until release ``version`` answers."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        response = ask(running)
        if response["sessionAttributes"]["release"] == version:
            return response
        assert time.monotonic() < until, running.log()
        time.sleep(0.3)


def speech(response: dict[str, Any]) -> str:
    return str(response["response"]["outputSpeech"]["ssml"])


def test_through_a_change_of_content_and_a_rollback(
    running: Runtime, table: ContentTable, bundled: Package, changed: Package
) -> None:
    publish_bundle(table, STAGE, bundled.data, Origin("deploy"))
    assert ask(running)["sessionAttributes"]["release"] == bundled.version  # a cold start answers from the bundle
    publish(table, STAGE, changed, table.pointer(STAGE), Origin())
    assert NEWS in speech(ask_until(running, changed.version))
    roll_back(table, STAGE, bundled.version, table.pointer(STAGE), Origin())
    assert NEWS not in speech(ask_until(running, bundled.version))


def test_a_withdrawn_answer_is_off_the_air(running: Runtime, table: ContentTable, bundled: Package) -> None:
    publish_bundle(table, STAGE, bundled.data, Origin("deploy"))
    advice = bundled.release["answers"]["relief"]["short"].partition(".")[0]
    assert advice in speech(ask(running))
    withdraw(table, "relief", Origin())
    until = time.monotonic() + _PATIENCE_SECONDS
    while advice in speech(ask(running)):
        assert time.monotonic() < until, running.log()
        time.sleep(0.3)


@pytest.mark.parametrize("trouble", ["stop", "freeze"])
def test_with_the_server_gone_the_last_good_release_answers(
    running: Runtime, server: Server, table: ContentTable, bundled: Package, changed: Package, trouble: str
) -> None:
    publish_bundle(table, STAGE, bundled.data, Origin("deploy"))
    publish(table, STAGE, changed, table.pointer(STAGE), Origin())
    ask_until(running, changed.version)
    getattr(server, trouble)()
    took = []
    for _ in range(8):
        time.sleep(0.5)
        began = time.monotonic()
        assert ask(running)["sessionAttributes"]["release"] == changed.version
        took.append(time.monotonic() - began)
    # 0.3 s is what the store may take; the rest is the emulator's and the machine's.
    assert sorted(took)[len(took) // 2] < 0.6, took
    lines = [json.loads(line) for line in running.log().splitlines() if line.startswith("{")]
    warned = [line for line in lines if line["event"] == "store"]
    assert warned and all(line["StoreFallbacks"] == 1 and line["trouble"] for line in warned)
    assert {"bundled", "published", "behind"} == {line["store"] for line in lines if line["event"] == "turn"}


def test_without_a_server_from_the_start_the_bundle_answers(running: Runtime, server: Server, bundled: Package) -> None:
    server.stop()
    for _ in range(4):
        assert ask(running)["sessionAttributes"]["release"] == bundled.version
        time.sleep(0.4)
