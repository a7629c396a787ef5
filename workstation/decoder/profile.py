"""An ICC profile as a table of sRGB colours (PS3.3 C.11.15, PS3.4 N.2.2): lcms2 in the child.

A profile is a small program out of a file: it is run here, and what leaves the child is
nothing but colours.
"""

from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from workstation.dicom.reasons import Undecodable

Colours = NDArray[np.uint8]

#: An ICC header alone; less is none (ICC.1 7.2).
_HEADER: Final = 128
#: What a table of all colours costs is spared where these are already sRGB, give or take one.
_PROBED: Final = np.array([*range(0, 256, 17), *range(1, 24)], np.uint8)


def table(profile: bytes) -> bytes:
    """The sRGB colour of each of 2**24 colours, by (red, green, blue); empty: they are sRGB.

    By the profile's own rendering intent. Raises `Undecodable`.
    """
    probed = _all_of(_PROBED)
    if np.abs(_probed(profile).astype(np.int16) - probed).max() <= 1:
        return b""
    return _in_srgb(_all_of(np.arange(256, dtype=np.uint8)), profile).tobytes()


def check(profile: bytes) -> bytes:
    """Nothing, for one that can be used. Raises `Undecodable` for the others."""
    _probed(profile)
    return b""


def _probed(profile: bytes) -> Colours:
    """What it makes of some colours; it must be of RGB, as PS3.3 C.11.15.1.1 demands."""
    if len(profile) < _HEADER:
        raise Undecodable("truncated")
    if int.from_bytes(profile[:4], "big") > len(profile):
        raise Undecodable("truncated")
    if profile[16:20] != b"RGB ":
        raise Undecodable("mismatch")
    return _in_srgb(_all_of(_PROBED), profile)


def _all_of(levels: Colours) -> Colours:
    """Every colour of these levels; the last varies fastest."""
    count = len(levels)
    made = np.empty((count, count, count, 3), np.uint8)
    made[..., 0], made[..., 1], made[..., 2] = levels[:, None, None], levels[:, None], levels
    return made.reshape(count, count * count, 3)


def _in_srgb(colours: Colours, profile: bytes) -> Colours:
    intent = min(profile[67], 3)  # ICC.1 7.2.15: of four
    try:
        found = imagecodecs.cms_transform(
            colours, profile, imagecodecs.cms_profile("srgb"),
            colorspace="rgb", outcolorspace="rgb", intent=intent,
        )  # fmt: skip
    except imagecodecs.CmsError as error:
        raise Undecodable("damaged") from error
    return np.asarray(found, np.uint8)
