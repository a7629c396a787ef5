"""What a reader drew and has not saved yet is sealed here, and there again when they come back."""

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workstation.domain.identifiers import SiteId
from workstation.domain.segment_kind import SegmentKind
from workstation.domain.study import DisplaySet
from workstation.services.jobs import Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.viewer.drawn_segments import Segment
from workstation.services.viewer.kept_by_series import KeptBySeries
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.viewer import Viewer


class SegmentsKept(KeptBySeries):
    """Owned by the application, home thread."""

    prefix = "segments:"

    def __init__(
        self,
        segmenting: Segmenting,
        viewer: Viewer,
        store: SealedStore,
        jobs: Jobs,
        who: Callable[[SiteId], str],
    ) -> None:
        super().__init__(viewer, store, jobs, who)
        self._segmenting = segmenting
        segmenting.changed.connect(lambda _: self._keep_soon())
        segmenting.leaving.connect(lambda _: self._leave())

    def _now(self) -> Iterable[tuple[DisplaySet, str]]:
        for own, segments in self._segmenting.sheets:
            yield own, _written(own, segments)

    def _found(self, own: DisplaySet, body: str) -> None:
        self._segmenting.restore(own, _read(own, body))


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
