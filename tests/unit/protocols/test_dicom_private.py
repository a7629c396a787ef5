"""Private elements of vendors, as sites deliver them."""

import base64
import struct

import pytest

from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_diffusion import b_value, direction
from workstation.protocols.dicom_private import Private, private_numbers

WHICH = Private("SIEMENS MR HEADER", "0019", "0E", "FD")


def inline(data: bytes) -> dict[str, str]:
    return {"vr": "UN", "InlineBinary": base64.b64encode(data).decode()}


def test_values_of_unknown_representation_are_read_by_the_vendors_own() -> None:
    """A site that keeps implicit VR sends bytes: without them all directions are one stack."""
    header = Attributes(
        {
            "00190010": {"vr": "LO", "Value": ["SIEMENS MR HEADER"]},
            "0019100C": inline(b"1000"),
            "0019100E": inline(struct.pack("<3d", 0.0, 0.6, -0.8)),
        }
    )

    assert b_value(header) == 1000
    assert private_numbers(header, WHICH) == (0.0, 0.6, -0.8)
    assert direction(header) == "0 0.6 -0.8"


@pytest.mark.parametrize("block", [0x10, 0x13, 0x1F])
def test_a_private_element_is_found_in_whichever_block_its_creator_has(block: int) -> None:
    """A second vendor's software takes the first block; the b-value is as real in the next."""
    header = Attributes(
        {
            f"001900{block:02X}": {"vr": "LO", "Value": ["SIEMENS MR HEADER"]},
            f"0019{block:02X}0C": {"vr": "IS", "Value": [800]},
        }
    )

    assert b_value(header) == 800


def test_another_vendors_element_of_the_same_number_is_not_taken() -> None:
    """In GE objects 0019,xx0C is something else altogether."""
    header = Attributes(
        {
            "00190010": {"vr": "LO", "Value": ["GEMS_ACQU_01"]},
            "0019100C": {"vr": "IS", "Value": [800]},
        }
    )

    assert b_value(header) is None


@pytest.mark.parametrize(
    ("b", "towards"),
    [(0, [1.0, 0.0, 0.0]), (1000, [0.0, 0.0, 0.0]), (1000, [9.0, 0.0, 0.0]), (1000, [1.0, 0.0])],
)
def test_what_is_no_direction_is_none(b: int, towards: list[float]) -> None:
    """User data of GE hold other numbers in other sequences: a direction is a unit vector
    under a gradient, or a shorter one (shells of lower b)."""
    header = {"00189087": {"vr": "FD", "Value": [b]}, "00189089": {"vr": "FD", "Value": towards}}

    assert direction(Attributes(header)) == ""
