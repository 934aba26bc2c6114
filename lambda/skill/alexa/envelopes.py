"""Reading a request envelope so that nothing a client sends can keep the listener from an answer.

ask-sdk gives up before any handler runs when a part of an envelope is not what it expects: a value that is new to it,
a type that it does not know, something nested too deep. So it is only given the parts that the guide reads, each in the
form that it expects; whatever else is in the envelope cannot matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import RequestEnvelope

from guide import state

_SPOKEN_TO = ("LaunchRequest", "IntentRequest")
_MATCHED = "ER_SUCCESS_MATCH"


class TimelessSerializer(DefaultSerializer):
    """ask-sdk's serializer, which leaves times as the text that they are: reading one imports dateutil, and no clock is needed."""

    NATIVE_TYPES_MAPPING = {**DefaultSerializer.NATIVE_TYPES_MAPPING, "datetime": object}  # noqa: RUF012 - as in the SDK


def read_envelope(event: Any, serializer: DefaultSerializer) -> RequestEnvelope:
    """Return what the guide reads of ``event`` as the SDK's envelope.

    A request that is not spoken to is passed on whole, if the SDK can read it; one that it cannot read, such as one of a
    type that is new to it, is read as the one request that never takes speech in answer.
    """
    needed = needed_of(event)
    if needed["request"]["type"] not in _SPOKEN_TO:
        try:
            return _read({**needed, "request": _map(event, "request")}, serializer)
        except (SerializationException, TypeError, ValueError, AttributeError, RecursionError):
            pass
    return _read(needed, serializer)


def _read(event: Mapping[str, Any], serializer: DefaultSerializer) -> RequestEnvelope:
    envelope: RequestEnvelope = serializer.deserialize(json.dumps(event), RequestEnvelope)
    return envelope


def needed_of(event: Any) -> dict[str, Any]:
    """Return an envelope of those parts of ``event`` that the guide reads: who is asked, the session, and the request."""
    system = _map(event, "context", "System")
    application = _map(system, "application") or _map(event, "session", "application")
    needed: dict[str, Any] = {
        "version": "1.0",
        "context": {"System": {"application": {"applicationId": _text(application, "applicationId")}}},
        "request": _request(_map(event, "request")),
    }
    session = event.get("session") if isinstance(event, Mapping) else None
    if isinstance(session, Mapping):
        # Read and written once more, they are flat, small, and nothing but what a conversation has.
        attributes = state.write(state.read(session.get("attributes")))
        new = session.get("new") is not False
        needed["session"] = {"new": new, "sessionId": _text(session, "sessionId"), "attributes": attributes}
    return needed


def _request(request: Mapping[str, Any]) -> dict[str, Any]:
    kind = _text(request, "type")
    needed: dict[str, Any] = {
        "type": kind if kind in _SPOKEN_TO else "SessionEndedRequest",
        "requestId": _text(request, "requestId"),
    }
    if locale := _text(request, "locale"):
        needed["locale"] = locale
    if kind == "IntentRequest":
        intent = _map(request, "intent")
        slots = _map(intent, "slots").items()
        needed["intent"] = {
            "name": _text(intent, "name"),
            "slots": {name: _slot(name, slot) for name, slot in slots if isinstance(slot, Mapping)},
        }
    return needed


def _slot(name: str, slot: Mapping[str, Any]) -> dict[str, Any]:
    """A slot's name, its value, and what Alexa matched that to."""
    needed: dict[str, Any] = {"name": name, "value": _text(slot, "value")}
    for authority in _list(_map(slot, "resolutions"), "resolutionsPerAuthority"):
        values = _list(authority, "values")
        if values and _map(authority, "status").get("code") == _MATCHED:
            match = {"status": {"code": _MATCHED}, "values": [{"value": {"id": _text(_map(values[0], "value"), "id")}}]}
            return {**needed, "resolutions": {"resolutionsPerAuthority": [match]}}
    return needed


def _map(data: Any, *path: str) -> Mapping[str, Any]:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _list(data: Any, name: str) -> list[Any]:
    value = data.get(name) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
