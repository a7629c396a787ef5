"""What is sent to sites that take reports as HL7 v2 messages: made once, and then signed."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from attrs import frozen

from workstation.domain.identifiers import SiteId
from workstation.domain.report import SignedReport
from workstation.domain.worklist import WorklistItem
from workstation.protocols.hl7_report import STATUS, Agreed, Examined, oru
from workstation.settings import Site
from workstation.settings.messages import party_of, status_of


@frozen
class Messages:
    """`services.delivery.sealing.Outside.message`: from any thread."""

    _sites: Mapping[SiteId, Site]

    def __call__(self, signed: SignedReport, item: WorklistItem, pdf: bytes) -> bytes:
        """The HL7 message of a report; empty where its site takes it otherwise."""
        site = self._sites[signed.report.binding.site]
        if site.report != "hl7":
            return b""
        forms = {"text/plain": signed.text.encode()}
        if pdf:
            forms["application/pdf"] = pdf
        examined = Examined(item.procedure_code, item.acquired)
        return oru(signed, forms, examined, agreed_with(site))

    def apart(self, site: SiteId) -> bool:
        """Whether the report is stored before what it refers to."""
        return self._sites[site].report == "imr"


def agreed_with(site: Site) -> Agreed:
    application, facility = party_of(site.hl7_to)
    return Agreed(
        application,
        facility,
        site.hl7_from,
        ZoneInfo(site.timezone),
        {**STATUS, **status_of(site.hl7_status)},
        site.hl7_pdf,
    )
