"""Series of which memory has no room for every voxel: what of them is held, and how it is made.

Their frames are held compressed. Each is decoded once, on a worker, a few one after the other,
and becomes part of a volume of fewer voxels; what must be exact is decoded again when it is
asked for (`imaging.fewer_voxels`).
"""

from collections.abc import Callable
from typing import Final

from attrs import define, frozen

from workstation.domain.study import DisplaySet
from workstation.errors import CommandError, NotDisplayable, WorkstationError
from workstation.imaging.fewer_voxels import LEAST, FewerDraft, FewerVoxels, fewer_that_fit
from workstation.imaging.pixels import FramePixels
from workstation.imaging.volume_voxels import Volume, VolumeDraft, affine_of, spacing_of
from workstation.services.images.counted_sets import set_bytes
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.ports.images import Packed
from workstation.text import tr

#: Of what memory has left, a volume of fewer voxels takes one part of so many, and the slices
#: that are gone through for an exact plane one of so many; the rest is for images.
_HELD: Final = 2
_GONE_THROUGH: Final = 8
#: Slices decoded before it is told how many are done: a fifth of a second.
_AT_ONCE: Final = 16


def no_room() -> str:
    """Why there is not even a volume of fewer voxels."""
    return tr("the series is larger than the memory images may take")


def only_seen() -> str:
    """Why nothing is worked out of a series."""
    return tr(
        "the series is larger than the memory images may take: its planes and its volume are"
        " shown, nothing else is made of its voxels"
    )


def need_every_voxel(volume: Volume | None) -> None:
    """Raises CommandError where something made of it would be kept as though it were exact."""
    if isinstance(volume, FewerVoxels):
        raise CommandError(
            tr(
                "this is a preview: the series is larger than the memory images may take, nothing"
                " of it is saved but single planes and images"
            )
        )


def sample_of(volume: Volume | None) -> FramePixels | None:
    """Pixels as its frames have them, for a window by values: these are not here decoded."""
    if not isinstance(volume, FewerVoxels) or not volume.every.like.stored:
        return None
    return FramePixels(volume.voxels[len(volume.voxels) // 2])


@frozen(eq=False)
class FramesHeld:
    """The frames of a series as memory has them; `pixels` decodes one that is held compressed.
    Any thread."""

    display_set: DisplaySet
    pixels: Callable[[int], FramePixels]

    @classmethod
    def of(cls, display_set: DisplaySet, store: FrameStore, loader: Loader) -> "FramesHeld":
        """Home thread."""
        source, frames = loader.source(display_set.site), display_set.frames
        held = [store.packed(each.key) or store.get(each.key) for each in frames]

        def pixels(index: int) -> FramePixels:
            here = held[index]
            if here is None:
                raise WorkstationError(tr("image {n} is not here any more", n=index + 1))
            return source.unpack(frames[index], here) if isinstance(here, Packed) else here

        return cls(display_set, pixels)


def is_larger(display_set: DisplaySet, store: FrameStore) -> bool:
    """Whether memory had no room for all of its frames, or has none."""
    packed = any(store.packed(frame.key) is not None for frame in display_set.frames)
    return packed or set_bytes(display_set) > store.room


@define(eq=False)
class Thinning:
    """A volume on its way: of fewer voxels, unless memory has room by now."""

    series: FramesHeld
    draft: FewerDraft | VolumeDraft
    at_once: int
    done: int = 0

    @classmethod
    def begun(cls, series: FramesHeld, room: int) -> "Thinning":
        """On a worker: with its first slice, in so many bytes. Raises NotDisplayable."""
        first, frames = series.pixels(0), series.display_set.frames
        one = VolumeDraft.begun(series.display_set, first, 1)
        _, rows, columns = one.voxels.shape[:3]
        shape = (len(frames), rows, columns)
        per_voxel = one.voxels.nbytes // (rows * columns)
        fewer = fewer_that_fit(shape, spacing_of(affine_of(frames)), per_voxel, room // _HELD)
        at_once = max(LEAST, room // _GONE_THROUGH // one.voxels.nbytes)
        if fewer is None or LEAST * one.voxels.nbytes > room // _HELD:
            raise NotDisplayable(no_room(), reason="memory")
        draft: FewerDraft | VolumeDraft = FewerDraft.begun(one, fewer)
        if fewer.most == 1:
            draft, at_once = VolumeDraft.begun(series.display_set, first), 0
        made = cls(series, draft, min(at_once, len(frames)))
        made.draft.fill(0, first)
        made.done = 1
        return made

    @property
    def nbytes(self) -> int:
        """What it will take, with the slices that are gone through beside it."""
        frame = self.series.display_set.frames[0].pixels
        per_voxel = int(self.draft.voxels[0, 0, 0].nbytes)
        through = self.at_once * frame.rows * frame.columns * per_voxel
        return self.draft.voxels.nbytes + through

    def go_on(self) -> "Thinning":
        """On a worker: some slices more."""
        last = len(self.series.display_set.frames)
        for index in range(self.done, min(self.done + _AT_ONCE, last)):
            self.draft.fill(index, self.series.pixels(index))
            self.done = index + 1
        return self

    @property
    def volume(self) -> Volume | None:
        """Once every slice is in it."""
        if self.done < len(self.series.display_set.frames):
            return None
        if isinstance(self.draft, VolumeDraft):
            return self.draft.finished()
        return self.draft.finished(self.series.pixels, self.at_once)
