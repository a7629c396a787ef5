"""The viewer: which studies are on screen, on which viewports, and what may be painted.

It owns layout, viewport states, links, measurements and the tool in hand. It knows no
Qt and paints nothing: the canvas asks `shown` and `overlay` and draws what they say.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import DisplaySet, Frame
from workstation.errors import CommandError
from workstation.imaging.pixels import FramePixels
from workstation.services import describe, locating
from workstation.services.arranging import Board
from workstation.services.measuring import Measurements
from workstation.services.overlay import NARROW, Overlay, Surroundings, overlay
from workstation.services.proposing import Proposals
from workstation.services.signal import Signal
from workstation.services.viewed import Crossing, Probe, Shown, ViewedStudy
from workstation.settings import resource
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.linking import Links
from workstation.viewing.presets import Presets, read_presets
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState

if TYPE_CHECKING:
    from workstation.services.frames import FrameStore
    from workstation.services.loading import Loader, SetProgress

__all__ = ["Shown", "ViewedStudy", "Viewer"]


class Viewer:
    """Owned by the application, lives on the home thread.

    Nothing of a study is painted before `permit(ref)`: its audit record is durable then.
    """

    def __init__(
        self, store: "FrameStore", loader: "Loader", presets: Presets | None = None
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.viewport_changed: Signal[int] = Signal()
        self.measurements_changed: Signal[None] = Signal()
        self.active = 0
        self.tool = "window"
        self.links = Links()
        self.overlay_level = 2
        self.ink_shown = True
        self.probe: Probe | None = None
        self.engine = ""
        self.engine_notice = ""
        self.seen: set[FrameKey] = set()
        self._store = store
        self._loader = loader
        self.presets = presets or read_presets(resource("windows.toml").read_text("utf-8"))
        self._marks = Measurements(lambda: self.measurements_changed.emit(None))
        self._proposals = Proposals()
        self._studies: dict[StudyRef, ViewedStudy] = {}
        self._sets: dict[str, DisplaySet] = {}
        self._of_study: dict[StudyRef, tuple[DisplaySet, ...]] = {}
        self._permitted: set[StudyRef] = set()
        self._board = Board(self.presets)
        self._sizes: dict[int, tuple[int, int, float]] = {}
        loader.frame_arrived.connect(self._frame_arrived)

    # --- studies --------------------------------------------------------------

    @property
    def studies(self) -> tuple[ViewedStudy, ...]:
        return tuple(self._studies.values())

    @property
    def current(self) -> ViewedStudy | None:
        return next((s for s in self._studies.values() if s.role == "current"), None)

    def show(self, studies: Sequence[ViewedStudy]) -> None:
        """These are on screen now, the most relevant prior first after the current one."""
        self._studies = {study.ref: study for study in studies}
        self._hang()
        self.changed.emit(None)

    def permit(self, ref: StudyRef) -> None:
        """The look at this study is on record: it may be painted from now on."""
        self._permitted.add(ref)
        self._emit_all()

    def study_ready(self, ref: StudyRef, display_sets: Sequence[DisplaySet]) -> None:
        """All display sets of a study that are known so far; called again as more come."""
        self._of_study[ref] = tuple(display_sets)
        self._sets.update((each.id, each) for each in display_sets)
        self._hang()
        self.changed.emit(None)

    def close(self) -> None:
        """The case is left: nothing of it stays here."""
        self._studies.clear()
        self._sets.clear()
        self._of_study.clear()
        self._permitted.clear()
        self._proposals.clear()
        self._marks.clear()
        self.seen.clear()
        self._board.clear()
        self.links, self.probe, self.active = Links(), None, 0
        self.changed.emit(None)
        self.measurements_changed.emit(None)

    def display_sets(self, ref: StudyRef) -> tuple[DisplaySet, ...]:
        return self._of_study.get(ref, ())

    def progress(self, display_set_id: str) -> "SetProgress":
        return self._loader.progress(display_set_id)

    @property
    def mismatch(self) -> str:
        """Why signing must stop: another patient's images are on screen. Empty: they are not."""
        found = (self.wrong_patient(index) for index in range(len(self.viewports)))
        return next((words for words in found if words), "")

    def wrong_patient(self, index: int) -> str:
        shown = self.shown(index)
        return "" if shown is None else describe.wrong_patient(self.current, shown)

    # --- what is shown ----------------------------------------------------------

    @property
    def layout(self) -> tuple[int, int]:
        """Rows, columns."""
        return self._board.layout

    @property
    def viewports(self) -> tuple[ViewportState, ...]:
        """The visible ones, row by row."""
        return self._board.states

    def shown(self, index: int) -> Shown | None:
        """What a viewport shows now; None where nothing is hung."""
        state = self._board[index]
        display_set = self._sets.get(state.display_set or "")
        study = self._study_of(display_set)
        if display_set is None or study is None or not display_set.frames:
            return None
        return self._as_shown(index, state, study, display_set)

    def preview(self, display_set: DisplaySet, frame_index: int) -> Shown | None:
        """One frame as its series proposes it, for a thumbnail; under the same permit."""
        study = self._study_of(display_set)
        if study is None or not display_set.frames:
            return None
        state = ViewportState(display_set=display_set.id, frame_index=frame_index)
        return self._as_shown(-1, state, study, display_set)

    def overlay(self, index: int) -> Overlay:
        """The words on a viewport."""
        shown = self.shown(index)
        if shown is None:
            return Overlay(notices=self._why_empty())
        level = self.overlay_level
        _, _, ratio = self._size(index)
        if self._size(index)[0] / ratio < NARROW:
            level = 1
        view = self.resolved(index)
        probe = self.probe if self.probe is not None and self.probe.index == index else None
        around = Surroundings(
            level,
            view.scale if view is not None else None,
            probe.text if probe is not None else "",
            self.wrong_patient(index),
            self._arriving(shown),
        )
        return overlay(shown, around)

    def resolved(self, index: int) -> ResolvedView | None:
        """Where the image of a viewport lies on it, in device pixels."""
        shown = self.shown(index)
        if shown is None:
            return None
        width, height, _ = self._size(index)
        return ResolvedView.of(shown.state, shown.frame, width, height)

    def resized(self, index: int, width: int, height: int, ratio: float) -> None:
        """The canvas of a viewport has this many device pixels, at this ratio."""
        self._sizes[index] = (max(1, width), max(1, height), ratio)

    def reason(self, index: int) -> str:
        """Why this display set hangs here."""
        return self._board.reason(index)

    def mark_seen(self, key: FrameKey) -> None:
        self.seen.add(key)

    def frame_here(self, frame: Frame) -> bool:
        return self._store.get(frame.key) is not None

    def frame_failed(self, frame: Frame) -> bool:
        return self._store.failure(frame.key) is not None

    def crossings(self, index: int) -> tuple[Crossing, ...]:
        """Where the active viewport's image cuts the one on this viewport."""
        shown, active = self.shown(index), self.shown(self.active)
        if shown is None or active is None or index == self.active or not self.ink_shown:
            return ()
        return locating.crossings(active, shown)

    def snapshot(self, index: int) -> dict[str, Any]:
        """One viewport of `state` (contracts.md)."""
        shown = self.shown(index)
        words = self.overlay(index)
        if shown is None:
            return describe.empty(index, index == self.active, words, self.engine)
        loaded = self._loader.progress(shown.display_set.id).loaded
        probe = self.probe if self.probe is not None and self.probe.index == index else None
        notices = (self.engine_notice,) if self.engine_notice else ()
        return describe.viewport(
            shown, index == self.active, words, loaded, self.engine, notices, probe
        )

    # --- layout and series ------------------------------------------------------

    def set_layout(self, rows: int, columns: int) -> None:
        """Views keep what they show, with zoom and window; new ones are hung."""
        self._board.lay_out(rows, columns)
        self.active = min(self.active, rows * columns - 1)
        self._hang()
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
        self._look_at(where)
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
            raise CommandError(tr("the first view does not show the current study"))
        self._board.compare(main.display_set, self._of_study.get(prior.ref, ()))
        self._hang()
        for index in range(len(self._board)):
            self._look_at(index)
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
            voi = self.presets.numbered(modality, int(text))
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
        """Measurements and lines; never level 1 of the words."""
        self.ink_shown = not self.ink_shown
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

    def _study_of(self, display_set: DisplaySet | None) -> ViewedStudy | None:
        if display_set is None:
            return None
        return self._studies.get(StudyRef(display_set.site, display_set.study))

    def _as_shown(
        self, index: int, state: ViewportState, study: ViewedStudy, display_set: DisplaySet
    ) -> Shown:
        state = reduce.go(state, state.frame_index, len(display_set.frames))
        frame = display_set.frames[state.frame_index]
        pixels, missing = self._pixels(study, frame)
        voi = state.voi or self._proposals.voi(display_set, frame, pixels)
        return Shown(index, state, study, display_set, frame, pixels, voi, missing)

    def _pixels(self, study: ViewedStudy, frame: Frame) -> tuple[FramePixels | None, str]:
        if study.ref not in self._permitted:
            return None, tr("waiting for the record of access")
        failure = self._store.failure(frame.key)
        if failure is not None:
            return None, tr("not shown: {why}", why=str(failure))
        pixels = self._store.get(frame.key)
        return pixels, "" if pixels is not None else tr("not loaded yet")

    def _go(self, shown: Shown, frame_index: int) -> None:
        count = len(shown.display_set.frames)
        index = shown.index
        self._board[index] = reduce.touch(reduce.go(self._board[index], frame_index, count))
        self.probe = None
        self._look_at(index)
        self.viewport_changed.emit(index)
        moved = self.shown(index)
        if self.links.on and moved is not None:
            self._follow(moved)

    def _follow(self, source: Shown) -> None:
        for index in range(len(self.viewports)):
            other = self.shown(index)
            if index == source.index or other is None:
                continue
            follow = self.links.follow(source.frame, other.display_set.frames)
            if follow is not None and follow.frame_index != other.state.frame_index:
                count = len(other.display_set.frames)
                self._board[index] = reduce.go(self._board[index], follow.frame_index, count)
                self._look_at(index)
                self.viewport_changed.emit(index)

    def _look_at(self, index: int) -> None:
        state = self._board[index]
        display_set = self._sets.get(state.display_set or "")
        if display_set is not None:
            self._loader.look_at(display_set, state.frame_index)

    def _hang(self) -> None:
        for index in self._board.hang(self.studies, self._of_study):
            self._look_at(index)

    def _size(self, index: int) -> tuple[int, int, float]:
        return self._sizes.get(index, (512, 512, 1.0))

    def _arriving(self, shown: Shown) -> tuple[str, ...]:
        progress = self._loader.progress(shown.display_set.id)
        notices = []
        if progress.failed:
            notices.append(tr("{n} images cannot be shown", n=progress.failed))
        waiting = progress.total - progress.loaded - progress.failed
        if waiting > 0:
            notices.append(
                tr("{n} of {total} images here", n=progress.loaded, total=progress.total)
            )
        return tuple(notices)

    def _why_empty(self) -> tuple[str, ...]:
        return (tr("nothing to show here"),) if self._of_study else ()

    def _frame_arrived(self, key: FrameKey) -> None:
        for index, state in enumerate(self.viewports):
            display_set = self._sets.get(state.display_set or "")
            if display_set is not None and display_set.series == key.series:
                self.viewport_changed.emit(index)

    def _emit_all(self) -> None:
        for index in range(len(self.viewports)):
            self.viewport_changed.emit(index)
