"""The short form of ``make chaos``: under load, with a store that misbehaves, every answer is right and in time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.test_docs import first_column, text_of
from workbench.chaos import load
from workbench.chaos.editions import EVENTS, WITHDRAWN, Wrong, bundled, edition, version_of
from workbench.chaos.faults import Fault, faults, forged
from workbench.chaos.load import Crowd, Outcome
from workbench.compiler.build import RELEASE
from workbench.compiler.content import ROOT
from workbench.local_dynamodb import local_dynamodb
from workbench.progress import quiet

# How soon they follow and how long an answer takes are figures of make chaos; here other tests have the processors too.
ALEXA_WAITS_SECONDS = 8.0
FEW = Crowd(functions=1, threads=3, fresh=1, interval=1.0, read_seconds=10.0, most_seconds=ALEXA_WAITS_SECONDS)
NAMES = ("hangs: accepts, says nothing", "errs: resets it in mid-answer", "flaps between all of these")
BELIEVED = "lies with every version and checksum right"


@pytest.fixture(scope="module")
def compiled(built: Path) -> bytes:
    return (built / RELEASE).read_bytes()


@pytest.fixture(scope="module")
def every_fault(compiled: bytes) -> dict[str, Fault]:
    return {fault.name: fault for fault in faults(edition(999, compiled).package.data)}


@pytest.fixture(scope="module")
def outcomes(compiled: bytes, every_fault: dict[str, Fault]) -> Iterator[dict[str, Outcome]]:
    other = edition(998, compiled).package
    believed = Fault(BELIEVED, forged(other.data, version=other.version), logged=("throttled",))
    chosen = [*(every_fault[name] for name in NAMES), believed]
    with local_dynamodb() as port:
        # What hangs is a timeout after a second, for those who have looked; all else shows at once.
        short = [fault._replace(seconds=3.0 if "timeout" in fault.logged else 1.2) for fault in chosen]
        yield {one.fault: one for one in load.bear(short, port, compiled, quiet, FEW)}


@pytest.mark.parametrize("name", NAMES)
def test_every_answer_is_right_and_in_time(name: str, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[name]
    assert outcome.violations == []
    assert outcome.right == outcome.requests > 50
    assert 0 < outcome.slowest_ms <= ALEXA_WAITS_SECONDS * 1000
    assert outcome.first_ms > 0
    assert outcome.states


def test_what_is_wrong_is_found(outcomes: dict[str, Outcome]) -> None:
    """Nobody can tell that a table is not ours if all of it fits; so the functions follow it, and the run must say so."""
    outcome = outcomes[BELIEVED]
    assert outcome.right < outcome.requests
    assert any("no release says" in violation for violation in outcome.violations)
    assert "the log says: nothing" in outcome.violations


def test_an_answer_is_told_by_its_words(compiled: bytes) -> None:
    first, second = bundled(compiled), edition(1, compiled)
    editions = {one.version: one for one in (first, second)}
    for event in EVENTS:
        assert version_of(event, second.answers[event], editions) == second.version
        assert version_of(event, first.answers[event], editions) == first.version
        assert isinstance(version_of(event, {**first.answers[event], "response": {}}, editions), Wrong)


def test_the_withdrawn_answer_is_asked_for(compiled: bytes) -> None:
    """If it came back on the air, it would show."""
    assert WITHDRAWN in json.loads(compiled)["answers"]
    moves = [answer["sessionAttributes"]["move"] for answer in bundled(compiled).answers.values()]
    assert any(move.get("answer") == WITHDRAWN for move in moves)


def test_every_fault_has_a_name_of_its_own_and_most_are_in_the_operator_s_table(every_fault: dict[str, Fault]) -> None:
    kinds = {name.partition(":")[0] for name in every_fault}
    assert {"hangs", "errs", "drips", "lies"} <= kinds
    described = first_column(text_of(ROOT / "docs" / "operations.md"), "| in the log |")
    for fault in every_fault.values():
        for logged in fault.logged:
            assert logged.partition(" (")[0] in described, fault.name
