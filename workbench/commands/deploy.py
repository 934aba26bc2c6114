"""``guide deploy``: code, content, interaction model and manifest, into AWS and Alexa (``make deploy``)."""

from __future__ import annotations

import argparse
import os
import sys

from workbench.cli import FOUND, UsageError
from workbench.commands import progress
from workbench.compiler.content import ROOT
from workbench.deploying.package import STAGES
from workbench.deploying.settings import read_settings


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "Settings stand in samconfig.toml, a block for each stage. docs/deployment.md begins with no account at all."
    )
    parser.add_argument("--stage", choices=STAGES, default="dev", help="which of the two stacks (%(default)s)")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a parameter of template.yaml, for this deploy"
    )
    parser.add_argument(
        "--content",
        choices=("keep", "bundle"),
        default="keep",
        help="what to do with content published since the last deploy: keep it on the air, or put this deploy's there",
    )


def run(arguments: argparse.Namespace) -> int:
    try:
        from workbench.deploying.cloud import Aws, CloudError
        from workbench.deploying.deploy import DeployFailed, deploy
        from workbench.publishing.origin import origin
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed; run make setup-dev") from None
    settings = read_settings(ROOT, arguments.stage, arguments.set)
    os.chdir(ROOT)
    os.environ.setdefault("AWS_DEFAULT_REGION", settings.region)
    try:
        deployed = deploy(
            ROOT, settings, Aws(settings.region), progress, commit=origin().commit, bundle=arguments.content == "bundle"
        )
    except (DeployFailed, CloudError) as error:
        print(error, file=sys.stderr)
        return FOUND
    _print_outcome(deployed.outputs, arguments.stage)
    return 0


def _print_outcome(outputs: dict[str, str], stage: str) -> None:
    for name, value in sorted(outputs.items()):
        print(f"{name + ':':<20} {value}")
    bundled, on_air = outputs.get("BundledRelease"), outputs.get("ReleaseOnAir")
    if bundled != on_air:
        print(
            f"Content {on_air} was published after the last deploy and stays on the air. To put {bundled} there: CONTENT=bundle."
        )
    name = "back spasm guide" if stage == "prod" else "back spasm guide test"
    if "SkillId" in outputs:
        print(f'Say "Alexa, open {name}" to a device of the developer account.')
    else:
        print("No skill was made: docs/deployment.md, 'By hand', says how to attach one.")
