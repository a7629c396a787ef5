"""Marks of reports and of CAD on the images: hidden until asked for, never without a source."""

from collections.abc import Iterable, Iterator
from typing import Final

from workstation.domain.identifiers import SopUID
from workstation.domain.mark_set import Mark, MarkSet
from workstation.domain.presentation_state import Shape
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.services.viewed import Shown
from workstation.text import isolated, tr, trn
from workstation.viewing.figures import Caption, Figure, outline

#: Letters beside a mark; the report itself has the others.
_LONGEST: Final = 56


class OthersMarks:
    """Home thread; owned by `Presenting`."""

    def __init__(self) -> None:
        self.shown = False
        self._sets: dict[SopUID, tuple[DisplaySet, MarkSet]] = {}

    def know(self, display_sets: Iterable[DisplaySet]) -> None:
        for each in display_sets:
            if isinstance(each.annotation, MarkSet):
                self._sets[each.annotation.sop] = (each, each.annotation)

    def forget(self) -> None:
        """The case is left; the next one begins with nothing drawn."""
        self._sets.clear()
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
        for marks in self._of_study(shown):
            for at, mark in enumerate(marks.marks, 1):
                if mark.is_on(shown.frame.key):
                    found.extend(_drawn(mark, at, marks))
        return tuple(found)

    def words(self, shown: Shown) -> Iterable[tuple[str, int]]:
        """Whose marks are on this image; that some are elsewhere is no less worth knowing."""
        here: dict[str, int] = {}
        lost: dict[str, int] = {}
        for marks in self._of_study(shown):
            source = _source(marks)
            found = sum(1 for mark in marks.marks if mark.is_on(shown.frame.key))
            here[source] = here.get(source, 0) + found
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


def _drawn(mark: Mark, number: int, marks: MarkSet) -> Iterator[Figure | Caption]:
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
