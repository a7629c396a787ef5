"""What a reader drew and has not saved yet is sealed here, and there again when they come back."""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from workstation.domain.identifiers import SiteId
from workstation.domain.segment_kind import SegmentKind
from workstation.domain.study import DisplaySet
from workstation.services.drawn_segments import Segment
from workstation.services.jobs import Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.segmenting import Segmenting
from workstation.services.viewer import Viewer

_PREFIX: Final = "segments:"
#: A hand that draws is not written down stroke by stroke.
_KEEP_AFTER_S: Final = 1.0
_LANE: Final = "store"


class SegmentsKept:
    """Owned by the application, home thread. `who` is the reader of a site, empty while there is
    none: what somebody else drew is never shown as one's own.
    """

    def __init__(
        self,
        segmenting: Segmenting,
        viewer: Viewer,
        store: SealedStore,
        jobs: Jobs,
        who: Callable[[SiteId], str],
    ) -> None:
        self._segmenting, self._viewer = segmenting, viewer
        self._store, self._jobs, self._who = store, jobs, who
        self._kept: dict[str, str] = {}
        self._looked: set[str] = set()
        self._later = False
        segmenting.changed.connect(lambda _: self._keep_soon())
        segmenting.leaving.connect(lambda _: self._leave())
        viewer.changed.connect(lambda _: self._look())

    def forget(self, display_set: DisplaySet) -> None:
        """The study has them now."""
        key = self._key(display_set)
        self._kept.pop(key, None)
        self._jobs.run(lambda: self._store.remove("meta", key), lane=_LANE)

    def _leave(self) -> None:
        """The last second counts too; the case may come back."""
        self.keep()
        self._looked.clear()

    def _keep_soon(self) -> None:
        if not self._later:
            self._later = True
            self._jobs.later(_KEEP_AFTER_S, self.keep)

    def keep(self) -> None:
        """Write down what has changed."""
        self._later = False
        for display_set, segments in self._segmenting.sheets:
            key, body = self._key(display_set), _written(display_set, segments)
            if self._kept.get(key) != body:
                self._kept[key] = body
                self._jobs.run(
                    lambda key=key, body=body: self._store.put("meta", key, body),  # type: ignore[misc]
                    lane=_LANE,
                )

    def _look(self) -> None:
        """A series came on the screen: was something drawn on it?"""
        for index in range(len(self._viewer.viewports)):
            shown = self._viewer.shown(index)
            if shown is None or shown.display_set.id in self._looked:
                continue
            own = shown.display_set
            if not self._who(own.site):
                continue
            self._looked.add(own.id)
            key = self._key(own)
            self._jobs.run(
                lambda key=key: self._store.get("meta", key),  # type: ignore[misc]
                lane=_LANE,
                on_done=lambda body, own=own: self._found(own, body),  # type: ignore[misc]
            )

    def _found(self, own: DisplaySet, body: str | None) -> None:
        if body is not None:
            self._kept[self._key(own)] = body
            self._segmenting.restore(own, _read(own, body))

    def _key(self, own: DisplaySet) -> str:
        """A digest: a key is not sealed as its body is, and says nothing of anybody."""
        named = "\n".join((own.site, self._who(own.site), own.study, own.id))
        return _PREFIX + hashlib.sha256(named.encode()).hexdigest()


def _written(own: DisplaySet, segments: tuple[Segment, ...]) -> str:
    body = {
        "images": _images(own),
        "segments": [
            {
                "number": each.number,
                "name": each.name,
                "colour": list(each.colour),
                "grown": each.grown,
                "kind": each.kind,
                "revision": each.revision,
                "ml": each.volume_ml,
                "slices": {str(number): _packed(mask) for number, mask in each.slices.items()},
            }
            for each in segments
        ],
    }
    return json.dumps(body, sort_keys=True)


def _packed(mask: NDArray[np.bool_]) -> str:
    return base64.b85encode(zlib.compress(np.packbits(mask).tobytes())).decode()


def _read(own: DisplaySet, body: str) -> tuple[Segment, ...]:
    """Nothing where the series has other images than it had: masks would lie on wrong ones."""
    found = json.loads(body)
    if found["images"] != _images(own):
        return ()
    return tuple(_segment(own, each) for each in found["segments"])


def _segment(own: DisplaySet, found: Mapping[str, Any]) -> Segment:
    shape = own.frames[0].pixels.rows, own.frames[0].pixels.columns
    slices = {}
    for number, packed in found["slices"].items():
        bits = np.frombuffer(zlib.decompress(base64.b85decode(packed)), np.uint8)
        mask = np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape).astype(np.bool_)
        mask.flags.writeable = False
        slices[int(number)] = mask
    red, green, blue = found["colour"]
    return Segment(
        int(found["number"]), str(found["name"]), (int(red), int(green), int(blue)),
        MappingProxyType(slices), volume_ml=float(found["ml"]), grown=bool(found["grown"]),
        kind=SegmentKind(found.get("kind", SegmentKind.LESION)),  # earlier versions have none
        revision=int(found.get("revision", 0)),
    )  # fmt: skip


def _images(own: DisplaySet) -> str:
    names = "\n".join(f"{frame.key.sop} {frame.key.frame_index}" for frame in own.frames)
    return hashlib.sha256(names.encode()).hexdigest()
