"""Key images for paper: as they were seen when they were marked, with the reader's own marks.

Made on the GUI thread at the signature, of pixels that are here; an image whose pixels are
not is named, never left out in silence.
"""

from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen
from PySide6.QtGui import QImage, QPainter

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.measurement import Measurement
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.rendering import annotations
from workstation.rendering.ink import Canvas
from workstation.rendering.picture import FramePainter, Picture, PictureRequest
from workstation.services.screen.citing import value_words
from workstation.ui import theme
from workstation.ui.report_pdf import PaperImage
from workstation.ui.viewer import inking
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.tool import Preview
from workstation.viewing.viewport import Interpolation, ViewportState

#: Those that are meant for whoever reads the report; teaching and research files are not.
_FOR_READERS: Final = frozenset(
    {
        KeyTitle.OF_INTEREST,
        KeyTitle.FOR_REFERRER,
        KeyTitle.FOR_SURGERY,
        KeyTitle.FOR_THERAPY,
        KeyTitle.FOR_PATIENT,
    }
)
_MOST: Final = 12  # more are an atlas; the archive has all of them
_SIDE: Final = 640  # pixels: 80 mm at 200 to the inch
_INK: Final = 2.0  # lines and letters as large on paper as beside it


@frozen
class KeyPictures:
    """Where the images of a study and their pixels are."""

    sets: Callable[[StudyRef], Sequence[DisplaySet]]
    pixels: Callable[[FrameKey], FramePixels | None]

    def __call__(
        self, ref: StudyRef, keys: Sequence[KeyImage], marks: Sequence[Measurement]
    ) -> tuple[PaperImage, ...]:
        """Of the study that is reported, in the order in which they were marked."""
        own = [k for k in keys if k.title in _FOR_READERS and k.frame.study == ref.study][:_MOST]
        frames = {frame.key: frame for each in self.sets(ref) for frame in each.frames}
        return tuple(self._made(each, frames.get(each.frame), marks) for each in own)

    def _made(self, key: KeyImage, frame: Frame | None, marks: Sequence[Measurement]) -> PaperImage:
        on = [m for m in marks if m.frame == key.frame and m.on is None]
        found = self.pixels(key.frame)
        words = _words(key, on)
        if frame is None or found is None:
            return PaperImage(words)
        return PaperImage(words, _drawn(key, frame, found, on))


def _words(key: KeyImage, marks: Sequence[Measurement]) -> str:
    """Content of the report, so not translated: which image, and what was measured on it."""
    where = f"{key.series_label}, image {key.image_number}".removeprefix(", ")
    values = [f"{m.id}: {value_words(m)}" for m in marks if m.value is not None]
    return " · ".join([where, *values])


def _drawn(
    key: KeyImage, frame: Frame, pixels: FramePixels, marks: Sequence[Measurement]
) -> QImage | None:
    seen = key.seen
    state = ViewportState(
        voi=seen.voi, inverted=seen.inverted, quarter_turns=seen.quarter_turns,
        flipped=seen.flipped,
    )  # fmt: skip
    view = ResolvedView.of(state, frame, _SIDE, _SIDE)
    request = PictureRequest(frame, pixels, view, Interpolation.LINEAR, seen.voi, seen.inverted)
    try:
        picture = FramePainter().picture(request)
    except NotDisplayable:
        return None
    return None if picture is None else _painted(picture, view, marks)


def _painted(picture: Picture, view: ResolvedView, marks: Sequence[Measurement]) -> QImage:
    image = QImage(view.width, view.height, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_INK)
    image.fill(theme.color("bg.image"))
    ink = Canvas(view, _INK, picture, inking.text_size)
    with QPainter(image) as painter:
        inking.draw_picture(painter, picture)
        inking.draw_items(painter, annotations.paint_list(ink, marks, "", Preview(None), (), {}))
    image.setDevicePixelRatio(1.0)
    return image
