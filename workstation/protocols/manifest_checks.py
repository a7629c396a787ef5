"""What a signed manifest says of a report, held against the report: each check names what fails.

Part of `protocols.verification`; the signature over the manifest is checked there, first.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any, Final

from workstation.domain.report_states import STATES
from workstation.errors import VerificationFailed
from workstation.protocols.canonical import sha256_hex
from workstation.protocols.fhir_values import RW, URI_IDENTIFIERS
from workstation.protocols.observations import observation_id
from workstation.protocols.report_resource import SEALED, resource_digest, resource_name
from workstation.protocols.signature import SignatureBy
from workstation.text import tr

#: Where each artefact of a manifest stands among the presented forms.
FORMS: Final = {
    "text/html": "html",
    "text/plain": "text",
    "application/pdf": "pdf",
    "application/json": "measurements",
}
_STATUS: Final = {state.value: said.fhir for state, said in STATES.items()}


def check_artefacts(report: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    artefacts = claims["artefacts"]
    seen = set()
    for form in report.get("presentedForm", ()):
        name = FORMS.get(str(form.get("contentType")), "")
        if name not in artefacts or name in seen:
            kind = form.get("contentType")
            raise VerificationFailed(
                tr("digest: a form ({kind}) was added after signing", kind=kind)
            )
        seen.add(name)
        try:
            data = base64.b64decode(form["data"], validate=True)
        except (KeyError, TypeError, binascii.Error) as error:
            raise VerificationFailed(tr("digest: {name} cannot be read", name=name)) from error
        stated = artefacts[name]
        if sha256_hex(data) != stated["sha256"] or len(data) != stated.get("size"):
            raise VerificationFailed(tr("digest: {name} is not what was signed", name=name))
    inside = {name for name, each in artefacts.items() if each["contentType"] in FORMS}
    missing = sorted(inside - seen)
    if missing:
        raise VerificationFailed(tr("digest: {name} is missing", name=missing[0]))


def check_paper(report: Mapping[str, Any], thumbprint: str) -> None:
    pdf = next((f for f in report["presentedForm"] if f["contentType"] == "application/pdf"), None)
    if pdf is not None:
        # Only here: the library of signatures in PDF takes half a second.
        from workstation.protocols.pdf_check import check_pdf

        check_pdf(base64.b64decode(pdf["data"]), thumbprint)


def check_resources(resources: list[dict[str, Any]], claims: Mapping[str, Any]) -> None:
    """Report and measurements whole: codes, times and references too, not their forms alone."""
    stated = claims.get("resources")
    if stated is None:  # reports of before there were any
        return
    sealed = {
        resource_name(each): resource_digest(each)
        for each in resources
        if each.get("resourceType") in SEALED
    }
    for name in sorted(sealed.keys() | stated.keys()):
        if sealed.get(name) != stated.get(name):
            raise VerificationFailed(tr("digest: {name} was changed after signing", name=name))


def check_signer(
    provenance: Mapping[str, Any], claims: Mapping[str, Any], signature: SignatureBy
) -> None:
    """A good signature must not be carried over to another report or reader."""
    facts = {
        "report": provenance.get("id") == claims["report"],
        "signer": signature.kid == claims["signer"]["id"],
    }
    _check_facts(facts)


def check_identity(report: Mapping[str, Any], claims: Mapping[str, Any]) -> None:
    """Nor to another case."""
    names = [
        each.get("value")
        for each in report.get("identifier", ())
        if each["system"] == URI_IDENTIFIERS
    ]
    based_on = [each.get("identifier", {}) for each in report.get("basedOn", ())]
    accessions = [each.get("value") for each in based_on]
    readers = [each.get("reference") for each in report.get("resultsInterpreter", ())]
    said = {
        name: [
            each.get("valueString")
            for each in report.get("extension", ())
            if each.get("url") == f"{RW}{name}"
        ]
        for name in ("state", "predecessor", "preliminary", "discrepancy")
    }
    overread = claims.get("overread") or {}
    facts = {
        "report": names == [f"urn:uuid:{claims['report']}"],
        "status": report.get("status") == _STATUS.get(claims["status"])
        and said["state"] in ([], [claims["status"]]),  # bundles of before say none
        "accession": accessions == [claims["accession"], *claims.get("also", ())],
        "signer": readers == [claims["signer"]["id"]],
        "predecessor": said["predecessor"] == _one(claims["predecessor"]),
        "preliminary": said["preliminary"] == _one(overread.get("preliminary")),
        "discrepancy": said["discrepancy"] == _one(overread.get("discrepancy")),
    }
    _check_facts(facts)


def _check_facts(facts: Mapping[str, bool]) -> None:
    for name, holds in facts.items():
        if not holds:
            raise VerificationFailed(
                tr("manifest: the {name} of the report is not the signed one", name=name)
            )


def _one(words: str | None) -> list[str]:
    return [words] if words else []


def check_measurements(
    report: Mapping[str, Any], resources: list[dict[str, Any]], report_id: str
) -> None:
    """Observations say what the signed measurements say."""
    observed = {
        each["identifier"][0]["value"]: each
        for each in resources
        if each.get("resourceType") == "Observation"
    }
    signed = {
        f"urn:uuid:{observation_id(report_id, each)}": each for each in _signed_measurements(report)
    }
    if len(observed) != len(signed):
        words = tr("measurements: {n} were signed, another number is here", n=len(signed))
        raise VerificationFailed(words)
    for name, each in observed.items():
        wanted = signed.get(name)
        if wanted is None or _said(each) != _meant(wanted):
            label = each.get("code", {}).get("text", "")
            raise VerificationFailed(tr("measurements: {name} is not what was signed", name=label))


def _said(observation: Mapping[str, Any]) -> tuple[Any, Any]:
    quantity = observation.get("valueQuantity", {})
    return quantity.get("value"), quantity.get("unit", "")


def _meant(measurement: Mapping[str, Any]) -> tuple[Any, Any]:
    value = measurement["value"]
    return value, measurement["unit"] if value is not None else ""


def _signed_measurements(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    for form in report["presentedForm"]:
        if form["contentType"] == "application/json":
            try:
                return list(json.loads(base64.b64decode(form["data"])))
            except ValueError as error:
                raise VerificationFailed(tr("measurements: they cannot be read")) from error
    return []
