"""The skill: ask-sdk, the guide's handlers, and the way in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ask_sdk_core.skill import CustomSkill
from ask_sdk_core.skill_builder import SkillBuilder

from alexa.envelopes import TimelessSerializer, read_envelope
from alexa.handlers import CurrentRelease, SilentHandler, SpokenErrorHandler, TurnHandler

LambdaHandler = Callable[[Any, Any], dict[str, Any]]


def build_skill(current_release: CurrentRelease, skill_id: str | None = None) -> CustomSkill:
    """Return the skill as ask-sdk has it: what answers, for Lambda and for the web service alike.

    With a ``skill_id``, ask-sdk raises ``AskSdkException`` for a request that is meant for another skill.
    """
    builder = SkillBuilder()
    builder.skill_id = skill_id or None
    builder.add_request_handler(TurnHandler(current_release))
    builder.add_request_handler(SilentHandler(current_release))
    builder.add_exception_handler(SpokenErrorHandler(current_release))
    skill: CustomSkill = builder.create()
    skill.serializer = TimelessSerializer()
    return skill


def build_handler(current_release: CurrentRelease, skill_id: str | None = None) -> LambdaHandler:
    """Return the function that Lambda calls with each request: ``build_skill``'s skill, and envelopes mended."""
    skill = build_skill(current_release, skill_id)

    def handler(event: Any, context: Any) -> dict[str, Any]:
        envelope = read_envelope(event, skill.serializer)
        response: dict[str, Any] = skill.serializer.serialize(skill.invoke(envelope, context))
        return response

    return handler
