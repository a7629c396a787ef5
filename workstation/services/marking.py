"""The screen with what a reader marked on it: measurements, their names, key images."""

from collections.abc import Sequence
from typing import Any

from workstation.domain.key_image import KeyImage, KeyTitle
from workstation.domain.measurement import Measurement, MeasurementKind, PixelPoint
from workstation.domain.study import DisplaySetKind, Frame
from workstation.errors import CommandError
from workstation.services.frames import FrameStore
from workstation.services.loading import Loader
from workstation.services.measuring import Measurements
from workstation.services.screen import Screen
from workstation.services.signal import Signal
from workstation.services.structures import Structures
from workstation.services.viewed import Shown
from workstation.text import tr
from workstation.viewing.presets import Presets


class Marked(Screen):
    """Measurements are made on the active viewport and shown wherever their image is.

    Home thread; `services.viewer.Viewer` adds what else a reader does.
    """

    def __init__(
        self, store: FrameStore, loader: Loader, structures: Structures, presets: Presets
    ) -> None:
        super().__init__(store, loader, structures, presets)
        self.measurements_changed: Signal[None] = Signal()
        self._marks = Measurements(lambda: self.measurements_changed.emit(None))

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

    def add_length(self, x1: float, y1: float, x2: float, y2: float) -> Measurement:
        return self.add(MeasurementKind.LENGTH, ((x1, y1), (x2, y2)))

    def add_ellipse(self, x1: float, y1: float, x2: float, y2: float) -> Measurement:
        """Inscribed in the box between two corners."""
        return self.add(MeasurementKind.ELLIPSE, ((x1, y1), (x2, y2)))

    def add_rectangle(self, x1: float, y1: float, x2: float, y2: float) -> Measurement:
        return self.add(MeasurementKind.RECTANGLE, ((x1, y1), (x2, y2)))

    def add(
        self, kind: MeasurementKind, points: Sequence[PixelPoint], text: str = ""
    ) -> Measurement:
        shown = self._need_shown()
        if shown.display_set.kind is DisplaySetKind.DOCUMENT:
            raise CommandError(tr("this is a document: there is nothing to measure on it"))
        letter = chr(ord("A") + list(self._studies).index(shown.study.ref))
        return self._marks.add(shown, kind, points, letter, text)

    def move_measurement(self, name: str, points: Sequence[PixelPoint]) -> Measurement:
        return self._marks.move(name, self._need_shown(), points)

    def restore_measurements(
        self,
        kept: Sequence[Measurement],
        names: Sequence[str],
        key_images: Sequence[KeyImage] = (),
    ) -> None:
        """Those of a draft stand on their images again; `names` are not given twice."""
        self._marks.restore(kept, names, key_images)

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
        return tuple(m for m in self.measurements if m.frame == frame.key)

    def measurements_snapshot(self) -> list[Any]:
        return list(self._marks.snapshot())

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
