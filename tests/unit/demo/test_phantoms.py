"""The phantoms: if their answers are wrong, every test that trusts them is."""

import io
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import RLELossless

from workstation.demo.phantoms import SITES, PhantomStudy, demo_cases
from workstation.demo.phantoms_dicom import PhantomSeries
from workstation.demo.phantoms_qa import QA_BEAD, QA_BEADS, QA_INSERTS, qa_insert_pixel
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import Rescale, Voi
from workstation.domain.study import Frame, PixelFormat, PixelSpacing, SpacingOrigin
from workstation.imaging.measure import Reading, measure, value_at
from workstation.imaging.pixels import FramePixels
from workstation.imaging.voi import display_table, to_display

TODAY = datetime(2026, 11, 22, 1, 31, 8, tzinfo=UTC)
CASES = demo_cases(TODAY)


def case(accession: str) -> PhantomStudy:
    return next(each for each in CASES if each.accession == accession)


ALDER = case("HG-26-118204")
ALDER_PRIOR = case("HG-25-093311")
QA = case("KN-26-QA01")


def written(dataset: Dataset) -> Dataset:
    """Through a file and back, as a reader gets it."""
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    buffer.seek(0)
    return dcmread(buffer)


def hu(dataset: Dataset) -> np.ndarray:
    return dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)


def nearest(series: PhantomSeries, z: float) -> Dataset:
    levels = [float(series.header(k).ImagePositionPatient[2]) for k in range(series.instances)]
    return written(series.dataset(int(np.argmin(np.abs(np.array(levels) - z)))))


def radii(dataset: Dataset, center: tuple[float, float, float]) -> np.ndarray:
    """Distance of each pixel centre from a point, in mm, through the file's own geometry."""
    rows, columns = np.indices((dataset.Rows, dataset.Columns))
    down, across = (float(part) for part in dataset.PixelSpacing)
    x, y, z = (float(part) for part in dataset.ImagePositionPatient)
    return np.sqrt(
        (x + columns * across - center[0]) ** 2
        + (y + rows * down - center[1]) ** 2
        + (z - center[2]) ** 2
    )


def test_there_is_a_shift_to_read() -> None:
    """Three sites, STAT cases, and a prior for more than one patient."""
    open_cases = [each for each in CASES if not each.is_prior]

    assert len(open_cases) >= 12
    assert {each.site_hint for each in open_cases} == set(SITES)
    assert sum(each.priority == "stat" for each in open_cases) >= 3
    assert {each.modality for each in CASES} == {"CT", "MR", "CR"}
    assert all(bool(each.prior_report) == each.is_prior for each in CASES)
    # Of a patient of that site, or of one of another site who is the same person.
    current = {(each.patient_id, each.birth_date) for each in open_cases}
    priors = [each for each in CASES if each.is_prior]
    strangers = [each for each in priors if (each.patient_id, each.birth_date) not in current]
    assert len(strangers) == 1
    assert strangers[0].birth_date in {born for _, born in current}


def test_uids_are_legal_unique_and_the_same_every_day() -> None:
    """A journey names its case; yesterday's state file must still fit."""
    uids = [each.study_uid for each in CASES]
    uids += [series.uid for each in CASES for series in each.series]
    uids += [s.sop_uid(k) for each in CASES for s in each.series for k in range(s.instances)]

    assert len(set(uids)) == len(uids)
    assert all(uid.startswith("2.25.") and len(uid) <= 64 for uid in uids)
    later = demo_cases(TODAY + timedelta(days=9))
    assert [each.study_uid for each in later] == [each.study_uid for each in CASES]


def test_times_are_those_of_the_site() -> None:
    """Age, due time and the distance to the prior are all computed from them."""
    header = ALDER.series[0].header(0)

    assert (header.StudyDate, header.StudyTime) == ("20261121", "164808")
    assert header.TimezoneOffsetFromUTC == "-0800"
    assert (ALDER.started.date() - ALDER_PRIOR.started.date()).days == 379


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_the_distance_to_the_prior_does_not_depend_on_the_hour(hour: int) -> None:
    """The badge says −379 d, at midnight too."""
    studies = demo_cases(datetime(2026, 3, 8, hour, 10, tzinfo=UTC))  # clocks change that day
    dates = {each.accession: each.started.date() for each in studies}

    assert (dates[ALDER.accession] - dates[ALDER_PRIOR.accession]).days == 379


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        demo_cases(datetime(2026, 11, 22))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["Пример^Анна", "Müller-Beispiel^Jo"])
def test_names_of_any_script_come_back(name: str) -> None:
    """A patient is recognised by the name in their own letters."""
    study = next(each for each in CASES if each.patient_name == name)

    back = written(study.series[0].dataset(0))

    assert str(back.PatientName) == name
    assert back.SpecificCharacterSet == "ISO_IR 192"


def test_every_instance_says_that_it_is_a_demo() -> None:
    for study in CASES:
        header = study.series[0].header(0)

        assert "(DEMO)" in header.InstitutionName
        assert "DEMO" in header.ImageComments
        assert header.PatientID == study.patient_id
        assert header.PatientBirthDate == f"{study.birth_date:%Y%m%d}"


@pytest.mark.parametrize("accession", ["HG-26-118204", "HG-26-118219", "HG-26-118190"])
def test_an_instance_is_what_its_header_promised(accession: str) -> None:
    """The platform answers searches from headers before a pixel is computed."""
    series = case(accession).series[0]
    header, whole = series.header(7), written(series.dataset(7))

    assert header.keys() <= whole.keys()
    assert header.SOPInstanceUID == whole.SOPInstanceUID == series.sop_uid(7)
    assert whole.pixel_array.shape == (header.Rows, header.Columns)
    assert whole.file_meta.MediaStorageSOPInstanceUID == whole.SOPInstanceUID


def test_the_same_instance_is_the_same_pixels() -> None:
    """Two platforms, two machines, one image: hashes may be compared."""
    series = ALDER.series[0]

    assert series.dataset(50).PixelData == series.dataset(50).PixelData
    assert series.dataset(50).PixelData != series.dataset(51).PixelData


def test_mr_travels_in_rle() -> None:
    """A mix of transfer syntaxes, so that the demo meets a decoder."""
    dataset = written(case("HG-26-118219").series[0].dataset(3))

    assert dataset.file_meta.TransferSyntaxUID == RLELossless
    assert dataset.pixel_array.max() > 300


@pytest.mark.parametrize("study", [ALDER, ALDER_PRIOR], ids=["current", "prior"])
@pytest.mark.parametrize("which", [0, 1])
def test_nodules_are_where_and_what_the_truth_says(study: PhantomStudy, which: int) -> None:
    """Position, size and density of a nodule decide about its follow-up."""
    assert study.truth is not None
    lesion = study.truth.lesions[which]
    dataset = nearest(study.series[-1], lesion.center[2])
    values, away = hu(dataset), radii(dataset, lesion.center)
    inside = values[away < lesion.diameter / 2 - 1]
    shell = values[(away > lesion.diameter / 2 + 1.5) & (away < lesion.diameter / 2 + 2.5)]

    assert lesion.hu is not None
    assert inside.mean() == pytest.approx(lesion.hu, abs=4 * 12 / np.sqrt(inside.size / 8))
    assert np.median(shell) < -600


def test_the_nodule_has_grown_by_two_millimetres() -> None:
    assert ALDER.truth is not None
    assert ALDER_PRIOR.truth is not None

    assert [each.diameter for each in ALDER.truth.lesions] == [22.0, 6.0]
    assert [each.diameter for each in ALDER_PRIOR.truth.lesions] == [20.0, 6.0]


def test_the_prior_lies_in_another_frame_of_reference_at_a_known_offset() -> None:
    """Linking by position must not be offered; the manual offset is known."""
    now, before = ALDER.series[0].header(0), ALDER_PRIOR.series[0].header(0)

    assert ALDER.truth is not None
    assert ALDER_PRIOR.truth is not None
    offset = np.subtract(ALDER_PRIOR.truth.shift, ALDER.truth.shift)
    assert offset.tolist() == [6.0, -4.0, 7.5]
    assert now.FrameOfReferenceUID != before.FrameOfReferenceUID
    assert float(before.SliceThickness) == 5.0
    assert float(now.SliceThickness) == 2.5
    assert ALDER.series[0].header(50).ImagePositionPatient[2] == 114  # image 51


def test_contrasts_of_mr_are_those_of_the_brain() -> None:
    """T1: white over grey over fluid; T2 the reverse; FLAIR: fluid dark, lesion bright."""
    study = case("HG-26-118219")
    assert study.truth is not None
    lesion = study.truth.lesions[0]
    at = {}
    for series in study.series:
        dataset = nearest(series, lesion.center[2])
        image = dataset.pixel_array
        white = (lesion.center[0] + 8, lesion.center[1] - 8, lesion.center[2])
        horn = (study.truth.shift[0] + 11, study.truth.shift[1] - 2, lesion.center[2])
        at[series.description] = [
            float(np.median(image[radii(dataset, p) < 2.5])) for p in (lesion.center, white, horn)
        ]

    t1, t2, flair = at["Ax T1"], at["Ax T2"], at["Ax FLAIR"]
    assert t1[1] > t1[0] > t1[2]
    assert t2[2] > t2[0] > t2[1]
    assert flair[0] > flair[1] > flair[2]


def qa_frame(index: int = 4) -> tuple[Frame, FramePixels]:
    dataset = written(QA.series[0].dataset(index))
    key = FrameKey(
        SiteId("nord"),
        StudyUID(QA.study_uid),
        SeriesUID(QA.series[0].uid),
        SopUID(dataset.SOPInstanceUID),
    )
    down, across = (float(part) for part in dataset.PixelSpacing)
    stored = dataset.pixel_array.copy()
    stored.setflags(write=False)
    frame = Frame(
        key,
        PixelFormat(512, 512, 16, 12, 11, False),
        index + 1,
        spacing=PixelSpacing(down, across, SpacingOrigin.PATIENT),
        rescale=Rescale(float(dataset.RescaleSlope), float(dataset.RescaleIntercept), "HU"),
    )
    return frame, FramePixels(stored)


def test_a_line_between_the_beads_is_100_mm() -> None:
    """Pixel truth: the length a reader draws is the length of the phantom."""
    frame, pixels = qa_frame()
    (x1, y1), (x2, y2) = QA_BEADS

    made = measure(MeasurementKind.LENGTH, ((x1, y1), (x2, y2)), frame, pixels)

    assert (made.value, made.unit) == (100.0, "mm")
    assert value_at((x1, y1), frame, pixels) == Reading(QA_BEAD, "HU")
    assert value_at((x2, y2), frame, pixels) == Reading(QA_BEAD, "HU")


@pytest.mark.parametrize("index", range(len(QA_INSERTS)))
def test_the_mean_of_an_insert_is_its_value(index: int) -> None:
    """Pixel truth: probe and region give exactly the HU of the phantom, sd 0."""
    frame, pixels = qa_frame()
    x, y = qa_insert_pixel(index)

    made = measure(MeasurementKind.ELLIPSE, ((x - 20, y - 20), (x + 20, y + 20)), frame, pixels)

    assert made.stats["mean"] == QA_INSERTS[index]
    assert made.stats["sd"] == 0
    assert made.stats_unit == "HU"
    assert value_at((x, y), frame, pixels) == Reading(QA_INSERTS[index], "HU")


def test_lung_and_soft_tissue_windows_of_the_phantom_are_the_formula() -> None:
    """-850 HU: (-850 + 600.5) / 1499 + 0.5 = 0.33356, 85 of 255; black for soft tissue."""
    frame, pixels = qa_frame()
    x, y = (round(part) for part in qa_insert_pixel(0))

    lung = display_table(frame, Voi(-600, 1500), inverted=False, dtype=pixels.stored.dtype)
    soft = display_table(frame, Voi(40, 400), inverted=False, dtype=pixels.stored.dtype)

    assert to_display(pixels.stored, lung)[y, x] == 85
    assert to_display(pixels.stored, soft)[y, x] == 0


@pytest.mark.slow
def test_radiographs_show_bone_bright_unless_stored_inverted() -> None:
    """MONOCHROME1 is stored with low values white: both show the same chest."""
    front, side = (written(series.dataset(0)) for series in case("MV-26-40409").series)
    inverse = written(case("MV-24-11873").series[0].dataset(0))

    assert (front.PhotometricInterpretation, inverse.PhotometricInterpretation) == (
        "MONOCHROME2",
        "MONOCHROME1",
    )
    assert (front.pixel_array == 4095 - inverse.pixel_array).all()
    assert front.pixel_array[:, 480].mean() > 1.3 * front.pixel_array[200:400, 250].mean()
    assert side.ViewPosition == "LL"
    assert "PixelSpacing" not in front  # the detector's millimetres are not the patient's


def test_a_pet_has_the_uptake_it_says() -> None:
    """SUV by arithmetic from its own header: 9 in the metastasis, an eighth of that in muscle."""
    study = case("HG-26-118177")
    ct, pet = study.series
    (lesion,) = study.truth.lesions  # type: ignore[union-attr]
    image = nearest(pet, lesion.center[2])
    (tracer,) = image.RadiopharmaceuticalInformationSequence
    grams, dose = float(image.PatientWeight) * 1000, float(tracer.RadionuclideTotalDose)
    suv = hu(image) * grams / dose
    away = radii(image, lesion.center)

    assert (image.Units, image.DecayCorrection) == ("BQML", "ADMIN")
    assert image.FrameOfReferenceUID == ct.header(0).FrameOfReferenceUID
    assert suv[away < lesion.diameter / 2].mean() == pytest.approx(9.0, rel=0.03)
    assert 0.8 < np.median(suv[(away > 40) & (suv > 0.6)]) < 2.5
    slopes = {float(pet.header(index).RescaleSlope) for index in range(pet.instances)}
    assert len(slopes) == pet.instances


@pytest.mark.slow
def test_every_series_can_be_drawn_to_its_ends() -> None:
    """No case of the shift may turn out broken when a reader reaches its last image."""
    for study in CASES:
        for series in study.series:
            for index in {0, series.instances - 1}:
                dataset = written(series.dataset(index))
                image = dataset.pixel_array

                assert image.shape == (dataset.Rows, dataset.Columns)
                assert 0 <= image.min() < image.max() <= 4095, (study.accession, series.number)


def test_a_series_is_given_in_order() -> None:
    series = QA.series[0]

    numbers = [each.InstanceNumber for each in series.datasets()]

    assert numbers == list(range(1, 10))
    assert len(list(QA.datasets())) == QA.instances == 9


CLASSES = ("CTImage", "MRImage", "CRImage", "PETImage")
ONE_OF_EACH = ["HG-26-118204", "HG-26-118219", "MV-26-40431", "MV-24-11873", "KN-26-QA01"]


@pytest.mark.peer
@pytest.mark.soak
@pytest.mark.parametrize("accession", ONE_OF_EACH)
def test_dicom3tools_find_no_error(accession: str, tmp_path: Path) -> None:
    """A peer that knows the standard's modules by heart."""
    path = tmp_path / "one.dcm"
    case(accession).series[0].dataset(0).save_as(path, enforce_file_format=True)
    program = shutil.which("dciodvfy")
    assert program is not None, "dicom3tools is installed by the Makefile"

    done = subprocess.run([program, str(path)], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).splitlines()

    assert [line for line in said if line.startswith("Error")] == []
    assert any(line.startswith(CLASSES) for line in said)  # it did read the object
