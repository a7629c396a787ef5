"""What a frame shows beside where it lies: what tells stacks of one series apart.

Values come from a classic header or, already flattened, from functional groups.
"""

from collections.abc import Iterable
from typing import Final

from workstation.domain.study import FrameContent, Trait
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_diffusion import b_value, direction

#: Where each moment stands, the more telling first.
_MOMENTS: Final = (
    (Trait.TEMPORAL_POSITION, ("00209128", "00200100")),
    (Trait.CARDIAC_PHASE, ("00209241",)),  # Nominal Percentage of Cardiac Phase
    (Trait.TRIGGER_TIME, ("00209153", "00181060")),  # Nominal Cardiac Trigger Delay Time
    (Trait.FRAME_TIME, ("00541300",)),  # Frame Reference Time
    (Trait.ACQUISITION, ("00209156", "00200012")),
)
#: Digits of an echo time (ms) that are not rounding of the vendor's arithmetic.
_ECHO_DIGITS: Final = 2


def content_of(values: Attributes, modality: str, index: int = 0) -> FrameContent:
    """`index` is the frame's place in a nuclear medicine object's vectors."""
    return FrameContent(
        image_type=values.texts("00089007") or values.texts("00080008"),
        traits=tuple(_traits(values, modality, index)),
        moments=tuple(_moments(values, modality)),
    )


def _traits(values: Attributes, modality: str, index: int) -> Iterable[tuple[Trait, str | float]]:
    if stack := values.text("00209056"):
        yield Trait.STACK, stack
    if kind := values.text("00189808"):
        yield Trait.DATA_TYPE, kind
    if contrast := values.text("00189342") or values.text("00180010"):
        yield Trait.CONTRAST, contrast
    if modality == "MR":
        yield from _mr_traits(values)
    if modality == "NM":
        for trait, tag in ((Trait.ENERGY_WINDOW, "00540010"), (Trait.DETECTOR, "00540020")):
            vector = values.numbers(tag)
            if index < len(vector):
                yield trait, vector[index]


def _mr_traits(values: Attributes) -> Iterable[tuple[Trait, str | float]]:
    echo = values.number("00189082")
    echo = values.number("00180081") if echo is None else echo
    if echo is not None:
        yield Trait.ECHO, round(echo, _ECHO_DIGITS)
    elif (number := values.number("00180086")) is not None:
        yield Trait.ECHO, number
    if (strength := b_value(values)) is not None:
        yield Trait.B_VALUE, strength
    for trait, tag in ((Trait.DIRECTIONALITY, "00189075"), (Trait.COMPONENT, "00089208")):
        if said := values.text(tag):
            yield trait, said


def _moments(values: Attributes, modality: str) -> Iterable[tuple[Trait, str | float]]:
    if modality == "MR" and (towards := direction(values)):
        yield Trait.DIRECTION, towards
    for trait, tags in _MOMENTS:
        for tag in tags:
            found = values.number(tag)
            if found is not None:
                yield trait, found
                break
    if (offset := values.number("0020930D")) is not None:  # Temporal Position Time Offset, s
        yield Trait.FRAME_TIME, offset * 1000
