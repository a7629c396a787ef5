"""Smaller images of frames that are still on their way, over slow lines.

HTJ2K with its resolutions first can be looked at before all of it is here. A line that
brings a frame at once is left alone: nothing is decoded twice there.
"""

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import define, field

from workstation.adapters.decoders import Decoders
from workstation.decoder import budget
from workstation.decoder.messages import format_to_json
from workstation.domain.identifiers import FrameKey
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels, ReducedImage
from workstation.protocols import dicomweb
from workstation.protocols.dicomweb import Multipart

#: Seconds that a frame may take before something smaller is shown.
PATIENCE_S: Final = 0.2
#: Bytes before the first look; then whenever there are twice as many.
_FIRST_LOOK: Final = 4096
_HIGH_THROUGHPUT: Final = frozenset(f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203))

Shown = Callable[[FrameKey, ReducedImage], None]


@define(eq=False)
class Previews:
    """What is shown of frames on their way; `shown` is called on the thread that fetches."""

    decoders: Decoders
    shown: Shown = lambda key, image: None  # nobody looks
    patience_s: float = PATIENCE_S

    def of(self, frame: Frame) -> "Watch":
        return Watch(self, frame)


@define(eq=False)
class Watch:
    """One frame on its way."""

    _previews: Previews
    _frame: Frame
    _from: float = field(init=False, factory=time.monotonic)
    _next: int = field(init=False, default=_FIRST_LOOK)
    _halved: int = field(init=False, default=99)  # of what was shown last

    def __call__(self, reader: Multipart) -> None:
        late = time.monotonic() - self._from >= self._previews.patience_s
        if not late or reader.held < self._next or self._frame.pixels.samples != 1:
            return
        part = reader.coming()
        if part is None:
            return
        self._next = 2 * len(part.body)
        if dicomweb.transfer_syntax(part, self._frame.transfer_syntax) not in _HIGH_THROUGHPUT:
            return
        found = preview(self._previews.decoders, part.body, self._frame.pixels)
        if found is not None and found.halved < self._halved:
            self._halved = found.halved
            self._previews.shown(self._frame.key, found)


def preview(decoders: Decoders, data: bytes, pixels: PixelFormat) -> ReducedImage | None:
    """What the beginning of a frame shows already; None: nothing that is sure."""
    room = 1 + budget.decoded_size(budget.reduced(pixels, 1))
    asked = {"format": format_to_json(pixels)}
    try:
        answer = decoders.text("preview", data, room, asked, decodes=room)
    except NotDisplayable:  # told when all of it is here
        return None
    return _checked(answer, pixels) if answer else None


def _checked(answer: bytes, pixels: PixelFormat) -> ReducedImage | None:
    """Of the size that was agreed, drawn out to the size of the image."""
    halved = answer[0]
    small = budget.reduced(pixels, halved)
    if not 1 <= halved <= 32 or len(answer) != 1 + budget.decoded_size(small):
        return None
    dtype = budget.dtype_of(pixels).newbyteorder("<")
    values = np.frombuffer(answer, dtype, offset=1).reshape(budget.shape_of(small))
    drawn = values.astype(budget.dtype_of(pixels))[
        np.ix_(_nearest(pixels.rows, halved), _nearest(pixels.columns, halved))
    ]
    drawn.flags.writeable = False
    return ReducedImage(FramePixels(drawn), halved)


def _nearest(count: int, halved: int) -> list[int]:
    """Which reduced sample each pixel shows: sample n lies on pixel n times 2**halved."""
    step, last = 1 << halved, (count - 1) >> halved
    return [min((at + step // 2) >> halved, last) for at in range(count)]
