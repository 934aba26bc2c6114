"""``guide serve``: the skill as a web service, for Alexa or, with ``--local``, for trying it out without Alexa."""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Mapping
from typing import NoReturn

from workbench.cli import UsageError
from workbench.commands import ensure_built, progress
from workbench.compiler.content import ROOT

LOOPBACK = "127.0.0.1"

_EPILOG = """Without --local it is run by gunicorn, and answers nothing but requests that Alexa has signed for the skill
whose id is in SKILL_ID. docs/self-hosting.md says what else it takes to go on the air."""

_NEEDED = ("flask_ask_sdk", "flask", "cryptography", "certifi")
_INSTALL = f"""the web service's own packages are not installed here. Run:
  {sys.executable} -m pip install --no-deps --require-hashes -r {ROOT / "webservice" / "requirements.txt"}"""

_WARNING = """
  ****************************************************************************
  *  VERIFICATION IS OFF: whoever reaches this service is answered.          *
  *  It listens on this machine alone and takes nothing that was forwarded.  *
  *  Never lead Alexa, a tunnel or a proxy here. Stop it with Ctrl-C.        *
  ****************************************************************************
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = _EPILOG
    parser.add_argument(
        "--local", action="store_true", help="answer everybody on this machine, unsigned, and nobody else"
    )
    parser.add_argument(
        "--host", default=LOOPBACK, help="address to listen on (default: %(default)s; not with --local)"
    )
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    if arguments.local and arguments.host != LOOPBACK:
        raise UsageError(f"--local listens on {LOOPBACK} alone, since it answers everybody; leave --host out")
    if not 0 <= arguments.port < 65536:
        raise UsageError("--port is a number from 0 to 65535")
    if not all(importlib.util.find_spec(name) for name in _NEEDED):
        raise UsageError(_INSTALL)
    if arguments.local:
        ensure_built()
        return _serve_locally(arguments.port)
    if not os.environ.get("SKILL_ID"):
        raise UsageError(
            "SKILL_ID is not set. It is the skill's id (amzn1.ask.skill.…), from Alexa's developer console; "
            "to try the service out without Alexa: guide serve --local"
        )
    if os.name != "posix" or not importlib.util.find_spec("gunicorn"):
        raise UsageError("gunicorn is needed, which runs on Linux and macOS; elsewhere use the container image")
    ensure_built()
    return _serve(*gunicorn(arguments.host, arguments.port, os.environ))


def gunicorn(host: str, port: int, environment: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return the command that serves Alexa, to be run in the project's folder, and its environment."""
    command = [sys.executable, "-m", "gunicorn", "--config", "webservice/gunicorn.conf.py", "webservice.wsgi:app"]
    return command, {**environment, "BIND": f"{host}:{port}"}


def _serve(command: list[str], environment: dict[str, str]) -> NoReturn:
    """Let gunicorn take this process's place, so that what stops the one stops the other."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(command[0], command, environment)  # noqa: S606


def _serve_locally(port: int) -> int:
    from werkzeug.serving import make_server

    from webservice.local import local_app

    try:
        server = make_server(LOOPBACK, port, local_app(), threaded=True)
    except (OSError, SystemExit):  # werkzeug has printed why
        raise UsageError(f"port {port} cannot be listened on; name another with --port") from None
    progress(_WARNING)
    progress(f"Listening on http://{LOOPBACK}:{server.server_port}/alexa")
    with server:
        server.serve_forever()
    return 0
