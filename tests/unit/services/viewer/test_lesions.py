"""Lesions of a PET: what a threshold takes of them, one table of all, and what a report says."""

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_report import Desk as ReportDesk
from fakes_report import item
from fakes_viewer import SITE, FakeLoader, FakeStore, ref, viewed
from numpy.typing import NDArray
from volume_phantoms import SCANS, display_set, middle, positions

from workstation.domain.identifiers import StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.presentation import Rescale
from workstation.domain.report import FieldRef, SectionKind
from workstation.domain.segment_kind import SegmentKind
from workstation.domain.suv import SuvBasis
from workstation.errors import CommandError
from workstation.protocols.observations import _components
from workstation.rendering.volume_slice import plane_samples
from workstation.services.report.checks import link_state
from workstation.services.screen.citing import described
from workstation.services.screen.structures import Structures
from workstation.services.viewer.lesions import Lesions
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.segments_measured import SegmentsMeasured
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes

SHAPE = (26, 40, 44)
VOXEL_ML = 0.8**3 / 1000
LUNGS = FieldRef(SectionKind.FINDINGS, "lungs")


class Room:
    """A PET with two hot balls on the screen: SUV 10 in the middle, 4 beside it, 1 around."""

    def __init__(self) -> None:
        store, jobs = FakeStore(), InlineJobs(FakeClock())
        self.loader = loader = FakeLoader(store)
        self.structures = structures = Structures(store, jobs)  # type: ignore[arg-type]
        volumes = Volumes(store, loader, jobs, plane_samples)  # type: ignore[arg-type]
        self.viewer = Viewer(store, loader, structures, volumes)  # type: ignore[arg-type]
        self.segments = Segmenting(self.viewer, structures, volumes, store)  # type: ignore[arg-type]
        measured = SegmentsMeasured(self.segments, volumes)
        self.lesions = Lesions(self.viewer, self.segments, measured)
        placed = SCANS["straight"]
        where, centre = positions(placed, SHAPE), middle(placed, SHAPE)
        self.hot = np.linalg.norm(where - centre, axis=-1) <= 7.0
        small = np.linalg.norm(where - centre - (10.0, 0.0, 0.0), axis=-1) <= 2.0
        self.suv = np.where(self.hot, 10.0, np.where(small, 4.5, 1.0))
        self.suv[SHAPE[0] // 2, SHAPE[1] // 2, SHAPE[2] // 2] = 11.0
        self.images = evolve(
            display_set(
                placed, SHAPE[0], SHAPE[1:], rescale=Rescale(0.001, 0.0, "SUVbw"),
                suv_basis=SuvBasis("BQML"),
            ),
            modality="PT",
        )  # fmt: skip
        self.viewer.show((viewed(),))
        self.viewer.permit(ref("1.1"))
        loader.known[self.images.id] = self.images
        self.viewer.study_ready(ref("1.1"), (self.images,))
        for each, values in zip(self.images.frames, self.suv, strict=True):
            loader.arrive(each, np.rint(values * 1000).astype(np.int16))
        self.viewer.go(SHAPE[0] // 2)
        self.report = ReportDesk()
        case = evolve(item(), site=SITE, study=StudyUID("1.1"))
        self.reporting = self.report.start(case)
        measured.changed.connect(lambda _: self.reporting.take_segments(measured.marks))

    def region(self, reach: int = 12) -> Measurement:
        """An ellipse about the middle, so many pixels wide to each side."""
        x, y = (SHAPE[2] - 1) / 2, (SHAPE[1] - 1) / 2
        points = ((x - reach, y - reach), (x + reach, y + reach))
        return self.viewer.add(MeasurementKind.ELLIPSE, points, "")

    def contoured(self) -> NDArray[np.bool_]:
        """Voxels of the segment in hand."""
        found = np.zeros(SHAPE, bool)
        for number, mask in self.segments.in_hand.slices.items():
            found[number] = mask
        return found


@pytest.fixture
def room() -> Room:
    return Room()


def contour(room: Room, percent: float = 41.0) -> None:
    job = room.segments.contour(room.region(), percent)
    assert job is not None
    assert job.error is None


def test_a_threshold_takes_what_hangs_together_with_the_hottest_voxel(room: Room) -> None:
    """41 % of 11 is 4.51: the ball beside it, at 4.5 and apart, is no part of this lesion."""
    contour(room)

    assert np.array_equal(room.contoured(), room.hot)


def test_its_figures_are_those_of_its_voxels(room: Room) -> None:
    """Metabolic volume, TLG, SUVmax and mean by numpy; nothing rounded on the way."""
    contour(room)

    (row,) = room.lesions.rows
    inside = room.suv[room.hot]
    assert row.volume_ml == pytest.approx(room.hot.sum() * VOXEL_ML)
    assert row.most == pytest.approx(11.0)
    assert row.mean == pytest.approx(inside.mean())
    assert row.tlg == pytest.approx(inside.mean() * room.hot.sum() * VOXEL_ML)
    assert row.peak == pytest.approx(10.0, abs=0.01)  # 1 cm3 of it: one voxel is hotter
    assert row.long_mm == pytest.approx(14.0, abs=1.2)  # from edge to edge of its pixels


def test_a_higher_threshold_is_a_smaller_lesion(room: Room) -> None:
    contour(room, 95.0)

    assert room.contoured().sum() == 1


def test_spheres_and_segments_stand_in_one_table(room: Room) -> None:
    room.viewer.measure_sphere(room.region().id)
    contour(room)

    rows = room.lesions.rows
    assert [(each.id, each.unit) for each in rows] == [("A1", "SUVbw"), ("S1", "SUVbw")]
    assert rows[0].most == rows[1].most == pytest.approx(11.0)


def test_the_table_is_walked_and_brings_the_images(room: Room) -> None:
    room.viewer.measure_sphere(room.region().id)
    contour(room)
    room.viewer.go(3)

    first = room.lesions.step(1)
    there = room.viewer.viewports[0].frame_index
    room.viewer.go(3)
    second = room.lesions.step(1)

    assert (first.id, second.id, room.lesions.step(1).id) == ("A1", "S1", "A1")
    assert there == SHAPE[0] // 2
    assert second.mark.image_number - 1 in (SHAPE[0] // 2 - 1, SHAPE[0] // 2)


def test_figures_of_a_segment_are_cited_with_a_link_that_tells_of_changes(room: Room) -> None:
    """A number in a signed report is the number of what was drawn: more of it says so."""
    contour(room)
    room.reporting.go_to(LUNGS)

    room.reporting.insert_measurement(room.lesions.named("S1").mark)

    field = room.reporting.report.field(LUNGS)  # type: ignore[union-attr]
    assert field is not None
    (link,) = field.links
    assert "SUVbw max 11, peak 10, mean 10; 1.4 ml, TLG 14.3, 14.8 × 14.8 mm" in field.text
    assert link_state(link, room.reporting.known_measurements) == "same"
    room.viewer.activate(0)
    room.segments.stroke([(5.0, 5.0)], 2.0)
    assert link_state(link, room.reporting.known_measurements) == "changed"
    room.segments.remove()
    assert link_state(link, room.reporting.known_measurements) == "deleted"


def test_the_whole_table_goes_into_the_report_line_by_line(room: Room) -> None:
    room.viewer.measure_sphere(room.region().id)
    contour(room)
    room.segments.rename("Left lung")
    room.reporting.take_measurements(room.viewer.measurements)
    room.reporting.go_to(LUNGS)

    room.reporting.insert_measurements([each.mark for each in room.lesions.listed()])

    field = room.reporting.report.field(LUNGS)  # type: ignore[union-attr]
    assert field is not None
    *_, first, second = field.text.splitlines()
    assert first.startswith("1. A1: SUVbw max 11")
    assert second.startswith("2. Left lung: SUVbw max 11")
    assert [each.measurement for each in field.links] == ["A1", "S1"]


def test_a_table_without_lesions_says_what_makes_one(room: Room) -> None:
    with pytest.raises(CommandError, match="make a sphere or a segment"):
        room.lesions.listed()


def test_a_segment_is_what_the_reader_says_it_is(room: Room) -> None:
    contour(room)
    before = room.segments.in_hand.kind

    room.segments.set_kind(SegmentKind.LYMPH_NODE)

    assert (before, room.segments.in_hand.kind) == (SegmentKind.LESION, SegmentKind.LYMPH_NODE)
    room.segments.undo()
    assert room.segments.in_hand.kind is SegmentKind.LESION


def test_a_ct_has_no_threshold_of_a_pet(room: Room) -> None:
    plain = evolve(room.images, frames=tuple(evolve(f, suv_basis=None) for f in room.images.frames))
    room.viewer.study_ready(ref("1.1"), (plain,))

    with pytest.raises(CommandError, match="no PET is shown"):
        room.segments.contour(room.region(), 41.0)


def test_a_lesion_of_a_layer_is_gone_to_where_the_layer_lies(room: Room) -> None:
    """Over the CT the reader stays on the CT, at the lesion, and sees its outline there."""
    placed = SCANS["straight"]
    below = evolve(
        display_set(placed, SHAPE[0], SHAPE[1:], series="1.1.7"), id="1.1.7-0", series="1.1.7"
    )
    contour(room)
    room.viewer.study_ready(ref("1.1"), (below, room.images))
    for each in below.frames:
        room.loader.arrive(each, np.zeros(SHAPE[1:], np.int16))
    room.viewer.show_set(below.id)
    room.viewer.toggle_fusion(room.images.id)
    room.viewer.go(2)

    room.lesions.go("S1")

    shown = room.viewer.shown(0)
    assert shown is not None
    assert shown.display_set.id == below.id
    assert abs(shown.state.frame_index - SHAPE[0] // 2) <= 1
    assert [each.name for each in room.structures.on(shown)] != []


def test_every_number_of_a_segment_leaves_with_its_own_unit(room: Room) -> None:
    """A diameter in SUV, or a TLG in HU, would be read as what it says."""
    contour(room)
    said = described(room.lesions.named("S1").mark)

    units = {each["code"]["text"]: each["valueQuantity"]["unit"] for each in _components(said)}

    assert {units[name] for name in ("max", "mean", "min", "sd", "peak")} == {"SUVbw"}
    assert (units["longest"], units["across"], units["tlg"], units["voxels"]) == (
        "mm", "mm", "g", "",
    )  # fmt: skip
