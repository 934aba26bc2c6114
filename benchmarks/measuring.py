"""Times, memory and sizes, taken in the real Lambda runtime (``workbench.runtime``).

What is compared is measured in turns, start by start and request by request: whatever else the machine does hits all
of them alike, and ratios stay what they are.
"""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.functions import Function
from guide.understanding import Understanding
from workbench.compiler.content import ROOT
from workbench.progress import Say
from workbench.runtime import Runtime

LAUNCH: dict[str, Any] = json.loads((ROOT / "events" / "launch.json").read_bytes())
FREE_TEXT: dict[str, Any] = json.loads((ROOT / "events" / "free-text.json").read_bytes())

_WARM_UP = 20
_TIMES = 5

# A look at the table that is not done within a minute goes on in the next.
_TAKEN_OVER_SECONDS = 150.0

Cold = tuple[Function, dict[str, Any]]
Warm = tuple[Function, Sequence[dict[str, Any]]]


class WrongAnswer(Exception):
    """The function apologised or did not understand: what was timed is not what was meant."""


def asking(question: str) -> dict[str, Any]:
    """Return a request with free text, outside any session: "how do i", and ``question`` in the slot."""
    event = json.loads(json.dumps(FREE_TEXT))
    (slot,) = event["request"]["intent"]["slots"].values()
    slot["value"] = question
    return dict(event)


def cold(cases: Mapping[str, Cold], starts: int, say: Say) -> dict[str, dict[str, float]]:
    """Return for each case the median milliseconds from process start to first answer, and the peak memory then."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in cases}
    for i in range(starts):
        for name, (function, event) in cases.items():
            say(f"  cold start {i + 1} of {starts}: {name:<40}\r")
            with _running(function) as runtime:
                milliseconds = _timed(runtime, event)
                taken[name].append((milliseconds, runtime.peak_memory_mb()))
    say(f"  cold starts: {starts} of each")
    return {
        name: {"ms": median(ms for ms, _ in rows), "mb": median(mb for _, mb in rows), "least_ms": min(rows)[0]}
        for name, rows in taken.items()
    }


def warm(cases: Mapping[str, Warm], rounds: int, say: Say) -> dict[str, dict[str, float]]:
    """Return for each case the milliseconds of a warm request (median, 99th percentile), and the peak memory after all."""
    taken: dict[str, list[float]] = {name: [] for name in cases}
    with ExitStack() as stack:
        running = {name: stack.enter_context(_running(function)) for name, (function, _) in cases.items()}
        events = {name: cycle(asked) for name, (_, asked) in cases.items()}
        for i in range(_WARM_UP + rounds):
            if i % 25 == 0:
                say(f"  warm request {i} of {rounds}{'':<40}\r")
            for name, runtime in running.items():
                milliseconds = _timed(runtime, next(events[name]))
                if i >= _WARM_UP:
                    taken[name].append(milliseconds)
        say(f"  warm requests: {rounds} of each")
        for name, runtime in running.items():
            if '"level":"ERROR"' in runtime.log() or '"event":"store"' in runtime.log():
                raise WrongAnswer(f"{name} had trouble:\n{runtime.log()[-2000:]}")
        return {
            name: {
                "p50": median(rows),
                "p99": sorted(rows)[int(len(rows) * 0.99)],
                "mb": running[name].peak_memory_mb(),
            }
            for name, rows in taken.items()
        }


def capped(function: Function, events: Sequence[dict[str, Any]], memory_mb: int) -> float:
    """Return the peak memory of a function that answers ``events`` where it cannot have more than ``memory_mb``, in MiB."""
    with Runtime(function.folder, _environment(function), handler=function.handler, memory_mb=memory_mb) as runtime:
        for event in events:
            _timed(runtime, event)
        if trouble := [line for line in runtime.log().splitlines() if '"level":"ERROR"' in line]:
            raise WrongAnswer("\n".join(trouble))
        return runtime.peak_memory_mb()


def taken_over(function: Function, event: dict[str, Any], version: str) -> dict[str, float]:
    """Ask a function with a content table ``event`` again and again until it answers from the release ``version``.

    Return the seconds until then, the milliseconds of the longest answer meanwhile (after the first), and the peak memory.
    """
    with _running(function) as runtime:
        _timed(runtime, event)
        began, longest = time.perf_counter(), 0.0
        while f'"release":"{version}"' not in runtime.log():
            longest = max(longest, _timed(runtime, event))
            if time.perf_counter() - began > _TAKEN_OVER_SECONDS:
                raise WrongAnswer(f"release {version} is not answered from:\n{runtime.log()[-2000:]}")
        return {"s": time.perf_counter() - began, "longest_ms": longest, "mb": runtime.peak_memory_mb()}


def understanding(release: Path, lines: Sequence[str]) -> dict[str, float]:
    """Return the milliseconds that the model of ``release`` takes to be loaded, and (99th percentile) to read a line.

    In this process, without the runtime; of each, the fastest of a few times, since what else the machine does is not its cost.
    """
    written = json.dumps(json.loads(release.read_bytes())["understanding"])
    model = Understanding(json.loads(written))
    # Line after line, and all of them again: what was read last is remembered.
    rounds = [[_milliseconds(partial(model.read, line)) for line in lines] for _ in range(_TIMES)]
    fastest = sorted(map(min, zip(*rounds)))
    loading = min(_milliseconds(lambda: Understanding(json.loads(written))) for _ in range(_TIMES))
    return {"load_ms": loading, "p99": fastest[int(len(fastest) * 0.99)]}


def _milliseconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def by_turn(function: Function, turns: int, sessions: int) -> list[float]:
    """Return the median milliseconds of each turn of a session, in which "next" follows "next"."""
    rows: list[list[float]] = []
    follow = json.loads((ROOT / "events" / "next.json").read_bytes())
    with _running(function) as runtime:
        for _ in range(sessions):
            response = runtime.invoke(FREE_TEXT)
            row = []
            for _ in range(turns):
                follow["session"] = {**FREE_TEXT["session"], "new": False, "attributes": response["sessionAttributes"]}
                began = time.perf_counter()
                response = runtime.invoke(follow)
                row.append((time.perf_counter() - began) * 1000)
            rows.append(row)
    return [median(column) for column in zip(*rows)]


def zipped(folder: Path) -> int:
    """Return the size of ``folder`` in a zip, as ``sam package`` makes it, in bytes; but for a lock, whose hashes are no code."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(set(folder.rglob("*")) - {folder / "requirements.txt"}):
            archive.write(path, path.relative_to(folder))
    return len(held.getvalue())


def some(texts: Sequence[str], count: int = 50) -> list[dict[str, Any]]:
    """Return requests for about ``count`` of ``texts``, evenly spread."""
    return [asking(text) for text in islice(texts, 0, None, max(1, len(texts) // count))]


def _running(function: Function) -> Runtime:
    return Runtime(function.folder, _environment(function), handler=function.handler)


def _environment(function: Function) -> dict[str, str]:
    return {"SKILL_ID": "", **function.environment}


def _timed(runtime: Runtime, event: dict[str, Any]) -> float:
    began = time.perf_counter()
    response = runtime.invoke(event)
    milliseconds = (time.perf_counter() - began) * 1000
    said = (response.get("sessionAttributes") or {}).get("said")
    if said and "intent" in event["request"] and said["outcome"] not in ("answer", "offer", "warning"):
        raise WrongAnswer(f"{event['request'].get('intent')} was answered with {said}\n{runtime.log()[-2000:]}")
    return milliseconds
