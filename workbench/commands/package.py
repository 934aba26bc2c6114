"""``guide package``: the skill package, for the stack, for ask-cli, or to look at."""

from __future__ import annotations

import argparse
from pathlib import Path

from workbench.cli import UsageError
from workbench.commands import ensure_built, progress
from workbench.compiler.content import ROOT
from workbench.deploying.package import LIVE_STAGE, STAGES, ask_project, skill_package, write, zipped


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "make deploy needs none of this. With ask-cli: deploy the function, guide package --ask --endpoint ARN, then ask deploy "
        "in that folder (docs/deployment.md)."
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--ask", action="store_true", help="a project for ask-cli: skill-package/ and ask-resources.json")
    what.add_argument("--zip", type=Path, metavar="FILE", help="the package alone, as a zip file")
    parser.add_argument("--to", type=Path, default=Path("build/ask"), metavar="FOLDER", help="for --ask (%(default)s)")
    parser.add_argument("--endpoint", default="", metavar="ARN", help="the function that Alexa is to call")
    parser.add_argument("--stage", choices=STAGES, default=LIVE_STAGE, help="dev is called differently (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    ensure_built()
    try:
        if arguments.zip:
            arguments.zip.write_bytes(zipped(skill_package(ROOT, arguments.stage, arguments.endpoint)))
            return 0
        write(ask_project(ROOT, arguments.stage, arguments.endpoint), arguments.to)
    except OSError as error:
        raise UsageError(f"{error.filename}: {error.strerror}") from None
    progress(f"Wrote {arguments.to}/skill-package and {arguments.to}/ask-resources.json.")
    if not arguments.endpoint:
        progress("It has no endpoint yet. Say --endpoint ARN; make deploy prints it as SkillFunctionArn.")
    return 0
