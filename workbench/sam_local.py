"""The built function in Docker, by `sam local invoke`, asked with every request in ``events/`` (``make sam-local``).

It runs on this machine's own architecture, whatever the template deploys to: the function is pure Python. What comes after
``--`` is passed on, such as ``-- --skip-pull-image --invoke-image my-image``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from workbench.runtime import ROOT

TEMPLATE = ROOT / ".aws-sam" / "build" / "template.yaml"

_SPOKEN_TO = ("LaunchRequest", "IntentRequest")

# SAM insists that there be a region and somebody; nobody in AWS is asked. The table is nobody's either, so that the
# function does what it does when its content store is out of reach: it answers from its bundle.
_NOBODY = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
    "SAM_CLI_TELEMETRY": "0",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask the built function every request, and print what became of each.

    Returns the exit status: 0 when all were answered, 1 when one was not, 2 when they could not be asked.
    """
    parser = argparse.ArgumentParser(
        prog="python -m workbench.sam_local", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("events", nargs="*", type=Path, help="requests (default: all of events/)")
    given = list(sys.argv[1:] if arguments is None else arguments)
    given, passed_on = _split(given)
    chosen = parser.parse_args(given)
    trouble = docker_trouble()
    if trouble:
        print(trouble, file=sys.stderr)
        return 2
    events = chosen.events or sorted((ROOT / "events").glob("*.json"))
    failed = [event for event in events if not _ask(event, passed_on)]
    print(f"{len(events) - len(failed)} of {len(events)} requests answered in Docker on {machine()}.")
    return 1 if failed else 0


def docker_trouble() -> str:
    """Return why Docker cannot be used here, and what to do; "" when it can."""
    try:
        importlib.import_module("docker").from_env(timeout=10).ping()
    except ImportError:
        return "The SAM CLI, which brings what talks to Docker, is not installed. Run: make setup-dev"
    except Exception as error:  # Docker's own errors, and those of sockets below it
        return (
            f"There is no Docker to be reached here ({type(error).__name__}). Start it, or install it (https://docs.docker.com/get-docker/). "
            "Without Docker, make invoke runs the same function in Lambda's own runtime."
        )
    return ""


def machine() -> str:
    """Return this machine's architecture, as Lambda calls it."""
    return {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())


def _split(given: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in given:
        return given, []
    at = given.index("--")
    return given[:at], given[at + 1 :]


def _ask(event: Path, passed_on: Sequence[str]) -> bool:
    """Ask one request; True when it was answered as its kind is."""
    began = time.monotonic()
    sam = Path(sys.executable).parent / "sam"
    overrides = ["--parameter-overrides", f"Architecture={machine()}"]
    command = [
        str(sam),
        "local",
        "invoke",
        "SkillFunction",
        "-t",
        str(TEMPLATE),
        "-e",
        str(event),
        *overrides,
        *passed_on,
    ]
    ran = subprocess.run(  # noqa: S603 - our own
        command, check=False, capture_output=True, text=True, env={**os.environ, **_NOBODY}
    )
    problem = _problem(json.loads(event.read_bytes()), ran.stdout) if ran.returncode == 0 else "sam local invoke failed"
    print(f"{event.stem:<40} {problem or 'answered'}  {time.monotonic() - began:.1f} s", flush=True)
    if problem:
        print(ran.stdout[-2000:], ran.stderr[-4000:], sep="\n", file=sys.stderr)
    return not problem


def _problem(event: Any, output: str) -> str:
    """Return what is wrong with the function's answer to ``event``; "" when nothing is."""
    try:
        response = json.loads(output.strip().rpartition("\n")[2])
    except ValueError:
        return "no JSON came back"
    if "errorType" in response:
        return str(response["errorType"])
    spoken = "outputSpeech" in response.get("response", {})
    if spoken != (event["request"]["type"] in _SPOKEN_TO):
        return "spoke" if spoken else "said nothing"
    return ""


if __name__ == "__main__":
    sys.exit(main())
