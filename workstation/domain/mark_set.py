"""What a report marks on images: by whom, where, and what it says there, word for word."""

from attrs import field, frozen

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.measurement import Measurement, PixelPoint
from workstation.domain.presentation_state import Shape
from workstation.domain.referenced import ReferencedImage


@frozen
class Mark:
    """One outline on one image; `words` are the object's own, never computed anew."""

    image: ReferencedImage
    shape: Shape
    points: tuple[PixelPoint, ...] = field(repr=False)
    words: str = field(default="", repr=False)

    def is_on(self, frame: FrameKey) -> bool:
        return self.image.means(frame)


@frozen
class PlacedMark:
    """One outline in the patient, mm of a frame of reference; which images it lies on is for
    them to say."""

    space: str
    shape: Shape
    points: tuple[Vector, ...] = field(repr=False)
    words: str = field(default="", repr=False)


@frozen
class MarkSet:
    """Of one structured report. `machine`: no person made it. `left_out` counts what cannot
    be drawn. `measurements` are those of its groups that this program could have made."""

    sop: SopUID
    title: str
    source: str
    machine: bool
    marks: tuple[Mark, ...] = field(repr=False)
    left_out: int = 0
    placed: tuple[PlacedMark, ...] = field(default=(), repr=False)
    measurements: tuple[Measurement, ...] = field(default=(), repr=False)
