"""Ten thousand envelopes of every type, with anything wrong in them, through the real handler; a million in ``make test-all``."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

from alexa.skill import LambdaHandler
from guide.release import Release
from tests.any_request.mutations import SEEDS, mutants
from tests.any_request.requests import REQUEST_TYPES, SPOKEN_TO, Listeners, envelopes
from tests.any_request.rules import Replies, shown
from tests.any_request.smallest import smallest
from workbench.compiler.interaction_model import Model

SHARES = {"IntentRequest": 0.6, "LaunchRequest": 0.1}
"""What is left is for all other types."""

TOGETHER = 20, 60
"""How many occasions one drawn envelope is sent on, in the quick run and in the long one: drawing is what takes time."""

A_FEW = [pytest.param(number, 2_500, id=f"{number + 1} of 4") for number in range(4)]
A_MILLION = [pytest.param(None, 20_000, id=f"{number + 1} of 50", marks=pytest.mark.exhaustive) for number in range(50)]


def examples(wanted: int, together: int, part: int | None = None) -> dict[str, int]:
    """How many envelopes of each type are drawn so that ``wanted`` are sent; a ``part`` of four has a quarter of the types."""
    others = [kind for kind in REQUEST_TYPES if kind not in SHARES]
    others = others if part is None else others[part :: len(A_FEW)]
    shares = {**SHARES, **dict.fromkeys(others, (1 - sum(SHARES.values())) / len(others))}
    return {kind: math.ceil(wanted * share / together) for kind, share in shares.items()}


def test_every_type_is_sent() -> None:
    quick = [examples(2_500, TOGETHER[0], number) for number in range(len(A_FEW))]
    assert set(REQUEST_TYPES) == {kind for part in quick for kind in part} == examples(20_000, TOGETHER[1]).keys()
    assert min(most for part in quick for most in part.values()) > 1, "the first that hypothesis draws is the simplest"
    assert SHARES.keys() == set(SPOKEN_TO)


@pytest.mark.parametrize(("number", "wanted"), A_FEW + A_MILLION)
def test_any_request_gets_an_answer_or_silence(
    number: int | None,
    wanted: int,
    handler: LambdaHandler,
    release: Release,
    release_data: dict[str, Any],
    model: Model,
    listeners: Listeners,
) -> None:
    """In the quick run the same ones each time, so that it fails for who broke something; in the long one, always others."""
    replies = Replies(handler, release_data)
    together = TOGETHER[number is None]

    def answer(event: dict[str, Any], start: int) -> None:
        for mutant in mutants(event, listeners, start, together):
            if problem := replies.problem(mutant.event):
                small = smallest(mutant.event, lambda event: replies.problem(event) == problem)
                pytest.fail(f"{problem}\n{shown(small)}")
            if mutant.is_the_same_to_us and handler(mutant.event, None) != handler(mutant.before, None):
                pytest.fail(f"{mutant.touched} made a difference:\n{shown(mutant.event)}")

    for kind, most in examples(wanted, together, number).items():
        run = given(event=envelopes(kind), start=SEEDS)(answer)
        _settings(most)(run if number is None else seed(number)(run))()
    assert replies.count >= wanted
    replies.check_all(release, model)


def _settings(most: int) -> settings:
    return settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=(Phase.generate,),  # what fails is made small here, in a second, whatever it was drawn from
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
