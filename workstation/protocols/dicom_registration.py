"""Spatial Registration objects out of their metadata (PS3.3 A.39.1, C.20.2).

Each item leads from one frame of reference into that of the object itself; only what is rigid is
read: a scale or a shear would change what is measured.
"""

from typing import Final

import numpy as np

from workstation.domain.registration import Rigid, SpatialRegistration
from workstation.protocols.dicom_attributes import Attributes

_SPATIAL_REGISTRATION: Final = "1.2.840.10008.5.1.4.1.1.66.1"
_MOST_ITEMS: Final = 100


def spatial_registration(row: Attributes) -> SpatialRegistration | None:
    """None where the object is none, or holds nothing that can be used."""
    if row.text("00080016") != _SPATIAL_REGISTRATION:
        return None
    found = []
    for item in list(row.items("00700308"))[:_MOST_ITEMS]:
        space, rigid = item.text("00200052"), _rigid(item)
        if space and rigid is not None:
            found.append((space, rigid))
    own = row.text("00200052")
    if not own or not found:
        return None
    label = row.text("00700080") or row.text("0008103E")
    return SpatialRegistration(own, tuple(found), label)


def _rigid(item: Attributes) -> Rigid | None:
    """The matrices of an item, one after the other (C.20.2.1.1: the first is applied first)."""
    whole = np.eye(4)
    for sequence in item.items("00700309"):
        for each in list(sequence.items("0070030A"))[:_MOST_ITEMS]:
            numbers = each.numbers("300600C6")
            if each.text("0070030C") not in ("", "RIGID") or len(numbers) != 16:
                return None
            whole = np.array(numbers).reshape(4, 4) @ whole
    try:
        return Rigid.of(whole)
    except ValueError:
        return None
