"""Tables of real objects, read from their headers, against pydicom's reading of them."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from fakes_metadata import header
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut

from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.study import Frame
from workstation.imaging.colour import to_rgb
from workstation.imaging.overlay_planes import marks
from workstation.imaging.voi import rescaled
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes

DATA = Path(__file__).parents[4] / "shared/data"
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here"),
]


def first_frame(path: Path) -> Frame:
    said = Attributes(header(path))
    ref = StudyRef(SiteId("s"), StudyUID(said.text("0020000D")))
    series = dicom_json.series_of([said], ref, SeriesUID(said.text("0020000E")))
    return series.instances[0].frames[0]


@pytest.mark.parametrize(
    "name",
    [
        "photometric/OT-PAL-8-face.dcm",
        "photometric/TestPattern_Palette.dcm",
        "photometric/TestPattern_Palette_16.dcm",
        "us/examples_palette.dcm",
    ],
)
def test_palettes_of_real_objects_give_the_colours_that_pydicom_gives(name: str) -> None:
    """A Doppler image in false colours shows flow that is not there."""
    ds = pydicom.dcmread(DATA / name, force=True)
    ds.file_meta.setdefault("TransferSyntaxUID", "1.2.840.10008.1.2")
    stored = ds.pixel_array
    theirs = apply_color_lut(stored, ds)
    deep = theirs.dtype.itemsize > 1

    found = to_rgb(stored, first_frame(DATA / name))

    assert np.array_equal(found, theirs >> 8 if deep else theirs)


def test_a_real_modality_table_gives_the_values_that_pydicom_gives() -> None:
    """Film digitisers write optical densities this way."""
    path = DATA / "luts_overlays/mlut_18.dcm"
    ds = pydicom.dcmread(path)

    found = rescaled(ds.pixel_array, first_frame(path).rescale)

    assert np.array_equal(found, apply_modality_lut(ds.pixel_array, ds))


def test_real_overlays_lie_where_pydicom_puts_them() -> None:
    """A full-size drawing and a region of 64 x 200 at row 401, column 101."""
    path = DATA / "luts_overlays/overlay_planes.dcm"
    ds = pydicom.dcmread(path)
    theirs = ds.overlay_array(0x6000).copy()
    theirs[400:464, 100:300] |= ds.overlay_array(0x6002)

    assert np.array_equal(marks(first_frame(path)), theirs)
