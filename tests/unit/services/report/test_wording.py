"""Words of a report that say that somebody was told."""

import pytest

from workstation.services.report.wording import communicated


@pytest.mark.parametrize(
    "text",
    [
        "Discussed with Dr. Ward at 18:19.",
        "Dr. Ward was called and informed of these critical results at 18:19.",
        "The ordering physician was notified of this finding at the time of the exam.",
        "Critical result notification documented.",
        "Results called at 18:19.",
        "Findings were communicated to the emergency department.",
        "Reported by telephone at 18:19.",
        "Read back by the nurse.",
    ],
)
def test_who_wrote_that_somebody_was_told_is_not_asked_again(text: str) -> None:
    """Half of the ways in which real reports say so were not known."""
    assert communicated(text)


@pytest.mark.parametrize(
    "text",
    [
        "Findings will be conveyed to the ordering physician.",
        "The surgeon should be notified.",
        "The so-called target sign with a halo.",
        "Findings as discussed below.",
        "Right pneumothorax, please call the ward.",
        "The patient has been treated by Dr. Ward.",
    ],
)
def test_what_shall_be_told_is_told_nobody_yet(text: str) -> None:
    """A promise that is taken for a call is a call that nobody makes."""
    assert not communicated(text)
