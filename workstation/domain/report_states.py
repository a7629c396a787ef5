"""What a signed report is, said alike on paper and in every kind of data: one table.

FHIR R4 DiagnosticReport.status; HL7 v2.5.1 tables 0123 (OBR-25) and 0085 (OBX-11); DICOM
PS3.3 C.17.2 (Verification Flag, Preliminary Flag; Completion Flag is COMPLETE for all: each
is complete as what it is). What several states share is told apart by the extension
`rw:state` in FHIR, by Completion Flag Description in DICOM, and by the printed words.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from attrs import frozen

from workstation.domain.report import ReportState


@frozen
class Said:
    """One state, everywhere.

    `printed` stands on each page and in the HTML (content of the report: not translated),
    `meaning` is what the signature under it means (21 CFR 11.50).
    """

    printed: str
    meaning: str
    fhir: str
    obr_25: str
    obx_11: str
    verified: bool  # DICOM Verification Flag VERIFIED, and who verified
    final: bool  # DICOM Preliminary Flag FINAL
    amends: bool = False  # it takes the place of a signed report, and names it


_S = ReportState
STATES: Final[Mapping[ReportState, Said]] = MappingProxyType(
    {
        _S.WET_READ: Said(
            "Wet read", "first impression, not a complete reading",
            "preliminary", "P", "P", False, False,
        ),
        _S.PRELIMINARY: Said(
            "Preliminary report", "preliminary interpretation",
            "preliminary", "P", "P", False, False,
        ),
        _S.AWAITING: Said(
            "Resident's report, awaiting the attending", "preliminary interpretation by a resident",
            "preliminary", "P", "P", False, False,
        ),
        _S.FINAL: Said(
            "Final report", "final interpretation, author",
            "final", "F", "F", True, True,
        ),
        _S.ADDENDED: Said(
            "Final report with addendum", "addendum, author",
            "appended", "C", "C", True, True, True,
        ),
        _S.CORRECTED: Said(
            "Corrected report", "correction of a signed report, author",
            "corrected", "C", "C", True, True, True,
        ),
        _S.RETRACTED: Said(
            "RETRACTED report: not valid", "retraction of a signed report, author",
            "entered-in-error", "C", "W", True, True, True,
        ),
        _S.PRELIMINARY_ADDENDED: Said(
            "Preliminary report with addendum", "addendum to a preliminary interpretation",
            "preliminary", "P", "P", False, False, True,
        ),
        _S.PRELIMINARY_CORRECTED: Said(
            "Corrected preliminary report", "correction of a preliminary interpretation",
            "preliminary", "P", "P", False, False, True,
        ),
    }
)  # fmt: skip

#: Who reads it must not take it for the last word on the study.
UNSETTLED: Final = frozenset(state for state, said in STATES.items() if not said.final)


#: What is added to a report that is not the last word on a study does not make it that.
_OF_UNSETTLED: Final = MappingProxyType(
    {_S.ADDENDED: _S.PRELIMINARY_ADDENDED, _S.CORRECTED: _S.PRELIMINARY_CORRECTED}
)
_KINDS: Final = MappingProxyType({state: kind for kind, state in _OF_UNSETTLED.items()})


def following(kind: ReportState, before: ReportState) -> ReportState:
    """As what an addendum, correction or retraction of a report in that state is issued."""
    return _OF_UNSETTLED.get(kind, kind) if before in UNSETTLED else kind


def kind_of(status: ReportState) -> ReportState:
    """ADDENDED, CORRECTED or RETRACTED for what amends, of a final report or not."""
    return _KINDS.get(status, status)


def state_of(fhir: str, own: str = "") -> ReportState | None:
    """The state of a report by its FHIR status, and by `rw:state` where it is ours.

    None: it is not signed, or says neither.
    """
    if own in [each.value for each in STATES] and STATES[ReportState(own)].fhir == fhir:
        return ReportState(own)
    if fhir == "amended":
        return ReportState.CORRECTED
    usual = (_S.PRELIMINARY, *STATES)
    return next((state for state in usual if STATES[state].fhir == fhir), None)
