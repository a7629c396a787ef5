"""The signature in the PDF itself: PAdES (ETSI EN 319 142-1), by pyHanko.

B-B, or B-T where the site names a time-stamping service and that answers. The field lies
over the line that says who signed, on the last page; nothing is painted, so that the page
stays what was shown, and the file PDF/A. On lane ``store``.
"""

import asyncio
import io
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from asn1crypto import algos, tsp
from asn1crypto import x509 as asn1
from attrs import frozen
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from workstation.adapters.http import Limits, Wire
from workstation.domain.identifiers import SiteId
from workstation.domain.report import SignedReport
from workstation.domain.report_states import STATES
from workstation.errors import SiteUnavailable
from workstation.protocols.signing_key import SigningKey
from workstation.protocols.web import Request
from workstation.settings import Site
from workstation.text import tr

log = logging.getLogger("keys")

FIELD: Final = "Reader"
#: Over the foot of the page: left, bottom, height and distance to the right edge, in points.
_LEFT, _BOTTOM, _HIGH, _RIGHT = 56, 52, 18, 51
_PATIENCE_S: Final = 5.0  # a signature waits no longer for a time stamp
_MOST_BYTES: Final = 64 * 1024


@frozen
class PdfSignatures:
    """Signs the PDF of a report with the reader's key, as its site wants it."""

    sites: Mapping[SiteId, Site]

    def __call__(self, pdf: bytes, signed: SignedReport, key: SigningKey) -> bytes:
        site = self.sites[signed.report.binding.site]
        if site.timestamps:
            try:
                return sign_pdf(pdf, signed, key, site.name, Stamps(site))
            except SiteUnavailable as error:
                log.warning("no time stamp of %s: %s", site.id, error)
        return sign_pdf(pdf, signed, key, site.name)


def sign_pdf(
    pdf: bytes, signed: SignedReport, key: SigningKey, place: str, stamps: TimeStamper | None = None
) -> bytes:
    """The same file with a signature appended; `stamps` says when it was made."""
    writer = _Appended(io.BytesIO(pdf))
    pages = int(writer.root["/Pages"]["/Count"])
    _, _, width, _ = (float(each) for each in _last_page(writer, pages)["/MediaBox"])
    where = fields.SigFieldSpec(
        FIELD,
        on_page=pages - 1,
        box=(_LEFT, _BOTTOM, int(width) - _RIGHT, _BOTTOM + _HIGH),
        readable_field_name=tr("Signature of the reader"),
    )
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=signed.signer.name,
        reason=STATES[signed.status].meaning,
        location=place,
    )
    empty = StaticStampStyle(border_width=0, background=RawContent(b"q Q"))
    signer = _PdfSigner(
        meta, _Signer(key), timestamper=stamps, stamp_style=empty, new_field_spec=where
    )
    signer.at = signed.signed_at
    made: io.BytesIO = signer.sign_pdf(writer)
    return made.getvalue()


def _last_page(writer: IncrementalPdfFileWriter, pages: int) -> Any:
    reference, _ = writer.find_page_for_modification(pages - 1)  # type: ignore[no-untyped-call]
    page = reference.get_object()
    while "/MediaBox" not in page:  # inherited from the tree of pages
        page = page["/Parent"]
    return page


class _Appended(IncrementalPdfFileWriter):
    """Appends the signature and nothing else.

    What pyHanko would write beside it (a PDF version, its name as producer in one of the two
    places that PDF/A wants alike) would make it no PDF/A any more (ISO 19005-1 6.7.3).
    """

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """The version stays that of the file."""

    def _update_meta(self) -> None:
        """Title, producer and dates stay as they were printed."""


class _PdfSigner(signers.PdfSigner):
    """Says the moment of the report, which the site's clock told; not this machine's."""

    at: datetime

    def register_extensions(self, *_args: Any, **_kwargs: Any) -> None:
        """Extensions of PDF 2.0 are not announced in a file of PDF 1.4."""

    def init_signing_session(self, *args: Any, **kwargs: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


class _Signer(signers.Signer):
    """The reader's key, wherever it is."""

    def __init__(self, key: SigningKey) -> None:
        chain = [asn1.Certificate.load(each) for each in key.chain]
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        registry.register_multiple(chain[1:])
        mechanism = algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"})
        super().__init__(
            signature_mechanism=mechanism, signing_cert=chain[0], cert_registry=registry
        )
        self._key = key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if dry_run:
            return bytes(72)  # the longest ECDSA-Sig-Value on P-256
        return self._key.key.sign(data, ec.ECDSA(hashes.SHA256()))


class Stamps(TimeStamper):
    """The time-stamping service of a site (RFC 3161 3.4)."""

    def __init__(self, site: Site) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        limits = Limits(min(site.timeout_seconds, _PATIENCE_S), 1, site.ca_file)
        name = tr("The time-stamping service")
        self._address, self._wire = site.timestamps, Wire(name, site.timestamps, limits)

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        return await asyncio.to_thread(self._ask, req.dump())

    def _ask(self, asked: bytes) -> tsp.TimeStampResp:
        headers = {
            "Content-Type": "application/timestamp-query",
            "Accept": "application/timestamp-reply",
        }
        answer = self._wire.send(Request("POST", self._address, headers, asked), _MOST_BYTES)
        if answer.status != 200:
            raise SiteUnavailable(tr("the time-stamping service refuses"))
        try:
            return tsp.TimeStampResp.load(answer.body, strict=True)
        except (ValueError, TypeError) as error:
            raise SiteUnavailable(tr("the time-stamping service answered nonsense")) from error
