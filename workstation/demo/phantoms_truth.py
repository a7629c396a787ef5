"""The known answers: what a reader must find, in patient coordinates."""

from attrs import frozen

from workstation.demo.phantoms_dicom import Vector
from workstation.demo.phantoms_trunk import Trunk


@frozen
class LesionTruth:
    """A ball: centre in LPS mm, diameter in mm, HU (the mean; noise comes on top)."""

    center: Vector
    diameter: float
    hu: float


@frozen
class ChestTruth:
    """The lesions of one study; `shift` is LPS minus anatomy, the same for the whole study.

    Current minus prior `shift` is the table offset that a reader links by hand.
    """

    shift: Vector
    lesions: tuple[LesionTruth, ...]


def truth_of(trunk: Trunk, shift: Vector) -> ChestTruth:
    return ChestTruth(
        shift,
        tuple(
            LesionTruth(
                (each.center[0] + shift[0], each.center[1] + shift[1], each.center[2] + shift[2]),
                each.diameter,
                each.hu,
            )
            for each in trunk.lesions
        ),
    )
