"""Every request type that ask-sdk knows: which are spoken to, and that each, in full, is answered so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from alexa.skill import LambdaHandler
from guide.release import Release
from tests.any_request.mutations import SEEDS, mutants
from tests.any_request.requests import REQUEST_TYPES, SPOKEN_TO, Listeners, envelopes
from tests.any_request.rules import Replies
from workbench.compiler.interaction_model import Model

WHY_SILENT = {
    "SessionEndedRequest": "the session is over: a response is not spoken",
    "SessionResumedRequest": "follows on Connections.StartConnection, which the guide never sends",
    "CanFulfillIntentRequest": "takes no speech; only for skills with CAN_FULFILL_INTENT_REQUEST, which the guide is not",
    "Alexa.Advertisement.": "only for skills with advertisements",
    "Alexa.Authorization.": "an event outside of any session",
    "Alexa.DataStore.": "only for skills that put data on a device",
    "Alexa.Presentation.": "only for skills that have sent a document",
    "AlexaHouseholdListEvent.": "an event outside of any session",
    "AlexaSkillEvent.": "an event outside of any session",
    "AudioPlayer.": "takes directives of its own and no speech",
    "Connections.": "follows on Connections.SendRequest, which the guide never sends",
    "CustomInterfaceController.": "only for skills with gadgets",
    "Dialog.": "only for skills with Alexa Conversations",
    "Display.": "follows on a display template, which the guide never sends",
    "GameEngine.": "only for skills with gadgets",
    "Messaging.": "an event outside of any session",
    "PlaybackController.": "takes directives of its own and no speech",
    "Reminders.": "an event outside of any session",
    "System.": "tells of an error, and takes no speech",
}
"""Types, or how their names begin (facts on request types; ask-sdk's docstrings)."""


def test_of_every_type_it_is_decided_whether_it_is_spoken_to() -> None:
    """When this fails after an upgrade: does Alexa take speech in answer to it? Then ``TurnHandler``; else the list above."""
    undecided = [
        kind
        for kind in REQUEST_TYPES
        if kind not in SPOKEN_TO
        and not any(kind == name or (name.endswith(".") and kind.startswith(name)) for name in WHY_SILENT)
    ]
    assert not undecided
    assert set(SPOKEN_TO) <= set(REQUEST_TYPES)


@pytest.mark.parametrize("kind", REQUEST_TYPES)
def test_a_request_in_full(
    kind: str,
    handler: LambdaHandler,
    release: Release,
    release_data: dict[str, Any],
    model: Model,
    listeners: Listeners,
) -> None:
    """With everything filled that ask-sdk has a field for, in sessions of every kind."""
    replies = Replies(handler, release_data)

    @settings(max_examples=3, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(event=envelopes(kind), start=SEEDS)
    def answer(event: dict[str, Any], start: int) -> None:
        for mutant in mutants(event, listeners, start, 4):
            assert not replies.problem(mutant.before), mutant.before
            response = handler(mutant.before, None)["response"]
            assert ("outputSpeech" in response) == (kind in SPOKEN_TO)

    answer()
    assert replies.distinct > 0 or kind not in SPOKEN_TO
