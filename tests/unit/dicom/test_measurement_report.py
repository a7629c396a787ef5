"""Measurements as DICOM SR: valid for others, and read back as they were made."""

import io
import json
import random
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes_report import SITE, STUDY
from programs import need
from pydicom import Dataset, dcmread

from workstation.dicom.document_head import DocumentHead, MarkedImage
from workstation.dicom.measurement_report import measurement_report, tracking_uid
from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyUID
from workstation.domain.measurement import (
    POINTS,
    REGIONS,
    WORDS,
    Measurement,
    MeasurementKind,
    OnPlane,
    Sphere,
    is_writable,
)
from workstation.domain.reader import Reader
from workstation.domain.source import Source
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_measurements import as_measurements

pytestmark = pytest.mark.slow  # children are started, or every kind is gone through

CT, MR, US = (f"1.2.840.10008.5.1.4.1.1.{n}" for n in ("2", "4", "6.1"))
CINE = "1.2.840.10008.5.1.4.1.1.3.1"
IMAGES = {
    SopUID("1.2.3.4.51"): MarkedImage(CT, "CT", 1),
    SopUID("1.2.3.4.52"): MarkedImage(MR, "MR", 1),
    SopUID("1.2.3.5.1"): MarkedImage(CINE, "US", 40),
    SopUID("1.2.3.6.1"): MarkedImage(US, "US", 1),  # in colour: no statistics
}
READER = Reader("Practitioner/17", "Sample, Jo")
AT = datetime(2026, 11, 25, 20, 50, 7, tzinfo=UTC)
SOURCE = Source(
    "Alder^Robin", "HG-100482", "HG", "19620302", "M", "20261122", "173100", "S1", "Chest",
    "HG-26-118204", "Referrer^Ada",
)  # fmt: skip
HEAD = DocumentHead(STUDY, SOURCE, READER, AT, "1.2.826.0.1.9", "1.2.826.0.1.9.1", IMAGES)


def measured(
    name: str = "A1",
    kind: MeasurementKind = MeasurementKind.LENGTH,
    sop: str = "1.2.3.4.51",
    frame: int = 0,
    **more: object,
) -> Measurement:
    key = FrameKey(SITE, STUDY, SeriesUID(sop.rpartition(".")[0]), SopUID(sop), frame)
    made = Measurement(name, kind, key, ((10.25, 11.5), (40.75, 30.0)), 12.3456789012345, "mm")
    return evolve(made, **more)


def written(*measurements: Measurement) -> Dataset:
    return dcmread(io.BytesIO(measurement_report(HEAD, measurements)))


def groups(document: Dataset) -> list[Any]:
    """The content of each measurement group."""
    found = []
    waiting = [document]
    while waiting:
        item = waiting.pop(0)
        names = item.get("ConceptNameCodeSequence")
        if names and names[0].CodeValue == "125007":
            found.append(list(item.ContentSequence))
        waiting.extend(item.get("ContentSequence", ()))
    return found


def read_back(document: Dataset) -> tuple[Measurement, ...]:
    """Through DICOM JSON, as a site tells of it."""
    return as_measurements(Attributes(json.loads(json.dumps(document.to_json_dict()))), SITE)


SPHERE = Sphere((10.0, -20.5, 300.25), "1.2.3.9", SeriesUID("1.2.3.77"))
WRITABLE = [k for k in MeasurementKind if k not in WORDS | {MeasurementKind.SEGMENT}]


def random_measurements(count: int) -> list[Measurement]:
    """Of every kind that has a value, in turn."""
    dice = random.Random(20261125)
    made = []
    for number in range(1, count + 1):
        sop, kind = dice.choice(list(IMAGES)), WRITABLE[number % len(WRITABLE)]
        least, most = POINTS[kind]
        points = tuple(
            (dice.uniform(0, 511), dice.uniform(0, 511))
            for _ in range(dice.randint(least, min(most, 40)))
        )
        names: tuple[str, ...] = ()
        if kind in REGIONS and sop != "1.2.3.6.1":
            names = ("mean", "sd", "min", "max", "pixels")
        if kind is MeasurementKind.BIDIRECTIONAL:
            names = ("short",)
        if kind is MeasurementKind.CARDIOTHORACIC:
            names = ("heart", "thorax")
        made.append(
            measured(
                f"A{number}", kind, sop, dice.randrange(IMAGES[sop].frames), points=points,
                value=dice.uniform(0, 5000),
                unit=dice.choice(["mm", "px", "°", "mm²", "px²", "HU", "", "10⁻⁶ mm²/s"]),
                note=dice.choice(["", "detector", "calibrated", "est. mag 1.35"]),
                stats={name: dice.uniform(-1024, 3071) for name in names},
                stats_unit=dice.choice(["HU", "", "mm"]) if names else "",
                text=dice.choice(["", "Rundherd links", "結節"]),
                layer={name: dice.uniform(0, 40) for name in _layer_of(kind, dice)},
                layer_unit="SUVbw",
            )
        )  # fmt: skip
        if "radius" in made[-1].layer:
            made[-1] = evolve(made[-1], sphere=SPHERE)
    return made


def _layer_of(kind: MeasurementKind, dice: random.Random) -> tuple[str, ...]:
    """On some fused views: what the PET says of the same place."""
    names = "mean", "max", "min", "sd", "voxels"
    if kind in REGIONS and dice.random() < 0.5:
        sphere = "radius", "peak", "threshold", "volume", "tlg"
        return (*names, *sphere) if dice.random() < 0.5 else names
    return ("value",) if kind is MeasurementKind.POINT else ()


def corners(measurement: Measurement) -> list[tuple[float, float]]:
    """The box of a region, whichever corners the reader began with; else the points."""
    if measurement.kind not in (MeasurementKind.ELLIPSE, MeasurementKind.RECTANGLE):
        return list(measurement.points)
    xs, ys = zip(*measurement.points, strict=True)
    return [(min(xs), min(ys)), (max(xs), max(ys))]


def test_two_hundred_measurements_come_back_as_they_were_made() -> None:
    """Same frame, geometry, label, value, unit and note, on single and multi-frame images."""
    made = random_measurements(200)
    back = read_back(written(*made))

    assert [m.id for m in back] == [m.id for m in made]
    for before, after in zip(made, back, strict=True):
        assert after.frame == before.frame
        assert after.kind is before.kind
        # Coordinates are single precision in DICOM (VR FL): 512 has steps of 2**-14.
        assert np.allclose(corners(after), corners(before), rtol=0, atol=2**-13)
        assert (after.value, after.unit, after.note) == (before.value, before.unit, before.note)
        assert (dict(after.stats), after.stats_unit) == (dict(before.stats), before.stats_unit)
        assert after.text == before.text
        assert dict(after.layer) == dict(before.layer)
        assert after.layer_unit == (before.layer_unit if before.layer else "")


@pytest.mark.parametrize(
    ("kind", "graphic", "data"),
    [
        (MeasurementKind.LENGTH, "POLYLINE", [10.75, 12.0, 41.25, 30.5]),
        (
            MeasurementKind.RECTANGLE,
            "POLYLINE",
            [10.75, 12, 41.25, 12, 41.25, 30.5, 10.75, 30.5, 10.75, 12],
        ),
        # Ends of the major axis first (PS3.3 C.18.6.1.2): here the one along the rows.
        (MeasurementKind.ELLIPSE, "ELLIPSE", [10.75, 21.25, 41.25, 21.25, 26, 12, 26, 30.5]),
    ],
)
def test_coordinates_count_from_the_corner_of_the_first_pixel(
    kind: MeasurementKind, graphic: str, data: list[float]
) -> None:
    """PS3.3 C.18.6: half a pixel beside is a measurement of something else, by arithmetic."""
    (item,) = scoords(written(measured(kind=kind)))

    assert item.GraphicType == graphic
    assert list(item.GraphicData) == data


def scoords(document: Dataset, kind: str = "SCOORD") -> list[Dataset]:
    found = []
    for item in document.get("ContentSequence", []):
        found += [item] if item.ValueType == kind else []
        found += scoords(item, kind)
    return found


#: An oblique plane: row and column at right angles, 0.7 mm down, 0.9 mm across.
LIES = ImagePlane((-31.5, 12.25, 804.0), (0.8, 0.0, 0.6), (0.36, 0.8, -0.48), 0.7, 0.9)
SPACE = "1.2.840.99.1"


@pytest.mark.parametrize("kind", WRITABLE)
def test_what_was_made_on_a_plane_stands_in_millimetres_of_the_patient(
    kind: MeasurementKind,
) -> None:
    """No image holds it: a SCOORD3D with the frame of reference (PS3.3 C.18.9), and no SCOORD."""
    every = random_measurements(len(WRITABLE))
    made = evolve(next(m for m in every if m.kind is kind), sphere=None)

    document = written(evolve(made, on=OnPlane(LIES, SPACE, "coronal", 10.0, "mip")))

    items = scoords(document, "SCOORD3D")
    flat = scoords(written(made))
    assert scoords(document) == []
    assert len(items) == len(flat) >= 1
    for item, on_image in zip(items, flat, strict=True):
        assert item.ReferencedFrameOfReferenceUID == SPACE
        region = kind in REGIONS and kind is not MeasurementKind.ELLIPSE
        assert item.GraphicType == ("POLYGON" if region else on_image.GraphicType)
        pixels = np.reshape(on_image.GraphicData, (-1, 2)) - 0.5
        wanted = np.asarray(LIES.origin) + pixels @ [
            np.multiply(LIES.row, 0.9), np.multiply(LIES.column, 0.7)
        ]  # fmt: skip
        assert np.allclose(np.reshape(item.GraphicData, (-1, 3)), wanted, atol=1e-3)


def test_a_length_along_a_curve_is_its_line_in_the_patient() -> None:
    """Another station draws the way along the vessel, and finds the length by adding it up."""
    turns = np.linspace(0.0, 3.0, 30)
    line = tuple((20 * np.cos(t), 20 * np.sin(t), 5 * t) for t in turns.tolist())
    length = 3.0 * float(np.hypot(20.0, 5.0))
    made = evolve(
        measured(), kind=MeasurementKind.POLYLINE, value=length,
        on=OnPlane(LIES, SPACE, "", course=line),
    )  # fmt: skip

    document = written(made)

    (item,) = scoords(document, "SCOORD3D")
    given = np.reshape(item.GraphicData, (-1, 3))
    assert (item.GraphicType, item.ReferencedFrameOfReferenceUID) == ("POLYLINE", SPACE)
    assert np.allclose(given, line, atol=1e-4)
    walked = np.linalg.norm(np.diff(given, axis=0), axis=1).sum()
    assert walked == pytest.approx(length, rel=1e-3)


def test_one_frame_of_many_is_named_and_a_single_image_is_not() -> None:
    """Frame numbers count from 1, and stand only where there are several (PS3.3 10.3)."""
    cine = written(measured(sop="1.2.3.5.1", frame=17))
    still = written(measured())
    reference = [
        scoords(each)[0].ContentSequence[0].ReferencedSOPSequence[0] for each in (cine, still)
    ]

    assert reference[0].ReferencedFrameNumber == 18
    assert "ReferencedFrameNumber" not in reference[1]


def test_the_document_is_of_the_patient_the_study_the_reader_and_the_moment() -> None:
    """A report of measurements in the wrong chart is worse than none."""
    document = written(measured())
    assert document.StudyInstanceUID == STUDY
    assert (document.PatientID, str(document.PatientName)) == ("HG-100482", "Alder^Robin")
    assert (document.PatientBirthDate, document.PatientSex) == ("19620302", "M")
    assert document.AccessionNumber == "HG-26-118204"
    assert (document.StudyDate, document.StudyTime) == ("20261122", "173100")
    assert (document.StudyID, document.StudyDescription) == ("S1", "Chest")
    assert (document.IssuerOfPatientID, document.ReferringPhysicianName) == ("HG", "Referrer^Ada")
    assert (document.ContentDate, document.ContentTime) == ("20261125", "205007")
    assert document.SOPInstanceUID == HEAD.sop_uid
    observers = [str(i.PersonName) for i in document.ContentSequence if i.ValueType == "PNAME"]
    assert observers == ["Sample^Jo"]
    evidence = document.CurrentRequestedProcedureEvidenceSequence[0]
    (referenced,) = evidence.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert referenced.ReferencedSOPInstanceUID == "1.2.3.4.51"


def test_the_same_input_gives_the_same_bytes() -> None:
    """A second sending must be the same document."""
    made = random_measurements(5)
    assert measurement_report(HEAD, made) == measurement_report(HEAD, made)


def test_a_mark_keeps_its_tracking_uid_when_it_is_moved_and_no_other_has_it() -> None:
    """Follow-up programs recognise the lesion by it (PS3.16 TID 4108)."""
    moved = measured(points=((0.0, 0.0), (1.0, 1.0)), value=1.0, revision=2)
    others = [measured("A2"), measured(sop="1.2.3.4.52"), measured(sop="1.2.3.5.1", frame=1)]
    uid = tracking_uid(measured(), READER)

    assert uid == tracking_uid(moved, READER)
    assert re.fullmatch(r"2\.25\.[1-9]\d*", uid)
    assert len(uid) <= 64
    assert len({uid, *(tracking_uid(m, READER) for m in others)}) == 4
    assert uid != tracking_uid(measured(), evolve(READER, id="Practitioner/18"))


def test_what_has_no_value_is_not_written_and_another_study_is_refused() -> None:
    """No value, no number; and never a line in another patient's chart."""
    undefined = measured(value=None)
    stranger = measured()
    stranger = evolve(stranger, frame=evolve(stranger.frame, study=StudyUID("9.9.9")))
    assert not is_writable(undefined)
    assert not is_writable(measured(kind=MeasurementKind.LENGTH, unit="cm/s"))  # a velocity
    assert not any(is_writable(measured(kind=kind)) for kind in WORDS)
    for wrong in (undefined, stranger, measured(sop="7.7.7")):
        with pytest.raises(ValueError, match=r"study|shape"):
            measurement_report(HEAD, [wrong])


def test_names_in_other_scripts_are_as_the_image_writes_them() -> None:
    """All groups of them, in UTF-8: an archive tells patients apart by the whole name."""
    written = "Yamada^Tarou=山田^太郎=やまだ^たろう"
    source = evolve(SOURCE, patient_name=written, referrer="Müller^Łukasz")
    head = evolve(HEAD, source=source, reader=Reader("Practitioner/9", "Müller-Łuk, Zoë"))
    document = dcmread(io.BytesIO(measurement_report(head, [measured(note="")])))

    assert document.SpecificCharacterSet == "ISO_IR 192"
    assert str(document.PatientName) == written
    assert str(document.ReferringPhysicianName) == "Müller^Łukasz"


@pytest.mark.slow
def test_the_decoder_child_does_not_load_the_writer() -> None:
    """Its start is what a reader waits for."""
    code = (
        "import sys\n"
        "import workstation.decoder.worker, workstation.app.running\n"
        "sys.exit('highdicom' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.peer
def test_dciodvfy_and_dsrdump_accept_the_document(tmp_path: Path) -> None:
    """Two programs of other people: no error of the first, and the second names every mark."""
    need("dciodvfy", "dsrdump")
    made = random_measurements(200)
    on = OnPlane(LIES, SPACE, "coronal")
    made = [evolve(m, on=on) if at % 3 == 0 else m for at, m in enumerate(made)]
    file = tmp_path / "report.dcm"
    file.write_bytes(measurement_report(HEAD, made))

    checked = subprocess.run(["dciodvfy", file], capture_output=True, text=True, check=False)
    said = checked.stdout + checked.stderr
    assert "Comprehensive3DSR" in said
    assert not [line for line in said.splitlines() if line.startswith("Error")], said
    dumped = subprocess.run(["dsrdump", file], capture_output=True, text=True, check=False)
    assert dumped.returncode == 0, dumped.stderr
    labels = re.findall(r'"Tracking Identifier"\)="(A\d+)"', dumped.stdout)
    assert labels == [m.id for m in made for _ in range(2 if m.sphere else 1)]


def test_a_sphere_is_a_volume_in_the_pet_and_a_region_beside_it() -> None:
    """TID 1411: another station finds the sphere where it lies, in which series, and what it
    holds; the region it was drawn by has none of these numbers a second time."""
    layer = {"radius": 12.0, "max": 9.5, "mean": 4.25, "peak": 8.0, "volume": 3.5, "tlg": 15.0}
    made = measured("A1", MeasurementKind.ELLIPSE, layer=layer, layer_unit="SUVbw", sphere=SPHERE)

    region, volume = groups(written(made))

    items = {each.ValueType: each for each in volume if each.ValueType in ("SCOORD3D", "UIDREF")}
    points = np.reshape(items["SCOORD3D"].GraphicData, (6, 3))
    assert items["SCOORD3D"].GraphicType == "ELLIPSOID"
    assert items["SCOORD3D"].ReferencedFrameOfReferenceUID == "1.2.3.9"
    assert np.allclose(points.mean(axis=0), SPHERE.centre)
    assert np.allclose(np.linalg.norm(points - SPHERE.centre, axis=1), 12.0)
    assert np.allclose(points[::2] + points[1::2], 2 * np.array(SPHERE.centre))  # ends of axes
    assert "1.2.3.77" in [each.UID for each in volume if each.ValueType == "UIDREF"]
    numbers = {
        each.ConceptNameCodeSequence[0].CodeMeaning: float(
            each.MeasuredValueSequence[0].NumericValue
        )
        for each in volume
        if each.ValueType == "NUM"
    }
    assert numbers["Metabolic Volume"] == 3.5
    assert numbers["Total Lesion Glycolysis"] == 15.0
    assert [each.ValueType for each in region].count("NUM") == 1  # its area
