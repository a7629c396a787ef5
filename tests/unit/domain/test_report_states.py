"""What a report is must be the same on the screen, on paper and in every message."""

import pytest

from workstation.domain.report import ReportState
from workstation.domain.report_states import STATES, UNSETTLED, following, kind_of, state_of
from workstation.protocols.hl7_report import STATUS as HL7
from workstation.protocols.observations import OBSERVED
from workstation.services.report.report_html import STATUS as PRINTED

SIGNED = tuple(state for state in ReportState if state is not ReportState.DRAFT)

#: HL7 FHIR R4 ValueSet diagnostic-report-status, ObservationStatus; HL7 v2.5.1 tables 0123, 0085.
FHIR = {"registered", "partial", "preliminary", "final", "amended", "corrected", "appended",
        "cancelled", "entered-in-error", "unknown"}  # fmt: skip
OBSERVATION = {"registered", "preliminary", "final", "amended", "corrected", "cancelled",
               "entered-in-error", "unknown"}  # fmt: skip
TABLE_0123 = set("OISAPCRFXYZ")
TABLE_0085 = set("BCDFINOPRSUVXW")


def test_every_state_has_its_row() -> None:
    """A state without one would be sent as something else."""
    assert set(STATES) == set(SIGNED)


@pytest.mark.parametrize("state", SIGNED)
def test_each_code_is_one_of_its_table(state: ReportState) -> None:
    """A code that is in no table is refused at night, or worse: taken for another."""
    said = STATES[state]

    assert said.fhir in FHIR
    assert OBSERVED[said.fhir] in OBSERVATION
    assert said.obr_25 in TABLE_0123
    assert said.obx_11 in TABLE_0085
    assert HL7[state] == (said.obr_25, said.obx_11)
    assert PRINTED[state] == said.printed


def test_no_two_states_look_alike_to_a_reader() -> None:
    """A wet read that is printed as a preliminary report is taken for a complete reading."""
    assert len({said.printed for said in STATES.values()}) == len(STATES)
    assert len({said.meaning for said in STATES.values()}) == len(STATES)


@pytest.mark.parametrize("state", SIGNED)
def test_a_state_comes_back_from_fhir_as_it_went(state: ReportState) -> None:
    """What the next reader's screen says is what was signed."""
    assert state_of(STATES[state].fhir, state.value) is state


def test_reports_of_others_are_told_by_their_status_alone() -> None:
    """Another system knows nothing of ours; what it says is not given a finer name."""
    told = [state_of(s) for s in ("preliminary", "final", "appended", "amended", "corrected")]

    assert told == [
        ReportState.PRELIMINARY, ReportState.FINAL, ReportState.ADDENDED,
        ReportState.CORRECTED, ReportState.CORRECTED,
    ]  # fmt: skip
    assert state_of("entered-in-error") is ReportState.RETRACTED
    assert state_of("partial") is None
    assert state_of("final", "wet-read") is ReportState.FINAL  # a contradiction is not believed


def test_what_is_not_final_is_verified_by_nobody() -> None:
    """PS3.3 C.17.2: VERIFIED is for documents that somebody answers for as they stand."""
    assert {s for s, said in STATES.items() if not said.verified} == UNSETTLED
    assert {s for s, said in STATES.items() if STATES[s].fhir == "preliminary"} == UNSETTLED


def test_what_changes_a_signed_report_says_so() -> None:
    """Each names the report it follows; nothing else may."""
    assert [s for s, said in STATES.items() if said.amends] == [
        ReportState.ADDENDED, ReportState.CORRECTED, ReportState.RETRACTED,
        ReportState.PRELIMINARY_ADDENDED, ReportState.PRELIMINARY_CORRECTED,
    ]  # fmt: skip


NOT_FINAL = (ReportState.WET_READ, ReportState.PRELIMINARY, ReportState.AWAITING)


@pytest.mark.parametrize("before", NOT_FINAL)
@pytest.mark.parametrize("kind", [ReportState.ADDENDED, ReportState.CORRECTED])
def test_what_follows_a_report_that_is_not_final_is_not_final(
    kind: ReportState, before: ReportState
) -> None:
    """A preliminary report with a word added went out as "Final report with addendum"."""
    after = following(kind, before)
    again = following(kind, after)  # and a second word added to that

    for each in (after, again):
        assert each in UNSETTLED
        assert kind_of(each) is kind
        assert "reliminary" in STATES[each].printed


@pytest.mark.parametrize("before", [ReportState.FINAL, ReportState.ADDENDED, ReportState.CORRECTED])
@pytest.mark.parametrize("kind", [ReportState.ADDENDED, ReportState.CORRECTED])
def test_what_follows_a_final_report_keeps_its_name(kind: ReportState, before: ReportState) -> None:
    assert following(kind, before) is kind_of(kind) is kind
