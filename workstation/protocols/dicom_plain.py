"""What an enhanced object says of a frame, in the attributes of a plain image of one slice.

For images that are made of it: stations that know no functional groups read those.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workstation.protocols.dicom_attributes import Attributes, Memory
from workstation.protocols.dicom_frames import Header

#: Scanning Sequence (PS3.3 C.8.3.1.1.1) of Echo Pulse Sequence (C.8.13.4).
_ECHOES: Final = {"SPIN": ("SE",), "GRADIENT": ("GR",), "BOTH": ("SE", "GR")}
#: What else makes a sequence: tag, the value that says so, the term of a plain image.
_SCANNED: Final = (("00189018", "YES", "EP"), ("00189009", "YES", "IR"))
#: Sequence Variant: tag, and the term for each of its values; others say nothing.
_VARIANTS: Final[Mapping[str, Mapping[str, str]]] = {
    "00189033": {"PARTIAL": "SK", "FULL": "SK"},
    "00189020": {"ON_RESONANCE": "MTC", "OFF_RESONANCE": "MTC"},
    "00189017": {
        "FREE_PRECESSION": "SS", "TRANSVERSE": "SS", "LONGITUDINAL": "SS",
        "TIME_REVERSED": "TRSS",
    },
    "00189016": {"RF": "SP", "GRADIENT": "SP", "RF_AND_GRADIENT": "SP"},
    "00189029": {"2D": "OSP", "3D": "OSP", "2D_3D": "OSP"},
}  # fmt: skip


def plain_values(row: Attributes, frame_index: int) -> Attributes:
    """All that an object says of one of its frames; of enhanced MR its sequence in plain terms.

    What a plain image says already stays as it is.
    """
    values = Header(row, row.text("00080060"), Memory()).values_of(frame_index)
    echoes = _ECHOES.get(values.text("00189008"), ())
    if not echoes:
        return values
    scanned = (*echoes, *(term for tag, said, term in _SCANNED if values.text(tag) == said))
    variants = tuple(_variants(values)) or ("NONE",)
    plain = {"00180020": _element("CS", *scanned), "00180021": _element("CS", *variants)}
    for named, tag in (("00180081", "00189082"), ("00180082", "00189079")):  # echo, inversion
        time_ms = values.number(tag)
        if time_ms is not None:
            plain[named] = _element("DS", time_ms)
    return values.over(Attributes(plain))


def _variants(values: Attributes) -> Iterator[str]:
    for tag, terms in _VARIANTS.items():
        term = terms.get(values.text(tag))
        if term is not None:
            yield term


def _element(vr: str, *values: Any) -> Mapping[str, Any]:
    return {"vr": vr, "Value": list(values)}
