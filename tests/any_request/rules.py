"""What every response must be, whatever was asked: the rules of certification, and silence where Alexa takes no speech."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any

from alexa.skill import LambdaHandler
from guide.release import Release
from tests.any_request.requests import SPOKEN_TO
from tests.any_request.smallest import smallest
from tests.certification import test_kept_between_turns, test_limits, test_sessions, test_wording
from tests.certification.test_kept_between_turns import MOST, is_sound
from tests.certification.test_limits import MOST_RESPONSE
from tests.certification.test_wording import heard_and_seen, said_and_shown, whole
from tests.certification.walk import CANARY, Said, State, Turn, Walk
from workbench.compiler.interaction_model import Model

Rule = Callable[..., None]

_OF_A_WHOLE_PLACE = ("test_the_place_has_its_emergency_number_said",)
"""Rules that something is said somewhere, not that each reply is so and so."""
_OF_A_SERVED_PLACE = (
    "test_no_number_of_another_place_is_given",
    "test_wherever_an_emergency_number_is_given_the_local_one_goes_with_it",
)

ELSEWHERE = "a place that is not ours"


def is_spoken_to(event: Any) -> bool:
    """True for a request that the guide speaks to, however odd the rest of it."""
    request = event.get("request") if isinstance(event, Mapping) else None
    kind = request.get("type") if isinstance(request, Mapping) else None
    return isinstance(kind, str) and kind in SPOKEN_TO


def locale_of(event: Any, release_data: Mapping[str, Any]) -> str:
    """The place whose numbers are to be heard: that of the request, or the one for those that are not ours."""
    locale = event["request"].get("locale")
    if not isinstance(locale, str) or not locale:
        return "en-US"
    return locale if locale in release_data["places"]["served"] else ELSEWHERE


def shown(event: Any) -> str:
    """Return ``event`` as JSON for whoever reads a failure, with what is long or deep in it cut short."""
    return json.dumps(_cut(event, 0))


def _cut(part: Any, depth: int) -> Any:
    if isinstance(part, str) and len(part) > 200:
        return f"{part[:60]} ... {len(part):,} characters"
    if isinstance(part, (dict, list)) and depth > 12:
        return "... and deeper"
    if isinstance(part, dict):
        return {_cut(name, 0): _cut(value, depth + 1) for name, value in list(part.items())[:40]}
    return [_cut(value, depth + 1) for value in part[:10]] if isinstance(part, list) else part


class Replies:
    """Checks each response at once, as far as that is quick, and keeps one of each for the rules that are slow."""

    def __init__(self, handler: LambdaHandler, release_data: dict[str, Any]) -> None:
        self._handler = handler
        self._data = release_data
        self._failed: list[str] = release_data["phrases"]["failed"]
        self._walks: dict[str, Walk] = {}
        self._asked: list[Any] = []
        self.count = 0

    def problem(self, event: Any) -> str:
        """Return what is wrong with how the handler answers ``event``, or ""."""
        self.count += 1
        try:
            return self._problem(event, self._handler(event, None))
        except Exception as error:
            return f"{type(error).__name__}: {error}"

    def _problem(self, event: Any, response: Any) -> str:
        kept = json.dumps(response.get("sessionAttributes") or {}, allow_nan=False)
        if len(kept) > MOST or CANARY in kept:
            return "what is kept is too much, or is the listener's"
        if not is_spoken_to(event):
            return "" if response["response"].keys() <= {"shouldEndSession"} else "an answer where none may be given"
        if len(json.dumps(response, ensure_ascii=False, allow_nan=False).encode()) > MOST_RESPONSE:
            return "the response is too large"
        turn = Turn(State("", (), None), Said(f"request #{len(self._asked)}", {}), response)
        walk = self._walks.setdefault(locale_of(event, self._data), Walk("", {}, {}, 0))
        body, memory = json.dumps(turn.body), json.dumps({**turn.attributes, "turn": 0})
        if body not in walk.replies and not is_sound(turn, self._failed):
            return "an apology for an error, or no reply that a listener can do something with"
        if body not in walk.replies or (turn.attributes and memory not in walk.attributes):
            self._asked.append(event)
            walk.replies.setdefault(body, turn)
            if turn.attributes:
                walk.attributes.setdefault(memory, turn)
        return ""

    @property
    def distinct(self) -> int:
        """How many different replies there were."""
        return sum(len(walk.replies) for walk in self._walks.values())

    def check_all(self, release: Release, model: Model) -> None:
        """Hold every certification rule against every different reply."""
        given = {"release": release, "release_data": self._data, "model": model, "complaints": self._complain}
        for locale, walk in self._walks.items():
            for rule in rules(served=locale != ELSEWHERE):
                values = {**given, "walked": walk._replace(locale=locale)}
                rule(**{name: values[name] for name in inspect.signature(rule).parameters})
            if locale == ELSEWHERE:
                self._complain(self._numbers_of_ours(walk))

    def _complain(self, found: Iterator[str]) -> None:
        """Fail with the first thing that is against a rule, and the smallest request that has the same reply."""
        wrong = next(found, None)
        if wrong is not None:
            number = re.search(r"request #(\d+)", wrong)
            assert number, wrong
            asked = self._asked[int(number[1])]
            same = self._handler(asked, None)["response"]
            small = smallest(asked, lambda event: self._handler(event, None)["response"] == same)
            raise AssertionError(f"against a rule of certification: {wrong}\n{shown(small)}")

    def _numbers_of_ours(self, walk: Walk) -> Iterator[str]:
        numbers = {n for place in self._data["places"]["served"] for n in said_and_shown(self._data, place)}
        patterns = {number: whole(number) for number in numbers}
        for text, turn in heard_and_seen(walk):
            if any(number in text and pattern.search(text) for number, pattern in patterns.items()):
                yield f"a number: {turn}"


def rules(*, served: bool) -> list[Rule]:
    """Return the certification rules that judge replies by themselves: all tests there of what was ``walked``."""
    left_out = _OF_A_WHOLE_PLACE if served else (*_OF_A_WHOLE_PLACE, *_OF_A_SERVED_PLACE)
    known = {"walked", "complaints", "release", "release_data", "model"}
    modules: tuple[ModuleType, ...] = (test_limits, test_sessions, test_wording, test_kept_between_turns)
    found: list[Rule] = []
    for module in modules:
        for name, rule in vars(module).items():
            if name.startswith("test_") and name not in left_out:
                needed = set(inspect.signature(rule).parameters)
                if "walked" in needed and needed <= known:
                    found.append(rule)
    return found
