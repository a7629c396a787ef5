"""SOP classes that are not images to scroll through, and what they are instead."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from workstation.domain.study import DisplaySetKind

_ROOT: Final = "1.2.840.10008.5.1.4.1.1."
_KINDS: Final[Mapping[str, DisplaySetKind]] = MappingProxyType(
    {
        "104.1": DisplaySetKind.DOCUMENT,  # Encapsulated PDF
        "104.2": DisplaySetKind.DOCUMENT,  # Encapsulated CDA
        "88.59": DisplaySetKind.KEY_OBJECTS,
        "66.4": DisplaySetKind.SEGMENTATION,
        "66.7": DisplaySetKind.SEGMENTATION,  # Label Map
        "481.2": DisplaySetKind.RT,  # Dose
        "481.3": DisplaySetKind.RT,  # Structure Set
        "481.5": DisplaySetKind.RT,  # Plan
    }
)


def kind_of(sop_class: str) -> DisplaySetKind | None:
    """None for images."""
    if not sop_class.startswith(_ROOT):
        return None
    number = sop_class[len(_ROOT) :]
    if number.startswith("88."):
        return _KINDS.get(number, DisplaySetKind.REPORT)
    if number.startswith("11."):
        return DisplaySetKind.PRESENTATION
    return _KINDS.get(number)
