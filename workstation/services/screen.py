"""What is on the screen: studies, display sets, viewports, and what may be painted.

`Screen` answers what each viewport shows and says; `services.viewer.Viewer` is the screen
with what a reader can do to it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import evolve

from workstation.dicom.reasons import NOTICES
from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.key_image import KeyImage
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.colour import why_not
from workstation.imaging.pixels import FramePixels
from workstation.services import describe, report_view
from workstation.services.arranging import Board
from workstation.services.arrivals import same_place
from workstation.services.coverage import Coverage, FrameState
from workstation.services.frames import FrameStore
from workstation.services.jobs import Job
from workstation.services.key_selections import KeySelections
from workstation.services.loading import Loader, SetProgress
from workstation.services.named_images import NamedImages
from workstation.services.overlay import NARROW, overlay
from workstation.services.overlay_lines import Overlay, Surroundings
from workstation.services.presenting import Presenting
from workstation.services.proposing import Proposals
from workstation.services.screens import mm_of
from workstation.services.signal import Signal
from workstation.services.structures import Structures
from workstation.services.viewed import Probe, Reading, Shown, ViewedStudy
from workstation.text import tr, trn
from workstation.viewing import viewport as reduce
from workstation.viewing.presets import Presets
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState


class Screen:
    """Owned by the application, lives on the home thread.

    Nothing of a study is painted before `permit(ref)`: its audit record is durable then.
    """

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.viewport_changed: Signal[int] = Signal()
        #: One more image of this display set came or failed: its counts and its bar.
        self.counted: Signal[str] = Signal()
        self.active = 0
        self.overlay_level = 2
        self.probe: Probe | None = None
        self.engine = ""
        self.engine_notice = ""
        self.screens: Mapping[str, float] = {}  # mm of 1000 device pixels, where measured
        self.keep_screen: Callable[[str, float], Job[None]] | None = None  # the application's
        self.lines_drawn: dict[int, int] = {}  # of the report on a viewport, at its last paint
        self._on_screen: dict[int, str] = {}
        self.presets = presets
        self.structures = structures
        self.presenting = Presenting()
        self.key_selections = KeySelections()
        self.named_images = NamedImages()
        self._store = store
        self._loader = loader
        self._proposals = Proposals()
        self._coverage = Coverage(store)
        self._studies: dict[StudyRef, ViewedStudy] = {}
        self._sets: dict[str, DisplaySet] = {}
        self._of_study: dict[StudyRef, tuple[DisplaySet, ...]] = {}
        self._permitted: set[StudyRef] = set()
        self._board = Board(presets)
        self._sizes: dict[int, tuple[int, int, float]] = {}
        loader.frame_arrived.connect(self._frame_arrived)
        store.previewed.connect(self._repaint)
        structures.traced.connect(lambda _: self._emit_all())

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

    def hold(self, still: bool) -> None:
        """While files are read nothing that hangs is replaced; after that it is hung once, and
        begins at its first image, but for views that the reader has touched."""
        self._board.held = still
        if not still:
            self._board.rewind()
            self._hang()
            self.changed.emit(None)

    def permit(self, ref: StudyRef) -> None:
        """The look at this study is on record: it may be painted from now on."""
        self._permitted.add(ref)
        self._emit_all()

    def study_ready(self, ref: StudyRef, display_sets: Sequence[DisplaySet]) -> None:
        """All display sets of a study that are known so far; called again as more come."""
        self._of_study[ref] = tuple(display_sets)
        for each in display_sets:
            self._stay(each)
            self._sets[each.id] = each
            self._coverage.know(each)
        self.structures.know(display_sets)
        self.presenting.know(display_sets)
        self.key_selections.know(display_sets)
        self.named_images.know(display_sets)
        self._hang()
        self.changed.emit(None)

    def _stay(self, grown: DisplaySet) -> None:
        """Images that arrive in front of the one that is looked at do not push it away."""
        before = self._sets.get(grown.id)
        if before is None or len(before.frames) == len(grown.frames):
            return
        for index, state in enumerate(self.viewports):
            if state.display_set == grown.id:
                place = same_place(before, state.frame_index, grown)
                self._board[index] = evolve(state, frame_index=place)

    def forget(self) -> None:
        """Nothing of the case stays here."""
        self._studies.clear()
        self._sets.clear()
        self._of_study.clear()
        self._permitted.clear()
        self._proposals.clear()
        self._board.clear()
        self._coverage.clear()
        self.structures.forget()
        self.presenting.forget()
        self.key_selections.forget()
        self.named_images.forget()
        self.probe, self.active = None, 0

    def display_sets(self, ref: StudyRef) -> tuple[DisplaySet, ...]:
        return self._of_study.get(ref, ())

    def progress(self, display_set_id: str) -> SetProgress:
        return self._loader.progress(display_set_id)

    @property
    def mismatch(self) -> str:
        """Why signing must stop: another patient's images are on screen. Empty: they are not."""
        found = (self.wrong_patient(index) for index in range(len(self.viewports)))
        return next((words for words in found if words), "")

    def wrong_patient(self, index: int) -> str:
        view = self.shown(index) or self.reading(index)
        return "" if view is None else describe.wrong_patient(self.current, view)

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

    def reading(self, index: int) -> Reading | None:
        """The report on a viewport; None where there is none."""
        state = self._board[index]
        display_set = self._sets.get(state.display_set or "")
        study = self._study_of(display_set)
        permitted = study is not None and study.ref in self._permitted
        return report_view.reading_of(index, state, study, display_set, permitted)

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
        return self._words(index, shown, self._lies(shown))

    def resolved(self, index: int) -> ResolvedView | None:
        """Where the image of a viewport lies on it, in device pixels."""
        return self._lies(self.shown(index))

    def may_show(self, ref: StudyRef) -> bool:
        """Whether the record of access to a study is durable."""
        return ref in self._permitted

    def resized(self, index: int, width: int, height: int, ratio: float, screen: str = "") -> None:
        """The canvas of a viewport has this many device pixels, at this ratio, on this screen."""
        self._on_screen[index] = screen
        self._sizes[index] = (max(1, width), max(1, height), ratio)

    def screen_name(self, index: int) -> str:
        return self._on_screen.get(index, "")

    def screen_mm(self, index: int) -> float:
        """What 1000 device pixels under a viewport measure; 0: nobody knows."""
        return mm_of(self.screens, self.screen_name(index))

    def measure_screen(self, mm: float) -> Job[None] | None:
        """1000 device pixels of the screen under the active view measure so many mm.

        The job fails with StoreUnavailable where that holds until the program ends.
        """
        key = self.screen_name(self.active)
        self.screens = {**self.screens, key: mm}
        self._emit_all()
        return self.keep_screen(key, mm) if self.keep_screen is not None else None

    def reason(self, index: int) -> str:
        """Why this display set hangs here."""
        return self._board.reason(index)

    def mark_seen(self, key: FrameKey) -> None:
        """The canvas has painted this frame."""
        self._count_seen(key)

    def _count_seen(self, key: FrameKey) -> None:
        for display_set in self._coverage.see(key):
            self.counted.emit(display_set)

    def frame_states(self, display_set_id: str) -> Sequence[FrameState]:
        """For each frame in scroll order, whether it is here and was looked at."""
        return self._coverage.states(display_set_id)

    def frames_in(self, display_set_id: str, state: FrameState) -> int:
        """How many frames of a display set are so."""
        return self._coverage.count(display_set_id, state)

    def snapshot(self, index: int) -> dict[str, Any]:
        """One viewport of `state` (contracts.md)."""
        shown = self.shown(index)
        words = self.overlay(index)
        if (reading := self.reading(index)) is not None:
            return report_view.snapshot(reading, index == self.active, words, self.engine)
        if shown is None:
            return describe.empty(index, index == self.active, words, self.engine)
        loaded = self._loader.progress(shown.display_set.id).loaded
        probe = self.probe if self.probe is not None and self.probe.index == index else None
        notices = [*self._arriving(shown), *([self.engine_notice] if self.engine_notice else [])]
        found = describe.viewport(
            shown, index == self.active, words, loaded, self.engine, notices, probe
        )
        key = shown.state.frame_index in self.key_indices(shown.display_set)
        return found | {"key": key, "presentation": shown.state.presentation}

    # --- inside ---------------------------------------------------------------------

    def _lies(self, shown: Shown | None) -> ResolvedView | None:
        if shown is None:
            return None
        width, height, _ = self._size(shown.index)
        return ResolvedView.of(shown.state, shown.frame, width, height, shown.framing)

    def _words(self, index: int, shown: Shown | None, view: ResolvedView | None) -> Overlay:
        width, _, ratio = self._size(index)
        level = 1 if width / ratio < NARROW else self.overlay_level
        if (reading := self.reading(index)) is not None:
            wrong = describe.wrong_patient(self.current, reading)
            return report_view.words_of(reading, Surroundings(level, wrong_patient=wrong))
        if shown is None:
            return Overlay(notices=self._why_empty())
        probe = self.probe if self.probe is not None and self.probe.index == index else None
        around = Surroundings(
            level,
            view.scale if view is not None else None,
            self.screen_mm(index),
            probe.text if probe is not None else "",
            describe.wrong_patient(self.current, shown),
            self._arriving(shown),
            self.structures.sources(shown),
            self.structures.shown,
            (
                *self.structures.notes(shown),
                *self.presenting.words(shown),
                *self._keys_words(shown),
            ),
            key_image=self.key_of(shown.frame),
        )
        return overlay(shown, around)

    def key_indices(self, display_set: DisplaySet) -> tuple[int, ...]:
        """Where the images stand that the reader or somebody else picked out."""
        return tuple(
            at
            for at, frame in enumerate(display_set.frames)
            if self.key_of(frame) is not None or self.key_selections.is_key(frame.key)
        )

    def _keys_words(self, shown: Shown) -> Iterable[tuple[str, int]]:
        yield from self.key_selections.words(shown)
        if shown.state.keys_only:
            found, total = self.key_indices(shown.display_set), len(shown.display_set.frames)
            yield tr("Only the {n} key images of {total}", n=len(found), total=total), 1

    def key_of(self, _frame: Frame) -> KeyImage | None:
        """The reader's mark on an image; the screen by itself has none."""
        return None

    def _study_of(self, display_set: DisplaySet | None) -> ViewedStudy | None:
        if display_set is None:
            return None
        return self._studies.get(StudyRef(display_set.site, display_set.study))

    def _as_shown(
        self, index: int, state: ViewportState, study: ViewedStudy, display_set: DisplaySet
    ) -> Shown:
        state = reduce.go(state, state.frame_index, len(display_set.frames))
        frame = self._as_read(display_set.frames[state.frame_index])
        pixels, missing = self._pixels(study, frame)
        meanwhile = self._store.meanwhile(frame.key) if study.ref in self._permitted else None
        missing = missing if meanwhile is None else describe.preview(meanwhile)
        made = self.presenting.of(state, display_set, frame)
        proposed = frame if made is None else made.frame
        voi = state.voi or self._proposals.voi(display_set, proposed, pixels, state.own_window)
        return Shown(
            index, state, study, display_set, frame, pixels, voi, missing, made,
            meanwhile=meanwhile,
        )  # fmt: skip

    def _as_read(self, frame: Frame) -> Frame:
        """As its object describes it; a reader's own scale comes in above."""
        return frame

    def _pixels(self, study: ViewedStudy, frame: Frame) -> tuple[FramePixels | None, str]:
        if study.ref not in self._permitted:
            return None, tr("waiting for the record of access")
        refusal = why_not(frame)
        if refusal:
            return None, refusal
        failure = self._store.failure(frame.key)
        if failure is not None:
            return None, tr("not shown: {why}", why=str(failure))
        pixels = self._store.get(frame.key)
        return pixels, "" if pixels is not None else tr("not loaded yet")

    def _hang(self) -> None:
        own = {ref: self._own(ref) for ref in self._of_study}
        for state in self._board.hang(self.studies, own):
            self._look_at(state)

    def _own(self, ref: StudyRef) -> tuple[DisplaySet, ...]:
        return describe.of_the_patient(self.current, self._of_study.get(ref, ()))

    def _look_at(self, state: ViewportState) -> None:
        display_set = self._sets.get(state.display_set or "")
        if display_set is not None:
            self._loader.look_at(display_set, state.frame_index)

    def _size(self, index: int) -> tuple[int, int, float]:
        return self._sizes.get(index, (512, 512, 1.0))

    def _arriving(self, shown: Shown) -> tuple[str, ...]:
        progress = self._loader.progress(shown.display_set.id)
        notices = [tr(NOTICES[code]) for code in shown.frame.doubts]
        if shown.pixels is not None and shown.pixels.doubt:
            notices.append(shown.pixels.doubt)
        if progress.failed:
            notices.append(
                trn(progress.failed, "{n} image cannot be shown", "{n} images cannot be shown")
            )
        waiting = progress.total - progress.loaded - progress.failed
        if waiting > 0:
            notices.append(
                tr("{n} of {total} images here", n=progress.loaded, total=progress.total)
            )
        return tuple(notices)

    def _why_empty(self) -> tuple[str, ...]:
        return (tr("nothing to show here"),) if self._of_study else ()

    def _frame_arrived(self, key: FrameKey) -> None:
        self.structures.arrived(key)
        for display_set in self._coverage.update(key):
            self.counted.emit(display_set)
        self._repaint(key)

    def _repaint(self, key: FrameKey) -> None:
        for index, state in enumerate(self.viewports):
            if self._frame_of(state) == key:
                self.viewport_changed.emit(index)

    def _frame_of(self, state: ViewportState) -> FrameKey | None:
        display_set = self._sets.get(state.display_set or "")
        if display_set is None or not display_set.frames:
            return None
        last = len(display_set.frames) - 1
        return display_set.frames[min(max(state.frame_index, 0), last)].key

    def _emit_all(self) -> None:
        for index in range(len(self.viewports)):
            self.viewport_changed.emit(index)
