"""What a reader measured, with its unit and the frame it was measured on."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from attrs import field, frozen

from workstation.domain.geometry import ImagePlane, Vector
from workstation.domain.identifiers import FrameKey, SeriesUID, is_uid

PixelPoint = tuple[float, float]  # x = column, y = row; (0, 0) is the centre of the first pixel

#: Where that centre lies in DICOM, which counts from the upper left corner of the first pixel
#: (PS3.3 C.10.5.1.2, C.18.6.1.1).
CENTRE: Final = 0.5


def centred(point: PixelPoint) -> PixelPoint:
    """A point of a DICOM object, counted as here."""
    return point[0] - CENTRE, point[1] - CENTRE


class MeasurementKind(StrEnum):
    LENGTH = "length"
    POLYLINE = "polyline"  # the way along several points
    PERPENDICULAR = "perpendicular"  # from the third point to the line of the first two
    BIDIRECTIONAL = "bidirectional"  # long axis, then the short one across it
    ANGLE = "angle"  # at the second of three points
    COBB = "cobb"  # between two lines
    CARDIOTHORACIC = "cardiothoracic"  # width of the heart, then of the thorax
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"
    POLYGON = "polygon"
    FREEHAND = "freehand"
    POINT = "point"  # the value of one pixel, kept
    SEGMENT = "segment"  # a part of a volume; it has voxels, and no points
    ARROW = "arrow"  # from its words to what they name
    TEXT = "text"


#: A mean belongs to these.
REGIONS: Final = frozenset(
    {
        MeasurementKind.ELLIPSE,
        MeasurementKind.RECTANGLE,
        MeasurementKind.POLYGON,
        MeasurementKind.FREEHAND,
    }
)
#: By which method a number was had of what lies over the image.
LAYER: Final = "fused layer"
#: What the group of a sphere is called in a document, which is no kind of its own.
SPHERE: Final = "sphere"
#: Units of what of a layer is not in its own.
LAYER_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"voxels": "", "radius": "mm", "threshold": "%", "volume": "ml", "tlg": "g"}
)
#: Units of what of `stats` is not in their own.
STATS_UNITS: Final[Mapping[str, str]] = MappingProxyType(
    {"pixels": "", "voxels": "", "tlg": "g", "longest": "mm", "across": "mm"}
)
#: These say words instead of a value.
WORDS: Final = frozenset({MeasurementKind.ARROW, MeasurementKind.TEXT})

#: How many points each kind has at least and at most; a drawn outline has as many as it needs.
MOST_POINTS: Final = 2000
POINTS: Final[Mapping[MeasurementKind, tuple[int, int]]] = MappingProxyType(
    {
        MeasurementKind.LENGTH: (2, 2),
        MeasurementKind.POLYLINE: (2, MOST_POINTS),
        MeasurementKind.PERPENDICULAR: (3, 3),
        MeasurementKind.BIDIRECTIONAL: (4, 4),
        MeasurementKind.ANGLE: (3, 3),
        MeasurementKind.COBB: (4, 4),
        MeasurementKind.CARDIOTHORACIC: (4, 4),
        MeasurementKind.ELLIPSE: (2, 2),
        MeasurementKind.RECTANGLE: (2, 2),
        MeasurementKind.POLYGON: (3, MOST_POINTS),
        MeasurementKind.FREEHAND: (3, MOST_POINTS),
        MeasurementKind.POINT: (1, 1),
        MeasurementKind.SEGMENT: (0, 0),
        MeasurementKind.ARROW: (2, 2),
        MeasurementKind.TEXT: (1, 1),
    }
)


@frozen
class OnPlane:
    """A plane of the patient that no image is, as a measurement was made on it.

    Its points are pixels of `plane`, which lies in the frame of reference `space`; along a
    curve they are `course`, LPS mm, and `plane` is square to it where it begins.
    """

    plane: ImagePlane
    space: str
    name: str  # "axial", "coronal" or "sagittal": what its view was
    slab_mm: float = 0.0
    mode: str = ""  # of the slab: "mip", "minip", "mean"
    course: tuple[Vector, ...] = ()


@frozen
class Sphere:
    """Where the sphere of a region lies: LPS mm in the frame of reference `space`, in a PET."""

    centre: Vector
    space: str
    series: SeriesUID


@frozen
class Measurement:
    """Never a bare number: value, unit, honesty and place belong together.

    Made on a plane (`on`), its `frame` is the image nearest to it: what it is evidence of.

    `note` says whose millimetres they are ("detector", "calibrated"), or why there is no
    value; empty when they are the patient's. `stats` of a region: mean, sd, min, max,
    pixels; of two axes: short, or heart and thorax; all in `stats_unit` but for `pixels`. Of a
    segment its `value` is the volume, and `stats` has mean, sd, min, max, `peak`, and in units
    of their own (`STATS_UNITS`) `longest`, `across`, `voxels` and `tlg`.
    """

    id: str  # "A1": as drawn and cited
    kind: MeasurementKind
    frame: FrameKey
    points: tuple[PixelPoint, ...]
    value: float | None  # None: not defined, and then not shown
    unit: str
    note: str = ""
    stats: Mapping[str, float] = field(factory=lambda: MappingProxyType({}))
    stats_unit: str = ""
    image_number: int = 0  # as shown: "image 51"
    series_label: str = ""
    revision: int = 1  # grows with each change; a link in the report remembers what it cited
    text: str = ""  # the reader's own words beside it
    uncertainty: float | None = None  # of `value`: `imaging.uncertainty` says what it holds
    author: str = ""  # who made it, by the name they have at its site
    label_at: PixelPoint | None = None  # from the first point to where a reader put its label
    on: OnPlane | None = None  # None: on its frame
    #: Of what was laid over the image: mean, sd, min, max and `voxels` of a region, `value` at a
    #: point, in `layer_unit` but for `voxels`; of a sphere in it also `radius` (mm), `peak`, and
    #: above `threshold` per cent of its maximum `volume` (ml) and `tlg` (g).
    layer: Mapping[str, float] = field(factory=lambda: MappingProxyType({}))
    layer_unit: str = ""
    sphere: Sphere | None = None  # that `layer` is of, as wide as its `radius`

    @property
    def in_patient(self) -> tuple[Vector, ...]:
        """Its points in the frame of reference of its plane, mm; of an image the image says."""
        if self.on is None or self.on.course:
            return () if self.on is None else self.on.course
        return tuple(self.on.plane.to_patient(*p) for p in self.points)


#: What a line measures on a trace of an ultrasound image, by its unit.
_NO_LENGTHS: Final = frozenset({"cm/s", "Hz", "s"})


def is_writable(measurement: Measurement) -> bool:
    """Whether TID 1500 can hold it: its kind has a shape there, and its value is defined.

    A line on a Doppler trace is a velocity with a time: called a length it would be wrong. Of
    a plane the patient's space needs a name; segments are objects of their own.
    """
    if measurement.on is not None and not is_uid(measurement.on.space):
        return False
    if measurement.kind is MeasurementKind.LENGTH and measurement.unit in _NO_LENGTHS:
        return False
    shapeless = measurement.kind in WORDS or measurement.kind is MeasurementKind.SEGMENT
    return not shapeless and measurement.value is not None
