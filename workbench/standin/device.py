"""A device: it opens the skill, passes on what was heard in full envelopes, and keeps the session as Alexa does."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable
from typing import Any, NamedTuple

from guide.markup import plain, seconds
from workbench.standin.ears import Ears, Hearing, Slot

SKILL_ID = "amzn1.ask.skill.00000000-0000-0000-0000-000000000000"

Function = Callable[[Any, Any], dict[str, Any]]
"""The Lambda handler: envelope and Lambda context in, response envelope out."""


class Heard(NamedTuple):
    """One turn as a person by the speaker would tell it, and what the stand-in knows of it."""

    hearing: Hearing | None
    """None when the skill was opened without words."""
    response: dict[str, Any]
    """The function's response envelope."""

    @property
    def ssml(self) -> str:
        return str(_dig(self.response, "response", "outputSpeech", "ssml") or "")

    @property
    def speech(self) -> str:
        return plain(self.ssml)

    @property
    def seconds(self) -> float:
        return round(seconds(self.ssml), 1)

    @property
    def reprompt(self) -> str:
        return plain(str(_dig(self.response, "response", "reprompt", "outputSpeech", "ssml") or ""))

    @property
    def card(self) -> dict[str, str] | None:
        card = _dig(self.response, "response", "card")
        return {"title": card.get("title", ""), "text": card.get("content", "")} if card else None

    @property
    def keep_open(self) -> bool:
        return _dig(self.response, "response", "shouldEndSession") is False

    @property
    def attributes(self) -> dict[str, Any]:
        return self.response.get("sessionAttributes") or {}

    def as_json(self) -> dict[str, Any]:
        """Return the turn in the form that ``guide ask --json`` promises, without the text that was asked."""
        said = self.attributes.get("said") or {}
        return {
            "intent": self.hearing.intent if self.hearing else None,
            "outcome": said.get("outcome"),
            "answer": said.get("answer"),
            "offered": said.get("offered", []),
            "warning": said.get("warning"),
            "care_level": said.get("care_level"),
            "speech": self.speech,
            "ssml": self.ssml,
            "seconds": self.seconds,
            "reprompt": self.reprompt or None,
            "card": self.card,
            "keep_open": self.keep_open,
            "release": self.attributes.get("release"),
        }


class Device:
    """One speaker. It holds one session at a time."""

    def __init__(self, function: Function, ears: Ears, locale: str, *, screen: bool = False) -> None:
        self._function = function
        self._ears = ears
        self._locale = locale
        self._screen = screen
        self._count = itertools.count(1)
        self._session: dict[str, Any] | None = None

    @property
    def in_session(self) -> bool:
        """True while the skill listens."""
        return self._session is not None

    def open(self) -> Heard:
        """Say "open back spasm guide"."""
        self._session = None
        return self._send({"type": "LaunchRequest"}, None)

    def say(self, utterance: str) -> Heard:
        """Say something; outside a session it is a one-shot question ("ask back spasm guide …")."""
        hearing = self._ears.hear(utterance)
        return self._send(intent_request(hearing), hearing)

    def end(self, reason: str = "USER_INITIATED") -> Heard:
        """Leave the session as a silent listener or the word "exit" does; Alexa speaks nothing in answer."""
        heard = self._send({"type": "SessionEndedRequest", "reason": reason}, None)
        self._session = None
        return heard

    def envelope(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the full envelope that Alexa would send for ``request`` now."""
        number = next(self._count)
        session = self._session or {"new": True, "sessionId": f"amzn1.echo-api.session.{number:036d}", "attributes": {}}
        now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        request = {
            "requestId": f"amzn1.echo-api.request.{number:036d}",
            "locale": self._locale,
            "timestamp": now,
            **request,
        }
        return {
            "version": "1.0",
            "session": {
                **session,
                "application": {"applicationId": SKILL_ID},
                "user": {"userId": "amzn1.ask.account.STANDIN"},
            },
            "context": context(screen=self._screen),
            "request": request,
        }

    def _send(self, request: dict[str, Any], hearing: Hearing | None) -> Heard:
        envelope = self.envelope(request)
        heard = Heard(hearing, self._function(envelope, None))
        session_id = envelope["session"]["sessionId"]
        self._session = (
            {"new": False, "sessionId": session_id, "attributes": heard.attributes} if heard.keep_open else None
        )
        return heard


def intent_request(hearing: Hearing) -> dict[str, Any]:
    """Return the IntentRequest for what was heard; an intent without slots carries no text at all."""
    intent: dict[str, Any] = {"name": hearing.intent, "confirmationStatus": "NONE"}
    if hearing.slots:
        intent["slots"] = {name: _slot(name, slot) for name, slot in hearing.slots.items()}
    return {"type": "IntentRequest", "dialogState": "STARTED", "intent": intent}


def _slot(name: str, slot: Slot) -> dict[str, Any]:
    filled: dict[str, Any] = {"name": name, "value": slot.value, "confirmationStatus": "NONE", "source": "USER"}
    if slot.resolved:
        identity, value = slot.resolved
        authority = f"amzn1.er-authority.echo-sdk.{SKILL_ID}.{slot.type}"
        match = {
            "authority": authority,
            "status": {"code": "ER_SUCCESS_MATCH"},
            "values": [{"value": {"name": value, "id": identity}}],
        }
        filled["resolutions"] = {"resolutionsPerAuthority": [match]}
    return filled


def context(*, screen: bool = False) -> dict[str, Any]:
    """Return the context part of an envelope: a plain speaker, or one with a screen."""
    interfaces: dict[str, Any] = {"AudioPlayer": {}}
    if screen:
        interfaces["Alexa.Presentation.APL"] = {"runtime": {"maxVersion": "2024.3"}}
    system = {
        "application": {"applicationId": SKILL_ID},
        "user": {"userId": "amzn1.ask.account.STANDIN"},
        "device": {"deviceId": "amzn1.ask.device.STANDIN", "supportedInterfaces": interfaces},
        "apiEndpoint": "https://api.amazonalexa.com",
        "apiAccessToken": "standin",
    }
    return {"System": system, "AudioPlayer": {"playerActivity": "IDLE"}}


def _dig(data: Any, *path: str) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, dict) else None
    return data
