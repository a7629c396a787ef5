"""A signed report as HL7 v2.5.1 ORU^R01: the same words, state and PDF that were sealed.

Made once, before the signature, whose manifest names the whole message by its digest: what
travels here is what was signed, byte for byte (`protocols.message_checks`). It is a pure function
of the report, so that a repeated send is the same message with the same MSH-10, which a receiver
recognises.
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from workstation.domain.patient import Patient
from workstation.domain.report import (
    SECTION_LOINC,
    AlsoOrder,
    Binding,
    ReportState,
    SectionKind,
    SignedReport,
)
from workstation.domain.report_states import STATES
from workstation.protocols.hl7 import (
    Message,
    components,
    escaped,
    header,
    message,
    segment,
    timestamp,
)
from workstation.protocols.observations import DCM, SCT, UCUM_SYSTEM, finite, observation

_LOINC: Final = "LN"
_OWN: Final = "99RW"
#: LOINC of a whole report, where its text has no sections that we know.
_WHOLE: Final = ("18748-4", "Diagnostic imaging study", _LOINC)
_TEXT, _PDF = "text/plain", "application/pdf"
#: Names of HL7 table 0396 for the code systems of FHIR.
_SYSTEMS: Final = {DCM: "DCM", SCT: "SCT", UCUM_SYSTEM: "UCUM"}

#: OBR-25 (table 0123) and OBX-11 (table 0085) of each state; a site may ask for others.
#: What amends a report carries all that was issued before, so it takes the place of it: C.
STATUS: Final[Mapping[ReportState, tuple[str, str]]] = {
    state: (said.obr_25, said.obx_11) for state, said in STATES.items()
}


@frozen
class Agreed:
    """What was agreed with a site about messages to it."""

    application: str = ""  # MSH-5
    facility: str = ""  # MSH-6
    sender: str = ""  # MSH-4
    zone: tzinfo | None = None  # times are written as its clocks show them
    status: Mapping[ReportState, tuple[str, str]] = STATUS
    pdf: bool = False


@frozen
class Examined:
    """What the order knew of the examination."""

    code: str = ""
    acquired: datetime | None = None


def control_id(report: str) -> str:
    """MSH-10 of a report: 20 characters (the longest it may be), the same at each attempt."""
    digest = hashlib.sha256(report.encode()).digest()
    return base64.b32encode(digest)[:20].decode()


def oru(
    signed: SignedReport, forms: Mapping[str, bytes], examined: Examined, agreed: Agreed
) -> bytes:
    """The message; each order that the report answers has a group with all of it.

    Parameters
    ----------
    forms
        The words and the paper that are signed, by media type; ``text/plain`` is needed.
    """
    binding = signed.report.binding
    made = _Writing(signed, forms, examined, agreed)
    lines = [made.header(), _patient(binding.patient)]
    for number, order in enumerate(_orders(binding), 1):
        lines += [made.order(order), made.request(number, order), *made.results(order)]
    return message(*lines)


def text_of(sent: Message) -> str:
    """The words of the first order's group, as they were signed."""
    lines: list[str] = []
    requests = 0
    for each in sent.segments:
        requests += each.name == "OBR"
        if requests == 1 and each.name == "OBX" and each.text(2) == "TX":
            lines.append(each.whole(5))
    return "\n".join(lines) + "\n" if lines else ""


def _orders(binding: Binding) -> tuple[AlsoOrder, ...]:
    first = AlsoOrder(
        binding.accession, binding.task, binding.study, binding.procedure, binding.order_id
    )
    return (first, *binding.also)


@frozen
class _Writing:
    """One message while it is written."""

    signed: SignedReport
    forms: Mapping[str, bytes]
    examined: Examined
    agreed: Agreed

    @property
    def _status(self) -> tuple[str, str]:
        return self.agreed.status[self.signed.status]

    def _time(self, at: datetime | None) -> str:
        return timestamp(at.astimezone(self.agreed.zone)) if at else ""

    def _by(self, between: str = "^") -> str:
        """The signer: as XCN, or as the subcomponents of NDL-1."""
        signer = self.signed.signer
        family, _, given = signer.name.partition(", ")
        return components(signer.id.rpartition("/")[2], family, given, between=between)

    def header(self) -> str:
        return header(
            {
                3: "READING-WORKSTATION",
                4: escaped(self.agreed.sender),
                5: escaped(self.agreed.application),
                6: escaped(self.agreed.facility),
                7: self._time(self.signed.signed_at),
                9: "ORU^R01^ORU_R01",
                10: control_id(self.signed.report.id),
                11: "P",
                12: "2.5.1",
                18: "UNICODE UTF-8",
            }
        )

    def order(self, order: AlsoOrder) -> str:
        return segment("ORC", {1: "RE", 3: escaped(order.accession)})

    def request(self, number: int, order: AlsoOrder) -> str:
        code = self.examined.code if number == 1 else ""
        what = components(code, order.procedure, "L") if code else ""
        return segment(
            "OBR",
            {
                1: str(number),
                3: escaped(order.accession),
                4: what or components(*_WHOLE, "", order.procedure),
                7: self._time(self.examined.acquired),
                18: escaped(order.accession),  # where IHE Radiology puts the accession number
                22: self._time(self.signed.signed_at),
                24: "RAD",
                25: self._status[0],
                32: self._by("&"),
            },
        )

    def results(self, order: AlsoOrder) -> list[str]:
        found = [("TX", code, str(part), escaped(line), "") for code, part, line in self._lines()]
        found += self._measured(order)
        said = [
            ("report", "Report identifier", self.signed.report.id),
            ("state", "State of the report", self.signed.status.value),
        ]
        if self.signed.predecessor:
            said.append(("predecessor", "Identifier of the first report", self.signed.predecessor))
        found += [
            ("ST", (name, title, _OWN), "", escaped(value), "") for name, title, value in said
        ]
        found.append(("HD", ("113014", "DICOM Study", "DCM"), "", escaped(order.study), ""))
        if self.agreed.pdf and _PDF in self.forms:
            data = base64.b64encode(self.forms[_PDF]).decode()
            value = f"{components('', 'application', 'pdf', 'Base64')}^{data}"
            found.append(("ED", (*_WHOLE, "pdf", "Report (PDF)", _OWN), "", value, ""))
        return [self._result(number, *each) for number, each in enumerate(found, 1)]

    def _measured(self, order: AlsoOrder) -> Iterator[tuple[str, tuple[str, ...], str, str, str]]:
        """Numbers of this order's own study, each with its unit; OBX-4 names the measurement.

        What was measured on a prior is no result of this examination: it is in the text alone.
        """
        for each in self.signed.measurements:
            if each.get("study_uid") not in (None, "", order.study):
                continue
            _, made = observation(self.signed, finite(each))
            for part in (made, *made.get("component", ())):
                if "valueQuantity" in part:
                    value, unit = _quantity(part["valueQuantity"])
                    yield "NM", _concept(part["code"]), str(each["id"]), value, unit

    def _result(
        self, number: int, kind: str, code: tuple[str, ...], part: str, value: str, unit: str
    ) -> str:
        return segment(
            "OBX",
            {
                1: str(number),
                2: kind,
                3: components(*code),
                4: part,
                5: value,
                6: unit,
                11: self._status[1],
                14: self._time(self.signed.signed_at),
                16: self._by(),
            },
        )

    def _lines(self) -> list[tuple[tuple[str, ...], int, str]]:
        """Each line of the signed text with the code of its section, and which part it is."""
        text = self.forms[_TEXT].decode()
        parts = [(s.kind, f"{s.title}\n{s.text}") for s in self.signed.report.sections if s.text]
        if not parts or "\n\n".join(words for _, words in parts) + "\n" != text:
            return [(_WHOLE, 1, line) for line in text.removesuffix("\n").split("\n")]
        found: list[tuple[tuple[str, ...], int, str]] = []
        for number, (kind, words) in enumerate(parts, 1):
            ends = "" if number == len(parts) else "\n"  # the empty line before the next
            found += [(_coded(kind), number, line) for line in (words + ends).split("\n")]
        return found


def _concept(code: Mapping[str, Any]) -> tuple[str, ...]:
    """A FHIR CodeableConcept as CWE."""
    (coding,) = code["coding"]
    return coding["code"], coding["display"], _SYSTEMS.get(coding["system"], _OWN)


def _quantity(quantity: Mapping[str, Any]) -> tuple[str, str]:
    """NM, which has no exponent (2.A.47), and its unit as CWE."""
    shown = quantity["unit"]
    code = quantity.get("code", "")
    unit = components(code, shown, "UCUM") if code else components("", "", "", shown, shown, _OWN)
    return format(Decimal(repr(quantity["value"])), "f"), unit if shown or code else ""


def _coded(kind: SectionKind) -> tuple[str, str, str]:
    return SECTION_LOINC[kind], kind.value.title(), _LOINC


def _patient(patient: Patient) -> str:
    family, _, given = patient.name.partition(", ")
    issuer = patient.issuer
    if issuer.startswith("urn:oid:"):
        authority = components("", issuer.removeprefix("urn:oid:"), "ISO", between="&")
    elif ":" in issuer:
        authority = components("", issuer, "URI", between="&")
    else:
        authority = escaped(issuer)
    born = patient.birth_date
    return segment(
        "PID",
        {
            1: "1",
            3: f"{escaped(patient.id)}^^^{authority}^MR",
            5: components(family, given),
            7: born.strftime("%Y%m%d") if born else "",
            8: patient.sex,
        },
    )
