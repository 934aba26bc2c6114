"""``make bench``: the guide beside ask-sdk's hello-world, in the real Lambda runtime.

Prints a table with ratios, and writes the figures and charts of docs/performance.md.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import functions
from benchmarks.charts import Chart, draw
from benchmarks.content_store import with_content_table
from benchmarks.functions import Function
from benchmarks.many_answers import held_out, subjects
from benchmarks.measuring import (
    FREE_TEXT,
    LAUNCH,
    WrongAnswer,
    by_turn,
    capped,
    cold,
    some,
    taken_over,
    understanding,
    warm,
    zipped,
)
from workbench.commands import progress
from workbench.commands.check import every_problem
from workbench.compiler.build import RELEASE
from workbench.compiler.content import ROOT, load_content
from workbench.runtime import MEMORY_MB, NotReady

MANY, LINES = 10_000, 20
GROWTH = (300, 1_000, 3_000)
MORE_LINES = (40, 80)
AT_LINES = 300

# The least memory that a function can have in Lambda.
SMALLEST_MB = 128
TURNS = 40

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "performance.svg"
FIGURES = ROOT / "docs" / "images" / "performance.json"
_BEGIN, _END = "<!-- figures -->\n", "<!-- end of figures -->"

Figures = dict[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--starts", type=int, default=9, help="fresh starts of each function (%(default)s)")
    parser.add_argument("--requests", type=int, default=1_000, help="warm requests to each function (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="leave out what is only for the charts, and write nothing")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    chosen = parser.parse_args(arguments)
    try:
        figures = measure(chosen.starts, chosen.requests)
        print(table(figures))
        if not chosen.quick:
            figures["growth"] = growth(max(chosen.starts // 2, 3), chosen.requests // 2)
            write(figures)
    except NotReady as missing:
        print(missing, file=sys.stderr)
        return 2
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0 if all(row["reached"] for row in figures["rows"]) else 1


def measure(starts: int, requests: int) -> Figures:
    """Return what the table is made of."""
    progress("Building the functions …")
    hello, bare, guide = functions.hello_world(), functions.bare(), functions.guide()
    progress(f"Building a release of {MANY:,} answers …")
    authoring = {"own": _authoring(0), "many": _authoring(MANY)}
    many = functions.with_release(guide, functions.FOLDER / f"{MANY}-answers-{LINES}-lines" / RELEASE)
    texts = _own_questions()
    made = [held_out(activity, circumstance) for _, activity, circumstance in subjects(MANY - 50)]
    with with_content_table(guide, guide.folder / "release.json") as stored:
        progress("Measuring …")
        cold_taken = cold(
            {
                "hello": (hello, LAUNCH),
                "bare": (bare, LAUNCH),
                "launch": (guide, LAUNCH),
                "text": (guide, FREE_TEXT),
                "many launch": (many, LAUNCH),
                "many text": (many, some(made)[0]),
                "store launch": (stored, LAUNCH),
                "store text": (stored, FREE_TEXT),
            },
            starts,
            progress,
        )
        warm_taken = warm(
            {
                "hello": (hello, [LAUNCH]),
                "bare": (bare, [LAUNCH]),
                "text": (guide, some(texts)),
                "many": (many, some(made, 400)),
                "store": (stored, some(texts)),
            },
            requests,
            progress,
        )
    progress(f"Publishing {MANY:,} answers …")
    with with_content_table(guide, many.folder / "release.json") as published:
        version = json.loads((many.folder / "release.json").read_bytes())["version"]
        over = [taken_over(published, LAUNCH, version) for _ in range(3)]
    progress(f"Asking within {SMALLEST_MB} MB …")
    small = {
        "guide": capped(guide, [LAUNCH, *some(texts)], SMALLEST_MB),
        "many": capped(many, [LAUNCH, *some(made)], SMALLEST_MB),
    }
    progress("Understanding …")
    longest = sorted((line for line, _ in load_content(ROOT)[0].examples()), key=len)[-200:]
    understood = understanding(guide.folder / "release.json", longest)
    sizes = {"hello": zipped(hello.folder), "guide": zipped(guide.folder)}
    machine = f"{platform.machine()}, Linux {platform.release().partition('-')[0]}, Python 3.13"
    figures: Figures = {"machine": machine, "starts": starts, "requests": requests}
    figures |= {"cold": cold_taken, "warm": warm_taken, "zipped": sizes, "capped": small, "authoring": authoring}
    figures["understanding"] = understood
    figures["taken over"] = {name: max(one[name] for one in over) for name in over[0]}
    return figures | {"rows": rows(cold_taken, warm_taken, sizes, small, authoring, figures["taken over"], understood)}


def _authoring(answers: int) -> Figures:
    """Return the seconds that ``guide build`` and then ``guide check`` take, for so many answers or (0) the guide's own."""
    began = time.perf_counter()
    release = functions.built_release(answers, LINES, progress)
    built = time.perf_counter()
    _, problems = every_problem(release.parents[2], datetime.date.today())
    if problems.errors:
        raise WrongAnswer("\n".join(map(str, problems)))
    return {"build_s": built - began, "check_s": time.perf_counter() - built}


def rows(
    cold_taken: Figures,
    warm_taken: Figures,
    sizes: dict[str, int],
    small: Figures,
    authoring: Figures,
    over: Figures,
    understood: Figures,
) -> list[Figures]:
    """Return the lines of the table: what, the guide's figure, what it is compared with, and what is to be reached."""
    start, text, peak = cold_taken["hello"]["ms"], warm_taken["hello"], warm_taken["hello"]["mb"]
    many, store = warm_taken["many"], warm_taken["store"]
    own, grown, beside = authoring["own"], authoring["many"], "own answers"
    return [
        _row("cold: start to first answer, launch", "ms", cold_taken["launch"]["ms"], start, 0.35),
        _row("cold: first answer to a free-text question", "ms", cold_taken["text"]["ms"], start, 0.40),
        _row("warm p50, free-text question", "ms", warm_taken["text"]["p50"], text["p50"], 1.5),
        _row("warm p99", "ms", warm_taken["text"]["p99"], text["p99"], 2.0),
        _row("understanding an utterance, p99", "ms", understood["p99"], text["p50"], most=2.0),
        _row("loading the trained model", "ms", understood["load_ms"], start, most=15.0),
        _row("peak memory", "MB", warm_taken["text"]["mb"], peak, 1.2),
        _row("deployed folder, zipped", "KB", sizes["guide"] / 1000, sizes["hello"] / 1000, 1.0),
        _row(f"{MANY:,} answers: cold, launch", "ms", cold_taken["many launch"]["ms"], start, 2.0),
        _row(f"{MANY:,} answers: cold, free text", "ms", cold_taken["many text"]["ms"], start, 2.0),
        _row(f"{MANY:,} answers: warm p99", "ms", many["p99"], text["p99"], most=10.0),
        _row(f"{MANY:,} answers: peak memory", "MB", many["mb"], peak, most=128.0),
        _row("with DynamoDB: cold, launch", "ms", cold_taken["store launch"]["ms"], start, 0.5),
        _row("with DynamoDB: cold, free text", "ms", cold_taken["store text"]["ms"], start, 0.5),
        _row("with DynamoDB: warm p50", "ms", store["p50"], warm_taken["text"]["p50"], 1.1, beside="without"),
        _row("with DynamoDB: warm p99", "ms", store["p99"], warm_taken["text"]["p99"], 1.5, beside="without"),
        _row(f"all answered within {SMALLEST_MB} MB: peak", "MB", small["guide"], peak, most=SMALLEST_MB),
        _row(f"{MANY:,} answers within {SMALLEST_MB} MB: peak", "MB", small["many"], peak, most=SMALLEST_MB),
        _row(
            f"{MANY:,} answers published: longest answer meanwhile", "ms", over["longest_ms"], text["p99"], most=1000.0
        ),
        _row(f"{MANY:,} answers published: peak memory", "MB", over["mb"], peak, most=float(MEMORY_MB)),
        _row(f"{MANY:,} answers: guide build", "s", grown["build_s"], own["build_s"], most=120.0, beside=beside),
        _row(f"{MANY:,} answers: guide check", "s", grown["check_s"], own["check_s"], most=120.0, beside=beside),
    ]


def _row(
    what: str,
    unit: str,
    ours: float,
    other: float,
    ratio: float = 0.0,
    *,
    most: float = 0.0,
    beside: str = "hello-world",
) -> Figures:
    reach = f"≤ {most:g} {unit}" if most else f"≤ {ratio:g} ×"
    reached = ours <= most if most else ours <= ratio * other
    figures = {"what": what, "unit": unit, "ours": ours, "other": other, "beside": beside}
    return figures | {"ratio": ours / other, "reach": reach, "reached": reached}


def table(figures: Figures) -> str:
    """Return the table as Markdown."""
    lines = ["| | guide | compared with | ratio | to reach | |", "|---|--:|--:|--:|--:|---|"]
    for row in figures["rows"]:
        ours, other = (f"{_short(row[name])} {row['unit']}" for name in ("ours", "other"))
        mark = "yes" if row["reached"] else "**no**"
        lines.append(
            f"| {row['what']} | {ours} | {row['beside']}: {other} | {row['ratio']:.2f} | {row['reach']} | {mark} |"
        )
    bare = figures["cold"]["bare"]["ms"] / figures["cold"]["hello"]["ms"]
    about = (
        f"{figures['starts']} alternating fresh starts and {figures['requests']:,} interleaved warm requests of each"
    )
    return "\n".join([*lines, "", f"{about}; {figures['machine']}. The bare runtime is {bare:.2f} × hello-world.", ""])


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def growth(starts: int, requests: int) -> Figures:
    """Return how cost grows with answers, with lines, and with the turn of a session."""
    guide = Function(functions.FOLDER / "SkillFunction" / "SkillFunction", "skill_function.handler", {})
    own = len(load_content(ROOT)[0].answers)
    sizes: dict[str, tuple[int, int]] = {f"{own} answers": (own, 0)}
    made: dict[str, Function] = {f"{own} answers": guide}
    for answers, lines in [
        *((count, LINES) for count in GROWTH),
        *((AT_LINES, count) for count in MORE_LINES),
        (MANY, LINES),
    ]:
        name = f"{answers} answers, {lines} lines"
        progress(f"Building {name} …")
        folder = functions.FOLDER / f"{answers}-answers-{lines}-lines"
        release = (
            folder / RELEASE if (answers, lines) == (MANY, LINES) else functions.built_release(answers, lines, progress)
        )
        made[name], sizes[name] = functions.with_release(guide, release), (answers, lines)
    questions = some(_own_questions(), 20)
    progress("Measuring …")
    hello = {"hello": (functions.hello_world(), LAUNCH)}
    cold_taken = cold({name: (function, LAUNCH) for name, function in made.items()} | hello, starts, progress)
    text_taken = cold({name: (function, FREE_TEXT) for name, function in made.items()}, starts, progress)
    warm_taken = warm({name: (function, questions) for name, function in made.items()}, requests, progress)
    points = [
        {
            "answers": sizes[name][0],
            "lines": sizes[name][1],
            "release_mb": (function.folder / "release.json").stat().st_size / 1e6,
            "hello_ms": cold_taken["hello"]["ms"],
            "launch_ms": cold_taken[name]["ms"],
            "text_ms": text_taken[name]["ms"],
            "warm_ms": warm_taken[name]["p50"],
            "mb": warm_taken[name]["mb"],
        }
        for name, function in made.items()
    ]
    return {"points": points, "turns": by_turn(guide, TURNS, 15)}


def charts(figures: Figures) -> str:
    """Return the charts of docs/performance.md."""
    points, turns = figures["growth"]["points"], figures["growth"]["turns"]
    by_answers = [point for point in points if point["lines"] in (0, LINES)]
    by_lines = [point for point in points if point["answers"] == AT_LINES]

    def line(rows: list[Figures], across: str, name: str) -> list[tuple[float, float]]:
        return sorted((row[across], row[name]) for row in rows)

    starts = {"hello-world": "hello_ms", "free text": "text_ms", "launch": "launch_ms"}
    return draw(
        [
            Chart("First answer of a cold start", "answers", "ms", {n: line(by_answers, "answers", k) for n, k in starts.items()}, log=True),
            Chart("Warm question, peak memory", "answers", "ms, MB", {"MB": line(by_answers, "answers", "mb"), "ms": line(by_answers, "answers", "warm_ms")}, log=True),
            Chart("First answer of a cold start", "release, MB", "ms", {n: line(by_answers, "release_mb", k) for n, k in starts.items()}),
            Chart("First answer of a cold start", f"lines (samples) for each of {AT_LINES} answers", "ms", {n: line(by_lines, "lines", k) for n, k in starts.items()}),
            Chart("Warm question", f"lines (samples) for each of {AT_LINES} answers", "ms", {"p50": line(by_lines, "lines", "warm_ms")}),
            Chart("Warm “next”", "turn of the session", "ms", {"p50": [(i, ms) for i, ms in enumerate(turns, 1)]}),
        ]
    )  # fmt: skip


def write(figures: Figures) -> None:
    """Write the figures, the charts, and the table in docs/performance.md."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(charts(figures), encoding="utf-8")
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if end:
        PAGE.write_text(f"{before}{_BEGIN}{table(figures)}{_END}{after}", encoding="utf-8")
    for path in (PAGE, PICTURE, FIGURES):
        progress(f"Written: {path.relative_to(ROOT)}")


def _own_questions() -> list[str]:
    """Return what follows "how do i" in the guide's own lines."""
    opening = "how do i "
    lines = [line for answer in load_content(ROOT)[0].answers.values() for line in answer.ask]
    return [line.removeprefix(opening) for line in lines if line.startswith(opening)]


if __name__ == "__main__":
    sys.exit(main())
