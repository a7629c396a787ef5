"""Calibrating by commands: what is said, what is kept, what is on record, what undo brings back."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from fakes_report import TEMPLATES, binding_of, item
from fakes_viewer import opened, stack

from workstation.commands import catalogue
from workstation.domain.study import DisplaySet, PixelSpacing, SpacingOrigin
from workstation.errors import CommandError
from workstation.services.report import drafts
from workstation.services.report.templates import by_id
from workstation.services.screen.placing import OnDuty

AT = datetime(2026, 11, 21, 17, 31, tzinfo=UTC)
MARK = "user calibrated by Hazel, J. at 2026-11-21 17:31 UTC"


def film(count: int = 2, **more: Any) -> DisplaySet:
    return stack(count, axes=None, modality="CR", shape=(200, 200), **more)


class Room:
    """A viewer, and what commands say, ask and put on record."""

    def __init__(self, *sets: DisplaySet) -> None:
        self.viewer, _ = opened(*(sets or (film(),)))
        self.viewer.on_duty = OnDuty(lambda _: "Hazel, J.", lambda: AT)
        self.told: list[str] = []
        self.asked: list[str] = []
        self.records: list[tuple[str, Any]] = []
        windows = SimpleNamespace(
            tell=self.told.append, open_palette=self.asked.append, focus_measurements=lambda: None
        )
        audit = SimpleNamespace(record=lambda action, **more: self.records.append((action, more)))
        self.context = SimpleNamespace(
            viewer=self.viewer, windows=windows, audit=audit,
            active=frozenset({"image", "measurement", "case"}),
        )  # fmt: skip

    def run(self, *lines: str) -> None:
        for line in lines:
            catalogue.registry().run(line, self.context)  # type: ignore[arg-type]

    @property
    def values(self) -> list[tuple[float | None, str]]:
        return [(m.value, m.unit) for m in self.viewer.measurements]


def test_a_line_then_its_millimetres() -> None:
    """100 pixels are 25 mm; what was measured before says so from then on, and its revision."""
    room = Room()
    room.run("tool.length 0 0 40 0", "tool.calibrate 10 10 110 10", "image.calibrate 25")

    (mark,) = room.viewer.measurements
    assert (mark.value, mark.unit, mark.note) == (pytest.approx(10.0), "mm", MARK)
    assert mark.revision == 2
    assert room.asked == ["image.calibrate "]
    assert room.told == ["Calibrated; the image had no spacing. 1 measurement says otherwise"]


def test_the_mark_stands_on_the_view_at_every_level_and_replaces_uncalibrated() -> None:
    """F94: a reader who comes later must see whose millimetres they are."""
    room = Room()
    before = room.viewer.overlay(0).lines
    room.run("tool.calibrate 10 10 110 10", "image.calibrate 25")

    for level in (1, 2, 3):
        room.viewer.set_overlay_level(level)
        assert MARK in room.viewer.overlay(0).lines
    assert "uncalibrated" in before
    assert "uncalibrated" not in room.viewer.overlay(0).lines


def test_a_spacing_of_the_object_is_not_replaced_without_a_word() -> None:
    room = Room(film(spacing=(0.2, 0.2)))
    detector = PixelSpacing(0.143, 0.143, SpacingOrigin.DETECTOR)
    one = film(1)
    room = Room(evolve(one, frames=(evolve(one.frames[0], spacing=detector),)))
    room.run("tool.calibrate 10 10 110 10", "image.calibrate 12.5")

    assert room.told == ["Calibrated; replaces 0.143 × 0.143 mm (detector) of the object"]


def test_undo_brings_back_the_pixels_and_every_value() -> None:
    """One step: the scale and what followed from it."""
    room = Room()
    room.run("tool.length 0 0 40 0", "tool.calibrate 10 10 110 10", "image.calibrate 25")

    room.run("measurement.undo")
    undone = room.values, "uncalibrated" in room.viewer.overlay(0).lines
    room.run("measurement.redo")

    assert undone == ([(40.0, "px")], True)
    assert room.values == [(pytest.approx(10.0), "mm")]
    assert MARK in room.viewer.overlay(0).lines


def test_it_can_be_taken_away_and_the_object_s_own_holds_again() -> None:
    room = Room()
    room.run("tool.length 0 0 40 0", "tool.calibrate 10 10 110 10", "image.calibrate 25")

    room.run("image.uncalibrate")

    assert room.values == [(40.0, "px")]
    with pytest.raises(CommandError, match="nobody calibrated"):
        room.run("image.uncalibrate")


def test_one_image_or_its_series_as_the_reader_chooses() -> None:
    for scope, unit in (("image", "px"), ("series", "mm")):
        room = Room()
        room.run("tool.calibrate 10 10 110 10", f"image.calibrate 25 {scope}")
        room.run("viewport.go 2", "tool.length 0 0 40 0")

        assert room.values[0][1] == unit


def test_a_line_of_another_image_calibrates_nothing() -> None:
    """The reader scrolled between the line and the number."""
    room = Room()
    room.run("tool.calibrate 10 10 110 10", "viewport.go 2")

    with pytest.raises(CommandError, match="on this image first"):
        room.run("image.calibrate 25")


def test_a_slice_is_refused_before_a_line_is_drawn() -> None:
    room = Room(stack(2))

    with pytest.raises(CommandError, match="millimetres in the patient"):
        room.run("tool.calibrate")


def test_it_is_on_record_with_both_scales_and_no_name() -> None:
    room = Room()
    room.run("tool.calibrate 10 10 110 10", "image.calibrate 25 series")

    ((action, said),) = room.records
    assert action == "calibrate"
    assert said["detail"]["before"] == "0 0 none"
    assert said["detail"]["now"] == "0.25 0.25"
    assert said["detail"]["scope"] == "series"
    assert said["study"].study == "1.1"
    assert "Hazel" not in str(said)


def test_a_draft_brings_it_back() -> None:
    """F94 persisted: after a power cut the view says the same, and so do new lengths."""
    room = Room()
    room.run("tool.length 0 0 40 0", "tool.calibrate 10 10 110 10", "image.calibrate 25 series")
    report = by_id(TEMPLATES, "ct-chest").report(binding_of(item()))
    kept = drafts.Draft(
        report, "", "", {}, measurements=room.viewer.measurements, scales=room.viewer.marks.scales
    )

    read = drafts.from_json(drafts.to_json(kept))
    again = Room()
    again.viewer.restore_measurements(read.measurements, [], (), read.scales)
    again.run("viewport.go 2", "tool.length 0 0 20 0")

    assert read == kept
    assert again.values == [(pytest.approx(10.0), "mm"), (pytest.approx(5.0), "mm")]
    assert MARK in again.viewer.overlay(0).lines


def test_a_closed_case_leaves_no_scale_behind() -> None:
    """The next patient's film is not this one's."""
    room = Room()
    room.run("tool.calibrate 10 10 110 10", "image.calibrate 25 series")

    room.viewer.close()

    assert room.viewer.marks.scales == ()
