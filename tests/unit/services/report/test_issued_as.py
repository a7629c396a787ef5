"""What a reader may issue: a resident's report waits for the attending, under its own name."""

import pytest

from workstation.domain.reader import Reader
from workstation.domain.report import ReportState
from workstation.errors import Refused
from workstation.services.reading.signing import issued_as

RESIDENT = Reader("Practitioner/18", "Night, Nora", ("resident",))
ATTENDING = Reader("Practitioner/17", "Sample, Jo", ("radiologist",))


def test_a_residents_preliminary_report_says_that_it_awaits_the_attending() -> None:
    """Who acts on it at night must know that nobody has read it over."""
    assert issued_as(ReportState.PRELIMINARY, RESIDENT) is ReportState.AWAITING
    assert issued_as(ReportState.PRELIMINARY, ATTENDING) is ReportState.PRELIMINARY


@pytest.mark.parametrize("state", [ReportState.FINAL, ReportState.CORRECTED, ReportState.RETRACTED])
def test_a_resident_settles_nothing(state: ReportState) -> None:
    """A final report, a correction and a retraction are the attending's to answer for."""
    with pytest.raises(Refused, match="goes out as preliminary"):
        issued_as(state, RESIDENT)
    assert issued_as(state, ATTENDING) is state


def test_a_wet_read_is_one_whoever_looks() -> None:
    """A first impression is a first impression."""
    assert issued_as(ReportState.WET_READ, RESIDENT) is ReportState.WET_READ
    assert issued_as(ReportState.WET_READ, ATTENDING) is ReportState.WET_READ
