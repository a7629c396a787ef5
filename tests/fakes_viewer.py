"""A frame store and a loader that hold numpy frames, and frames with known answers."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import numpy as np
from fakes import FakeClock, InlineJobs
from numpy.typing import NDArray

from workstation.commands import catalogue
from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.measurement import Measurement, MeasurementKind
from workstation.domain.patient import Patient
from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import (
    DisplaySet,
    DisplaySetKind,
    Frame,
    Geometry,
    GeometryVerdict,
    PixelFormat,
    PixelSpacing,
    SpacingOrigin,
)
from workstation.domain.technique import Fact, Stated
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels, ReducedImage
from workstation.rendering.volume_slice import plane_samples
from workstation.services.ports.images import Packed
from workstation.services.screen.structures import Structures
from workstation.services.screen.viewed import ViewedStudy
from workstation.services.signal import Signal
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes

SITE = SiteId("harbor")
PATIENT = Patient("Alder, Robin", "HG-100482", "harbor", date(1962, 3, 2), "M")
OTHER_PATIENT = Patient("Birch, Alex", "HG-100999", "harbor", date(1971, 5, 9), "F")

AXIAL = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0))
CORONAL = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0))
SAGITTAL = ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0))


class FakeStore:
    """Frames in memory, and those that could not be shown."""

    def __init__(self) -> None:
        self.pixels: dict[FrameKey, FramePixels] = {}
        self.failures: dict[FrameKey, NotDisplayable] = {}
        self.reduced: dict[FrameKey, ReducedImage] = {}
        self.held_packed: dict[FrameKey, Packed] = {}
        self.beside = 0
        self.previewed: Signal[FrameKey] = Signal()
        self.room = 1 << 32

    def meanwhile(self, key: FrameKey) -> ReducedImage | None:
        return self.reduced.get(key)

    def put(self, key: FrameKey, frame: FramePixels) -> None:
        self.pixels[key] = frame

    def has(self, key: FrameKey) -> bool:
        return self.get(key) is not None or self.packed(key) is not None

    def packed(self, key: FrameKey) -> Packed | None:
        return self.held_packed.get(key)

    def hold_beside(self, _ref: StudyRef, nbytes: int) -> None:
        self.beside += nbytes

    def get(self, key: FrameKey) -> FramePixels | None:
        return self.pixels.get(key)

    def failure(self, key: FrameKey) -> NotDisplayable | None:
        return self.failures.get(key)


class FakeLoader:
    """Nothing comes by itself: the test puts frames into the store and says so."""

    def __init__(self, store: FakeStore) -> None:
        self.store = store
        self.frame_arrived: Signal[FrameKey] = Signal()
        self.study_ready: Signal[Any] = Signal()
        self.problems: Signal[tuple[StudyRef, str]] = Signal()
        self.asked: list[tuple[str, int]] = []
        self.known: dict[str, DisplaySet] = {}
        self.coming: dict[str, int] = {}  # frames that are listed and not described yet
        self.free = 1 << 32
        self.unpacked: list[FrameKey] = []

    def look_at(self, display_set: DisplaySet, frame_index: int) -> None:
        self.known[display_set.id] = display_set
        self.asked.append((display_set.id, frame_index))

    def progress(self, display_set_id: str) -> SimpleNamespace:
        frames = self.known[display_set_id].frames if display_set_id in self.known else ()
        loaded = sum(self.store.has(frame.key) for frame in frames)
        failed = sum(frame.key in self.store.failures for frame in frames)
        total = len(frames) + self.coming.get(display_set_id, 0)
        return SimpleNamespace(loaded=loaded, failed=failed, total=total)

    def lost_series(self, _ref: StudyRef) -> int:
        return 0

    def arrive(self, frame: Frame, stored: NDArray[Any]) -> None:
        stored = np.ascontiguousarray(stored)
        stored.flags.writeable = False
        self.store.pixels[frame.key] = FramePixels(stored)
        self.frame_arrived.emit(frame.key)

    def arrive_packed(self, frame: Frame, stored: NDArray[Any]) -> None:
        """There is no room for it decoded."""
        self.store.held_packed[frame.key] = Packed(stored.tobytes())
        self.frame_arrived.emit(frame.key)

    def source(self, _site: SiteId) -> "FakeLoader":
        return self

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        self.unpacked.append(frame.key)
        rows, columns = frame.pixels.rows, frame.pixels.columns
        return FramePixels(np.frombuffer(packed.data, np.int16).reshape(rows, columns))


def ref(study: str) -> StudyRef:
    return StudyRef(SITE, StudyUID(study))


def viewed(
    study: str = "1.1",
    role: str = "current",
    *,
    patient: Patient = PATIENT,
    days_before: int | None = None,
    number: int = 1,
) -> ViewedStudy:
    label = "CURRENT" if role == "current" else f"PRIOR {number}"
    started = datetime(2026 if role == "current" else 2025, 11, 21, 17, 31, tzinfo=UTC)
    return ViewedStudy(
        ref(study), patient, started, role, label, days_before, "HG-26-118204",
        "CT chest with contrast", "Harbor General",
    )  # fmt: skip


def frame(
    index: int = 0,
    *,
    study: str = "1.1",
    series: str = "1.1.1",
    shape: tuple[int, int] = (64, 64),
    axes: tuple[Vector, Vector] | None = AXIAL,
    origin: Vector = (0.0, 0.0, 0.0),
    spacing: tuple[float, float] = (0.5, 0.5),
    space: str = "9.1",
    vois: tuple[Voi, ...] = (Voi(40, 400, name="Soft tissue"),),
    **more: Any,
) -> Frame:
    """An int16 CT frame; `spacing` is between rows, between columns."""
    key = FrameKey(SITE, StudyUID(study), SeriesUID(series), SopUID(f"{series}.{index + 1}"))
    plane = None if axes is None else ImagePlane(origin, *axes, *spacing)
    origin_of = SpacingOrigin.PATIENT if axes is not None else SpacingOrigin.NONE
    given = {
        "pixels": PixelFormat(*shape, 16, 16, 15, True),
        "number": index + 1,
        "plane": plane,
        "spacing": PixelSpacing(*spacing, origin_of) if axes is not None else PixelSpacing(),
        "frame_of_reference": space if axes is not None else "",
        "rescale": Rescale(1.0, -1024.0, "HU"),
        "vois": vois,
        "thickness_mm": 2.5 if axes is not None else None,
        "technique": (Stated(Fact.KVP, "120 kVp"), Stated(Fact.CURRENT, "184 mA")),
    }
    return Frame(key=key, **(given | more))


def stack(
    count: int = 5,
    *,
    name: str = "Axial 2.5",
    study: str = "1.1",
    series: str = "1.1.1",
    start: float = 0.0,
    step: float = 2.5,
    modality: str = "CT",
    **more: Any,
) -> DisplaySet:
    """Parallel axial frames, `step` mm apart from z = `start`."""
    frames = tuple(
        frame(i, study=study, series=series, **({"origin": (0.0, 0.0, start + i * step)} | more))
        for i in range(count)
    )
    return DisplaySet(
        f"{series}-0", StudyUID(study), SeriesUID(series), SITE, modality, name,
        DisplaySetKind.STACK, frames, Geometry(GeometryVerdict.REGULAR),
    )  # fmt: skip


def build() -> tuple[Viewer, FakeLoader]:
    store = FakeStore()
    loader = FakeLoader(store)
    jobs = InlineJobs(FakeClock())
    structures = Structures(store, jobs)  # type: ignore[arg-type]
    volumes = Volumes(store, loader, jobs, plane_samples)  # type: ignore[arg-type]
    return Viewer(store, loader, structures, volumes), loader  # type: ignore[arg-type]


def opened(
    *display_sets: DisplaySet,
    studies: Sequence[ViewedStudy] | None = None,
    load: bool = True,
) -> tuple[Viewer, FakeLoader]:
    """A viewer with these on screen, permitted and, unless told otherwise, loaded."""
    viewer, loader = build()
    viewer.show(studies or (viewed(),))
    for study in {each.study: each for each in display_sets}:
        viewer.permit(ref(study))
        own = tuple(each for each in display_sets if each.study == study)
        for each in own:
            loader.known[each.id] = each
        viewer.study_ready(ref(study), own)
    if load:
        for each in display_sets:
            for number, one in enumerate(each.frames):
                rows, columns = one.pixels.rows, one.pixels.columns
                loader.arrive(one, np.full((rows, columns), 1000 + number, np.int16))
    return viewer, loader


def larger(viewer: Viewer, loader: FakeLoader, display_set: DisplaySet) -> None:
    """Memory has room for half of a series that is loaded: its frames are held compressed."""
    viewer.volumes.forget()
    for frame in display_set.frames:
        stored = loader.store.pixels.pop(frame.key).stored
        loader.store.held_packed[frame.key] = Packed(stored.tobytes())
        loader.free = len(display_set.frames) * stored.nbytes // 2
    viewer.volumes.want(display_set)


def add_length(viewer: Viewer, x1: float, y1: float, x2: float, y2: float) -> Measurement:
    """The mark that tests make most, on the active view."""
    return viewer.add(MeasurementKind.LENGTH, ((x1, y1), (x2, y2)))


def runner(viewer: Viewer) -> Callable[[str], None]:
    """`run` as the windows pass it on: real command lines, the viewer alone behind them."""
    registry = catalogue.registry()
    keys = frozenset({"case", "image", "measurement", "prior"})
    context = SimpleNamespace(viewer=viewer, active=keys)

    def run(line: str) -> None:
        registry.run(line, context)  # type: ignore[arg-type]

    return run
