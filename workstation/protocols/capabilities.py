"""What a FHIR server says of itself, for a site that is being set up."""

from typing import Final

from workstation.protocols.fhir_values import inner, items, text
from workstation.protocols.web import Answer

#: Below a FHIR base (SMART App Launch 2.0, "Conformance").
CAPABILITIES: Final = ".well-known/smart-configuration"


def issuer(answer: Answer) -> str:
    """Where its readers sign in; empty where it does not say."""
    return text(answer.json(), "issuer") if answer.status == 200 else ""


def fhir_version(answer: Answer) -> str:
    """The release of its CapabilityStatement, like "4.0.1"; empty where it does not say."""
    return text(answer.json(), "fhirVersion")


def image_base(answer: Answer) -> str:
    """The first DICOMweb address among its Endpoints (FHIR R4 Endpoint); empty without one."""
    for entry in items(answer.json().get("entry")):
        endpoint = inner(entry, "resource")
        kind = text(inner(endpoint, "connectionType"), "code")
        if kind in ("dicom-wado-rs", "dicom-qido-rs"):
            return text(endpoint, "address")
    return ""
