"""Signing keys, and the signature in the PDF: what a site certifies, what a token holds."""

from collections.abc import Callable, Mapping

from workstation.adapters.enrolment import Enrolment
from workstation.app.outer import Outer
from workstation.domain.identifiers import SiteId
from workstation.domain.report import SignedReport
from workstation.protocols.signing_key import SigningKey
from workstation.services.delivery.certification import Certification
from workstation.services.delivery.document_writers import load_writers
from workstation.services.delivery.key_ports import KeyToken
from workstation.services.delivery.keys import Keys
from workstation.services.jobs import Jobs
from workstation.services.queue.worklist import Worklist
from workstation.settings import Settings, Site


def keys_of(
    settings: Settings, outer: Outer, worklist: Worklist, jobs: Jobs
) -> tuple[Keys, Certification]:
    """Signing keys, certified at sign-in where a site does that; a token is locked with it."""
    certified = {site.id for site in settings.sites if site.est}
    certifiers = {s: Enrolment(client) for s, client in outer.clients.items() if s in certified}
    keys = Keys(outer.secrets, outer.clock, certifiers.keys(), _token(settings))
    worklist.signed_out.connect(lambda _: jobs.run(keys.lock, lane="store"))
    certification = Certification(keys, certifiers, jobs)
    worklist.signed_in.connect(lambda site: _certify(certification, worklist, site))
    return keys, certification


def load_libraries(archived: bool) -> None:
    """What a first signature would wait a second for: while the reader types the password."""
    import workstation.adapters.pdf_signature  # noqa: F401

    if archived:
        load_writers()


def _token(settings: Settings) -> KeyToken | None:
    if settings.token_module is None:
        return None
    from workstation.adapters.token import Pkcs11Token  # an extra: few readers have one

    return Pkcs11Token(settings.token_module, settings.token_label)


def pdf_signatures(
    sites: Mapping[SiteId, Site],
) -> Callable[[bytes, SignedReport, SigningKey], bytes]:
    """pyHanko takes half a second to import: at the first signature, on lane ``store``."""

    def sign(pdf: bytes, signed: SignedReport, key: SigningKey) -> bytes:
        from workstation.adapters.pdf_signature import PdfSignatures

        return PdfSignatures(sites)(pdf, signed, key)

    return sign


def _certify(certification: Certification, worklist: Worklist, site: SiteId) -> None:
    """At sign-in; where it fails a signature asks again."""
    reader = worklist.reader(site)
    if reader is not None:
        certification.renew(site, reader.id, reader.name)
