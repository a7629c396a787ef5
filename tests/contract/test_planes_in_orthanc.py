"""Planes through a real archive: what comes back lies where the source lies, with its values.

A tilted CT is read from Orthanc in turned coronals; they are saved by STOW, and the study is
opened again as another station would: the saved series is held against the source (F119).
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import orthanc
import pytest
from attrs import frozen
from fakes import FakeClock, Home
from fakes_report import ALDER, SITE, STUDY, item
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from reading_desk import READER, REF, reading_desk
from volume_phantoms import noise, rotation, sheared, trilinear

from workstation.domain.study import DisplaySet, GeometryVerdict
from workstation.imaging.volume_voxels import Volume
from workstation.services.delivery.planes_saving import PlanesSaving, Written
from workstation.services.viewer.viewer import Viewer

pytestmark = [pytest.mark.peer, pytest.mark.slow]

SHAPE = (24, 32, 36)
VOXELS = noise(SHAPE)
SPACING = (0.9, 0.8, 1.4)
#: Turned about every axis, its slices shifted against each other.
PLACED = np.eye(4)
PLACED[:3, :3] = rotation(9) @ sheared(11.0) * np.asarray(SPACING)
PLACED[:3, 3] = (12.0, -40.0, 75.0)
CORONAL = 2


def slices(folder: Path) -> list[Path]:
    """The CT as files, written by pydicom."""
    found = []
    series, space = f"{STUDY}.7", f"{STUDY}.8"
    row, column = (PLACED[:3, axis] / np.linalg.norm(PLACED[:3, axis]) for axis in (0, 1))
    down, across = (float(np.linalg.norm(PLACED[:3, axis])) for axis in (1, 0))
    for number, pixels in enumerate(VOXELS):
        made = Dataset()
        made.file_meta = FileMetaDataset()
        made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        made.SOPClassUID, made.SOPInstanceUID = CTImageStorage, f"{series}.{number + 1}"
        made.PatientName, made.PatientID = ALDER.name.replace(", ", "^"), ALDER.id
        made.PatientBirthDate, made.PatientSex = f"{ALDER.birth_date:%Y%m%d}", ALDER.sex
        made.StudyInstanceUID, made.SeriesInstanceUID = STUDY, series
        made.StudyDate, made.StudyTime, made.StudyID = "20261122", "173100", "1"
        made.AccessionNumber, made.Modality, made.SeriesNumber = item().accession, "CT", 7
        made.InstanceNumber, made.FrameOfReferenceUID = number + 1, space
        made.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        made.KVP, made.PatientPosition, made.AcquisitionNumber = "120", "HFS", 1
        made.ImageOrientationPatient = [f"{x:.12f}"[:16] for x in (*row, *column)]
        origin = PLACED[:3, 3] + number * PLACED[:3, 2]
        made.ImagePositionPatient = [f"{x:.10f}"[:16] for x in origin]
        made.PixelSpacing, made.SliceThickness = [f"{down:.8f}", f"{across:.8f}"], "1.4"
        made.SamplesPerPixel, made.PhotometricInterpretation = 1, "MONOCHROME2"
        made.Rows, made.Columns = pixels.shape
        made.BitsAllocated = made.BitsStored = 16
        made.HighBit, made.PixelRepresentation = 15, 1
        made.RescaleIntercept, made.RescaleSlope = "-1024", "1"
        made.PixelData = pixels.astype("<i2").tobytes()
        made["PixelData"].VR = "OW"
        path = folder / f"{number}.dcm"
        made.save_as(path, enforce_file_format=True)
        found.append(path)
    return found


@frozen
class Reread:
    """The study as it is opened again after the planes were saved."""

    written: Written
    source: DisplaySet
    saved: DisplaySet
    volume: Volume


@pytest.fixture(scope="module")
def reread(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reread]:
    orthanc.need_orthanc()
    folder = tmp_path_factory.mktemp("planes")
    (folder / "images").mkdir()
    with orthanc.running(folder, slices(folder / "images")) as server:
        yield _save_and_read(server)


def _save_and_read(server: orthanc.Orthanc) -> Reread:
    with reading_desk(server) as desk:
        viewer = desk.opened()
        (own,) = viewer.display_sets(REF)
        _turned(viewer, desk.home)
        here = {SITE: desk.source}
        saving = PlanesSaving(
            viewer, viewer.volumes, desk.filing(), here, here, desk.jobs, FakeClock()
        )
        written = desk.home.settled(saving.save(item(), READER, 1.1), 60.0).result()
        again = desk.opened()
        (saved,) = [each for each in again.display_sets(REF) if each.series != own.series]
        desk.home.settled(again.volumes.want(saved), 30.0)
        volume = again.volumes.get(saved)
        assert volume is not None
        return Reread(written, own, saved, volume)


def _turned(viewer: Viewer, home: Home) -> None:
    """Coronals that lean in two directions."""
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    made = viewer.toggle_mpr()
    if made is not None:
        home.settled(made)
    viewer.activate(0)
    viewer.turn_planes(17.0)
    viewer.activate(3)
    viewer.turn_planes(-9.0)
    viewer.activate(CORONAL)


def test_the_archive_gives_back_every_plane(reread: Reread) -> None:
    assert reread.written.images == len(reread.saved.frames) > 20


def test_the_saved_series_is_a_volume_in_the_space_of_its_source(reread: Reread) -> None:
    """Another station makes planes of the planes."""
    assert reread.saved.geometry.verdict is GeometryVerdict.REGULAR
    assert reread.saved.geometry.mpr
    spaces = {each.frame_of_reference for each in (*reread.saved.frames, *reread.source.frames)}
    assert len(spaces) == 1


def test_it_lies_over_its_source(reread: Reread) -> None:
    """Voxel by voxel at the place that the files say: within a rounded HU, so within far less
    than half a millimetre."""
    index = np.stack(np.meshgrid(*map(np.arange, reread.volume.voxels.shape), indexing="ij"), -1)
    places = index[..., ::-1] @ reread.volume.affine.matrix[:3, :3].T
    expected = trilinear(VOXELS, PLACED, places + reread.volume.affine.matrix[:3, 3])
    inside = np.isfinite(expected)
    assert inside.sum() > 5000
    assert np.abs(reread.volume.voxels[inside] - expected[inside]).max() < 0.51


def test_what_is_shifted_by_half_a_millimetre_would_be_found(reread: Reread) -> None:
    """The judge itself: the noise is fine enough to tell."""
    index = np.stack(np.meshgrid(*map(np.arange, reread.volume.voxels.shape), indexing="ij"), -1)
    places = index[..., ::-1] @ reread.volume.affine.matrix[:3, :3].T
    moved = places + reread.volume.affine.matrix[:3, 3] + (0.5, 0.0, 0.0)
    expected = trilinear(VOXELS, PLACED, moved)
    inside = np.isfinite(expected)
    assert np.abs(reread.volume.voxels[inside] - expected[inside]).max() > 50
