"""Every state of the conversation, found by holding it, and everything that can be said in each.

Nothing here knows the states beforehand: from a session that has not begun, each kind of request is sent in each kind
of state until no new kind of state turns up. So a state that somebody adds to the conversation is walked the day it
is added.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from alexa.skill import LambdaHandler
from guide.markup import fill, plain
from guide.release import Release
from workbench.compiler.interaction_model import Model
from workbench.standin.device import SKILL_ID, context, intent_request
from workbench.standin.ears import NUMBER, SEARCH_QUERY, Ears, Hearing, Slot

CANARY = "zanzibar"
"""A listener's word that stands in nothing the guide knows; it must turn up nowhere."""

NOT_OURS = f"the capital of {CANARY}"
_MARKUP = f"{CANARY} <break time='99s'/> & </speak> {{emergency}} \"x\""
_LONG = f"{CANARY} " * 300
_NUMBERS = ("0", "1", "3", "99", "?", "-1", "1.5", "12345678901234567890")

# So many kinds of state would mean that a number or an id has slipped into what tells them apart.
_MOST_STATES = 3_000


class Said(NamedTuple):
    """Something that a listener may say, or a client send."""

    label: str
    request: dict[str, Any]


class State(NamedTuple):
    """One kind of state of the conversation."""

    name: str
    path: tuple[Said, ...]
    """What was said to get there."""
    attributes: dict[str, Any] | None
    """The session's attributes; None before the first request."""

    @property
    def way(self) -> str:
        """How to get there, for whoever reads a failure."""
        return " > ".join(said.label for said in self.path) or "(a new session)"


class Turn(NamedTuple):
    """One request in one state, and what came of it."""

    state: State
    said: Said
    response: dict[str, Any]
    """The response envelope."""

    @property
    def body(self) -> dict[str, Any]:
        return dict(self.response["response"])

    @property
    def ssml(self) -> str:
        return str(self.body.get("outputSpeech", {}).get("ssml", ""))

    @property
    def speech(self) -> str:
        """What is heard."""
        return plain(self.ssml)

    @property
    def reprompt_ssml(self) -> str:
        return str(self.body.get("reprompt", {}).get("outputSpeech", {}).get("ssml", ""))

    @property
    def reprompt(self) -> str:
        return plain(self.reprompt_ssml)

    @property
    def card(self) -> dict[str, str]:
        return self.body.get("card") or {}

    @property
    def shown(self) -> str:
        """All text of the card."""
        return "\n".join(str(text) for text in self.card.values())

    @property
    def is_open(self) -> bool:
        return self.body.get("shouldEndSession") is False

    @property
    def attributes(self) -> dict[str, Any]:
        return self.response.get("sessionAttributes") or {}

    @property
    def told(self) -> dict[str, Any]:
        """Outcome and ids of the reply."""
        return self.attributes.get("said") or {}

    @property
    def move(self) -> dict[str, Any]:
        """What the conversation remembers of the reply."""
        return self.attributes.get("move") or {}

    def __str__(self) -> str:
        return f"{self.state.way} > {self.said.label}: {self.speech!r} / {self.reprompt!r}"


class Listener:
    """Somebody in one place, who can say anything in any state."""

    def __init__(self, handler: LambdaHandler, locale: str = "en-US") -> None:
        self._handler = handler
        self.locale = locale

    def turn(self, state: State, said: Said) -> Turn:
        return Turn(state, said, self._handler(envelope(said.request, state.attributes, self.locale), None))

    def follow(self, path: Iterable[Said]) -> list[Turn]:
        """Hold a conversation from its beginning; return its turns."""
        turns: list[Turn] = []
        state = NOT_BEGUN
        for said in path:
            turn = self.turn(state, said)
            turns.append(turn)
            state = State("", (*state.path, said), turn.attributes)
        return turns


NOT_BEGUN = State("not begun", (), None)


def envelope(request: dict[str, Any], attributes: dict[str, Any] | None, locale: str = "en-US") -> dict[str, Any]:
    """Return a whole request envelope; without attributes it begins a session, so an intent in it is a one-shot."""
    session = {
        "new": attributes is None,
        "sessionId": "amzn1.echo-api.session.walk",
        "application": {"applicationId": SKILL_ID},
        "user": {"userId": "amzn1.ask.account.WALK"},
        "attributes": attributes or {},
    }
    asked = {"requestId": "amzn1.echo-api.request.walk", "timestamp": "2026-11-21T08:00:00Z", "locale": locale}
    return {"version": "1.0", "session": session, "context": context(), "request": {**asked, **request}}


OPEN = Said("(open)", {"type": "LaunchRequest"})


def hear(ears: Ears, utterance: str) -> Said:
    """Return what the ears make of an utterance."""
    return Said(f"“{utterance}”", intent_request(ears.hear(utterance)))


def intent(name: str, label: str = "", **slots: Any) -> Said:
    """Return an intent; a slot is a value, or a whole slot."""
    asked: dict[str, Any] = {"name": name, "confirmationStatus": "NONE"}
    if slots:
        asked["slots"] = {
            slot: value if isinstance(value, dict) else {"name": slot, "value": value, "confirmationStatus": "NONE"}
            for slot, value in slots.items()
        }
    return Said(label or name, {"type": "IntentRequest", "dialogState": "STARTED", "intent": asked})


# Everything that can be said.


def every_request(model: Model, texts: Iterable[str]) -> list[Said]:
    """Return every intent with every value and synonym of its slots, and with empty, unknown and missing ones.

    Free text has no list of values; ``texts`` stand for it.
    """
    language = model["interactionModel"]["languageModel"]
    values = {kind["name"]: list(_values(kind)) for kind in language.get("types", [])}
    free = [Slot(text, SEARCH_QUERY) for text in texts]
    found = [OPEN, intent("NoIntentOfOursIntent"), intent("NoIntentOfOursIntent", query=CANARY)]
    for declared in language["intents"]:
        name, slots = declared["name"], {slot["name"]: slot["type"] for slot in declared.get("slots", [])}
        found.append(intent(name))
        if not slots:
            continue
        found.extend(_unfilled(name, list(slots)))
        for slot, kind in slots.items():
            filled = free if kind == SEARCH_QUERY else _numbers() if kind == NUMBER else values[kind]
            found.extend(_said(name, {slot: value}) for value in filled)
        if len(slots) > 1:  # the topic and the number of a step: each topic with one number, one topic with each
            others = {slot: kind for slot, kind in slots.items() if kind != NUMBER}
            number = next(slot for slot, kind in slots.items() if kind == NUMBER)
            for slot, kind in others.items():
                found.extend(_said(name, {slot: value, number: Slot("3", NUMBER)}) for value in values[kind])
                found.extend(_said(name, {slot: values[kind][0], number: value}) for value in _numbers())
    return found


def kinds_of_request(release: Release, model: Model) -> list[Said]:
    """Return one request of each kind that the conversation could tell from another.

    Intents that mean the same are of one kind, and so are values of a slot that lead to answers of the same make, or
    to signs of the same level.
    """
    chosen: dict[Any, Said] = {}
    for said in every_request(model, texts(release, model)):
        asked = said.request.get("intent", {})
        meaning = release.intents.get(asked.get("name", ""), {})
        slots = asked.get("slots", {})
        carries = tuple(sorted((slot, _kind_of_value(release, value)) for slot, value in slots.items()))
        if len(slots) > 1 and all(slot.get("value") for slot in slots.values()):
            carries = tuple(kind if slot == "topic" else (slot,) for slot, kind in carries)
        chosen.setdefault((said.request["type"], _kind_of_meaning(release, meaning), carries), said)
    return list(chosen.values())


def texts(release: Release, model: Model) -> list[str]:
    """Return free texts of every kind: ours, either of two of ours, not ours, signs, nothing, noise."""
    return [
        "back spasms",
        _between_two(release),
        NOT_OURS,
        *_signs(release, model),
        *_routines(release),
        "",
        "   ",
        "?!",
        _MARKUP,
        _LONG,
        "背中が痛い",
    ]


def _routines(release: Release) -> list[str]:
    """The routines of an answer that has several, by name: what answers "which one"."""
    several = next(answer["routines"] for answer in release.answers.values() if len(answer["routines"]) > 1)
    return [routine["name"] for routine in several]


def _signs(release: Release, model: Model) -> Iterator[str]:
    """One sign of each level as somebody tells it, and one that is asked about."""
    kinds = {kind["name"]: kind for kind in model["interactionModel"]["languageModel"]["types"]}
    told: dict[str, str] = {}
    for slot in _values(kinds["Sign"]):
        found = release.signs.find(f"i have {slot.value}")
        if found and not found.asked:
            told.setdefault(found.level, slot.value)
    yield from (f"i have {sign}" for sign in told.values())
    yield f"what if i have {told['emergency']}"


def _between_two(release: Release) -> str:
    """A text that the trained model takes for either of two answers, behind the carrier that ``texts`` are read with."""
    names = [answer["name"] for answer in release.answers.values()]
    for first in names:
        for second in names:
            text = f"{first} {second}"
            if all(release.understanding.read(f"{carrier}{text}").outcome == "offer" for carrier in ("", "help me ")):
                return text
    raise AssertionError("no two topics together are an offer")


def _kind_of_meaning(release: Release, meaning: Mapping[str, Any]) -> Any:
    if "answer" in meaning:
        return "answer", _make(release, meaning["answer"])
    if "command" in meaning:
        return "command", meaning["command"]
    return "slot", meaning.get("slot"), meaning.get("urgent", False)


def _kind_of_value(release: Release, slot: Any) -> Any:
    value = slot.get("value") if isinstance(slot, dict) else None
    resolutions = slot.get("resolutions") if isinstance(slot, dict) else None
    if not resolutions:
        return json.dumps(slot)
    match = next(iter(resolutions["resolutionsPerAuthority"]), {})
    if not match.get("values"):
        return "no match"
    identity = match["values"][0]["value"]["id"]
    if identity in release.answers:
        return "topic", _make(release, identity), release.topic(value or "") == identity
    return "sign", release.warnings[identity]["level"]


def _make(release: Release, answer: str) -> Any:
    """What an answer is made of, as far as the conversation goes different ways: has it more parts, and routines?"""
    data = release.answers[answer]
    return bool(data["more"]), min(len(data["routines"]), 2)


def _said(name: str, slots: dict[str, Slot]) -> Said:
    spoken = ", ".join(slot.value[:40] for slot in slots.values())
    return Said(f"{name}({spoken})", intent_request(Hearing(name, slots, "sample", "")))


def _values(kind: Mapping[str, Any]) -> Iterator[Slot]:
    for value in kind["values"]:
        for said in (value["name"]["value"], *value["name"].get("synonyms", [])):
            yield Slot(said, kind["name"], (value["id"], value["name"]["value"]))


def _numbers() -> list[Slot]:
    return [Slot(number, NUMBER) for number in _NUMBERS]


def _unfilled(name: str, slots: list[str]) -> Iterator[Said]:
    """Slots without a value, as Alexa delivers them, and as nobody should (test 4.11: an empty or invalid value)."""
    no_match = {"resolutionsPerAuthority": [{"authority": "a", "status": {"code": "ER_SUCCESS_NO_MATCH"}}]}
    for label, slot in {
        "empty": {"value": ""},
        "no value": {},
        "null": {"value": None},
        "unknown": {"value": CANARY, "resolutions": no_match},
        "no values": {"value": CANARY, "resolutions": {"resolutionsPerAuthority": []}},
    }.items():
        yield intent(name, f"{name}({label})", **{key: {"name": key, **slot} for key in slots})


# Every state.


def states(listener: Listener, release: Release, model: Model) -> list[State]:
    """Return every kind of state that can be reached, each with a shortest way to it."""
    requests = [*_places_in_routines(release, model), *kinds_of_request(release, model)]
    requests = [said for said in requests if not _is_noise(said)]
    found = {_kind(release, None): NOT_BEGUN}
    waiting = deque(found.values())
    while waiting:
        state = waiting.popleft()
        for said in requests:
            turn = listener.turn(state, said)
            kind = _kind(release, turn.attributes)
            if turn.is_open and kind not in found:
                found[kind] = State(_name(kind), (*state.path, said), turn.attributes)
                if not is_slow(found[kind]):  # what is said slowly is otherwise the same
                    waiting.append(found[kind])
        assert len(found) < _MOST_STATES, "the kinds of state do not come to an end"
    return list(found.values())


def is_slow(state: State) -> bool:
    return bool((state.attributes or {}).get("slow"))


def one_of_each_name(found: Iterable[State]) -> list[State]:
    """Return one state for each thing that was last said, whatever else is remembered."""
    chosen: dict[str, State] = {}
    for state in found:
        chosen.setdefault(state.name.split(",")[0], state)
    return list(chosen.values())


def _is_noise(said: Said) -> bool:
    """True for what is a request that the ears did not understand, in one of its many forms."""
    slots = said.request.get("intent", {}).get("slots", {}).values()
    values = [str(slot.get("value") or "") for slot in slots]
    return any(
        (CANARY in value and value != NOT_OURS) or not any(c.isascii() and c.isalnum() for c in value)
        for value in values
    )


def _places_in_routines(release: Release, model: Model) -> Iterator[Said]:
    """The middle and the end of a routine, which are many turns away otherwise."""
    language = model["interactionModel"]["languageModel"]
    topics = next(kind for kind in language["types"] if kind["name"] == "Topic")
    for wanted in (1, 2):
        slot = next(s for s in _values(topics) if s.resolved and _make(release, s.resolved[0])[1] == wanted)
        for number in ("2", "99"):
            yield _said("StepIntent", {"topic": slot, "number": Slot(number, NUMBER)})


def _kind(release: Release, attributes: Mapping[str, Any] | None) -> str:
    """What tells a state from others: all that is remembered, with the place in the content brought down to its kind."""
    if attributes is None:
        return "not begun"
    kept = {name: value for name, value in attributes.items() if name not in ("turn", "said", "release", "v")}
    if "aside" in kept:  # an interruption of the same; what it interrupted has both
        kept.pop("disclaimed", None)
    for name, value in kept.items():
        if isinstance(value, dict) and "kind" in value:
            kept[name] = _kind_of_move(release, value)
    if "aside" in kept and "move" in kept:  # told by what was interrupted
        kept["move"] = {"kind": kept["move"]["kind"]}
    return json.dumps(kept, sort_keys=True)


def _kind_of_move(release: Release, move: Mapping[str, Any]) -> dict[str, Any]:
    kind = {**move, "offered": len(move.get("offered", ()))}
    answer = release.answers.get(move.get("answer", ""))
    if answer:
        at, routines = move.get("at", 0), answer["routines"]
        in_routine = (
            routines[move.get("routine", 0)]["steps"] if move["kind"] in ("step", "left", "help") and routines else []
        )
        kind["answer"] = ""
        kind["routine"] = 0
        kind["at"] = [at == 0, at >= len(in_routine or answer["more"]) - bool(in_routine)]
        kind["made"] = _make(release, move["answer"])
    if move.get("sign"):
        kind["sign"] = release.warnings[move["sign"]]["level"]
    return kind


def _name(kind: str) -> str:
    """A short name of a kind of state, for whoever reads a failure."""
    kept = json.loads(kind)
    moves = [kept[name]["kind"] for name in ("move", "aside") if kept.get(name)]
    flags = [name for name, value in kept.items() if value is True]
    return " in ".join(moves) + "".join(f", {flag}" for flag in flags)


# The walk.


class Walk(NamedTuple):
    """All that was said in one place: each reply once, with the first turn that it was given in."""

    locale: str
    replies: dict[str, Turn]
    attributes: dict[str, Turn]
    """Session attributes as JSON, each once."""
    turns: int


def walk(listener: Listener, found: Iterable[State], requests: list[Said]) -> Walk:
    """Send every request in every state."""
    result = Walk(listener.locale, {}, {}, 0)
    count = 0
    for state in found:
        for said in requests:
            turn = listener.turn(state, said)
            count += 1
            body = json.dumps(turn.body)
            if body not in result.replies:
                result.replies[body] = turn
            kept = json.dumps({name: value for name, value in turn.attributes.items() if name != "turn"})
            if kept not in result.attributes:
                result.attributes[kept] = turn
    return result._replace(turns=count)


def tour(listener: Listener, release: Release, model: Model) -> Walk:
    """Hear every part and every step of every answer, and every warning, told of and asked about, once."""
    kinds = {kind["name"]: kind for kind in model["interactionModel"]["languageModel"]["types"]}
    yes, following = intent("AMAZON.YesIntent"), intent("AMAZON.NextIntent")
    topics = {slot.value: slot for slot in _values(kinds["Topic"])}
    paths = [
        [OPEN, _said("TopicIntent", {"topic": topics[data["name"]]}), *[yes] * len(data["more"])]
        for data in release.answers.values()
    ]
    paths += [
        [_said("WalkMeThroughTopicIntent", {"topic": topics[routine["topic"]]}), *[following] * len(routine["steps"])]
        for data in release.answers.values()
        for routine in data["routines"]
    ]
    first = {slot.resolved: slot for slot in reversed(list(_values(kinds["Sign"])))}
    paths += [[_said(name, {"sign": slot})] for slot in first.values() for name in ("SignIntent", "SignAskedIntent")]
    turns = [turn for path in paths for turn in listener.follow(path)]
    return Walk(
        listener.locale,
        {json.dumps(turn.body): turn for turn in reversed(turns)},
        {json.dumps(turn.attributes): turn for turn in reversed(turns)},
        len(turns),
    )


def together(parts: Iterable[Walk]) -> Walk:
    """Return several walks in one place as one."""
    whole: Walk | None = None
    for part in parts:
        if whole is None:
            whole = part
            continue
        for body, turn in part.replies.items():
            whole.replies.setdefault(body, turn)
        for kept, turn in part.attributes.items():
            whole.attributes.setdefault(kept, turn)
        whole = whole._replace(turns=whole.turns + part.turns)
    assert whole is not None
    return whole


def read(meaning: Mapping[str, Any], text: str) -> str:
    """Return free text as the function reads it behind a carrier phrase."""
    return fill(meaning["reads"], {meaning["slot"]: text})
