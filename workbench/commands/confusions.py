"""``guide confusions``: lines that another answer would steal, and answers that are hard to tell apart."""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict

from workbench.commands import progress
from workbench.compiler.build import reaching
from workbench.compiler.content import ROOT, load_content
from workbench.evaluation.crossval import left_out

_MOST_PAIRS, _MOST_LINES = 20, 4


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", nargs="?", help="only lines that this answer loses or takes")
    parser.add_argument("--most", type=int, default=_MOST_PAIRS, help="how many pairs to list (default: %(default)s)")


def run(arguments: argparse.Namespace) -> int:
    content, _ = load_content(ROOT)
    pairs: Counter[tuple[str, str]] = Counter()
    lines = defaultdict(list)
    for line, owner, reading in left_out(
        content.examples(), content.elsewhere, content.hints(), reaching(content), progress
    ):
        first = reading.ranked[0][0]
        if owner != first and (not arguments.id or arguments.id in (owner, first)):
            pairs[owner, first] += 1
            lines[owner, first].append(line)
    print("Each line was asked of a model that had not learned from it.")
    for (owner, taker), count in pairs.most_common(arguments.most):
        print(f"\n{count} of {owner or 'elsewhere'} go to {taker or 'elsewhere'}:")
        for line in lines[owner, taker][:_MOST_LINES]:
            print(f"  {line}")
    return 0
