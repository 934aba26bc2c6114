"""Requests with a canary in every field, and a watch that finds one wherever it comes out again.

What a request is made of is read from ask-sdk's own classes, so a field that an upgrade brings is planted on the day of
the upgrade. Every canary is another word, so that one that is found tells which field it comes from.
"""

from __future__ import annotations

import itertools
import json
import logging
import re
import traceback
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from importlib import import_module
from typing import Any

from ask_sdk_model import Context, Session
from ask_sdk_model.request import Request

from guide.release import Release

CANARY = "zanzibar"
"""No word of the guide's; every canary begins with it."""

_FOUND = re.compile(rf"{CANARY}\w*", re.IGNORECASE)
_DEEPEST = 8

# What people say. {} is where the canary goes: into an answer, an offer, a decline, and a sign of each level, told of and asked about.
TEXTS = (
    "{}",
    "how do i relieve a back spasm {}",
    "is heat or a massage better {}",
    "can {} play a song",
    "i can't pee and my back hurts {}",
    "what if i can't pee {}",
    "my back hurts and i have a fever {}",
    "i have had back pain for eight weeks {}",
    "my back spasms keep coming back {}",
    "help me my back {}",
)


class Planter:
    """Makes the JSON of a request with a new canary in each text; ``fields`` says which canary went where."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def canary(self, field: str) -> str:
        word = f"{CANARY}{next(self._numbers)}x"
        self.fields[word] = field
        return word

    def value(self, kind: str, field: str, depth: int = 0) -> Any:
        """Return a value that the SDK declares as ``kind``, such as ``list[str]``."""
        if kind in ("str", "datetime", "date", "object"):
            return self.canary(field)
        if kind in ("int", "long", "float", "bool"):
            return {"float": 1.5, "bool": True}.get(kind, 1)
        if kind.startswith("list["):
            return [self.value(kind[5:-1], field, depth)]
        if kind.startswith("dict("):
            return {self.canary(f"{field} (a key)"): self.value(kind.split(",", 1)[1].strip(" )"), field, depth)}
        module, _, name = kind.rpartition(".")
        return self.object(getattr(import_module(module), name), field, depth)

    def object(self, model: Any, field: str, depth: int = 0) -> Any:
        """Return an object of one of the SDK's classes with every field filled, and with one that the SDK does not know."""
        if issubclass(model, Enum):
            return next(iter(model)).value
        if depth >= _DEEPEST:
            return {}
        if "discriminator_value_class_map" in vars(model):
            kind, path = next(iter(model.discriminator_value_class_map.items()))
            module, _, name = path.rpartition(".")
            child = self.object(getattr(import_module(module), name), field, depth)
            return {**child, model.json_discriminator_key: kind}
        made = {
            json_name: self.value(model.deserialized_types[name], f"{field}.{json_name}", depth + 1)
            for name, json_name in model.attribute_map.items()
        }
        return {**made, self.canary(f"{field} (a key)"): self.canary(f"{field}, unknown")}

    def envelope(self, request: Mapping[str, Any], *, new: bool = True, **session: Any) -> dict[str, Any]:
        """Return ``request`` in an envelope in which everything else is planted; ``session`` holds what is not."""
        planted = {**self.object(Session, "session"), "new": new, "attributes": {}, **session}
        return {
            "version": self.canary("version"),
            "session": planted,
            "context": self.object(Context, "context"),
            "request": dict(request),
            self.canary("(a key)"): self.canary("unknown"),
        }

    def request(self, kind: str) -> dict[str, Any]:
        """Return a request of the type ``kind``, as the SDK knows it."""
        module, _, name = Request.discriminator_value_class_map[kind].rpartition(".")
        return {**self.object(getattr(import_module(module), name), kind), "type": kind}

    def intent(self, name: str, slots: Mapping[str, str], code: str = "ER_SUCCESS_NO_MATCH") -> dict[str, Any]:
        """Return what intent ``name`` is sent as; a value of ``slots`` is a text with {} where its canary goes."""
        filled = {}
        for slot, text in slots.items():
            value = {"name": self.canary("a value's name"), "id": self.canary("a value's id")}
            authority = {
                "authority": self.canary("authority"),
                "status": {"code": code},
                "values": [{"value": value}],
            }
            filled[slot] = {
                "name": slot,
                "value": text.format(self.canary(f"slot {slot}")),
                "confirmationStatus": "NONE",
                "resolutions": {"resolutionsPerAuthority": [authority]},
                "source": self.canary("source"),
            }
        filled[self.canary("a slot's name")] = {"name": self.canary("slot.name"), "value": self.canary("slot.value")}
        intent = {"name": name, "confirmationStatus": "NONE", "slots": filled}
        return {**self.request("IntentRequest"), "intent": intent, "dialogState": "STARTED"}

    def everywhere(self, planted: Any, field: str = "") -> Any:
        """Return ``planted`` with a canary even where a type, a name or a value of an enumeration stands."""
        if isinstance(planted, dict):
            return {name: self.everywhere(value, f"{field}.{name}") for name, value in planted.items()}
        if isinstance(planted, list):
            return [self.everywhere(value, field) for value in planted]
        return self.canary(field) if isinstance(planted, str) else planted


def every_request(planter: Planter, release: Release) -> Iterator[dict[str, Any]]:
    """Yield envelopes of every type of request, every intent, every kind of text, and sessions in every shape."""
    for kind in Request.discriminator_value_class_map:
        planted = planter.envelope(planter.request(kind))
        yield planted
        yield {**planted, "session": {**planted["session"], "new": False, "attributes": {planter.canary("key"): "x"}}}
        yield planter.everywhere(planted)
    for name, meaning in release.intents.items():
        slots = [meaning["slot"]] if "slot" in meaning else ["topic", "number"]
        for code in ("ER_SUCCESS_MATCH", "ER_SUCCESS_NO_MATCH"):
            yield planter.envelope(planter.intent(name, dict.fromkeys(slots, "{}"), code))
    yield planter.envelope(planter.intent(planter.canary("intent.name"), {"query": "{}"}))
    for text in TEXTS:
        for name in ("IIntent", "HelpIntent", "SomethingBackIntent"):
            yield planter.envelope(planter.intent(name, {"query": text}))
    for attributes in _sessions(planter, release):
        for name in ("AMAZON.YesIntent", "AMAZON.RepeatIntent", "AMAZON.NextIntent", "IIntent", "NoSuchIntent"):
            request = planter.intent(name, {"query": "{}"})
            yield planter.envelope(request, new=False, attributes=attributes)
        yield planter.envelope(planter.request("SessionEndedRequest"), new=False, attributes=attributes)
    yield {planter.canary("(a key)"): planter.canary("unknown")}
    yield {
        "request": {"type": "IntentRequest", "intent": planter.canary("intent")},
        "session": planter.canary("session"),
    }


def _sessions(planter: Planter, release: Release) -> Iterator[dict[str, Any]]:
    """Session attributes as the guide writes them, and as somebody else might."""
    answer = next(iter(release.answers))
    word = planter.canary
    for move in (
        {"kind": word("move.kind")},
        {"kind": "part", "answer": word("move.answer")},
        {"kind": "part", "answer": answer, "offered": [word("move.offered"), answer]},
        {"kind": "part", "answer": answer, "sign": word("move.sign")},
        {"kind": "warning", "sign": word("warning.sign")},
        {"kind": "offer", "offered": [word("offer.offered"), word("offer.offered")]},
        {"kind": "part", "answer": answer, word("a key of move"): word("move, unknown")},
    ):
        yield {
            "v": 1,
            "turn": 3,
            "misses": 1,
            "move": move,
            "aside": move,
            "said": {word("a key of said"): word("said")},
            "release": word("release"),
            word("a key"): {word("a key"): [word("attribute")]},
        }


class Watch:
    """Sends requests, and keeps all that comes out: the response, what is raised, and every record that is logged."""

    def __init__(self, planter: Planter) -> None:
        self.planter = planter
        self.came_out: dict[str, list[str]] = {"response": [], "exception": [], "logging": []}
        self.turns = 0

    def send(self, answer: Callable[[Any, Any], Any], event: Any) -> None:
        self.turns += 1
        try:
            self.came_out["response"].append(json.dumps(answer(event, None)))
        except Exception as error:
            self.came_out["exception"].append(_all_of(error))

    def logged(self, records: list[logging.LogRecord]) -> None:
        for record in records:
            self.came_out["logging"] += [record.getMessage(), repr(record.__dict__)]
            if record.exc_info:
                self.came_out["logging"].append(_all_of(record.exc_info[1]))

    def printed(self, captured: Any) -> None:
        self.came_out["standard output"] = [captured.out]
        self.came_out["standard error"] = [captured.err]

    def kept(self, client: Any) -> None:
        """Look into every table of DynamoDB's."""
        rows = [client.scan(TableName=name)["Items"] for name in client.list_tables()["TableNames"]]
        self.came_out["tables"] = [repr(rows)]

    def must_be_clean(self) -> None:
        """Fail if a canary came out anywhere, and say which and where."""
        leaks = {
            f"{self.planter.fields.get(word.lower(), word)} is in: {where}"
            for where, texts in self.came_out.items()
            for text in texts
            for word in _FOUND.findall(text)
        }
        assert not leaks, "\n".join(sorted(leaks))

    def lines(self) -> list[dict[str, Any]]:
        """The lines that were written to standard output; fails if one is no JSON object."""
        lines = [json.loads(line) for line in self.came_out["standard output"][0].splitlines()]
        assert all(isinstance(line, dict) for line in lines)
        return lines


def _all_of(error: BaseException | None) -> str:
    """All that could be printed of an exception, and of those that it came from."""
    texts = []
    while error:
        texts += [repr(error), repr(error.args), *traceback.format_exception(error)]
        error = error.__cause__ or error.__context__
    return "\n".join(texts)
