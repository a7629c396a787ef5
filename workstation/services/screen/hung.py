"""What hangs where: the studies of the case, their display sets, and the viewports they are on."""

from collections.abc import Callable, Mapping, Sequence

from attrs import evolve

from workstation.domain.identifiers import FrameKey, StudyRef
from workstation.domain.study import DisplaySet
from workstation.services.images.arrivals import same_place
from workstation.services.images.coverage import Coverage, FrameState
from workstation.services.images.fetching import SetProgress
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job
from workstation.services.screen import describe
from workstation.services.screen.arranging import Board
from workstation.services.screen.key_selections import KeySelections
from workstation.services.screen.named_images import NamedImages
from workstation.services.screen.presenting import Presenting
from workstation.services.screen.screens import mm_of
from workstation.services.screen.structures import Structures
from workstation.services.screen.viewed import ViewedStudy
from workstation.services.signal import Signal
from workstation.viewing.phases import in_time
from workstation.viewing.presets import Presets
from workstation.viewing.viewport import ViewportState


class Hung:
    """Studies and display sets on viewports, and how large those are. Home thread; see `Screen`."""

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.viewport_changed: Signal[int] = Signal()
        #: One more image of this display set came or failed: its counts and its bar.
        self.counted: Signal[str] = Signal()
        self.active = 0
        self.screens: Mapping[str, float] = {}  # mm of 1000 device pixels, where measured
        self.keep_screen: Callable[[str, float], Job[None]] | None = None  # the application's
        self._on_screen: dict[int, str] = {}
        self.presets = presets
        self.structures = structures
        self.presenting = Presenting()
        self.key_selections = KeySelections()
        self.named_images = NamedImages()
        self._store = store
        self._loader = loader
        self._coverage = Coverage(store)
        self._studies: dict[StudyRef, ViewedStudy] = {}
        self._sets: dict[str, DisplaySet] = {}
        self._of_study: dict[StudyRef, tuple[DisplaySet, ...]] = {}
        self._permitted: set[StudyRef] = set()
        self._growing: set[str] = set()  # display sets whose images still come one by one
        self._board = Board(presets)
        self._sizes: dict[int, tuple[int, int, float]] = {}
        loader.frame_arrived.connect(self._frame_arrived)
        store.previewed.connect(self._repaint)
        structures.traced.connect(lambda _: self._emit_all())

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
        self._of_study[ref] = in_time(display_sets)
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
        """Images that arrive in front of the one that is looked at do not push it away. A stack
        that came image by image begins at its first one when it is whole, if nobody touched it."""
        before = self._sets.get(grown.id)
        whole = self._loader.progress(grown.id).total <= len(grown.frames)
        begins = whole and grown.id in self._growing
        (self._growing.discard if whole else self._growing.add)(grown.id)
        if before is None or (len(before.frames) == len(grown.frames) and not begins):
            return
        for index, state in enumerate(self.viewports):
            if state.display_set != grown.id:
                continue
            if begins and not state.touched:
                self._board[index] = evolve(state, frame_index=0)
                self._loader.look_at(grown, 0)
            else:
                place = same_place(before, state.frame_index, grown)
                self._board[index] = evolve(state, frame_index=place)

    def forget(self) -> None:
        """Nothing of the case stays here."""
        self._studies.clear()
        self._sets.clear()
        self._of_study.clear()
        self._permitted.clear()
        self._board.clear()
        self._growing.clear()
        self._coverage.clear()
        self.structures.forget()
        self.presenting.forget()
        self.key_selections.forget()
        self.named_images.forget()
        self.active = 0

    def display_sets(self, ref: StudyRef) -> tuple[DisplaySet, ...]:
        return self._of_study.get(ref, ())

    def progress(self, display_set_id: str) -> SetProgress:
        return self._loader.progress(display_set_id)

    @property
    def layout(self) -> tuple[int, int]:
        """Rows, columns."""
        return self._board.layout

    @property
    def viewports(self) -> tuple[ViewportState, ...]:
        """The visible ones, row by row."""
        return self._board.states

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

    def _study_of(self, display_set: DisplaySet | None) -> ViewedStudy | None:
        if display_set is None:
            return None
        return self._studies.get(StudyRef(display_set.site, display_set.study))

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
