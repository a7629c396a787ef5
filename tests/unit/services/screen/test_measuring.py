"""Measurements as a reader handles them: undone, copied, worded, and never two of one name."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from fakes_viewer import frame, opened, runner, stack

from workstation.commands import tools
from workstation.commands.registry import Registry
from workstation.domain.measurement import MeasurementKind
from workstation.domain.study import PixelSpacing, SpacingOrigin
from workstation.errors import CommandError
from workstation.services.viewer.viewer import Viewer

SERIES = stack(5)


def viewer_with(*lines: str) -> Viewer:
    viewer, _ = opened(SERIES)
    for line in lines:
        runner(viewer)(line)
    return viewer


def names(viewer: Viewer) -> list[str]:
    return [mark.id for mark in viewer.measurements]


def test_what_was_placed_last_is_taken_back_and_done_again() -> None:
    viewer = viewer_with("tool.length 0 0 10 0", "tool.point 3 3")

    viewer.marks.undo()
    taken = names(viewer)
    viewer.marks.redo()

    assert (taken, names(viewer)) == (["A1"], ["A1", "A2"])


def test_fifty_steps_back_and_forth_end_where_they_began() -> None:
    """Places, moves, words and deletions alike; F89."""
    lines = [f"tool.length 0 0 {n + 1} 0" for n in range(20)]
    lines += [f"measurement.move A{n + 1} 0 0 {n + 2} 5" for n in range(15)]
    lines += [f"measurement.label A{n + 1} lesion {n}" for n in range(10)]
    lines += [f"measurement.delete A{n + 1}" for n in range(5)]
    viewer = viewer_with(*lines)
    before = [(m.id, m.points, m.value, m.text) for m in viewer.measurements]

    for _ in range(50):
        viewer.marks.undo()
    empty = names(viewer)
    for _ in range(50):
        viewer.marks.redo()

    assert empty == []
    assert sorted((m.id, m.points, m.value, m.text) for m in viewer.measurements) == sorted(before)


@pytest.mark.parametrize("step", ["measurement.undo", "measurement.redo"])
def test_undo_in_the_next_case_brings_no_mark_of_the_last_one(step: str) -> None:
    """They are another patient's: saved and filed with this one's they would be in two charts."""
    viewer = viewer_with("tool.length 0 0 10 0", "image.key", "tool.point 3 3", "measurement.undo")
    viewer.close()

    with pytest.raises(CommandError, match="nothing"):
        runner(viewer)(step)

    assert viewer.measurements == ()
    assert viewer.key_images == ()


def test_a_newer_draft_takes_away_what_was_deleted_since_the_older_one() -> None:
    """After a power cut the site has a draft, and the sealed store a newer one of it."""
    older = viewer_with("tool.length 0 0 10 0", "image.key", "viewport.go 3", "image.key")
    newer = viewer_with("tool.length 0 0 10 0", "tool.point 3 3", "image.key")
    viewer = viewer_with()
    for draft in (older, newer):
        viewer.restore_measurements(draft.measurements, names(draft), draft.key_images)

    assert viewer.measurements == newer.measurements
    assert viewer.key_images == newer.key_images


def test_marks_made_before_the_draft_came_stay_beside_it() -> None:
    """A site is slow, a reader is not."""
    draft = viewer_with("tool.length 0 0 10 0", "image.key")
    viewer = viewer_with("tool.point 3 3", "viewport.go 3", "image.key")
    viewer.restore_measurements(draft.measurements, names(draft), draft.key_images)

    assert [mark.kind for mark in viewer.measurements] == ["length", "point"]
    assert len(viewer.key_images) == 2


def test_after_something_new_nothing_is_done_again() -> None:
    viewer = viewer_with("tool.length 0 0 10 0", "measurement.undo", "tool.length 0 0 20 0")

    with pytest.raises(CommandError):
        viewer.marks.redo()


def test_a_name_that_was_taken_back_is_not_given_to_another() -> None:
    """A report may have cited it meanwhile."""
    viewer = viewer_with("tool.length 0 0 10 0", "measurement.undo", "tool.length 0 0 20 0")

    assert names(viewer) == ["A2"]


def test_a_revision_means_one_value_also_after_undo() -> None:
    """A report that cites revision 2 must not find another value under that number."""
    viewer = viewer_with("tool.length 0 0 10 0", "measurement.move A1 0 0 20 0")
    seen = {viewer.measurements[0].revision: viewer.measurements[0].value}

    for line in ("measurement.undo", "measurement.move A1 0 0 30 0", "measurement.undo"):
        runner(viewer)(line)
        (mark,) = viewer.measurements
        assert seen.setdefault(mark.revision, mark.value) == mark.value

    assert len(seen) == 4


def test_a_copy_is_measured_on_the_next_image() -> None:
    """The same outline in the next slice has other pixels in it."""
    viewer = viewer_with("tool.ellipse 10 10 30 30", "measurement.label A1 lesion 1")

    runner(viewer)("measurement.copy")
    first, second = viewer.measurements

    assert second.points == first.points
    assert (second.frame, second.image_number) == (SERIES.frames[1].key, 2)
    assert second.stats["mean"] == first.stats["mean"] + 1
    assert second.text == "lesion 1"
    assert viewer.viewports[0].frame_index == 1


def test_there_is_no_copy_beyond_the_last_image() -> None:
    viewer = viewer_with("viewport.go last", "tool.length 0 0 10 0")

    with pytest.raises(CommandError):
        runner(viewer)("measurement.copy")


def test_the_next_measurement_is_shown_where_it_was_made() -> None:
    viewer = viewer_with(
        "tool.length 0 0 10 0", "viewport.go 4", "tool.point 5 5", "measurement.next"
    )

    assert (viewer.selected_measurement, viewer.viewports[0].frame_index) == ("A1", 0)
    runner(viewer)("measurement.next")
    assert (viewer.selected_measurement, viewer.viewports[0].frame_index) == ("A2", 3)


def test_words_stay_when_a_measurement_is_moved() -> None:
    viewer = viewer_with("tool.arrow 1 1 9 9 a nodule", "measurement.move A1 2 2 9 9")

    assert viewer.measurements[0].text == "a nodule"


def test_the_state_has_what_every_kind_measured() -> None:
    """What scripts and other programs read; a value that is not defined is null."""
    viewer = viewer_with(
        "tool.bidirectional 0 0 20 0 5 0 5 8", "tool.angle 1 0 0 0 0 1",
        "tool.angle 1 1 1 1 5 5", "tool.arrow 1 1 9 9 here",
    )  # fmt: skip

    said = json.loads(json.dumps(viewer.measurements_snapshot()))

    assert [(each["kind"], each["value"], each["unit"], each["text"]) for each in said] == [
        ("bidirectional", 10.0, "mm", ""),
        ("angle", 90.0, "°", ""),
        ("angle", None, "", ""),
        ("arrow", None, "", "here"),
    ]
    assert said[0]["stats"] == {"short": 4.0}
    assert said[0]["uncertainty"] == 0.5


def test_a_kind_of_too_few_points_is_refused_in_words() -> None:
    viewer = viewer_with()

    with pytest.raises(CommandError, match="needs 3"):
        viewer.add(MeasurementKind.ANGLE, ((0, 0), (1, 1)))


def test_a_film_without_millimetres_has_angles_and_ratios() -> None:
    """A ratio and an angle need no scale; a length without one is in pixels."""
    bare = frame(axes=None, spacing=(0.2, 0.2))
    detector = PixelSpacing(0.2, 0.2, SpacingOrigin.DETECTOR)
    series = stack(1, axes=None, spacing=(0.2, 0.2))
    assert bare.spacing.origin is SpacingOrigin.NONE is not detector.origin
    viewer, loader = opened(series, load=False)
    loader.arrive(series.frames[0], np.zeros((64, 64), np.int16))
    for line in (
        "tool.cardiothoracic 10 20 35 22 5 40 55 40", "tool.cobb 0 0 10 0 0 0 10 10",
        "tool.length 0 0 3 4",
    ):  # fmt: skip
        runner(viewer)(line)

    ratio, angle, length = viewer.measurements

    assert (ratio.value, ratio.unit) == (0.5, "")
    assert (angle.value, angle.unit) == (pytest.approx(45), "°")
    assert (length.value, length.unit) == (5.0, "px")


def test_the_words_of_a_measurement_are_asked_for_by_its_name() -> None:
    """`measurement.word` begins the line that the reader finishes."""
    viewer = viewer_with("tool.length 0 0 10 0", "tool.arrow 1 1 9 9 old words")
    asked: list[str] = []
    windows = SimpleNamespace(
        open_palette=asked.append,
        edit_measurement=lambda _: False,  # the list is folded away
    )
    context = SimpleNamespace(viewer=viewer, windows=windows, active=frozenset({"measurement"}))
    registry = Registry(tools.COMMANDS)

    registry.run("measurement.word", context)  # type: ignore[arg-type]
    registry.run("measurement.word A1", context)  # type: ignore[arg-type]

    assert asked == ["measurement.label A2 old words", "measurement.label A1 "]
