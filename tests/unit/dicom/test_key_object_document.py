"""Key images as DICOM key objects: valid for others, of the right frames."""

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from fakes_report import SITE, STUDY
from programs import need
from pydicom import Dataset, dcmread

from workstation.dicom.document_head import DocumentHead, MarkedImage
from workstation.dicom.key_object_document import key_object_document
from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyUID
from workstation.domain.key_image import KEY_CODES, KeyImage, KeyTitle
from workstation.domain.reader import Reader
from workstation.domain.source import Source

pytestmark = pytest.mark.slow  # the library takes a third of a second

CT, CINE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.3.1"
SOURCE = Source(
    "Ωμέγα^Άννα", "HG-1", "HG", "19620302", "F", "20261122", "173100", "S1", "Chest", "A-1", "R^A"
)
HEAD = DocumentHead(
    STUDY, SOURCE, Reader("Practitioner/17", "Sample, Jo"),
    datetime(2026, 11, 25, 20, 50, 7, tzinfo=UTC), "1.2.826.0.1.8", "1.2.826.0.1.8.1",
    {
        SopUID("1.2.3.4.51"): MarkedImage(CT, "CT", 1),
        SopUID("1.2.3.5.1"): MarkedImage(CINE, "US", 40),
    },
)  # fmt: skip


def key(sop: str = "1.2.3.4.51", frame: int = 0) -> KeyImage:
    series = SeriesUID(sop.rpartition(".")[0])
    return KeyImage(FrameKey(SITE, STUDY, series, SopUID(sop), frame))


KEYS = (key(), key("1.2.3.5.1", 17), key("1.2.3.5.1", 3))


def document(title: KeyTitle = KeyTitle.FOR_SURGERY) -> Dataset:
    return dcmread(io.BytesIO(key_object_document(HEAD, title, KEYS)))


def test_every_image_is_named_once_with_its_frames() -> None:
    """Frame numbers count from 1, and stand only where there are several (PS3.3 10.3)."""
    items = [i for i in document().ContentSequence if i.ValueType == "IMAGE"]
    found = {
        i.ReferencedSOPSequence[0].ReferencedSOPInstanceUID: i.ReferencedSOPSequence[0].get(
            "ReferencedFrameNumber"
        )
        for i in items
    }
    assert found == {"1.2.3.4.51": None, "1.2.3.5.1": [4, 18]}
    assert len(items) == 2


@pytest.mark.parametrize("title", KeyTitle)
def test_it_says_what_the_images_were_marked_for(title: KeyTitle) -> None:
    """PS3.16 TID 2010, CID 7010."""
    (code,) = document(title).ConceptNameCodeSequence
    assert (code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning) == (
        KEY_CODES[title][0], "DCM", KEY_CODES[title][1],
    )  # fmt: skip


def test_it_is_of_the_patient_the_study_the_reader_and_the_moment() -> None:
    made = document()
    assert (made.Modality, made.StudyInstanceUID, made.SOPInstanceUID) == (
        "KO", STUDY, HEAD.sop_uid,
    )  # fmt: skip
    assert (made.SpecificCharacterSet, str(made.PatientName)) == ("ISO_IR 192", "Ωμέγα^Άννα")
    assert (made.PatientID, made.IssuerOfPatientID, made.AccessionNumber) == ("HG-1", "HG", "A-1")
    assert (made.ContentDate, made.ContentTime) == ("20261125", "205007")
    observers = [str(i.PersonName) for i in made.ContentSequence if i.ValueType == "PNAME"]
    assert observers == ["Sample^Jo"]


def test_an_image_of_another_study_is_refused() -> None:
    """A key image in the wrong chart is worse than none."""
    stranger = evolve(key(), frame=evolve(key().frame, study=StudyUID("9.9.9")))
    for wrong in (stranger, key("7.7.7")):
        with pytest.raises(ValueError, match="another study"):
            key_object_document(HEAD, KeyTitle.OF_INTEREST, [wrong])


def test_the_same_input_gives_the_same_bytes() -> None:
    made = [key_object_document(HEAD, KeyTitle.OF_INTEREST, KEYS) for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.peer
def test_dciodvfy_and_dsrdump_accept_it(tmp_path: Path) -> None:
    """Two programs of other people: no error of the first, and the second names the images."""
    need("dciodvfy", "dsrdump")
    file = tmp_path / "keys.dcm"
    file.write_bytes(key_object_document(HEAD, KeyTitle.FOR_SURGERY, KEYS))

    checked = subprocess.run(["dciodvfy", file], capture_output=True, text=True, check=False)
    said = (checked.stdout + checked.stderr).splitlines()
    assert any("KeyObjectSelectionDocument" in line for line in said), said
    assert [line for line in said if line.startswith("Error")] == []
    dumped = subprocess.run(["dsrdump", "+Pl", file], capture_output=True, text=True, check=False)
    assert dumped.returncode == 0, dumped.stderr
    assert "For Surgery" in dumped.stdout
    assert dumped.stdout.count("IMAGE:") == 2, dumped.stdout
