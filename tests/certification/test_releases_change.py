"""A session that began under one release goes on under the next, whatever is gone from it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from alexa.skill import build_handler
from guide.release import Release
from tests.certification.test_kept_between_turns import is_sound
from tests.certification.walk import Listener, Said, State

Complaints = Callable[[Iterator[str]], None]
Hear = Callable[[str], Said]


def without_answer(data: dict[str, Any], gone: str) -> dict[str, Any]:
    """The release as it would be compiled after an editor took an answer away; what Alexa hears changes later."""
    changed: dict[str, Any] = copy.deepcopy({name: data[name] for name in ("answers", "topics")})
    del changed["answers"][gone]
    for answer in changed["answers"].values():
        answer["next"] = [other for other in answer["next"] if other != gone]
    topics = {topic: answer for topic, answer in changed["topics"].items() if answer != gone}
    return {**data, **changed, "topics": topics, "version": f"without {gone}"}


def shortened(data: dict[str, Any]) -> dict[str, Any]:
    """The release with one part and two steps left of everything, and no second routine."""
    answers = copy.deepcopy(data["answers"])
    for answer in answers.values():
        answer["more"] = []
        answer["routines"] = [{**routine, "steps": routine["steps"][:2]} for routine in answer["routines"][:1]]
    return {**data, "answers": answers, "version": "shortened"}


def without_routines(data: dict[str, Any]) -> dict[str, Any]:
    answers = {name: {**answer, "routines": []} for name, answer in data["answers"].items()}
    return {**data, "answers": answers, "version": "without routines"}


def without_signs(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "warnings": {}, "version": "without signs"}


def speaks_of(state: State, answer: str) -> bool:
    return f"'{answer}'" in str({k: v for k, v in (state.attributes or {}).items() if k != "said"})


def removable(release: Release) -> list[str]:
    return [answer for answer in release.answers if answer not in release.roles.values()]


def test_an_answer_that_is_gone_is_explained(
    release: Release,
    release_data: dict[str, Any],
    all_states: list[State],
    heard: Hear,
    complaints: Complaints,
) -> None:
    """After a part of it, what goes on from it says so; and no state that speaks of it anywhere ends in an error."""
    explained = release_data["phrases"]["gone"]
    failed = release_data["phrases"]["failed"]
    sayings = [
        heard(said)
        for said in (
            "yes",
            "no",
            "next",
            "repeat",
            "both",
            "the second one",
            "who says that",
            "help",
            "continue",
            "go back",
        )
    ]

    def found() -> Iterator[str]:
        count = 0
        for gone in removable(release):
            concerned = [state for state in all_states if speaks_of(state, gone)]
            changed = Release(without_answer(release_data, gone))
            listener = Listener(build_handler(lambda changed=changed: changed))
            for state in concerned:
                for said in sayings:
                    count += 1
                    turn = listener.turn(state, said)
                    if not is_sound(turn, failed):
                        yield f"without {gone}: {turn}"
                    here = (state.attributes or {})["move"]
                    going_on = said.label in ("“next”", "“repeat”", "“who says that”")
                    told_of_it = here["kind"] in ("part", "step") and here["answer"] == gone
                    if going_on and told_of_it and turn.speech not in explained:
                        yield f"without {gone}, not explained: {turn}"
        assert count > 100

    complaints(found())


@pytest.mark.parametrize("change", [shortened, without_routines, without_signs])
def test_what_is_gone_from_inside_an_answer_is_no_error(
    change: Callable[[dict[str, Any]], dict[str, Any]],
    release_data: dict[str, Any],
    named_states: list[State],
    requests_of_each_kind: list[Said],
    complaints: Complaints,
) -> None:
    changed = Release(change(release_data))
    listener = Listener(build_handler(lambda: changed))
    failed = release_data["phrases"]["failed"]
    plain = [said for said in requests_of_each_kind if "slots" not in said.request.get("intent", {})]

    def found() -> Iterator[str]:
        for state in named_states:
            for said in plain:
                turn = listener.turn(state, said)
                if not is_sound(turn, failed):
                    yield f"{changed.version}: {turn}"

    complaints(found())


def test_an_intent_of_an_answer_that_is_gone_is_explained(
    release: Release, release_data: dict[str, Any], heard: Hear
) -> None:
    """What Alexa has certified changes later than the content."""
    gone = next(answer for answer in removable(release) if release.answers[answer]["routines"])
    changed = Release(without_answer(release_data, gone))
    listener = Listener(build_handler(lambda: changed))
    for said in (heard(release.answers[gone]["name"]), heard(f"walk me through {release.answers[gone]['name']}")):
        turn = listener.follow([said])[-1]
        assert any(turn.speech == wording for wording in release_data["phrases"]["gone"]), turn


def test_replies_name_the_release_they_come_from(release_data: dict[str, Any], heard: Hear) -> None:
    changed = Release({**release_data, "version": "another"})
    turn = Listener(build_handler(lambda: changed)).follow([heard("heat")])[-1]
    assert turn.attributes["release"] == "another"
