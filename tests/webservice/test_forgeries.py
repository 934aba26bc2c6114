"""One valid request passes; each forgery breaks one rule alone, and is refused at once with nothing told to its sender."""

from __future__ import annotations

import dataclasses
import datetime
import json
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from guide.release import Release
from tests.webservice.authority import DAY, Issued, authority, pem, rsa_key, signing, usage
from tests.webservice.fake_alexa import PATH, SKILL_ID, Alexa, Post
from webservice.app import LARGEST_REQUEST

HOUR = 3600


class Forgery(NamedTuple):
    what: str
    make: Callable[[Alexa], Post]
    status: int = 400


def at_address(url: str) -> Callable[[Alexa], Post]:
    """A good request whose good certificate is said to lie elsewhere, and does, wherever that is."""

    def make(alexa: Alexa) -> Post:
        chain = alexa.at[PATH]
        alexa.at = defaultdict(lambda: chain)
        return alexa.signed(alexa.envelope()).with_headers(SignatureCertChainUrl=url)

    return make


def signed_by(chain: Callable[[Alexa], tuple[Issued, ...]]) -> Callable[[Alexa], Post]:
    """A request that is signed, correctly, by the first of a chain of certificates, which lies at Amazon's host."""

    def make(alexa: Alexa) -> Post:
        issued = chain(alexa)
        alexa.at[PATH] = pem(*issued)
        return alexa.signed(alexa.envelope(), issued[0])

    return make


def good_chain(**signer: Any) -> Callable[[Alexa], Post]:
    """As ``signed_by``, with an authority that is trusted and a signing certificate that has something wrong."""
    return signed_by(lambda alexa: (signing(alexa.intermediate, alexa.now, **signer), alexa.intermediate))


def said(change: Callable[[Alexa, dict[str, Any]], None]) -> Callable[[Alexa], Post]:
    """A request that is signed by Alexa, and says something that it must not."""

    def make(alexa: Alexa) -> Post:
        envelope = alexa.envelope()
        change(alexa, envelope)
        return alexa.signed(envelope)

    return make


def in_request(**fields: Any) -> Callable[[Alexa], Post]:
    return said(lambda alexa, envelope: envelope["request"].update(fields))


def sent_ago(seconds: float, kind: str = "LaunchRequest") -> Callable[[Alexa], Post]:
    return said(lambda alexa, envelope: envelope["request"].update(type=kind, timestamp=alexa.sent(seconds)))


def with_headers(**headers: str | None) -> Callable[[Alexa], Post]:
    return lambda alexa: alexa.signed(alexa.envelope()).with_headers(**headers)


def of_bytes(body: bytes) -> Callable[[Alexa], Post]:
    return lambda alexa: alexa.signed(body)


def tampered(old: bytes, new: bytes) -> Callable[[Alexa], Post]:
    def make(alexa: Alexa) -> Post:
        post = alexa.signed(alexa.envelope())
        assert old in post.body
        return dataclasses.replace(post, body=post.body.replace(old, new))

    return make


def sha1_under_the_new_name(alexa: Alexa) -> Post:
    post = alexa.signed(alexa.envelope())
    return post.with_headers(Signature_256=alexa.signer.sign(post.body, hashes.SHA1()))


def sha1_alone(alexa: Alexa) -> Post:
    post = alexa.signed(alexa.envelope())
    return post.with_headers(Signature_256=None, Signature=alexa.signer.sign(post.body, hashes.SHA1()))


def under_the_old_name(alexa: Alexa) -> Post:
    post = alexa.signed(alexa.envelope())
    return post.with_headers(Signature_256=None, Signature=post.headers["Signature-256"])


def not_quite_base64(alexa: Alexa) -> Post:
    post = alexa.signed(alexa.envelope())
    return post.with_headers(Signature_256="*" + post.headers["Signature-256"])


def signed_with_another_key(alexa: Alexa) -> Post:
    return alexa.signed(alexa.envelope(), alexa.signer._replace(key=rsa_key()))


def from_another_request(alexa: Alexa) -> Post:
    other = alexa.signed(alexa.envelope())
    return alexa.signed(alexa.envelope()).with_headers(Signature_256=other.headers["Signature-256"])


def oversized(alexa: Alexa) -> Post:
    envelope = alexa.envelope()
    envelope["session"]["attributes"] = {"much": "x" * LARGEST_REQUEST}
    return alexa.signed(envelope)


def unknown_root(alexa: Alexa) -> tuple[Issued, ...]:
    root = authority("Root", alexa.now)  # of the same name
    intermediate = authority("Intermediate", alexa.now, root)
    return signing(intermediate, alexa.now), intermediate, root


def no_authority(alexa: Alexa) -> tuple[Issued, ...]:
    """A certificate for a name, which its owner uses as if it were an authority."""
    owner = authority("mallory.example", alexa.now, alexa.intermediate, is_ca=False)
    return signing(owner, alexa.now), owner, alexa.intermediate


def expired_intermediate(alexa: Alexa) -> tuple[Issued, ...]:
    intermediate = authority("Old", alexa.now - 400 * DAY, alexa.root)
    return signing(intermediate, alexa.now), intermediate


def weak_signer(alexa: Alexa) -> tuple[Issued, ...]:
    return signing(alexa.intermediate, alexa.now, key=rsa_key(1024)), alexa.intermediate


def weak_intermediate(alexa: Alexa) -> tuple[Issued, ...]:
    intermediate = authority("Weak", alexa.now, alexa.root, key=rsa_key(1024))
    return signing(intermediate, alexa.now), intermediate


def method(name: str) -> Callable[[Alexa], Post]:
    return lambda alexa: dataclasses.replace(alexa.signed(alexa.envelope()), method=name)


def elsewhere(path: str) -> Callable[[Alexa], Post]:
    return lambda alexa: dataclasses.replace(alexa.signed(alexa.envelope()), path=path)


def no_skill_id(alexa: Alexa, envelope: dict[str, Any]) -> None:
    envelope["context"]["System"]["application"] = envelope["session"]["application"] = {}


def another_in_session(alexa: Alexa, envelope: dict[str, Any]) -> None:
    envelope["session"]["application"] = {"applicationId": SKILL_ID + "x"}


def another_in_context(alexa: Alexa, envelope: dict[str, Any]) -> None:
    envelope["context"]["System"]["application"] = {"applicationId": SKILL_ID + "x"}


AT = "https://s3.amazonaws.com"

FORGERIES = [
    # Where the certificate may lie.
    Forgery("http address", at_address("http://s3.amazonaws.com/echo.api/echo-api-cert-14.pem")),
    Forgery("another host", at_address("https://notamazon.com/echo.api/echo-api-cert-14.pem")),
    Forgery(
        "host that begins right", at_address("https://s3.amazonaws.com.evil.example/echo.api/echo-api-cert-14.pem")
    ),
    Forgery("host that ends right", at_address("https://evil-s3.amazonaws.com/echo.api/echo-api-cert-14.pem")),
    Forgery("bucket as host", at_address("https://echo.api.s3.amazonaws.com/echo-api-cert-14.pem")),
    Forgery("host with a dot at its end", at_address("https://s3.amazonaws.com./echo.api/echo-api-cert-14.pem")),
    Forgery("user before the host", at_address("https://s3.amazonaws.com@evil.example/echo.api/echo-api-cert-14.pem")),
    Forgery("user before the right host", at_address("https://me@s3.amazonaws.com/echo.api/echo-api-cert-14.pem")),
    Forgery("port 563", at_address(f"{AT}:563/echo.api/echo-api-cert-14.pem")),
    Forgery("port without a number", at_address(f"{AT}:/echo.api/echo-api-cert-14.pem")),
    Forgery("another folder", at_address(f"{AT}/other/cert.pem")),
    Forgery("folder that begins right", at_address(f"{AT}/echo.api-evil/cert.pem")),
    Forgery("folder in another case", at_address(f"{AT}/ECHO.API/cert.pem")),
    Forgery("`..` out of the folder", at_address(f"{AT}/echo.api/../other/cert.pem")),
    Forgery("`..` above everything", at_address(f"{AT}/echo.api/../../cert.pem")),
    Forgery("escaped `..`", at_address(f"{AT}/echo.api/%2e%2e/other/cert.pem")),
    Forgery("backslash", at_address(f"{AT}/echo.api\\..\\other/cert.pem")),
    Forgery("two slashes", at_address(f"{AT}//echo.api/echo-api-cert-14.pem")),
    Forgery("query", at_address(f"{AT}/echo.api/echo-api-cert-14.pem?versionId=1")),
    Forgery("fragment", at_address(f"{AT}/echo.api/echo-api-cert-14.pem#evil")),
    Forgery("no path", at_address(AT)),
    Forgery("the folder itself", at_address(f"{AT}/echo.api/")),
    Forgery("not an address", at_address("cert.pem")),
    Forgery("endless address", at_address(f"{AT}/echo.api/{'a' * 5000}")),
    Forgery("no address", with_headers(SignatureCertChainUrl=None)),
    Forgery("nothing at the address", with_headers(SignatureCertChainUrl=f"{AT}/echo.api/none.pem")),
    # What the certificate must be.
    Forgery("expired certificate", good_chain(begins=-30 * DAY, ends=-DAY / 24)),
    Forgery("certificate not yet valid", good_chain(begins=DAY / 24)),
    Forgery("certificate for another name", good_chain(names=["echo-api.amazon.com.evil.example"])),
    Forgery("certificate for the name in its subject alone", good_chain(names=None)),
    Forgery("certificate for all names of Amazon's", good_chain(names=["*.amazon.com"])),
    Forgery("certificate that may not sign", good_chain(allowed=usage(key_encipherment=True))),
    Forgery("certificate for signing programs", good_chain(for_servers=False)),
    Forgery(
        "certificate of an authority", good_chain(is_ca=True, allowed=usage(key_cert_sign=True, digital_signature=True))
    ),
    Forgery("key of 1024 bits", signed_by(weak_signer)),
    Forgery("intermediate's key of 1024 bits", signed_by(weak_intermediate)),
    Forgery("self-signed certificate", signed_by(lambda alexa: (signing(None, alexa.now),))),
    Forgery("unknown root of the same name", signed_by(unknown_root)),
    Forgery("missing intermediate", signed_by(lambda alexa: (alexa.signer,))),
    Forgery("intermediate first", signed_by(lambda alexa: (alexa.intermediate, alexa.signer))),
    Forgery("expired intermediate", signed_by(expired_intermediate)),
    Forgery("certificate issued by no authority", signed_by(no_authority)),
    Forgery("nine certificates", signed_by(lambda alexa: (alexa.signer, *[alexa.intermediate] * 8))),
    Forgery("not a certificate", lambda alexa: (alexa.at.update({PATH: b"<html>"}), alexa.signed(alexa.envelope()))[1]),
    # What is signed.
    Forgery("another key", signed_with_another_key),
    Forgery("altered body", tampered(b"LaunchRequest", b"IntentRequest")),
    Forgery("altered white space", tampered(b'"version": ', b'"version":')),
    Forgery("signature of another request", from_another_request),
    Forgery("no signature", with_headers(Signature_256=None)),
    Forgery("SHA-1 signature alone", sha1_alone),
    Forgery("SHA-256 signature under the old name", under_the_old_name),
    Forgery("SHA-1 under the new name", sha1_under_the_new_name),
    Forgery("signature that is not base64", with_headers(Signature_256="*" * 344)),
    Forgery("signature that is not quite base64", not_quite_base64),
    Forgery("signature that is empty", with_headers(Signature_256="")),
    Forgery("signature that is short", with_headers(Signature_256="AAAA")),
    # What a request that Alexa did sign must say.
    Forgery("stale", sent_ago(151)),
    Forgery("from the future", sent_ago(-151)),
    Forgery("stale event", sent_ago(HOUR + 1, "AlexaSkillEvent.SkillEnabled")),
    Forgery("event from the future", sent_ago(-151, "AlexaSkillEvent.SkillEnabled")),
    Forgery("stale, of a type that looks like an event", sent_ago(151, "AlexaSkillEvents")),
    Forgery("no time", in_request(timestamp=None)),
    Forgery("time that is none", in_request(timestamp="yesterday")),
    Forgery("time without its zone", lambda alexa: in_request(timestamp=alexa.sent().rstrip("Z"))(alexa)),
    Forgery("time as a number", lambda alexa: in_request(timestamp=alexa.now.timestamp())(alexa)),
    Forgery("another skill", lambda alexa: alexa.signed(alexa.envelope("amzn1.ask.skill.another"))),
    Forgery("another skill in the context", said(another_in_context)),
    Forgery("another skill in the session", said(another_in_session)),
    Forgery("no skill", said(no_skill_id)),
    Forgery("no request", said(lambda alexa, envelope: envelope.pop("request"))),
    Forgery("no request id", in_request(requestId=None)),
    Forgery("empty request id", in_request(requestId="")),
    Forgery("endless request id", in_request(requestId="x" * 10_000)),
    Forgery("not JSON", of_bytes(b"{")),
    Forgery("not an object", of_bytes(b"[]")),
    Forgery("not UTF-8", of_bytes(json.dumps("ä", ensure_ascii=False).encode("latin-1"))),
    Forgery("JSON in UTF-16", of_bytes('{"a": 1}'.encode("utf-16"))),
    Forgery("nested too deep", of_bytes(b"[" * 100_000)),
    Forgery("nothing", of_bytes(b"")),
    # What may be asked of the server at all.
    Forgery("oversized", oversized, 413),
    Forgery("text", with_headers(Content_Type="text/plain"), 415),
    Forgery("form", with_headers(Content_Type="application/x-www-form-urlencoded"), 415),
    Forgery("no content type", with_headers(Content_Type=None), 415),
    Forgery("another charset", with_headers(Content_Type="application/json; charset=utf-16"), 415),
    Forgery("packed", with_headers(Content_Encoding="gzip"), 415),
    Forgery("GET", method("GET"), 405),
    Forgery("HEAD", method("HEAD"), 405),
    Forgery("PUT", method("PUT"), 405),
    Forgery("OPTIONS", method("OPTIONS"), 405),
    Forgery("PATCH", method("PATCH"), 405),
    Forgery("DELETE", method("DELETE"), 405),
    Forgery("TRACE", method("TRACE"), 405),
    Forgery("another address of ours", elsewhere("/"), 404),
    Forgery("address below ours", elsewhere("/alexa/"), 404),
    Forgery("POST to the health check", elsewhere("/healthz"), 405),
]


def test_a_valid_request_is_answered(app: Flask, alexa: Alexa) -> None:
    response = alexa.signed(alexa.envelope()).to(app)
    assert response.status_code == 200
    assert response.json["response"]["outputSpeech"]["ssml"].startswith("<speak>")


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.what)
def test_a_forgery_is_refused(forgery: Forgery, app: Flask, alexa: Alexa) -> None:
    post = forgery.make(alexa)
    begun = time.perf_counter()
    response = post.to(app)
    assert time.perf_counter() - begun < 1
    assert response.status_code == forgery.status
    assert response.data == b""
    assert {name for name, _ in response.headers} <= {"Content-Length", "Allow"}


def test_the_suite_breaks_each_rule() -> None:
    assert len(FORGERIES) >= 30
    assert len({forgery.what for forgery in FORGERIES}) == len(FORGERIES)


def test_a_key_that_is_not_rsa_is_refused(alexa: Alexa, release: Release) -> None:
    elliptic = signing(alexa.intermediate, alexa.now, key=ec.generate_private_key(ec.SECP256R1()))
    alexa.at[PATH] = pem(elliptic, alexa.intermediate)
    response = alexa.signed(alexa.envelope()).to(alexa.app(release))
    assert (response.status_code, response.data) == (400, b"")


@pytest.mark.parametrize(
    "good",
    [
        Forgery("150 seconds old", sent_ago(150)),
        Forgery("150 seconds early", sent_ago(-150)),
        Forgery("event an hour old", sent_ago(HOUR, "AlexaSkillEvent.SkillEnabled")),
        Forgery("time in fractions", lambda alexa: in_request(timestamp=alexa.sent()[:-1] + ".123Z")(alexa)),
        Forgery("without a session", said(lambda alexa, envelope: envelope.pop("session"))),
        Forgery("with what is yet to come", said(lambda alexa, envelope: envelope.update(future={"a": [1]}))),
        Forgery("host in capitals", at_address("HTTPS://S3.AMAZONAWS.COM/echo.api/echo-api-cert-14.pem")),
        Forgery("port 443", at_address(f"{AT}:443/echo.api/echo-api-cert-14.pem")),
        Forgery("`..` back into the folder", at_address(f"{AT}/echo.api/../echo.api/echo-api-cert-14.pem")),
        Forgery("chain with its root", signed_by(lambda alexa: (alexa.signer, alexa.intermediate, alexa.root))),
        Forgery("two names", good_chain(names=["echo-api.amazon.com", "other.amazon.com"])),
        Forgery("content type in capitals", with_headers(Content_Type="Application/JSON;charset=UTF-8")),
        Forgery("the old signature as well", with_headers(Signature="AAAA")),
    ],
    ids=lambda good: good.what,
)
def test_what_amazon_allows_is_answered(good: Forgery, app: Flask, alexa: Alexa) -> None:
    assert good.make(alexa).to(app).status_code == 200


def test_a_request_is_answered_once(app: Flask, alexa: Alexa) -> None:
    post = alexa.signed(alexa.envelope())
    assert [post.to(app).status_code for _ in range(3)] == [200, 400, 400]


def test_a_request_that_is_refused_is_not_counted_as_answered(app: Flask, alexa: Alexa) -> None:
    envelope = alexa.envelope()
    assert tampered(b"LaunchRequest", b"IntentRequest")(alexa).to(app).status_code == 400
    assert alexa.signed({**envelope, "request": {**envelope["request"], "timestamp": "x"}}).to(app).status_code == 400
    assert alexa.signed(envelope).to(app).status_code == 200


def test_a_certificate_that_expires_while_it_is_kept_is_no_longer_good(alexa: Alexa, app: Flask) -> None:
    assert alexa.signed(alexa.envelope()).to(app).status_code == 200
    alexa.now = alexa.now + datetime.timedelta(days=91)
    assert alexa.signed(alexa.envelope()).to(app).status_code == 400
    alexa.at[PATH] = pem(renewed := signing(alexa.intermediate, alexa.now), alexa.intermediate)
    assert alexa.signed(alexa.envelope(), renewed).to(app).status_code == 200
