"""The built function in Lambda's own runtime, with boto3 as Lambda brings it, while its content store has faults.

One function runs on between two requests, another is frozen there, as Lambda does it: in the midst of anything.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from workbench.chaos.editions import EVENTS, WITHDRAWN, Edition, Wrong, bundled, edition, version_of
from workbench.chaos.faults import Fault
from workbench.chaos.load import INTERVAL_SECONDS, MOST_SECONDS, READ_SECONDS, Outcome, misnamed, settings
from workbench.chaos.store import ChaoticStore
from workbench.local_dynamodb import NOBODY, STAGE, table_at
from workbench.progress import Say
from workbench.publishing import Origin, publish, withdraw
from workbench.runtime import BUILT_FUNCTION, InvocationFailed, Runtime, boto3_folder

_PAUSE_SECONDS = 0.1
# To start, import boto3 and look at the table for the first time, on a machine that has other things to do.
_START_SECONDS = 3.0
# A frozen function reads only while it is asked something; so how long it takes is up to those who ask.
_FROZEN_SECONDS = 30.0


def bear_in_runtime(
    faults: Sequence[Fault], real_port: int, boto3: Path, say: Say, folder: Path = BUILT_FUNCTION
) -> Iterator[Outcome]:
    """Yield what becomes of each fault, twice: for a function that runs on, and for one that is frozen between requests.

    Raises:
        NotReady: when the function is not built, or there is no runtime.
    """
    compiled = (folder / "release.json").read_bytes()
    first, published = bundled(compiled), edition(1, compiled)
    for one in (first, published):
        one.answers  # noqa: B018 - worked out now, for both threads
    table = table_at(real_port)
    withdraw(table, WITHDRAWN, Origin())
    publish(table, STAGE, published.package, table.pointer(STAGE), Origin())
    path = {"PYTHONPATH": str(boto3_folder(boto3))}
    for number, fault in enumerate(faults, 1):
        say(f"  {number:2} of {len(faults)}: {fault.name:<60}\r")
        with ChaoticStore(real_port) as store, ThreadPoolExecutor(2) as both:
            environment = {
                **settings(),
                **NOBODY,
                **path,
                "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{store.port}",
            }
            store.become(fault.behave, fault.door)
            ends = time.monotonic() + fault.seconds + _START_SECONDS
            runs = [_Function(folder, environment, fault, first, published, frozen=frozen) for frozen in (False, True)]
            over = threading.Barrier(len(runs), action=store.become)
            running = [both.submit(run.run, ends, over) for run in runs]
            yield from (run.result() for run in running)


class _Function:
    """One function in the runtime, from its start under a fault until it follows what is on the air."""

    def __init__(
        self,
        folder: Path,
        environment: dict[str, str],
        fault: Fault,
        first: Edition,
        published: Edition,
        *,
        frozen: bool,
    ) -> None:
        self._folder = folder
        self._environment = environment
        self._fault = fault
        self._editions = {one.version: one for one in (first, published)}
        self._version, self._on_air = first.version, published.version
        self._frozen = frozen
        self._taken: list[float] = []
        self._wrong: Counter[str] = Counter()
        self._events = itertools.cycle(EVENTS)

    def run(self, ends: float, over: threading.Barrier) -> Outcome:
        """Ask until ``ends``, by the monotonic clock, then, when the fault is ``over``, on until it follows."""
        with Runtime(self._folder, self._environment) as runtime:
            self._ask(runtime, readable=self._fault.may_follow)
            self._taken[0] -= (runtime.start_milliseconds() or 0.0) / 1000
            while time.monotonic() < ends:
                self._ask(runtime, readable=self._fault.may_follow)
            logged, states = _counted(runtime.log())
            over.wait(_FROZEN_SECONDS)
            healed = time.monotonic()
            while self._version != self._on_air and time.monotonic() - healed < _FROZEN_SECONDS:
                self._ask(runtime, readable=True)
            followed = time.monotonic() - healed
            runtime.thaw()  # so that it can end
            return self._outcome(logged, states, followed)

    def _ask(self, runtime: Runtime, *, readable: bool) -> None:
        event = next(self._events)
        if self._frozen:
            runtime.thaw()
        began = time.perf_counter()
        try:
            response = runtime.invoke(EVENTS[event])
        except InvocationFailed as failed:
            self._wrong[str(failed)[:300]] += 1
            response = {}
        self._taken.append(time.perf_counter() - began)
        if self._frozen:
            runtime.freeze()
        self._judge(event, response, readable)
        time.sleep(_PAUSE_SECONDS)

    def _judge(self, event: str, response: Any, readable: bool) -> None:
        version = version_of(event, response, self._editions)
        if isinstance(version, Wrong):
            self._wrong[f"{event}: no release says {json.dumps(version.answer)[:300]}"] += 1
        elif version != self._version and not readable:
            self._wrong[f"answered from {version}, which cannot be read"] += 1
        else:
            self._version = version

    def _outcome(self, logged: dict[str, int], states: dict[str, int], followed: float) -> Outcome:
        taken = sorted(self._taken)
        violations = [f"{count} times: {what}" for what, count in self._wrong.most_common(3)]
        if taken[-1] > MOST_SECONDS:
            violations.append(f"an answer took {taken[-1] * 1000:.0f} ms")
        if followed > (_FROZEN_SECONDS if self._frozen else INTERVAL_SECONDS + READ_SECONDS):
            violations.append(f"what is on the air was not followed within {followed:.1f} s")
        if not self._frozen:
            violations += misnamed(self._fault, logged)
        return Outcome(
            f"{self._fault.name} ({'frozen' if self._frozen else 'awake'})",
            len(taken),
            len(taken) - self._wrong.total(),
            taken[-1] * 1000,
            taken[len(taken) * 99 // 100] * 1000,
            self._taken[0] * 1000,
            logged,
            states,
            followed,
            violations,
        )


def _counted(log: str) -> tuple[dict[str, int], dict[str, int]]:
    """Return the troubles and the states of the store that a function's log tells of."""
    lines = [json.loads(line) for line in re.findall(r'\{"timestamp":.+\}', log)]
    troubles = Counter(line["trouble"] for line in lines if line["event"] == "store")
    return dict(troubles), dict(Counter(line["store"] for line in lines if line["event"] == "turn"))
