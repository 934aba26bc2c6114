"""``make chaos``: every answer within a second and right, whatever the content store does. Takes about four minutes.

First many callers ask functions in this process, under one fault after the other; then the built function is asked in
Lambda's own runtime. The table is printed as it is made, and written to build/chaos.json. The exit status is 1 if any answer was
late or wrong, if anything published was not followed, or if the log called a fault something else than it is.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from collections.abc import Iterable, Sequence
from typing import TextIO

from workbench.chaos.editions import edition
from workbench.chaos.faults import faults
from workbench.chaos.lambda_runtime import bear_in_runtime
from workbench.chaos.load import Outcome, bear
from workbench.commands import ensure_built, progress
from workbench.compiler.build import RELEASE
from workbench.compiler.content import ROOT
from workbench.local_dynamodb import local_dynamodb
from workbench.runtime import NotReady

REPORT = ROOT / "build" / "chaos.json"
_BOTO3 = ROOT / "build" / "chaos" / "boto3"
# Belongs to no release, and lies in no table.
_UNKNOWN_EDITION = 999_999
_HEAD = f"{'fault':<58}{'asked':>6}{'right':>6}{'slowest':>8}{'p99':>6}{'first':>6}{'followed':>9}  the log: store; trouble (metric lines)"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workbench.chaos", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", default="", metavar="WORDS", help="faults with these words in their names")
    parser.add_argument("--here", action="store_true", help="in this process only, not in Lambda's runtime")
    chosen = parser.parse_args(arguments)
    # What the function logs by itself, it writes as JSON; libraries are not asked.
    logging.disable(logging.CRITICAL)
    ensure_built()
    began = time.monotonic()
    try:
        outcomes = _run(chosen.only, here=chosen.here, out=sys.stdout)
    except NotReady as missing:
        print(missing, file=sys.stderr)
        return 2
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps([outcome._asdict() for outcome in outcomes], indent=1) + "\n", encoding="utf-8")
    failed = [outcome for outcome in outcomes if outcome.violations]
    asked = sum(outcome.requests for outcome in outcomes)
    slowest = max((outcome.slowest_ms for outcome in outcomes), default=0.0)
    print(f"\n{asked:,} answers in {time.monotonic() - began:.0f} s, the slowest after {slowest:.0f} ms.")
    print(f"{len(failed)} of {len(outcomes)} went wrong." if failed else "All were right and in time.")
    return 1 if failed or not outcomes else 0


def _run(only: str, *, here: bool, out: TextIO) -> list[Outcome]:
    compiled = (ROOT / RELEASE).read_bytes()
    every = [one for one in faults(edition(_UNKNOWN_EDITION, compiled).package.data) if only in one.name]
    with local_dynamodb() as port:
        print(
            f"In this process, all asked at the same time (milliseconds; followed: seconds)\n{_HEAD}",
            file=out,
            flush=True,
        )
        outcomes = _printed(bear(every, port, compiled, progress), out)
    if here:
        return outcomes
    with local_dynamodb() as port:
        print(f"\nIn Lambda's runtime, boto3 and all\n{_HEAD}", file=out, flush=True)
        chosen = [one for one in every if one.in_lambda or only]
        return outcomes + _printed(bear_in_runtime(chosen, port, _BOTO3, progress), out)


def _printed(outcomes: Iterable[Outcome], out: TextIO) -> list[Outcome]:
    done = []
    for one in outcomes:
        states = ", ".join(f"{state} {count}" for state, count in sorted(one.states.items()))
        logged = ", ".join(f"{what[:40]} ({count})" for what, count in one.logged.items())
        times = f"{one.slowest_ms:>8.0f}{one.p99_ms:>6.0f}{one.first_ms:>6.0f}{one.followed_seconds:>9.1f}"
        print(f"{one.fault:<58}{one.requests:>6}{one.right:>6}{times}  {states}; {logged or '-'}", file=out, flush=True)
        for violation in one.violations:
            print(f"    WRONG: {violation}", file=out, flush=True)
        done.append(one)
    return done


if __name__ == "__main__":
    sys.exit(main())
