"""``guide evaluate``: labelled questions through the whole path, and the authored lines against each other."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from workbench.cli import UsageError
from workbench.commands import ensure_built, progress
from workbench.commands.ask import DEFAULT_LOCALE, ask_all
from workbench.compiler.build import reaching
from workbench.compiler.content import ROOT, load_content
from workbench.evaluation.figures import Judged, coverage, figures, table
from workbench.evaluation.questions import QuestionsError, judge, read_questions
from workbench.standin.local import ears


def add(parser: argparse.ArgumentParser) -> None:
    parser.epilog = (
        'A question is a JSON line {"text": …} with "answer" (and "also"), "level" (and "also_level"), or "kind". '
        "Without any, the authored lines are cross-validated: each fifth is asked of a model that learned from the rest."
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="DIR-OR-FILE", help="JSONL files, or folders of them")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--worst", action="store_true", help="list what went wrong")
    parser.add_argument("--cross-validate", action="store_true", help="cross-validate the authored lines as well")


def run(arguments: argparse.Namespace) -> int:
    ensure_built()
    found = {}
    if arguments.paths:
        try:
            questions = read_questions(arguments.paths)
        except QuestionsError as error:
            raise UsageError(str(error)) from None
        replies = ask_all((question.text, DEFAULT_LOCALE) for question in questions)
        judged: list[Judged] = [
            (question, reply, judge(question, reply)) for question, reply in zip(questions, replies, strict=True)
        ]
        found = figures(judged) | {
            "carriers": coverage([question.text for question in questions], ears(DEFAULT_LOCALE))
        }
        print(table(found, found["carriers"]))
        if arguments.worst:
            print("\n".join(["", *_worst(judged)]))
    if arguments.cross_validate or not arguments.paths:
        # Only here: it brings NumPy and SciPy along, which take a second to import.
        from workbench.evaluation.crossval import cross_validate
        from workbench.evaluation.crossval import table as cross_table

        content, _ = load_content(ROOT)
        found["cross_validation"] = cross_validate(
            content.examples(), content.elsewhere, content.hints(), reaching(content), progress
        )
        print(cross_table(found["cross_validation"]))
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return 0


def _worst(judged: list[Judged]) -> list[str]:
    wrong = [row for row in judged if row[2] not in ("right", "declined" if row[0].kind == "elsewhere" else "right")]
    return [
        f"{verdict:<9} {question.label:<20} got {reply['answer'] or ' or '.join(reply['offered']) or reply['outcome']}"
        f"{' +' + reply['warning'] if reply['warning'] else ''}: {question.text[:110]}"
        for question, reply, verdict in sorted(wrong, key=lambda row: (row[0].kind, row[2], row[0].label))
    ]
