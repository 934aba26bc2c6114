"""The function run as Lambda runs it, without Docker or AWS.

AWS's own runtime client (awslambdaric, in ``.venv-runtime``, under Python 3.13) runs the folder that ``sam build``
made, under AWS's own emulator of the Lambda service (aws-lambda-rie, a Linux program that comes with the SAM CLI).
What it lacks of Lambda: the small share of a processor that goes with the memory size, a read-only folder, boto3,
and AWS itself.

``python -m workbench.runtime events/relief.json`` prints what the function answers.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import http.client
import importlib.util
import json
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BUILT_FUNCTION = ROOT / ".aws-sam" / "build" / "SkillFunction"
RUNTIME_PYTHON = ROOT / ".venv-runtime" / "bin" / "python"

# As in template.yaml.
HANDLER = "skill_function.handler"
TIMEOUT_SECONDS = 8
MEMORY_MB = 1024
LOG_FORMAT = "JSON"

# What Lambda's own Python has and the local runtime lacks; only the content store imports it.
_BOTO3 = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3")

# How long the emulator may take to listen, and to end.
_PATIENCE_SECONDS = 10.0
_STARTS = 3
_INVOCATIONS = "/2015-03-31/functions/function/invocations"
_PR_SET_PDEATHSIG = 1


class NotReady(Exception):
    """Something that the runtime needs is not there; the message says what to run."""


class InvocationFailed(Exception):
    """The function gave no response: it raised, ran out of time or died. The message is Lambda's."""


class Runtime:
    """A built function in the real runtime, from ``with`` until the end of its block.

    ``environment`` is what the template would set; nothing of this process's environment gets in. With ``memory_mb``, in
    MiB, the function's process cannot have more, not even reserved: stricter than Lambda, which counts what is used.

    Raises:
        NotReady: on entering, when the folder, the emulator or ``.venv-runtime`` is missing, or it does not start.
    """

    def __init__(
        self,
        folder: Path = BUILT_FUNCTION,
        environment: Mapping[str, str] | None = None,
        *,
        handler: str = HANDLER,
        timeout_seconds: int = TIMEOUT_SECONDS,
        python: Path = RUNTIME_PYTHON,
        memory_mb: int | None = None,
    ) -> None:
        self._folder = folder.absolute()
        self._handler = handler
        self._timeout_seconds = timeout_seconds
        self._python = python.absolute()
        self._memory_mb = memory_mb
        set_by_lambda = _lambda_environment(self._folder, timeout_seconds, memory_mb or MEMORY_MB)
        self._environment = set_by_lambda | dict(environment or {})

    def __enter__(self) -> Runtime:
        command = [str(find_emulator()), *self._checked_command()]
        with contextlib.ExitStack() as cleanup:
            self._log = cleanup.enter_context(tempfile.TemporaryFile())
            for _ in range(_STARTS):
                if self._start(command):
                    cleanup.callback(self._stop)
                    self._cleanup = cleanup.pop_all()
                    return self
            raise NotReady(f"aws-lambda-rie does not start:\n{self.log()}")

    def __exit__(self, *_: object) -> None:
        self._cleanup.close()

    def invoke(self, event: Any) -> Any:
        """Return what the handler returns for ``event``, both as JSON carries them.

        Raises:
            InvocationFailed: when the handler raised, took longer than the timeout, or its process ended.
        """
        # A start and a timeout may both come before the answer.
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=2 * self._timeout_seconds + 15)
        try:
            connection.request("POST", _INVOCATIONS, json.dumps(event).encode())
            body = connection.getresponse().read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise InvocationFailed(f"{type(error).__name__}: {error}\n{self.log()}") from error
        finally:
            connection.close()
        return _response(body)

    def log(self) -> str:
        """Return everything that the function and the emulator have written so far."""
        self._log.seek(0)
        return self._log.read().decode(errors="replace")

    def start_milliseconds(self) -> float | None:
        """Return how long the function's last start took (imports and release), None before the first invocation."""
        starts = re.findall(r"INIT REPORT\(durationMs: ([0-9.]+)\)", self.log())
        return float(starts[-1]) if starts else None

    def peak_memory_mb(self) -> float:
        """Return the most memory that the function's process has had so far, in MiB; 0 before the first invocation."""
        peaks = [0.0]
        for process in self._function_processes():
            with contextlib.suppress(OSError):
                status = Path("/proc", str(process), "status").read_text(errors="replace")
                if peak := re.search(r"VmHWM:\s+(\d+) kB", status):
                    peaks.append(int(peak[1]) / 1024)
        return max(peaks)

    def freeze(self) -> None:
        """Stop the function in the midst of whatever it does, as Lambda does between two requests."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the function go on, as Lambda does when a request comes."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        for process in self._function_processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)

    def _function_processes(self) -> list[int]:
        found = []
        for process in _session_members(self._process.pid):
            with contextlib.suppress(OSError):
                if Path("/proc", str(process), "cmdline").read_bytes().split(b"\0")[0] == bytes(self._python):
                    found.append(process)
        return found

    def _checked_command(self) -> list[str]:
        if not (self._folder / f"{self._handler.partition('.')[0]}.py").is_file():
            raise NotReady(f"{self._folder} is not a built function. Run: make sam-build")
        if not self._python.is_file():
            raise NotReady(f"The Lambda runtime is not installed ({self._python}). Run: make runtime")
        command = [str(self._python), "-m", "awslambdaric", self._handler]
        if self._memory_mb is None:
            return command
        # The emulator, which Lambda does not have within its limit, has none.
        return ["/bin/sh", "-c", f'ulimit -v {self._memory_mb * 1024} && exec "$@"', "sh", *command]

    def _start(self, command: Sequence[str]) -> bool:
        """Start the emulator on two free ports; False when it ended at once, as when another took a port meanwhile."""
        self._port, api_port = _free_ports()
        invocations = ("--runtime-interface-emulator-address", f"127.0.0.1:{self._port}")
        api = ("--runtime-api-address", f"127.0.0.1:{api_port}")
        self._process = subprocess.Popen(  # noqa: S603 - nobody's input
            [command[0], *invocations, *api, *command[1:]],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        try:
            return self._is_listening()
        except BaseException:
            self._stop()
            raise

    def _is_listening(self) -> bool:
        until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self._port)) == 0:
                    return True
            time.sleep(0.01)
        self._stop()
        return False

    def _stop(self) -> None:
        """End the emulator, which ends the function; then whatever is left of its session."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for process in _session_members(self._process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def find_emulator() -> Path:
    """Return the aws-lambda-rie of the installed SAM CLI that fits this machine.

    Raises:
        NotReady: when there is none.
    """
    if platform.system() != "Linux":
        raise NotReady("aws-lambda-rie runs on Linux only. With Docker, use: make sam-local")
    samcli = importlib.util.find_spec("samcli")
    if samcli is None or not samcli.submodule_search_locations:
        raise NotReady("The SAM CLI, which has the emulator of Lambda, is not installed. Run: make setup-dev")
    architecture = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    emulator = Path(samcli.submodule_search_locations[0], "local", "rapid", f"aws-lambda-rie-{architecture}")
    if not emulator.is_file():
        raise NotReady(f"The SAM CLI has no emulator of Lambda for {architecture} ({emulator}).")
    return emulator


def boto3_folder(folder: Path) -> Path:
    """Return ``folder`` with boto3 in it, compiled, made if it is not there: as PYTHONPATH, what Lambda's own Python has.

    Raises:
        MissingPython: when there is no Python 3.13.
    """
    if not folder.exists():
        import boto3

        from workbench.python313 import find_python313

        source = Path(boto3.__file__).parent.parent
        for package in _BOTO3:
            shutil.copytree(source / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        command = [str(find_python313()), "-W", "ignore", "-m", "compileall", "-q", str(folder)]
        subprocess.run(command, check=True)  # noqa: S603 - nobody's input
    return folder


def _lambda_environment(folder: Path, timeout_seconds: int, memory_mb: int) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(folder),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_LAMBDA_FUNCTION_NAME": "SkillFunction",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_seconds),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_LAMBDA_LOG_FORMAT": LOG_FORMAT,
        # Lambda cannot write to the function's folder either.
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _response(body: str) -> Any:
    try:
        response = json.loads(body)
    except json.JSONDecodeError:
        # The emulator tells of a timeout in plain text, and of some mishaps of its own in none.
        raise InvocationFailed(body or "the emulator answered nothing") from None
    if isinstance(response, dict) and "errorType" in response:
        trace = "".join(response.get("stackTrace") or ())
        raise InvocationFailed(f"{response['errorType']}: {response.get('errorMessage')}\n{trace}".rstrip())
    return response


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _end_with_parent() -> None:
    """Have the kernel end the emulator if this process is killed before it can."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _session_members(session: int) -> list[int]:
    """The processes of a session; the function is in a process group of its own, but in the emulator's session."""
    members = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # After the name, which is in brackets and may hold anything: state, parent, group, session.
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session:
            members.append(int(folder.name))
    return members


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the function's answer to the request in a file.

    Returns the exit status: 0 when it answered, 1 when it failed, 2 when it could not be asked.
    """
    parser = argparse.ArgumentParser(prog="python -m workbench.runtime", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("event", type=Path, help="a request as Alexa sends it, such as events/relief.json")
    parser.add_argument("--folder", type=Path, default=BUILT_FUNCTION, help="what sam build made (%(default)s)")
    chosen = parser.parse_args(arguments)
    try:
        event = json.loads(chosen.event.read_bytes())
    except (OSError, ValueError) as error:
        return _complain(2, f"{chosen.event}: {error}")
    try:
        with Runtime(chosen.folder) as runtime:
            began = time.perf_counter()
            response = runtime.invoke(event)
            took = (time.perf_counter() - began) * 1000
            started = runtime.start_milliseconds() or 0.0
    except NotReady as error:
        return _complain(2, str(error))
    except InvocationFailed as error:
        return _complain(1, str(error))
    print(json.dumps(response, indent=2, ensure_ascii=False))
    print(f"start {started:.0f} ms, answer {max(took - started, 0):.0f} ms", file=sys.stderr)
    return 0


def _complain(status: int, message: str) -> int:
    print(message, file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
