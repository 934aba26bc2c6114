"""What Alexa delivers, in the guide's words."""

from __future__ import annotations

from typing import Any

from ask_sdk_model import IntentRequest, RequestEnvelope

from guide.heard import Heard, Session
from guide.markup import fill
from guide.release import FALLBACK_LOCALE, Release

_CALLS_FOR_HELP = ("help ", "please help ", "can you help ", "could you help ", "i need help ")


def session_of(envelope: RequestEnvelope) -> Session:
    """Return what the envelope says of the session; a missing session counts as a new one."""
    session = envelope.session
    locale = getattr(envelope.request, "locale", None)
    return Session(new=session is None or session.new is not False, locale=locale or FALLBACK_LOCALE)


def hear(request: IntentRequest, release: Release) -> Heard:
    """Return what an IntentRequest means; an intent that the release does not know is something not understood."""
    intent = request.intent
    meaning = release.intents.get(intent.name or "") if intent else None
    if meaning is None:
        return Heard("nothing")
    slots = {name: slot for name, slot in (intent.slots or {}).items() if slot is not None}
    if "answer" in meaning:
        return Heard("answer", answer=meaning["answer"])
    if "command" in meaning:
        return _hear_command(meaning["command"], slots)
    return _hear_slot(meaning, slots, release)


def _hear_command(command: str, slots: dict[str, Any]) -> Heard:
    """A command, with the topic and the number that it may name."""
    topic = slots.get("topic")
    named = getattr(topic, "value", None)
    text = named if isinstance(named, str) else ""
    return Heard("command", command=command, answer=_resolved(topic), text=text, number=_number(slots.get("number")))


def _hear_slot(meaning: Any, slots: dict[str, Any], release: Release) -> Heard:
    """A meaning with a slot: a topic, a warning sign, or free text behind a carrier phrase."""
    slot = slots.get(meaning["slot"])
    value = getattr(slot, "value", None)
    if not isinstance(value, str) or not value.strip():
        return Heard("nothing", urgent=bool(meaning.get("urgent")))
    text = fill(meaning["reads"], {meaning["slot"]: value})
    # A call for help may also come behind another carrier phrase: "help my back is killing me".
    urgent = bool(meaning.get("urgent")) or text.lower().startswith(_CALLS_FOR_HELP)
    resolved = _resolved(slot)
    if meaning["slot"] == "topic" and (answer := resolved or release.topic(value)):
        return Heard("answer", answer=answer, text=value, urgent=urgent)
    return Heard("text", text=text, sign=resolved if meaning["slot"] == "sign" else "", urgent=urgent)


def _resolved(slot: Any) -> str:
    """The id of the value that Alexa matched the slot to, or "" when it matched none."""
    resolutions = getattr(slot, "resolutions", None)
    for authority in getattr(resolutions, "resolutions_per_authority", None) or []:
        code = getattr(getattr(authority, "status", None), "code", None)
        if getattr(code, "value", code) == "ER_SUCCESS_MATCH" and authority.values:
            return getattr(authority.values[0].value, "id", None) or ""
    return ""


def _number(slot: Any) -> int:
    value = getattr(slot, "value", None)
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4 else 0
