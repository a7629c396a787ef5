"""The screen with rendered volumes that are cut open, looked at from near, and turned by itself."""

from typing import Final

from attrs import evolve

from workstation.domain.measurement import PixelPoint
from workstation.errors import CommandError
from workstation.services.viewer.rendered import Rendered
from workstation.text import tr
from workstation.viewing.volume_cuts import FEWEST, drawn
from workstation.viewing.volume_look import From, cut_by, nearest_side, turned

#: Of what is in front, for each step of the hand.
_CUT_MM: Final = 4.0
#: The tools that draw such a line: what it encloses goes, or the rest.
LASSOS: Final = ("lasso", "lasso-outside")


class Cutting(Rendered):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def cut_volume(self, mm: float, side: From | None = None) -> None:
        """Take more away from a side of the patient, or from the one that is seen."""
        look = self._need_look()
        there = cut_by(look, side or nearest_side(look.axes), mm)
        self.change(lambda state: evolve(state, look=there), "cut")

    def uncut_volume(self) -> None:
        look = evolve(self._need_look(), cut=(0.0,) * len(From), cuts=())
        self.change(lambda state: evolve(state, look=look))

    def thicken(self, mm: float) -> None:
        """A rendered volume has no thickness: what is in front is taken away, or given back."""
        if self._need_shown().rendering is None:
            super().thicken(mm)
        else:
            self.cut_volume(mm * _CUT_MM)

    def cut_freehand(self, points: tuple[PixelPoint, ...], *, inside: bool = True) -> None:
        """What a closed line encloses, in pixels of the view's plane, goes, with all behind it;
        or all the rest. The hand turns the volume again."""
        look = self._need_look()
        shown = self._need_shown()
        assert shown.rendering is not None
        assert shown.frame.plane is not None
        cut = drawn(shown.frame.plane, points, shown.rendering.eye, inside=inside)
        if len(cut.line) < FEWEST:
            raise CommandError(tr("a line that encloses something has three points at least"))
        there = evolve(look, cuts=(*look.cuts, cut))
        self.change(lambda state: evolve(state, look=there))
        if self.tool in LASSOS:
            self.tool = "window"
            self.changed.emit(None)

    def take_lasso(self, *, inside: bool) -> None:
        """The next drag on a rendered volume draws what goes."""
        self._need_look()
        self.tool = LASSOS[0 if inside else 1]
        self.changed.emit(None)

    def toggle_perspective(self) -> None:
        """What is near is larger, as an eye sees it; or all is of one size."""
        look = self._need_look()
        self.change(
            lambda state: evolve(state, look=evolve(look, perspective=not look.perspective))
        )

    def spin(self, index: int, degrees: float) -> None:
        """A view turns by itself: no step of the reader's."""
        state = self._board[index]
        if state.look is not None:
            self._board[index] = evolve(state, look=turned(state.look, degrees, 0.0))
            self.viewport_changed.emit(index)
