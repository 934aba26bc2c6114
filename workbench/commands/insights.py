"""``guide insights``: what is asked and not answered, in counts; nobody's words, and nobody."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from workbench.cli import UsageError
from workbench.commands import progress
from workbench.insights import cloudwatch, logs
from workbench.insights.counts import Asked, Insights, add_up
from workbench.insights.report import report
from workbench.publishing.connection import new_client, plainly

_MOST_DAYS = 400
_DAYS = 7

_EPILOG = """Counted is what was asked in free words: by the answer that it came nearest to, whether that was given or not, and by the form
of the question (content/en/frames.yaml). "none" stands for what Alexa passed on without any words. What is declined often near one answer
is missing among its ask lines; docs/operations.md says how to read the rest, and what the counting costs."""


def add(parser: argparse.ArgumentParser) -> None:
    stage = os.environ.get("CONTENT_STAGE")
    parser.epilog = _EPILOG
    source = parser.add_mutually_exclusive_group(required=not stage)
    source.add_argument("--stage", default=stage, help="whose metrics: dev or prod (default: $CONTENT_STAGE)")
    source.add_argument(
        "--log", metavar="FILE", help="count the lines of a log instead, without AWS; - for standard input"
    )
    parser.add_argument(
        "--days", type=int, default=_DAYS, metavar="N", help="today and the days before it (default: %(default)s)"
    )
    parser.add_argument("--release", default="", metavar="VERSION", help="only what this release was asked")
    parser.add_argument("--most", type=int, default=15, metavar="N", help="rows in a table (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")
    parser.add_argument("--region", help="where the function runs (default: that of your AWS settings)")
    parser.add_argument("--endpoint-url", metavar="URL", help="another CloudWatch, such as a local one")


def run(arguments: argparse.Namespace) -> int:
    if not 1 <= arguments.days <= _MOST_DAYS:
        raise UsageError(f"--days is a number from 1 to {_MOST_DAYS}")
    if arguments.most < 1:
        raise UsageError("--most must be at least 1")
    last = datetime.datetime.now(datetime.UTC).date()
    first = last - datetime.timedelta(days=arguments.days - 1)
    found = _from_log(arguments, first, last) if arguments.log else _from_metrics(arguments, first, last)
    insights = add_up(found)
    if arguments.json:
        about = {"stage": None if arguments.log else arguments.stage, "first": str(first), "last": str(last)}
        print(json.dumps({**about, **insights.as_json()}, indent=2))
        return 0
    _print(arguments, insights, first, last)
    return 0


def _print(arguments: argparse.Namespace, insights: Insights, first: datetime.date, last: datetime.date) -> None:
    where = arguments.log or arguments.stage
    of_release = f", release {arguments.release}" if arguments.release else ""
    print(f"{where}{of_release}, {first} to {last}")
    if not insights.total.asked:
        print(_nothing(arguments))
        return
    for line in report(insights, arguments.most):
        print(line)
    if not arguments.log and arguments.days > cloudwatch.LISTED_DAYS:
        print(
            f"\nA release that was asked nothing in the last {cloudwatch.LISTED_DAYS} days is not in these figures: "
            "CloudWatch does not name what it has not counted since."
        )


def _nothing(arguments: argparse.Namespace) -> str:
    if arguments.log:
        return "Nothing was asked in free words in these lines. Is it the log of the service, and are the days right (--days)?"
    return (
        f"Nothing was counted. Was {arguments.stage} asked anything on these days, with its own words? It takes some minutes until it shows. "
        f"Check the region (--region), the release, and that it was deployed with QuestionMetrics=on "
        f"(make deploy STAGE={arguments.stage})."
    )


def _from_metrics(arguments: argparse.Namespace, first: datetime.date, last: datetime.date) -> list[Asked]:
    client = new_client(arguments, "cloudwatch")
    with plainly(arguments, "CloudWatch"):
        return list(cloudwatch.read(client, arguments.stage, first, last, arguments.release, progress))


def _from_log(arguments: argparse.Namespace, first: datetime.date, last: datetime.date) -> Iterator[Asked]:
    return logs.read(_lines(arguments.log), first, last, arguments.release, progress)


def _lines(name: str) -> Iterable[str]:
    """Yield the lines of a file; what is no UTF-8 in it is in no line of ours.

    Raises:
        UsageError: when it cannot be read.
    """
    if name == "-":
        yield from sys.stdin
        return
    try:
        with Path(name).open(encoding="utf-8", errors="replace") as file:
            yield from file
    except OSError as error:
        raise UsageError(f"cannot read {name}: {error.strerror}") from None
