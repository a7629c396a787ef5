"""Marks as they stood together, and the steps of a reader from one such moment to the next."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from workstation.domain.calibration import Calibration
from workstation.domain.identifiers import FrameKey
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement
from workstation.errors import CommandError
from workstation.text import tr

#: As many steps can be taken back.
MOST_STEPS: Final = 200

Marks = Mapping[str, Measurement]
Keys = Mapping[FrameKey, KeyImage]


@frozen
class Step:
    """Marks of every kind, as they were together; measurements by name."""

    marks: Marks
    keys: Keys
    scales: tuple[Calibration, ...] = ()


NOTHING: Final = Step({}, {})


class Steps:
    """What can be taken back, and done again. Of one case: the next one begins with none."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def remember(self, before: Step) -> None:
        """Something new was done; what had been taken back cannot be done again."""
        self._done.append(before)
        del self._done[:-MOST_STEPS]
        self._undone.clear()

    def back(self, now: Step) -> Step:
        if not self._done:
            raise CommandError(tr("there is nothing to undo"))
        self._undone.append(now)
        return self._done.pop()

    def again(self, now: Step) -> Step:
        if not self._undone:
            raise CommandError(tr("there is nothing to do again"))
        self._done.append(now)
        return self._undone.pop()
