"""Whether a site answers by its second way as by its first, as far as it can be asked."""

from collections.abc import Iterator, Sequence
from contextlib import closing

from workstation.adapters.sign_on import SignOn
from workstation.adapters.site_client import SiteClient
from workstation.adapters.ways import at_second
from workstation.protocols import dicomweb
from workstation.protocols.web import Request
from workstation.services.ports.clock import Clock
from workstation.services.selftest import Check, Finding, Verdict
from workstation.settings import Site
from workstation.text import tr


def by_second(site: Site, sign_on: SignOn, clock: Clock) -> Sequence[tuple[str, Check]]:
    """Nothing where the site has no second way."""
    if not site.second_origin:
        return ()
    there = at_second(site)

    def answers() -> Iterator[Finding]:
        with closing(SiteClient(there, sign_on, clock)) as client:
            if there.fhir:
                client.request(Request("GET", f"{there.fhir.rstrip('/')}/metadata"))
            if there.dicomweb:
                client.request(dicomweb.find_studies(there.dicomweb, 1))
        text = tr("{address} answers too", address=site.second_origin)
        yield Finding(tr("second line"), Verdict.GOOD, text)

    return [(tr("second line"), answers)]
