"""The guide's replies in Alexa's terms."""

from __future__ import annotations

from ask_sdk_core.response_helper import ResponseFactory

from alexa.responses import respond
from guide.reply import Card, Reply


def test_a_reply_that_asks_stays_open_and_reprompts() -> None:
    response = respond(Reply("Lie down. More?", "answer", "Say yes for more. More?"), ResponseFactory())
    assert response.output_speech.ssml == "<speak>Lie down. More?</speak>"
    assert response.reprompt.output_speech.ssml == "<speak>Say yes for more. More?</speak>"
    assert response.should_end_session is False


def test_a_reply_that_does_not_ask_closes() -> None:
    response = respond(Reply("Goodbye.", "phrase"), ResponseFactory())
    assert response.reprompt is None
    assert response.should_end_session is True


def test_a_card_is_simple_and_only_there_when_there_is_one() -> None:
    response = respond(
        Reply("Lie down.", "answer", card=Card("Rest & ease", "- Lie down\n- Breathe")), ResponseFactory()
    )
    assert response.card.object_type == "Simple"
    assert (response.card.title, response.card.content) == ("Rest & ease", "- Lie down\n- Breathe")
    assert respond(Reply("Goodbye.", "phrase"), ResponseFactory()).card is None


def test_markup_of_the_reply_is_passed_on() -> None:
    response = respond(Reply('In. <break time="3s"/> Out &amp; in.', "answer"), ResponseFactory())
    assert response.output_speech.ssml == '<speak>In. <break time="3s"/> Out &amp; in.</speak>'
