"""What the tests of any request share: the function as it is deployed, and what listeners say and clients send back."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alexa.skill import LambdaHandler, build_handler
from alexa.turn_log import TurnLog
from guide.release import Release
from stores.bundled import load_release
from tests.any_request.requests import Listeners
from tests.certification.test_kept_between_turns import MOVES
from tests.certification.walk import CANARY, NOT_BEGUN, OPEN, Listener, Said, State, every_request, texts
from workbench.compiler.build import RELEASE
from workbench.compiler.interaction_model import Model

_CONVERSATIONS = 60
_TURNS = 8


@pytest.fixture(scope="session")
def release(built: Path) -> Release:
    """The bundled release, read as the function reads it: section by section, entry by entry."""
    return load_release(built / RELEASE)


@pytest.fixture(scope="session")
def handler(release: Release) -> LambdaHandler:
    """The handler with its log, as it is deployed; what is logged is looked at, not kept."""
    return build_handler(lambda: release, log=TurnLog(_look_at, metrics=True))


def _look_at(line: dict[str, Any]) -> None:
    written = json.dumps(line, allow_nan=False)
    assert not line["error"], f"{line['error']} was caught, and apologised for"
    assert CANARY not in written, "what was said is logged"


@pytest.fixture(scope="session")
def listeners(handler: LambdaHandler, release: Release, model: Model) -> Listeners:
    """Every intent with every value of its slots, and with none; and what is remembered after some of them."""
    said = every_request(model, texts(release, model))
    held = list(_conversations(Listener(handler), said))
    return Listeners(said, [*held, *_of_another_release(held), *_broken()])


def _conversations(listener: Listener, said: list[Said]) -> Iterator[dict[str, Any]]:
    pick = random.Random(7)
    for _ in range(_CONVERSATIONS):
        state = NOT_BEGUN
        for request in (OPEN, *pick.choices(said, k=_TURNS)):
            turn = listener.turn(state, request)
            if not turn.is_open:
                break
            yield turn.attributes
            state = State("", (), turn.attributes)


def _of_another_release(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The same conversations, had with a guide that has gone or is yet to come."""
    for attributes in found[::10]:
        yield {**attributes, "release": "000000000000", "v": 2}
        yield {**attributes, "release": "000000000000", "mood": {"deep": [1, 2]}}
        if move := attributes.get("move"):
            yield {**attributes, "move": {**move, "answer": "no-longer-here", "at": 40}}
            yield {**attributes, "move": {**move, "kind": "song"}, "aside": move}


def _broken() -> Iterator[dict[str, Any]]:
    yield {}
    yield {"v": 1}
    for move in MOVES[::9]:
        yield {"v": 1, "turn": 3, "misses": 0, "move": move}
        yield {"v": 1, "turn": 3, "misses": 2, "move": {"kind": "pause"}, "aside": move, "slow": True}
