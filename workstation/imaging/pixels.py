"""Decoded pixels of one frame."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray


def _read_only(_pixels: object, _field: object, value: NDArray[Any]) -> None:
    if value.flags.writeable:
        raise ValueError("decoded pixels are shared by every view: read-only")


@frozen(eq=False)
class ColourTable:
    """What an ICC profile makes of colours (PS3.3 C.11.15).

    `entries` is (2**24, 3): the sRGB colour of each, red the highest byte of its index; None
    where colours are sRGB already, or nobody knows, and `doubt` says why.
    """

    entries: NDArray[np.uint8] | None = None
    doubt: str = ""


@frozen(eq=False)
class ReducedImage:
    """An image before all of it is here: to look at, never to measure on or to keep.

    `pixels` has the image's own size; `halved`: how often less there is to see in it.
    """

    pixels: "FramePixels" = field(repr=False)
    halved: int


@frozen(eq=False)
class FramePixels:
    """Stored values of one frame, before rescale, LUT or colour conversion.

    `stored` is (rows, columns) or (rows, columns, samples), native byte order, masked to
    Bits Stored and sign-extended; usually a view on memory shared with the decoder child.
    """

    stored: NDArray[Any] = field(validator=_read_only)
    #: Photometric interpretation where the code stream contradicts the header; else empty.
    colours: str = ""
    #: Overlays that travel in bits beside the value, by bit; eight pixels a byte, lowest first.
    overlays: Mapping[int, NDArray[np.uint8]] = field(factory=dict)

    #: Of the object's profile; None where it has none.
    profile: ColourTable | None = None
    #: In the reader's words, where the way it came makes it doubtful; mostly empty.
    note: str = ""

    @property
    def doubt(self) -> str:
        """What the reader must know of it or of its colours; mostly nothing."""
        return self.note or (self.profile.doubt if self.profile is not None else "")

    @property
    def nbytes(self) -> int:
        own = int(np.asarray(self.stored).nbytes)
        return own + sum(plane.nbytes for plane in self.overlays.values())
