"""What a reader may issue: a resident's report waits for the attending, under its own name."""

from datetime import UTC, datetime

import pytest

from workstation.domain.identifiers import ReportId
from workstation.domain.reader import Reader
from workstation.domain.report import IssuedReport, ReportState
from workstation.errors import Refused
from workstation.services.reading.signing import issued_as

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
RESIDENT = Reader("Practitioner/18", "Night, Nora", ("resident",))
ATTENDING = Reader("Practitioner/17", "Sample, Jo", ("radiologist",))


def test_a_residents_preliminary_report_says_that_it_awaits_the_attending() -> None:
    """Who acts on it at night must know that nobody has read it over."""
    assert issued_as(ReportState.PRELIMINARY, RESIDENT) is ReportState.AWAITING
    assert issued_as(ReportState.PRELIMINARY, ATTENDING) is ReportState.PRELIMINARY


SETTLED = (
    ReportState.FINAL, ReportState.ADDENDED, ReportState.CORRECTED, ReportState.RETRACTED,
)  # fmt: skip


def issued(status: ReportState) -> IssuedReport:
    name = ReportId("3c1f0000-0000-4000-8000-000000000001")
    return IssuedReport(name, name, status, "Findings\nNone.", "Night, Nora", NOW)


@pytest.mark.parametrize("state", SETTLED)
def test_a_resident_settles_nothing(state: ReportState) -> None:
    """A final report, what is added to one, a correction and a retraction are the attending's."""
    with pytest.raises(Refused, match="goes out as preliminary"):
        issued_as(state, RESIDENT)
    assert issued_as(state, ATTENDING) is state


def test_a_wet_read_is_one_whoever_looks() -> None:
    """A first impression is a first impression."""
    assert issued_as(ReportState.WET_READ, RESIDENT) is ReportState.WET_READ
    assert issued_as(ReportState.WET_READ, ATTENDING) is ReportState.WET_READ


@pytest.mark.parametrize("before", [ReportState.AWAITING, ReportState.PRELIMINARY])
def test_a_word_added_to_a_preliminary_report_does_not_make_it_final(before: ReportState) -> None:
    """A resident could have closed a case that was promised an attending, by an addendum."""
    for reader in (RESIDENT, ATTENDING):
        added = issued_as(ReportState.ADDENDED, reader, issued(before))
        corrected = issued_as(ReportState.CORRECTED, reader, issued(before))

        assert added is ReportState.PRELIMINARY_ADDENDED
        assert corrected is ReportState.PRELIMINARY_CORRECTED


@pytest.mark.parametrize("state", SETTLED)
def test_a_site_that_takes_preliminary_reports_alone_gets_no_other(state: ReportState) -> None:
    """Read abroad, made final by somebody in the country: nothing from here is final."""
    with pytest.raises(Refused, match="preliminary reports alone"):
        issued_as(state, ATTENDING, issued(ReportState.FINAL), final=False)
    assert issued_as(ReportState.PRELIMINARY, ATTENDING, final=False) is ReportState.PRELIMINARY


def test_what_was_read_abroad_of_the_wrong_patient_can_be_taken_back_there() -> None:
    """Whoever may sign it may say that it is not to be relied on."""
    before = issued(ReportState.PRELIMINARY)

    assert issued_as(ReportState.RETRACTED, ATTENDING, before, final=False) is ReportState.RETRACTED
