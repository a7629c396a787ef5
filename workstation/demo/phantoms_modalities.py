"""Series other than CT: MR contrasts and radiographs, with their DICOM modules."""

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import ComputedRadiographyImageStorage, MRImageStorage

from workstation.demo.phantoms_dicom import SeriesPlan
from workstation.demo.phantoms_head import Head
from workstation.demo.phantoms_mr import Contrast, mr_slice
from workstation.demo.phantoms_projection import (
    COLUMNS,
    DETECTOR_SPACING,
    ROWS,
    View,
    radiograph,
)
from workstation.demo.phantoms_series import Scan
from workstation.demo.phantoms_trunk import Trunk


def mr_series(number: int, head: Head, contrast: Contrast, scan: Scan) -> SeriesPlan:
    """Axial MR of a head (MR Image module, PS3.3 C.8.3.1), RLE-coded as old archives are."""
    bottom = scan.top + scan.shift[2]
    tags: dict[str, Any] = {
        "ImageType": ["ORIGINAL", "PRIMARY", "OTHER"],
        "AcquisitionNumber": number,
        "PatientPosition": "HFS",
        "ScanningSequence": list(contrast.scanning_sequence),
        "SequenceVariant": contrast.variant,
        "ScanOptions": None,
        "MRAcquisitionType": "2D",
        "MagneticFieldStrength": "1.5",
        "EchoTime": f"{contrast.echo_time:g}",
        "RepetitionTime": f"{contrast.repetition_time:g}",
        "EchoTrainLength": 1 if contrast.variant == "NONE" else 16,
        "FlipAngle": f"{contrast.flip_angle:g}",
        "SpacingBetweenSlices": f"{scan.step:g}",
        "SliceLocation": lambda index: f"{bottom - index * scan.step:.6g}",
        "PhotometricInterpretation": "MONOCHROME2",
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "WindowCenter": f"{contrast.window[0]:g}",
        "WindowWidth": f"{contrast.window[1]:g}",
    }
    if "IR" in contrast.scanning_sequence:
        tags["InversionTime"] = f"{contrast.inversion_time:g}"
    return SeriesPlan(
        number=number,
        description=contrast.description,
        modality="MR",
        sop_class=MRImageStorage,
        count=scan.count,
        size=(scan.grid.size, scan.grid.size),
        pixels=functools.partial(_mr_pixels, head, contrast, scan),
        tags=tags,
        placement=scan.placement(),
        frame_of_reference=scan.frame_of_reference,
        rle=True,
    )


def _mr_pixels(head: Head, contrast: Contrast, scan: Scan, index: int) -> NDArray[np.uint16]:
    return mr_slice(head, contrast, scan.top - index * scan.step, scan.grid, index)


def cr_series(number: int, trunk: Trunk, view: View, *, inverse: bool = False) -> SeriesPlan:
    """One radiograph of the chest (CR Image module, PS3.3 C.8.1.1).

    Its spacing is the detector's, so a length on it is not the patient's. `inverse`:
    stored as MONOCHROME1, low values white.
    """
    tags: dict[str, Any] = {
        "ImageType": ["ORIGINAL", "PRIMARY"],
        "KVP": "120",
        "PatientOrientation": ["L", "F"] if view == "PA" else ["P", "F"],
        "ViewPosition": "PA" if view == "PA" else "LL",
        "ImagerPixelSpacing": [f"{DETECTOR_SPACING:g}", f"{DETECTOR_SPACING:g}"],
        "PhotometricInterpretation": "MONOCHROME1" if inverse else "MONOCHROME2",
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "WindowCenter": "2250",
        "WindowWidth": "3600",
        "BurnedInAnnotation": "NO",
    }
    return SeriesPlan(
        number=number,
        description="Chest PA" if view == "PA" else "Chest lateral",
        modality="CR",
        sop_class=ComputedRadiographyImageStorage,
        count=1,
        size=(ROWS, COLUMNS),
        pixels=functools.partial(_cr_pixels, trunk, view, inverse),
        tags=tags,
    )


def _cr_pixels(trunk: Trunk, view: View, inverse: bool, _index: int) -> NDArray[np.uint16]:
    values = radiograph(trunk, view)
    return np.asarray(4095 - values if inverse else values, np.uint16)
