"""Presentation states shown as dcmtk shows them: the same object, the same image, every pixel.

`dcmp2pgm` (dcmtk) renders windows, curves, turns and flips of a state; it draws no figures
and no shutters.
"""

import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from dicom_objects import image, written
from numpy.typing import NDArray
from presentations import area, presentation_state, window
from programs import need
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.imaging.pixels import FramePixels
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_json import series_of
from workstation.protocols.dicom_presentation import presentation_state as read
from workstation.rendering.picture import FramePainter, PictureRequest
from workstation.viewing.presenting import presented
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import Interpolation, ViewportState

ROWS, COLUMNS = 40, 56
EIGHT = (np.arange(ROWS * COLUMNS) % 251).astype(np.uint8).reshape(ROWS, COLUMNS)
TWELVE = np.random.default_rng(7).integers(0, 4096, (ROWS, COLUMNS), np.uint16)


def by_dcmtk(folder: Path, shown: Dataset, state: Dataset) -> NDArray[np.uint8]:
    need("dcmp2pgm")
    (folder / "image.dcm").write_bytes(written(shown))
    (folder / "state.dcm").write_bytes(written(state))
    subprocess.run(
        ["dcmp2pgm", "-p", "state.dcm", "image.dcm", "out.pgm"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    found = (folder / "out.pgm").read_bytes()
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", found)
    assert head is not None
    columns, rows = int(head[1]), int(head[2])
    return np.frombuffer(found[head.end() :], np.uint8).reshape(rows, columns)


def by_us(
    shown: Dataset, state: Dataset, whole: tuple[int, int] = (COLUMNS, ROWS)
) -> NDArray[np.uint8]:
    """Through metadata as a site sends them, at one screen pixel for each of the image."""
    ref = StudyRef(SiteId("s"), StudyUID(shown.StudyInstanceUID))
    row = Attributes(shown.to_json_dict(bulk_data_threshold=1, bulk_data_element_handler=_nowhere))
    (instance,) = series_of([row], ref, SeriesUID(shown.SeriesInstanceUID)).instances
    parsed = read(Attributes(state.to_json_dict()))
    assert parsed is not None
    made = presented(parsed, instance.frames[0])
    assert made is not None
    stored = shown.pixel_array.copy()
    stored.flags.writeable = False
    turned = state.get("ImageRotation", 0) in (90, 270)
    size = whole[::-1] if turned else whole
    view = ResolvedView.of(ViewportState(), made.frame, *size, made.framing)
    picture = FramePainter().picture(
        PictureRequest(
            made.frame, FramePixels(stored), view, Interpolation.LINEAR, made.frame.vois[0], False
        )
    )
    assert picture is not None
    return picture.pixels


def _nowhere(element: object) -> str:
    return "https://example.org/bulk"


def apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> int:
    """Grey levels between two pictures of one size, at most."""
    return int(np.abs(a.astype(int) - b.astype(int)).max())


def lut(first: int, bits: int, values: NDArray[np.uint16]) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(values), first, bits]
    item["LUTDescriptor"].VR = "US"
    item.LUTData = values.astype("<u2").tobytes()
    item["LUTData"].VR = "OW"
    return item


def of_curve(curve: Dataset) -> Sequence:
    item = Dataset()
    item.VOILUTSequence = Sequence([curve])
    return Sequence([item])


GAMMA = (np.linspace(0, 1, 4096) ** 0.5 * 65535).round().astype(np.uint16)
STEPS = (np.arange(4096) // 256 * 4369).astype(np.uint16)


@pytest.mark.parametrize("flip", ["N", "Y"])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_turned_and_flipped_as_dcmtk_does(tmp_path: Path, turn: int, flip: str) -> None:
    """First the turn, then the flip (PS3.3 C.10.6): the other order swaps left and right."""
    shown = image(EIGHT, 8)
    state = presentation_state(shown, ImageRotation=turn, ImageHorizontalFlip=flip)
    if turn in (90, 270):
        state.DisplayedAreaSelectionSequence = Sequence([_whole_after(turn, flip)])

    assert np.array_equal(by_us(shown, state), by_dcmtk(tmp_path, shown, state))


def _whole_after(turn: int, flip: str) -> Dataset:
    """The corners that come to lie at the top left and bottom right."""
    corners = {90: ([1, ROWS], [COLUMNS, 1]), 270: ([COLUMNS, 1], [1, ROWS])}[turn]
    first, last = corners
    if flip == "Y":
        first, last = [first[0], last[1]], [last[0], first[1]]
    item = area(image(EIGHT, 8))
    item.DisplayedAreaTopLeftHandCorner, item.DisplayedAreaBottomRightHandCorner = first, last
    return item


@pytest.mark.parametrize("shape", ["IDENTITY", "INVERSE"])
@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_a_state_that_inverts_inverts_once(tmp_path: Path, photometric: str, shape: str) -> None:
    """A state replaces what the photometric interpretation says: MONOCHROME1 and INVERSE
    together are one inversion (Weasis #620 did two, and bone was black)."""
    shown = image(EIGHT, 8, photometric)
    state = presentation_state(shown, PresentationLUTShape=shape)

    found = by_us(shown, state)

    assert np.array_equal(found, EIGHT if shape == "IDENTITY" else 255 - EIGHT)
    assert apart(found, by_dcmtk(tmp_path, shown, state)) <= 1  # it truncates where it inverts


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"SoftcopyVOILUTSequence": Sequence([window(2000, 1500)])}, id="window"),
        pytest.param({"SoftcopyVOILUTSequence": Sequence([window(100, 1)])}, id="threshold"),
        pytest.param({}, id="no window: all of 12 bits"),
        pytest.param(
            {"RescaleSlope": 2, "RescaleIntercept": -1024, "RescaleType": "HU"},
            id="all of the rescaled range",
        ),
        pytest.param(
            {
                "RescaleSlope": 0.5, "RescaleIntercept": -100, "RescaleType": "HU",
                "SoftcopyVOILUTSequence": Sequence([window(800, 1000)]),
            },
            id="window on rescaled values",
        ),
        pytest.param(
            {"SoftcopyVOILUTSequence": of_curve(lut(0, 16, STEPS))}, id="curve"
        ),
        pytest.param(
            {
                "PresentationLUTSequence": Sequence([lut(0, 16, GAMMA)]),
                "SoftcopyVOILUTSequence": Sequence([window(2048, 4096)]),
            },
            id="presentation LUT",
        ),
    ],
)  # fmt: skip
def test_grey_as_dcmtk_has_it(tmp_path: Path, given: dict[str, Any]) -> None:
    """To one level of 255: dcmtk rounds between its steps, which PS3.4 N.2 leaves open."""
    shown = image(TWELVE, 12)
    state = presentation_state(shown, **given)
    if "PresentationLUTSequence" in given:
        del state.PresentationLUTShape

    assert apart(by_us(shown, state), by_dcmtk(tmp_path, shown, state)) <= 1


def test_what_the_state_does_not_say_is_not_taken_from_the_image(tmp_path: Path) -> None:
    """PS3.4 N.2: rescale and window of the image count no more."""
    shown = image(EIGHT, 8)
    shown.RescaleSlope, shown.RescaleIntercept = 3, -20
    shown.WindowCenter, shown.WindowWidth = 30, 20
    state = presentation_state(shown)

    found = by_us(shown, state)

    assert np.array_equal(found, EIGHT)
    assert np.array_equal(found, by_dcmtk(tmp_path, shown, state))


@pytest.mark.data
@pytest.mark.parametrize("name", ["real01", "real02", "real03"])
def test_real_states_are_read_whole(name: str) -> None:
    """ClearCanvas: each outlines a region of one image, with the words of its numbers."""
    folder = Path(__file__).parents[3] / "shared" / "data" / "gsps_ko"
    row = dcmread(folder / f"{name}.pr.dcm")

    found = read(Attributes(row.to_json_dict()))

    assert found is not None
    (item,) = row.GraphicAnnotationSequence
    (drawn,) = found.annotations
    outlined = [part + 0.5 for point in drawn.graphics[0].points for part in point]
    assert outlined == pytest.approx(list(item.GraphicObjectSequence[0].GraphicData))
    assert drawn.words[0].text.splitlines() == (
        item.TextObjectSequence[0].UnformattedTextValue.splitlines()
    )
    (area_item,) = row.DisplayedAreaSelectionSequence
    assert list(found.areas[0].first) == list(area_item.DisplayedAreaTopLeftHandCorner)
    assert found.left_out == ""


@pytest.mark.data
def test_a_real_state_shows_the_grey_dcmtk_shows(tmp_path: Path) -> None:
    """The whole image: dcmtk takes no notice of the displayed area."""
    folder = Path(__file__).parents[3] / "shared" / "data" / "gsps_ko"
    shown, state = dcmread(folder / "real01.dcm"), dcmread(folder / "real01.pr.dcm")
    whole = state.DisplayedAreaSelectionSequence[0]
    whole.DisplayedAreaTopLeftHandCorner = [1, 1]
    whole.DisplayedAreaBottomRightHandCorner = [shown.Columns, shown.Rows]
    size = (shown.Columns, shown.Rows)

    assert apart(by_us(shown, state, size), by_dcmtk(tmp_path, shown, state)) <= 1
