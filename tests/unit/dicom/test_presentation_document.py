"""Presentation states of ours in other people's programs: dcmtk draws what the reader saw."""

import io
import itertools
import math
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from dicom_objects import image, written
from fakes_report import SITE, STUDY
from numpy.typing import NDArray
from programs import need
from pydicom import Dataset, dcmread

from workstation.dicom.document_head import DocumentHead, MarkedImage
from workstation.dicom.presentation_document import presentation_document
from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyUID
from workstation.domain.key_image import KeyImage, SeenAs
from workstation.domain.measurement import POINTS, Measurement, MeasurementKind
from workstation.domain.presentation import Lut, Rescale, Voi, VoiFunction
from workstation.domain.reader import Reader
from workstation.domain.source import Source
from workstation.domain.study import Frame, PixelFormat, PixelSpacing, SpacingOrigin
from workstation.services.delivery.shown_marks import shown_marks

CT, CINE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.3.1"
SOURCE = Source(
    "Yamada^Tarou=山田^太郎", "HG-1", "HG", "19620302", "M", "20261122", "173100", "S1", "",
    "A-1", "",
)  # fmt: skip
AT = datetime(2026, 11, 25, 20, 50, 7, tzinfo=UTC)
SOFT = Voi(40.0, 400.0, name="Soft tissue")


def key_of(sop: str = "1.2.3.4.51", index: int = 0) -> FrameKey:
    return FrameKey(SITE, STUDY, SeriesUID("1.2.3.4"), SopUID(sop), index)


def frame_of(sop: str = "1.2.3.4.51", index: int = 0, **more: Any) -> Frame:
    given = {
        "pixels": PixelFormat(12, 20, 16, 16, 15, True),
        "spacing": PixelSpacing(0.5, 0.25, SpacingOrigin.PATIENT),
        "rescale": Rescale(1.0, -1024.0, "HU"),
        "vois": (SOFT,),
    }
    return Frame(key_of(sop, index), number=1, **(given | more))


def measured(kind: MeasurementKind, frame: Frame, name: str = "A1", **more: Any) -> Measurement:
    count = max(POINTS[kind][0], 3 if POINTS[kind][1] > 9 else 0)
    points = tuple((2.0 + 3 * n, 3.5 + (n % 3)) for n in range(count))
    made = Measurement(name, kind, frame.key, points, 12.34, "mm", text="結節")
    return evolve(made, **more)


def documents(
    keys: list[KeyImage],
    measurements: list[Measurement],
    *frames: Frame,
    sop_class: str = CT,
    count: int = 1,
    source: Source = SOURCE,
) -> list[bytes]:
    known = {frame.key: (frame, sop_class) for frame in frames}
    images = {frame.key.sop: MarkedImage(sop_class, "CT", count) for frame in frames}
    head = DocumentHead(STUDY, source, Reader("Practitioner/17", "Sample, Jo"), AT,
                        "1.2.826.0.1.7", "1.2.826.0.1.7.1", images)  # fmt: skip
    return [
        presentation_document(head, made.state, made.icc_profile)
        for made in shown_marks(measurements, keys, known)
    ]


def one(keys: list[KeyImage], measurements: list[Measurement], *frames: Frame) -> Dataset:
    (data,) = documents(keys, measurements, *frames)
    return dcmread(io.BytesIO(data))


# --- drawn by dcmtk ---------------------------------------------------------------------------


def source_image(stored: NDArray[np.int16], photometric: str) -> Dataset:
    """The CT that the states speak of."""
    made = image(stored, 16, photometric)
    made.SOPClassUID, made.SOPInstanceUID = CT, "1.2.3.4.51"
    made.StudyInstanceUID, made.SeriesInstanceUID = STUDY, "1.2.3.4"
    made.RescaleSlope, made.RescaleIntercept, made.RescaleType = 1, -1024, "HU"
    made.WindowCenter, made.WindowWidth = 3000, 10  # what the state must win over
    made.PixelSpacing = [0.5, 0.5]
    return made


def by_dcmtk(folder: Path, picture: Dataset, state: bytes) -> NDArray[np.uint8]:
    """dcmp2pgm's rendering."""
    (folder / "image.dcm").write_bytes(written(picture))
    (folder / "state.dcm").write_bytes(state)
    subprocess.run(
        ["dcmp2pgm", "-p", folder / "state.dcm", folder / "image.dcm", folder / "out.pgm"],
        check=True, capture_output=True,
    )  # fmt: skip
    whole = (folder / "out.pgm").read_bytes()
    magic, columns, rows, _ = whole.split(maxsplit=4)[:4]
    assert magic == b"P5"
    size = int(columns) * int(rows)
    return np.frombuffer(whole[-size:], np.uint8).reshape(int(rows), int(columns))


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("photometric", ["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize(
    ("turns", "flipped", "inverted"),
    [*itertools.product(range(4), (False, True), (False, True))],
)
def test_dcmtk_shows_the_key_image_as_the_reader_saw_it(
    tmp_path: Path, turns: int, flipped: bool, inverted: bool, photometric: str
) -> None:
    """Turned, mirrored, inverted and windowed: by arithmetic on the stored values, in numpy."""
    stored = np.arange(12 * 20, dtype=np.int16).reshape(12, 20) * 3 + 800
    frame = frame_of(
        pixels=PixelFormat(12, 20, 16, 16, 15, True, photometric=photometric),
        spacing=PixelSpacing(0.5, 0.5, SpacingOrigin.PATIENT),
    )
    seen = SeenAs(SOFT, inverted, turns, flipped)
    (state,) = documents([KeyImage(frame.key, seen=seen)], [], frame)
    found = by_dcmtk(tmp_path, source_image(stored, photometric), state)

    # PS3.3 C.11.2.1.2.1, then low is white for one of MONOCHROME1 and inversion.
    grey = np.clip(((stored - 1024.0) - 39.5) / 399 + 0.5, 0, 1)
    if inverted != (photometric == "MONOCHROME1"):
        grey = 1 - grey
    view = np.rot90(grey[:, ::-1] if flipped else grey, -turns)
    assert found.shape == view.shape
    assert np.abs(found / 255 - view).max() <= 1.5 / 255


@pytest.mark.peer
@pytest.mark.slow
def test_dcmtk_uses_a_curve_that_the_reader_stretched(tmp_path: Path) -> None:
    """A VOI LUT moved by hand is another table, with an entry for each value."""
    stored = np.arange(240, dtype=np.int16).reshape(12, 20) * 4 + 700
    ramp = (np.arange(256, dtype=np.uint32) ** 2 // 16).astype("<u2")  # 12 bits
    voi = Voi(0.0, 512.0, lut=Lut(-128, 12, ramp.tobytes()))
    frame = frame_of(spacing=PixelSpacing(0.5, 0.5, SpacingOrigin.PATIENT))
    (state,) = documents([KeyImage(frame.key, seen=SeenAs(voi))], [], frame)
    found = by_dcmtk(tmp_path, source_image(stored, "MONOCHROME2"), state)

    entry = np.clip(np.floor((stored - 1024.0 + 256) / 2 + 0.5), 0, 255).astype(int)
    assert np.abs(found / 255 - ramp[entry] / 4095).max() <= 1.5 / 255


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("colour", [False, True])
def test_checkers_of_others_find_no_error(tmp_path: Path, colour: bool) -> None:
    """Every kind of mark on two frames of many. dcmpschk knows no UTF-8: it is given ASCII."""
    need("dciodvfy", "dcmpschk")
    more: dict[str, Any] = {}
    if colour:
        more = {"pixels": PixelFormat(12, 20, 8, 8, 7, False, 3, "RGB"), "vois": ()}
    frames = [frame_of("1.2.3.4.52", index, **more) for index in (3, 17)]
    marks = [
        measured(kind, frames[n % 2], f"A{n + 1}", text="lesion")
        for n, kind in enumerate(MeasurementKind)
    ]
    seen = SeenAs(None if colour else evolve(SOFT, function=VoiFunction.SIGMOID), False, 1, True)
    keys = [KeyImage(frames[0].key, seen=seen)]
    ascii_name = evolve(SOURCE, patient_name="Yamada^Tarou")
    made = documents(keys, marks, *frames, sop_class=CINE, count=40, source=ascii_name)
    assert len(made) == 2  # one as it was seen, one as it came

    for number, data in enumerate(made):
        file = tmp_path / f"{number}.dcm"
        file.write_bytes(data)
        checked = subprocess.run(["dciodvfy", file], capture_output=True, text=True, check=False)
        said = (checked.stdout + checked.stderr).splitlines()
        assert any("SoftcopyPresentationState" in line for line in said), said
        assert [line for line in said if line.startswith("Error")] == []
        if not colour:  # dcmtk knows grayscale states alone
            schk = subprocess.run(["dcmpschk", file], capture_output=True, text=True, check=False)
            told = (schk.stdout + schk.stderr).splitlines()
            assert [line for line in told if line.startswith(("E:", "Error"))] == []
            assert schk.returncode == 0


# --- what stands in it ------------------------------------------------------------------------


def test_one_state_for_each_way_an_image_was_seen() -> None:
    """Rotation and polarity belong to the whole state (PS3.3 C.10.6, C.11.4)."""
    frames = [frame_of(f"1.2.3.4.{n}") for n in range(4)]
    looks = [SeenAs(SOFT), SeenAs(SOFT, quarter_turns=1), SeenAs(evolve(SOFT, width=9.0))]
    keys = [KeyImage(f.key, seen=s) for f, s in zip(frames, looks, strict=False)]
    length = measured(MeasurementKind.LENGTH, frames[3])
    states = [dcmread(io.BytesIO(d)) for d in documents(keys, [length], *frames)]

    images = [
        [r.ReferencedSOPInstanceUID for r in s.ReferencedSeriesSequence[0].ReferencedImageSequence]
        for s in states
    ]
    assert images == [["1.2.3.4.0", "1.2.3.4.2", "1.2.3.4.3"], ["1.2.3.4.1"]]
    assert [s.get("ImageRotation") for s in states] == [None, 90]
    widths = [
        (v.ReferencedImageSequence[0].ReferencedSOPInstanceUID, v.WindowWidth)
        for v in states[0].SoftcopyVOILUTSequence
    ]
    assert widths == [("1.2.3.4.0", 400), ("1.2.3.4.2", 9), ("1.2.3.4.3", 400)]


def test_points_count_from_the_corner_and_an_arrow_has_its_barbs() -> None:
    """PS3.3 C.10.5: half a pixel beside names something else; by arithmetic."""
    frame = frame_of()
    arrow = measured(
        MeasurementKind.ARROW, frame, points=((10.0, 5.0), (0.0, 5.0)), value=None, unit="",
        text="Rundherd",
    )  # fmt: skip
    (annotation,) = one([], [arrow], frame).GraphicAnnotationSequence
    shaft, head = annotation.GraphicObjectSequence
    (text,) = annotation.TextObjectSequence

    assert list(shaft.GraphicData) == [10.5, 5.5, 0.5, 5.5]
    across, down = 2 * math.cos(math.radians(25)), 2 * math.sin(math.radians(25))
    expected = [0.5 + across, 5.5 - down, 0.5, 5.5, 0.5 + across, 5.5 + down]
    assert np.allclose(list(head.GraphicData), expected, atol=1e-5)
    assert text.UnformattedTextValue == "A1  Rundherd"
    assert list(text.AnchorPoint) == [10.5, 5.5]


def test_a_perpendicular_is_square_to_its_line_in_the_patient() -> None:
    """Rows 0.5 mm apart, columns 0.25: square on pixels would be askew in the body."""
    frame = frame_of()
    points = ((2.0, 3.0), (10.0, 7.0), (9.0, 3.0))
    mark = measured(MeasurementKind.PERPENDICULAR, frame, points=points)

    _, drop = one([], [mark], frame).GraphicAnnotationSequence[0].GraphicObjectSequence

    x1, y1, x2, y2 = ((each - 0.5) for each in drop.GraphicData)
    assert (x1, y1) == (9.0, 3.0)
    along, away = np.array([8 * 0.25, 4 * 0.5]), np.array([(x2 - x1) * 0.25, (y2 - y1) * 0.5])
    assert along @ away == pytest.approx(0.0, abs=1e-5)
    assert (y2 - 3.0) / (x2 - 2.0) == pytest.approx(4 / 8)  # and it ends on the line


def test_a_label_says_value_honesty_and_the_readers_words() -> None:
    """A length at the detector is not taken for one in the patient by who reads it elsewhere."""
    frame = frame_of()
    length = measured(MeasurementKind.LENGTH, frame, note="detector")
    (annotation,) = one([], [length], frame).GraphicAnnotationSequence

    assert annotation.TextObjectSequence[0].UnformattedTextValue == (
        "A1  12.3 mm (detector)\r\n結節"
    )


def test_one_frame_of_many_is_named_and_a_single_image_is_not() -> None:
    frame = frame_of(index=17)
    (cine,) = documents([KeyImage(frame.key)], [], frame, sop_class=CINE, count=40)
    still = one([KeyImage(key_of())], [], frame_of())
    references = [
        d.ReferencedSeriesSequence[0].ReferencedImageSequence[0]
        for d in (dcmread(io.BytesIO(cine)), still)
    ]
    assert references[0].ReferencedFrameNumber == 18
    assert "ReferencedFrameNumber" not in references[1]


def test_it_is_of_the_patient_as_the_image_writes_them() -> None:
    document = one([KeyImage(key_of())], [], frame_of())
    assert document.SpecificCharacterSet == "ISO_IR 192"
    assert str(document.PatientName) == "Yamada^Tarou=山田^太郎"
    assert (document.PatientID, document.IssuerOfPatientID) == ("HG-1", "HG")
    assert (document.StudyInstanceUID, document.StudyDate) == (STUDY, "20261122")
    assert (document.RescaleIntercept, document.RescaleType) == (-1024, "HU")


def test_an_image_of_another_study_is_refused() -> None:
    stranger = evolve(key_of(), study=StudyUID("9.9.9"))
    frame = evolve(frame_of(), key=stranger)
    with pytest.raises(ValueError, match="another study"):
        documents([KeyImage(stranger)], [], frame)


def test_the_same_marks_give_the_same_bytes() -> None:
    """A second sending must be the same document, its colour profile included."""
    colour = frame_of(pixels=PixelFormat(12, 20, 8, 8, 7, False, 3, "RGB"), vois=())
    for frame in (frame_of(), colour):
        keys = [KeyImage(frame.key)]
        assert documents(keys, [], frame) == documents(keys, [], frame)
