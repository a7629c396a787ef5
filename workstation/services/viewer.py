"""The viewer: what a reader does with what is on the screen.

It knows no Qt and paints nothing: the canvas asks `shown` and `overlay` and draws what
they say.
"""

from collections.abc import Callable, Sequence
from typing import Any

from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import Frame
from workstation.errors import CommandError
from workstation.services import describe, locating
from workstation.services.frames import FrameStore
from workstation.services.loading import Loader
from workstation.services.measuring import Measurements
from workstation.services.scene import Scene
from workstation.services.screen import Screen
from workstation.services.signal import Signal
from workstation.services.structures import Structures
from workstation.services.viewed import Crossing, Probe, Shown, ViewedStudy
from workstation.settings import resource
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.linking import Links
from workstation.viewing.presets import Presets, read_presets
from workstation.viewing.viewport import ViewportState

__all__ = ["Shown", "ViewedStudy", "Viewer"]


class Viewer(Screen):
    """The screen, the tool in hand, links and measurements. Home thread."""

    def __init__(
        self,
        store: FrameStore,
        loader: Loader,
        structures: Structures,
        presets: Presets | None = None,
    ) -> None:
        found = presets or read_presets(resource("windows.toml").read_text("utf-8"))
        super().__init__(store, loader, structures, found)
        self.measurements_changed: Signal[None] = Signal()
        self.tool = "window"
        self.links = Links(on=True)
        self.ink_shown = True
        self._marks = Measurements(lambda: self.measurements_changed.emit(None))

    def close(self) -> None:
        """The case is left: nothing of it stays here."""
        self.forget()
        self._marks.clear()
        self.links = Links(on=True)
        self.changed.emit(None)
        self.measurements_changed.emit(None)

    # --- layout and series ------------------------------------------------------

    def set_layout(self, rows: int, columns: int) -> None:
        """Views keep what they show, with zoom and window; new ones are hung, at one level."""
        self._board.lay_out(rows, columns)
        self.active = min(self.active, rows * columns - 1)
        self._hang()
        self._align()
        self.changed.emit(None)

    def maximize(self) -> None:
        """The active view alone, or all of them again, each as it was."""
        self.active = self._board.maximize(self.active)
        self.changed.emit(None)

    def activate(self, index: int) -> None:
        if not 0 <= index < len(self.viewports):
            raise CommandError(tr("there is no viewport {n}", n=index + 1))
        self.active = index
        self.changed.emit(None)

    def show_set(self, display_set_id: str, index: int | None = None) -> None:
        """Put a display set on a viewport, the active one by default."""
        where = self.active if index is None else index
        if display_set_id not in self._sets:
            raise CommandError(tr("there is no such series"))
        self._board.put(where, display_set_id)
        self._look_at(self._board[where])
        self.changed.emit(None)

    def next_series(self, step: int) -> None:
        """The next display set of the same study, round again at the end."""
        shown = self._need_shown()
        own = self._of_study[shown.study.ref]
        at = next(i for i, each in enumerate(own) if each.id == shown.display_set.id)
        self.show_set(own[(at + step) % len(own)].id)

    def compare_prior(self) -> None:
        """Current and its best matching prior side by side, whatever was there before."""
        prior = next((s for s in self._studies.values() if s.role == "prior"), None)
        if prior is None:
            raise CommandError(tr("there is no prior to compare with"))
        main = self.shown(0)
        if main is None or main.study.role != "current":
            self._board[0] = ViewportState()
            self._hang()
            main = self.shown(0)
        if main is None:
            raise CommandError(tr("the current study has no images yet"))
        self._board.compare(main.display_set, self._of_study.get(prior.ref, ()))
        self._hang()
        for state in self.viewports:
            self._look_at(state)
        self._align()
        self.changed.emit(None)

    # --- the active viewport ------------------------------------------------------

    def scroll(self, by: int) -> None:
        shown = self._need_shown()
        self._go(shown, shown.state.frame_index + by)

    def go(self, frame_index: int) -> None:
        """To a frame of the active viewport, counted from 0."""
        self._go(self._need_shown(), frame_index)

    def set_window(self, text: str) -> None:
        """A preset's name, its number key, ``center/width`` or ``default``."""
        shown = self._need_shown()
        modality = shown.display_set.modality
        if text.isdecimal():
            offered = self._proposals.offered(shown, self.presets.others)
            voi = self.presets.numbered(modality, int(text), offered)
        else:
            voi = self.presets.parse(text, modality)
        self.change(lambda state: reduce.window(state, voi))

    def drag_window(self, dx: float, dy: float) -> None:
        """In logical pixels of the view."""
        shown = self._need_shown()
        if shown.voi is None:
            return
        voi, spread = shown.voi, self._proposals.value_range(shown)
        self.change(lambda state: reduce.drag_window(state, voi, dx, dy, spread))

    def zoom(self, factor: float, about: PixelPoint | None = None) -> None:
        """About an image point; without one, about the middle of the view."""
        shown = self._need_shown()
        pixels = shown.frame.pixels
        centre = ((pixels.columns - 1) / 2, (pixels.rows - 1) / 2)
        middle = (centre[0] + shown.state.pan[0], centre[1] + shown.state.pan[1])
        self.change(lambda state: reduce.zoom(state, factor, about or middle, centre))

    def nudge(self, right: int, down: int) -> None:
        """Move the picture by tenths of the view."""
        view = self.resolved(self.active)
        if view is not None:
            dx, dy = view.vector_to_image(right * view.width / 10, down * view.height / 10)
            self.change(lambda state: reduce.pan(state, dx, dy))

    @property
    def frames_on_active(self) -> int:
        """How many images the active viewport scrolls through; 0 without one."""
        shown = self.shown(self.active)
        return 0 if shown is None else len(shown.display_set.frames)

    def change(self, reducer: Callable[[ViewportState], ViewportState]) -> None:
        """Apply a reducer of `viewing.viewport` to the active viewport."""
        self._need_shown()
        self._board[self.active] = reduce.touch(reducer(self._board[self.active]))
        self.viewport_changed.emit(self.active)

    def show_probe(self, at: PixelPoint) -> Probe:
        """The value of the pixel under an image point. Raises CommandError beside the image."""
        self.probe = describe.probe(self._need_shown(), at)
        self.viewport_changed.emit(self.active)
        return self.probe

    def pick_tool(self, name: str) -> None:
        self.tool = name
        if name != "probe":
            self.probe = None
        self.changed.emit(None)

    def set_overlay_level(self, level: int) -> None:
        self.overlay_level = max(1, min(level, 3))
        self._emit_all()

    def toggle_ink(self) -> None:
        """Measurements, lines and overlays of the object; never level 1 of the words."""
        self.ink_shown = not self.ink_shown
        self._emit_all()

    def toggle_structures(self) -> None:
        """What segmentations and structure sets draw; hidden until asked for."""
        shown = self._need_shown()
        if not self.structures.shown and not self.structures.sources(shown):
            raise CommandError(tr("the study has no segmentation or structure set"))
        self.structures.shown = not self.structures.shown
        self._emit_all()

    # --- links --------------------------------------------------------------------

    def toggle_links(self) -> None:
        self.links = self.links.toggled()
        self.changed.emit(None)

    def join(self, offset_mm: float | None = None) -> None:
        """The reader says: the views now show the same level (or lie so many mm apart)."""
        source = self._need_shown()
        others = [self.shown(i) for i in range(len(self.viewports)) if i != self.active]
        self.links = locating.joined(self.links, source, [o for o in others if o], offset_mm)
        self.changed.emit(None)

    @property
    def link_words(self) -> str:
        """How the views are linked, for the tool strip; empty where they are not."""
        shown = [s for i in range(len(self.viewports)) if (s := self.shown(i)) is not None]
        return locating.link_words(self.links, shown)

    def crossings(self, index: int) -> tuple[Crossing, ...]:
        """Where the active viewport's image cuts the one on this viewport."""
        shown, active = self.shown(index), self.shown(self.active)
        if shown is None or active is None or index == self.active or not self.ink_shown:
            return ()
        return locating.crossings(active, shown)

    def scene(self, index: int) -> Scene:
        """Everything to paint on a viewport now; what is hidden is not in it."""
        shown = self.shown(index)
        view = self._lies(shown)
        words = self._words(index, shown, view)
        if shown is None or not self.ink_shown:
            return Scene(shown, view, words, inked=False)
        marks = self.measurements_on(shown.frame)
        return Scene(
            shown, view, words, marks, self.selected_measurement, self.crossings(index),
            self.structures.on(shown),
        )  # fmt: skip

    # --- measurements ---------------------------------------------------------------

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        return self._marks.all

    @property
    def selected_measurement(self) -> str:
        return self._marks.selected

    def add_length(self, x1: float, y1: float, x2: float, y2: float) -> Measurement:
        return self.add(MeasurementKind.LENGTH, ((x1, y1), (x2, y2)))

    def add_ellipse(self, x1: float, y1: float, x2: float, y2: float) -> Measurement:
        """Inscribed in the box between two corners."""
        return self.add(MeasurementKind.ELLIPSE, ((x1, y1), (x2, y2)))

    def add_rectangle(self, x1: float, y1: float, x2: float, y2: float) -> Measurement:
        return self.add(MeasurementKind.RECTANGLE, ((x1, y1), (x2, y2)))

    def add(self, kind: MeasurementKind, points: Sequence[PixelPoint]) -> Measurement:
        shown = self._need_shown()
        letter = chr(ord("A") + list(self._studies).index(shown.study.ref))
        return self._marks.add(shown, kind, points, letter)

    def move_measurement(self, name: str, points: Sequence[PixelPoint]) -> Measurement:
        return self._marks.move(name, self._need_shown(), points)

    def restore_measurements(self, kept: Sequence[Measurement], names: Sequence[str]) -> None:
        """Those of a draft stand on their images again; `names` are not given twice."""
        self._marks.restore(kept, names)

    def delete_measurement(self, name: str = "") -> None:
        self._marks.delete(name)

    def select_measurement(self, name: str) -> None:
        self._marks.select(name)

    @property
    def next_measurement(self) -> str:
        """The name after the selected one, round again at the end."""
        names = [m.id for m in self.measurements]
        at = names.index(self._marks.selected) + 1 if self._marks.selected in names else 0
        return names[at % len(names)] if names else ""

    def go_to_measurement(self, name: str = "") -> None:
        """Show the image it was made on, where its study already hangs if it does."""
        mark = self._marks.find(name)
        for display_set in self._sets.values():
            keys = [frame.key for frame in display_set.frames]
            if mark.frame in keys:
                hung = [v.display_set for v in self.viewports]
                if display_set.id in hung:
                    self.activate(hung.index(display_set.id))
                else:
                    self.show_set(display_set.id)
                self.go(keys.index(mark.frame))
        self._marks.select(mark.id)

    def measurements_on(self, frame: Frame) -> tuple[Measurement, ...]:
        return tuple(m for m in self.measurements if m.frame == frame.key)

    def measurements_snapshot(self) -> list[Any]:
        return list(self._marks.snapshot())

    # --- inside -----------------------------------------------------------------------

    def _need_shown(self) -> Shown:
        shown = self.shown(self.active)
        if shown is None:
            raise CommandError(tr("there is no image on this view"))
        return shown

    def _go(self, shown: Shown, frame_index: int) -> None:
        count = len(shown.display_set.frames)
        index = shown.index
        self._board[index] = reduce.touch(reduce.go(self._board[index], frame_index, count))
        self.probe = None
        self._look_at(self._board[index])
        self.viewport_changed.emit(index)
        self._align()

    def _align(self) -> None:
        """Linked views go where the active one is."""
        active = self.shown(self.active)
        if active is not None:
            self._follow(active)

    def _follow(self, source: Shown) -> None:
        for index in range(len(self.viewports)):
            other = self.shown(index)
            if index == source.index or other is None:
                continue
            follow = self.links.follow(source.frame, other.display_set.frames)
            if follow is not None and follow.frame_index != other.state.frame_index:
                count = len(other.display_set.frames)
                self._board[index] = reduce.go(self._board[index], follow.frame_index, count)
                self._look_at(self._board[index])
                self.viewport_changed.emit(index)
