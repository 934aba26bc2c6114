"""``guide certified``: which interaction model Alexa serves to everybody, and keeping it when that changes."""

from __future__ import annotations

import argparse
import datetime
import json
import sys

from workbench.cli import FOUND
from workbench.commands import ensure_built
from workbench.compiler.build import RELEASE
from workbench.compiler.content import ROOT
from workbench.deploying.certified import CERTIFIED, certified_models, record, record_certified, unserved


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        "The day Amazon's mail says that the skill is live: check out the commit that was submitted, run guide certified --record, "
        "take interaction_model/certified/ to the main branch, and commit it (docs/certification.md)."
    )
    parser.add_argument("--record", action="store_true", help="keep the models as they are here as the certified ones")
    parser.add_argument("--date", default="", metavar="DATE", help="the day it was certified (default: today)")


def run(arguments: argparse.Namespace) -> int:
    ensure_built()
    release = json.loads((ROOT / RELEASE).read_bytes())
    model = release.get("model", "")
    if arguments.record:
        from workbench.publishing.origin import origin

        date = arguments.date or datetime.date.today().isoformat()
        record_certified(ROOT, model, date, origin().commit)
        print(f"Kept {model} in {CERTIFIED}/. Commit it, and run make deploy STAGE=prod, which records it there too.")
        return 0
    facts = record(ROOT)
    if not facts:
        print("Nothing was certified yet.")
        return 0
    same = "the same" if facts["model"] == model else "another"
    print(
        f"Certified on {facts['date']}: {facts['model']} (commit {facts['commit'] or '?'}). The model here, {model}, is {same}."
    )
    lines = unserved(certified_models(ROOT), release)
    for line in lines:
        print(f"no longer served: {line}", file=sys.stderr)
    return FOUND if lines else 0
