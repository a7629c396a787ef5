"""Settings of a site that cannot stand beside each other: which key, and why."""

from urllib.parse import urlsplit

from workstation.settings.checks import is_loopback
from workstation.settings.site import Site
from workstation.text import tr

Contradiction = tuple[str, str]


def contradiction(site: Site) -> Contradiction | None:
    """The first one that is found."""
    found = _of_addresses(site) or _of_second_origin(site) or _of_dimse(site)
    return found or _of_launches(site) or _of_reports(site) or _of_messages(site)


def _of_addresses(site: Site) -> Contradiction | None:
    if site.worklist == "fhir" and not site.fhir:
        return "fhir", tr("it is missing")
    if not site.dicomweb and (site.images == "dicomweb" or site.worklist == "qido"):
        return "dicomweb", tr("it is missing")
    if site.worklist == "ups" and not (site.ups or site.dicomweb):
        return "ups", tr("it is missing")
    if site.worklist == "dimse" and site.images != "dimse":
        return "worklist", tr('a list by C-FIND needs `images = "dimse"`')
    if site.worklist != "fhir" and not site.readers:
        return "readers", tr("without FHIR nobody else says who may read")
    return None


def _of_second_origin(site: Site) -> Contradiction | None:
    if not site.second_origin:
        return None
    stood_for = [_home(each) for each in (site.fhir, site.dicomweb, site.ups) if each]
    if len(set(stood_for)) != 1:
        return "second_origin", tr(
            "it stands for one host: `fhir`, `dicomweb` and `ups` must be at the same"
        )
    if _home(site.second_origin) in stood_for:
        return "second_origin", tr("it is the first address once more")
    return None


def _home(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", port


def _of_launches(site: Site) -> Contradiction | None:
    if bool(site.launch_issuer) != (site.launch_keys is not None):
        return "launch_issuer", tr("`launch_issuer` and `launch_keys` belong together")
    if bool(site.fhircast_hub) != bool(site.fhircast_topic):
        return "fhircast_hub", tr("`fhircast_hub` and `fhircast_topic` belong together")
    return None


def _of_dimse(site: Site) -> Contradiction | None:
    if not site.dimse:
        if site.images == "dimse":
            return "images", tr("it needs `dimse`: the address of the site's DIMSE service")
        return None
    secure = urlsplit(site.dimse).scheme == "dicoms"
    near = is_loopback(site.dimse)
    if not secure and not near and not site.dimse_without_tls:
        return "dimse", tr(
            "{value} must begin with dicoms: without TLS is for this machine only, or for a line"
            " that `dimse_without_tls` vouches for",
            value=site.dimse,
        )
    if site.dimse_retrieve == "move" and not site.dimse_receiver:
        return "dimse_retrieve", tr("C-MOVE needs `dimse_receiver`: where this desk listens")
    if secure and site.dimse_retrieve == "move" and site.dimse_certificate is None:
        return "dimse_retrieve", tr("under TLS the receiver needs `dimse_certificate`")
    return None


def _of_reports(site: Site) -> Contradiction | None:
    if site.worklist != "fhir" and site.report != "hl7":
        return "report", tr('a list without tasks takes no reports: it needs `report = "hl7"`')
    if site.report == "hl7" and not site.hl7:
        return "report", tr("it needs `hl7`: the address of the site's listener")
    return None


def _of_messages(site: Site) -> Contradiction | None:
    if site.hl7_door and site.hl7_certificate is None and not is_loopback(f"//{site.hl7_door}"):
        return "hl7_door", tr("other machines need TLS to bring messages: `hl7_certificate`")
    return None
