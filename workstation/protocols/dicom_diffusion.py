"""How strongly and in which direction diffusion was measured, by the standard or a vendor.

PS3.3 C.8.13.5.9 (MR Diffusion); classic objects of the large vendors say it in private
elements, whose names are in the dictionary of pydicom and in
na-mic.org/wiki/NAMIC_Wiki:DTI:DICOM_for_DWI_and_DTI.
"""

import math
from typing import Final

from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_private import Private, private_numbers

_B_VALUES: Final = (
    Private("SIEMENS MR HEADER", "0019", "0C", "IS"),
    Private("GEMS_PARM_01", "0043", "39", "IS"),
    Private("Philips Imaging DD 001", "2001", "03", "FL"),
)
#: GE adds this to a b-value that it computed itself.
_GE_OFFSET: Final = 1_000_000_000
_SIEMENS_DIRECTION: Final = Private("SIEMENS MR HEADER", "0019", "0E", "FD")
_DIRECTIONS: Final = (
    tuple(Private("GEMS_ACQU_01", "0019", each, "DS") for each in ("BB", "BC", "BD")),
    tuple(Private("Philips MR Imaging DD 001", "2005", each, "FL") for each in ("B0", "B1", "B2")),
)
#: Of a unit vector, what is not rounding of the vendor's arithmetic.
_DIGITS: Final = 3
_LONGEST: Final = 1.01


def b_value(values: Attributes) -> float | None:
    """s/mm2; None where nobody says."""
    if (found := values.number("00189087")) is not None:
        return found
    for each in _B_VALUES:
        if private := private_numbers(values, each):
            return private[0] % _GE_OFFSET
    return None


def direction(values: Attributes) -> str:
    """The gradient's direction as words; empty for none: b 0, trace and maps have none.

    Standard and Siemens mean patient axes, the others their own: it tells images apart and
    is never reckoned with.
    """
    if not b_value(values):
        return ""
    found = values.numbers("00189089") or values.item("00189076").numbers("00189089")
    found = found or private_numbers(values, _SIEMENS_DIRECTION)
    for parts in _DIRECTIONS:
        found = found or tuple(n for each in parts for n in private_numbers(values, each)[:1])
    if len(found) != 3 or not 0 < math.hypot(*found) <= _LONGEST:
        return ""
    return " ".join(f"{round(each, _DIGITS) + 0.0:g}" for each in found)
