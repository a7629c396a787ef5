"""Which frame of a linked view shows the same place.

Frames of one frame of reference are linked by patient position. Frames of two are never
linked by the program: the reader puts both views at the same level and says so, or has one
registered with the other and accepts it. Either is kept for as long as both studies are open,
whatever series is shown; what was said last counts.
"""

from collections.abc import Sequence
from typing import Final

from attrs import evolve, frozen

from workstation.domain.geometry import ImagePlane, Vector, dot
from workstation.domain.registration import IDENTITY, Registered, Rigid
from workstation.domain.study import Frame

#: Planes within about 18 degrees are scrolled together; others cut each other.
_PARALLEL: Final = 0.95


@frozen
class ManualLink:
    """The reader said: these two places are the same. mm along `normal`, from a to b."""

    a: str
    b: str
    normal: Vector
    offset_mm: float


@frozen
class Follow:
    """The frame to show, and how we know; `offset_mm` None means by patient position, in
    one frame of reference or through a registration."""

    frame_index: int
    offset_mm: float | None = None


@frozen
class Links:
    """Whether views scroll together, and what the reader said about strangers."""

    on: bool = False
    manual: tuple[ManualLink, ...] = ()
    registered: tuple[Registered, ...] = ()

    def toggled(self) -> "Links":
        return evolve(self, on=not self.on)

    def joined(self, a: Frame, b: Frame, offset_mm: float | None = None) -> "Links":
        """Say that `a` and `b` show the same place, or lie `offset_mm` apart.

        Raises
        ------
        ValueError
            One of them has no place in a patient, or they are not parallel.
        """
        if a.plane is None or b.plane is None or not parallel(a.plane, b.plane):
            raise ValueError("only parallel images with a position can be linked")
        normal = a.plane.normal
        if offset_mm is None:
            offset_mm = dot(_middle(b, b.plane), normal) - dot(_middle(a, a.plane), normal)
        link = ManualLink(space(a), space(b), normal, offset_mm)
        others = self.without(link.a, link.b)
        return evolve(others, on=True, manual=(*others.manual, link))

    def without(self, a: str, b: str) -> "Links":
        """Nothing is known of these two frames of reference."""
        return evolve(
            self,
            manual=tuple(each for each in self.manual if {each.a, each.b} != {a, b}),
            registered=tuple(each for each in self.registered if {each.a, each.b} != {a, b}),
        )

    def with_registration(self, found: Registered) -> "Links":
        """In place of whatever was known of the two."""
        others = self.without(found.a, found.b)
        return evolve(others, on=True, registered=(*others.registered, found))

    def registration(self, a: Frame, b: Frame) -> Registered | None:
        """What the two frames of reference are registered by."""
        ends = {space(a), space(b)}
        return next((each for each in self.registered if {each.a, each.b} == ends), None)

    def rigid(self, a: Frame, b: Frame) -> Rigid | None:
        """From the patient's millimetres of one image to those of the other."""
        return self.between(space(a), space(b))

    def way(self, a: Frame, b: Frame) -> Rigid | None:
        """The same, and of one patient space the way that is none."""
        return IDENTITY if space(a) == space(b) else self.rigid(a, b)

    def between(self, a: str, b: str) -> Rigid | None:
        """From one patient space to another, by name."""
        ways = (each.between(a, b) for each in self.registered)
        return next((way for way in ways if way is not None), None)

    def follow(self, source: Frame, targets: Sequence[Frame]) -> Follow | None:
        """Where a view should go when another now shows `source`; None: stay."""
        if not self.on or source.plane is None:
            return None
        offset = None
        here = [t for t in targets if t.plane is not None]
        if not here:
            return None
        if (rigid := self.rigid(source, here[0])) is not None:
            return _through(rigid, source, source.plane, targets)
        if space(here[0]) != space(source):
            offset = self.offset_mm(source, here[0])
            if offset is None:
                return None
        goal = dot(_middle(source, source.plane), source.plane.normal) + (offset or 0.0)
        best: tuple[float, int] | None = None
        for index, target in enumerate(targets):
            if target.plane is None or not parallel(source.plane, target.plane):
                continue
            away = abs(dot(_middle(target, target.plane), source.plane.normal) - goal)
            if best is None or away < best[0]:
                best = (away, index)
        return None if best is None else Follow(best[1], offset)

    def offset_mm(self, source: Frame, target: Frame) -> float | None:
        """What the reader said about the two, along the normal of `source`; None: nothing."""
        names = (space(source), space(target))
        for link in self.manual:
            lean = 0.0 if source.plane is None else dot(link.normal, source.plane.normal)
            if abs(lean) < _PARALLEL or {link.a, link.b} != set(names):
                continue
            forward = 1.0 if (link.a, link.b) == names else -1.0
            return forward * (1.0 if lean > 0 else -1.0) * link.offset_mm
        return None


def _through(
    rigid: Rigid, source: Frame, plane: ImagePlane, targets: Sequence[Frame]
) -> Follow | None:
    """The frame that the middle of the source lies nearest to, once it is moved there."""
    goal, normal = rigid.point(_middle(source, plane)), rigid.direction(plane.normal)
    away = [
        (abs(target.plane.to_pixel(goal)[2]), index)
        for index, target in enumerate(targets)
        if target.plane is not None and abs(dot(target.plane.normal, normal)) >= _PARALLEL
    ]
    return Follow(min(away)[1]) if away else None


def space(frame: Frame) -> str:
    """In whose millimetres a frame lies: its frame of reference, else its own series."""
    return frame.frame_of_reference or f"series {frame.key.series}"


def parallel(a: ImagePlane, b: ImagePlane) -> bool:
    """Whether two images can be gone through together; they never cut each other in view."""
    return abs(dot(a.normal, b.normal)) >= _PARALLEL


def _middle(frame: Frame, plane: ImagePlane) -> Vector:
    """The centre of the image: where tilted neighbours are compared."""
    return plane.to_patient((frame.pixels.columns - 1) / 2, (frame.pixels.rows - 1) / 2)
