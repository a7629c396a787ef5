"""Images by their identifiers, in the words that the screen has for them."""

from collections.abc import Iterable

from workstation.domain.document import DocumentLine
from workstation.domain.study import DisplaySet
from workstation.text import isolated, tr


class NamedImages:
    """Owned by the screen, home thread. What is not on the screen keeps its identifier."""

    def __init__(self) -> None:
        self._sets: dict[str, DisplaySet] = {}
        self._words: dict[str, str] | None = None

    def know(self, display_sets: Iterable[DisplaySet]) -> None:
        self._sets |= {each.id: each for each in display_sets}
        self._words = None

    def forget(self) -> None:
        """The case is left."""
        self._sets.clear()
        self._words = None

    def line(self, line: DocumentLine) -> str:
        """A line of a report with the image that it names called as its view calls it."""
        words = self._known().get(line.refers, "") if line.refers else ""
        return line.text.replace(line.refers, words) if words else line.text

    def find(self, sop: str) -> tuple[str, int] | None:
        """The display set and the place in it of an image, or of its first frame."""
        for each in self._sets.values() if sop else ():
            for at, frame in enumerate(each.frames):
                if frame.key.sop == sop:
                    return each.id, at
        return None

    def _known(self) -> dict[str, str]:
        """Worked out when a report first asks."""
        if self._words is None:
            self._words = {}
            for each in self._sets.values():
                numbers: dict[str, list[int]] = {}
                for at, frame in enumerate(each.frames, 1):
                    numbers.setdefault(frame.key.sop, []).append(at)
                self._words |= {sop: _place(each, own) for sop, own in numbers.items()}
        return self._words


def _place(display_set: DisplaySet, numbers: list[int]) -> str:
    """An object of many frames is its series; the line says which frames it means."""
    series = isolated(display_set.label)
    if len(numbers) > 1:
        return tr("of {series}", series=series)
    return tr("{n} of {series}", n=numbers[0], series=series)
