"""Marks of reports and of CAD on the images: hidden until asked for, never without a source."""

from collections.abc import Iterable, Iterator
from typing import Final

from attrs import evolve, frozen

from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, SopUID
from workstation.domain.mark_set import Mark, MarkSet, PlacedMark
from workstation.domain.measurement import Measurement, PixelPoint
from workstation.domain.presentation_state import Shape
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.services.screen.viewed import Shown
from workstation.text import isolated, tr, trn
from workstation.viewing.figures import Caption, Figure, outline
from workstation.viewing.patient_marks import HALF_MM
from workstation.viewing.placed_marks import pixels_on, reach_mm

#: Letters beside a mark; the report itself has the others.
_LONGEST: Final = 56
_REMEMBERED: Final = 2_000


@frozen
class Drawn:
    """A mark in pixels of the image it is drawn on."""

    shape: Shape
    points: tuple[PixelPoint, ...]
    words: str


Here = tuple[tuple[MarkSet, int, Drawn], ...]


class OthersMarks:
    """Home thread; owned by `Presenting`."""

    def __init__(self) -> None:
        self.shown = False
        self._sets: dict[SopUID, tuple[DisplaySet, MarkSet]] = {}
        self._here: dict[tuple[FrameKey, ImagePlane | None], Here] = {}

    def know(self, display_sets: Iterable[DisplaySet]) -> None:
        for each in display_sets:
            if isinstance(each.annotation, MarkSet):
                self._sets[each.annotation.sop] = (each, each.annotation)
        self._here.clear()

    def forget(self) -> None:
        """The case is left; the next one begins with nothing drawn."""
        self._sets.clear()
        self._here.clear()
        self.shown = False

    def toggle(self, shown: Shown) -> None:
        """Raises CommandError where the study has no marks."""
        if not self.shown and not any(self._of_study(shown)):
            raise CommandError(tr("the study has no marks of others"))
        self.shown = not self.shown

    def figures(self, shown: Shown) -> tuple[Figure | Caption, ...]:
        """Those on the image of a viewport, each with its letter and number; empty while
        they are hidden."""
        if not self.shown:
            return ()
        found: list[Figure | Caption] = []
        for marks, number, drawn in self._on(shown):
            found.extend(_drawn(drawn, number, marks))
        return tuple(found)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """What reports measured, by names of their own (SR1); none while marks are hidden.

        They are read and never changed, saved or sent: their report has them.
        """
        if not self.shown:
            return ()
        sets = sorted(self._sets.values(), key=lambda each: each[1].sop)
        found = [
            evolve(measured, author=measured.author or _source(marks))
            for _, marks in sets
            for measured in marks.measurements
        ]
        return tuple(evolve(each, id=f"SR{n}") for n, each in enumerate(found, 1))

    def _on(self, shown: Shown) -> Here:
        """On the image or plane of a viewport, each with its number in its report."""
        key = shown.frame.key, shown.frame.plane
        if key not in self._here:
            if len(self._here) >= _REMEMBERED:  # planes are as many as a crosshair has places
                self._here.clear()
            reach = _reach(shown)
            found = []
            for marks in self._of_study(shown):
                every: list[Mark | PlacedMark] = [*marks.marks, *marks.placed]
                for number, mark in enumerate(every, 1):
                    drawn = _lying_on(mark, shown.frame, reach)
                    if drawn is not None:
                        found.append((marks, number, drawn))
            self._here[key] = tuple(found)
        return self._here[key]

    def words(self, shown: Shown) -> Iterable[tuple[str, int]]:
        """Whose marks are on this image; that some are elsewhere is no less worth knowing."""
        here: dict[str, int] = {}
        lost: dict[str, int] = {}
        drawn = [marks.sop for marks, _, _ in self._on(shown)]
        for marks in self._of_study(shown):
            source = _source(marks)
            here[source] = here.get(source, 0) + drawn.count(marks.sop)
            lost[source] = lost.get(source, 0) + marks.left_out
        for source, found in here.items():
            count = trn(found, "{n} mark here", "{n} marks here")
            words = f"{source}: {count}, {tr('shown') if self.shown else tr('hidden')}"
            if lost[source]:
                words += tr("; {n} cannot be drawn", n=lost[source])
            yield words, 1 if self.shown else 2

    def _of_study(self, shown: Shown) -> Iterator[MarkSet]:
        for source, marks in self._sets.values():
            if (source.study, source.site) == (shown.display_set.study, shown.display_set.site):
                yield marks


def _reach(shown: Shown) -> float:
    """mm before and behind what is shown; a plane of the patient has no neighbours."""
    if shown.state.plane is None:
        return reach_mm(shown.display_set, shown.state.frame_index)
    thickness = shown.frame.thickness_mm
    return thickness / 2 if thickness else HALF_MM


def _lying_on(mark: Mark | PlacedMark, frame: Frame, reach: float) -> Drawn | None:
    """Its outline in pixels of an image; None where it is not on it."""
    if isinstance(mark, Mark):
        points = mark.points if mark.is_on(frame.key) else None
    else:
        points = pixels_on(mark, frame, reach)
    return None if points is None else Drawn(mark.shape, points, mark.words)


def _drawn(mark: Drawn, number: int, marks: MarkSet) -> Iterator[Figure | Caption]:
    closed = mark.shape in (Shape.CIRCLE, Shape.ELLIPSE)
    line = outline(mark.shape, mark.points)
    yield Figure(line, closed=closed, machine=marks.machine)
    letter = tr("AI {n}", n=number) if marks.machine else str(number)
    lowest = max(line, key=lambda point: point[1])
    said = mark.words if len(mark.words) <= _LONGEST else f"{mark.words[: _LONGEST - 1].rstrip()}…"
    yield Caption(f"{letter}  {isolated(said)}".rstrip(), lowest, machine=marks.machine)


def _source(marks: MarkSet) -> str:
    who = isolated(marks.source or marks.title)
    return tr("AI {who}", who=who) if marks.machine else who
