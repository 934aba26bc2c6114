"""The function's folder as ``sam build`` makes it, and the real runtime on top of it: once for a whole test run."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.python313 import MissingPython, find_python313
from workbench.runtime import ROOT, NotReady, Runtime

# No AWS is ever asked; the SAM CLI only insists that there be a region and somebody.
STAND_IN_AWS = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "SAM_CLI_TELEMETRY": "0",
}


RunSam = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def sam(tmp_path_factory: pytest.TempPathFactory) -> RunSam:
    """The SAM CLI, run in the project's folder; what it keeps between runs it keeps in a temporary folder."""
    program = shutil.which("sam", path=str(Path(sys.executable).parent)) or shutil.which("sam")
    if not program:
        pytest.skip("the SAM CLI is not installed")
    environment = os.environ | STAND_IN_AWS | {"__SAM_CLI_APP_DIR": str(tmp_path_factory.mktemp("sam-home"))}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [program, *arguments]
        return subprocess.run(
            command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600
        )

    return run


@pytest.fixture(scope="session")
def built_function(tmp_path_factory: pytest.TempPathFactory, sam: RunSam) -> Path:
    """The folder of the function, from ``sam build``; all workers of a test run share one."""
    try:
        find_python313()
    except MissingPython:
        pytest.skip("Python 3.13 is not installed")
    if not (ROOT / ".venv" / "bin" / "guide").exists():
        pytest.skip("the project is not set up in .venv")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    build = shared / "sam-build"
    with (shared / "sam-build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (build / "template.yaml").exists():
            ran = sam("build", "--build-dir", str(build))
            assert ran.returncode == 0, ran.stdout + ran.stderr
    return build / "SkillFunction"


@pytest.fixture(scope="session")
def runtime(built_function: Path) -> Iterator[Runtime]:
    """The built function in the real Lambda runtime, with the settings of the template's defaults."""
    try:
        started = Runtime(built_function, {"SKILL_ID": ""}).__enter__()
    except NotReady as missing:
        pytest.skip(str(missing))
    try:
        yield started
    finally:
        started.__exit__()
