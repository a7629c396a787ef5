"""The screen with what a reader marked on it: measurements, their names, key images."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from attrs import evolve

from workstation.domain.calibration import Calibration, Segment
from workstation.domain.identifiers import FrameKey
from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import DisplaySetKind, Frame
from workstation.errors import CommandError
from workstation.imaging.calibrating import calibrate, calibrated, refusal
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.screen import describe
from workstation.services.screen.drafted_measurements import numbered
from workstation.services.screen.mark_steps import Step
from workstation.services.screen.measuring import Measurements, Views
from workstation.services.screen.placing import OnDuty, Placing
from workstation.services.screen.screen import Screen
from workstation.services.screen.structures import Structures
from workstation.services.screen.viewed import Shown
from workstation.services.signal import Signal
from workstation.text import tr
from workstation.viewing.patient_marks import on_frame
from workstation.viewing.presets import Presets

_NO_VIEWS: Views = MappingProxyType({})


class Marked(Screen):
    """Measurements are made on the active viewport and shown wherever their image is.

    Home thread; `services.viewer.viewer.Viewer` adds what else a reader does.
    """

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        super().__init__(store, loader, structures, presets)
        self.measurements_changed: Signal[None] = Signal()
        self._marks = Measurements(
            lambda: self.measurements_changed.emit(None), lambda: self.reported
        )
        self._hidden: set[str] = set()
        self._known: tuple[FrameKey, Segment] | None = None
        self.list_shown = False
        self.on_duty: OnDuty | None = None  # the application's; without it nobody is named

    def forget(self) -> None:
        """Nothing of the case stays here."""
        super().forget()
        self._marks.clear()
        self._hidden.clear()
        self._known = None

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        return self._marks.all

    @property
    def marks(self) -> Measurements:
        """The measurements themselves: to be worded, undone and done again."""
        return self._marks

    @property
    def selected_measurement(self) -> str:
        return self._marks.selected

    def add(
        self, kind: MeasurementKind, points: Sequence[PixelPoint], text: str = ""
    ) -> Measurement:
        shown = self._need_shown()
        if shown.display_set.kind is DisplaySetKind.DOCUMENT:
            raise CommandError(tr("this is a document: there is nothing to measure on it"))
        letter = chr(ord("A") + list(self._studies).index(shown.study.ref))
        return self._marks.add(shown, kind, points, letter, text, self._placing(shown))

    def move_measurement(self, name: str, points: Sequence[PixelPoint]) -> Measurement:
        shown = self._need_shown()
        return self._marks.move(name, shown, points, self._placing(shown))

    def _placing(self, shown: Shown) -> Placing:
        """Whose hand it is, and how large it sees the image."""
        view, (_, _, ratio) = self.resolved(shown.index), self._size(shown.index)
        zoom = view.scale / ratio if view is not None else 1.0
        return Placing(self.on_duty.name(shown.study.ref.site) if self.on_duty else "", zoom)

    # --- scales ---

    def _as_read(self, frame: Frame) -> Frame:
        """With the millimetres that a reader gave it."""
        return calibrated(frame, self._marks.scales)

    def draw_known(self, line: Segment | None = None) -> None:
        """A line over a distance that the reader knows, on the image shown.

        Raises CommandError where the object's own millimetres hold; also without a line.
        """
        raw = self._raw(self._need_shown())
        if (why_not := refusal(raw)) != "":
            raise CommandError(why_not)
        self._known = None if line is None else (raw.key, line)

    def calibrate(self, mm: float, *, series: bool) -> tuple[Calibration, int]:
        """The line drawn is this long. Gives how many measurements have other values now.

        Raises
        ------
        CommandError
            No line on this image, it is too short, or no such distance.
        """
        shown, on_duty = self._need_shown(), self.on_duty
        raw = self._raw(shown)
        if self._known is None or self._known[0] != raw.key:
            raise CommandError(tr("draw a line over a distance you know on this image first"))
        if on_duty is None:
            raise CommandError(tr("nobody is signed in to calibrate"))
        zone = shown.study.started.tzinfo if shown.study.started else None
        made = calibrate(
            raw, self._known[1], mm, series=series,
            by=on_duty.name(raw.key.site), at=on_duty.now().astimezone(zone),
        )  # fmt: skip
        self._known = None
        return made, self._rescale((*self._marks.scales, made))

    def uncalibrate(self) -> tuple[Calibration, int]:
        """What the object itself says holds again; gives what held, and how many values change."""
        raw = self._raw(self._need_shown())
        gone = [each for each in self._marks.scales if each.holds_for(raw)]
        if not gone:
            raise CommandError(tr("nobody calibrated this image"))
        kept = tuple(each for each in self._marks.scales if each not in gone)
        return gone[-1], self._rescale(kept)

    def _rescale(self, scales: tuple[Calibration, ...]) -> int:
        frames = {
            frame.key: frame
            for ref in self._studies
            for each in self.display_sets(ref)
            for frame in each.frames
        }
        changed = self._marks.scale(scales, frames.get)
        self._emit_all()
        return len(changed)

    @staticmethod
    def _raw(shown: Shown) -> Frame:
        """The frame as its object describes it."""
        return shown.display_set.frames[shown.state.frame_index]

    def restore_measurements(
        self,
        kept: Sequence[Measurement],
        names: Sequence[str],
        key_images: Sequence[KeyImage] = (),
        scales: Sequence[Calibration] = (),
        views: Views = _NO_VIEWS,
    ) -> None:
        """Those of a draft stand on their images again; `names` are not given twice."""
        marks, keys = {m.id: m for m in kept}, {key.frame: key for key in key_images}
        self._marks.restore(Step(marks, keys, tuple(scales)), names, views)
        self._emit_all()

    @property
    def key_images(self) -> tuple[KeyImage, ...]:
        return self._marks.key_images

    def key_of(self, frame: Frame) -> KeyImage | None:
        return self._marks.key_of(frame.key)

    def toggle_key_image(self, title: KeyTitle | None = None) -> KeyImage | None:
        """Mark the image shown as it is seen, or take its mark away; gives the new mark."""
        shown = self._need_shown()
        if shown.display_set.kind is DisplaySetKind.DOCUMENT:
            raise CommandError(tr("a page of a document cannot be a key image"))
        return self._marks.toggle_key(shown, title)

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

    def measurements_on(self, frame: Frame) -> tuple[Measurement, ...]:
        """Those that are drawn on it; hidden ones are in the list alone."""
        drawn = (on_frame(m, frame) for m in self.measurements if m.id not in self._hidden)
        return tuple(mark for mark in drawn if mark is not None)

    def is_hidden(self, name: str) -> bool:
        return name in self._hidden

    def toggle_measurement(self, name: str = "") -> bool:
        """Take one from the image, or draw it again; gives whether it is drawn now."""
        found = self._marks.find(name).id
        self._hidden ^= {found}
        self.measurements_changed.emit(None)
        return found not in self._hidden

    def step_measurement(self, by: int) -> None:
        """Select another line of the list; the ends stop."""
        names = [m.id for m in self.listed]
        if names:
            here = names.index(self._marks.selected) + by if self._marks.selected in names else 0
            self._marks.select(names[max(0, min(here, len(names) - 1))])

    def toggle_list(self) -> bool:
        """The list of measurements beside the images, or not; gives whether it is there."""
        self.list_shown = not self.list_shown
        self.changed.emit(None)
        return self.list_shown

    @property
    def reported(self) -> tuple[Measurement, ...]:
        """What reports in the studies on the screen measured there, while their marks are
        shown; never changed, saved or sent from here."""
        theirs = self.presenting.marks.measurements
        places = {
            frame.key: (each, number)
            for each in (self._sets.values() if theirs else ())
            for number, frame in enumerate(each.frames, 1)
        }
        return tuple(
            evolve(m, image_number=places[m.frame][1], series_label=places[m.frame][0].label)
            for m in theirs
            if m.frame in places
        )

    def toggle_marks_of_others(self) -> None:
        """Raises CommandError where the study of the image shown has none."""
        self.presenting.marks.toggle(self._need_shown())
        self._emit_all()
        self.measurements_changed.emit(None)  # what is listed

    @property
    def listed(self) -> tuple[Measurement, ...]:
        """By the name of the lesion, then by place; those without a name come last, and behind
        them what reports measured."""
        order = {
            frame.key: (at, index)
            for at, ref in enumerate(self._studies)
            for each in self.display_sets(ref)
            for index, frame in enumerate(each.frames)
        }
        last = (len(self._studies), 0)

        def place(m: Measurement) -> tuple[object, ...]:
            return not m.text, m.text.casefold(), order.get(m.frame, last), numbered(m.id)

        return (*sorted(self.measurements, key=place), *self.reported)

    def measurements_snapshot(self) -> list[Any]:
        return list(describe.measurements(self.measurements))

    def key_images_snapshot(self) -> list[Any]:
        return [
            {
                "title": key.title.value,
                "study_uid": key.frame.study,
                "series_uid": key.frame.series,
                "sop_uid": key.frame.sop,
                "frame": key.frame.frame_index,
                "image": key.image_number,
            }
            for key in self.key_images
        ]

    def _need_shown(self) -> Shown:
        shown = self.shown(self.active)
        if shown is None and self.reading(self.active) is not None:
            raise CommandError(tr("this view shows a report: there is no image to work on"))
        if shown is None:
            raise CommandError(tr("there is no image on this view"))
        return shown
