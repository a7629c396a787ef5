"""The file format around a data set: pydicom reads what we write, and we what it writes."""

import io

import pydicom
import pytest
from pydicom.data import get_testdata_file

from workstation.protocols.part10 import Wrapped, file_of, opened

NAMES = ("CT_small.dcm", "MR_small_jp2klossless.dcm", "MR_small_implicit.dcm", "test-SR.dcm")


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_goes_out_and_comes_back_as_it_is(name: str) -> None:
    """What travels by DIMSE has no head; the decoder child opens whole files."""
    with open(str(get_testdata_file(name)), "rb") as file:
        data = file.read()
    original = pydicom.dcmread(io.BytesIO(data))

    found = opened(data)
    again = pydicom.dcmread(io.BytesIO(file_of(found)))

    meta = original.file_meta
    assert (found.sop_class, found.sop, found.transfer_syntax) == (
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID, meta.TransferSyntaxUID,
    )  # fmt: skip
    assert data.endswith(found.data_set)
    assert again == original
    assert again.file_meta.TransferSyntaxUID == meta.TransferSyntaxUID


def test_an_odd_uid_is_padded_and_the_length_of_the_head_is_its_own() -> None:
    """PS3.10 7.1: readers skip the head by its length."""
    made = file_of(Wrapped("1.2.3", "1.2.34", "1.2.840.10008.1.2.1", b""))
    read = pydicom.dcmread(io.BytesIO(made)).file_meta

    assert read.MediaStorageSOPClassUID == "1.2.3"
    assert read.FileMetaInformationGroupLength == len(made) - 144


@pytest.mark.parametrize("data", [b"", bytes(132), bytes(128) + b"DICM", bytes(128) + b"DICM\2\0"])
def test_what_is_no_file_is_refused(data: bytes) -> None:
    """Our own sealed documents come here; one that was damaged is not sent."""
    with pytest.raises(ValueError, match="not a DICOM file"):
        opened(data)
