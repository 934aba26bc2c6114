"""``guide new``: lay out a new answer for its editor to fill in."""

from __future__ import annotations

import argparse
import datetime
import re

from workbench.cli import UsageError
from workbench.compiler.content import ANSWERS, ROOT
from workbench.compiler.layout import LAYOUT

_ID = re.compile(r"[a-z]+(-[a-z]+)*")
_YEAR = datetime.timedelta(days=365)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="the new answer's id: lower-case words with hyphens, such as dry-needling")


def run(arguments: argparse.Namespace) -> int:
    identity = arguments.id
    if not _ID.fullmatch(identity):
        raise UsageError(f"'{identity}' cannot be an id; use lower-case words with hyphens, such as dry-needling")
    path = ROOT / ANSWERS / f"{identity}.md"
    if path.exists():
        raise UsageError(f"{ANSWERS}/{identity}.md is there already; it was left as it is")
    today, topic = datetime.date.today(), identity.replace("-", " ")
    path.write_text(
        LAYOUT.format(id=identity, title=topic.capitalize(), topic=topic, today=today, due=today + _YEAR),
        encoding="utf-8",
    )
    print(f"{ANSWERS}/{identity}.md is laid out. Fill it in, then: guide check, and guide show {identity} --watch")
    return 0
