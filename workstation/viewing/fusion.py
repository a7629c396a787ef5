"""What is laid over the image of a view, and how: pure data, kept with the view."""

from collections.abc import Callable
from typing import Final

from attrs import evolve, frozen

from workstation.domain.presentation import Voi

#: Half of either, which a reader of PET over CT begins with.
USUAL: Final = 0.5
_STEP: Final = 0.1


@frozen
class Fusion:
    """A display set over another; `voi` None: in the window that it proposes.

    `opacity` is that of its hottest colour, 0 clear to 1; `colours` names a colour map.
    """

    display_set: str
    colours: str
    opacity: float = USUAL
    voi: Voi | None = None


Change = Callable[[Fusion], Fusion]


def more(fusion: Fusion, steps: float) -> Fusion:
    """More of what is laid over; negative is less."""
    return opaque(fusion, fusion.opacity + steps * _STEP)


def opaque(fusion: Fusion, opacity: float) -> Fusion:
    """So much of it, in tenths of a per cent, from clear to all of it."""
    return evolve(fusion, opacity=round(max(0.0, min(opacity, 1.0)), 3))
