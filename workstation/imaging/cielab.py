"""Recommended display colours: DICOM's integer CIELab to sRGB (PS3.3 C.10.7.1.1)."""

from collections.abc import Sequence
from typing import Final

#: The D50 white of the profile connection space (ICC.1:2010 7.2.16).
_WHITE: Final = (0.9642, 1.0, 0.8249)
#: XYZ under D50 to linear sRGB: IEC 61966-2-1 with the Bradford adaptation of ICC.1 Annex E.
_TO_SRGB: Final = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)


def to_srgb(encoded: Sequence[int]) -> tuple[int, int, int]:
    """Three values of 0 to 65535 to 0 to 255; what lies outside sRGB is clipped."""
    lightness = encoded[0] * 100 / 65535
    a, b = encoded[1] * 255 / 65535 - 128, encoded[2] * 255 / 65535 - 128
    y = (lightness + 16) / 116
    xyz = [w * _inverse(t) for w, t in zip(_WHITE, (y + a / 500, y, y - b / 200), strict=True)]
    red, green, blue = (
        _encoded(sum(m * part for m, part in zip(row, xyz, strict=True))) for row in _TO_SRGB
    )
    return red, green, blue


def _inverse(t: float) -> float:
    """CIE 15:2004, 8.2.1.1 turned around."""
    return float(t**3) if t > 6 / 29 else 3 * (6 / 29) ** 2 * (t - 4 / 29)


def _encoded(linear: float) -> int:
    """IEC 61966-2-1, 5.2."""
    bounded = min(max(linear, 0.0), 1.0)
    value = 12.92 * bounded if bounded <= 0.0031308 else 1.055 * bounded ** (1 / 2.4) - 0.055
    return round(value * 255)
