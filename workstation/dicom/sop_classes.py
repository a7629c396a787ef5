"""SOP classes that are not images to scroll through, and what they are instead (PS3.4 B.5)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workstation.domain.study import DisplaySetKind

MEDIA_DIRECTORY: Final = "1.2.840.10008.1.3.10"
_STORAGE: Final = "1.2.840.10008.5.1.4."
_ROOT: Final = f"{_STORAGE}1.1."

#: Stable codes of objects that hold no image, and the words for them.
OBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "structured-report": "A structured report.",
        "dose-report": "A structured report of radiation dose.",
        "key-objects": "A selection of key images.",
        "presentation-state": "A presentation state: how other images were shown.",
        "segmentation": "A segmentation of other images.",
        "surfaces": "Surfaces or tracts in the space of other images.",
        "registration": "A registration between other images.",
        "real-world-values": "A map from the values of other images to quantities.",
        "rt-structures": "Contours of a radiotherapy structure set.",
        "rt-plan": "A radiotherapy plan.",
        "rt-record": "A record of radiotherapy treatment.",
        "rt-dose": "A radiotherapy dose.",
        "pdf": "A PDF document.",
        "cda": "A clinical document (CDA).",
        "model": "A three-dimensional model for printing.",
        "waveform": "A waveform, such as an ECG or a voice recording.",
        "spectroscopy": "Magnetic resonance spectra.",
        "raw-data": "Raw data of the scanner.",
        "measurements": "Measurements of the eye.",
        "protocol": "A protocol for acquisition or display, or a palette of colours.",
        "dicomdir": "A directory of a DICOM medium.",
        "zip": "A ZIP archive; its members follow.",
        "other-object": "An object without an image, of a kind that is not known here.",
    }
)

_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "4.2": "spectroscopy", "66": "raw-data", "66.1": "registration", "66.2": "registration",
        "66.3": "registration", "66.4": "segmentation", "66.5": "surfaces", "66.6": "surfaces",
        "66.7": "segmentation", "66.8": "segmentation", "67": "real-world-values",
        "68.1": "surfaces", "68.2": "surfaces", "88.59": "key-objects", "88.67": "dose-report",
        "88.68": "dose-report", "88.73": "dose-report", "88.76": "dose-report", "104.1": "pdf",
        "104.2": "cda", "104.3": "model", "104.4": "model", "104.5": "model",
        "131": "presentation-state", "481.2": "rt-dose", "481.3": "rt-structures",
        "481.4": "rt-record", "481.5": "rt-plan", "481.6": "rt-record", "481.7": "rt-record",
        "481.8": "rt-plan", "481.9": "rt-record",
    }
)  # fmt: skip
#: Whole branches: "9." are the waveforms, "11." the presentation states.
_BRANCHES: Final = (
    ("9.", "waveform"), ("11.", "presentation-state"), ("88.", "structured-report"),
    ("78.", "measurements"), ("79.", "measurements"), ("80.", "measurements"),
    ("200.", "protocol"), ("481.1", "rt-plan"), ("481.2", "rt-plan"),
)  # fmt: skip
#: Of the second generation of radiotherapy only these are images.
_RT_IMAGES: Final = frozenset({"481.1", "481.23", "481.24"})
_PROTOCOLS: Final = tuple(f"{_STORAGE}{number}." for number in (38, 39, 43, 44, 45))
_KINDS: Final[Mapping[str, DisplaySetKind]] = MappingProxyType(
    {
        "structured-report": DisplaySetKind.REPORT,
        "dose-report": DisplaySetKind.REPORT,
        "key-objects": DisplaySetKind.KEY_OBJECTS,
        "presentation-state": DisplaySetKind.PRESENTATION,
        "segmentation": DisplaySetKind.SEGMENTATION,
        "rt-structures": DisplaySetKind.RT,
        "rt-plan": DisplaySetKind.RT,
        "rt-record": DisplaySetKind.RT,
        "rt-dose": DisplaySetKind.RT,
        "pdf": DisplaySetKind.DOCUMENT,
        "cda": DisplaySetKind.DOCUMENT,
    }
)


def object_code(sop_class: str) -> str:
    """What an object of this class is, as a code of `OBJECTS`; empty for images."""
    if sop_class == MEDIA_DIRECTORY:
        return "dicomdir"
    if sop_class.startswith(_PROTOCOLS):
        return "protocol"
    number = sop_class.removeprefix(_ROOT) if sop_class.startswith(_ROOT) else ""
    if number in _CODES or number in _RT_IMAGES:
        return _CODES.get(number, "")
    return next((code for branch, code in _BRANCHES if number.startswith(branch)), "")


def kind_of(sop_class: str) -> DisplaySetKind | None:
    """None for images."""
    code = object_code(sop_class)
    return _KINDS.get(code, DisplaySetKind.OTHER) if code else None
