"""A scale that a reader gave an image, over a distance they know."""

from datetime import datetime

from attrs import frozen

from workstation.domain.identifiers import FrameKey
from workstation.domain.measurement import PixelPoint
from workstation.domain.study import Frame, PixelSpacing

#: Both ends of a line, in image pixels.
Segment = tuple[PixelPoint, PixelPoint]


@frozen
class Calibration:
    """`before` is what the object itself says, and is not lost: without this it holds again."""

    frame: FrameKey  # the image that the line was drawn on
    line: Segment
    mm: float
    series: bool  # for all images of the series that are alike, or for this one
    shape: tuple[int, int]  # rows, columns
    before: PixelSpacing
    spacing: PixelSpacing
    by: str
    at: datetime  # aware

    def holds_for(self, frame: Frame) -> bool:
        """Images of one series are alike where size and recorded spacing are the same."""
        if not self.series:
            return frame.key == self.frame
        key, own = frame.key, self.frame
        alike = (frame.pixels.rows, frame.pixels.columns) == self.shape
        return (
            (key.site, key.study, key.series) == (own.site, own.study, own.series)
            and alike
            and frame.spacing == self.before
        )
