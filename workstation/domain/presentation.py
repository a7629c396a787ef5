"""What decides how pixels look, apart from the pixels."""

from enum import StrEnum

from attrs import frozen


class VoiFunction(StrEnum):
    """PS3.3 C.11.2.1.2 and C.11.2.1.3."""

    LINEAR = "LINEAR"
    LINEAR_EXACT = "LINEAR_EXACT"
    SIGMOID = "SIGMOID"


@frozen
class Voi:
    """A window in modality units (HU for CT)."""

    center: float
    width: float
    function: VoiFunction = VoiFunction.LINEAR
    name: str = ""


@frozen
class Rescale:
    """Modality transform: value = stored * slope + intercept (PS3.3 C.11.1.1.2)."""

    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""  # HU, SUV, ... empty where the object does not say
