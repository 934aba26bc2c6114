"""Certificates are fetched within limits, once, and kept; and only good ones are."""

from __future__ import annotations

import datetime
import http.server
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.webservice.authority import DAY, authority, key_pem, pem, signing
from tests.webservice.fake_alexa import PATH, URL, Alexa
from webservice.certificates import (
    FETCH_BYTES,
    SigningCertificates,
    certificate_path,
    fetch,
    trusted_roots,
)
from webservice.refusals import Refused

Fetching = Callable[..., bytes]


class Amazon(http.server.BaseHTTPRequestHandler):
    """A host that serves a chain, and misbehaves at other paths."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/good")
            self.end_headers()
        elif self.path == "/slow":
            time.sleep(3)
        elif self.path == "/drips":
            self.send_response(200)
            self.end_headers()
            for _ in range(30):
                self.wfile.write(b"x")
                time.sleep(0.1)
        elif self.path in ("/large", "/endless"):
            self.send_response(200)
            if self.path == "/large":
                self.send_header("Content-Length", str(FETCH_BYTES + 1))
            self.end_headers()
            for _ in range(100 if self.path == "/endless" else 1):
                self.wfile.write(b"x" * (FETCH_BYTES + 1))
        else:
            self.send_response(200 if self.path == "/good" else 404)
            self.end_headers()
            self.wfile.write(b"a chain")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def fetching(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fetching]:
    """``fetch`` from a host of the test's own on this machine, over TLS that is verified."""
    now = datetime.datetime.now(datetime.UTC)
    root = authority("Web root", now)
    server = signing(root, now, names=["localhost"], common_name="localhost")
    folder = tmp_path_factory.mktemp("tls")
    (folder / "server.pem").write_bytes(pem(server) + key_pem(server))
    (folder / "root.pem").write_bytes(pem(root))
    accepting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    accepting.load_cert_chain(folder / "server.pem")
    trusting = ssl.create_default_context(cafile=str(folder / "root.pem"))
    handler = type("Host", (Amazon,), {"asked": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as host:
        host.socket = accepting.wrap_socket(host.socket, server_side=True)
        host.handle_error = lambda *_: None  # type: ignore[method-assign]
        threading.Thread(target=host.serve_forever, daemon=True).start()

        def get(path: str, *, seconds: float = 0.5, context: ssl.SSLContext = trusting) -> bytes:
            handler.asked.clear()
            return fetch(path, host="localhost", port=host.server_port, context=context, seconds=seconds)

        get.asked = handler.asked  # type: ignore[attr-defined]
        yield get
        host.shutdown()


def test_what_lies_at_the_path_is_fetched(fetching: Fetching) -> None:
    assert fetching("/good") == b"a chain"


def test_a_redirect_is_not_followed(fetching: Fetching) -> None:
    with pytest.raises(OSError, match="302"):
        fetching("/moved")
    assert fetching.asked == ["/moved"]  # type: ignore[attr-defined]


def test_nothing_there_is_no_certificate(fetching: Fetching) -> None:
    with pytest.raises(OSError, match="404"):
        fetching("/none")


@pytest.mark.parametrize("path", ["/slow", "/drips"])
def test_a_fetch_takes_no_longer_than_it_may(fetching: Fetching, path: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(TimeoutError):
        fetching(path, seconds=0.4)
    assert time.perf_counter() - begun < 1


@pytest.mark.parametrize("path", ["/large", "/endless"])
def test_a_fetch_brings_no_more_than_it_may(fetching: Fetching, path: str) -> None:
    with pytest.raises(OSError, match="too large"):
        fetching(path)


def test_a_host_that_cannot_prove_who_it_is_is_not_believed(fetching: Fetching) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        fetching("/good", context=ssl.create_default_context())


def test_roots_are_those_of_mozilla() -> None:
    names = {root.subject.rfc4514_string() for root in trusted_roots()}
    assert "CN=Amazon Root CA 1,O=Amazon,C=US" in names
    assert len(names) > 50


def test_a_root_that_cannot_be_read_does_not_take_the_others_with_it(tmp_path: Path, alexa: Alexa) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    (tmp_path / "roots.pem").write_bytes(broken + pem(alexa.root))
    assert trusted_roots(str(tmp_path / "roots.pem")) == [alexa.root.certificate]


def test_the_address_is_fetched_as_it_was_read() -> None:
    assert certificate_path("https://s3.amazonaws.com/echo.api/../echo.api/./a//b.pem") == "/echo.api/a/b.pem"


class Host:
    """Counts what is fetched; each fetch waits for ``go``."""

    def __init__(self, alexa: Alexa) -> None:
        self.alexa = alexa
        self.asked: list[str] = []
        self.go = threading.Event()
        self.go.set()

    def fetch(self, path: str) -> bytes:
        self.asked.append(path)
        self.go.wait(5)
        return self.alexa.fetch(path)

    def certificates(self, wait_seconds: float = 2.0) -> SigningCertificates:
        return SigningCertificates(self.fetch, [self.alexa.root.certificate], wait_seconds=wait_seconds)


def at(number: int) -> str:
    return URL.replace("14", str(number))


def test_a_chain_is_fetched_once_for_all_who_wait_for_it(alexa: Alexa) -> None:
    host = Host(alexa)
    host.go.clear()
    certificates = host.certificates()
    with ThreadPoolExecutor(50) as callers:
        keys = [callers.submit(certificates.key, URL, alexa.now) for _ in range(50)]
        host.go.set()
        assert {key.result().public_numbers() for key in keys} == {alexa.signer.key.public_key().public_numbers()}
    assert host.asked == [PATH]


def test_a_chain_is_fetched_again_after_an_hour(alexa: Alexa, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(alexa)
    certificates = host.certificates()
    certificates.key(URL, alexa.now)
    later = time.monotonic() + 3601
    monkeypatch.setattr(time, "monotonic", lambda: later)
    certificates.key(URL, alexa.now)
    assert host.asked == [PATH, PATH]


def test_a_good_chain_is_used_on_while_it_cannot_be_fetched_again_and_a_day_at_most(
    alexa: Alexa, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = alexa.certificates()
    certificates.key(URL, alexa.now)
    alexa.at.clear()
    began = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: began + 23 * 3600)
    assert certificates.key(URL, alexa.now)
    with pytest.raises(Refused, match="certificate chain"):
        certificates.key(URL, alexa.now + 91 * DAY)


def test_a_chain_that_cannot_be_fetched_again_is_given_up_after_a_day(
    alexa: Alexa, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificates = alexa.certificates()
    certificates.key(URL, alexa.now)
    alexa.at.clear()
    later = time.monotonic() + 24 * 3600 + 60
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(Refused, match="certificate fetch"):
        certificates.key(URL, alexa.now)


def test_who_fills_all_fetches_does_not_keep_out_alexa_when_her_chain_is_due(
    alexa: Alexa, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host(alexa)
    certificates = host.certificates(wait_seconds=0.3)
    certificates.key(URL, alexa.now)
    host.go.clear()
    later = time.monotonic() + 3601
    with ThreadPoolExecutor(8) as callers:
        forged = [callers.submit(certificates.key, at(number), alexa.now) for number in range(100, 108)]
        while len(certificates._fetching) < 8:
            time.sleep(0.001)
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert certificates.key(URL, alexa.now)
        host.go.set()
        assert all(each.exception() for each in forged)


def test_only_a_few_chains_are_kept(alexa: Alexa) -> None:
    alexa.at = {certificate_path(at(number)): alexa.at[PATH] for number in range(20)}
    host = Host(alexa)
    certificates = host.certificates()
    for number in range(20):
        certificates.key(at(number), alexa.now)
    certificates.key(at(19), alexa.now)
    assert len(host.asked) == 20
    certificates.key(at(0), alexa.now)
    assert len(host.asked) == 21


def test_bad_chains_do_not_push_out_a_good_one(alexa: Alexa) -> None:
    bad = pem(signing(alexa.intermediate, alexa.now, ends=-DAY / 24), alexa.intermediate)
    alexa.at.update({certificate_path(at(number)): bad for number in range(20, 60)})
    host = Host(alexa)
    certificates = host.certificates()
    certificates.key(URL, alexa.now)
    for number in range(20, 60):
        with pytest.raises(Refused, match="certificate chain"):
            certificates.key(at(number), alexa.now)
    certificates.key(URL, alexa.now)
    assert host.asked.count(PATH) == 1


def test_nobody_waits_longer_for_a_certificate_than_the_limit(alexa: Alexa) -> None:
    host = Host(alexa)
    host.go.clear()
    begun = time.perf_counter()
    with pytest.raises(Refused, match="certificate fetch"):
        host.certificates(wait_seconds=0.1).key(URL, alexa.now)
    assert time.perf_counter() - begun < 1
    host.go.set()


def test_ever_new_addresses_keep_few_fetches_busy_and_kept_chains_good(alexa: Alexa) -> None:
    host = Host(alexa)
    certificates = host.certificates(wait_seconds=0.2)
    certificates.key(URL, alexa.now)
    host.go.clear()
    with ThreadPoolExecutor(40) as callers:
        keys = [callers.submit(certificates.key, at(number), alexa.now) for number in range(100, 140)]
        assert certificates.key(URL, alexa.now)
        reasons = [getattr(key.exception(), "reason", "") for key in keys]
    assert reasons.count("certificate fetch") == 8
    assert reasons.count("too many certificates at once") == 32
    host.go.set()
