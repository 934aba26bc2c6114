"""Who may ask: Alexa, signed and fresh and once (``AlexaOnly``), or, for trying things out, this machine (``LoopbackOnly``)."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from flask import Request

from webservice.certificates import SigningCertificates
from webservice.refusals import Refused
from webservice.replays import Replays

FRESH_SECONDS = 150.0
"""How far a request's time may be from ours, either way (Amazon's rule)."""
EVENT_FRESH_SECONDS = 3600.0
"""How old a skill event may be, which Amazon sends again for an hour until it is taken."""

# A replay is remembered by its id, so an id has to be of a size that can be hashed without a thought.
_LONGEST_ID = 512


class Gate(Protocol):
    """Decides who is answered; both raise ``Refused`` for whoever is not."""

    def check_sender(self, request: Request, body: bytes) -> None:
        """Called first, before anything of ``body`` is read."""

    def check_envelope(self, envelope: Mapping[str, Any]) -> None:
        """Called with what ``body`` says."""


def _now() -> datetime:
    return datetime.now(UTC)


class AlexaOnly:
    """Lets Alexa's requests for one skill pass, each of them once."""

    def __init__(
        self,
        skill_id: str,
        replays: Replays,
        certificates: SigningCertificates | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        if not skill_id:
            raise ValueError("the skill's id is needed: without it, anybody's skill could ask")
        self._skill_id = skill_id
        self._replays = replays
        self._certificates = certificates or SigningCertificates()
        self._clock = clock

    def check_sender(self, request: Request, body: bytes) -> None:
        """The body must be signed, with SHA-256, by a certificate of Alexa's."""
        url = request.headers.get("SignatureCertChainUrl")
        signature = request.headers.get("Signature-256")
        if not url or not signature:
            raise Refused("not signed")
        try:
            signed = base64.b64decode(signature, validate=True)
        except (binascii.Error, ValueError):
            raise Refused("signature format") from None
        key = self._certificates.key(url, self._clock())
        try:
            key.verify(signed, body, PKCS1v15(), SHA256())
        except InvalidSignature:
            raise Refused("signature") from None

    def check_envelope(self, envelope: Mapping[str, Any]) -> None:
        """It must be for this skill, of now, and not have been answered before."""
        if set(_application_ids(envelope)) != {self._skill_id}:
            raise Refused("another skill")
        request = envelope.get("request")
        if not isinstance(request, Mapping):
            raise Refused("no request")
        sent, now = _sent(request), self._clock()
        age = (now - sent).total_seconds()
        event = str(request.get("type")).startswith("AlexaSkillEvent.")
        oldest = EVENT_FRESH_SECONDS if event else FRESH_SECONDS
        if age > oldest:
            raise Refused("stale")
        if age < -FRESH_SECONDS:
            raise Refused("from the future")
        request_id = request.get("requestId")
        if not isinstance(request_id, str) or not 0 < len(request_id) <= _LONGEST_ID:
            raise Refused("no request id")
        if not self._replays.first_time(request_id, sent.timestamp() + oldest, now.timestamp()):
            raise Refused("replayed")


class LoopbackOnly:
    """Lets everything from this machine pass, and nothing else: no request that something has forwarded here."""

    def check_sender(self, request: Request, body: bytes) -> None:
        # A tunnel or a proxy connects from this machine as well; they say for whom, or whom they were asked for. So does
        # a browser that a web page has sent here under a name of its own.
        forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "Via"))
        if forwarded or not _is_loopback(request.remote_addr) or not _names_loopback(request.host):
            raise Refused("not from this machine", 403)

    def check_envelope(self, envelope: Mapping[str, Any]) -> None:
        """The stand-in's envelopes have another skill's id and no signature; all are taken."""


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def _names_loopback(host: str) -> bool:
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    return name == "localhost" or _is_loopback(name.strip("[]"))


def _application_ids(envelope: Mapping[str, Any]) -> list[Any]:
    """Return the skill's id from where Alexa puts it: always in the context, and in the session if there is one."""
    ids = [_dig(envelope, "context", "System", "application", "applicationId")]
    if envelope.get("session") is not None:
        ids.append(_dig(envelope, "session", "application", "applicationId"))
    return [each if isinstance(each, str) else None for each in ids]


def _dig(data: Any, *path: str) -> Any:
    for name in path:
        data = data.get(name) if isinstance(data, Mapping) else None
    return data


def _sent(request: Mapping[str, Any]) -> datetime:
    try:
        sent = datetime.fromisoformat(str(request.get("timestamp")))
    except ValueError:
        raise Refused("no time") from None
    if sent.tzinfo is None:
        raise Refused("no time")
    return sent
