"""``guide show``: play an answer to its editor."""

from __future__ import annotations

import argparse
import datetime
import textwrap
import time
from collections.abc import Iterator

from guide.markup import fill, plain, seconds
from workbench.cli import FOUND, UsageError
from workbench.compiler.answers import Answer, Passage
from workbench.compiler.checks import check_content
from workbench.compiler.content import ROOT, Content, load_content
from workbench.compiler.reading import grade

_WIDTH = 96
_LOOK_AGAIN = 0.5


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="the answer's id, which is its file's name: heat")
    parser.add_argument("--locale", default="en-US", help="where the listener is (default: %(default)s)")
    parser.add_argument("--watch", action="store_true", help="play it again at every save")


def run(arguments: argparse.Namespace) -> int:
    status = _show(arguments.id, arguments.locale)
    if not arguments.watch:
        return status
    path = ROOT / "content" / "en" / "answers" / f"{arguments.id}.md"
    seen = path.stat().st_mtime
    while True:
        time.sleep(_LOOK_AGAIN)
        now = path.stat().st_mtime if path.exists() else seen
        if now != seen:
            seen = now
            print("\033[2J\033[H", end="")
            _show(arguments.id, arguments.locale)


def _show(identity: str, locale: str) -> int:
    content, problems = load_content(ROOT)
    if locale not in content.locales:
        raise UsageError(f"unknown locale '{locale}'; the guide has {', '.join(content.locales)}")
    problems.extend(check_content(content, datetime.date.today()))
    answer = content.answers.get(identity)
    file = f"content/en/answers/{identity}.md"
    mine = [problem for problem in problems if problem.file == file]
    if answer is None and not mine:
        raise UsageError(f"there is no answer '{identity}'; the answers are {', '.join(content.answers)}")
    if answer:
        print("\n".join(_lines(content, answer, locale)))
    for problem in mine:
        print(f"! {problem}")
    return FOUND if any(not problem.warning for problem in mine) else 0


def _lines(content: Content, answer: Answer, locale: str) -> Iterator[str]:
    said = {name: words for name, (words, _) in content.places[locale].items()}
    shown = {name: words for name, (_, words) in content.places[locale].items()}
    yield f"{answer.title}   [{answer.id}, {answer.kind}, {answer.review.get('status', '?')}, {locale}]"
    for name, part in answer.spoken:
        yield from _part(name.removeprefix("## "), part, said)
    if answer.card:
        yield f"\nCard: {answer.title}"
        for line in fill(answer.card.text, shown).split("\n"):
            yield from textwrap.wrap(line, _WIDTH - 2, initial_indent="  ", subsequent_indent="  ") or [""]
    yield f"\nLeads on to: {', '.join(answer.next)}"
    named = [
        content.sources[key].publisher + ", " + content.sources[key].title
        for key in answer.sources
        if key in content.sources
    ]
    yield "Rests on: " + ("; ".join(named) or "nothing (about the guide itself)")
    yield f"Asked for by its topics ({', '.join(answer.topics)}) and {len(answer.ask)} lines:"
    yield from (f"  {line}" for line in answer.ask)


def _part(name: str, part: Passage, said: dict[str, str]) -> Iterator[str]:
    heard = fill(part.text, said)
    yield f"\n{name}: {seconds(heard):.0f} seconds, grade {grade(part.text):.1f}"
    yield from textwrap.wrap(plain(heard), _WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
