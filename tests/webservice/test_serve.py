"""``guide serve``: on the air with everything verified, or on this machine alone."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.webservice.test_gunicorn import free_port
from workbench.cli import USAGE, main
from workbench.commands import serve
from workbench.compiler.content import ROOT

GUIDE = [sys.executable, "-W", "ignore", "-m", "workbench.cli", "serve"]


@pytest.fixture(autouse=True)
def no_skill_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKILL_ID", raising=False)


def wait_for(url: str, process: subprocess.Popen[str]) -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url) as response:
                status: int = response.status
                return status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.1)
    raise AssertionError("it does not listen")


def test_locally_it_answers_unsigned_requests_and_says_so_loudly(built: Path) -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [*GUIDE, "--local", "--port", "0"],
        cwd=ROOT,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background have been told to ignore Ctrl-C, and so would this.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        try:
            assert process.stderr
            said = ""
            while not (listening := re.search(r"http://127\.0\.0\.1:\d+/alexa", said)):
                line = process.stderr.readline()
                assert line, said
                said += line
            assert "VERIFICATION IS OFF" in said
            body = (ROOT / "events" / "relief.json").read_bytes()
            request = urllib.request.Request(listening[0], body, {"Content-Type": "application/json"})
            with urllib.request.urlopen(request) as response:
                assert "outputSpeech" in json.load(response)["response"]
        finally:
            process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0


def test_on_the_air_it_answers_nothing_unsigned_and_ends_when_told_to(built: Path) -> None:
    port = free_port()
    environment = {**os.environ, "SKILL_ID": "amzn1.ask.skill.test", "WEB_CONCURRENCY": "1"}
    with subprocess.Popen([*GUIDE, "--port", str(port)], cwd=ROOT, env=environment, text=True) as process:
        try:
            assert wait_for(f"http://127.0.0.1:{port}/healthz", process) == 200
            body = (ROOT / "events" / "relief.json").read_bytes()
            request = urllib.request.Request(
                f"http://127.0.0.1:{port}/alexa", body, {"Content-Type": "application/json"}
            )
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request)
            assert (refused.value.code, refused.value.read()) == (400, b"")
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_local_service_is_for_this_machine_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--local", "--host", "0.0.0.0"]) == USAGE
    assert "--local listens on 127.0.0.1 alone" in capsys.readouterr().err


def test_without_the_id_of_a_skill_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve"]) == USAGE
    assert "SKILL_ID is not set" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--local"]])
def test_without_its_packages_it_says_how_to_install_them(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["serve", *arguments]) == USAGE
    assert "requirements.txt" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "--local", "--port", str(taken.getsockname()[1])]) == USAGE
    assert "name another with --port" in capsys.readouterr().err


def test_a_port_out_of_range_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--local", "--port", "70000"]) == USAGE


def test_gunicorn_runs_with_our_settings() -> None:
    command, environment = serve.gunicorn("0.0.0.0", 8080, {"SKILL_ID": "x"})
    assert command[1:] == ["-m", "gunicorn", "--config", "webservice/gunicorn.conf.py", "webservice.wsgi:app"]
    assert environment == {"SKILL_ID": "x", "BIND": "0.0.0.0:8080"}
