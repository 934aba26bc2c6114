"""Certification test 4.3: whatever the guide tells listeners to say is understood, in the very state it is said in.

Found in each state: the phrases of the last reply and its reprompt; in them, what ``phrases.yaml`` puts between stars,
and what is offered by name. It is then said, through the ears and the function.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from guide import state as states
from guide.markup import plain
from guide.release import Release
from guide.telling import tell
from tests.certification.walk import Listener, Said, State, Turn
from workbench.compiler.content import Content

Complaints = Callable[[Iterator[str]], None]
Hear = Callable[[str], Said]

MOST_OFFERED = 3
"""Things offered in one breath (facts: voice design 8; more is shown as the bad example)."""

ENDS = {"stop"}
"""Suggestions after which the guide says goodbye, as they say."""
MAY_END = {"no"}
"""Suggestions that say goodbye where there is nothing else to say no to ("or say no if you're done")."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ENTERED_AGAIN = re.compile(r"open me again and say,? (continue .+?)\. ")
# What names a thing that can be asked for by that name, but where a routine is only announced.
_NAMES = ("first", "second", "routine", "other")
_ANNOUNCE = ("first_step", "step")
# Another way to say one of the names.
_BY_NUMBER = {"the first one", "the second one"}


class _Recording(Release):
    """A release that remembers which phrases were said."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__(data)
        self.said: list[tuple[str, int]] = []

    def phrase(self, name: str, turn: int) -> str:
        self.said.append((name, turn % len(self._data["phrases"][name])))
        return super().phrase(name, turn)


class Suggested(NamedTuple):
    """What one part of a reply tells the listener to say."""

    by: str
    """The phrase."""
    sayings: list[str]
    named: list[str]
    """What is offered by name, to be chosen by that name."""


@pytest.fixture(scope="module")
def suggested(release_data: dict[str, Any], content: Content) -> Callable[[State], list[Suggested]]:
    """What the reply that led to a state suggests, phrase by phrase."""
    recording = _Recording(release_data)

    def find(state: State) -> list[Suggested]:
        kept = states.read(state.attributes)
        if kept.move is None:
            return []
        recording.said.clear()
        reply = tell(recording, recording.place("en-US"), kept.turn, kept.move)
        found = []
        for name, wording in recording.said:
            spoken = plain(reply.reprompt if name.endswith("_reprompt") else reply.speech)
            found.append(_in_phrase(content, name, wording, spoken))
        return found

    return find


def _in_phrase(content: Content, name: str, wording: int, spoken: str) -> Suggested:
    phrase = content.phrases[name][wording]
    values = _values(phrase.text, spoken)
    sayings = [_PLACEHOLDER.sub(lambda match: values.get(match[1], ""), saying) for saying in phrase.suggestions]
    sayings += _ENTERED_AGAIN.findall(spoken)
    named = [values[key] for key in _NAMES if key in values and name not in _ANNOUNCE]
    return Suggested(name, sayings, list(dict.fromkeys(named)))


def _values(template: str, spoken: str) -> dict[str, str]:
    """What a phrase's placeholders were filled with, read off what was said."""
    seen: set[str] = set()

    def group(match: re.Match[str]) -> str:
        name = match[1]
        if name in seen:
            return f"(?P={name})"
        seen.add(name)
        return f"(?P<{name}>.+?)"

    pattern = _PLACEHOLDER.sub(group, re.sub(r"[.?()*+\[\]|^$\\]", r"\\\g<0>", plain(template)))
    found = list(re.finditer(pattern + "$", spoken)) or list(re.finditer(pattern, spoken))
    return found[-1].groupdict() if found else {}


def is_understood(turn: Turn, saying: str) -> bool:
    if saying in ENDS:
        return not turn.is_open
    return (turn.is_open or saying in MAY_END) and turn.told.get("outcome") != "decline"


def test_every_suggestion_is_understood_in_the_state_it_is_made_in(
    listener: Listener,
    all_states: list[State],
    heard: Hear,
    suggested: Callable[[State], list[Suggested]],
    complaints: Complaints,
) -> None:
    def found() -> Iterator[str]:
        count = 0
        for state in all_states:
            for by, sayings, named in suggested(state):
                for saying in (*sayings, *named):
                    count += 1
                    turn = listener.turn(state, heard(saying))
                    if not is_understood(turn, saying):
                        yield f"“{saying}” suggested by {by}, after {state.way}: {turn.speech!r}"
        assert count > 1_000

    complaints(found())


def test_what_is_offered_by_name_is_what_its_name_gets(
    listener: Listener,
    all_states: list[State],
    heard: Hear,
    release: Release,
    suggested: Callable[[State], list[Suggested]],
    complaints: Complaints,
) -> None:
    names = {data["name"]: answer for answer, data in release.answers.items()}
    routines = {routine["name"]: a for a, data in release.answers.items() for routine in data["routines"]}

    def found() -> Iterator[str]:
        for state in all_states:
            for by, _, named in suggested(state):
                for name in named:
                    turn = listener.turn(state, heard(name))
                    wanted = names.get(name) or routines.get(name)
                    in_steps = name in names or turn.move.get("kind") == "step" or "either" not in by
                    if turn.told.get("answer") != wanted or not in_steps:
                        yield f"“{name}” offered by {by} after {state.way}: {turn.speech!r}"

    complaints(found())


def test_a_routine_is_entered_again_at_the_step_that_was_named(
    listener: Listener, release: Release, heard: Hear, complaints: Complaints
) -> None:
    """ "If I've gone quiet, open me again and say, continue planks from step 4": at every step, opened or one-shot."""

    def found() -> Iterator[str]:
        for answer, data in release.answers.items():
            for number, routine in enumerate(data["routines"]):
                said = [heard(f"walk me through {data['name']}")]
                if len(data["routines"]) > 1:
                    said = [heard(f"walk me through {routine['topic']}")]
                turns = listener.follow([*said, *[heard("next")] * (len(routine["steps"]) - 2)])
                for at, turn in enumerate(turns):
                    lines = _ENTERED_AGAIN.findall(turn.reprompt)
                    if turn.move.get("answer") != answer or turn.move.get("at", 0) != at:
                        yield f"step {at + 1} of {routine['name']} was not reached: {turn}"
                        break
                    if len(lines) != 1:
                        yield f"does not say how to enter again: {turn}"
                        continue
                    step = data["routines"][number]["steps"][min(at + 1, len(routine["steps"]) - 1)]
                    for before in ([], [heard("heat")], [heard("walk me through it")]):
                        again = listener.follow([*before, heard(lines[0])])[-1]
                        if plain(step).split(".")[0] not in again.speech:
                            yield f"“{lines[0]}”: {again}"

    complaints(found())


def test_a_reply_offers_at_most_three_things(
    all_states: list[State], suggested: Callable[[State], list[Suggested]], complaints: Complaints
) -> None:
    """In one breath, that is in the speech, and in the reprompt eight seconds later."""

    def found() -> Iterator[str]:
        for state in all_states:
            parts: dict[bool, dict[str, None]] = {False: {}, True: {}}
            names: dict[bool, list[str]] = {False: [], True: []}
            for by, sayings, named in suggested(state):
                late = by.endswith("_reprompt")
                parts[late].update(dict.fromkeys((*sayings, *named)))
                names[late].append(by)
            for late, offered in parts.items():
                if len(offered.keys() - _BY_NUMBER) > MOST_OFFERED:
                    yield f"{names[late]} offers {list(offered)}"

    complaints(iter(dict.fromkeys(found())))


_TELLS_TO_SAY = re.compile(r"\b(?:say|ask(?: me)?(?: about)?)[ ,]+[\"“']([^\"”']+)[\"”']", re.IGNORECASE)


def test_what_answers_and_cards_tell_listeners_to_say_is_understood(
    release: Release, listener: Listener, heard: Hear, complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for answer, data in release.answers.items():
            steps = [step for routine in data["routines"] for step in routine["steps"]]
            for text in (data["short"], *data["more"], *steps, data["card"]):
                for saying in _TELLS_TO_SAY.findall(plain(text)):
                    turn = listener.follow([heard(data["name"]), heard(saying)])[-1]
                    if not is_understood(turn, saying):
                        yield f"“{saying}” in {answer}: {turn.speech!r}"

    complaints(found())


# Choosing.


def states_that_offer(all_states: list[State]) -> list[State]:
    return [state for state in all_states if state.name.startswith(("offer", "which", "related"))]


@pytest.mark.parametrize(("said", "number"), [("the first one", 0), ("the second", 1), ("both", 0)])
def test_an_offer_is_answered_by_its_number(
    said: str, number: int, listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for state in states_that_offer(all_states):
            offered = (state.attributes or {})["said"]["offered"]
            if len(offered) == 2:
                turn = listener.turn(state, heard(said))
                if turn.told["answer"] != offered[number]:
                    yield str(turn)

    complaints(found())


def test_yes_to_an_offer_asks_which_and_never_the_same_again(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    def found() -> Iterator[str]:
        for state in states_that_offer(all_states):
            turn = listener.turn(state, heard("yes"))
            asks = "which" in turn.speech.lower()
            if turn.move == (state.attributes or {})["move"] or (state.name.startswith("offer") and not asks):
                yield str(turn)

    complaints(found())


def test_an_offer_traps_nobody(
    listener: Listener, all_states: list[State], heard: Hear, complaints: Complaints
) -> None:
    """Neither, no, and any new question lead out of it."""

    def found() -> Iterator[str]:
        for state in states_that_offer(all_states):
            asked = listener.turn(state, heard("how long will it last"))
            neither = listener.turn(state, heard("neither"))
            no = listener.turn(state, heard("no"))
            if asked.told["answer"] != "recovery-time" or neither.told["offered"] or no.told["offered"]:
                yield str(asked)

    complaints(found())


@pytest.mark.parametrize("said", ["the first one", "the second one", "both"])
def test_nothing_is_chosen_that_was_not_offered(
    said: str,
    listener: Listener,
    all_states: list[State],
    heard: Hear,
    release: Release,
    suggested: Callable[[State], list[Suggested]],
    complaints: Complaints,
) -> None:
    """ "The second one" where nothing was offered is asked about; it is no answer out of the blue."""

    def found() -> Iterator[str]:
        for state in all_states:
            named = {name for by, _, names in suggested(state) for name in names}
            offered = {answer for answer, data in release.answers.items() if data["name"] in named}
            here = (state.attributes or {}).get("said", {}).get("answer")
            if " in " not in state.name and len(named) < 2:
                turn = listener.turn(state, heard(said))
                if turn.told.get("answer") not in (None, here, *offered):
                    yield str(turn)

    complaints(found())
