"""Spatial Registration objects: a matrix the wrong way round puts a prior twice as far off."""

from typing import Any

import numpy as np
import pytest
from dicom_objects import written
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

from workstation.dicom import header
from workstation.dicom.display_sets import display_sets
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.registration import SpatialRegistration
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_registration import spatial_registration

REG = "1.2.840.10008.5.1.4.1.1.66.1"
SHIFT = [1, 0, 0, 5, 0, 1, 0, -6, 0, 0, 1, 70, 0, 0, 0, 1]
#: A quarter turn about the axis from foot to head: what is left goes behind.
QUARTER = [0, -1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]


def matrix(numbers: list[float], kind: str = "RIGID") -> dict[str, Any]:
    return {"300600C6": {"Value": numbers}, "0070030C": {"Value": [kind]}}


def item(space: str, *matrices: dict[str, Any]) -> dict[str, Any]:
    inner = {"0070030A": {"Value": list(matrices)}}
    return {"00200052": {"Value": [space]}, "00700309": {"Value": [inner]}}


def read(*items: dict[str, Any], sop_class: str = REG) -> SpatialRegistration | None:
    row = {
        "00080016": {"Value": [sop_class]},
        "00200052": {"Value": ["9.1"]},
        "00700080": {"Value": ["PLANNING"]},
        "00700308": {"Value": list(items)},
    }
    return spatial_registration(Attributes(row))


def test_an_item_leads_into_the_space_of_the_object() -> None:
    """PS3.3 C.20.2.1.1: the matrix takes the item's points to the registered ones."""
    found = read(item("9.1", matrix(list(np.eye(4).ravel()))), item("9.2", matrix(SHIFT)))

    assert found is not None
    there, back = found.between("9.2", "9.1"), found.between("9.1", "9.2")
    assert there is not None
    assert back is not None
    assert there.point((1.0, 2.0, 3.0)) == pytest.approx((6.0, -4.0, 73.0))
    assert back.point((6.0, -4.0, 73.0)) == pytest.approx((1.0, 2.0, 3.0))
    assert found.between("9.2", "9.7") is None
    assert found.label == "PLANNING"


def test_two_items_meet_in_the_object() -> None:
    """Neither is the object's own frame of reference."""
    found = read(item("9.2", matrix(SHIFT)), item("9.3", matrix(QUARTER)))

    assert found is not None
    rigid = found.between("9.2", "9.3")
    assert rigid is not None
    # (1, 2, 3) + (5, -6, 70) = (6, -4, 73), and a quarter turn back: (y, -x)
    assert rigid.point((1.0, 2.0, 3.0)) == pytest.approx((-4.0, -6.0, 73.0))


def test_several_matrices_are_applied_in_their_order() -> None:
    """First the shift, then the turn: (1, 0, 0) -> (6, -6, 70) -> (6, 6, 70)."""
    found = read(item("9.2", matrix(SHIFT), matrix(QUARTER)))

    assert found is not None
    rigid = found.between("9.2", "9.1")
    assert rigid is not None
    assert rigid.point((1.0, 0.0, 0.0)) == pytest.approx((6.0, 6.0, 70.0))


@pytest.mark.parametrize(
    "wrong",
    [
        matrix(SHIFT, "RIGID_SCALE"),
        matrix(SHIFT[:12]),
        matrix([1.2, *SHIFT[1:]]),
        matrix([-1, *SHIFT[1:]]),
        {},
    ],
)
def test_what_is_not_rigid_is_left_out(wrong: dict[str, Any]) -> None:
    """A lesion must not change its size on the way, nor its side."""
    assert read(item("9.2", wrong)) is None


def test_another_object_is_none() -> None:
    assert read(item("9.2", matrix(SHIFT)), sop_class="1.2.3") is None


def test_a_file_of_another_writer_is_read_as_the_program_reads_it() -> None:
    """Written by pydicom, through the child's JSON: nested sequences, decimal strings."""
    ds, outer, inner, item_ = Dataset(), Dataset(), Dataset(), Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = REG, "1.2.3.9", "REG"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.3.1", "1.2.3.2"
    ds.FrameOfReferenceUID, ds.ContentLabel = "9.1", "PLANNING"
    inner.FrameOfReferenceTransformationMatrix = [f"{number:.6g}" for number in SHIFT]
    inner.FrameOfReferenceTransformationMatrixType = "RIGID"
    outer.MatrixSequence = Sequence([inner])
    item_.FrameOfReferenceUID, item_.MatrixRegistrationSequence = "9.2", Sequence([outer])
    ds.RegistrationSequence = Sequence([item_])
    ref = StudyRef(SiteId("harbor"), StudyUID("1.2.3.1"))
    series = dicom_json.series(header.to_json(written(ds)), ref, SeriesUID("1.2.3.2"))

    (found,) = display_sets(ref, series)

    assert isinstance(found.annotation, SpatialRegistration)
    rigid = found.annotation.between("9.2", "9.1")
    assert rigid is not None
    assert rigid.point((1.0, 2.0, 3.0)) == pytest.approx((6.0, -4.0, 73.0))
