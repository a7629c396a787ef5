"""How an image was made, as its object says: facts by name, each in ready words."""

from enum import StrEnum

from attrs import frozen


class Fact(StrEnum):
    """By the names of `resources/overlay.toml`, which says where each one stands on a view."""

    PROTOCOL = "protocol"
    STATION = "station"
    CONTRAST = "contrast"
    VIEW = "view"  # CC, MLO, PA: how a projection was taken
    KVP = "kvp"
    CURRENT = "current"
    CHARGE = "charge"
    EXPOSURE_TIME = "exposure-time"
    KERNEL = "kernel"
    PITCH = "pitch"
    TILT = "tilt"
    DIAMETER = "diameter"
    DOSE = "dose"
    INTERVAL = "interval"  # between slices
    REPETITION = "repetition"
    ECHO = "echo"
    INVERSION = "inversion"
    FLIP_ANGLE = "flip-angle"
    ECHO_NUMBER = "echo-number"
    ECHO_TRAIN = "echo-train"
    AVERAGES = "averages"
    B_VALUE = "b-value"
    FIELD = "field"
    SEQUENCE = "sequence"
    EXPOSURE_INDEX = "exposure-index"
    DEVIATION_INDEX = "deviation-index"
    DISTANCE = "distance"  # from the source to the detector
    DOSE_AREA = "dose-area"
    THICKNESS = "compressed"  # of the compressed breast
    FORCE = "force"
    ANODE_FILTER = "anode-filter"
    ORGAN_DOSE = "organ-dose"
    ENTRANCE_DOSE = "entrance-dose"
    ANGLES = "angles"  # of a C-arm
    FRAME_RATE = "frame-rate"
    TRANSDUCER = "transducer"
    FREQUENCY = "frequency"
    DEPTH = "depth"
    MECHANICAL_INDEX = "mechanical-index"
    THERMAL_INDEX = "thermal-index"
    HEART_RATE = "heart-rate"
    TRACER = "tracer"
    ACTIVITY = "activity"
    FRAME_DURATION = "frame-duration"
    UNITS = "units"
    DECAY = "decay"
    ENERGY = "energy"


@frozen
class Stated:
    """One fact, ready to be read: "120 kVp"."""

    fact: Fact
    words: str
