"""Sizes without a unit. Every false alarm that is reported becomes a row here."""

import pytest

from workstation.services.report.units import unitless


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Nodule measuring 12.", "measuring 12"),
        ("Round area of density measuring 1.9 x 1.8 in the left lobe.", "measuring 1.9 x 1.8"),
        ("Mass of 3.8 × 2.4 × 3.5, heterogeneous.", "3.8 × 2.4 × 3.5"),
        ("Diameter of up to 4.5 at the root.", "Diameter of up to 4.5"),
        ("Nodule of 9 mm, cyst of 12 x 8.", "12 x 8"),
    ],
)
def test_a_size_without_its_unit_is_named(text: str, size: str) -> None:
    """A nodule of 12 mm is followed up, one of 12 cm is operated on."""
    assert unitless(text) == size


@pytest.mark.parametrize(
    "text",
    [
        "Measures 12 to 15 mm.",
        "Measuring 9 × 3.8 cms.",
        "Nodules measuring 3, 5 and 8 mm.",
        "1.2 x 0.8 x 0.9 cm.",
        "The resistive index measures 0.72.",
        "A length of 1500 μm.",
        "Matrix of 256 x 192.",
        "Discs L4-L5, segment 6, image 32 of 120.",
        "Measures 1.2cm.",
    ],
)
def test_what_has_a_unit_or_needs_none_is_left_alone(text: str) -> None:
    """No report of 3,851 chests is called for a size that is as it should be."""
    assert unitless(text) == ""
