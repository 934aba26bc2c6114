"""The skill's ask-sdk handlers: thin, since everything that is decided is decided in ``guide``."""

from __future__ import annotations

from collections.abc import Callable

from ask_sdk_core.dispatch_components import AbstractExceptionHandler, AbstractRequestHandler
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_model import IntentRequest, LaunchRequest, Response

from alexa.requests import hear, session_of
from alexa.responses import respond
from alexa.turn_log import Turn
from guide.conversation import after_failure, after_silence, take_turn
from guide.heard import Heard
from guide.release import Release
from guide.state import Move
from guide.telling import tell

CurrentRelease = Callable[[], Release]
"""Returns the release to answer from; asked once a turn."""


class TurnHandler(AbstractRequestHandler):
    """A request that something is said to: the skill was opened, or an intent was heard."""

    def __init__(self, current_release: CurrentRelease) -> None:
        self._current_release = current_release

    def can_handle(self, handler_input: HandlerInput) -> bool:
        return isinstance(handler_input.request_envelope.request, (LaunchRequest, IntentRequest))

    def handle(self, handler_input: HandlerInput) -> Response:
        envelope = handler_input.request_envelope
        turn: Turn = handler_input.context
        turn.release = release = self._current_release()
        request = envelope.request
        heard = hear(request, release) if isinstance(request, IntentRequest) else Heard("open")
        attributes = envelope.session.attributes if envelope.session else None
        turn.reply, attributes = take_turn(release, session_of(envelope), attributes, heard)
        if envelope.session:
            handler_input.attributes_manager.session_attributes = attributes
        return respond(turn.reply, handler_input.response_builder)


class SilentHandler(AbstractRequestHandler):
    """Every other request: Alexa takes no speech in answer to it (a session that ended, an event, a type yet to come)."""

    def __init__(self, current_release: CurrentRelease) -> None:
        self._current_release = current_release

    def can_handle(self, handler_input: HandlerInput) -> bool:
        return True

    def handle(self, handler_input: HandlerInput) -> Response:
        envelope = handler_input.request_envelope
        turn: Turn = handler_input.context
        if envelope.session:  # what a client sent is not sent back to it unread
            turn.release = release = self._current_release()
            attributes = after_silence(release, session_of(envelope), envelope.session.attributes)
            handler_input.attributes_manager.session_attributes = attributes
        return handler_input.response_builder.response


class SpokenErrorHandler(AbstractExceptionHandler):
    """Whatever went wrong, the listener hears what to do next; what it was is logged by its type alone."""

    def __init__(self, current_release: CurrentRelease) -> None:
        self._current_release = current_release

    def can_handle(self, handler_input: HandlerInput, exception: Exception) -> bool:
        return True

    def handle(self, handler_input: HandlerInput, exception: Exception) -> Response:
        envelope = handler_input.request_envelope
        turn: Turn = handler_input.context
        turn.failed(exception)
        turn.release = release = self._current_release()
        session = session_of(envelope)
        turn.reply = reply = tell(release, release.place(session.locale), 0, Move("failed"))
        if envelope.session:
            attributes = after_failure(release, session, envelope.session.attributes, reply)
            handler_input.attributes_manager.session_attributes = attributes
        return respond(reply, handler_input.response_builder)
