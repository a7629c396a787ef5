"""From a report to the image that it names."""

import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack

from workstation.domain.document import DocumentLine, TextDocument
from workstation.domain.study import DisplaySet, DisplaySetKind, Geometry
from workstation.errors import CommandError
from workstation.services.viewer.viewer import Viewer

AXIAL = stack(9, name="Axial 2.5")


def report(*named: int) -> DisplaySet:
    """A report whose every second line names an image of the stack."""
    lines = []
    for at in named:
        sop = AXIAL.frames[at].key.sop
        lines += [DocumentLine("A finding"), DocumentLine(f"Image {sop}", refers=sop)]
    return evolve(
        stack(0, name="Report", series="1.1.9", modality="SR"),
        kind=DisplaySetKind.REPORT, geometry=Geometry(),
        document=TextDocument("Chest CT", tuple(lines)),
    )  # fmt: skip


def reading(*named: int) -> Viewer:
    document = report(*named)
    viewer, _ = opened(AXIAL, document)
    viewer.show_set(document.id)
    return viewer


def shown_beside(viewer: Viewer) -> int:
    state = viewer.viewports[1]
    assert state.display_set == AXIAL.id
    return state.frame_index


def test_the_image_comes_up_beside_the_report_and_the_keys_stay_with_it() -> None:
    """One reads on while the images follow: nothing of the report is lost from sight."""
    viewer = reading(6, 2)

    runner(viewer)("report.named-image")

    assert shown_beside(viewer) == 6
    assert viewer.active == 0
    assert viewer.reading(0) is not None


def test_it_is_the_first_one_named_from_the_top_line_on() -> None:
    viewer = reading(6, 2)
    run = runner(viewer)
    run("viewport.scroll 2")
    run("report.named-image")
    second = shown_beside(viewer)
    run("viewport.scroll -2")
    run("report.named-image 2")

    assert (second, shown_beside(viewer)) == (2, 2)


@pytest.mark.parametrize("line", ["report.named-image 3", "report.named-image 0"])
def test_what_the_report_does_not_name_is_not_guessed(line: str) -> None:
    with pytest.raises(CommandError, match="names no image"):
        runner(reading(6, 2))(line)


def test_on_an_image_there_is_nothing_to_follow() -> None:
    viewer, _ = opened(AXIAL)

    with pytest.raises(CommandError, match="no report on this view"):
        runner(viewer)("report.named-image")
