"""Marks of others on the glass: hidden until asked for, never without their source."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import add_length, opened, ref, runner, stack

from workstation.domain.identifiers import SopUID
from workstation.domain.mark_set import Mark, MarkSet, PlacedMark
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.presentation_state import Shape
from workstation.domain.referenced import ReferencedImage
from workstation.domain.study import DisplaySet, DisplaySetKind, Geometry, GeometryVerdict
from workstation.errors import CommandError
from workstation.viewing.figures import Caption, Figure
from workstation.viewing.planes import Plane


def marked(images: DisplaySet, *, machine: bool = True) -> DisplaySet:
    mark = Mark(
        ReferencedImage(images.frames[1].key.sop), Shape.CIRCLE, ((20.0, 20.0), (25.0, 20.0)),
        "Nodule  Certainty 85 %",
    )  # fmt: skip
    marks = MarkSet(SopUID("9.1"), "Chest CAD Report", "Finder 2", machine, (mark,))
    own = stack(1, series="1.1.9", study=images.study)
    return evolve(own, kind=DisplaySetKind.REPORT, frames=(), annotation=marks)


def test_a_mark_of_cad_is_hidden_until_it_is_asked_for_and_said_to_be_there() -> None:
    """A reader who sees it first reads what the machine saw."""
    images = stack(3)
    viewer, _ = opened(images, marked(images))
    viewer.go(1)

    assert viewer.scene(0).figures == ()
    assert "AI Finder 2: 1 mark here, hidden" in viewer.overlay(0).lines


def test_a_shown_mark_has_its_letter_its_words_and_its_source_at_every_level() -> None:
    images = stack(3)
    viewer, _ = opened(images, marked(images))
    viewer.go(1)
    viewer.set_overlay_level(1)

    runner(viewer)("marks.toggle")

    figure, caption = viewer.scene(0).figures
    assert isinstance(figure, Figure)
    assert isinstance(caption, Caption)
    assert (figure.machine, figure.closed) == (True, True)
    assert caption.text == "AI 1  Nodule  Certainty 85 %"
    assert "AI Finder 2: 1 mark here, shown" in viewer.overlay(0).lines


def test_a_mark_is_on_its_image_alone() -> None:
    images = stack(3)
    viewer, _ = opened(images, marked(images))
    runner(viewer)("marks.toggle")

    assert viewer.scene(0).figures == ()
    viewer.go(1)
    assert len(viewer.scene(0).figures) == 2


def test_a_person_is_not_called_ai() -> None:
    images = stack(3)
    viewer, _ = opened(images, marked(images, machine=False))
    viewer.go(1)
    runner(viewer)("marks.toggle")

    assert "Finder 2: 1 mark here, shown" in viewer.overlay(0).lines
    assert not any(each.machine for each in viewer.scene(0).figures)


def test_marks_of_another_study_are_not_this_ones() -> None:
    images = stack(3)
    viewer, _ = opened(images, marked(stack(3, study="2.2", series="2.2.1")))

    with pytest.raises(CommandError, match="no marks of others"):
        runner(viewer)("marks.toggle")


def test_the_next_case_begins_with_marks_hidden() -> None:
    images = stack(3)
    viewer, _ = opened(images, marked(images))
    runner(viewer)("marks.toggle")

    viewer.close()

    assert viewer.presenting.marks.shown is False


def placed(images: DisplaySet, *points: tuple[float, float, float], space: str) -> DisplaySet:
    source = marked(images, machine=False)
    assert isinstance(source.annotation, MarkSet)
    mark = PlacedMark(space, Shape.POLYLINE, points, "Spiculated")
    return evolve(source, annotation=evolve(source.annotation, marks=(), placed=(mark,)))


def test_a_mark_in_the_patient_is_drawn_on_the_image_it_lies_in() -> None:
    """Of the same space, in that plane, at the millimetres it names: by arithmetic."""
    images = stack(3)  # 0.5 mm pixels, slices at z = 0, 2.5 and 5
    source = placed(images, (10.0, 5.0, 2.5), (20.0, 5.0, 2.5), space="9.1")
    viewer, _ = opened(images, source)
    runner(viewer)("marks.toggle")

    seen = []
    for index in range(3):
        viewer.go(index)
        seen.append(viewer.scene(0).figures)

    assert (seen[0], seen[2]) == ((), ())
    figure, caption = seen[1]
    assert isinstance(figure, Figure)
    assert isinstance(caption, Caption)
    assert figure.points == ((20.0, 10.0), (40.0, 10.0))
    assert caption.text == "1  Spiculated"


def test_a_mark_in_the_patient_is_drawn_on_the_reformat_it_lies_in() -> None:
    """What was outlined on a coronal plane is seen on that plane, and on no other."""
    images = evolve(stack(20), geometry=Geometry(GeometryVerdict.REGULAR, mpr=True))
    viewer, _ = opened(images)
    viewer.toggle_mpr()
    views = {shown.state.plane: shown for at in range(4) if (shown := viewer.shown(at))}
    plane = views[Plane.CORONAL].frame.plane
    assert plane is not None
    origin, row, column = map(np.array, (plane.origin, plane.row, plane.column))
    line = [
        tuple(origin + x * plane.column_spacing * row + y * plane.row_spacing * column)
        for x, y in ((4.0, 5.0), (20.0, 9.0))
    ]
    viewer.study_ready(ref("1.1"), (images, placed(images, *line, space="9.1")))
    runner(viewer)("marks.toggle")

    drawn = {
        name: [f.points for f in viewer.scene(shown.index).figures if isinstance(f, Figure)]
        for name, shown in views.items()
    }
    assert [drawn[Plane.AXIAL], drawn[Plane.SAGITTAL]] == [[], []]
    assert np.allclose(drawn[Plane.CORONAL], [((4.0, 5.0), (20.0, 9.0))])


def test_a_mark_in_another_space_is_drawn_nowhere() -> None:
    """The same numbers mean another place there."""
    images = stack(3)
    viewer, _ = opened(images, placed(images, (10.0, 5.0, 2.5), (20.0, 5.0, 2.5), space="9.2"))
    runner(viewer)("marks.toggle")
    viewer.go(1)

    assert viewer.scene(0).figures == ()


def reported(images: DisplaySet) -> DisplaySet:
    source = marked(images, machine=False)
    assert isinstance(source.annotation, MarkSet)
    theirs = Measurement(
        "77", MeasurementKind.LENGTH, images.frames[1].key, ((1.0, 1.0), (9.0, 1.0)), 4.0, "mm",
        text="Nodule", author="Finder 2",
    )  # fmt: skip
    return evolve(source, annotation=evolve(source.annotation, measurements=(theirs,)))


def test_measurements_of_others_are_listed_with_their_source_while_their_marks_are_shown() -> None:
    """A diameter of the last report is what the next is compared with."""
    images = stack(3)
    viewer, _ = opened(images, reported(images))
    add_length(viewer, 0, 0, 10, 0)
    hidden = [each.id for each in viewer.listed]

    runner(viewer)("marks.toggle")
    own, theirs = viewer.listed

    assert hidden == ["A1"]
    assert (own.id, theirs.id) == ("A1", "SR1")
    assert (theirs.value, theirs.unit, theirs.author) == (4.0, "mm", "Finder 2")
    assert (theirs.image_number, theirs.series_label) == (2, images.label)


def test_a_measurement_of_others_is_made_ones_own_by_measuring_it_anew() -> None:
    """The value is of these pixels by this program, and the reader answers for it."""
    images = stack(3)  # 0.5 mm pixels
    viewer, _ = opened(images, reported(images))
    for line in ("marks.toggle", "measurement.go SR1", "measurement.copy SR1"):
        runner(viewer)(line)

    (own,) = viewer.measurements
    assert (own.id, own.frame, own.points) == (
        "A1", images.frames[1].key, ((1.0, 1.0), (9.0, 1.0)),
    )  # fmt: skip
    assert (own.value, own.text) == (4.0, "Nodule")


def test_a_report_without_an_author_is_named_by_its_title() -> None:
    """Never a number without somebody to ask about it."""
    images = stack(3)
    source = reported(images)
    assert isinstance(source.annotation, MarkSet)
    (theirs,) = source.annotation.measurements
    marks = evolve(source.annotation, source="", measurements=(evolve(theirs, author=""),))
    viewer, _ = opened(images, evolve(source, annotation=marks))
    runner(viewer)("marks.toggle")

    assert [each.author for each in viewer.listed] == ["Chest CAD Report"]


def test_measurements_of_others_are_gone_to_and_never_changed_saved_or_sent() -> None:
    """Who made them answers for them."""
    images = stack(3)
    viewer, _ = opened(images, reported(images))
    runner(viewer)("marks.toggle")

    viewer.go_to_measurement("SR1")
    assert viewer.viewports[0].frame_index == 1
    assert viewer.selected_measurement == "SR1"
    for line in ("measurement.delete", "measurement.label SR1 mine", "measurement.move SR1 1 1 2 2",
                 "measurement.delete SR1"):  # fmt: skip
        with pytest.raises(CommandError, match="reported by Finder 2"):
            runner(viewer)(line)
    assert viewer.measurements == ()  # what drafts and documents are made of


def test_long_words_are_cut_beside_the_mark() -> None:
    """Twenty numbers over the image would hide what they are about."""
    images = stack(3)
    source = marked(images)
    assert isinstance(source.annotation, MarkSet)
    long = evolve(source.annotation.marks[0], words="Mean 12.5 HU  " * 20)
    viewer, _ = opened(images, evolve(source, annotation=evolve(source.annotation, marks=(long,))))
    viewer.go(1)
    runner(viewer)("marks.toggle")

    _, caption = viewer.scene(0).figures

    assert isinstance(caption, Caption)
    assert len(caption.text) < 64
    assert caption.text.endswith("…")
