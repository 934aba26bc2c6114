"""The skill: ask-sdk, the guide's handlers, and the way in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ask_sdk_core.exceptions import AskSdkException
from ask_sdk_core.skill import CustomSkill, SkillConfiguration
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_model import RequestEnvelope, ResponseEnvelope

from alexa.envelopes import TimelessSerializer, read_envelope
from alexa.handlers import CurrentRelease, SilentHandler, SpokenErrorHandler, TurnHandler
from alexa.turn_log import Turn, TurnLog

LambdaHandler = Callable[[Any, Any], dict[str, Any]]


_ANOTHER_SKILL = "Skill ID Verification failed!!"
"""What ask-sdk raises for a request that is meant for another skill."""


class LoggedSkill(CustomSkill):
    """ask-sdk's skill, which writes a line for each turn, whatever becomes of it.

    Its handlers find the turn where the SDK puts what came with a request besides the envelope: in their context.
    """

    def __init__(self, configuration: SkillConfiguration, log: TurnLog | None, current_release: CurrentRelease) -> None:
        super().__init__(configuration)
        self._log = log
        self._current_release = current_release

    def invoke(self, request_envelope: RequestEnvelope, context: Any) -> ResponseEnvelope:
        """Return the response; ``context`` is not looked at.

        Raises:
            AskSdkException: when not even an apology could be given. It quotes nothing of the request.
        """
        turn = Turn()
        try:
            return super().invoke(request_envelope, turn)
        except Exception as error:
            turn.failed(error)
            failure = wordless(error)
        finally:
            if self._log:
                self._log.add(request_envelope, turn, getattr(self._current_release, "state", "bundled"))
        raise failure


def wordless(error: Exception) -> AskSdkException:
    """Return what may leave in the place of ``error``, whose words may quote the request: Lambda logs what a handler raises.

    Raise it outside of the ``except`` block, so that ``error`` is not in its context.
    """
    words = str(error)
    return AskSdkException(words if words == _ANOTHER_SKILL else f"failed: {type(error).__name__}")


def build_skill(
    current_release: CurrentRelease, skill_id: str | None = None, log: TurnLog | None = None
) -> CustomSkill:
    """Return the skill as ask-sdk has it: what answers, for Lambda and for the web service alike.

    With a ``skill_id``, it raises ``AskSdkException`` for a request that is meant for another skill. Turns are written
    to ``log``, or not at all.
    """
    builder = SkillBuilder()
    builder.skill_id = skill_id or None
    builder.add_request_handler(TurnHandler(current_release))
    builder.add_request_handler(SilentHandler(current_release))
    builder.add_exception_handler(SpokenErrorHandler(current_release))
    skill = LoggedSkill(builder.skill_configuration, log, current_release)
    skill.serializer = TimelessSerializer()
    return skill


def build_handler(
    current_release: CurrentRelease, skill_id: str | None = None, log: TurnLog | None = None
) -> LambdaHandler:
    """Return the function that Lambda calls with each request: ``build_skill``'s skill, and envelopes mended."""
    skill = build_skill(current_release, skill_id, log)

    def handler(event: Any, context: Any) -> dict[str, Any]:
        try:
            envelope = read_envelope(event, skill.serializer)
        except Exception as error:
            failure = wordless(error)
        else:
            response: dict[str, Any] = skill.serializer.serialize(skill.invoke(envelope, context))
            return response
        raise failure

    return handler
