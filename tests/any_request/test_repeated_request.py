"""Alexa sends a request again when an answer was late: the same answer then, and the session goes on from it once."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from alexa.skill import LambdaHandler, build_handler
from guide.release import Release
from stores.bundled import load_release
from tests.certification.walk import OPEN, Said, envelope, hear, intent
from workbench.compiler.build import RELEASE
from workbench.standin.ears import Ears

EVENTS = {
    path.stem: json.loads(path.read_bytes()) for path in sorted((Path(__file__).parents[2] / "events").glob("*.json"))
}
SAID = ("heat", "yes", "more", "who says that", "repeat", "slower", "walk me through getting up", "next", "xyzzy", "no")


@pytest.mark.parametrize("name", EVENTS)
def test_the_same_request_has_the_same_answer(name: str, handler: LambdaHandler) -> None:
    event = copy.deepcopy(EVENTS[name])
    first = handler(event, None)
    assert event == EVENTS[name], "what came in was changed"
    assert handler(event, None) == first == handler(copy.deepcopy(event), None)


def test_another_function_that_gets_it_the_second_time_answers_the_same(built: Path, release: Release) -> None:
    """Lambda may send the second one elsewhere: to a function that has just started, or one that has long been running."""
    running = build_handler(lambda: release)
    for event in EVENTS.values():
        running(event, None)
    for event in EVENTS.values():
        fresh = load_release(built / RELEASE)
        assert build_handler(lambda fresh=fresh: fresh)(event, None) == running(event, None)


def turn(handler: LambdaHandler, said: Said, attributes: dict[str, Any] | None, number: int) -> dict[str, Any]:
    event = envelope(said.request, attributes)
    event["request"]["requestId"] = f"amzn1.echo-api.request.00000000-0000-0000-0000-{number:012d}"
    return handler(event, None)


def test_the_session_goes_on_as_if_it_had_been_sent_once(handler: LambdaHandler, ears: Ears) -> None:
    """Every turn sent twice and gone on from the second answer, and sent once more when the next one is over."""
    conversation = [OPEN, *(hear(ears, utterance) for utterance in SAID)]
    once: dict[str, Any] | None = None
    twice: dict[str, Any] | None = None
    for number, said in enumerate(conversation):
        right = turn(handler, said, once, number)
        before = twice
        assert turn(handler, said, twice, number) == right
        again = turn(handler, said, twice, number)
        assert again == right
        once, twice = right["sessionAttributes"], json.loads(json.dumps(again["sessionAttributes"]))
        turn(handler, intent("AMAZON.RepeatIntent"), twice, number + 1_000)
        assert turn(handler, said, before, number) == right, "too late, and still the same"
    assert once == twice
