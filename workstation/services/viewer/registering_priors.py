"""A prior that is hung beside the current study is registered by itself: once, as soon as both are
here, and as an offer that the reader accepts or rejects.
"""

from typing import Final

from workstation.domain.study import DisplaySet
from workstation.imaging.volume_voxels import why_no_volume
from workstation.services.images.frames import FrameStore
from workstation.services.jobs import Jobs
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.registering import Registering
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.linking import space

#: So long after the screen has changed it is looked at; again until all of both is here.
LOOK_S: Final = 1.0


class RegisteringPriors:
    """Owned by the application, lives on the home thread."""

    def __init__(
        self, viewer: Viewer, registering: Registering, store: FrameStore, jobs: Jobs
    ) -> None:
        self._viewer, self._registering = viewer, registering
        self._store, self._jobs = store, jobs
        self._tried: set[frozenset[str]] = set()  # pairs of patient spaces, whatever came of it
        self._waits = False

    def begin(self) -> None:
        """From now on, whenever the screen changes."""
        self._viewer.changed.connect(lambda _: self._look_soon())

    def _look_soon(self) -> None:
        if not self._viewer.studies:
            self._tried.clear()
        elif not self._waits and self._pair() is not None:
            self._waits = True
            self._jobs.later(LOOK_S, self._look)

    def _look(self) -> None:
        self._waits = False
        found = self._pair()
        if found is not None and all(self._is_here(each.display_set) for each in found):
            self._tried.add(_spaces(*found))
            self._registering.register(*found)
        else:
            self._look_soon()

    def _is_here(self, display_set: DisplaySet) -> bool:
        return all(self._store.has(frame.key) for frame in display_set.frames)

    def _pair(self) -> tuple[Shown, Shown] | None:
        """Current and prior on the screen, of one modality, where nothing is known of how they
        lie to each other."""
        viewer = self._viewer
        shown = filter(None, map(viewer.shown, range(len(viewer.viewports))))
        volumes = [each for each in shown if not why_no_volume(each.display_set)]
        current = [each for each in volumes if each.study.role == "current"]
        prior = [each for each in volumes if each.study.role == "prior"]
        pairs = ((here, there) for here in current for there in prior)
        return next((pair for pair in pairs if self._is_stranger(*pair)), None)

    def _is_stranger(self, source: Shown, other: Shown) -> bool:
        links = self._viewer.links
        alike = source.display_set.modality == other.display_set.modality
        known = links.way(source.frame, other.frame) is not None
        said = links.offset_mm(source.frame, other.frame) is not None
        tried = _spaces(source, other) in self._tried
        return links.on and alike and not known and not said and not tried


def _spaces(a: Shown, b: Shown) -> frozenset[str]:
    return frozenset((space(a.frame), space(b.frame)))
