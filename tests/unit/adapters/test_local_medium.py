"""Discs with a directory: what it lists is shown, what is lost or left over is said."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from dicom_objects import image, written
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.fileset import FileSet

from workstation.adapters.decoders import Decoders
from workstation.adapters.local_frames import LocalFrames
from workstation.services.ports.files import Opened


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


def object_of(patient: str = "1", date: str = "20260101") -> Dataset:
    """A picture with what directory records want (PS3.3 F.5)."""
    ds = image(np.arange(16, dtype=np.uint8).reshape(4, 4), 8)
    ds.PatientName, ds.PatientID = "Alder^Robin", patient
    ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber = date, "120000", "1", ""
    ds.SeriesNumber, ds.InstanceNumber = 1, 1
    ds.StudyDescription, ds.ImageType = "", ["ORIGINAL", "PRIMARY"]
    return ds


def disc(folder: Path, *objects: Dataset) -> list[Path]:
    """A medium as pydicom writes it; gives its files in the order of the objects."""
    medium = FileSet()
    for each in objects:
        medium.add(each)
    medium.write(folder)
    medium._stage["t"].cleanup()  # where it gathered the files; otherwise a warning at exit
    where = {instance.SOPInstanceUID: Path(instance.path) for instance in medium}
    return [where[each.SOPInstanceUID] for each in objects]


def opened(decoders: Decoders, path: Path) -> Opened:
    return LocalFrames(decoders).open(path)


def patients(found: Opened) -> list[str]:
    return [study.patient.id for study in found.studies]


def test_what_a_directory_does_not_list_is_not_shown_and_is_counted(
    tmp_path: Path, decoders: Decoders
) -> None:
    """A disc for one patient may carry another one's files: they are nobody's to look at."""
    disc(tmp_path, object_of("1"))
    (tmp_path / "LEFTOVER").write_bytes(written(object_of("2")))
    (tmp_path / "VIEWER.EXE").write_bytes(b"MZ" + bytes(200))

    found = opened(decoders, tmp_path / "DICOMDIR")

    assert patients(found) == ["1"]
    assert (found.listed, found.missing, found.unlisted) == (1, (), 1)
    assert dict(found.problems) == {}


def test_what_a_directory_lists_and_is_missing_is_told_by_name(
    tmp_path: Path, decoders: Decoders
) -> None:
    """A disc that lost a file must not look complete, opened as a folder or by its directory."""
    _, lost = disc(tmp_path, object_of(), object_of())
    lost.unlink()
    name = lost.relative_to(tmp_path).as_posix()

    for path in (tmp_path / "DICOMDIR", tmp_path):
        found = opened(decoders, path)
        assert (found.listed, found.missing) == (2, (name,))
        assert len(found.studies) == 1


def test_a_directory_in_a_folder_or_archive_is_no_patient_of_its_own(
    tmp_path: Path, decoders: Decoders
) -> None:
    """The directory has no study and no patient: it was counted as somebody else's study."""
    medium = tmp_path / "disc"
    disc(medium, object_of("1"))
    archive = tmp_path / "disc.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(medium.rglob("*")):
            packed.write(file, file.relative_to(medium).as_posix())

    for path in (medium, archive):
        found = opened(decoders, path)
        assert patients(found) == ["1"]
        assert (found.listed, found.missing, found.unlisted) == (1, (), 0)


def test_a_listed_file_that_is_no_image_is_told(tmp_path: Path, decoders: Decoders) -> None:
    """In a folder such files are the viewer of the disc; in its directory they are a loss."""
    _, second = disc(tmp_path, object_of(), object_of())
    second.write_bytes(b"overwritten by something else" * 10)

    assert dict(opened(decoders, tmp_path / "DICOMDIR").problems) == {"not-dicom": 1}


def test_records_that_were_deleted_list_nothing(tmp_path: Path, decoders: Decoders) -> None:
    """Record In-use Flag 0000H (PS3.3 F.3.2.2): the file was taken off the medium's list."""
    disc(tmp_path, object_of("1"), object_of("2"))
    directory = dcmread(tmp_path / "DICOMDIR")
    named = [each for each in directory.DirectoryRecordSequence if "ReferencedFileID" in each]
    named[-1].RecordInUseFlag = 0
    directory.save_as(tmp_path / "DICOMDIR")

    found = opened(decoders, tmp_path / "DICOMDIR")

    assert (len(found.studies), found.listed, found.unlisted) == (1, 1, 1)


def test_the_newest_study_and_its_largest_folder_are_read_first(
    tmp_path: Path, decoders: Decoders
) -> None:
    """The first image of a disc with priors is of the study one has asked about."""
    old, scout, new = object_of("1", "20200101"), object_of("1"), object_of("1")
    scout.StudyInstanceUID = new.StudyInstanceUID
    for name, objects in {"a": [old] * 3, "b": [scout], "c": [new, new]}.items():
        (tmp_path / name).mkdir()
        for at, each in enumerate(objects):
            each.SOPInstanceUID = f"1.2.{ord(name)}.{at}"
            (tmp_path / name / str(at)).write_bytes(written(each))

    source = LocalFrames(decoders)
    found = source.open(tmp_path)

    assert [study.date for study in found.studies] == ["20260101", "20200101"]
    heads = source.series(found.studies[0].ref)
    assert [head.uid for head in heads] == [new.SeriesInstanceUID, scout.SeriesInstanceUID]
