"""Standardized uptake values: which there are, and what a PET image says towards them."""

from collections.abc import Mapping
from datetime import datetime, time
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import frozen


class SuvType(StrEnum):
    """What activity is divided by: SUV Type (0054,1006), PS3.3 C.8.9.1."""

    BW = "bw"  # body weight
    LBM = "lbm"  # lean body mass by James, men by the factor 120
    LBM_JAMES128 = "lbm-james128"  # the same, men by the factor 128
    LBM_JANMA = "lbm-janma"  # lean body mass by Janmahasatian
    BSA = "bsa"  # body surface area, by Du Bois
    IBW = "ibw"  # ideal body weight: shown where an object has it, never worked out


#: UCUM codes for activity concentration, either spelling of the litre.
ACTIVITY_CODES: Final = frozenset({"Bq/ml", "Bq/mL"})
#: As readers see them; what UCUM makes of each says `domain.units`.
UNITS: Final[Mapping[SuvType, str]] = MappingProxyType(
    {
        SuvType.BW: "SUVbw",
        SuvType.LBM: "SUVlbm",
        SuvType.LBM_JAMES128: "SUVlbm (James128)",
        SuvType.LBM_JANMA: "SUVlbm (Janma)",
        SuvType.BSA: "SUVbsa",
        SuvType.IBW: "SUVibw",
    }
)


class NoSuv(StrEnum):
    """Why there is no SUV; stable codes, `imaging.suv.WORDS` has the sentences."""

    UNITS = "units"
    FACTOR = "factor"
    TYPE = "type"
    ATTENUATION = "attenuation"
    DECAY = "decay"
    WEIGHT = "weight"
    HEIGHT = "height"
    SEX = "sex"
    DOSE = "dose"
    SEVERAL = "several"
    HALF_LIFE = "half-life"
    INJECTION_TIME = "injection-time"
    INJECTION_DAY = "injection-day"
    REFERENCE_TIME = "reference-time"
    BEFORE_INJECTION = "before-injection"
    LONG_AFTER = "long-after"


@frozen
class SuvBasis:
    """What one image says towards its SUV, as it says it; None and empty: nothing usable.

    Times are those of the scanner's own clock, without a zone. `injected_clock` is all there
    is where the object gives the injection no date.
    """

    units: str = ""  # Units (0054,1001)
    suv_type: str = ""  # SUV Type (0054,1006)
    corrected: tuple[str, ...] = ()  # Corrected Image (0028,0051)
    decay: str = ""  # Decay Correction (0054,1102)
    weight_kg: float | None = None
    height_m: float | None = None
    sex: str = ""
    dose_bq: float | None = None
    doses: int = 1  # items of Radiopharmaceutical Information Sequence
    half_life_s: float | None = None
    injected: datetime | None = None
    injected_clock: time | None = None
    series_start: datetime | None = None
    acquired: datetime | None = None  # of this image: Acquisition Date and Time
    reference_s: float | None = None  # Frame Reference Time, after the series reference
    duration_s: float | None = None  # Actual Frame Duration
    corrected_to: datetime | None = None  # Decay Correction DateTime of enhanced PET
    scan_start: datetime | None = None  # GE: what its decay correction is to
    suv_factor: float | None = None  # Philips (7053,1000): modality values to SUVbw
    activity_factor: float | None = None  # Philips (7053,1009): modality values to Bq/ml
