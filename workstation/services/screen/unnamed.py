"""What may stand on a copied view: how its image is shown, and nobody's name, number or day."""

from collections.abc import Sequence
from typing import Final

from attrs import evolve

from workstation.domain.measurement import Measurement
from workstation.domain.study import SpacingOrigin
from workstation.imaging.measure import NOTES
from workstation.services.screen.identity_words import laterality
from workstation.services.screen.overlay_lines import Line, Mark, Overlay
from workstation.services.screen.viewed import Shown
from workstation.text import tr

#: These bring a screen or a photograph, on which names are often written.
WITH_WORDS: Final = frozenset({"US", "IVUS", "SC", "OT", "ES", "XC", "GM", "SM", "DOC", "XA", "RF"})
#: What must be told of an image wherever it goes.
_TOLD: Final = frozenset({Mark.DOUBT, Mark.LOSSY})


def unnamed(words: Overlay, shown: Shown, banner: str = "") -> Overlay:
    """Without identity, dates and what others wrote: a description, a creator, a site.

    `banner` is the mark of a program that is not for patients: it goes with every export.
    """
    side = laterality(shown.frame)
    sides = [x for x in words.top_right if side and x.text.startswith(side)]
    return Overlay(
        top_right=(*([Line(banner, 1)] if banner else []), *sides[:1]),
        bottom_left=words.bottom_left,
        bottom_right=tuple(_nobody(x, shown) for x in words.bottom_right if x.mark in _TOLD),
        letters=words.letters,
    )


def unnamed_marks(marks: Sequence[Measurement]) -> tuple[Measurement, ...]:
    """Whose millimetres stays said, without who gave them and when."""
    user = NOTES[SpacingOrigin.USER]
    return tuple(
        evolve(each, note=user, author="") if each.note.startswith(user) else each for each in marks
    )


def _nobody(line: Line, shown: Shown) -> Line:
    by_hand = shown.frame.spacing.origin is SpacingOrigin.USER
    if by_hand and line.mark is Mark.DOUBT and shown.frame.spacing.calibrated in line.text:
        return evolve(line, text=tr("user calibrated"))
    return line
