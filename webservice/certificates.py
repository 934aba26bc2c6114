"""The certificates that Alexa signs requests with: where they may come from, and what makes one good.

The rules are those of "Host a Custom Skill as a Web Service", Amazon's page for skills outside Lambda
(developer.amazon.com/en-US/docs/alexa/custom-skills/host-a-custom-skill-as-a-web-service.html).
"""

from __future__ import annotations

import http.client
import posixpath
import re
import ssl
import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import certifi
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from webservice.refusals import Refused

HOST = "s3.amazonaws.com"
NAME = "echo-api.amazon.com"
"""What a signing certificate must be for."""

_FOLDER = "/echo.api/"

# Scheme and host in any case, the port only if it is 443, and a path of plain characters: no user, query, fragment or
# escape, which Amazon does not use and which two readers of an address could read in two ways.
_URL = re.compile(r"(?i:https://s3\.amazonaws\.com)(?::443)?(/[A-Za-z0-9._/-]{1,200})")

FETCH_SECONDS = 2.0
"""How long a fetch may take in all. From another continent it takes about half a second."""
FETCH_BYTES = 64 * 1024
"""How large a chain may be; Amazon's is about 5 KB."""
KEPT_SECONDS = 3600.0
"""How long a chain is used before it is fetched again. Amazon gives a new certificate a new address."""
KEPT_AT_MOST_SECONDS = 24 * 3600.0
"""How long a good chain is used while it cannot be fetched again; without that, who fills all fetches keeps out Alexa."""

_MOST_KEPT = 8
_MOST_CERTIFICATES = 8
# In bits; no public authority vouches for a shorter one, and cryptography leaves that to us.
_SHORTEST_KEY = 2048
# Fetches under way; a caller who names ever new addresses can have no more than these.
_MOST_FETCHES = 8
_FETCHERS = 4

Chain = Sequence[x509.Certificate]
"""The signing certificate, then those that vouch for it."""

Fetch = Callable[[str], bytes]
"""Returns what lies at a path on Amazon's host; raises whatever it likes when it cannot."""


def certificate_path(url: str) -> str:
    """Return the path, with its ``..`` resolved, of a certificate's address as Amazon allows them.

    Raises:
        Refused: when it is another scheme, host, port or folder, or is not plain.
    """
    match = _URL.fullmatch(url)
    path = posixpath.normpath(match[1]) if match else ""
    if not path.startswith(_FOLDER):
        raise Refused("certificate address")
    return path


def fetch(
    path: str,
    *,
    host: str = HOST,
    port: int = 443,
    context: ssl.SSLContext | None = None,
    seconds: float = FETCH_SECONDS,
    most: int = FETCH_BYTES,
) -> bytes:
    """Return what lies at ``path``: over verified TLS, without following redirects, within ``seconds`` and ``most`` bytes.

    Raises:
        OSError, http.client.HTTPException: when it cannot be had like that.
    """
    deadline = time.monotonic() + seconds
    context = context or ssl.create_default_context(cafile=certifi.where())
    connection = http.client.HTTPSConnection(host, port, timeout=seconds, context=context)
    try:
        connection.request("GET", path)
        socket = connection.sock  # the connection lets go of it when the response is the last one
        response = connection.getresponse()
        if response.status != 200:
            raise OSError(f"status {response.status}")
        body = b""
        while chunk := response.read1(most + 1 - len(body)):
            body += chunk
            left = deadline - time.monotonic()
            if len(body) > most:
                raise OSError("too large")
            if left <= 0:
                raise TimeoutError("too slow")
            socket.settimeout(left)
        return body
    finally:
        connection.close()


def trusted_roots(path: str | None = None) -> list[x509.Certificate]:
    """Return the certificates of a PEM file: by default Mozilla's roots, as certifi has them."""
    pem = Path(path or certifi.where()).read_bytes()
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", pem, re.DOTALL)
    roots = []
    for block in blocks:
        # One by one: an old root that a later cryptography may not read must not take all others with it.
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                roots.append(x509.load_pem_x509_certificate(block))
        except ValueError:
            continue
    return roots


class SigningCertificates:
    """Fetches chains, keeps a few, and gives the key of those that are good.

    ``fetch`` and ``roots`` are what tests replace: Amazon's host, and whom we trust.
    """

    def __init__(
        self,
        fetch: Fetch = fetch,
        roots: Sequence[x509.Certificate] | None = None,
        *,
        wait_seconds: float = FETCH_SECONDS,
    ) -> None:
        self._fetch = fetch
        self._policy = _policy(trusted_roots() if roots is None else roots)
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Chain, float]] = OrderedDict()
        self._fetching: dict[str, Future[Chain]] = {}
        self._fetchers = ThreadPoolExecutor(_FETCHERS, "certificates")

    def key(self, url: str, now: datetime) -> RSAPublicKey:
        """Return the key that the certificate at ``url`` vouches for at ``now``.

        Raises:
            Refused: when the address is not Amazon's, nothing can be had from it in time, or what it gives is not good.
        """
        path = certificate_path(url)
        chain = self._chain(path, now)
        try:
            return self._verified_key(chain, now)
        except Refused:
            with self._lock:
                self._kept.pop(path, None)  # it has expired; what lies there now may be good
            raise

    def _chain(self, path: str, now: datetime) -> Chain:
        """Return the chain at ``path``, fetched once however many ask for it at the same time."""
        with self._lock:
            kept, fetched = self._kept.get(path, ((), 0.0))
            age = time.monotonic() - fetched
            if kept and age < KEPT_SECONDS:
                return kept
            try:
                fetching = self._begin(path, now)
            except Refused:
                if kept and age < KEPT_AT_MOST_SECONDS:
                    return kept
                raise
        try:
            return fetching.result(self._wait_seconds)
        except Refused:
            raise
        except Exception:  # too slow, unreachable, a redirect: it is the same to whoever asks
            if kept and age < KEPT_AT_MOST_SECONDS:
                return kept
            raise Refused("certificate fetch") from None

    def _begin(self, path: str, now: datetime) -> Future[Chain]:
        """Return the fetch of ``path``, which may be under way already; called with the lock held."""
        fetching = self._fetching.get(path)
        if fetching is None:
            if len(self._fetching) >= _MOST_FETCHES:
                raise Refused("too many certificates at once")
            fetching = self._fetching[path] = self._fetchers.submit(self._load, path, now)
        return fetching

    def _load(self, path: str, now: datetime) -> Chain:
        """Fetch a chain, and keep it if it is good: nobody can push a good one out with others."""
        try:
            chain = _read_chain(self._fetch(path))
            self._verified_key(chain, now)
            with self._lock:
                self._kept[path] = (chain, time.monotonic())
                self._kept.move_to_end(path)
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)
            return chain
        finally:
            with self._lock:
                del self._fetching[path]

    def _verified_key(self, chain: Chain, now: datetime) -> RSAPublicKey:
        verifier = self._policy.time(now).build_server_verifier(x509.DNSName(NAME))
        try:
            verifier.verify(chain[0], list(chain[1:]))
        except VerificationError:
            raise Refused("certificate chain") from None
        key = chain[0].public_key()
        if not isinstance(key, RSAPublicKey) or key.key_size < _SHORTEST_KEY:
            raise Refused("certificate key")
        return key


def _read_chain(pem: bytes) -> Chain:
    try:
        chain = x509.load_pem_x509_certificates(pem)
    except ValueError:
        raise Refused("certificate format") from None
    if len(chain) > _MOST_CERTIFICATES:
        raise Refused("certificate format")
    return chain


def _policy(roots: Sequence[x509.Certificate]) -> PolicyBuilder:
    """What cryptography checks of a web server's chain, and what Amazon asks for besides."""
    signing = (
        ExtensionPolicy.webpki_defaults_ee()
        .require_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, _must_name_alexa)
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _must_sign)
    )
    authorities = ExtensionPolicy.webpki_defaults_ca()
    return PolicyBuilder().store(Store(list(roots))).extension_policies(ca_policy=authorities, ee_policy=signing)


def _must_name_alexa(_: Policy, __: x509.Certificate, names: x509.SubjectAlternativeName) -> None:
    """The name itself: ``*.amazon.com`` would do for a web server, but not for Amazon's rule."""
    if NAME not in names.get_values_for_type(x509.DNSName):
        raise ValueError("another name")


def _must_sign(_: Policy, __: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature:
        raise ValueError("not for signing")
