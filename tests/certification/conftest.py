"""The walk through the conversation, done once for all tests and workers."""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alexa.skill import LambdaHandler
from guide.release import Release
from tests.certification.walk import (
    Listener,
    Said,
    State,
    Walk,
    every_request,
    hear,
    is_slow,
    kinds_of_request,
    one_of_each_name,
    states,
    texts,
    together,
    tour,
    walk,
)
from workbench.compiler.interaction_model import Model
from workbench.standin.ears import Ears

HOME = "en-US"
LOCALES = (HOME, "en-GB", "en-CA", "en-AU", "en-IN")
_SHARDS = 6
_SHARDS_OF_ALL = 60


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of this test run see."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "certification"
    folder.mkdir(exist_ok=True)
    return folder


def once(folder: Path, jobs: dict[str, Callable[[], Any]]) -> list[Any]:
    """Return what each job gives; of several workers, each does those that no other has begun."""
    for blocking in (fcntl.LOCK_NB, 0):
        for name, job in jobs.items():
            made = folder / f"{name}.pickle"
            with (folder / f"{name}.lock").open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | blocking)
                except BlockingIOError:
                    continue
                if not made.exists():
                    partial = made.with_suffix(".partial")
                    partial.write_bytes(pickle.dumps(job()))
                    partial.rename(made)
    return [pickle.loads((folder / f"{name}.pickle").read_bytes()) for name in jobs]


@pytest.fixture(scope="session")
def listener(handler: LambdaHandler) -> Listener:
    """Somebody in the United States."""
    return Listener(handler)


@pytest.fixture(scope="session")
def all_states(listener: Listener, release: Release, model: Model, shared: Path) -> list[State]:
    """Every kind of state that can be reached, the one before the first request included."""
    found: list[State] = once(shared, {"states": lambda: states(listener, release, model)})[0]
    return found


@pytest.fixture(scope="session")
def named_states(all_states: list[State]) -> list[State]:
    """One state for each thing that was last said."""
    return one_of_each_name(all_states)


@pytest.fixture(scope="session")
def requests_of_each_kind(release: Release, model: Model) -> list[Said]:
    return kinds_of_request(release, model)


@pytest.fixture(
    scope="session",
    params=[*LOCALES, *(pytest.param(f"{locale}, everything", marks=pytest.mark.exhaustive) for locale in LOCALES)],
)
def walked(request: pytest.FixtureRequest, handler: LambdaHandler, all_states: list[State], shared: Path) -> Walk:
    """All that the guide says in one place.

    That is every part and step of every answer, every warning, and what is said in each kind of state to a request of
    each kind; marked ``exhaustive``, in every state to every intent with every value and synonym of its slots (hours). In the
    quick run, states that differ only in what is remembered beside the last reply are walked in the United States alone,
    since a place changes words and nothing else.
    """
    locale, _, everything = request.param.partition(", ")
    release: Release = request.getfixturevalue("release")
    model: Model = request.getfixturevalue("model")
    where = all_states if everything else one_of_each_name(all_states)
    if locale == HOME and not everything:
        where = [state for state in all_states if not is_slow(state) and " in " not in state.name] + where
    said = every_request(model, texts(release, model)) if everything else kinds_of_request(release, model)
    count = _SHARDS_OF_ALL if everything else _SHARDS
    jobs = {
        f"{request.param}-{shard}": lambda shard=shard: walk(Listener(handler, locale), where[shard::count], said)
        for shard in range(count)
    }
    jobs[f"{request.param}-tour"] = lambda: tour(Listener(handler, locale), release, model)
    return together(once(shared, jobs))


@pytest.fixture(scope="session")
def heard(ears: Ears) -> Callable[[str], Said]:
    """What the ears make of an utterance: ``heard("how long does it last")``."""

    def hear_it(utterance: str) -> Said:
        return hear(ears, utterance)

    return hear_it


@pytest.fixture(scope="session")
def complaints() -> Callable[[Iterator[str]], None]:
    """Fails with the first few of what a rule finds wrong, and how many there are."""

    def check(found: Iterator[str]) -> None:
        wrong = list(found)
        assert not wrong, f"{len(wrong)} break the rule, such as:\n" + "\n".join(wrong[:4])

    return check
