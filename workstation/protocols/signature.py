"""The signature of a report: a manifest of digests and a detached JWS over it.

The manifest says what was signed, by whom, by which right and when they proved who
they are; it names every artefact that is sent by its SHA-256. It is canonical JSON, so
that openssl alone can check the signature (docs/verify.md). RFC 7515 appendix F, ES256.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from attrs import field, frozen
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from workstation.domain.report import SignedReport
from workstation.domain.report_states import STATES
from workstation.errors import VerificationFailed
from workstation.protocols.canonical import canonical, sha256_hex
from workstation.protocols.signing_key import SigningKey
from workstation.text import tr

_ALGORITHM: Final = "ES256"
_LONGEST: Final = 64 * 1024


def sign(payload: bytes, key: SigningKey, at: str) -> str:
    """Detached compact JWS; the certificates travel in its header (`x5c`, its own first)."""
    header = {
        "alg": _ALGORITHM,
        "kid": key.id,
        "sigT": at,
        "x5c": [base64.b64encode(each).decode() for each in key.chain],
        "x5t#S256": _b64url(hashlib.sha256(key.certificate).digest()),
    }
    head = _b64url(json.dumps(header, separators=(",", ":")).encode())
    return f"{head}..{_b64url(key.sign(f'{head}.{_b64url(payload)}'.encode()))}"


@frozen
class SignatureBy:
    """Whose key made a signature; the thumbprint is compared with a known one."""

    kid: str
    name: str
    thumbprint: str
    chain: tuple[bytes, ...] = field(repr=False)  # DER, its own certificate first


def check(payload: bytes, detached: str) -> SignatureBy:
    """Raises `VerificationFailed` unless the JWS is a good signature over `payload`."""
    header = _header(detached)
    try:
        chain = tuple(base64.b64decode(each, validate=True) for each in header["x5c"])
        certificate = x509.load_der_x509_certificate(chain[0])
        public = certificate.public_key()
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    except (KeyError, IndexError, TypeError, ValueError, UnsupportedAlgorithm) as error:
        raise VerificationFailed(tr("signature: it carries no certificate")) from error
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise VerificationFailed(tr("signature: its key is of another kind than ES256 needs"))
    pem = public.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    try:
        whole = detached.replace("..", f".{_b64url(payload)}.")
        jws.deserialize_compact(whole, ECKey.import_key(pem), registry=_registry())
    except (JoseError, ValueError) as error:
        raise VerificationFailed(
            tr("signature: it does not belong to this manifest; one of them was changed")
        ) from error
    return SignatureBy(str(header.get("kid", "")), str(name), sha256_hex(chain[0]), chain)


def manifest(
    signed: SignedReport,
    artefacts: Mapping[str, tuple[str, bytes]],
    previous: str,
    resources: Mapping[str, str],
) -> bytes:
    """What is signed.

    Parameters
    ----------
    artefacts
        Name ("text") to content type and the very bytes that are sent.
    previous
        SHA-256 (hex) of the manifest of the report that this one amends, else empty.
    resources
        Name ("DiagnosticReport") to SHA-256 of what stands in the transaction.
    """
    binding, signer = signed.report.binding, signed.signer
    patient = f"{binding.patient.issuer}|{binding.patient.id}"
    overread = signed.overread
    said = (
        {}
        if overread is None
        else {
            "overread": {
                "preliminary": overread.preliminary,
                "author": overread.author,
                "discrepancy": overread.discrepancy.value,
                "why": overread.why,
            }
        }
    )
    return canonical(
        {
            **said,
            "v": 1,
            "report": signed.report.id,
            "revision": signed.report.revision,
            "status": signed.status.value,
            "meaning": STATES[signed.status].meaning,
            "signedAt": utc(signed.signed_at),
            "signer": {"id": signer.id, "name": signer.name, "licence": signer.licence},
            "authentication": {"method": signer.method, "at": utc(signer.authenticated_at)},
            "site": binding.site,
            "study": binding.study,
            "accession": binding.accession,
            **({"also": list(binding.accessions[1:])} if binding.also else {}),
            "patient": sha256_hex(patient.encode()),
            "artefacts": {
                name: {"contentType": kind, "sha256": sha256_hex(data), "size": len(data)}
                for name, (kind, data) in artefacts.items()
            },
            "resources": dict(resources),
            "predecessor": signed.predecessor or "",
            "previous": previous,
        }
    )


def utc(moment: datetime) -> str:
    """ISO 8601 in UTC, whole seconds: one text for one moment."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _registry() -> jws.JWSRegistry:
    # `sigT` (time of signing) is ETSI's, not in the IANA list that strict checking knows.
    registry = jws.JWSRegistry(algorithms=[_ALGORITHM], strict_check_header=False)
    registry.max_header_length = _LONGEST  # a certificate is longer than the 512 it allows
    registry.max_payload_length = _LONGEST
    return registry


def _header(detached: str) -> dict[str, Any]:
    try:
        head, body, _signature = detached.split(".")
        header = json.loads(base64.urlsafe_b64decode(head + "=="))
    except (ValueError, binascii.Error) as error:
        raise VerificationFailed(tr("signature: it is not a JWS")) from error
    if body or not isinstance(header, dict):
        raise VerificationFailed(tr("signature: it is not a detached JWS"))
    return header


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
