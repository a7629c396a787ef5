"""Keys that sign, and the certificates that say whose they are.

A key is a P-256 key of this machine, or one that never leaves its token
(`adapters.token`): both sign as `cryptography` keys do. Its certificate is its own at
first; a site that certifies keys gives a better one (`protocols.enrolment`).
"""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import evolve, field, frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import NameOID

from workstation.protocols.canonical import sha256_hex

_YEARS_VALID: Final = 10
_HALF: Final = 32  # bytes of r, and of s, on P-256


@frozen
class SigningKey:
    """A private P-256 key and its certificates (DER), its own first, then who issued it."""

    id: str  # the reader's: "Practitioner/17"
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    chain: tuple[bytes, ...] = field(repr=False)

    @property
    def certificate(self) -> bytes:
        return self.chain[0]

    @property
    def thumbprint(self) -> str:
        """SHA-256 of the certificate, hex: what two people compare."""
        return sha256_hex(self.certificate)

    @property
    def certified(self) -> bool:
        """Somebody else says whose it is."""
        own = x509.load_der_x509_certificate(self.certificate)
        return own.issuer != own.subject

    @property
    def issuer(self) -> str:
        """Who says so; empty where nobody does."""
        if not self.certified:
            return ""
        by = x509.load_der_x509_certificate(self.certificate).issuer
        named = by.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(named[0].value) if named else by.rfc4514_string()

    @property
    def begins(self) -> datetime:
        return x509.load_der_x509_certificate(self.certificate).not_valid_before_utc

    @property
    def ends(self) -> datetime:
        """Until when its certificate is valid."""
        return x509.load_der_x509_certificate(self.certificate).not_valid_after_utc

    def with_chain(self, chain: tuple[bytes, ...]) -> "SigningKey":
        """The same key as somebody else certified it. ValueError: it is of another key."""
        public = x509.load_der_x509_certificate(chain[0]).public_key()
        if public != self.key.public_key():
            raise ValueError("the certificate is of another key")
        return evolve(self, chain=chain)

    def sign(self, data: bytes) -> bytes:
        """ES256: r and s side by side, 32 bytes each (RFC 7518 3.4)."""
        r, s = decode_dss_signature(self.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")

    def stored(self) -> str:
        """As text for the secret store; inverse of `key_from`. Not for a key on a token."""
        private = self.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain = [_b64(each) for each in self.chain]
        return json.dumps({"id": self.id, "key": _b64(private), "chain": chain})


def new_key(key_id: str, name: str, now: datetime) -> SigningKey:
    """`name` stands in the certificate: the reader's, or the machine's; never a patient's."""
    return own_certificate(key_id, name, ec.generate_private_key(ec.SECP256R1()), now)


def own_certificate(
    key_id: str, name: str, key: ec.EllipticCurvePrivateKey, now: datetime
) -> SigningKey:
    """A key that nobody else has certified."""
    subject = _subject(name or key_id)
    start = now.astimezone(UTC) - timedelta(days=1)  # clocks differ; a signature is not "too early"
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=365 * _YEARS_VALID))
        .sign(key, hashes.SHA256())
    )
    return SigningKey(key_id, key, (certificate.public_bytes(serialization.Encoding.DER),))


def key_from(stored: str) -> SigningKey:
    """Raises `ValueError` where the text is not what `SigningKey.stored` gave."""
    parts = json.loads(stored)
    key = serialization.load_der_private_key(base64.b64decode(parts["key"]), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("the stored key is of another kind")
    # Keys of before there were chains have one certificate.
    chain = parts["chain"] if "chain" in parts else [parts["certificate"]]
    return SigningKey(parts["id"], key, tuple(base64.b64decode(each) for each in chain))


def certificate_request(key: SigningKey, name: str) -> bytes:
    """PKCS #10, DER: proof that we hold the key. Whose it is, the issuer knows itself."""
    request = x509.CertificateSigningRequestBuilder().subject_name(_subject(name))
    signed = request.sign(key.key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
