"""Segments of the reader's own: drawn, shown where structures are, saved for others to read."""

import base64
import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_planes import CT_HEADER, SOURCE, ImageSite
from fakes_report import item
from fakes_viewer import PATIENT, SITE, FakeLoader, FakeStore, ref, viewed
from volume_phantoms import SCANS, display_set, middle, positions

from workstation.domain.identifiers import SopUID, StudyUID
from workstation.domain.measurement import MeasurementKind
from workstation.domain.patient import Patient
from workstation.domain.reader import Reader
from workstation.domain.segment_kind import SegmentKind
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError, Refused
from workstation.rendering.volume_slice import plane_samples
from workstation.services.delivery.filings import Filing
from workstation.services.delivery.segments_kept import SegmentsKept
from workstation.services.delivery.segments_saving import SegmentsSaving
from workstation.services.jobs import Job
from workstation.services.screen.structures import Structures
from workstation.services.viewer.segmenting import BRUSH, Segmenting
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes

SHAPE = (20, 48, 52)
AT = datetime(2026, 11, 26, 5, 0, tzinfo=UTC)


class Filer:
    """What the outbox does: keeps what it was given, and says that the archive has it."""

    def __init__(self) -> None:
        self.filed: list[Filing] = []

    def zone_of(self, _site: object) -> Any:
        return UTC

    def file(self, filings: tuple[Filing, ...]) -> Job[None]:
        self.filed += filings
        done: Job[None] = Job()
        done.settle(None)
        return done


class Sealed:
    """The sealed store's "meta", in a dictionary."""

    def __init__(self, kept: dict[str, str]) -> None:
        self.kept = kept

    def put(self, table: str, key: str, body: str) -> None:
        assert table == "meta"
        self.kept[key] = body

    def get(self, _table: str, key: str) -> str | None:
        return self.kept.get(key)

    def remove(self, _table: str, key: str) -> None:
        self.kept.pop(key, None)


ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"


def in_objects(images: DisplaySet, count: int) -> DisplaySet:
    """The same slices as frames of so many objects, in the order of their numbers."""
    each = -(-len(images.frames) // count)

    def own(at: int, frame: Frame) -> Frame:
        sop = SopUID(f"1.1.1.77.{at // each}")
        return evolve(frame, key=evolve(frame.key, sop=sop, frame_index=at % each))

    return evolve(images, frames=tuple(own(at, frame) for at, frame in enumerate(images.frames)))


class Desk:
    """A CT with a ball in it on the screen, the middle slice in front."""

    def __init__(
        self,
        name: str = "straight",
        store_of: dict[str, str] | None = None,
        who: str = "17",
        *,
        parts: int = 0,
    ) -> None:
        """`parts`: objects with several frames each, in place of one for each slice."""
        store = FakeStore()
        self.clock = FakeClock(AT)
        jobs = InlineJobs(self.clock)
        loader = FakeLoader(store)
        self.structures = Structures(store, jobs)  # type: ignore[arg-type]
        volumes = Volumes(store, loader, jobs, plane_samples)  # type: ignore[arg-type]
        self.viewer = Viewer(store, loader, self.structures, volumes)  # type: ignore[arg-type]
        self.segments = Segmenting(self.viewer, self.structures, volumes, store)  # type: ignore[arg-type]
        self.store: dict[str, str] = {} if store_of is None else store_of
        self.kept = SegmentsKept(
            self.segments,
            self.viewer,
            Sealed(self.store),
            jobs,
            lambda _site: who,
        )
        placed = SCANS[name]
        self.images: DisplaySet = display_set(placed, SHAPE[0], SHAPE[1:], space="1.2.9.1")
        if parts:
            self.images = in_objects(self.images, parts)
        where = positions(placed, SHAPE)
        self.inside = np.linalg.norm(where - middle(placed, SHAPE), axis=-1) <= 5.0
        voxels = np.where(self.inside, 1100, 900).astype(np.int16)
        self.viewer.show((viewed(),))
        self.viewer.permit(ref("1.1"))
        loader.known[self.images.id] = self.images
        self.viewer.study_ready(ref("1.1"), (self.images,))
        for each, stored in zip(self.images.frames, voxels, strict=True):
            loader.arrive(each, stored)
        self.viewer.go(SHAPE[0] // 2)
        self.filer = Filer()
        self.jobs = jobs

    def mark(self, *, kind: MeasurementKind = MeasurementKind.ELLIPSE) -> Any:
        x, y = (SHAPE[2] - 1) / 2, (SHAPE[1] - 1) / 2
        points = ((x, y),) if kind is MeasurementKind.POINT else ((x - 3, y - 3), (x + 3, y + 3))
        return self.viewer.add(kind, points, "")

    def saving(self, whose: Patient = PATIENT) -> SegmentsSaving:
        site: Any = ImageSite(self.images, CT_HEADER, whose)
        together: dict[SopUID, list[Any]] = {}
        for each in site.instances:
            together.setdefault(each.sop, []).append(each)
        site.instances = tuple(
            evolve(
                own[0],
                sop_class=ENHANCED_CT if len(own) > 1 else own[0].sop_class,
                frames=tuple(each.frames[0] for each in own),
            )
            for own in together.values()
        )
        return SegmentsSaving(
            self.segments,
            self.filer,
            {SITE: site},
            self.jobs,
            self.clock,
        )

    def save(self, whose: Patient = PATIENT) -> Job[int]:
        case = evolve(item(), site=SITE, study=StudyUID("1.1"), patient=PATIENT)
        return self.saving(whose).save(case, Reader("17", "Reader, Ada"))

    def outlines(self) -> list[str]:
        shown = self.viewer.shown(self.viewer.active)
        assert shown is not None
        return [each.name for each in self.structures.on(shown)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_region_grows_to_what_hangs_together_with_it(desk: Desk) -> None:
    made = desk.segments.grow(desk.mark(), 50, 100).result()
    found = np.zeros(SHAPE, bool)
    for number, mask in made.slices.items():
        found[number] = mask
    assert (found == desk.inside).all()
    assert made.volume_ml == pytest.approx(desk.inside.sum() * 0.8**3 / 1000)
    assert len(desk.outlines()) == 1
    assert "ml (you)" in desk.outlines()[0]


def test_a_point_needs_both_values(desk: Desk) -> None:
    mark = desk.mark(kind=MeasurementKind.POINT)
    with pytest.raises(CommandError, match="no deviation"):
        desk.segments.grow(mark, None, None)
    with pytest.raises(CommandError, match="write both"):
        desk.segments.grow(mark, 50, None)
    assert desk.segments.grow(mark, 50, 100).error is None


def test_what_does_not_belong_is_said_and_leaves_nothing(desk: Desk) -> None:
    job = desk.segments.grow(desk.mark(), 400, 500)
    assert isinstance(job.error, CommandError)
    assert desk.segments.on(desk.images) == ()


def test_strokes_draw_on_the_image_in_front_and_are_taken_back_one_by_one(desk: Desk) -> None:
    desk.segments.begin("Cyst")
    assert desk.viewer.tool == BRUSH
    desk.segments.stroke([(10.0, 10.0)], 2.0)
    desk.segments.stroke([(30.0, 30.0)], 2.0)
    [segment] = desk.segments.on(desk.images)
    assert list(segment.slices) == [SHAPE[0] // 2]
    assert len(desk.outlines()) == 2
    desk.segments.undo()
    assert len(desk.outlines()) == 1
    desk.segments.undo()
    assert desk.outlines() == []


@pytest.mark.parametrize("name", SCANS)
def test_a_stroke_on_a_plane_takes_the_voxels_that_lie_on_it(name: str) -> None:
    """A fracture line is followed on the coronal: what is drawn there is one coronal thick."""
    desk = Desk(name)
    desk.segments.begin()
    desk.viewer.toggle_mpr()
    for index in range(4):
        desk.viewer.resized(index, 400, 300, 1.0)
    desk.viewer.activate(2)
    shown = desk.viewer.shown(2)
    assert shown is not None
    plane = shown.frame.plane
    assert plane is not None
    at = (shown.frame.pixels.columns / 2, shown.frame.pixels.rows / 2)

    desk.segments.stroke([at], 4.03)

    where = positions(SCANS[name], SHAPE)
    away = where - np.array(plane.to_patient(*at))
    half = desk.viewer.step_mm(desk.images, plane) / 2 + 1e-6
    through = np.abs(away @ np.array(plane.normal)) <= half
    aside = np.hypot(away @ np.array(plane.row), away @ np.array(plane.column)) <= 4.03
    drawn = np.zeros(SHAPE, bool)
    for number, mask in desk.segments.in_hand.slices.items():
        drawn[number] = mask
    assert drawn.sum() > 20
    assert np.array_equal(drawn, through & aside)


def test_a_stroke_on_a_plane_is_taken_back_and_erased_as_on_an_image(desk: Desk) -> None:
    desk.segments.begin()
    desk.viewer.toggle_mpr()
    desk.viewer.activate(2)
    desk.segments.stroke([(20.0, 10.0), (30.0, 10.0)])
    before = desk.segments.in_hand.volume_ml
    desk.segments.erases = True
    desk.segments.stroke([(20.0, 10.0)])
    less = desk.segments.in_hand.volume_ml

    desk.segments.undo()

    assert 0 < less < before == desk.segments.in_hand.volume_ml


def test_nothing_is_drawn_through_a_slab(desk: Desk) -> None:
    """Ten millimetres in one picture: which of them the hand means is not known."""
    desk.segments.begin()
    desk.viewer.toggle_mpr()
    desk.viewer.activate(0)
    desk.viewer.set_slab(10.0)

    with pytest.raises(CommandError, match="many planes in one"):
        desk.segments.stroke([(10.0, 10.0)])


def test_the_next_case_begins_with_nothing_drawn(desk: Desk) -> None:
    desk.segments.begin()
    desk.segments.stroke([(10.0, 10.0)])
    desk.viewer.close()
    assert desk.segments.on(desk.images) == ()


@pytest.mark.parametrize("name", SCANS)
def test_the_object_holds_the_very_voxels_and_names_their_images(name: str) -> None:
    """Read by highdicom and, below, by dciodvfy: nobody's own word for it."""
    desk = Desk(name)
    desk.segments.grow(desk.mark(), 50, 100).result()
    desk.segments.begin("Cyst")
    desk.segments.stroke([(4.0, 4.0), (9.0, 4.0)], 1.5)
    assert desk.save().result() == 2

    [filed] = desk.filer.filed
    read = highdicom.seg.segread(io.BytesIO(base64.b64decode(filed.body)))
    sops = [str(frame.key.sop) for frame in desk.images.frames]
    kept = [sop for sop in sops if sop in {str(u[2]) for u in read.get_source_image_uids()}]
    first = read.get_pixels_by_source_instance(
        kept,
        segment_numbers=[1],
        ignore_spatial_locations=False,
        assert_missing_frames_are_empty=True,
    )[..., 0]
    expected = desk.inside[[sops.index(sop) for sop in kept]]
    assert (first.astype(bool) == expected).all()
    assert desk.inside.sum() == first.sum()
    names = [each.segment_label for each in map(read.get_segment_description, (1, 2))]
    assert names == ["from A1", "Cyst"]
    how = [each.algorithm_type.value for each in map(read.get_segment_description, (1, 2))]
    assert how == ["SEMIAUTOMATIC", "MANUAL"]
    assert read.StudyInstanceUID == "1.1"
    assert read.FrameOfReferenceUID == "1.2.9.1"


@pytest.mark.parametrize("parts", [1, 3])
def test_segments_of_enhanced_objects_name_their_frames(parts: int) -> None:
    """Enhanced CT and MR, one object or a concatenation: read by highdicom, frame by frame."""
    desk = Desk(parts=parts)
    desk.segments.grow(desk.mark(), 50, 100).result()

    desk.save().result()

    [filed] = desk.filer.filed
    read = highdicom.seg.segread(io.BytesIO(base64.b64decode(filed.body)))
    drawn = 0
    sops = list(dict.fromkeys(frame.key.sop for frame in desk.images.frames))
    named = {str(uids[2]) for uids in read.get_source_image_uids()}
    assert named <= set(sops)
    for sop in [each for each in sops if each in named]:
        own = [at for at, frame in enumerate(desk.images.frames) if frame.key.sop == sop]
        pixels = read.get_pixels_by_source_frame(
            sop,
            [desk.images.frames[at].key.frame_index + 1 for at in own],
            segment_numbers=[1],
            ignore_spatial_locations=False,
            assert_missing_frames_are_empty=True,
        )[..., 0].astype(bool)
        assert np.array_equal(pixels, desk.inside[own])
        drawn += int(pixels.sum())
    assert drawn == desk.inside.sum()
    (series,) = read.ReferencedSeriesSequence
    referenced = [each.ReferencedSOPInstanceUID for each in series.ReferencedInstanceSequence]
    assert sorted(referenced) == sorted(named)
    assert {each.ReferencedSOPClassUID for each in series.ReferencedInstanceSequence} == {
        ENHANCED_CT
    }
    told = {str(each.value) for each in read.iterall() if each.VR == "UI"}
    assert pydicom.uid.CTImageStorage not in told


def test_the_object_says_what_each_segment_is_in_the_codes_of_the_standard(desk: Desk) -> None:
    """Another station colours, lists and counts it as what it is."""
    desk.segments.begin("Left kidney")
    desk.segments.set_kind(SegmentKind.KIDNEY)
    desk.segments.stroke([(10.0, 10.0)], 3.0)
    desk.segments.begin("Seen")
    desk.segments.stroke([(30.0, 30.0)], 3.0)

    desk.save().result()

    read = highdicom.seg.segread(io.BytesIO(base64.b64decode(desk.filer.filed[0].body)))
    kidney, lesion = map(read.get_segment_description, (1, 2))
    assert kidney.segmented_property_category.value == "91723000"
    assert (kidney.segmented_property_type.value, kidney.segmented_property_type.meaning) == (
        "64033007", "Kidney",
    )  # fmt: skip
    assert lesion.segmented_property_type.meaning == "Lesion"


def test_segments_of_a_volume_in_axes_of_its_own_are_not_written_as_the_patients(
    desk: Desk,
) -> None:
    """An ultrasound volume has no place in the patient; a Segmentation says that it has one."""
    desk.segments.grow(desk.mark(), 50, 100).result()
    own, drawn = desk.segments.to_save()
    away = evolve(own, frames=tuple(evolve(each, in_patient=False) for each in own.frames))
    desk.segments.to_save = lambda: (away, drawn)  # type: ignore[method-assign]

    with pytest.raises(CommandError, match="in the patient is not known"):
        desk.save()


@pytest.mark.peer
@pytest.mark.parametrize("parts", [0, 1])
def test_dciodvfy_finds_no_error_in_it(parts: int, tmp_path: Path) -> None:
    desk = Desk(parts=parts)
    desk.segments.grow(desk.mark(), 50, 100).result()
    desk.save().result()
    file = tmp_path / "seg.dcm"
    file.write_bytes(base64.b64decode(desk.filer.filed[0].body))
    tool = shutil.which("dciodvfy")
    assert tool, "installers/linux/packages-test.txt names dicom3tools"
    said = subprocess.run([tool, file], capture_output=True, text=True, check=False).stderr
    assert [line for line in said.splitlines() if line.startswith("Error")] == []
    assert pydicom.dcmread(file).PatientBirthDate == SOURCE.birth_date


def test_images_of_somebody_else_get_no_segments(desk: Desk) -> None:
    """The site is asked whose they are, once more, before anything is written."""
    desk.segments.grow(desk.mark(), 50, 100).result()
    other = evolve(PATIENT, id="somebody-else", name="Birch, Sam")
    job = desk.save(other)
    assert isinstance(job.error, Refused)
    assert desk.filer.filed == []


def test_what_was_not_saved_is_there_again_after_the_program_ended(desk: Desk) -> None:
    """Masks, names, colours: a hand drew for minutes."""
    desk.segments.grow(desk.mark(), 50, 100).result()
    desk.segments.begin("Cyst")
    desk.segments.stroke([(4.0, 4.0)], 1.5)
    desk.jobs.advance(2)
    before = desk.segments.on(desk.images)

    again = Desk(store_of=desk.store)
    found = again.segments.on(again.images)
    assert [(x.name, x.colour, x.grown, x.volume_ml) for x in found] == [
        (x.name, x.colour, x.grown, x.volume_ml) for x in before
    ]
    for one, other in zip(found, before, strict=True):
        assert one.slices.keys() == other.slices.keys()
        assert all((one.slices[n] == other.slices[n]).all() for n in one.slices)
    assert len(again.outlines()) == 2


def test_the_last_second_before_the_case_is_left_counts(desk: Desk) -> None:
    desk.segments.begin("Cyst")
    desk.segments.stroke([(4.0, 4.0)], 1.5)
    desk.viewer.close()
    assert Desk(store_of=desk.store).segments.on(desk.images) != ()


def test_what_another_reader_drew_is_not_shown_as_ones_own(desk: Desk) -> None:
    desk.segments.begin("Cyst")
    desk.viewer.close()
    assert Desk(store_of=desk.store, who="18").segments.on(desk.images) == ()


def test_masks_never_lie_on_other_images_than_they_were_drawn_on(desk: Desk) -> None:
    """The series was sent again with a slice more: what was drawn is left where it is."""
    desk.segments.begin("Cyst")
    desk.viewer.close()
    [(key, body)] = desk.store.items()
    desk.store[key] = body.replace('"images": "', '"images": "0')
    assert Desk(store_of=desk.store).segments.on(desk.images) == ()


def test_what_the_study_has_is_not_kept_beside_it(desk: Desk) -> None:
    desk.segments.grow(desk.mark(), 50, 100).result()
    desk.jobs.advance(2)
    assert desk.store
    saving = desk.saving()
    saving.saved.connect(desk.kept.forget)
    case = evolve(item(), site=SITE, study=StudyUID("1.1"), patient=PATIENT)
    saving.save(case, Reader("17", "Reader, Ada")).result()
    assert not desk.store
