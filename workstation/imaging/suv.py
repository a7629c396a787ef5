"""Standardized uptake values of PET images, or the reason why there are none.

SUV is activity concentration over injected activity for each gram of the patient (or of lean
mass, or square centimetre of skin), both at one moment. Rules by vendor and unit follow the
vendor-neutral pseudo-code of RSNA QIBA (FDG-PET/CT profile, "Standardized Uptake Value") and
PS3.3 C.8.9.1.1.3 (Units), C.8.9.1.1.5 (Decay Correction), C.8.9.4.1.5 (Frame Reference Time).
Where facts are missing or contradict each other there is no SUV: never a guessed one.
"""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from workstation.domain.suv import UNITS, NoSuv, SuvBasis, SuvType
from workstation.text import tr

#: SUV Type (0054,1006) and the units that say it by themselves (PS3.3 C.8.9.1).
_STATED: Final[Mapping[str, SuvType]] = MappingProxyType(
    {
        "BW": SuvType.BW, "LBM": SuvType.LBM, "LBMJAMES128": SuvType.LBM_JAMES128,
        "LBMJANMA": SuvType.LBM_JANMA, "BSA": SuvType.BSA, "IBW": SuvType.IBW,
    }
)  # fmt: skip
#: Philips scanners store counts, and say beside them what makes them activity.
_COUNTS: Final = frozenset({"CNTS", "PROPCPS"})
_WEIGHTS_KG: Final = (0.5, 500.0)
_HEIGHTS_M: Final = (0.3, 2.6)
#: Below: a dose written in MBq (or mCi) where Bq is meant; no patient is given so little.
_LEAST_DOSE_BQ: Final = 1e4
#: A dynamic scan is started up to so long before the injection.
_BEFORE_S: Final = 120.0
#: After ten half-lives a thousandth is left: one of the times is not what it says.
_MOST_HALF_LIVES: Final = 10.0
#: Tracers that live longer are imaged on other days than they were given.
_SAME_DAY_S: Final = 6 * 3600.0
#: An injection by the clock alone that is later than the scan was before midnight, if this near.
_ACROSS_MIDNIGHT: Final = timedelta(hours=12)


class NotAvailable(Exception):
    """There is no SUV; says why."""

    def __init__(self, reason: NoSuv) -> None:
        super().__init__(reason.value)
        self.reason = reason


def suv_factor(basis: SuvBasis, wanted: SuvType, first: datetime | None = None) -> float:
    """What the modality values of an image are multiplied by to be SUV.

    Parameters
    ----------
    first
        The earliest acquisition in the series, for those that say nothing better.

    Raises
    ------
    NotAvailable
        With the reason.
    """
    if basis.units in ("GML", "CM2ML"):
        return _converted(basis, wanted)
    if basis.units not in (*_COUNTS, "BQML"):
        raise NotAvailable(NoSuv.UNITS)
    if "ATTN" not in basis.corrected:
        raise NotAvailable(NoSuv.ATTENUATION)
    if basis.units in _COUNTS and basis.suv_factor is not None and "DECY" in basis.corrected:
        return basis.suv_factor * _over_weight(basis, wanted)
    to_activity = 1.0
    if basis.units in _COUNTS:
        if basis.activity_factor is None:
            raise NotAvailable(NoSuv.FACTOR)
        to_activity = basis.activity_factor
    return to_activity * _size(basis, wanted) / _dose_left(basis, first)


# --- what the patient is divided by -------------------------------------------------------


def _size(basis: SuvBasis, wanted: SuvType) -> float:
    """Grams, for a body surface cm2."""
    return _SIZES[wanted](basis)


def _over_weight(basis: SuvBasis, wanted: SuvType) -> float:
    """From SUVbw; for itself no weight is needed."""
    return 1.0 if wanted is SuvType.BW else _size(basis, wanted) / _weight_g(basis)


def _converted(basis: SuvBasis, wanted: SuvType) -> float:
    """Values are SUV already; without a type g/ml is SUVbw (PS3.3 C.8.9.1, SUV Type)."""
    usual = "BSA" if basis.units == "CM2ML" else "BW"
    stated = _STATED.get(basis.suv_type or usual)
    if stated is None:
        raise NotAvailable(NoSuv.TYPE)
    if stated is wanted:
        return 1.0
    return _size(basis, wanted) / _size(basis, stated)


def _within(value: float | None, bounds: tuple[float, float], otherwise: NoSuv) -> float:
    if value is None or not bounds[0] <= value <= bounds[1]:
        raise NotAvailable(otherwise)
    return value


def _weight_kg(basis: SuvBasis) -> float:
    return _within(basis.weight_kg, _WEIGHTS_KG, NoSuv.WEIGHT)


def _weight_g(basis: SuvBasis) -> float:
    return _weight_kg(basis) * 1000.0


def _height_cm(basis: SuvBasis) -> float:
    return _within(basis.height_m, _HEIGHTS_M, NoSuv.HEIGHT) * 100.0


def _is_man(basis: SuvBasis) -> bool:
    if basis.sex not in ("M", "F"):
        raise NotAvailable(NoSuv.SEX)
    return basis.sex == "M"


def _james(basis: SuvBasis, for_men: float) -> float:
    """Hume/James, kg and cm; it turns negative in short and very heavy patients."""
    weight, height = _weight_kg(basis), _height_cm(basis)
    slope, square = (1.10, for_men) if _is_man(basis) else (1.07, 148.0)
    return _lean(slope * weight - square * (weight / height) ** 2, weight)


def _janma(basis: SuvBasis) -> float:
    """Janmahasatian et al., Clin Pharmacokinet 2005;44:1051; BMI in kg/m2."""
    weight, height = _weight_kg(basis), _height_cm(basis)
    bmi = weight / (height / 100.0) ** 2
    add, times = (6680.0, 216.0) if _is_man(basis) else (8780.0, 244.0)
    return _lean(9270.0 * weight / (add + times * bmi), weight)


def _lean(mass_kg: float, weight_kg: float) -> float:
    """In g; a formula that is out of its range must not make an SUV."""
    if not 0.2 * weight_kg <= mass_kg <= weight_kg:
        raise NotAvailable(NoSuv.HEIGHT)
    return mass_kg * 1000.0


def _surface_cm2(basis: SuvBasis) -> float:
    """Du Bois and Du Bois 1916, kg and cm; a square metre is 10,000 cm2."""
    return float(71.84 * _weight_kg(basis) ** 0.425 * _height_cm(basis) ** 0.725)


def _ideal(basis: SuvBasis) -> float:
    """No formula is in the standard."""
    raise NotAvailable(NoSuv.TYPE)


_SIZES: Final[Mapping[SuvType, Callable[[SuvBasis], float]]] = MappingProxyType(
    {
        SuvType.BW: _weight_g,
        SuvType.LBM: lambda basis: _james(basis, 120.0),
        SuvType.LBM_JAMES128: lambda basis: _james(basis, 128.0),
        SuvType.LBM_JANMA: _janma,
        SuvType.BSA: _surface_cm2,
        SuvType.IBW: _ideal,
    }
)

# --- what is left of the dose -------------------------------------------------------------


def _dose_left(basis: SuvBasis, first: datetime | None) -> float:
    """Bq of the injected dose at the moment that the image's values stand for."""
    if basis.doses > 1:
        raise NotAvailable(NoSuv.SEVERAL)
    if basis.dose_bq is None or basis.dose_bq < _LEAST_DOSE_BQ:
        raise NotAvailable(NoSuv.DOSE)
    stated = basis.decay or ("START" if basis.corrected_to is not None else "")
    corrected = "DECY" in basis.corrected
    if corrected != (stated in ("START", "ADMIN")):
        raise NotAvailable(NoSuv.DECAY)
    if stated == "ADMIN":
        return basis.dose_bq
    if basis.half_life_s is None:
        raise NotAvailable(NoSuv.HALF_LIFE)
    if stated == "START":
        at = _corrected_to(basis, first, basis.half_life_s)
    elif stated == "NONE":
        at = _mean_moment(basis, basis.half_life_s)
    else:
        raise NotAvailable(NoSuv.DECAY)
    seconds = (at - _injected(basis, at, basis.half_life_s)).total_seconds()
    if seconds < -_BEFORE_S:
        raise NotAvailable(NoSuv.BEFORE_INJECTION)
    if seconds > _MOST_HALF_LIVES * basis.half_life_s:
        raise NotAvailable(NoSuv.LONG_AFTER)
    return float(basis.dose_bq * 2.0 ** (-seconds / basis.half_life_s))


def _corrected_to(basis: SuvBasis, first: datetime | None, half_life_s: float) -> datetime:
    """The start of the scan, to which values are corrected (START).

    Series Date and Time, unless it is after the acquisition: then the series was made anew
    (QIBA), and the start is what GE says, or what Frame Reference Time counts from, or the
    first acquisition of the series.
    """
    if basis.corrected_to is not None:
        return basis.corrected_to
    start, acquired = basis.series_start, basis.acquired
    if start is not None and (acquired is None or start <= acquired):
        return start
    if basis.scan_start is not None:
        return basis.scan_start
    if acquired is not None and basis.reference_s and basis.duration_s:
        mean = _mean_after_s(basis.duration_s, half_life_s)
        return acquired + timedelta(seconds=mean - basis.reference_s)
    found = first if first is not None else acquired
    if found is None:
        raise NotAvailable(NoSuv.REFERENCE_TIME)
    return found


def _mean_moment(basis: SuvBasis, half_life_s: float) -> datetime:
    """When activity was what it was on average while this image was acquired (NONE)."""
    if basis.acquired is None or not basis.duration_s:
        raise NotAvailable(NoSuv.REFERENCE_TIME)
    return basis.acquired + timedelta(seconds=_mean_after_s(basis.duration_s, half_life_s))


def _mean_after_s(duration_s: float, half_life_s: float) -> float:
    """T_ave of PS3.3 C.8.9.4.1.5, example 2: a little before the middle."""
    decay = math.log(2.0) / half_life_s
    return math.log(decay * duration_s / -math.expm1(-decay * duration_s)) / decay


def _injected(basis: SuvBasis, scan: datetime, half_life_s: float) -> datetime:
    """With its date where that is said; else on the day of the scan, or before its midnight."""
    if basis.injected is not None:
        return basis.injected
    if basis.injected_clock is None:
        raise NotAvailable(NoSuv.INJECTION_TIME)
    if half_life_s > _SAME_DAY_S:
        raise NotAvailable(NoSuv.INJECTION_DAY)
    found = datetime.combine(scan.date(), basis.injected_clock)
    if (scan - found).total_seconds() >= -_BEFORE_S:
        return found
    before = found - timedelta(days=1)
    if scan - before > _ACROSS_MIDNIGHT:
        raise NotAvailable(NoSuv.BEFORE_INJECTION)
    return before


#: Behind "SUV not available: ".
_WORDS: Final[Mapping[NoSuv, str]] = MappingProxyType(
    {
        NoSuv.UNITS: "its values are no activity",
        NoSuv.FACTOR: "counts without the scanner's factor",
        NoSuv.TYPE: "not of this kind",
        NoSuv.ATTENUATION: "not corrected for attenuation",
        NoSuv.DECAY: "decay correction not clear",
        NoSuv.WEIGHT: "no usable weight of the patient",
        NoSuv.HEIGHT: "no usable height of the patient",
        NoSuv.SEX: "sex of the patient neither M nor F",
        NoSuv.DOSE: "no usable injected dose",
        NoSuv.SEVERAL: "several injections",
        NoSuv.HALF_LIFE: "no half-life",
        NoSuv.INJECTION_TIME: "no time of injection",
        NoSuv.INJECTION_DAY: "no day of injection",
        NoSuv.REFERENCE_TIME: "no time of the scan",
        NoSuv.BEFORE_INJECTION: "injection after the scan",
        NoSuv.LONG_AFTER: "injection too long before the scan",
    }
)


def stated_as(unit: str) -> tuple[str, str] | None:
    """Units and SUV Type (PS3.3 C.8.9.1) of values in a unit as readers see it; None: no SUV."""
    for code, kind in _STATED.items():
        if UNITS[kind] == unit:
            return ("CM2ML" if kind is SuvType.BSA else "GML"), code
    return None


def words_for(reason: NoSuv) -> str:
    """As a view says it."""
    return tr("SUV not available: {why}", why=tr(_WORDS[reason]))
