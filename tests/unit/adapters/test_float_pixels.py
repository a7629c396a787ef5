"""Float and Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25): the very values, in both orders."""

from collections.abc import Iterator

import numpy as np
import pytest
from dicom_objects import image, written
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from workstation.adapters.decoders import Decoders
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.protocols import dicom_json


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_floating_point_pixels_come_back_bit_for_bit(
    decoders: Decoders, bits: int, syntax: str
) -> None:
    """Parametric maps: a diffusion coefficient of 0.00083 is not 0, and not rounded."""
    values = np.random.default_rng(bits).normal(0, 1e-3, (2, 7, 5)).astype(f"<f{bits // 8}")
    ds = image(np.zeros((2, 7, 5), np.uint16), 16)
    del ds.PixelData, ds.BitsStored, ds.HighBit, ds.PixelRepresentation
    ds.BitsAllocated, ds.file_meta.TransferSyntaxUID = bits, syntax
    stored = values.astype(values.dtype.newbyteorder(">" if syntax == ExplicitVRBigEndian else "<"))
    setattr(ds, "FloatPixelData" if bits == 32 else "DoubleFloatPixelData", stored.tobytes())
    data = written(ds)

    ref = StudyRef(SiteId("s"), StudyUID(ds.StudyInstanceUID))
    found = dicom_json.series(decoders.header(data), ref, SeriesUID(ds.SeriesInstanceUID))
    decoded = decoders.decode_object(data, found.instances[0].frames)

    for result, expected in zip(decoded, values, strict=True):
        assert not isinstance(result, Exception), result
        np.testing.assert_array_equal(result.stored, expected)
