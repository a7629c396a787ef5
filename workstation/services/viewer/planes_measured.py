"""The screen with planes on which is measured: in the patient, and seen again where it lies."""

from attrs import evolve

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.domain.study import Frame
from workstation.services.screen.placing import Placing
from workstation.services.screen.viewed import Probe, Shown
from workstation.services.viewer import plane_measuring
from workstation.services.viewer.planar import Planar
from workstation.viewing.patient_marks import from_image
from workstation.viewing.reformat import NO_OBJECT


class PlanesMeasured(Planar):
    """Home thread; `services.viewer.viewer.Viewer` says what a reader does with it."""

    def measurements_on(self, frame: Frame) -> tuple[Measurement, ...]:
        """On a plane those too that were made on an image of its series that lies in it."""
        own = super().measurements_on(frame)
        if frame.key.sop != NO_OBJECT:
            return own
        marks = [m for m in self.measurements if not self.is_hidden(m.id)]
        if not marks:  # as mostly while a hand drags: no need to go through all images
            return own
        images = {
            each.key: each
            for display_set in self._planar_sets()
            if display_set.series == frame.key.series
            for each in display_set.frames
        }
        made = [mark for mark in marks if mark.frame in images]
        found = (from_image(mark, images[mark.frame], frame) for mark in made)
        return (*own, *(mark for mark in found if mark is not None))

    def value_at(self, at: PixelPoint) -> Probe:
        """Under a point of the plane on the active view. Raises CommandError."""
        return plane_measuring.probed(self._need_shown(), at, self.volumes.sample)

    def _placing(self, shown: Shown) -> Placing:
        """On a plane, in the patient."""
        placing = super()._placing(shown)
        if shown.reformat is None:
            return placing
        return evolve(
            placing,
            on_plane=lambda kind, points: plane_measuring.measured(
                shown, kind, points, placing.zoom, self.volumes.sample
            ),
        )
