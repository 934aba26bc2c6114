"""Many functions in this process, all asked all the time, while their content store has one fault after another."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from alexa.skill import build_handler
from alexa.turn_log import TurnLog
from guide.release import Release
from stores.current import current_release
from stores.dynamodb import METRIC
from workbench.chaos.editions import EVENTS, WITHDRAWN, Edition, Wrong, bundled, edition, version_of
from workbench.chaos.faults import Fault
from workbench.chaos.store import ChaoticStore
from workbench.local_dynamodb import NOBODY, STAGE, TABLE, table_at
from workbench.progress import Say
from workbench.publishing import Origin, publish, withdraw

MOST_SECONDS = 1.0
"""How long an answer may take, from the request to the response."""

INTERVAL_SECONDS = 2.0
"""How often functions look at the table here; thirty times as often as in AWS."""

READ_SECONDS = 2.0
"""How long a function may take to read what is on the air, once it looks."""

# Between two requests of one caller, in seconds: this machine also has to be the store.
_PAUSE_SECONDS = 0.02


def settings(interval: float = INTERVAL_SECONDS) -> dict[str, str]:
    """Return what these functions are told, as by template.yaml."""
    return {
        "CONTENT_TABLE": TABLE,
        "CONTENT_STAGE": STAGE,
        "CONTENT_REFRESH_SECONDS": f"{interval}",
        "CONTENT_WITHDRAWN": WITHDRAWN,
    }


class Crowd(NamedTuple):
    """Who asks."""

    functions: int = 2
    """With one caller each, as in Lambda."""
    threads: int = 8
    """Callers of one function more, as in the web service."""
    fresh: int = 1
    """Functions that are started anew during each fault."""
    interval: float = INTERVAL_SECONDS
    read_seconds: float = READ_SECONDS
    most_seconds: float = MOST_SECONDS

    @property
    def follow_seconds(self) -> float:
        """How soon after a fault every function must answer from what is on the air.

        A read that the fault spoiled may still be running when it ends; and since the eleven callers here share one
        lock, the first read after it may run out of time as well. In a function of its own one wait and one read are
        enough (``chaos.lambda_runtime``).
        """
        return 2 * self.interval + 3 * self.read_seconds


LAMBDA_AND_WEB = Crowd()


class Answer(NamedTuple):
    """One answer, and how long it took."""

    seconds: float
    first: bool
    wrong: str
    """Empty for an answer that is right."""


class Outcome(NamedTuple):
    """What became of one fault."""

    fault: str
    requests: int
    right: int
    slowest_ms: float
    p99_ms: float
    first_ms: float
    """The slowest first answer of a function that was started during the fault."""
    logged: dict[str, int]
    """What the store's trouble was called while it lasted, and by how many metric lines."""
    states: dict[str, int]
    """Where answers came from, as the log has it (``store``), and how many."""
    followed_seconds: float
    """From the end of the fault until the last function answered from what was on the air."""
    violations: list[str]


class Instance:
    """One function, as Lambda would have it."""

    def __init__(self, name: str, first: Edition, environment: dict[str, str]) -> None:
        self.name = name
        self.version = first.version
        """Of the release that it last answered from."""
        release = Release(first.package.release)
        self._handler = build_handler(current_release(environment, lambda: release), log=TurnLog())
        self._asked = itertools.count()

    def ask(self, event: str) -> tuple[float, bool, object]:
        """Return how long it took, whether it was the first, and the answer."""
        request = json.loads(json.dumps(EVENTS[event]))
        first = next(self._asked) == 0
        began = time.perf_counter()
        response = self._handler(request, None)
        return time.perf_counter() - began, first, response


class Log(io.TextIOBase):
    """Standard output, where the functions' log goes; its lines are counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rest = ""
        self._troubles: Counter[str] = Counter()
        self._states: Counter[str] = Counter()
        self.odd: list[str] = []
        """Lines that do not belong there."""

    def write(self, text: str) -> int:
        with self._lock:
            *lines, self._rest = (self._rest + text).split("\n")
            for line in lines:
                self._count(line)
        return len(text)

    def _count(self, line: str) -> None:
        try:
            facts = json.loads(line)
            if facts["event"] == "store":
                self._troubles[facts["trouble"]] += facts[METRIC]
            else:
                self._states[facts["store"]] += 1
        except (ValueError, KeyError, TypeError):
            self.odd.append(line)

    def take(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return what was counted since the last time: troubles, and where answers came from."""
        with self._lock:
            taken = dict(self._troubles), dict(self._states)
            self._troubles.clear()
            self._states.clear()
        return taken


class Load:
    """The functions, their callers, and what they are asked to be right about."""

    def __init__(self, store: ChaoticStore, real_port: int, compiled: bytes, log: Log, crowd: Crowd) -> None:
        self._store = store
        self._crowd = crowd
        self._table = table_at(real_port)
        self._through = table_at(store.port)
        self._log = log
        self._compiled = compiled
        first = bundled(compiled)
        self._editions = {first.version: first}
        self._bundled = self._on_air = first.version
        self._readable = True
        self._numbers = itertools.count(1)
        self._answers: list[Answer] = []
        self._stop = threading.Event()
        self._instances: list[Instance] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Load:
        withdraw(self._table, WITHDRAWN, Origin())
        first = edition(next(self._numbers), self._compiled)
        self._publish(first)
        for number in range(self._crowd.functions):
            self._start(f"function {number + 1}")
        self._start("web service", self._crowd.threads)
        self._followed(first)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)

    def endure(self, fault: Fault) -> Outcome:
        """Have ``fault`` for as long as it needs while new content is published, then wait until every function follows it."""
        following = edition(next(self._numbers), self._compiled)
        in_use = {self._bundled, self._on_air, *(one.version for one in self._instances)}
        self._editions = {version: self._editions[version] for version in in_use}
        following.answers  # noqa: B018 - worked out now, so that no caller has to
        self._answers, self._readable = [], fault.may_follow
        self._log.take()
        self._store.become(fault.behave, fault.door)
        violations = self._publish_under(fault, following)
        stopped = threading.Event()
        fresh = [
            self._start(f"function started then, {number + 1}", stop=stopped) for number in range(self._crowd.fresh)
        ]
        time.sleep(fault.seconds)
        logged, states = self._log.take()
        violations += misnamed(fault, logged)
        self._publish(following)  # where the publisher was hit, it is done only now
        self._readable = True
        self._store.become()
        followed = self._followed(following)
        stopped.set()
        self._instances = [one for one in self._instances if one not in fresh]
        return self._outcome(fault, logged, states, followed, violations)

    def _publish_under(self, fault: Fault, following: Edition) -> list[str]:
        if not fault.publish_through:
            self._publish(following)
            return []
        self._editions_on_air(following)
        try:
            publish(self._through, STAGE, following.package, self._table.pointer(STAGE), Origin())
        except (BotoCoreError, ClientError, OSError):
            return []
        return ["the publisher noticed nothing"]

    def _publish(self, one: Edition) -> None:
        self._editions_on_air(one)
        publish(self._table, STAGE, one.package, self._table.pointer(STAGE), Origin())

    def _editions_on_air(self, one: Edition) -> None:
        self._editions = {**self._editions, one.version: one}
        self._on_air = one.version

    def _followed(self, following: Edition) -> float:
        """Return how long it took until all answered from ``following``."""
        ended = time.perf_counter()
        while any(one.version != following.version for one in self._instances):
            if time.perf_counter() - ended > 2 * self._crowd.follow_seconds:
                break
            time.sleep(0.01)
        return time.perf_counter() - ended

    def _start(self, name: str, threads: int = 1, stop: threading.Event | None = None) -> Instance:
        instance = Instance(name, self._editions[self._bundled], settings(self._crowd.interval))
        self._instances = [*self._instances, instance]
        for offset in range(threads):
            caller = threading.Thread(target=self._call, args=(instance, offset, stop or self._stop), daemon=True)
            self._threads.append(caller)
            caller.start()
        return instance

    def _call(self, instance: Instance, offset: int, stop: threading.Event) -> None:
        """Ask ``instance`` one thing after the other until it is enough."""
        names = list(EVENTS)
        for turn in itertools.count(offset * 3):
            if stop.is_set() or self._stop.is_set():
                return
            event = names[turn % len(names)]
            answers, may_be = self._answers, {instance.version}
            seconds, first, response = 0.0, False, None
            try:
                seconds, first, response = instance.ask(event)
                version = version_of(event, response, self._editions)
                wrong = self._judge(instance, version, may_be)
            except Exception as error:
                wrong = f"{event}: {type(error).__name__}"
            answers.append(Answer(seconds, first, wrong and f"{instance.name}: {wrong}"))
            time.sleep(_PAUSE_SECONDS)

    def _judge(self, instance: Instance, version: str | Wrong, may_be: set[str]) -> str:
        """Return what is wrong with an answer: not what was answered from before, nor what is on the air and can be read."""
        if isinstance(version, Wrong):
            return f"{version.event}: no release says {json.dumps(version.answer)[:300]}"
        if version not in may_be and not (self._readable and version == self._on_air):
            return f"answered from {version}; it had {', '.join(may_be)}, and {self._on_air} is on the air"
        if version == self._on_air:
            instance.version = version
        return ""

    def _outcome(
        self, fault: Fault, logged: dict[str, int], states: dict[str, int], followed: float, violations: list[str]
    ) -> Outcome:
        answers = list(self._answers)
        taken = sorted(answer.seconds * 1000 for answer in answers)
        firsts = [answer.seconds * 1000 for answer in answers if answer.first]
        wrong = [answer.wrong for answer in answers if answer.wrong]
        violations += [f"{count} times: {what}" for what, count in Counter(wrong).most_common(3)]
        if taken[-1] > self._crowd.most_seconds * 1000:
            violations.append(f"an answer took {taken[-1]:.0f} ms")
        if followed > self._crowd.follow_seconds:
            late = [one.name for one in self._instances if one.version != self._on_air]
            violations.append(
                f"what was published was followed after {followed:.1f} s; still not by: {', '.join(late) or '-'}"
            )
        if self._log.odd:
            violations.append(f"on standard output: {self._log.odd.pop()[:200]}")
        return Outcome(
            fault.name,
            len(answers),
            len(answers) - len(wrong),
            taken[-1],
            taken[len(taken) * 99 // 100],
            max(firsts, default=0.0),
            logged,
            states,
            followed,
            violations,
        )


def misnamed(fault: Fault, logged: dict[str, int]) -> list[str]:
    """Return what the log should not have called ``fault``, or that it did not notice."""
    if not fault.logged:
        return []
    named = [what for what in logged if not what.startswith(fault.logged)]
    if not logged and not fault.may_follow:
        named.append("nothing")
    return [f"the log says: {what[:80]}" for what in named]


def bear(
    faults: Sequence[Fault], real_port: int, compiled: bytes, say: Say, crowd: Crowd = LAMBDA_AND_WEB
) -> Iterator[Outcome]:
    """Yield what becomes of each fault, in order."""
    log = Log()
    with (
        ChaoticStore(real_port) as store,
        _environment(f"http://127.0.0.1:{store.port}"),
        contextlib.redirect_stdout(log),
        Load(store, real_port, compiled, log, crowd) as load,
    ):
        for number, fault in enumerate(faults, 1):
            say(f"  {number:2} of {len(faults)}: {fault.name:<60}\r")
            yield load.endure(fault)


@contextlib.contextmanager
def _environment(endpoint: str) -> Iterator[None]:
    """What Lambda sets, and where the table is."""
    settings = {**NOBODY, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    sys.stdout.flush()
