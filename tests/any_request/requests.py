"""Requests as Alexa sends them, in full: every type that ask-sdk knows, every part of its context, our own intents.

What a part is made of is read from ask-sdk's own classes, so a request type, a part of the context or a value of an
enumeration that an upgrade brings is drawn on the day of the upgrade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from ask_sdk_model import Context, Request
from hypothesis import strategies as st

from tests.certification.walk import Said
from workbench.standin.device import SKILL_ID, context

Strategy = st.SearchStrategy[Any]

REQUEST_TYPES = tuple(sorted(Request.discriminator_value_class_map))
SPOKEN_TO = ("LaunchRequest", "IntentRequest")
"""The requests that the guide speaks to."""

_DEEPEST = 7
"""Objects within objects; deeper ones are left empty. Alexa's own go as deep as seven."""

LOCALES = ("en-US", "en-GB", "en-CA", "en-AU", "en-IN", "en-NZ", "fr-CA", "de-DE", "hi-IN", "ja-JP")
TIMES = ("2026-11-21T08:00:00Z", "2026-11-21T08:00:00.000Z", "2026-11-21T08:00:00+00:00")

# What stands in a text of this name; any other text is a short word.
_TEXTS: dict[str, tuple[str, ...]] = {
    "locale": LOCALES,
    "applicationId": (SKILL_ID,),
    "requestId": ("amzn1.echo-api.request.00000000-0000-0000-0000-000000000000",),
    "sessionId": ("amzn1.echo-api.session.00000000-0000-0000-0000-000000000000",),
    "userId": ("amzn1.ask.account.AAAA",),
    "deviceId": ("amzn1.ask.device.AAAA",),
    "apiEndpoint": ("https://api.amazonalexa.com", "https://api.eu.amazonalexa.com"),
    "apiAccessToken": ("a.b.c",),
}
_WORDS = st.sampled_from(("", "x", "200", "heat", "my legs are numb", "https://example.com/a?b=c", "amzn1.x.y"))

_NATIVE: dict[str, Strategy] = {
    "int": st.integers(0, 2_000),
    "long": st.integers(0, 2_000),
    "float": st.floats(-180, 180),
    "bool": st.booleans(),
    "datetime": st.sampled_from(TIMES),
    "date": st.sampled_from(TIMES),
    "object": st.sampled_from(("x", 1, True, None, {"a": [1]}, ["a"])),
}


@cache
def of_type(kind: str, name: str, depth: int = 0) -> Strategy:
    """Draws the JSON of a value that the SDK declares as ``kind``, such as ``list[str]``, in the field ``name``."""
    if kind == "str":
        return st.sampled_from(_TEXTS[name]) if name in _TEXTS else _WORDS
    if kind in _NATIVE:
        return _NATIVE[kind]
    if kind.startswith("list["):
        return st.lists(of_type(kind[5:-1], name, depth), max_size=2)
    if kind.startswith("dict("):
        return st.dictionaries(_WORDS, of_type(kind.split(",", 1)[1].strip(" )"), name, depth), max_size=2)
    module, _, called = kind.rpartition(".")
    return of_class(getattr(import_module(module), called), depth)


@cache
def of_class(model: Any, depth: int = 0) -> Strategy:
    """Draws the JSON of an object of one of the SDK's classes, every field filled; of one of its children, if it has any."""
    if issubclass(model, Enum):
        return st.sampled_from([member.value for member in model])
    if depth >= _DEEPEST:
        return st.just({})
    if "discriminator_value_class_map" in vars(model):
        children = model.discriminator_value_class_map.items()
        return st.one_of([_of_child(kind, path, model.json_discriminator_key, depth) for kind, path in children])
    names: Mapping[str, str] = model.attribute_map
    fields = {names[field]: of_type(kind, names[field], depth + 1) for field, kind in model.deserialized_types.items()}
    return st.fixed_dictionaries(fields)


def _of_child(kind: str, path: str, key: str, depth: int) -> Strategy:
    module, _, called = path.rpartition(".")
    return of_class(getattr(import_module(module), called), depth).map(lambda data: {**data, key: kind})


def request_of(kind: str) -> Strategy:
    """Draws a whole request of the type ``kind``."""
    return _of_child(kind, Request.discriminator_value_class_map[kind], "type", 0)


def _for_us(whole: dict[str, Any]) -> dict[str, Any]:
    """A context that names our skill, as every one that Alexa sends does."""
    return {**whole, "System": {**whole["System"], "application": {"applicationId": SKILL_ID}}}


CONTEXTS = st.one_of(st.just(context()), st.just(context(screen=True)), of_class(Context).map(_for_us))


def _in_full(slot: Mapping[str, Any]) -> dict[str, Any]:
    """A slot with what Alexa sends beside the value: its source, and the same again as a ``slotValue``."""
    same = {name: slot[name] for name in ("value", "resolutions") if name in slot}
    return {**slot, "source": "USER", "slotValue": {"type": "Simple", **same}}


def _several(slot: Mapping[str, Any]) -> dict[str, Any]:
    """A slot that takes several values, which Alexa sends without one in ``value``."""
    one = {"type": "Simple", "value": slot.get("value"), "resolutions": slot.get("resolutions")}
    return {"name": slot["name"], "confirmationStatus": "NONE", "slotValue": {"type": "List", "values": [one, one]}}


@st.composite
def envelopes(draw: Callable[[Strategy], Any], kind: str) -> dict[str, Any]:
    """A whole envelope with a request of the type ``kind``, at the beginning of a session."""
    basics = {"requestId": _TEXTS["requestId"][0], "timestamp": draw(_NATIVE["datetime"]), "locale": LOCALES[0]}
    session = {
        "new": True,
        "sessionId": _TEXTS["sessionId"][0],
        "application": {"applicationId": SKILL_ID},
        "user": {"userId": "amzn1.ask.account.AAAA"},
        "attributes": {},
    }
    request = {**draw(request_of(kind)), **basics}
    return {"version": "1.0", "session": session, "context": draw(CONTEXTS), "request": request}


class Listeners(NamedTuple):
    """What listeners say, and what is remembered of their conversations."""

    said: list[Said]
    remembered: list[dict[str, Any]]


class Occasion(NamedTuple):
    """Who says what, where and after what, as numbers that count in lists of ``Listeners`` and of this module."""

    said: int
    form: int
    remembered: int
    place: int


_FORMS: tuple[Callable[[Mapping[str, Any]], dict[str, Any]], ...] = (dict, dict, _in_full, _several)
_DIALOG_STATES: tuple[dict[str, str], ...] = (
    {},
    *({"dialogState": s} for s in ("STARTED", "IN_PROGRESS", "COMPLETED")),
)


def on(occasion: Occasion, event: dict[str, Any], listeners: Listeners) -> dict[str, Any]:
    """Return ``event`` as it is sent on an ``occasion``; an intent in it becomes one of ours."""
    number = occasion.remembered % (len(listeners.remembered) + 1)
    remembered = listeners.remembered[number - 1] if number else {}
    session = {**event["session"], "new": not number, "attributes": remembered}
    request = {**event["request"], "locale": LOCALES[occasion.place % len(LOCALES)]}
    said = listeners.said[occasion.said % len(listeners.said)].request
    if request["type"] == said["type"] == "IntentRequest":
        form = _FORMS[occasion.form % len(_FORMS)]
        intent = dict(said["intent"])
        if "slots" in intent:
            intent["slots"] = {name: form(slot) for name, slot in intent["slots"].items()}
        request.pop("dialogState", None)
        request |= {"intent": intent, **_DIALOG_STATES[occasion.form // len(_FORMS) % len(_DIALOG_STATES)]}
    return {**event, "session": session, "request": request}
