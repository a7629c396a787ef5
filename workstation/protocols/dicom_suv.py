"""What a PET object says towards its SUV (PS3.3 C.8.9, C.8.22 and two vendors' own elements).

Only what is said is read here; whether an SUV follows from it, `imaging.suv` decides.
"""

from datetime import datetime
from typing import Final

from workstation.domain.suv import ACTIVITY_CODES, SuvBasis
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_private import Private, private_numbers, private_tag
from workstation.protocols.dicom_technique import positive
from workstation.protocols.dicom_times import clock_of, datetime_of, moment_of, zone_of

_SUV_FACTOR: Final = Private("Philips PET Private Group", "7053", "00", "DS")
_ACTIVITY_FACTOR: Final = Private("Philips PET Private Group", "7053", "09", "DS")
_GE_START: Final = Private("GEMS_PETD_01", "0009", "0D", "DT")


def suv_basis(values: Attributes, modality: str) -> SuvBasis | None:
    """None for what is no PET."""
    if modality != "PT":
        return None
    tracers = list(values.items("00540016"))
    tracer, zone = tracers[0] if tracers else Attributes(), zone_of(values)
    return SuvBasis(
        units=values.text("00541001") or _mapped_units(values),
        suv_type=values.text("00541006"),
        corrected=_corrections(values),
        decay=values.text("00541102"),
        weight_kg=values.number("00101030"),
        height_m=values.number("00101020"),
        sex=values.text("00100040").upper(),
        dose_bq=positive(tracer, "00181074"),
        doses=max(1, len(tracers)),
        half_life_s=positive(tracer, "00181075"),
        injected=datetime_of(tracer, "00181078", zone),
        injected_clock=clock_of(tracer, "00181072"),
        series_start=moment_of(values, "00080021", "00080031"),
        acquired=datetime_of(values, "00189074", zone)
        or moment_of(values, "00080022", "00080032")
        or datetime_of(values, "0008002A", zone),
        reference_s=_seconds(values, "00541300"),
        duration_s=_seconds(values, "00181242", "00189220"),
        corrected_to=datetime_of(values, "00189701", zone),
        scan_start=_ge_scan_start(values, zone),
        suv_factor=_private_factor(values, _SUV_FACTOR),
        activity_factor=_private_factor(values, _ACTIVITY_FACTOR),
    )


def _corrections(values: Attributes) -> tuple[str, ...]:
    """Corrected Image; enhanced PET says the two that matter by attributes of their own."""
    said = values.texts("00280051")
    if said:
        return said
    enhanced = (("00189759", "ATTN"), ("00189758", "DECY"))
    return tuple(word for tag, word in enhanced if values.text(tag) == "YES")


def _mapped_units(values: Attributes) -> str:
    """Enhanced PET says its unit with its real world values alone."""
    code = values.item("00409096").item("004008EA").text("00080100")
    return "BQML" if code in ACTIVITY_CODES else ""


def _seconds(values: Attributes, *tags: str) -> float | None:
    milliseconds = next((found for tag in tags if (found := values.number(tag)) is not None), None)
    return None if milliseconds is None else milliseconds / 1000


def _ge_scan_start(values: Attributes, zone: str) -> datetime | None:
    tag = private_tag(values, _GE_START)
    return datetime_of(values, tag, zone) if tag else None


def _private_factor(values: Attributes, which: Private) -> float | None:
    """Nothing for 0, which both factors have where they are not known."""
    found = next(iter(private_numbers(values, which)), 0.0)
    return found if found > 0 else None
