"""What is on the screen: studies, display sets, viewports, and what may be painted.

`Screen` answers what each viewport shows and says; `services.viewer.viewer.Viewer` is the screen
with what a reader can do to it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from workstation.dicom.reasons import NOTICES
from workstation.domain.key_image import KeyImage
from workstation.domain.study import DisplaySet, Frame
from workstation.imaging.colour import why_not
from workstation.imaging.pixels import FramePixels
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.screen import describe, report_view
from workstation.services.screen.hung import Hung
from workstation.services.screen.overlay import NARROW, overlay
from workstation.services.screen.overlay_lines import Overlay, Surroundings
from workstation.services.screen.proposing import Proposals
from workstation.services.screen.structures import Structures
from workstation.services.screen.viewed import Probe, Reading, Shown, ViewedStudy
from workstation.text import tr, trn
from workstation.viewing import viewport as reduce
from workstation.viewing.presets import Presets
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState


class Screen(Hung):
    """Owned by the application, lives on the home thread.

    Nothing of a study is painted before `permit(ref)`: its audit record is durable then.
    """

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        super().__init__(store, loader, structures, presets)
        self.overlay_level = 2
        self.probe: Probe | None = None
        self.engine = ""
        self.engine_notice = ""
        self.lines_drawn: dict[int, int] = {}  # of the report on a viewport, at its last paint
        self._proposals = Proposals()
        self._looked: dict[int, Shown | None] | None = None  # while `one_look` lasts

    def forget(self) -> None:
        """Nothing of the case stays here."""
        super().forget()
        self._proposals.clear()
        self.probe = None

    @contextmanager
    def one_look(self) -> Iterator[None]:
        """Inside nothing changes: what each viewport shows is worked out once, however many
        words and lines of however many views ask for it."""
        before = self._looked
        self._looked = {} if before is None else before
        try:
            yield
        finally:
            self._looked = before

    def shown(self, index: int) -> Shown | None:
        """What a viewport shows now; None where nothing is hung."""
        if self._looked is None:
            return self._shown_now(index)
        if index not in self._looked:
            self._looked[index] = self._shown_now(index)
        return self._looked[index]

    def _shown_now(self, index: int) -> Shown | None:
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
