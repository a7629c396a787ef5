"""The signature in a PDF, checked for `workstation verify`: intact, whole, by the same key."""

import asyncio
import io
from typing import Final

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from workstation.errors import VerificationFailed
from workstation.protocols.canonical import sha256_hex
from workstation.text import tr

#: What a damaged or hostile file makes the library raise, by itself and through Python.
_UNREADABLE: Final = (
    PdfError,
    SignatureValidationError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
)


def check_pdf(pdf: bytes, thumbprint: str) -> None:
    """Raises `VerificationFailed` where the PDF is signed, and not so by the key of the report.

    One without a signature of its own is covered by that of the report.
    """
    claims = b"/ByteRange" in pdf
    try:
        found = _check(pdf, thumbprint)
    except _UNREADABLE as error:
        if claims:
            raise VerificationFailed(tr("pdf: its own signature cannot be read")) from error
        return
    if claims and not found:
        raise VerificationFailed(tr("pdf: its own signature cannot be read"))


def _check(pdf: bytes, thumbprint: str) -> int:
    """How many signatures hold; another than a good one by this key raises."""
    found = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
    for each in found:
        # Who trusts the key is asked once, of the report's signature: here it stands for itself.
        itself = ValidationContext(
            trust_roots=[each.signer_cert],
            moment=each.self_reported_timestamp,
            allow_fetching=False,
        )
        status = asyncio.run(async_validate_pdf_signature(each, itself))
        whole = each.coverage is SignatureCoverageLevel.ENTIRE_FILE
        if not (status.intact and status.valid and whole):
            raise VerificationFailed(tr("pdf: its own signature does not hold"))
        if sha256_hex(status.signing_cert.dump()) != thumbprint:
            raise VerificationFailed(tr("pdf: another key signed it than the report"))
    return len(found)
