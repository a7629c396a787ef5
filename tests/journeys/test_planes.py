"""Planes on the screen through real scans, beside pydicom and interpolation in double precision."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import FakeLoader, FakeStore, viewed
from numpy.typing import NDArray
from volume_phantoms import trilinear

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.domain.identifiers import StudyRef
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.fewer_voxels import FewerVoxels
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import rescaled
from workstation.rendering.volume_slice import plane_samples
from workstation.services.images.counted_sets import set_bytes
from workstation.services.images.local_images import LocalImages
from workstation.services.ports.images import Packed
from workstation.services.screen.structures import Structures
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes
from workstation.viewing.planes import Plane

pytestmark = [pytest.mark.data, pytest.mark.slow]

DATA = Path(__file__).parents[3] / "shared" / "data"
Floats = NDArray[np.float64]
#: A sagittal MR that leans, a CT, a PET whose slices rescale each by itself, an enhanced MR.
SCANS = {
    "MR": "mr_multiseq_classic/t1_mprage",
    "CT": "ct_chest_current",
    "PET": "pt_synthetic_on_ct",
    "enhanced MR": "mr_enhanced_dwi",
}


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders(children=1)
    yield pool
    pool.close()


def opened(folder: Path, decoders: Decoders, *, packed: bool) -> tuple[Viewer, DisplaySet]:
    """The largest scan of a folder in planes, by the program's own decoder; `packed`: memory has
    room for half of it."""
    store, jobs = FakeStore(), InlineJobs(FakeClock())
    loader, source = FakeLoader(store), LocalFrames(decoders)
    scan = LocalImages(source).open(folder, volume=True)
    loader.known[scan.id], loader.free = scan, set_bytes(scan) // 2
    loader.source = lambda _: source  # type: ignore[assignment,method-assign,return-value]
    volumes = Volumes(store, loader, jobs, plane_samples)  # type: ignore[arg-type]
    viewer = Viewer(store, loader, Structures(store, jobs), volumes)  # type: ignore[arg-type]
    study = StudyRef(scan.site, scan.study)
    viewer.show([evolve(viewed(), ref=study)])
    viewer.permit(study)
    viewer.study_ready(study, (scan,))

    def arrived(frame: Frame, fetched: object) -> None:
        if isinstance(fetched, Packed):
            store.held_packed[frame.key] = fetched
        else:
            assert isinstance(fetched, FramePixels)
            store.put(frame.key, fetched)
        loader.frame_arrived.emit(frame.key)

    source.frames(scan.frames, arrived, decoded=not packed)
    viewer.toggle_mpr()
    return viewer, scan


def by_pydicom(folder: Path, scan: DisplaySet) -> tuple[Floats, Floats]:
    """Values (slices, rows, columns) and where they lie; parsed by pydicom alone."""
    wanted = {frame.key.sop for frame in scan.frames}
    files = [pydicom.dcmread(file) for file in sorted(folder.rglob("*.dcm"))]
    parts = [part for ds in files if ds.SOPInstanceUID in wanted for part in _slices(ds)]
    row, column = np.reshape(parts[0][2], (2, 3))
    parts.sort(key=lambda part: float(np.dot(part[1], np.cross(row, column))))
    down, across = parts[0][3]
    placed = np.eye(4)
    placed[:3, 0], placed[:3, 1] = row * across, column * down
    placed[:3, 2] = (parts[-1][1] - parts[0][1]) / (len(parts) - 1)
    placed[:3, 3] = parts[0][1]
    return np.stack([part[0] for part in parts]), placed


def _slices(ds: pydicom.Dataset) -> list[tuple[Floats, Floats, Floats, Floats]]:
    """Values, position, cosines and spacing of each."""
    stored = ds.pixel_array.astype(np.float64)
    if "PerFrameFunctionalGroupsSequence" not in ds:
        value = float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0))
        lies = ds.ImagePositionPatient, ds.ImageOrientationPatient, ds.PixelSpacing
        return [(stored * value[0] + value[1], *(np.array(each, float) for each in lies))]
    found = []
    for index, own in enumerate(ds.PerFrameFunctionalGroupsSequence):
        groups = [own, ds.SharedFunctionalGroupsSequence[0]]

        def of(name: str, groups: list[pydicom.Dataset] = groups) -> pydicom.Dataset:
            return next(group[name][0] for group in groups if name in group)

        value = of("PixelValueTransformationSequence")
        lies = (
            of("PlanePositionSequence").ImagePositionPatient,
            of("PlaneOrientationSequence").ImageOrientationPatient,
            of("PixelMeasuresSequence").PixelSpacing,
        )
        scaled = stored[index] * float(value.RescaleSlope) + float(value.RescaleIntercept)
        found.append((scaled, *(np.array(each, float) for each in lies)))
    return found


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", SCANS)
def test_planes_through_real_scans_are_exact(name: str, decoders: Decoders, packed: bool) -> None:
    """Straight and double oblique, on each view: what lies there is what is sampled (F109). Of a
    scan larger than the memory each slice is decoded when its turn comes."""
    folder = DATA / SCANS[name]
    viewer, scan = opened(folder, decoders, packed=packed)
    values, placed = by_pydicom(folder, scan)
    for turned in (False, True):
        if turned:
            viewer.turn_planes(23.0, Plane.AXIAL)
            viewer.turn_planes(-31.0, Plane.SAGITTAL)
        for index in (0, 2, 3):
            shown = viewer.shown(index)
            assert shown is not None
            assert shown.is_here
            assert shown.frame.plane is not None
            assert shown.reformat is not None
            assert shown.reformat.volume is not None
            assert isinstance(shown.reformat.volume, FewerVoxels) is packed
            size = shown.frame.pixels.columns, shown.frame.pixels.rows
            sampled = plane_samples(
                shown.reformat.volume, shown.frame.plane, size, 0.0, shown.reformat.mode
            )
            found = rescaled(sampled, shown.reformat.volume.frame.rescale)
            places = np.array([
                [shown.frame.plane.to_patient(x, y) for x in range(0, size[0], 3)]
                for y in range(0, size[1], 3)
            ])  # fmt: skip
            wanted = trilinear(values, placed, places)
            known = ~np.isnan(wanted) & ~np.isnan(found[::3, ::3])
            spread = float(np.ptp(values))
            assert known.sum() > 200
            assert np.abs(found[::3, ::3] - wanted)[known].max() < max(0.51, 1e-3 * spread)
