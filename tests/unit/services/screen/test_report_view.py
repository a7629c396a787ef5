"""A report on a viewport: whose it is, where the reader is in it, and what cannot be done."""

import pytest
from attrs import evolve
from fakes_viewer import OTHER_PATIENT, PATIENT, add_length, build, opened, ref, stack, viewed

from workstation.domain.document import DocumentLine, TextDocument
from workstation.domain.study import DisplaySet, DisplaySetKind, Geometry
from workstation.errors import CommandError
from workstation.services.viewer.viewer import Viewer

LINES = tuple(DocumentLine(f"Finding {n}", depth=1) for n in range(30))


def report(**more: object) -> DisplaySet:
    made = evolve(
        stack(0, name="Chest report", series="1.1.9", modality="SR"),
        kind=DisplaySetKind.REPORT,
        geometry=Geometry(),
        document=TextDocument("Chest CT", LINES),
    )
    return evolve(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def viewer() -> Viewer:
    shown, _ = opened(stack(5), report())
    shown.show_set("1.1.9-0")
    return shown


def test_the_report_says_whose_it_is_like_every_view(viewer: Viewer) -> None:
    """A report read under the wrong name does the harm of a wrong image."""
    words = " | ".join(viewer.overlay(0).lines)
    assert f"{PATIENT.name}  M" in words
    assert PATIENT.id in words
    assert "CURRENT" in words
    assert "Chest report" in words


def test_a_report_of_somebody_else_is_marked() -> None:
    """What the object itself says counts, not only the order."""
    viewer, _ = opened(report(patient=OTHER_PATIENT))
    viewer.show_set("1.1.9-0")
    assert "WRONG PATIENT" in viewer.overlay(0).wrong_patient


def test_nothing_is_read_before_the_look_is_on_record() -> None:
    """An access that leaves no trace is a breach; words are no less than pixels."""
    viewer, _ = build()
    viewer.show((viewed(),))
    viewer.study_ready(ref("1.1"), (report(),))
    before = viewer.snapshot(0)
    viewer.permit(ref("1.1"))
    after = viewer.snapshot(0)
    assert (before["painted"], before["text"], before["title"]) == (False, [], "")
    assert (after["painted"], after["text"][0], after["title"]) == (True, "Finding 0", "Chest CT")


def test_a_study_that_is_only_a_report_shows_it_at_once() -> None:
    """An empty view would be taken for a study that did not arrive."""
    viewer, _ = opened(report())
    assert viewer.snapshot(0)["title"] == "Chest CT"


def test_images_come_before_reports() -> None:
    viewer, _ = opened(report(), stack(5))
    assert viewer.shown(0) is not None


def test_scrolling_goes_by_lines_and_stops_at_the_ends(viewer: Viewer) -> None:
    viewer.scroll(10)
    assert viewer.snapshot(0)["text"][0] == "Finding 10"
    assert "Line 11 / 30" in viewer.overlay(0).lines
    viewer.scroll(100)
    assert viewer.snapshot(0)["text"] == ["Finding 29"]
    viewer.go(0)
    assert viewer.snapshot(0)["frame"] == 1


def test_there_is_nothing_to_measure_or_to_window_on_it(viewer: Viewer) -> None:
    """Said in words: a key that does nothing is pressed again, on the next image."""
    with pytest.raises(CommandError, match="report"):
        add_length(viewer, 0, 0, 10, 10)
    with pytest.raises(CommandError, match="report"):
        viewer.set_window("lung")
    assert viewer.measurements == ()


def test_the_next_series_after_a_report_is_reached_by_the_same_key(viewer: Viewer) -> None:
    viewer.next_series(1)
    assert viewer.shown(0) is not None
    viewer.next_series(1)
    assert viewer.reading(0) is not None


def test_pages_of_a_document_are_not_measured() -> None:
    """Millimetres on a page are none in the patient."""
    viewer, _ = opened(evolve(stack(2), kind=DisplaySetKind.DOCUMENT))
    viewer.show_set("1.1.1-0")
    with pytest.raises(CommandError, match="nothing to measure"):
        add_length(viewer, 0, 0, 10, 10)
