"""The production way, really run: gunicorn with our settings on this machine's loopback, and very many requests at once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.webservice.authority import pem
from tests.webservice.fake_alexa import SKILL_ID, Alexa, Post
from workbench.compiler.content import ROOT

CROWD = 2000


class Service(NamedTuple):
    port: int
    process: subprocess.Popen[bytes]
    log: Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, alexa_with_keys: Alexa) -> Path:
    folder = tmp_path_factory.mktemp("alexa")
    (folder / "root.pem").write_bytes(pem(alexa_with_keys.root))
    (folder / "chain.pem").write_bytes(pem(alexa_with_keys.signer, alexa_with_keys.intermediate))
    return folder


def started(folder: Path, port: int, *, app: str = "tests.webservice.served:app", **settings: str) -> Service:
    environment = {**os.environ, "TEST_ALEXA": str(folder), "BIND": f"127.0.0.1:{port}", **settings}
    environment.pop("PYTHONWARNINGS", None)
    log = folder / f"{port}.log"
    command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "--config", "webservice/gunicorn.conf.py", app]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    return Service(port, process, log)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def service(folder: Path, built: Path) -> Iterator[Service]:
    service = started(folder, free_port(), SKILL_ID=SKILL_ID, WEB_CONCURRENCY="2")
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and service.process.poll() is None:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{service.port}/healthz"):
                break
            time.sleep(0.1)
        else:
            raise AssertionError(service.log.read_text())
        yield service
    finally:
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(20)
        assert not own_folders(service.process), "gunicorn left its folder behind"


def own_folders(process: subprocess.Popen[bytes]) -> list[Path]:
    """The folder that gunicorn makes for its workers' file."""
    places = (Path("/dev/shm"), Path(tempfile.gettempdir()))
    return [path for place in places for path in place.glob(f"back-spasm-guide-{process.pid}-*")]


async def send(service: Service, post: Post, all_connected: asyncio.Barrier) -> tuple[int, float, bytes]:
    """Return the status, the seconds that it took from the moment at which everybody was connected, and the body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.port)
    headers = {"Host": "localhost", "Connection": "close", "Content-Length": str(len(post.body)), **post.headers}
    head = f"{post.method} {post.path} HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items()
    )
    await all_connected.wait()
    begun = time.perf_counter()
    writer.write(head.encode() + b"\r\n" + post.body)
    answered = await reader.read()
    writer.close()
    return int(answered.split(b" ", 2)[1]), time.perf_counter() - begun, answered.partition(b"\r\n\r\n")[2]


def send_all(service: Service, posts: list[Post]) -> list[tuple[int, float, bytes]]:
    """Send all at the same moment, each on a connection of its own, when all of these stand."""

    async def gathered() -> list[tuple[int, float, bytes]]:
        all_connected = asyncio.Barrier(len(posts))
        return await asyncio.gather(*(send(service, post, all_connected) for post in posts))

    return asyncio.run(gathered())


def question(alexa: Alexa) -> Post:
    """A question of the costliest kind: free text, which has to be understood."""
    said = json.loads((ROOT / "events" / "free-text.json").read_bytes())["request"]["intent"]
    sent = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return alexa.signed(alexa.envelope(type="IntentRequest", intent=said, timestamp=sent))


@pytest.fixture(autouse=True, scope="module")
def open_files() -> Iterator[None]:
    """Lets this process have as many connections as the crowd needs; gunicorn sees to that by itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= hard < CROWD + 500:
        pytest.skip(f"this system allows {hard} open files, which is no crowd")
    if 0 <= soft < CROWD + 500:
        resource.setrlimit(resource.RLIMIT_NOFILE, (CROWD + 500, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_two_thousand_at_once_are_all_answered_before_alexa_gives_up(service: Service, alexa: Alexa) -> None:
    last = math.inf
    for _ in range(3):  # other tests may have the processors at the same time
        answers = send_all(service, [question(alexa) for _ in range(CROWD)])
        assert Counter(status for status, _, _ in answers) == {200: CROWD}
        assert all(b"outputSpeech" in body for _, _, body in answers)
        taken = sorted(seconds for _, seconds, _ in answers)
        last = min(last, taken[-1])
        print(f"{CROWD} at once: median {taken[CROWD // 2]:.2f} s, last {taken[-1]:.2f} s")
        if last < 8:
            break
    assert last < 8


def test_a_replay_is_noticed_whichever_worker_it_comes_to(service: Service, alexa: Alexa) -> None:
    posts = [question(alexa) for _ in range(20)]
    answers = send_all(service, posts * 10)
    assert Counter(status for status, _, _ in answers) == {200: 20, 400: 180}


def test_a_crowd_of_forgers_keeps_nobody_from_an_answer(service: Service, alexa: Alexa) -> None:
    forged = [question(alexa).with_headers(Signature_256="AAAA") for _ in range(500)]
    answers = send_all(service, [*forged, *(question(alexa) for _ in range(50))])
    assert Counter(status for status, _, _ in answers[500:]) == {200: 50}
    assert Counter(status for status, _, _ in answers[:500]) == {400: 500}


def test_the_log_holds_no_address_and_the_service_says_little_of_itself(service: Service, alexa: Alexa) -> None:
    assert send_all(service, [question(alexa)])[0][0] == 200
    log = re.sub(r'"amzn1\.echo-api\.request\.[0-9a-f-]{36}"', "", service.log.read_text())
    assert "amzn1" not in log
    assert "127.0.0.1" not in log.replace(f"http://127.0.0.1:{service.port}", "")


def test_the_log_is_json_lines_one_a_turn(service: Service, alexa: Alexa) -> None:
    posts = [question(alexa) for _ in range(40)]
    ids = [json.loads(post.body)["request"]["requestId"] for post in posts]
    assert {status for status, _, _ in send_all(service, posts)} == {200}
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    written = [line["request_id"] for line in lines if line["event"] == "turn" and line["request_id"] in ids]
    assert sorted(written) == sorted(ids)


def test_what_cannot_be_read_is_not_quoted(service: Service) -> None:
    """gunicorn would: "Invalid request from ip=127.0.0.1: Invalid HTTP request line: 'CANARY'"."""
    for sent in (
        b"CANARY\r\n\r\n",
        b"GET / HTTP/1.1\r\nCANARY\r\n\r\n",
        b"GET /CANARY HTTP/1.1\r\nHost: CANARY\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
            connection.sendall(sent)
            connection.recv(100)
    log = service.log.read_text()
    assert "(not ours to repeat)" in log
    assert "CANARY" not in log


def test_without_a_skill_id_it_does_not_start(folder: Path, built: Path) -> None:
    service = started(folder, free_port(), app="webservice.wsgi:app", SKILL_ID="")
    assert service.process.wait(20) != 0
    assert "SKILL_ID is not set" in service.log.read_text()
    assert not own_folders(service.process)
