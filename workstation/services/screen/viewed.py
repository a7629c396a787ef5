"""What the viewer speaks of: studies on screen, and what one viewport shows."""

from datetime import date, datetime
from types import MappingProxyType
from typing import Final, Literal

from attrs import field, frozen

from workstation.domain.document import DocumentLine
from workstation.domain.geometry import Vector
from workstation.domain.identifiers import StudyRef
from workstation.domain.measurement import PixelPoint
from workstation.domain.patient import Patient
from workstation.domain.presentation import Voi
from workstation.domain.registration import Rigid
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.palettes import ColourMap
from workstation.imaging.pixels import FramePixels, ReducedImage
from workstation.imaging.transfer import VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.text import tr
from workstation.viewing.curved import Along
from workstation.viewing.planes import Plane
from workstation.viewing.presenting import Presented
from workstation.viewing.resolve import UPRIGHT, Framing
from workstation.viewing.viewport import SlabMode, ViewportState
from workstation.viewing.volume_look import Crop, VolumeLook

_MONTHS: Final = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip


#: A plane that leans less than this, in degrees, is said to be that of the body.
LEAST_TURN: Final = 0.05
#: Of planes along the axes of a volume that does not lie in the patient, as sonographers call
#: them: as it was acquired, square to that along the beam, and across the beam.
OWN_LETTERS: Final = MappingProxyType({Plane.AXIAL: "A", Plane.SAGITTAL: "B", Plane.CORONAL: "C"})


@frozen
class ViewedStudy:
    """A study on screen, as it is marked there."""

    ref: StudyRef
    patient: Patient
    started: datetime | None  # in the site's zone; without a zone it is a day, no more
    role: Literal["current", "prior"]
    label: str  # "CURRENT", "PRIOR 1"
    days_before: int | None
    accession: str
    procedure: str
    site_name: str
    known_as: tuple[Patient, ...] = ()  # the same person at other sites, as a reader confirmed

    def is_of(self, patient: Patient) -> bool:
        """Whether this may be the same person: by itself, or as confirmed."""
        return any(each.may_be(patient) for each in (self.patient, *self.known_as))

    @property
    def tag(self) -> str:
        """Never current and prior that look alike: the distance in days is part of it."""
        if self.days_before is None:
            return self.label
        return tr("{label} · −{days} d", label=self.label, days=self.days_before)


@frozen(eq=False)
class Reformat:
    """A plane or slab of a volume in place of a frame.

    `volume` None: its slices are not all here. `plane` None: a slab of the stack, about its
    frame. `index` of `count` planes through the volume, from 0. `turned` is how far the plane
    leans from that of the body, in degrees. `sample` are pixels of an image of the display
    set, for a window by values.
    """

    volume: Volume | None = field(repr=False)
    plane: Plane | None
    slab_mm: float
    mode: SlabMode
    index: int
    count: int
    turned: float = 0.0
    sample: FramePixels | None = field(default=None, repr=False)


@frozen
class CurveView:
    """What a view shows of a curve: where its section lies from the beginning, and how long
    all of it is."""

    along: Along
    at_mm: float
    length_mm: float
    index: int  # of `count` sections, from 0
    count: int
    slab_mm: float = 0.0
    mode: SlabMode = SlabMode.MIP


@frozen(eq=False)
class Rendering:
    """A whole volume as rays see it, in place of a frame; `volume` None: not all of it is here."""

    volume: Volume | None = field(repr=False)
    preset: VolumePreset
    look: VolumeLook
    without_table: bool = False
    crop: Crop | None = None  # what is left of it
    eye: Vector | None = None  # where rays come from; None: side by side


@frozen(eq=False)
class Fused:
    """A volume laid over an image; `volume` None or `missing` said: nothing of it is painted.

    `rigid` leads from the patient space of the image to its own.
    """

    display_set: DisplaySet
    volume: Volume | None = field(repr=False)
    voi: Voi | None
    colours: ColourMap
    opacity: float
    rigid: Rigid
    missing: str = ""


@frozen
class Shown:
    """What one viewport shows at this instant; all its words and lines come from here.

    `pixels` None: the frame is not here (or may not be painted yet), and `missing` says
    why; the view stays empty then. A neighbour is never painted in its place. Of a reformat
    `frame` is its plane, and there are no pixels but those that are sampled when it is drawn.
    """

    index: int
    state: ViewportState
    study: ViewedStudy
    display_set: DisplaySet
    frame: Frame
    pixels: FramePixels | None = field(repr=False)
    voi: Voi | None
    missing: str = ""
    presented: Presented | None = None  # by the presentation state applied, if it is of this image
    reformat: Reformat | None = None
    rendering: Rendering | None = None
    curve: CurveView | None = None
    fused: Fused | None = None
    meanwhile: ReducedImage | None = field(default=None, repr=False)  # of an image on its way

    @property
    def painted(self) -> FramePixels | None:
        """What is drawn of an image: it, or something smaller while it is on its way."""
        if self.pixels is not None or self.meanwhile is None or self.reformat is not None:
            return self.pixels
        return self.meanwhile.pixels

    @property
    def is_here(self) -> bool:
        """Whether there is something to paint, and it may be."""
        made = self.reformat or self.rendering
        through = made is not None and made.volume is not None
        return self.pixels is not None or (through and not self.missing)

    @property
    def sample(self) -> FramePixels | None:
        """Pixels whose values stand for those that are shown."""
        return self.pixels if self.reformat is None else self.reformat.sample

    @property
    def place(self) -> tuple[int, int]:
        """Which image or plane it is, from 0, and of how many."""
        if self.curve is not None:
            return self.curve.index, self.curve.count
        if self.reformat is not None:
            return self.reformat.index, self.reformat.count
        if self.rendering is not None or self.state.along is not None:
            return 0, 1
        return self.state.frame_index, len(self.display_set.frames)

    @property
    def series_words(self) -> str:
        """What it is called where something made on it is told of."""
        made = self.reformat
        if self.curve is not None:
            named = curve_name(self.curve.along)
            return tr("{series}, {plane}", series=self.display_set.label, plane=named)
        if made is None or made.plane is None:
            return self.display_set.label
        own = plane_name(made.plane, in_patient=self.frame.in_patient)
        name = tr("oblique MPR") if made.turned >= LEAST_TURN else own
        return tr("{series}, {plane}", series=self.display_set.label, plane=name)

    @property
    def has_scale(self) -> bool:
        """Whether a mm is as long everywhere on the picture."""
        return self.rendering is None or self.rendering.eye is None

    @property
    def drawn(self) -> Frame:
        """The frame as it is painted; what is measured is measured on `frame`."""
        return self.frame if self.presented is None else self.presented.frame

    @property
    def framing(self) -> Framing:
        return UPRIGHT if self.presented is None else self.presented.framing


def volume_window(shown: Shown) -> Voi | None:
    """In which a rendered volume is seen: without one of the images, all its values."""
    made = shown.rendering
    if shown.voi is not None or made is None or made.volume is None:
        return shown.voi
    rescale = made.volume.frame.rescale
    middle = (made.volume.high / 2 + made.volume.low / 2) * rescale.slope + rescale.intercept
    return Voi(middle, (made.volume.high - made.volume.low) * abs(rescale.slope))


@frozen
class Reading:
    """A report as text on one viewport, from a line on.

    Nothing of `lines` is here while `missing` says why it may not be shown yet.
    """

    index: int
    state: ViewportState  # `frame_index` is the line at the top
    study: ViewedStudy
    display_set: DisplaySet
    title: str
    lines: tuple[DocumentLine, ...] = field(repr=False)
    missing: str = ""


@frozen
class Probe:
    """The value under a point the reader asked for."""

    index: int
    at: PixelPoint
    value: str
    unit: str = ""
    number: float | None = None  # None where the pixel has no single value
    beside: str = ""  # of what is laid over the image

    @property
    def text(self) -> str:
        own = f"{self.value} {self.unit}".rstrip()
        return "  ".join(filter(None, (own, self.beside)))


def curve_name(along: Along) -> str:
    return tr("straightened MPR") if along is Along.STRAIGHT else tr("section of a curve")


def plane_name(plane: Plane, *, in_patient: bool = True) -> str:
    if not in_patient:
        return tr("plane {letter}", letter=OWN_LETTERS[plane])
    names = {
        Plane.AXIAL: tr("axial MPR"),
        Plane.CORONAL: tr("coronal MPR"),
        Plane.SAGITTAL: tr("sagittal MPR"),
    }
    return names[plane]


def plane_letter(normal: Vector, *, in_patient: bool = True) -> str:
    """A for axial, C for coronal, S for sagittal: the nearest."""
    axis = max(range(3), key=lambda i: abs(normal[i]))
    near = (Plane.SAGITTAL, Plane.CORONAL, Plane.AXIAL)[axis]
    return near.value[0].upper() if in_patient else OWN_LETTERS[near]


def moment(when: datetime | None) -> str:
    """ "21 Nov 2026 17:31 PST"; where only the day is known, the day."""
    if when is None:
        return tr("date not known")
    return f"{day(when)} {when:%H:%M} {when.tzname()}" if when.tzinfo else day(when)


def day(when: date | None) -> str:
    """ "21 Nov 2026", in the zone of the moment."""
    if when is None:
        return tr("date not known")
    return f"{when.day} {_MONTHS[when.month - 1]} {when.year}"
