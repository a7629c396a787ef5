"""Where a report goes that does not travel with its case: an HL7 listener, or an IMR repository."""

from attrs import frozen

from workstation.adapters.mllp import MllpLine
from workstation.services.ports.hosting import HostingPlatform, Receipt, ReportLine
from workstation.settings import Site


@frozen
class ImrRepository:
    """`services.ports.hosting.ReportLine` of a site that stores reports by RAD-141 (FHIR)."""

    _platform: HostingPlatform

    def send(self, message: bytes) -> Receipt:
        return self._platform.deliver(message)


def report_line(site: Site, platform: HostingPlatform) -> ReportLine:
    return ImrRepository(platform) if site.report == "imr" else MllpLine(site)
