"""The one thing that raises: a request that is meant for another skill."""

from __future__ import annotations

from typing import Any

import pytest
from ask_sdk_core.exceptions import AskSdkException
from hypothesis import HealthCheck, given, settings

from alexa.skill import LambdaHandler, build_handler
from guide.release import Release
from tests.any_request.mutations import SEEDS, mutants
from tests.any_request.requests import REQUEST_TYPES, Listeners, envelopes
from workbench.standin.device import SKILL_ID

ANOTHER = "amzn1.ask.skill.11111111-1111-1111-1111-111111111111"
FEW = settings(max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def ours(release: Release) -> LambdaHandler:
    return build_handler(lambda: release, SKILL_ID)


def meant_for(skill: Any, event: dict[str, Any]) -> dict[str, Any]:
    application = {"applicationId": skill}
    system = {**event["context"]["System"], "application": application}
    return {
        **event,
        "context": {**event["context"], "System": system},
        "session": {**event["session"], "application": application},
    }


@pytest.mark.parametrize("kind", REQUEST_TYPES)
def test_whatever_is_wrong_with_a_request_for_another_skill_it_is_refused(
    kind: str, ours: LambdaHandler, listeners: Listeners
) -> None:
    @FEW
    @given(event=envelopes(kind), start=SEEDS)
    def refuse(event: dict[str, Any], start: int) -> None:
        for mutant in mutants(meant_for(ANOTHER, event), listeners, start, 10):
            with pytest.raises(AskSdkException, match="Skill ID"):
                ours(mutant.event, None)

    refuse()


@pytest.mark.parametrize("kind", REQUEST_TYPES)
def test_a_request_for_this_skill_is_not(kind: str, ours: LambdaHandler, listeners: Listeners) -> None:
    @FEW
    @given(event=envelopes(kind), start=SEEDS)
    def answer(event: dict[str, Any], start: int) -> None:
        for mutant in mutants(event, listeners, start, 2):
            assert "response" in ours(mutant.before, None)

    answer()


@pytest.mark.parametrize(
    "named", [None, "", 7, [], [SKILL_ID], {"id": SKILL_ID}, f"{SKILL_ID} ", SKILL_ID.upper(), SKILL_ID[:-1], "*"]
)
def test_what_is_nearly_our_id_is_not_ours(named: Any, ours: LambdaHandler, launch: dict[str, Any]) -> None:
    with pytest.raises(AskSdkException, match="Skill ID"):
        ours(meant_for(named, launch), None)


def test_the_context_counts_before_the_session(ours: LambdaHandler, launch: dict[str, Any]) -> None:
    """The context names the skill that is asked; only where it names none is the session believed."""
    assert "outputSpeech" in ours({**meant_for(SKILL_ID, launch), "session": launch["session"]}, None)["response"]
    for_another = meant_for(ANOTHER, launch)
    for_another["session"]["application"] = {"applicationId": SKILL_ID}
    with pytest.raises(AskSdkException, match="Skill ID"):
        ours(for_another, None)


@pytest.fixture
def launch() -> dict[str, Any]:
    return {
        "version": "1.0",
        "session": {"new": True, "sessionId": "s", "application": {"applicationId": SKILL_ID}},
        "context": {"System": {"application": {"applicationId": SKILL_ID}}},
        "request": {"type": "LaunchRequest", "requestId": "r", "locale": "en-US", "timestamp": "2026-11-21T08:00:00Z"},
    }
