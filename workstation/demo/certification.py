"""The certification authority of a site: it says whose a signing key is (RFC 7030).

Certificates for a season, for readers who hold an access token. What a request says of its
subject is not believed: the site knows its readers itself.
"""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from workstation.demo.rules import Caller

PATH: Final = "/.well-known/est"
_LIFE: Final = timedelta(days=90)  # viewers judge by the day they look
_BEFORE: Final = timedelta(hours=1)  # clocks differ
_YEARS: Final = timedelta(days=3650)
_SIGNS: Final = ("radiologist", "resident")


@frozen
class Authority:
    """A root of its own; `ca.pem` and `ca.key` of its folder where it keeps one."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def issue(
        self, request: x509.CertificateSigningRequest, name: str, address: str, now: datetime
    ) -> x509.Certificate:
        """For one reader; `address` is that of the FHIR Practitioner."""
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, name[:64]),
                x509.NameAttribute(NameOID.USER_ID, "/".join(address.rsplit("/", 2)[-2:])),
            ]
        )
        public = request.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        signs = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
        found = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(address)])
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _BEFORE)
            .not_valid_after(now + _LIFE)
            .add_extension(x509.BasicConstraints(False, None), critical=True)
            .add_extension(signs, critical=True)
            .add_extension(found, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(self._is_issuer(), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def _is_issuer(self) -> x509.AuthorityKeyIdentifier:
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())


def authority(name: str, folder: Path | None, now: datetime) -> Authority:
    """That of the folder, else a new one, kept there."""
    kept = folder / "ca.key" if folder else None
    if folder and kept and kept.exists():
        key = serialization.load_pem_private_key(kept.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return Authority(key, x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes()))
    made = _made(name, now)
    if folder and kept:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "ca.pem").write_text(made.pem)
        kept.touch(0o600)
        kept.write_bytes(
            made.key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    return made


def _made(name: str, now: datetime) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} readers (demo)")])
    issues = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + _YEARS)
        .add_extension(x509.BasicConstraints(True, 0), critical=True)
        .add_extension(issues, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Authority(key, certificate)


class CertificationFace:
    """Routes of `{site}/.well-known/est`."""

    def __init__(
        self,
        issuer: Authority,
        fhir: str,
        who: Callable[[Request], Caller | None],
        now: Callable[[], datetime],
    ) -> None:
        self._issuer = issuer
        self._fhir = fhir
        self._who = who
        self._now = now

    def routes(self) -> list[Route]:
        return [
            Route(f"{PATH}/cacerts", self._cacerts),
            Route(f"{PATH}/simpleenroll", self._enrol, methods=["POST"]),
        ]

    async def _cacerts(self, _request: Request) -> Response:
        return _certificates(self._issuer.certificate)

    async def _enrol(self, request: Request) -> Response:
        caller = self._who(request)
        if caller is None:
            headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
            return PlainTextResponse("Sign in first.", 401, headers)
        if caller.person.role not in _SIGNS:
            return PlainTextResponse("You do not sign reports here.", 403)
        try:
            raw = base64.b64decode(b"".join((await request.body()).split()), validate=True)
            asked = x509.load_der_x509_csr(raw)
            public = asked.public_key()
        except (ValueError, binascii.Error):
            return PlainTextResponse("This is no PKCS #10 request.", 400)
        if not isinstance(public, ec.EllipticCurvePublicKey) or public.curve.name != "secp256r1":
            return PlainTextResponse("Only P-256 keys are certified here.", 400)
        if not asked.is_signature_valid:
            return PlainTextResponse("Whoever asks does not hold the key.", 400)
        address = f"{self._fhir}/{caller.practitioner}"
        return _certificates(self._issuer.issue(asked, caller.person.name, address, self._now()))


def _certificates(*found: x509.Certificate) -> Response:
    body = pkcs7.serialize_certificates(list(found), serialization.Encoding.DER)
    headers = {"Content-Transfer-Encoding": "base64"}
    kind = "application/pkcs7-mime; smime-type=certs-only"
    return Response(base64.encodebytes(body), 200, headers, kind)
