"""``guide new``: lay out a new answer for its editor to fill in."""

from __future__ import annotations

import argparse
import datetime
import re

from workbench.cli import UsageError
from workbench.compiler.content import ANSWERS, ROOT

_ID = re.compile(r"[a-z]+(-[a-z]+)*")
_YEAR = datetime.timedelta(days=365)

_LAYOUT = """---
id: {id}
title: {title}
# self-care, exercise, treatment, medicine, facts or guide; it decides which rules of care guide check holds it to
kind: facts
# what people call this; the first one is the name that the guide offers it by
topics:
  - {topic}
# two or three answers to lead on to
next: []
review:
  # sourced until a clinician has read it; then reviewed, with reviewer, credential and date
  status: sourced
  checked: {today}
  due: {due}
# at least 20 ways to ask, as different people would: questions, statements, fragments, slang
ask: []
---

## Short

The useful thing first, in at most 46 words. Each fact ends with its source, such as the mark here. [^nhs-back-pain]

## More

What to say when they want to hear more, in at most 70 words. There may be several of these. [^nhs-back-pain]

## Card

What the Alexa app shows. [^nhs-back-pain]
"""


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="the new answer's id: lower-case words with hyphens, such as foam-roller")


def run(arguments: argparse.Namespace) -> int:
    identity = arguments.id
    if not _ID.fullmatch(identity):
        raise UsageError(f"'{identity}' cannot be an id; use lower-case words with hyphens, such as foam-roller")
    path = ROOT / ANSWERS / f"{identity}.md"
    if path.exists():
        raise UsageError(f"{ANSWERS}/{identity}.md is there already; it was left as it is")
    today, topic = datetime.date.today(), identity.replace("-", " ")
    path.write_text(
        _LAYOUT.format(id=identity, title=topic.capitalize(), topic=topic, today=today, due=today + _YEAR),
        encoding="utf-8",
    )
    print(f"{ANSWERS}/{identity}.md is laid out. Fill it in, then: guide check, and guide show {identity} --watch")
    return 0
