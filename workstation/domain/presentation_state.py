"""How somebody else showed images, and what they drew on them (PS3.3 A.33, C.10, C.11)."""

from datetime import date
from enum import StrEnum

from attrs import field, frozen

from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.measurement import PixelPoint
from workstation.domain.presentation import Lut, OverlayPlane, Palette, Rescale, Voi
from workstation.domain.referenced import ReferencedImage, mean
from workstation.domain.shutter import Shutter
from workstation.domain.structure import Colour


class Units(StrEnum):
    """What points count in: pixels of the image ((0, 0) is the centre of the first one, as
    everywhere here), or parts of the displayed area as it lies on the view, 0 to 1."""

    PIXEL = "PIXEL"
    DISPLAY = "DISPLAY"


class Shape(StrEnum):
    """PS3.3 C.10.5.1.2. A circle is its centre and a point on it; an ellipse the ends of its
    long axis, then those of the short one; `INTERPOLATED` goes smoothly through its points."""

    POINT = "POINT"
    POLYLINE = "POLYLINE"
    INTERPOLATED = "INTERPOLATED"
    CIRCLE = "CIRCLE"
    ELLIPSE = "ELLIPSE"


@frozen
class Graphic:
    """One figure. `filled` only where it is closed."""

    shape: Shape
    units: Units
    points: tuple[PixelPoint, ...] = field(repr=False)
    filled: bool = False
    colour: Colour | None = None  # its own line style; else that of its layer


class Align(StrEnum):
    LEFT = "LEFT"
    CENTRE = "CENTER"
    RIGHT = "RIGHT"


@frozen
class Words:
    """A text, in a box or beside an anchor; both corners of a box, in `box_units`."""

    text: str = field(repr=False)  # may name a person; lines are separated by a line feed
    box: tuple[PixelPoint, PixelPoint] | None = None
    box_units: Units = Units.PIXEL
    anchor: PixelPoint | None = None
    anchor_units: Units = Units.PIXEL
    anchor_shown: bool = False  # a line leads from the text to it
    align: Align = Align.LEFT
    colour: Colour | None = None


@frozen
class Layer:
    """Of two layers that of the higher `order` is drawn over the other."""

    name: str
    order: int
    colour: Colour | None = None
    description: str = ""


@frozen
class Annotation:
    """What is drawn together on some images; on all of the state where none are named."""

    layer: str
    graphics: tuple[Graphic, ...] = ()
    words: tuple[Words, ...] = ()
    images: tuple[ReferencedImage, ...] = ()


class SizeMode(StrEnum):
    """PS3.3 C.10.4."""

    SCALE_TO_FIT = "SCALE TO FIT"
    TRUE_SIZE = "TRUE SIZE"
    MAGNIFY = "MAGNIFY"


@frozen
class DisplayedArea:
    """The part of an image that fills the view.

    `first` and `last` are the pixels (column, row, from 1) that come to lie at the top left
    and bottom right of the view after turning and flipping; they may lie outside the image.
    `magnification` is in screen pixels for each image pixel, with `MAGNIFY`. `spacing` is mm
    between rows and between columns, `aspect` height and width of a pixel.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    mode: SizeMode = SizeMode.SCALE_TO_FIT
    magnification: float | None = None
    spacing: tuple[float, float] | None = None
    aspect: tuple[int, int] | None = None
    images: tuple[ReferencedImage, ...] = ()


@frozen
class SoftcopyVoi:
    """The window or curve for some images; for all of the state where none are named."""

    voi: Voi
    images: tuple[ReferencedImage, ...] = ()


class StateKind(StrEnum):
    GRAYSCALE = "grayscale"
    COLOUR = "colour"
    PSEUDO_COLOUR = "pseudo-colour"


@frozen
class PresentationState:
    """One softcopy presentation state.

    It replaces what its images say of themselves: a transformation that it does not name is
    none (PS3.4 N.2). `quarter_turns` are clockwise and come before the flip. `planes` are
    overlays of its own; `active_planes` those groups, of its own or of the image, that are
    drawn, each with its layer. `left_out` says in words what could not be taken over.
    """

    sop: SopUID
    label: str
    images: tuple[ReferencedImage, ...]
    description: str = ""
    creator: str = field(default="", repr=False)
    created: date | None = None
    created_time: str = ""  # "17:31", by the clock of whoever made it
    kind: StateKind = StateKind.GRAYSCALE
    areas: tuple[DisplayedArea, ...] = ()
    quarter_turns: int = 0
    flipped: bool = False
    layers: tuple[Layer, ...] = ()
    annotations: tuple[Annotation, ...] = field(default=(), repr=False)
    rescale: Rescale = field(factory=Rescale)
    vois: tuple[SoftcopyVoi, ...] = ()
    inverse: bool = False
    presentation_lut: Lut | None = None
    palette: Palette | None = None  # of a pseudo-colour state: what the grey levels become
    shutter: Shutter | None = None
    planes: tuple[OverlayPlane, ...] = field(default=(), repr=False)
    active_planes: tuple[tuple[int, str], ...] = ()  # group, layer
    left_out: str = ""

    def is_of(self, frame: FrameKey) -> bool:
        """Whether it speaks of this image: of others it changes nothing."""
        return mean(self.images, frame)
