"""What a segmentation or a structure set draws on other images: who drew what, and where."""

from attrs import field, frozen

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import FrameKey, SopUID

#: sRGB, 0 to 255.
Colour = tuple[int, int, int]


@frozen
class Structure:
    """One segment (PS3.3 C.8.20.2) or one region of interest (C.8.8.5)."""

    number: int
    name: str
    source: str = ""  # "manual", "automatic, LiverNet 2": whose work a reader is looking at
    colour: Colour | None = None  # as the object recommends


@frozen
class Contour:
    """One planar line of a structure set, in LPS mm."""

    structure: int
    points: tuple[Vector, ...] = field(repr=False)
    closed: bool
    image: SopUID | None = None  # the image it was drawn on, where that is said
    frame_of_reference: str = ""


@frozen
class Mask:
    """One frame of a segmentation; its pixels say which part of an image belongs.

    `structure` is None for a label map, whose pixel values are the numbers. `sources` are
    the images it was made from: object and, for multi-frame ones, the frame index.
    """

    frame: FrameKey
    structure: int | None
    sources: frozenset[tuple[SopUID, int]] = frozenset()


@frozen
class StructureSet:
    """One SEG or RTSTRUCT object.

    `threshold` is the stored value from which a fractional segmentation counts as inside;
    1 for a binary one. `left_out` says in words what could not be taken over.
    """

    sop: SopUID
    label: str
    structures: tuple[Structure, ...]
    contours: tuple[Contour, ...] = field(default=(), repr=False)
    masks: tuple[Mask, ...] = field(default=(), repr=False)
    threshold: int = 1
    left_out: str = ""

    def structure(self, number: int) -> Structure | None:
        return next((each for each in self.structures if each.number == number), None)
