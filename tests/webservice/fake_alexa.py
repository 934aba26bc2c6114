"""Alexa as the web service sees her: signs requests, and has her certificates lie at addresses."""

from __future__ import annotations

import dataclasses
import datetime
import json
import uuid
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from alexa.skill import build_skill
from guide.release import Release
from tests.webservice.authority import Issued, authority, pem, signing
from webservice.app import create_app
from webservice.certificates import SigningCertificates
from webservice.replays import Replays
from webservice.verification import AlexaOnly

SKILL_ID = "amzn1.ask.skill.11111111-2222-3333-4444-555555555555"
URL = "https://s3.amazonaws.com/echo.api/echo-api-cert-14.pem"
PATH = "/echo.api/echo-api-cert-14.pem"


class Alexa:
    """Holds the keys that a test's Alexa signs with. All times are relative to ``now``."""

    def __init__(self, now: datetime.datetime) -> None:
        self.now = now
        self.root = authority("Root", now)
        self.intermediate = authority("Intermediate", now, self.root)
        self.signer = signing(self.intermediate, now)
        self.at = {PATH: pem(self.signer, self.intermediate)}
        """What lies at Amazon's host, by path."""

    def fetch(self, path: str) -> bytes:
        return self.at[path]

    def sent(self, seconds: float = 0) -> str:
        """The timestamp of a request that was sent so many seconds ago (or, below zero, will be)."""
        return (self.now - datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def envelope(self, skill_id: str = SKILL_ID, **request: Any) -> dict[str, Any]:
        """An envelope as Alexa fills it, of a LaunchRequest if nothing else is said."""
        application = {"applicationId": skill_id}
        return {
            "version": "1.0",
            "session": {
                "new": True,
                "sessionId": f"amzn1.echo-api.session.{uuid.uuid4()}",
                "application": application,
                "attributes": {},
                "user": {"userId": "amzn1.ask.account.TEST"},
            },
            "context": {
                "System": {
                    "application": application,
                    "user": {"userId": "amzn1.ask.account.TEST"},
                    "device": {"deviceId": "amzn1.ask.device.TEST", "supportedInterfaces": {}},
                }
            },
            "request": {
                "type": "LaunchRequest",
                "requestId": f"amzn1.echo-api.request.{uuid.uuid4()}",
                "locale": "en-US",
                "timestamp": self.sent(),
                **request,
            },
        }

    def signed(self, envelope: Any, signer: Issued | None = None) -> Post:
        """What Alexa sends for ``envelope``; bytes are sent as they are."""
        body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
        return Post(
            body,
            {
                "Content-Type": "application/json; charset=utf-8",
                "SignatureCertChainUrl": URL,
                "Signature-256": (signer or self.signer).sign(body),
            },
        )

    def certificates(self, **options: Any) -> SigningCertificates:
        return SigningCertificates(self.fetch, [self.root.certificate], **options)

    def app(self, release: Release, replays: Replays | None = None) -> Flask:
        """The service for ``SKILL_ID``, which trusts this Alexa and has her clock."""
        gate = AlexaOnly(SKILL_ID, replays or Replays(), self.certificates(), lambda: self.now)
        return create_app(build_skill(lambda: release, SKILL_ID), gate)


@dataclasses.dataclass(frozen=True)
class Post:
    """A request to the service."""

    body: bytes
    headers: dict[str, str]
    method: str = "POST"
    path: str = "/alexa"

    def with_headers(self, **headers: str | None) -> Post:
        """The same with headers set, or left out where they are None; ``_`` stands for a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        changed: dict[str, str | None] = {**self.headers, **named}
        return dataclasses.replace(self, headers={name: value for name, value in changed.items() if value is not None})

    def to(self, app: Flask) -> TestResponse:
        return app.test_client().open(self.path, method=self.method, data=self.body, headers=self.headers)
