"""A measurement as a FHIR Observation, coded with DICOM's and SNOMED's own words."""

import math
import uuid
from collections.abc import Mapping
from typing import Any, Final

from workstation.domain.measurement import LAYER, LAYER_UNITS, STATS_UNITS
from workstation.domain.report import SignedReport
from workstation.domain.report_states import STATES
from workstation.domain.suv import UNITS
from workstation.domain.units import ucum
from workstation.protocols.fhir_values import uuid_identifier

DCM: Final = "http://dicom.nema.org/resources/ontology/DCM"
SCT: Final = "http://snomed.info/sct"
UCUM_SYSTEM: Final = "http://unitsofmeasure.org"

#: ObservationStatus of the measurements of a report, by the status of that.
OBSERVED: Final = {
    "preliminary": "preliminary",
    "final": "final",
    "appended": "final",
    "corrected": "corrected",
    "entered-in-error": "entered-in-error",
}

_EXACT: Final = 2.0**53  # beyond it a float names no single integer

#: Units as we show them, and as UCUM writes them.
UCUM: Final = {
    "mm": "mm",
    "cm": "cm",
    "mm²": "mm2",
    "mm2": "mm2",
    "cm²": "cm2",
    "cm2": "cm2",
    "HU": "[hnsf'U]",
    "px": "{pixels}",
    "°": "deg",
    "ml": "ml",
    "g": "g",
    "%": "%",
    "Bq/ml": "Bq/ml",
    **{unit: ucum(unit) for unit in UNITS.values()},
}

#: PS3.16 CID 7469, 7470 and annex D.
_CODES: Final = {
    "length": (DCM, "121206", "Distance"),
    "segment": (SCT, "118565006", "Volume"),
    "ellipse": (SCT, "42798000", "Area"),
    "rectangle": (SCT, "42798000", "Area"),
    "area": (SCT, "42798000", "Area"),
    "mean": (SCT, "373098007", "Mean"),
    "sd": (SCT, "386136009", "Standard deviation"),
    "min": (SCT, "255605001", "Minimum"),
    "max": (SCT, "56851009", "Maximum"),
    "peak": (DCM, "126031", "Peak Value Within ROI"),
    "volume": (DCM, "126032", "Metabolic Volume"),
    "tlg": (DCM, "126033", "Total Lesion Glycolysis"),
}


def observation_id(report: str, measurement: Mapping[str, Any]) -> str:
    """Always the same UUID for the same measurement of the same report.

    Names repeat between studies ("A1" on the current one and on the prior).
    """
    name = f"{measurement.get('study_uid', '')}/{measurement['id']}"
    return str(uuid.uuid5(uuid.UUID(report), name))


def finite(value: Any) -> Any:
    """The same value as plain JSON, a number that is none (NaN, infinity) as null.

    Whole numbers are written without a fraction, as every program that writes JSON does.
    """
    if isinstance(value, Mapping):
        return {str(name): finite(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(each) for each in value]
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if value.is_integer() and abs(value) < _EXACT else value
    return value


def observation(signed: SignedReport, measurement: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """UUID and resource.

    `measurement` is `finite` and has the keys of the `state` file: id, kind, value, unit,
    note, stats, stats_unit, study_uid, series_uid, sop_uid, frame. A value that is not
    defined is said to be absent.
    """
    uid = observation_id(signed.report.id, measurement)
    binding = signed.report.binding
    resource: dict[str, Any] = {
        "resourceType": "Observation",
        "identifier": [uuid_identifier(uid)],
        "status": OBSERVED[STATES[signed.status].fhir],
        "code": {"coding": [_coding(str(measurement["kind"]))], "text": str(measurement["id"])},
        "subject": {"reference": binding.patient_ref},
        "effectiveDateTime": signed.signed_at.isoformat(),
        "performer": [{"reference": signed.signer.id}],
        "derivedFrom": [{"reference": binding.imaging_ref}],
        "component": _components(measurement),
    }
    value = measurement.get("value")
    if value is None:
        resource["dataAbsentReason"] = {"text": str(measurement.get("note") or "not defined")}
    else:
        resource["valueQuantity"] = quantity(value, str(measurement.get("unit", "")))
    notes = _notes(measurement)
    if notes:
        resource["note"] = [{"text": text} for text in notes]
    return uid, {name: each for name, each in resource.items() if each != []}


def quantity(value: Any, unit: str) -> dict[str, Any]:
    """With the UCUM code where the unit has one; never a code that is guessed."""
    made = {"value": value, "unit": unit}
    if unit in UCUM:
        made |= {"system": UCUM_SYSTEM, "code": UCUM[unit]}
    return made


def _coding(name: str) -> dict[str, str]:
    system, code, display = _CODES.get(name, ("urn:reading-workstation:measurement", name, name))
    return {"system": system, "code": code, "display": display}


def _components(measurement: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Statistics of the image, then of what was laid over it, told apart by their texts."""
    unit, above = (str(measurement.get(name, "")) for name in ("stats_unit", "layer_unit"))
    own = {**STATS_UNITS, "area": str(measurement.get("unit", ""))}
    stats = dict(measurement.get("stats") or {}).items()
    layer = dict(measurement.get("layer") or {}).items()
    return [
        {"code": {"coding": [_coding(name)], "text": text}, "valueQuantity": quantity(value, shown)}
        for name, text, value, shown in (
            *((n, n, v, own.get(n, unit)) for n, v in stats),
            *((n, f"{LAYER}: {n}", v, LAYER_UNITS.get(n, above)) for n, v in layer),
        )
        if value is not None
    ]


def _notes(measurement: Mapping[str, Any]) -> list[str]:
    """Whose millimetres, and on which image: by DICOM UIDs, so that it can be found again."""
    note = str(measurement.get("note") or "")
    place = [
        f"{label} {measurement[key]}"
        for label, key in (("series", "series_uid"), ("image", "sop_uid"), ("frame", "frame"))
        if measurement.get(key) not in (None, "")
    ]
    return [text for text in (note, ", ".join(place)) if text]
