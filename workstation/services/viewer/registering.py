"""Registering: a stack of another study aligned with the one that is read.

A registration that came with a study goes before one worked out here. Either is an offer: the
views go by it at once, marked, and the reader accepts or rejects what he sees.
"""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.registration import Registered, SaidBy, SpatialRegistration
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.imaging.registration import Coarse, Fit, coarse, register, slice_values
from workstation.imaging.volume_voxels import affine_of, why_no_volume
from workstation.services.images.frames import FrameStore
from workstation.services.jobs import Job, Jobs
from workstation.services.screen.viewed import Shown
from workstation.services.viewer.larger_series import FramesHeld
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.viewing.linking import space

LANE: Final = "registration"


class Registering:
    """Owned by the application, lives on the home thread."""

    def __init__(self, viewer: Viewer, store: FrameStore, jobs: Jobs) -> None:
        self._viewer = viewer
        self._store = store
        self._jobs = jobs
        jobs.lane(LANE, 1)

    def start(self) -> Job[None]:
        """Settles when a registration is offered, or the view says why there is none.

        Raises
        ------
        CommandError
            There is nothing to register, or it cannot be.
        """
        return self.register(*self._pair())

    def register(self, source: Shown, other: Shown) -> Job[None]:
        """What one view shows with what another does. As `start`."""
        given = self._given(space(source.frame), space(other.frame))
        done = Job[None]()
        if given is not None:
            self._viewer.register(given)
            done.settle(None)
            return done
        sets = source.display_set, other.display_set
        series = [self._series(each) for each in sets]
        modalities = [each.modality for each in sets]
        self._viewer.say(other.index, tr("registering …"))
        asked = self._jobs.run(lambda: _fitted(series, modalities), lane=LANE)
        asked.then(partial(self._found, (source, other), done))
        return done

    # --- inside ---

    def _pair(self) -> tuple[Shown, Shown]:
        """The active view, and the first one whose millimetres are another patient space."""
        viewer = self._viewer
        source = viewer.shown(viewer.active)
        if source is None:
            raise CommandError(tr("there is no image on this view"))
        for index in range(len(viewer.viewports)):
            other = viewer.shown(index)
            if other is not None and space(other.frame) != space(source.frame):
                return source, other
        raise CommandError(tr("no view shows a study with positions of its own"))

    def _given(self, a: str, b: str) -> Registered | None:
        """By an object of one of the studies."""
        for study in self._viewer.studies:
            for each in self._viewer.display_sets(study.ref):
                if isinstance(each.annotation, SpatialRegistration):
                    rigid = each.annotation.between(a, b)
                    if rigid is not None:
                        return Registered(a, b, rigid, SaidBy.OBJECT, each.annotation.label)
        return None

    def _series(self, display_set: DisplaySet) -> FramesHeld:
        refusal = why_no_volume(display_set)
        if refusal:
            raise CommandError(tr("cannot be registered: {why}", why=refusal))
        missing = sum(not self._store.has(frame.key) for frame in display_set.frames)
        if missing:
            raise CommandError(tr("{n} images are not here yet", n=missing))
        return self._viewer.volumes.frames_of(display_set)

    def _found(self, pair: tuple[Shown, Shown], done: Job[None], job: Job[Fit]) -> None:
        source, other = pair
        shown = self._viewer.shown(other.index)
        if shown is not None and shown.display_set.id == other.display_set.id:
            told = "" if job.error is None else tr("not registered: {why}", why=job.error)
            self._viewer.say(other.index, told)
            if job.error is None:
                same = source.display_set.modality == other.display_set.modality
                self._viewer.register(
                    Registered(
                        space(source.frame), space(other.frame), job.result().rigid,
                        SaidBy.AUTO, _words(job.result(), same=same),
                    )
                )  # fmt: skip
        done.settle(None)


def _words(fit: Fit, *, same: bool) -> str:
    """How well it fits; of two modalities values need not be alike."""
    common = tr("{n} % in common", n=round(100 * min(1.0, fit.overlap)))
    if not same:
        return common
    return tr("correlation {r}, {common}", r=f"{fit.correlation:.2f}", common=common)


def _fitted(series: Sequence[FramesHeld], modalities: Sequence[str]) -> Fit:
    """On a worker."""
    fixed, moving = map(_coarse, series, modalities)
    return register(fixed, moving)


def _coarse(series: FramesHeld, modality: str) -> Coarse:
    frames = series.display_set.frames

    def values(at: int) -> NDArray[np.float64]:
        return slice_values(frames[at], series.pixels(at), modality)

    return coarse(len(frames), values, affine_of(frames), modality)
