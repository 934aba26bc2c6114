"""A certificate authority for tests: roots, intermediates, and signing certificates with one thing wrong at a time."""

from __future__ import annotations

import base64
import datetime
from collections.abc import Iterable
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NAME = "echo-api.amazon.com"
DAY = datetime.timedelta(days=1)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


class Issued(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    def sign(self, body: bytes, algorithm: hashes.HashAlgorithm | None = None) -> str:
        """The signature that Alexa would put in its header."""
        assert isinstance(self.key, rsa.RSAPrivateKey)
        return base64.b64encode(self.key.sign(body, padding.PKCS1v15(), algorithm or hashes.SHA256())).decode()


def usage(**allowed: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**{**none, **allowed})


def authority(
    name: str, now: datetime.datetime, issuer: Issued | None = None, *, is_ca: bool = True, key: Key | None = None
) -> Issued:
    """A root, or with an ``issuer`` an intermediate."""
    key = key or rsa_key()
    subject = _named(name)
    public, issuer_key = key.public_key(), issuer.key if issuer else key
    builder = (
        _builder(subject, issuer.certificate.subject if issuer else subject, public, now - 30 * DAY, now + 365 * DAY)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(usage(key_cert_sign=is_ca, crl_sign=is_ca, digital_signature=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    return Issued(builder.sign(issuer_key, hashes.SHA256()), key)


def signing(
    issuer: Issued | None,
    now: datetime.datetime,
    *,
    names: Iterable[str] | None = (NAME,),
    common_name: str = NAME,
    begins: datetime.timedelta = -DAY,
    ends: datetime.timedelta = 90 * DAY,
    key: Key | None = None,
    allowed: x509.KeyUsage | None = None,
    for_servers: bool = True,
    is_ca: bool = False,
) -> Issued:
    """A certificate that signs requests; without an ``issuer`` it vouches for itself."""
    key = key or rsa_key()
    subject, public = _named(common_name), key.public_key()
    issuer_key = issuer.key if issuer else key
    builder = (
        _builder(subject, issuer.certificate.subject if issuer else subject, public, now + begins, now + ends)
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(allowed or usage(digital_signature=True, key_encipherment=True), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if names is not None:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
        builder = builder.add_extension(alternatives, critical=False)
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if for_servers else ExtendedKeyUsageOID.CODE_SIGNING
    builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return Issued(builder.sign(issuer_key, hashes.SHA256()), key)


def pem(*issued: Issued) -> bytes:
    return b"".join(each.certificate.public_bytes(serialization.Encoding.PEM) for each in issued)


def key_pem(issued: Issued) -> bytes:
    return issued.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: rsa.RSAPublicKey | ec.EllipticCurvePublicKey,
    begins: datetime.datetime,
    ends: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
