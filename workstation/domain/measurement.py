"""What a reader measured, with its unit and the frame it was measured on."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from attrs import field, frozen

from workstation.domain.identifiers import FrameKey

PixelPoint = tuple[float, float]  # x = column, y = row; (0, 0) is the centre of the first pixel


class MeasurementKind(StrEnum):
    LENGTH = "length"
    ELLIPSE = "ellipse"
    RECTANGLE = "rectangle"


@frozen
class Measurement:
    """Never a bare number: value, unit, honesty and place belong together.

    `note` says whose millimetres they are ("detector", "calibrated"); empty when they
    are the patient's. `stats` of a region: mean, sd, min, max, area, with `stats_unit`.
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
