"""Reading a request envelope so that nothing a client sends can keep the listener from an answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ask_sdk_core.exceptions import SerializationException
from ask_sdk_core.serialize import DefaultSerializer
from ask_sdk_model import RequestEnvelope

# Stands in for a time that cannot be read. Nothing the guide says depends on the clock.
_SOME_TIME = "2000-01-01T00:00:00Z"

_SPOKEN_TO = ("LaunchRequest", "IntentRequest")


class TimelessSerializer(DefaultSerializer):
    """ask-sdk's serializer, which leaves times as the text that they are: reading one imports dateutil, and no clock is needed."""

    NATIVE_TYPES_MAPPING = {**DefaultSerializer.NATIVE_TYPES_MAPPING, "datetime": object}  # noqa: RUF012 - as in the SDK


def read_envelope(event: Any, serializer: DefaultSerializer) -> RequestEnvelope:
    """Return ``event`` as the SDK's envelope.

    ask-sdk raises before any handler runs when the request's type is new to it, the timestamp is not one, or a part
    has another type than it should. Such an event is cut down to the parts that the guide needs, and read again.
    """
    try:
        envelope: RequestEnvelope = serializer.deserialize(json.dumps(event), RequestEnvelope)
        if _is_whole(envelope):
            return envelope
    except (SerializationException, TypeError, ValueError, AttributeError, RecursionError):
        pass
    mended: RequestEnvelope = serializer.deserialize(json.dumps(mend(event)), RequestEnvelope)
    return mended


def _is_whole(envelope: Any) -> bool:
    """True when the parts that ask-sdk itself reaches for are there."""
    system = getattr(getattr(envelope, "context", None), "system", None)
    return getattr(envelope, "request", None) is not None and getattr(system, "application", None) is not None


def mend(event: Any) -> dict[str, Any]:
    """Return an envelope made of the well-formed parts of ``event``: who is asked, the session, and the request."""
    system = _map(event, "context", "System")
    session = _map(event, "session")
    application = _map(system, "application") or _map(session, "application")
    mended: dict[str, Any] = {
        "version": "1.0",
        "context": {"System": {"application": {"applicationId": _text(application, "applicationId")}}},
        "request": _mend_request(_map(event, "request")),
    }
    if session:
        mended["session"] = {
            "new": session.get("new") is not False,
            "sessionId": _text(session, "sessionId"),
            "attributes": _plain(session.get("attributes")),
        }
    return mended


def _mend_request(request: Mapping[str, Any]) -> dict[str, Any]:
    kind = _text(request, "type")
    mended: dict[str, Any] = {"requestId": _text(request, "requestId"), "timestamp": _SOME_TIME}
    if locale := _text(request, "locale"):
        mended["locale"] = locale
    if kind not in _SPOKEN_TO:
        # What is new to the SDK is read as the one request that never takes speech in answer.
        return {**mended, "type": "SessionEndedRequest"}
    mended["type"] = kind
    if kind == "IntentRequest":
        intent = _map(request, "intent")
        slots = {
            name: _mend_slot(name, slot) for name, slot in _map(intent, "slots").items() if isinstance(slot, Mapping)
        }
        mended["intent"] = {"name": _text(intent, "name"), "slots": slots}
    return mended


def _mend_slot(name: str, slot: Mapping[str, Any]) -> dict[str, Any]:
    """A slot's name and value; what Alexa resolved it to is left out, so the value is understood as free text."""
    return {"name": name, "value": _text(slot, "value")}


def _map(data: Any, *path: str) -> Mapping[str, Any]:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _plain(attributes: Any) -> dict[str, Any]:
    """Session attributes that JSON can carry; ``guide.state`` decides what they are worth."""
    if not isinstance(attributes, Mapping):
        return {}
    try:
        json.dumps(attributes)
    except (TypeError, ValueError, RecursionError):
        return {}
    return dict(attributes)
