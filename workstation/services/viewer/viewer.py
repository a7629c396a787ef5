"""The viewer: what a reader does with what is on the screen.

It knows no Qt and paints nothing: the canvas asks `shown` and `overlay` and draws what
they say.
"""

from workstation.domain.identifiers import FrameKey
from workstation.domain.key_image import KeyImage
from workstation.domain.measurement import Measurement, PixelPoint
from workstation.errors import CommandError
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job
from workstation.services.screen import describe, locating
from workstation.services.screen.preset_files import load_presets
from workstation.services.screen.scene import Scene
from workstation.services.screen.structures import Structures
from workstation.services.screen.view_lines import Crossing
from workstation.services.screen.viewed import Probe, ViewedStudy
from workstation.services.viewer.steered import Steered
from workstation.services.viewer.viewer_parts import ViewerParts
from workstation.services.viewer.volumes import Volumes
from workstation.text import tr
from workstation.viewing import viewport as reduce
from workstation.viewing.presets import Presets
from workstation.viewing.viewport import Interpolation, ViewportState


class Viewer(Steered):
    """The screen, its measurements, the tool in hand and the links. Home thread."""

    def __init__(
        self,
        store: FrameStore,
        loader: Loader,
        structures: Structures,
        volumes: Volumes,
        presets: Presets | None = None,
        interpolation: Interpolation = Interpolation.LINEAR,
    ) -> None:
        parts = ViewerParts(store, loader, structures, volumes, presets or load_presets())
        super().__init__(parts)
        self._board.fresh = ViewportState(interpolation=interpolation)
        self.ink_shown = True

    def close(self) -> None:
        """The case is left: nothing of it stays here."""
        self.forget()
        self.forget_links()
        self.forget_looks()
        self.changed.emit(None)
        self.measurements_changed.emit(None)

    # --- layout and series ------------------------------------------------------

    def set_layout(self, rows: int, columns: int) -> None:
        """Views keep what they show, with zoom and window; new ones are hung, at one level."""
        with self._step():
            self._board.lay_out(rows, columns)
            self.active = min(self.active, rows * columns - 1)
            self._hang()
        self._align()
        self.changed.emit(None)

    def maximize(self) -> None:
        """The active view alone, or all of them again, each as it was."""
        with self._step():
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
        with self._step():
            if not self._switch_planes(where, self._sets[display_set_id]):
                self._board.put(where, display_set_id)
        self._look_at(self._board[where])
        self.changed.emit(None)

    def next_series(self, step: int) -> None:
        """The next display set of the same study, round again at the end."""
        view = self.reading(self.active) or self._need_shown()
        own = self._of_study[view.study.ref]
        at = next(i for i, each in enumerate(own) if each.id == view.display_set.id)
        self.show_set(own[(at + step) % len(own)].id)

    def compare_prior(self) -> Job[None] | None:
        """Current and its best matching prior side by side, whatever was there before."""
        prior = next((s for s in self._studies.values() if s.role == "prior"), None)
        if prior is None:
            raise CommandError(tr("there is no prior to compare with"))
        with self._step():
            self._beside(prior)
            job = self._planes_beside()
        for index, state in enumerate(self.viewports):
            self._look_at(state)
            self._level(index)
        self._align()
        self.changed.emit(None)
        return job

    def _beside(self, prior: ViewedStudy) -> None:
        main = self.shown(0)
        if main is None or main.study.role != "current":
            self._board[0] = self._board.fresh
            self._hang()
            main = self.shown(0)
        if main is None:
            raise CommandError(tr("the current study has no images yet"))
        self._board.compare(main.display_set, self._own(prior.ref))
        self._hang()

    def go_to_measurement(self, name: str = "") -> None:
        """Show the image it was made on as it was seen then, where its study hangs if it does."""
        mark = self._marks.any_of(name)
        self.go_to_frame(mark.frame)
        if mark.on is not None:
            self.show_plane_of(mark, mark.on)
            self._marks.select(mark.id)
            return
        seen = self._marks.seen(mark.id)
        if seen is not None:
            self.change(lambda state: reduce.seen_as(state, seen))
        self._marks.select(mark.id)

    def go_to_key_image(self, which: KeyImage | None = None) -> None:
        """Show a key image; without one, that after the image on the active view."""
        frames = [key.frame for key in self.key_images]
        if not frames:
            raise CommandError(tr("there is no key image"))
        shown = self.shown(self.active)
        at = frames.index(shown.frame.key) if shown and shown.frame.key in frames else -1
        self.go_to_frame(which.frame if which else frames[(at + 1) % len(frames)])

    def go_to_frame(self, frame: FrameKey) -> None:
        """Show an image where its series hangs, else on the active view. Raises CommandError."""
        for display_set in self._sets.values():
            keys = [each.key for each in display_set.frames]
            if frame in keys:
                if self.in_mpr:
                    self.toggle_mpr()  # a plane is no image of an object
                self.leave_volumes_of(display_set.id)
                hung = [v.display_set for v in self.viewports]
                if display_set.id in hung:
                    self.activate(hung.index(display_set.id))
                else:
                    self.show_set(display_set.id)
                self.go(keys.index(frame))

    def copy_measurement(self, name: str = "", by: int = 1) -> Measurement:
        """The same points on the next image of the view, measured there; those of a report on
        its own image, where they are the reader's then."""
        mark, shown = self._marks.any_of(name), self._need_shown()
        if shown.frame.key != mark.frame:
            raise CommandError(tr("{id} is on another image", id=mark.id))
        if mark in self.reported:
            return self.add(mark.kind, mark.points, mark.text)
        if not 0 <= shown.state.frame_index + by < len(shown.display_set.frames):
            raise CommandError(tr("there is no next image"))
        self._go(shown, shown.state.frame_index + by)
        return self.add(mark.kind, mark.points, mark.text)

    def show_probe(self, at: PixelPoint) -> Probe:
        """The value of the pixel under an image point. Raises CommandError beside the image."""
        shown = self._need_shown()
        found = describe.probe(shown, at) if shown.reformat is None else self.value_at(at)
        self.probe = self._with_layer(shown, found)
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

    def repaint(self) -> None:
        """What belongs on the images has changed."""
        self._emit_all()

    def toggle_structures(self) -> None:
        """What segmentations and structure sets draw; hidden until asked for."""
        shown = self._need_shown()
        if not self.structures.shown and not self.structures.sources(shown):
            raise CommandError(tr("the study has no segmentation or structure set"))
        self.structures.shown = not self.structures.shown
        self._emit_all()

    # --- what is painted ----------------------------------------------------------

    def crossings(self, index: int) -> tuple[Crossing, ...]:
        """Where the active viewport's image, or planes of its space, cut the one shown here."""
        shown, active = self.shown(index), self.shown(self.active)
        if shown is None or active is None or not self.ink_shown:
            return ()
        if shown.rendering is not None or active.rendering is not None:
            return ()
        if (own := self.cuts(shown)) is not None:
            return own
        return () if index == self.active else locating.crossings(self.links, active, shown)

    def scene(self, index: int) -> Scene:
        """Everything to paint on a viewport now; what is hidden is not in it."""
        with self.one_look():
            return self._scene(index)

    def _scene(self, index: int) -> Scene:
        shown = self.shown(index)
        view = self._lies(shown)
        words = self._words(index, shown, view)
        if shown is None:
            return Scene(shown, view, words, reading=self.reading(index), inked=False)
        spot = self.located_on(shown)
        if not self.ink_shown:
            return Scene(shown, view, words, inked=False, spot=spot)
        marks = self.measurements_on(shown.frame)
        return Scene(
            shown, view, words, marks, self.selected_measurement, self.crossings(index),
            self.structures.on(shown), figures=self.presenting.figures(shown), spot=spot,
            surfaces=self.structures.surfaces(shown),
            crosshair=self.crosshair(index), bend=self.bend(index),
        )  # fmt: skip
