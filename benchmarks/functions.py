"""The functions that are measured: built as deploying builds them, or made from a built one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from benchmarks.many_answers import lay_out
from workbench.compiler.build import RELEASE, build
from workbench.compiler.content import ROOT
from workbench.progress import Say
from workbench.python313 import find_python313
from workbench.runtime import boto3_folder

FOLDER = ROOT / "build" / "bench"

# No AWS is ever asked; the SAM CLI only insists that there be a region and somebody.
_NOBODY = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "SAM_CLI_TELEMETRY": "0",
}


class Function(NamedTuple):
    """A function that can be run."""

    folder: Path
    handler: str
    environment: dict[str, str]


def hello_world() -> Function:
    """Return ask-sdk's hello-world as ``sam build`` makes it when it is left to itself."""
    folder = _sam_build(ROOT / "benchmarks" / "hello_world" / "template.yaml", "HelloWorldFunction")
    return Function(folder, "hello_world.handler", {})


def bare() -> Function:
    """Return a function that imports nothing: what Lambda's runtime takes by itself."""
    folder = FOLDER / "bare"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bare.py").write_text('def handler(event, context):\n    return {"version": "1.0", "response": {}}\n')
    return Function(folder, "bare.handler", {})


def guide() -> Function:
    """Return the guide's function as it is deployed."""
    return Function(_sam_build(ROOT / "template.yaml", "SkillFunction"), "skill_function.handler", {})


def with_release(function: Function, release: Path) -> Function:
    """Return ``function`` with another release in its folder."""
    folder = release.parent / "function"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(function.folder, folder)
    shutil.copyfile(release, folder / "release.json")
    return function._replace(folder=folder)


def built_release(answers: int, lines: int, say: Say) -> Path:
    """Return a release of so many answers with so many lines each, made with ``guide build``'s compiler."""
    root = FOLDER / f"{answers}-answers-{lines}-lines"
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    lay_out(root, answers, lines)
    build(root, say)
    return root / RELEASE


def with_boto3(function: Function) -> Function:
    """Return ``function`` with boto3 in reach, compiled, as in Lambda."""
    path = {"PYTHONPATH": str(boto3_folder(FOLDER / "boto3"))}
    return function._replace(environment={**function.environment, **_NOBODY, **path})


def _sam_build(template: Path, name: str) -> Path:
    folder = FOLDER / name
    beside = os.pathsep.join((str(Path(sys.executable).parent), str(find_python313().parent), os.environ["PATH"]))
    command = ["sam", "build", name, "--template", str(template), "--build-dir", str(folder)]
    environment = {**os.environ, **_NOBODY, "PATH": beside}
    ran = subprocess.run(  # noqa: S603 - nobody's input
        command, cwd=template.parent, env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        raise SystemExit(f"sam build of {name} failed:\n{ran.stdout}{ran.stderr}")
    return folder / name
