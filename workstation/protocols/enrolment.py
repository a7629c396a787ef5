"""A site certifies a reader's key: Enrollment over Secure Transport (RFC 7030), without I/O.

`simpleenroll` takes a PKCS #10 request and gives the certificate, `cacerts` who stands
behind it. The reader is known by the access token that goes with the request.
"""

import base64
import binascii
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import load_der_pkcs7_certificates

from workstation.errors import SiteUnavailable
from workstation.protocols.web import Answer, Request
from workstation.text import tr

_MOST: Final = 10  # certificates of one chain


def enrol(base: str, request: bytes) -> Request:
    """Ask for a certificate (RFC 7030 4.2); `request` is PKCS #10 in DER."""
    headers = {
        "Content-Type": "application/pkcs10",
        "Content-Transfer-Encoding": "base64",
        "Accept": "application/pkcs7-mime",
    }
    return Request("POST", f"{base}/simpleenroll", headers, base64.b64encode(request))


def authorities(base: str) -> Request:
    """Ask who issues (RFC 7030 4.1)."""
    return Request("GET", f"{base}/cacerts", {"Accept": "application/pkcs7-mime"})


def certificates(answer: Answer) -> tuple[bytes, ...]:
    """The certificates of an answer, DER. Raises `SiteUnavailable` where there are none."""
    try:
        found = load_der_pkcs7_certificates(base64.b64decode(b"".join(answer.body.split())))
    except (ValueError, binascii.Error) as error:
        raise SiteUnavailable(tr("the answer holds no certificate")) from error
    if not found:
        raise SiteUnavailable(tr("the answer holds no certificate"))
    return tuple(each.public_bytes(Encoding.DER) for each in found[:_MOST])


def chain_of(issued: tuple[bytes, ...], behind: tuple[bytes, ...], request: bytes) -> list[bytes]:
    """The certificate of the requested key first, then each that issued the one before.

    A root is left out: whoever checks has it, or it proves nothing. Raises `SiteUnavailable`
    where the answer certifies another key than was asked for.
    """
    known = [x509.load_der_x509_certificate(each) for each in (*issued, *behind)]
    wanted = x509.load_der_x509_csr(request).public_key()
    found = next((each for each in known if each.public_key() == wanted), None)
    chain: list[x509.Certificate] = []
    while found is not None and found.issuer != found.subject and len(chain) < _MOST:
        chain.append(found)
        issuer = found.issuer
        found = next((each for each in known if each.subject == issuer), None)
    if not chain:
        raise SiteUnavailable(tr("the answer certifies another key than was asked for"))
    return [each.public_bytes(Encoding.DER) for each in chain]
