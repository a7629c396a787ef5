"""What decides how pixels look, apart from the pixels."""

from enum import StrEnum

from attrs import field, frozen


class VoiFunction(StrEnum):
    """PS3.3 C.11.2.1.2 and C.11.2.1.3."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@frozen
class Lut:
    """A lookup table of an object (PS3.3 C.11.1.1.1, C.11.2.1.1), checked for its length.

    `data` holds 16-bit little-endian entries, one for each value from `first` on, each
    using `bits`. Values beyond either end take the entry there.
    """

    first: int
    bits: int
    data: bytes = field(repr=False)

    @property
    def entries(self) -> int:
        return len(self.data) // 2


@frozen
class Voi:
    """A window in modality units (HU for CT).

    With `lut`, a curve of the object instead of a ramp: `center` and `width` are where its
    first and last entry lie, so that it can be moved and stretched like a window.
    """

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    name: str = ""
    lut: Lut | None = None


@frozen
class Rescale:
    """Modality transform: value = stored * slope + intercept (PS3.3 C.11.1.1.2), or `lut`."""

    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""  # HU, SUV, ... empty where the object does not say
    lut: Lut | None = None


@frozen
class RealWorldMap:
    """Stored values to a physical quantity (PS3.3 C.7.6.16.2.11): slope and intercept, or
    one value for each stored value from `first` to `last`."""

    first: float
    last: float
    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""  # UCUM code
    label: str = ""
    values: tuple[float, ...] = field(default=(), repr=False)


@frozen
class Palette:
    """Colours of PALETTE COLOR pixels (PS3.3 C.7.6.3.1.5); segmented ones are expanded.

    Each of `red`, `green`, `blue` holds one entry per value from `first`, `bits` (8 or 16)
    wide, 16-bit ones little endian. Values beyond either end take the entry there.
    """

    first: int
    bits: int
    red: bytes = field(repr=False)
    green: bytes = field(repr=False)
    blue: bytes = field(repr=False)
    supplemental: bool = False  # colours from `first` on; what is below stays grey (C.7.6.19)


@frozen
class OverlayPlane:
    """A drawing over an image, one bit a pixel (PS3.3 C.9.2); `bits` row by row, lowest first.

    Pixels; the image's first row and column are 1. Where the bits travel with the pixels
    (retired, still in archives) `bits` is empty and `position` names the bit.
    """

    rows: int
    columns: int
    first_row: int
    first_column: int
    bits: bytes = field(repr=False)
    position: int | None = None
    label: str = ""
    region_of_interest: bool = False
    group: int = 0x6000
