"""The screen with what a reader does to structures of others: filled, measured."""

from typing import Any, Final

from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.viewer.planes_measured import PlanesMeasured
from workstation.text import tr

#: How densely they are filled, one after the other: lines alone, faint, and denser.
_FILLS: Final = (0.0, 0.2, 0.4)


class Structured(PlanesMeasured):
    """Home thread; `services.viewer.viewer.Viewer` says what else a reader does."""

    def fill_structures(self, percent: float | None = None) -> None:
        """So opaque on images and planes; without a number the next of lines, faint and dense."""
        if percent is not None and not 0 <= percent <= 100:
            raise CommandError(tr("structures are filled by 0 to 100 per cent"))
        denser = [each for each in _FILLS if each > self.structures.fill + 1e-9]
        following = denser[0] if denser else _FILLS[0]
        self.structures.fill = following if percent is None else percent / 100
        self._need_structures()

    def measure_structures(self) -> Job[Any] | None:
        """How large each is and what it holds of the series on the active view; again: not said.

        Gives the job once all images are here; until then they may never come, and it is told
        when they do. Raises CommandError where geometry allows no volume, or nothing is drawn.
        """
        shown = self._need_shown()
        self._need_structures()
        self._need_volume(shown.display_set)
        done: Job[Any] = Job()

        def made(_: object) -> None:
            volume = self.volumes.get(shown.display_set)
            if volume is None:
                done.settle(None, CommandError(self.volumes.missing(shown.display_set)))
                return
            try:
                found = self.structures.measure(shown, volume)
            except CommandError as error:
                done.settle(None, error)
                return
            found.then(lambda job: done.settle(None, job.error))

        self.volumes.want(shown.display_set).then(made)
        return done if self.volumes.being_made(shown.display_set) is not None else None

    def _need_structures(self) -> None:
        """They are seen from now on."""
        if not self.structures.sources(self._need_shown()):
            raise CommandError(tr("the study has no segmentation or structure set"))
        self.structures.shown = True
        self._emit_all()
