"""The active view under keys and hand: scrolled, windowed, zoomed and moved."""

from typing import Final

from workstation.domain.measurement import PixelPoint
from workstation.domain.study import DisplaySetKind
from workstation.errors import CommandError
from workstation.services.screen.screens import name_of
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.pet_hanging import PetHanging
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.resolve import ResolvedView, pixel_mm, whole
from workstation.viewing.viewport import ViewportState

#: A notch of the wheel on a rendered volume.
VOLUME_ZOOM: Final = 1.1
#: Images that the page keys go at once.
_PAGE: Final = 10


class Steered(PetHanging):
    """What a reader does with the view that is active. Home thread; see `Viewer`."""

    def scroll(self, by: int) -> None:
        """Images onward, or lines of a report; a stack may go on at its other end."""
        reading = self.reading(self.active)
        if reading is None and self._need_shown().rendering is not None:
            self.zoom(VOLUME_ZOOM**-by)
            return
        around = self.scrolls_round and reading is None
        at = self._need_shown().place[0] if reading is None else reading.state.frame_index
        here = ViewportState(frame_index=at)
        self.go(reduce.scroll(here, by, self.frames_on_active, around=around).frame_index)

    def turn_page(self, by: int) -> None:
        """Ten images of a stack, one page of a document, what the view holds of a report."""
        reading = self.reading(self.active)
        if reading is not None:
            whole = self.lines_drawn.get(self.active, 1)
            self.scroll(by * max(1, whole - 1))  # the last line stays, so that none is missed
        elif self._need_shown().display_set.kind is DisplaySetKind.DOCUMENT:
            self.scroll(by)
        else:
            self.scroll(_PAGE * by)

    def go(self, frame_index: int) -> None:
        """To a frame of the active viewport, or a line of its report, counted from 0."""
        reading = self.reading(self.active)
        if reading is None:
            self._go(self._need_shown(), frame_index)
            return
        state = reduce.go(self._board[self.active], frame_index, len(reading.lines))
        self._board[self.active] = reduce.touch(state)
        self.viewport_changed.emit(self.active)

    def set_window(self, text: str) -> None:
        """A preset's name, its number key, ``center/width``, ``auto`` or ``default``."""
        shown = self._need_shown()
        if text.isdecimal() and self.number_volume(int(text)):
            return
        modality, frame = shown.display_set.modality, shown.frame
        if text.isdecimal():
            number, unit = int(text), frame.rescale.unit
            choice = self.presets.numbered(modality, number, own=len(frame.vois), unit=unit)
        else:
            choice = self.presets.parse(text, modality)
        self.change(lambda state: self._proposals.chosen(shown, choice, state))

    def next_window(self, step: int) -> None:
        """Through the windows that the image itself proposes."""
        shown = self._need_shown()
        choice = self._proposals.next_own(shown, step)
        self.change(lambda state: self._proposals.chosen(shown, choice, state))

    def drag_window(self, dx: float, dy: float, gesture: str = "") -> None:
        """In logical pixels of the view."""
        shown = self._need_shown()
        if shown.voi is None:
            return
        voi, spread = shown.voi, self._proposals.value_range(shown)
        self.change(lambda state: reduce.drag_window(state, voi, dx, dy, spread), gesture)

    def zoom(self, factor: float, about: PixelPoint | None = None) -> None:
        """About an image point; without one, about the middle of the view."""
        shown = self._need_shown()
        centre = shown.framing.centre(shown.frame)
        middle = (centre[0] + shown.state.pan[0], centre[1] + shown.state.pan[1])
        gesture = "zoom" if about is not None else ""
        self.change(lambda state: reduce.zoom(state, factor, about or middle, centre), gesture)

    def zoom_to(self, start: PixelPoint, end: PixelPoint) -> None:
        """The box between two image points, as large as the view allows."""
        view = self.resolved(self.active)
        if view is None:
            return
        (left, top), (right, bottom) = view.to_view(start), view.to_view(end)
        across, down = max(1.0, abs(right - left)), max(1.0, abs(bottom - top))
        factor = min(view.width / across, view.height / down)
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        self.change(lambda state: reduce.zoom_to(state, factor, middle, view.centre))

    def fit(self) -> None:
        """The whole image, as large as the view allows; however it is turned."""
        shown = self._need_shown()
        width, height, _ = self._size(shown.index)
        fitted = ResolvedView.of(reduce.fit(shown.state), shown.frame, width, height, shown.framing)
        zoom = whole(fitted) if fitted.oblique else 1.0
        self.change(lambda state: reduce.fit(state, zoom))

    def true_size(self) -> None:
        """Millimetres of the object as millimetres of the screen, where both are known."""
        millimetres = pixel_mm(self._need_shown().frame)
        screen_mm = self.screen_mm(self.active)
        if not screen_mm:
            name = name_of(self.screen_name(self.active))
            raise CommandError(
                tr("the screen {name} is not measured: Ctrl+Shift+K measures it", name=name)
            )
        if millimetres is None:
            raise CommandError(tr("the millimetres of this image are not known"))
        per_pixel = screen_mm / 1000
        self.change(lambda state: reduce.true_size(state, millimetres, per_pixel))

    def nudge(self, right: int, down: int) -> None:
        """Move the picture by tenths of the view."""
        view = self.resolved(self.active)
        if view is not None:
            dx, dy = view.vector_to_image(right * view.width / 10, down * view.height / 10)
            self.change(lambda state: reduce.pan(state, dx, dy))

    @property
    def frames_on_active(self) -> int:
        """How many images, or lines of a report, the active viewport scrolls through."""
        if (reading := self.reading(self.active)) is not None:
            return len(reading.lines)
        shown = self.shown(self.active)
        return 0 if shown is None else shown.place[1]

    def _go(self, shown: Shown, frame_index: int) -> None:
        self.steered.emit(shown.index)
        if shown.state.along is not None:
            self.go_section(shown, frame_index)
            return
        if shown.state.plane is not None:
            self.go_plane(shown, frame_index)
            return
        count = len(shown.display_set.frames)
        if shown.state.keys_only:
            indices = self.key_indices(shown.display_set)
            frame_index = reduce.towards(indices, shown.state.frame_index, frame_index)
        index = shown.index
        self._board[index] = reduce.touch(reduce.go(self._board[index], frame_index, count))
        self.probe = None
        self._look_at(self._board[index])
        self.viewport_changed.emit(index)
        self._align()
