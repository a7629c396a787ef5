"""SUV: a factor of two in it is a response to therapy that is none.

The digital reference object of `pet_objects`, one row for each rule, through the reader of files
and metadata; every expected value is arithmetic, none is our own output.
"""

import base64
import json
import math
from typing import Any

import pytest
from dicom_objects import written
from pet_objects import SERIES, STORED, STUDY, pet_slice, read
from pydicom.dataset import Dataset

from workstation.dicom import header
from workstation.domain.identifiers import SeriesUID, SiteId, StudyRef, StudyUID
from workstation.domain.suv import UNITS, NoSuv, SuvType
from workstation.imaging.suv import words_for
from workstation.imaging.uptake import in_suv
from workstation.protocols import dicom_json

ANEW = {"SeriesTime": "150000"}  # made again from the raw data after the scan
CLOCK, TIMED = "RadiopharmaceuticalStartTime", "RadiopharmaceuticalStartDateTime"


def suv(*slices: Dataset, of: SuvType = SuvType.BW) -> float:
    """Of the first slice's pixels."""
    (found,) = in_suv(read(*slices), of)
    rescale = found.frames[0].rescale

    assert found.no_suv is None
    assert rescale.unit == UNITS[of]
    return STORED * rescale.slope + rescale.intercept


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        pytest.param(0.8, {}, id="START, to the series time"),
        pytest.param(0.8, {"AcquisitionTime": "112000"}, id="START, a later bed position"),
        # the whole dose: 2000 * 80,000 / 400,000,000
        pytest.param(0.4, {"DecayCorrection": "ADMIN"}, id="ADMIN, to the injection"),
        pytest.param(0.8, ANEW, id="series made anew: the first acquisition"),
        pytest.param(
            0.8, ANEW | {"AcquisitionTime": "113000", "ge": {0x0D: "20240301110000.00"}},
            id="series made anew: what GE says the scan began",
        ),
        # An hour of frame at a half-life of an hour: T_ave = 3600 s * (1 + log2(ln 2)), and
        # Frame Reference Time is so long after 11:30 plus the 1800 s since the scan began.
        pytest.param(
            0.8,
            ANEW
            | {"AcquisitionTime": "113000", "ActualFrameDuration": "3600000"}
            | {"FrameReferenceTime": f"{1000 * (1800 + 3600 * (1 + math.log2(math.log(2)))):.6f}"},
            id="series made anew: back from Frame Reference Time",
        ),
        # not corrected: 400 MBq / 2**(1 + 1 + log2(ln 2)) left in the middle of the frame
        pytest.param(
            0.8 * 2 * math.log(2),
            {"DecayCorrection": "NONE", "CorrectedImage": ["ATTN"]}
            | {"ActualFrameDuration": "3600000"},
            id="NONE, to the mean moment of the frame",
        ),
        pytest.param(
            0.8, {"SeriesTime": "003000", "AcquisitionTime": "003000", CLOCK: "233000"},
            id="across midnight, injection by the clock alone",
        ),
        pytest.param(
            0.8,
            {"SeriesTime": "003000", "AcquisitionTime": "003000", TIMED: "20240229233000"},
            id="across midnight, injection with its date",
        ),
        pytest.param(0.8, {TIMED: "20240301100000.00"}, id="with date, no zone"),
        pytest.param(0.8, {TIMED: "20240301100000-0500"}, id="negative zone, the object has none"),
        pytest.param(
            0.8, {TIMED: "20240301100000-0500", "TimezoneOffsetFromUTC": "-0500"},
            id="a negative zone, the object's own",
        ),
        pytest.param(
            0.8, {TIMED: "20240301160000+0100", "TimezoneOffsetFromUTC": "-0500"},
            id="another zone than the object's",
        ),
        pytest.param(
            0.8, {TIMED: "20240301023000+0330", "TimezoneOffsetFromUTC": "-0330"}
            | {"SeriesTime": "203000", "SeriesDate": "20240229"}
            | {"AcquisitionTime": "203000", "AcquisitionDate": "20240229"},
            id="zones of half hours, across midnight and a leap day",
        ),
        # injected a minute into the scan: more than the whole dose at its start
        pytest.param(0.4 * 2 ** (-1 / 60), {CLOCK: "110100"}, id="dynamic, scan before injection"),
        pytest.param(2000.0, {"Units": "GML", "CorrectedImage": None}, id="GML is SUVbw"),
        pytest.param(2000.0, {"Units": "GML", "SUVType": "BW"}, id="GML that says BW"),
        # of a man of 80 kg with 58 kg of lean mass (below)
        pytest.param(2000.0 * 80 / 58, {"Units": "GML", "SUVType": "LBM"}, id="GML of lean mass"),
        pytest.param(
            1.0, {"Units": "CNTS", "philips": {0x00: "0.0005", 0x09: "9"}},
            id="Philips counts with the factor to SUV",
        ),
        # 2000 counts * 3 Bq/ml = 6000 Bq/ml
        pytest.param(
            2.4, {"Units": "CNTS", "philips": {0x09: "3"}},
            id="Philips counts with the factor to activity",
        ),
        pytest.param(
            2.4, {"Units": "CNTS", "philips": {0x00: "0", 0x09: "3"}},
            id="Philips counts, factor to SUV not known",
        ),
        pytest.param(
            1.0, {"Units": "PROPCPS", "philips": {0x00: "0.0005"}}, id="count rates with a factor"
        ),
        pytest.param(
            0.8, {"RadionuclideHalfLife": "3600", "PatientSex": "", "PatientSize": None},
            id="weight alone is enough for SUVbw",
        ),
    ],
)  # fmt: skip
def test_reference_object(expected: float, changes: dict[str, Any]) -> None:
    """QIBA's pseudo-code, PS3.3 C.8.9.1.1.3, C.8.9.1.1.5 and C.8.9.4.1.5, a row for each rule."""
    assert suv(pet_slice(**changes)) == pytest.approx(expected, rel=1e-9)


def test_a_series_made_anew_counts_from_its_first_bed() -> None:
    """11:00 and 11:20: the second bed is corrected to the start of the first, not its own."""
    first = pet_slice(1, **ANEW)
    second = pet_slice(2, **ANEW, AcquisitionTime="112000")

    assert suv(first, second) == pytest.approx(0.8)
    assert suv(second, first) == pytest.approx(0.8)


def test_each_slice_keeps_its_own_slope() -> None:
    """GE writes another one for every slice: 3 makes 3000 Bq/ml, 1.2 g/ml."""
    (found,) = in_suv(read(pet_slice(1), pet_slice(2, RescaleSlope="3")), SuvType.BW)

    values = sorted(STORED * frame.rescale.slope for frame in found.frames)
    assert values == pytest.approx([0.8, 1.2])


@pytest.mark.parametrize(
    ("of", "sex", "kilograms"),
    [
        # James: 1.10 * 80 - 120 * (80 / 160)^2, with 128 for 120, 1.07 * 80 - 148 / 4
        (SuvType.LBM, "M", 58.0),
        (SuvType.LBM_JAMES128, "M", 56.0),
        (SuvType.LBM, "F", 48.6),
        (SuvType.LBM_JAMES128, "F", 48.6),
        # Janmahasatian, BMI 80 / 1.6^2 = 31.25: 9270 * 80 / (6680 + 216 * 31.25), and
        # 9270 * 80 / (8780 + 244 * 31.25)
        (SuvType.LBM_JANMA, "M", 741600 / 13430),
        (SuvType.LBM_JANMA, "F", 741600 / 16405),
    ],
)
def test_lean_body_mass(of: SuvType, sex: str, kilograms: float) -> None:
    """Fat takes up little: by weight a heavy patient's liver looks hot."""
    expected = 2000 * kilograms * 1000 / 200e6

    assert suv(pet_slice(PatientSex=sex), of=of) == pytest.approx(expected, rel=1e-9)


def test_body_surface() -> None:
    """Du Bois: 0.007184 * 80^0.425 * 160^0.725 = 1.8337 m2; SUVbsa is in cm2/ml."""
    square_metres = 0.007184 * math.exp(0.425 * math.log(80) + 0.725 * math.log(160))

    assert square_metres == pytest.approx(1.834, abs=0.001)
    assert suv(pet_slice(), of=SuvType.BSA) == pytest.approx(2000 * square_metres * 1e4 / 200e6)


LBM = SuvType.LBM


@pytest.mark.parametrize(
    ("reason", "of", "changes"),
    [
        (NoSuv.UNITS, SuvType.BW, {"Units": "CPS"}),
        (NoSuv.UNITS, SuvType.BW, {"Units": "BQML", "RescaleSlope": "0"}),
        (NoSuv.FACTOR, SuvType.BW, {"Units": "CNTS"}),
        (NoSuv.FACTOR, SuvType.BW, {"Units": "PROPCPS"}),
        (NoSuv.TYPE, SuvType.BW, {"Units": "GML", "SUVType": "IBW"}),
        (NoSuv.TYPE, SuvType.BW, {"Units": "GML", "SUVType": "ODD"}),
        (NoSuv.ATTENUATION, SuvType.BW, {"CorrectedImage": ["DECY", "SCAT"]}),
        (NoSuv.ATTENUATION, SuvType.BW, {"CorrectedImage": None}),
        (NoSuv.DECAY, SuvType.BW, {"CorrectedImage": ["ATTN"]}),
        (NoSuv.DECAY, SuvType.BW, {"DecayCorrection": "NONE"}),
        (NoSuv.DECAY, SuvType.BW, {"DecayCorrection": ""}),
        (NoSuv.WEIGHT, SuvType.BW, {"PatientWeight": None}),
        (NoSuv.WEIGHT, SuvType.BW, {"PatientWeight": "0"}),
        (NoSuv.WEIGHT, SuvType.BW, {"PatientWeight": "80000"}),
        (NoSuv.WEIGHT, LBM, {"Units": "CNTS", "philips": {0: "0.5"}, "PatientWeight": None}),
        (NoSuv.HEIGHT, LBM, {"PatientSize": None}),
        (NoSuv.HEIGHT, LBM, {"PatientSize": "160"}),
        (NoSuv.HEIGHT, LBM, {"PatientSize": "0.8"}),  # James: 88 - 1200, no mass at all
        (NoSuv.HEIGHT, SuvType.BSA, {"PatientSize": None}),
        (NoSuv.SEX, LBM, {"PatientSex": "O"}),
        (NoSuv.SEX, SuvType.LBM_JANMA, {"PatientSex": ""}),
        (NoSuv.DOSE, SuvType.BW, {"RadionuclideTotalDose": None}),
        (NoSuv.DOSE, SuvType.BW, {"RadionuclideTotalDose": "0"}),
        (NoSuv.DOSE, SuvType.BW, {"RadionuclideTotalDose": "400"}),  # MBq, PET wants Bq
        (NoSuv.HALF_LIFE, SuvType.BW, {"RadionuclideHalfLife": None}),
        (NoSuv.INJECTION_TIME, SuvType.BW, {CLOCK: None}),
        (NoSuv.INJECTION_DAY, SuvType.BW, {"RadionuclideHalfLife": "282276"}),  # Zr-89
        (NoSuv.BEFORE_INJECTION, SuvType.BW, {CLOCK: "113000"}),
        (NoSuv.BEFORE_INJECTION, SuvType.BW, {TIMED: "20240301120000"}),
        (NoSuv.LONG_AFTER, SuvType.BW, {TIMED: "20240229110000"}),  # a date taken for another
        (NoSuv.REFERENCE_TIME, SuvType.BW, {"SeriesTime": None, "AcquisitionTime": None}),
        (
            NoSuv.REFERENCE_TIME,
            SuvType.BW,
            {"DecayCorrection": "NONE", "CorrectedImage": ["ATTN"]},
        ),
    ],
)
def test_without_the_facts_there_is_no_suv(
    reason: NoSuv, of: SuvType, changes: dict[str, Any]
) -> None:
    """Never a guessed one: it says why, and the values stay what the object says they are."""
    before = read(pet_slice(**changes))
    (found,) = in_suv(before, of)

    assert found.no_suv is reason
    assert found.frames == before[0].frames


def test_two_injections_have_no_one_dose() -> None:
    """Rest and stress on one day: which of them the image is of, nobody says."""
    ds = pet_slice()
    ds.RadiopharmaceuticalInformationSequence.append(Dataset())

    assert in_suv(read(ds), SuvType.BW)[0].no_suv is NoSuv.SEVERAL


def test_a_stack_has_one_unit() -> None:
    """One slice without its weight: else a scroll would go from SUV to Bq/ml unseen."""
    (found,) = in_suv(read(pet_slice(1), pet_slice(2, PatientWeight=None)), SuvType.BW)

    assert found.no_suv is NoSuv.WEIGHT
    assert {frame.rescale.unit for frame in found.frames} == {"Bq/ml"}


def test_every_reason_has_words() -> None:
    said = {words_for(reason) for reason in NoSuv}

    assert len(said) == len(NoSuv)
    assert all(words.startswith("SUV not available: ") for words in said)


@pytest.mark.parametrize("raw", [b"0.0005", b"0.0005\0", b" 5.0E-4"])
def test_a_site_may_send_private_factors_as_bytes(raw: bytes) -> None:
    """An archive without the vendor's dictionary knows neither VR nor number (PS3.18 F.2.3)."""
    made = header.to_json(written(pet_slice(Units="CNTS", philips={0x00: "0.0005"})))
    (row,) = json.loads(made)
    row["70531100"] = {"vr": "UN", "InlineBinary": base64.b64encode(raw).decode()}
    ref = StudyRef(SiteId("harbor"), StudyUID(STUDY))
    series = dicom_json.series(json.dumps([row]).encode(), ref, SeriesUID(SERIES))

    basis = series.instances[0].frames[0].suv_basis
    assert basis is not None
    assert basis.suv_factor == 0.0005
