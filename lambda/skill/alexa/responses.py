"""The guide's replies in Alexa's terms."""

from __future__ import annotations

from ask_sdk_core.response_helper import ResponseFactory
from ask_sdk_model import Response
from ask_sdk_model.ui import SimpleCard

from guide.reply import Reply


def respond(reply: Reply, factory: ResponseFactory) -> Response:
    """Return the response for ``reply``.

    ``shouldEndSession`` is always said: where it is missing, what happens depends on the device, and a reply that
    asks but closes, or does not ask but stays open, is the commonest reason for rejection (certification test 4.1).
    """
    factory.speak(reply.speech)
    if reply.keep_open:
        factory.ask(reply.reprompt)
    factory.set_should_end_session(not reply.keep_open)
    if reply.card:
        factory.set_card(SimpleCard(title=reply.card.title, content=reply.card.text))
    return factory.response
