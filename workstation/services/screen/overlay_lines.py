"""What the words on a view are made of: lines of a level and look, and what they depend on."""

from enum import StrEnum
from functools import cache

from attrs import field, frozen

from workstation.domain.key_image import KeyImage
from workstation.settings import resource
from workstation.viewing.orientation import EdgeLetters
from workstation.viewing.overlay_table import OverlayTable, read_table


class Mark(StrEnum):
    """How a line is drawn: plain words, or a tag of its kind."""

    TEXT = "text"
    NAME = "name"
    CURRENT = "current"
    PRIOR = "prior"
    LOSSY = "lossy"
    KEY = "key"
    DOUBT = "doubt"


@frozen
class Line:
    text: str
    level: int
    mark: Mark = Mark.TEXT


@frozen
class Overlay:
    """The words in each corner, top to bottom, only those of the level in force."""

    top_left: tuple[Line, ...] = ()
    top_right: tuple[Line, ...] = ()
    bottom_left: tuple[Line, ...] = ()
    bottom_right: tuple[Line, ...] = ()
    letters: EdgeLetters = field(factory=EdgeLetters)
    notices: tuple[str, ...] = ()
    wrong_patient: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """Everything that can be read on the view, for `state` and screen readers."""
        corners = (self.top_left, self.top_right, self.bottom_left, self.bottom_right)
        words = [line.text for corner in corners for line in corner]
        edges = (self.letters.left, self.letters.top, self.letters.right, self.letters.bottom)
        words.extend(letter for letter in edges if letter)
        if self.wrong_patient:
            words.append(self.wrong_patient)
        return (*words, *self.notices)


@cache
def usual_table() -> OverlayTable:
    """As it comes with the program."""
    return read_table(resource("overlay.toml").read_text("utf-8"))


@frozen
class Surroundings:
    """What the words depend on beside the image."""

    level: int = 2
    zoom: float | None = None  # device pixels per image pixel
    screen_mm: float = 0.0  # that 1000 device pixels measure; 0: nobody knows
    probe: str = ""
    wrong_patient: str = ""
    notices: tuple[str, ...] = ()
    structures: tuple[str, ...] = ()  # what segmentations could draw, and whose work it is
    structures_drawn: bool = False
    presented: tuple[tuple[str, int], ...] = ()  # what objects change about it, with levels
    key_image: KeyImage | None = None  # the reader's mark on the image shown
    table: OverlayTable = field(factory=usual_table)
