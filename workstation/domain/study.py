"""A study as it is read: series, instances, frames, display sets."""

from enum import StrEnum

from attrs import field, frozen

from workstation.domain.cine import CineTiming
from workstation.domain.document import TextDocument
from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyUID
from workstation.domain.key_objects import KeySelection
from workstation.domain.mark_set import MarkSet
from workstation.domain.patient import Patient
from workstation.domain.presentation import Lut, OverlayPlane, Palette, RealWorldMap, Rescale, Voi
from workstation.domain.presentation_state import PresentationState
from workstation.domain.registration import SpatialRegistration
from workstation.domain.shutter import Shutter
from workstation.domain.source import Source
from workstation.domain.structure import StructureSet
from workstation.domain.suv import NoSuv, SuvBasis
from workstation.domain.technique import Stated


@frozen
class PixelFormat:
    """What an instance claims about its pixels (PS3.3 C.7.6.3); checked before decoding."""

    rows: int
    columns: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    samples: int = 1
    photometric: str = "MONOCHROME2"
    planar: int = 0
    padding: int | None = None
    padding_limit: int | None = None
    floating: bool = False  # Float or Double Float Pixel Data (PS3.3 C.7.6.24, C.7.6.25)
    overlay_bits: int = 0  # mask of the bits beside the stored ones that are overlays (retired)

    @property
    def overlay_positions(self) -> tuple[int, ...]:
        """The bits of `overlay_bits`, lowest first."""
        return tuple(at for at in range(self.bits_allocated) if self.overlay_bits >> at & 1)


#: What an object says of images that are not its own, beside drawing structures on them.
Annotation = PresentationState | KeySelection | MarkSet | SpatialRegistration


class SpacingOrigin(StrEnum):
    """Whose millimetres they are; decides what a length may claim."""

    PATIENT = "patient"  # Pixel Spacing of a slice
    DETECTOR = "detector"  # Imager Pixel Spacing: at the detector, not in the patient
    MAGNIFIED = "magnified"  # the detector's, divided by an estimated magnification
    CALIBRATED = "calibrated"  # by an object of known size, or by the geometry
    FILM = "film"  # Nominal Scanned Pixel Spacing: on the film that was digitised
    REGION = "region"  # ultrasound region
    USER = "user"  # by a reader, over a distance they know
    NONE = "none"


@frozen
class PixelSpacing:
    """mm between rows and between columns; `NONE` means lengths are in pixels.

    With `NONE`, `row` and `column` may still hold the shape of a pixel (Pixel Aspect Ratio),
    the smaller one 1.0: then an image is drawn and counted in square pixels.
    """

    row: float = 0.0
    column: float = 0.0
    origin: SpacingOrigin = SpacingOrigin.NONE
    magnification: float | None = None  # Estimated Radiographic Magnification Factor
    calibrated: str = ""  # of `USER`: by whom and when
    relative: float = 0.0  # of `USER`: how uncertain the millimetres are, as a part of them


@frozen
class RegionAxis:
    """What one direction of an ultrasound region measures: time, velocity, depth.

    `zero` is the pixel, from the start of the region, at which `at_zero` holds; None where
    the object does not say: then only differences are known.
    """

    unit: str  # "s", "cm/s", "cm", ...
    step: float  # of one pixel; below zero where values fall along the axis
    zero: float | None = None
    at_zero: float = 0.0


@frozen
class UltrasoundRegion:
    """A part of an ultrasound image with a scale of its own (PS3.3 C.8.5.5).

    Pixels, both ends included. `spacing` is `NONE` where its axes are no lengths (M-mode,
    spectral Doppler); `across` and `down` say what they are then.
    """

    left: int
    top: int
    right: int
    bottom: int
    spacing: PixelSpacing
    yields: bool = False  # Region Flags bit 0: where regions overlap, the others win
    across: RegionAxis | None = None
    down: RegionAxis | None = None


class Trait(StrEnum):
    """What may differ between images at one place, so that they must not be mixed."""

    ECHO = "echo"  # ms
    B_VALUE = "b-value"  # s/mm2
    DIRECTIONALITY = "directionality"
    COMPONENT = "component"  # magnitude, phase, real, imaginary
    CONTRAST = "contrast"
    STACK = "stack"
    ENERGY_WINDOW = "energy-window"
    DETECTOR = "detector"
    DIRECTION = "direction"  # of a diffusion gradient
    TEMPORAL_POSITION = "temporal-position"
    CARDIAC_PHASE = "cardiac-phase"  # per cent of the cycle
    TRIGGER_TIME = "trigger-time"  # ms
    FRAME_TIME = "frame-time"  # ms after the start of the series
    CYCLE = "cycle"  # per cent of a cycle, as the name of a series says
    DATA_TYPE = "data-type"  # of ultrasound: tissue, flow, elasticity
    ACQUISITION = "acquisition"


@frozen
class FrameContent:
    """What a frame shows, beside where it lies.

    Frames that differ in `traits` are never one stack. Frames that differ in `moments` are
    one stack as long as no two of them lie at one place: a time, a phase or an acquisition
    may go on along the patient, and then it is one series of slices.
    """

    image_type: tuple[str, ...] = ()  # or Frame Type
    traits: tuple[tuple[Trait, str | float], ...] = ()
    moments: tuple[tuple[Trait, str | float], ...] = ()


@frozen
class Frame:
    """One image as a viewport shows it, described by its metadata alone."""

    key: FrameKey
    pixels: PixelFormat
    number: int  # Instance Number, or frame number in a multi-frame; as shown
    plane: ImagePlane | None = None
    spacing: PixelSpacing = PixelSpacing()
    frame_of_reference: str = ""
    rescale: Rescale = field(factory=Rescale)
    vois: tuple[Voi, ...] = ()
    thickness_mm: float | None = None
    laterality: str = ""
    orientation: tuple[str, str] | None = None  # Patient Orientation where there is no plane
    lossy_ratio: float | None = None  # 0.0: lossy, ratio not stated; None: not lossy
    technique: tuple[Stated, ...] = ()
    palette: Palette | None = None  # for PALETTE COLOR, or supplemental
    real_world: tuple[RealWorldMap, ...] = ()
    overlays: tuple[OverlayPlane, ...] = field(default=(), repr=False)
    shutter: Shutter | None = None
    presentation_lut: Lut | None = None  # from what the window gave to what is seen
    pseudo_colours: Palette | None = None  # what grey levels become
    inverse: bool = False  # Presentation LUT Shape INVERSE
    icc_profile: bytes = field(default=b"", repr=False)
    transfer_syntax: str = ""  # as stored; empty where the metadata does not say
    content: FrameContent = FrameContent()
    regions: tuple[UltrasoundRegion, ...] = ()
    timing: CineTiming | None = None  # of all frames of its object, as it says
    doubts: tuple[str, ...] = ()  # codes of `dicom.reasons.NOTICES`: shown, and this is doubtful
    suv_basis: SuvBasis | None = field(default=None, repr=False)  # of PET
    in_patient: bool = True  # of `plane`: an ultrasound volume has axes of its own


def is_secondary_capture(sop_class: str) -> bool:
    """A picture of a screen or a film: filed with slices it is still no slice."""
    return sop_class.startswith("1.2.840.10008.5.1.4.1.1.7")


@frozen
class Instance:
    """One SOP instance with its frames; no frames for documents and reports."""

    sop: SopUID
    series: SeriesUID
    sop_class: str
    number: int | None
    frames: tuple[Frame, ...]
    transfer_syntax: str = ""  # empty where the metadata does not say
    patient: Patient | None = None  # as the object says
    accession: str = ""  # as the object says
    modality: str = ""  # as the object says; empty where it does not
    concatenation: str = ""  # Concatenation UID: several instances are one multi-frame
    part: int = 0  # of a concatenation: which, from 1; 0 where it does not say
    parts: int = 0  # of how many; 0 where it does not say
    structures: StructureSet | None = None  # what a SEG or RTSTRUCT draws on other images
    document: TextDocument | None = field(default=None, repr=False)  # what a report says
    annotation: Annotation | None = field(default=None, repr=False)  # what it says of others
    source: Source = field(factory=Source)
    title: str = ""  # of a report or document, as it says itself
    copy: int = 0  # of several instances that share one SOP Instance UID: which


@frozen
class Series:
    uid: SeriesUID
    number: int | None
    modality: str
    description: str
    instances: tuple[Instance, ...]
    body_part: str = ""


class DisplaySetKind(StrEnum):
    STACK = "stack"
    VOLUME = "volume"
    CINE = "cine"
    SINGLE = "single"
    DOCUMENT = "document"
    REPORT = "report"
    SEGMENTATION = "segmentation"
    PRESENTATION = "presentation"
    KEY_OBJECTS = "key-objects"
    RT = "rt"
    OTHER = "other"


class GeometryVerdict(StrEnum):
    """Whether the frames of a display set make a regular grid, and if not, why."""

    REGULAR = "regular"
    TILTED = "tilted"
    UNEVEN = "uneven"
    MISSING_SLICES = "missing-slices"
    DUPLICATE_POSITIONS = "duplicate-positions"
    MIXED_ORIENTATION = "mixed-orientation"
    NO_POSITION = "no-position"
    NOT_SPATIAL = "not-spatial"


@frozen
class Geometry:
    """The verdict on a display set's frames, and what follows from it.

    `spacing_mm` is between columns, between rows and between slices (perpendicular, also
    where the gantry was tilted); None where it is not known or not the same throughout.
    `orientation` is "axial", "coronal", "sagittal", "oblique", or empty. `mpr`: millimetres
    in a reformat are right.
    """

    verdict: GeometryVerdict = GeometryVerdict.NOT_SPATIAL
    reason: str = ""  # in the reader's words; empty where nothing is doubtful
    spacing_mm: tuple[float | None, float | None, float | None] = (None, None, None)
    orientation: str = ""
    mpr: bool = False


@frozen
class DisplaySet:
    """Frames that belong together on one viewport, in the order they are scrolled.

    Every frame of a series is in exactly one display set (`dicom.display_sets` proves it).
    """

    id: str  # no other open study has it: the copy of another site is another one
    study: StudyUID
    series: SeriesUID
    site: SiteId
    modality: str
    label: str  # "Axial lung 2.5": what the reader calls it, never a bare number
    kind: DisplaySetKind
    frames: tuple[Frame, ...] = field(repr=False)
    geometry: Geometry = Geometry()
    patient: Patient | None = None  # as its objects say; the viewer compares it with the order's
    structures: StructureSet | None = None  # drawn on other images where the reader asks
    document: TextDocument | None = field(default=None, repr=False)  # read as text
    annotation: Annotation | None = field(default=None, repr=False)  # what it says of others
    no_suv: NoSuv | None = None  # why values are not SUV, where SUV was asked for
