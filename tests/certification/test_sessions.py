"""Certification test 4.1, session management: the commonest reason for rejection (facts: Amazon's rules 2.3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from guide.markup import seconds
from tests.certification.walk import OPEN, Listener, Said, State, Walk

Complaints = Callable[[Iterator[str]], None]

# What prompts without a question mark, when it is the last thing that is said.
_PROMPT = re.compile(r"\b(say|ask me|tell me|try|would you|do you|which)\b[^.?]*[.?]$", re.IGNORECASE)


def last_sentence(speech: str) -> str:
    return re.split(r"(?<=[.?!])\s+", speech.strip())[-1]


def test_every_spoken_reply_says_whether_it_ends_the_session(walked: Walk, complaints: Complaints) -> None:
    complaints(str(turn) for turn in walked.replies.values() if turn.body.get("shouldEndSession") not in (True, False))


def test_every_reply_is_spoken(walked: Walk, complaints: Complaints) -> None:
    complaints(str(turn) for turn in walked.replies.values() if not turn.speech)


def test_a_reply_that_asks_stays_open_and_has_a_reprompt(walked: Walk, complaints: Complaints) -> None:
    complaints(
        str(turn)
        for turn in walked.replies.values()
        if turn.speech.endswith("?") and not (turn.is_open and turn.reprompt)
    )


def test_a_reply_that_does_not_ask_closes(walked: Walk, complaints: Complaints) -> None:
    complaints(str(turn) for turn in walked.replies.values() if not turn.speech.endswith("?") and turn.is_open)


def test_a_closing_reply_has_no_question_mark_no_prompt_and_no_reprompt(walked: Walk, complaints: Complaints) -> None:
    complaints(
        str(turn)
        for turn in walked.replies.values()
        if not turn.is_open and ("?" in turn.speech or turn.reprompt or _PROMPT.search(last_sentence(turn.speech)))
    )


def test_a_reprompt_asks_too(walked: Walk, complaints: Complaints) -> None:
    complaints(str(turn) for turn in walked.replies.values() if turn.is_open and not turn.reprompt.endswith("?"))


def test_a_reprompt_is_not_what_was_just_said(walked: Walk, complaints: Complaints) -> None:
    """A listener who said nothing did not understand; the same words again do not help (facts: voice design 8)."""

    def found() -> Iterator[str]:
        for turn in walked.replies.values():
            if turn.is_open and turn.reprompt in turn.speech:
                yield str(turn)

    complaints(found())


def test_a_reprompt_adds_choices(walked: Walk, complaints: Complaints) -> None:
    """Besides its question it says what can be said: the reprompt is the last word that a silent listener hears."""

    def found() -> Iterator[str]:
        for turn in walked.replies.values():
            before = turn.reprompt.removesuffix(last_sentence(turn.reprompt))
            if turn.is_open and not re.search(r"\b(say|ask|try)(ing)?\b", before, re.IGNORECASE):
                yield str(turn)

    complaints(found())


def test_opening_says_what_can_be_asked_and_listens(listener: Listener) -> None:
    """ "A welcome prompt must be provided which describes what users can ask of the skill"."""
    opened = listener.follow([OPEN])[-1]
    assert opened.is_open
    assert len(re.findall(r"\brelief\b|\bice or heat\b|\bdoctor\b", opened.speech)) >= 3
    assert "how do I relieve a back spasm" in opened.reprompt


def test_opening_takes_twelve_seconds_and_the_second_time_four(listener: Listener) -> None:
    first, second = listener.follow([OPEN, OPEN])
    assert seconds(first.ssml) <= 12
    assert seconds(second.ssml) <= 4


def test_no_after_an_answer_closes_kindly(
    listener: Listener, all_states: list[State], heard: Callable[[str], Said], complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for state in all_states:
            if state.name.startswith("part"):
                turn = listener.turn(state, heard("no"))
                if turn.is_open:
                    yield str(turn)

    complaints(found())
