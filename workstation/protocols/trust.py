"""Whether a signing key was certified by somebody who is trusted, for the reader it signs for.

Paths are validated by pyhanko-certvalidator (RFC 5280) at the moment of signing; nothing
is fetched. What is trusted is the asker's own choice: roots in PEM.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InvalidCertificateError,
    PathBuildingError,
    PathValidationError,
)

from workstation.errors import VerificationFailed
from workstation.text import tr

#: Clocks of a site and of a workstation differ by this much at most.
_TOLERANCE: Final = timedelta(minutes=2)


def roots_from(pem: Iterable[bytes]) -> tuple[bytes, ...]:
    """The certificates of PEM files, as DER. Raises VerificationFailed where there are none."""
    try:
        found = [each for text in pem for each in x509.load_pem_x509_certificates(text)]
    except ValueError as error:
        raise VerificationFailed(tr("trust: these are no certificates (PEM)")) from error
    return tuple(each.public_bytes(Encoding.DER) for each in found)


def check_trust(
    chain: Sequence[bytes], roots: Sequence[bytes], at: datetime, reader: str, name: str
) -> str:
    """The name of the root behind a key. Raises `VerificationFailed`, saying what is wrong.

    Parameters
    ----------
    chain
        Certificates as they came with the signature (DER), that of its key first.
    at
        When it was signed: a certificate that ended since is good, one that had ended is not.
    reader, name
        "Practitioner/17", "Sample, Jo": whom the certificate must name.
    """
    try:
        return _checked(chain, roots, at, reader, name)
    except (ValueError, TypeError, KeyError, RecursionError, InvalidSignature) as error:
        # What a damaged or hostile certificate makes its parsers raise, late and anywhere.
        raise VerificationFailed(tr("key: its certificates cannot be read")) from error


def _checked(
    chain: Sequence[bytes], roots: Sequence[bytes], at: datetime, reader: str, name: str
) -> str:
    context = ValidationContext(
        trust_roots=[asn1.Certificate.load(each) for each in roots],
        other_certs=[asn1.Certificate.load(each) for each in chain[1:]],
        moment=at,
        time_tolerance=_TOLERANCE,
        allow_fetching=False,
    )
    leaf = asn1.Certificate.load(chain[0])
    validator = CertificateValidator(leaf, validation_context=context)
    try:
        validation = validator.async_validate_usage({"digital_signature"})  # type: ignore[no-untyped-call]
        path = asyncio.run(validation)
    except (PathBuildingError, InvalidCertificateError) as error:
        raise VerificationFailed(
            tr("key: nobody you trust certified it; a stranger may have signed this")
        ) from error
    except PathValidationError as error:
        raise VerificationFailed(
            tr("key: its certificate was not valid when this was signed ({why})", why=error)
        ) from error
    if not _names(x509.load_der_x509_certificate(chain[0]), reader, name):
        raise VerificationFailed(tr("key: its certificate is of another person than the signer"))
    root: asn1.Certificate = path.first
    return str(root.subject.native.get("common_name") or root.subject.human_friendly)


def _names(certificate: x509.Certificate, reader: str, name: str) -> bool:
    """By the id the site knows the reader under, where it says one; else by the name."""
    said = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.USER_ID)]
    try:
        also = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = also.get_values_for_type(x509.UniformResourceIdentifier)
    except x509.ExtensionNotFound:
        uris = []
    said += ["/".join(uri.rsplit("/", 2)[-2:]) for uri in uris]
    if said:
        return all(each == reader for each in said)
    own = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return [each.value for each in own] == [name]
