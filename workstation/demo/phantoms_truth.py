"""The known answers: what a reader must find, in patient coordinates."""

from attrs import frozen

from workstation.demo.phantoms_dicom import Vector
from workstation.demo.phantoms_head import Head
from workstation.demo.phantoms_trunk import Trunk


@frozen
class LesionTruth:
    """A ball: centre in LPS mm, diameter in mm, HU (the mean; noise comes on top).

    `hu` is None on MR.
    """

    center: Vector
    diameter: float
    hu: float | None


@frozen
class StudyTruth:
    """The lesions of one study; `shift` is LPS minus anatomy, the same for the whole study.

    Current minus prior `shift` is the table offset that a reader links by hand.
    """

    shift: Vector
    lesions: tuple[LesionTruth, ...]


def truth_of(trunk: Trunk, shift: Vector) -> StudyTruth:
    return StudyTruth(
        shift,
        tuple(
            LesionTruth(_moved(each.center, shift), each.diameter, each.hu)
            for each in trunk.lesions
        ),
    )


def plaques_of(head: Head, shift: Vector) -> StudyTruth:
    return StudyTruth(
        shift,
        tuple(
            LesionTruth(_moved(each.center, shift), each.diameter, None) for each in head.plaques
        ),
    )


def _moved(point: Vector, shift: Vector) -> Vector:
    return (point[0] + shift[0], point[1] + shift[1], point[2] + shift[2])
