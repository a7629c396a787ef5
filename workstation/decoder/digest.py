"""What an object's pixels are, without handing them over: for `workstation inspect`.

The stored values of all frames, one frame after another, go through SHA-256 in the child:
whatever the object claims, no more than one frame of it is ever held decoded.
"""

import hashlib
import math
from typing import Any, Final

import numpy as np

from workstation.decoder import budget, codecs
from workstation.dicom import reader
from workstation.dicom.reasons import Undecodable

#: After so many frames that cannot be decoded the rest is not tried.
_PATIENCE: Final = 20
_MOST_FRAMES: Final = 100_000
Json = dict[str, Any]


def of_object(data: bytes) -> Json:
    """`pixel_sha256`, `shape`, `dtype`, `min` and `max` of contracts.md; what failed in `bad`."""
    try:
        found = reader.read(data)
        pixels, count = found.pixels, found.frame_count
        budget.check_format(pixels)
        row = codecs.codec(found.syntax)
        if count > _MOST_FRAMES:
            raise Undecodable("budget")
    except Undecodable as error:
        return {"reason": error.reason}
    running, bad = _Running(), list[tuple[int, str]]()
    bits = budget.native_bits(pixels)
    for index in range(count):
        try:
            raw = reader.frame_bytes(found, index, bits, row.encapsulated)
            running.add(codecs.decode(raw, pixels, found.syntax))
        except Undecodable as error:
            bad.append((index, error.reason))
            if len(bad) == _PATIENCE:
                break
    if len(bad) == min(count, _PATIENCE):
        return {"reason": bad[0][1]}
    shape = budget.shape_of(pixels) if count == 1 else (count, *budget.shape_of(pixels))
    said = {
        "reason": "",
        "bad": bad,
        "shape": shape,
        "dtype": str(budget.dtype_of(pixels)),
        "lossy": row.lossy,
    }
    return said | ({} if bad else running.result())


class _Running:
    """A hash and the extremes, of frames as they come."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._least, self._most = math.inf, -math.inf

    def add(self, values: codecs.Pixels) -> None:
        little = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
        self._sha256.update(little.data)
        if little.dtype.kind == "f":
            little = little[np.isfinite(little)]
        if little.size:
            self._least = min(self._least, little.min().item())
            self._most = max(self._most, little.max().item())

    def result(self) -> Json:
        finite = self._least <= self._most
        return {
            "pixel_sha256": self._sha256.hexdigest(),
            "min": self._least if finite else None,
            "max": self._most if finite else None,
        }
