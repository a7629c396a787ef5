"""The screen with what the reader points at: the 3D cursor on every view, and the magnifier."""

from workstation.domain.measurement import PixelPoint
from workstation.domain.study import Frame
from workstation.errors import CommandError
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.screen.remembered import Remembered
from workstation.services.screen.structures import Structures
from workstation.services.screen.viewed import Shown
from workstation.text import tr
from workstation.viewing.cursor3d import Located, Spot, located, nearest, spot_of
from workstation.viewing.linking import space
from workstation.viewing.presets import Presets


class Pointed(Remembered):
    """Home thread; `services.viewer.viewer.Viewer` adds what else a reader does."""

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        super().__init__(store, loader, structures, presets)
        self._spot: Spot | None = None
        self.magnifies = False

    @property
    def spot(self) -> Spot | None:
        """The point of the patient that is marked; None: none is."""
        return self._spot

    def point_at(self, at: PixelPoint) -> Spot:
        """Mark what lies under an image point of the active view on every view that shows it.

        Other stacks of its frame of reference, or registered with it, go to the image nearest to
        it; those of another one stay where they are.

        Raises
        ------
        CommandError
            Beside the image, or the image has no place in a patient.
        """
        source = self._need_shown()
        view, spot = self.resolved(source.index), spot_of(source.frame, at)
        if view is None or not view.contains(at):
            raise CommandError(tr("this point is beside the image"))
        if spot is None:
            raise CommandError(tr("this image has no place in a patient"))
        self._spot = spot
        for index in range(len(self.viewports)):
            other = self.shown(index)
            if other is not None and index != source.index:
                self._come_to(other, spot)
            self.viewport_changed.emit(index)
        return spot

    def forget_spot(self) -> None:
        """Nothing is pointed at any more; the views stay where they went."""
        if self._spot is not None:
            self._spot = None
            self._emit_all()

    def located_on(self, shown: Shown) -> Located | None:
        """Where a view shows what is pointed at."""
        if self._spot is None:
            return None
        return located(self._carried(self._spot, shown.frame), shown.frame)

    def magnify(self, *, on: bool) -> None:
        """A magnifier under the pointer, or none."""
        if on != self.magnifies:
            self.magnifies = on
            self._emit_all()

    def forget(self) -> None:
        """The case is left."""
        super().forget()
        self._spot, self.magnifies = None, False

    # --- inside ---

    def _carried(self, spot: Spot, frame: Frame) -> Spot:
        """In the patient space of an image, where that is registered with its own."""
        rigid = self.links.between(spot.space, space(frame))
        return spot if rigid is None else Spot(rigid.point(spot.point), space(frame))

    def _come_to(self, other: Shown, spot: Spot) -> None:
        there = self._carried(spot, other.frame)
        index = nearest(there, other.display_set.frames, other.state.frame_index)
        if index is not None:
            self._show_frame(other, index)
