"""Where one frame of reference lies in another: rigid transforms, and who says so."""

import math
from enum import StrEnum
from typing import Final, Self

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from workstation.domain.geometry import ImagePlane, Vector

Row = tuple[float, float, float, float]

#: How far a matrix may be from a rotation: what is written with five decimals is one.
_RIGID: Final = 1e-3


def _is_rigid(_transform: object, _field: object, rows: tuple[Row, Row, Row]) -> None:
    turn = np.array(rows)[:, :3]
    if not np.allclose(turn @ turn.T, np.eye(3), atol=_RIGID) or np.linalg.det(turn) < 0:
        raise ValueError("not a rotation and a shift")


@frozen
class Rigid:
    """A rotation and a shift, mm in LPS; the upper three rows of a 4 x 4 matrix."""

    rows: tuple[Row, Row, Row] = field(validator=_is_rigid)

    @classmethod
    def of(cls, matrix: NDArray[np.float64]) -> Self:
        """Raises ValueError where it is not one: sheared, scaled or mirrored."""
        x, y, z = (
            (float(r[0]), float(r[1]), float(r[2]), float(r[3])) for r in np.asarray(matrix)[:3]
        )
        return cls((x, y, z))

    @property
    def matrix(self) -> NDArray[np.float64]:
        return np.array([*self.rows, (0.0, 0.0, 0.0, 1.0)])

    @property
    def inverse(self) -> "Rigid":
        turn, shift = self.matrix[:3, :3], self.matrix[:3, 3]
        back = np.eye(4)
        back[:3, :3], back[:3, 3] = turn.T, -turn.T @ shift
        return Rigid.of(back)

    def point(self, at: Vector) -> Vector:
        x, y, z = (r[0] * at[0] + r[1] * at[1] + r[2] * at[2] + r[3] for r in self.rows)
        return x, y, z

    def direction(self, along: Vector) -> Vector:
        x, y, z = (r[0] * along[0] + r[1] * along[1] + r[2] * along[2] for r in self.rows)
        return x, y, z

    def plane(self, of: ImagePlane) -> ImagePlane:
        """The same plane in the other patient space."""
        return ImagePlane(
            self.point(of.origin), self.direction(of.row), self.direction(of.column),
            of.row_spacing, of.column_spacing,
        )  # fmt: skip

    @property
    def degrees(self) -> float:
        """How far it turns, about whatever axis."""
        trace = self.rows[0][0] + self.rows[1][1] + self.rows[2][2]
        return math.degrees(math.acos(max(-1.0, min(1.0, (trace - 1.0) / 2.0))))


IDENTITY: Final = Rigid(((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)))


class SaidBy(StrEnum):
    """Whose word a registration is."""

    AUTO = "auto"  # worked out here, accepted by the reader
    OBJECT = "object"  # a Spatial Registration of the study


@frozen
class Registered:
    """Points of frame of reference `a` lie at `rigid.point` of them in `b`."""

    a: str
    b: str
    rigid: Rigid
    by: SaidBy
    words: str = ""  # how well it fits, or the object's own label
    accepted: bool = False  # by the reader, who has seen what it does

    def between(self, a: str, b: str) -> Rigid | None:
        """From `a` to `b`, whichever way round it was found."""
        if (a, b) == (self.a, self.b):
            return self.rigid
        return self.rigid.inverse if (b, a) == (self.a, self.b) else None


@frozen
class SpatialRegistration:
    """What an object says of several frames of reference: where each lies in its own."""

    own: str
    others: tuple[tuple[str, Rigid], ...]
    label: str = ""

    def between(self, a: str, b: str) -> Rigid | None:
        """From `a` to `b`, through the object's own."""
        into = dict((*self.others, (self.own, IDENTITY)))
        if a not in into or b not in into:
            return None
        return Rigid.of(into[b].inverse.matrix @ into[a].matrix)
