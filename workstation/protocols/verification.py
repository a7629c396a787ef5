"""Checking a returned report: signature, digests and chain, from what the site kept alone.

It reads what a platform kept of a delivery (the transaction as it was received, the two of a
site that stores reports by IMR, the signature and the message of one that takes them by HL7) and
trusts nothing in it but the mathematics. What does not hold is named.
"""

import base64
import binascii
import json
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from workstation.errors import VerificationFailed
from workstation.protocols.canonical import canonical, sha256_hex
from workstation.protocols.fhir_values import RW
from workstation.protocols.manifest_checks import (
    FORMS,
    check_artefacts,
    check_identity,
    check_measurements,
    check_paper,
    check_resources,
    check_signer,
)
from workstation.protocols.message_checks import MESSAGE, check_message, is_message, unframed
from workstation.protocols.returned_files import (
    Resources,
    all_of,
    is_document,
    named,
    only,
    put_together,
)
from workstation.protocols.signature import SignatureBy, check
from workstation.text import tr


@frozen
class Verified:
    """A report that holds, and who vouches for it."""

    report: str
    status: str
    signer: str
    licence: str
    signed_at: str
    predecessor: str
    previous: str
    manifest_sha256: str
    signature: SignatureBy
    documents: Mapping[str, str] = field(factory=dict)  # SHA-256 to name: sent beside the bundle
    vouched: str = ""  # who certified the key; empty where nobody was asked about
    unseen: tuple[str, ...] = ()  # documents sent beside it that were not given to be checked

    @property
    def line(self) -> str:
        """One line for a person: the thumbprint is what must be compared with a known one."""
        said = tr(
            "{status} report {report}, signed by {signer} ({licence}) at {at}; key {key}",
            status=self.status,
            report=self.report,
            signer=self.signer,
            licence=self.licence,
            at=self.signed_at,
            key=self.signature.thumbprint,
        )
        if self.vouched:
            said += tr(", certified by {authority}", authority=self.vouched)
        if self.unseen:
            said += tr("; sent with it and not given here: {names}", names=", ".join(self.unseen))
        return said


def _readable(resources: Resources, roots: Sequence[bytes], messages: Sequence[bytes]) -> Verified:
    try:
        return _verified(resources, roots, messages)
    except (AttributeError, IndexError, KeyError, TypeError) as error:  # strangely shaped JSON
        raise VerificationFailed(tr("it is not a delivered report (FHIR bundle)")) from error


def _verified(resources: Resources, roots: Sequence[bytes], messages: Sequence[bytes]) -> Verified:
    provenance = only(resources, "Provenance")
    statement = _manifest(provenance)
    signature = check(statement, _token(provenance))
    claims = _claims(statement)
    if MESSAGE in claims["artefacts"] and not all_of(resources, "DiagnosticReport"):
        check_signer(provenance, claims, signature)
        check_message(claims, messages)
    else:
        _check_report(only(resources, "DiagnosticReport"), resources, claims, signature)
    signer = claims["signer"]
    return Verified(
        claims["report"],
        claims["status"],
        signer["name"],
        signer["licence"],
        claims["signedAt"],
        claims["predecessor"],
        claims["previous"],
        sha256_hex(statement),
        signature,
        {
            each["sha256"]: name
            for name, each in claims["artefacts"].items()
            if each["contentType"] not in FORMS
        },
        _vouched(signature, claims, roots) if roots else "",
    )


def _check_report(
    report: Mapping[str, Any],
    resources: Resources,
    claims: dict[str, Any],
    signature: SignatureBy,
) -> None:
    check_artefacts(report, claims)
    check_identity(report, claims)
    check_signer(only(resources, "Provenance"), claims, signature)
    check_measurements(report, resources, claims["report"])
    check_resources(resources, claims)
    check_paper(report, signature.thumbprint)


def _vouched(signature: SignatureBy, claims: Mapping[str, Any], roots: Sequence[bytes]) -> str:
    # Only here: the library of paths takes its time, and most checks ask for no trust.
    from workstation.protocols.trust import check_trust

    try:
        at = datetime.fromisoformat(claims["signedAt"])
    except ValueError as error:
        raise VerificationFailed(tr("manifest: it is not complete")) from error
    signer = claims["signer"]
    return check_trust(signature.chain, roots, at, signer["id"], signer["name"])


def verify_reports(
    files: Iterable[tuple[str, bytes]], roots: Sequence[bytes] = ()
) -> tuple[Verified, ...]:
    """Each report, what was sent beside it, and the chain from addenda to what they belong to.

    `files` are name and content, in any order: bundles, a signature by itself, messages, and
    documents. What belongs to one report is put together by its identifier. An addendum without
    its report among the files fails: the chain cannot be checked.
    """
    given = [(name, unframed(data)) for name, data in files]
    beside = [(name, data) for name, data in given if is_document(data)]
    kept = [(name, named(name, data)) for name, data in given if not is_document(data)]
    messages = [data for _, data in beside if is_message(data)]
    checked: list[tuple[str, Verified]] = []
    for name, resources in put_together(kept):
        try:
            checked.append((name, _readable(resources, roots, messages)))
        except VerificationFailed as error:
            raise VerificationFailed(f"{name}: {error}") from error
    _check_beside(beside, checked)
    _check_chain(checked)
    digests = {sha256_hex(data) for _, data in beside}
    return tuple(_with_unseen(each, digests) for _, each in checked)


def _check_beside(
    beside: Sequence[tuple[str, bytes]], checked: Sequence[tuple[str, Verified]]
) -> None:
    signed = {digest for _, each in checked for digest in each.documents}
    for name, data in beside:
        if not checked:
            words = tr("{name}: it is not a delivered report (FHIR bundle)", name=name)
            raise VerificationFailed(words)
        if sha256_hex(data) not in signed:
            words = tr("{name}: digest: no report given here was signed with it", name=name)
            raise VerificationFailed(words)


def _with_unseen(verified: Verified, given: Container[str]) -> Verified:
    names = [name for digest, name in verified.documents.items() if digest not in given]
    return evolve(verified, unseen=tuple(sorted(names)))


def _check_chain(checked: Sequence[tuple[str, Verified]]) -> None:
    manifests = {each.report: each.manifest_sha256 for _, each in checked}
    for name, each in checked:
        if each.predecessor and each.predecessor not in manifests:
            words = tr(
                "{name}: chain: give report {report} as well, which it belongs to",
                name=name,
                report=each.predecessor,
            )
            raise VerificationFailed(words)
        if each.predecessor and manifests[each.predecessor] != each.previous:
            words = tr("{name}: chain: the report it belongs to is not the one it names", name=name)
            raise VerificationFailed(words)


# --- the parts ------------------------------------------------------------------


def _manifest(provenance: Mapping[str, Any]) -> bytes:
    try:
        for each in provenance["extension"]:
            if each["url"] == f"{RW}manifest":
                return base64.b64decode(each["valueBase64Binary"], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise VerificationFailed(tr("signature: the manifest cannot be read")) from error
    raise VerificationFailed(tr("signature: there is no manifest"))


def _token(provenance: Mapping[str, Any]) -> str:
    try:
        return base64.b64decode(provenance["signature"][0]["data"], validate=True).decode("ascii")
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise VerificationFailed(tr("signature: there is none")) from error


def _claims(statement: bytes) -> dict[str, Any]:
    """The manifest, complete and canonical; a good signature over anything else is none."""
    try:
        claims = json.loads(statement)
        complete = canonical(claims) == statement and _texts(
            claims, "report", "status", "signedAt", "accession", "study", "predecessor", "previous"
        )
        complete = complete and _texts(claims["signer"], "id", "name", "licence")
        complete = complete and all(
            _texts(each, "contentType", "sha256") for each in claims["artefacts"].values()
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VerificationFailed(tr("manifest: it is not complete")) from error
    if not complete:
        raise VerificationFailed(tr("manifest: it is not complete"))
    return dict(claims)


def _texts(holder: Mapping[str, Any], *names: str) -> bool:
    return all(isinstance(holder[name], str) for name in names)
