"""The DICOM JSON model (PS3.18 F) of stored instances, and searching in it."""

import re
from collections.abc import Sequence
from typing import Any, Final

from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword
from pydicom.uid import ParametricMapStorage

from workstation.demo.archive import Instance

Json = dict[str, Any]

_INLINE_BYTES: Final = 1024
#: Attributes a search answers without being asked (PS3.18 10.6.3.3).
STUDY_TAGS: Final = (
    "SpecificCharacterSet",
    "StudyDate",
    "StudyTime",
    "AccessionNumber",
    "ReferringPhysicianName",
    "TimezoneOffsetFromUTC",
    "PatientName",
    "PatientID",
    "IssuerOfPatientID",
    "PatientBirthDate",
    "PatientSex",
    "StudyInstanceUID",
    "StudyID",
    "StudyDescription",
)
SERIES_TAGS: Final = (
    "SpecificCharacterSet",
    "Modality",
    "TimezoneOffsetFromUTC",
    "SeriesDescription",
    "BodyPartExamined",
    "SeriesInstanceUID",
    "SeriesNumber",
    "Laterality",
    "SeriesDate",
    "SeriesTime",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
)
INSTANCE_TAGS: Final = (
    "SpecificCharacterSet",
    "SOPClassUID",
    "SOPInstanceUID",
    "TimezoneOffsetFromUTC",
    "InstanceNumber",
    "Rows",
    "Columns",
    "BitsAllocated",
    "NumberOfFrames",
)


def metadata(instance: Instance, address: str) -> Json:
    """All of an instance but its bulk data, which is named by address."""
    header = instance.header

    def bulk(element: DataElement) -> str:
        return f"{address}/bulk/{element.tag:08X}"

    found: Json = header.to_json_dict(_INLINE_BYTES, bulk, suppress_invalid_tags=True)
    if header.get("Rows") and header.get("BitsAllocated"):
        keyword = _pixel_keyword(header)
        vr = {"PixelData": "OW", "FloatPixelData": "OF"}.get(keyword, "OD")
        found[_tag(keyword)] = {"vr": vr, "BulkDataURI": f"{address}/bulk/{_tag(keyword)}"}
    found |= _identity(instance)
    found["00083002"] = {"vr": "UI", "Value": [str(instance.transfer_syntax)]}
    return found


def attributes(instance: Instance, keywords: Sequence[str]) -> Json:
    """Some attributes of an instance; an absent one is there without a value."""
    header, found = instance.header, Json()
    for keyword in keywords:
        tag = _tag(keyword)
        if tag not in found:
            found[tag] = _json(header, keyword)
    return found | {k: v for k, v in _identity(instance).items() if k in found}


def _json(header: Dataset, keyword: str) -> Json:
    tag = tag_for_keyword(keyword)
    assert tag is not None
    if tag not in header:
        return {"vr": dictionary_VR(tag)}
    try:
        found: Json = header[tag].to_json_dict(None, _INLINE_BYTES)
    except (ValueError, TypeError, AttributeError, UnicodeError):
        return {"vr": dictionary_VR(tag)}  # a value that breaks its VR is not searchable
    return found


def _pixel_keyword(header: Dataset) -> str:
    """Which pixel data follows the header, which stops before it (PS3.3 A.75, C.7.6.24)."""
    if header.get("SOPClassUID") != ParametricMapStorage or "PixelRepresentation" in header:
        return "PixelData"
    return "FloatPixelData" if header.BitsAllocated == 32 else "DoubleFloatPixelData"


def _identity(instance: Instance) -> Json:
    """The UIDs under which we serve it, and what it came without."""
    given = {_tag(keyword): _given(keyword, text) for keyword, text in instance.given.items()}
    return given | {
        "0020000D": {"vr": "UI", "Value": [instance.study]},
        "0020000E": {"vr": "UI", "Value": [instance.series]},
        "00080018": {"vr": "UI", "Value": [instance.sop]},
    }


def _given(keyword: str, text: str) -> Json:
    vr = dictionary_VR(keyword)
    return {"vr": vr, "Value": [{"Alphabetic": text} if vr == "PN" else text]}


def _tag(keyword: str) -> str:
    return f"{tag_for_keyword(keyword) or 0:08X}"


def keyword_of(name: str) -> str:
    """The keyword of an attribute given as keyword or as eight hex digits; "" if unknown."""
    if re.fullmatch(r"[0-9A-Fa-f]{8}", name):
        return str(keyword_for_tag(int(name, 16)))
    return name if tag_for_keyword(name) is not None else ""


def matches(item: Json, keyword: str, wanted: str) -> bool:
    """Attribute matching of PS3.4 C.2.2.2: single value, wildcards, list of UIDs, ranges."""
    if wanted == "":
        return True
    found = item.get(_tag(keyword), {})
    values = [_text(each) for each in found.get("Value", ())]
    if found.get("vr") in ("DA", "TM", "DT") and "-" in wanted:
        low, _, high = wanted.partition("-")
        return any((not low or low <= v) and (not high or v[: len(high)] <= high) for v in values)
    if found.get("vr") == "UI":
        return bool(set(values) & set(re.split(r"[,\\]", wanted)))
    pattern = re.compile(_pattern(wanted), re.IGNORECASE if found.get("vr") == "PN" else 0)
    return any(pattern.fullmatch(each) for each in values)


def _pattern(wanted: str) -> str:
    parts = {"*": ".*", "?": "."}
    return "".join(parts.get(each) or re.escape(each) for each in wanted)


def _text(value: Any) -> str:
    return str(value.get("Alphabetic", "")) if isinstance(value, dict) else str(value)
