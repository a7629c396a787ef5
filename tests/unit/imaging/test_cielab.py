"""Colours of segments come out as the object recommends them."""

import pytest

from workstation.imaging.cielab import to_srgb


@pytest.mark.parametrize(
    ("lab", "srgb"),
    [
        # CIELab of the sRGB primaries under D50 (Lindbloom, brucelindbloom.com, "sRGB D50"),
        # encoded as PS3.3 C.10.7.1.1 says.
        ((100.0, 0.0, 0.0), (255, 255, 255)),
        ((0.0, 0.0, 0.0), (0, 0, 0)),
        ((54.29, 80.81, 69.89), (255, 0, 0)),
        ((87.82, -79.27, 80.99), (0, 255, 0)),
        ((29.57, 68.30, -112.03), (0, 0, 255)),
        ((53.39, 0.0, 0.0), (127, 127, 127)),
    ],
)
def test_known_colours(lab: tuple[float, float, float], srgb: tuple[int, int, int]) -> None:
    """A liver drawn in the colour of a vessel would be read as one."""
    encoded = (
        round(lab[0] * 65535 / 100),
        round((lab[1] + 128) * 65535 / 255),
        round((lab[2] + 128) * 65535 / 255),
    )

    found = to_srgb(encoded)

    assert all(abs(a - b) <= 1 for a, b in zip(found, srgb, strict=True)), found
