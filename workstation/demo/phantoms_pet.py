"""PET of the phantoms: uptake with known answers, over the CT of the same table.

Values are corrected for decay to the injection (ADMIN), so that SUV is activity times weight over
dose and needs no clock; the slope differs from slice to slice, as scanners write it.
"""

import functools
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import PositronEmissionTomographyImageStorage

from workstation.demo.phantoms_chest import chest_slice
from workstation.demo.phantoms_dicom import SeriesPlan
from workstation.demo.phantoms_series import Scan
from workstation.demo.phantoms_shapes import Array, noise
from workstation.demo.phantoms_trunk import Trunk

WEIGHT_KG: Final = 80.0
DOSE_BQ: Final = 300e6
#: Of a lesion; a liver and its neighbours, other tissue, lung.
LESION_SUV: Final = 9.0
_ORGAN_SUV, _TISSUE_SUV, _LUNG_SUV = 2.2, 1.1, 0.4
#: Contrast makes organs and vessels brighter than muscle (HU).
_ORGAN_HU, _TISSUE_HU, _LUNG_HU = 90.0, -300.0, -950.0
_GRAIN: Final = 0.08  # of a value


def pet_series(number: int, trunk: Trunk, scan: Scan) -> SeriesPlan:
    """PET Series and PET Image modules (PS3.3 C.8.9.1, C.8.9.4), with the tracer (C.8.9.2)."""
    tags: dict[str, Any] = {
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "PatientWeight": f"{WEIGHT_KG:g}",
        "PatientSize": "1.72",
        "SeriesType": ["STATIC", "IMAGE"],
        "Units": "BQML",
        "CountsSource": "EMISSION",
        "NumberOfSlices": scan.count,
        "CorrectedImage": ["DECY", "ATTN", "SCAT", "NORM"],
        "DecayCorrection": "ADMIN",
        "CollimatorType": "NONE",
        "AttenuationCorrectionMethod": "CT",
        "ActualFrameDuration": "120000",
        "FrameReferenceTime": "0",
        "DecayFactor": "1.46",
        "ImageIndex": lambda index: index + 1,
        "RadiopharmaceuticalInformationSequence": lambda _: Sequence([_tracer()]),
        "PatientOrientationCodeSequence": lambda _: Sequence(
            [_code("102538003", "SCT", "recumbent")]
        ),
        "PatientGantryRelationshipCodeSequence": lambda _: Sequence(
            [_code("102540008", "SCT", "headfirst")]
        ),
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "RescaleIntercept": "0",
        "RescaleSlope": lambda index: f"{_slope(index):g}",
    }
    return SeriesPlan(
        number=number,
        description=f"PET AC {scan.step:.1f}",
        modality="PT",
        sop_class=PositronEmissionTomographyImageStorage,
        count=scan.count,
        size=(scan.grid.size, scan.grid.size),
        pixels=functools.partial(_pixels, trunk, scan),
        tags=tags,
        placement=scan.placement(),
        frame_of_reference=scan.frame_of_reference,
    )


def _slope(index: int) -> float:
    return 12.0 + 0.05 * index


def _pixels(trunk: Trunk, scan: Scan, index: int) -> NDArray[np.uint16]:
    uptake = _uptake(trunk, scan, scan.top - index * scan.step)
    grain = noise(scan.seed + 200, index, scan.grid.size, sharp=False)
    activity = uptake * (1 + np.float32(_GRAIN) * grain) * np.float32(DOSE_BQ / WEIGHT_KG / 1000)
    stored: NDArray[np.uint16] = np.rint(activity / _slope(index)).astype(np.uint16)
    return stored


def _uptake(trunk: Trunk, scan: Scan, z: float) -> Array:
    """SUV by body weight; a lesion has its own up to its edge, blurred beyond it."""
    hu = chest_slice(trunk, z, scan.grid, scan.step, couch=False)
    steps = ((_LUNG_HU, _LUNG_SUV), (_TISSUE_HU, _TISSUE_SUV), (_ORGAN_HU, _ORGAN_SUV))
    suv = np.zeros_like(hu)
    for least, value in steps:
        suv[hu > least] = value
    x, y = scan.grid.xy
    for lesion in trunk.lesions:
        cx, cy, cz = lesion.center
        away = np.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2) - lesion.diameter / 2
        part = np.clip(1.0 - away / 6.0, 0.0, 1.0)  # to nothing over 6 mm
        suv = np.maximum(suv, part * LESION_SUV)
    return suv.astype(np.float32)


def _tracer() -> Dataset:
    tracer = Dataset()
    tracer.Radiopharmaceutical = "FDG"
    tracer.RadionuclideTotalDose = f"{DOSE_BQ:g}"
    tracer.RadionuclideHalfLife = "6586.2"
    tracer.RadionuclidePositronFraction = "0.967"
    tracer.RadionuclideCodeSequence = Sequence([_code("77004003", "SCT", "^18^Fluorine")])
    return tracer


def _code(value: str, scheme: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, meaning
    return code
