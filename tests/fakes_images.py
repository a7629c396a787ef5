"""The way from bytes to frames in tests: a signed-in client, and a source made of lists."""

import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import cast

import numpy as np
from attrs import evolve

from workstation.adapters.clock import SystemClock
from workstation.adapters.sign_on import SignOn
from workstation.adapters.site_client import SiteClient
from workstation.domain.geometry import ImagePlane
from workstation.domain.identifiers import FrameKey, SeriesUID, SiteId, SopUID, StudyRef, StudyUID
from workstation.domain.study import Frame, Instance, PixelFormat, Series
from workstation.errors import GivenUp, NotDisplayable, SiteUnavailable
from workstation.imaging.pixels import FramePixels
from workstation.services.ports.images import PATIENT, Demand, Fetched, Packed, SeriesHead
from workstation.settings import Site

REF = StudyRef(SiteId("here"), StudyUID("1.2.3"))
SMALL = PixelFormat(4, 4, 16, 12, 11, False, photometric="MONOCHROME2")


class Token:
    """A sign-on that already happened."""

    def __init__(self, token: str) -> None:
        self._token = token

    def access_token(self, refused: str = "") -> str:
        return self._token


def client(site: Site, token: str) -> SiteClient:
    return SiteClient(site, cast(SignOn, Token(token)), SystemClock())


def axial(z: float, spacing: float = 0.7) -> ImagePlane:
    return ImagePlane((0.0, 0.0, z), (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), spacing, spacing)


def series(
    uid: str, places: Iterable[float | None], *, modality: str = "CT", description: str = "Lung"
) -> Series:
    """Single-frame instances in the order given, numbered in that order."""
    instances = []
    for at, z in enumerate(places):
        key = FrameKey(REF.site, REF.study, SeriesUID(uid), SopUID(f"{uid}.{at + 1}"))
        frame = Frame(key, SMALL, at + 1, axial(z) if z is not None else None)
        instances.append(Instance(key.sop, key.series, "", at + 1, (frame,)))
    return Series(SeriesUID(uid), 1, modality, description, tuple(instances))


def pixels(value: int = 7) -> FramePixels:
    stored = np.full((4, 4), value, np.uint16)
    stored.flags.writeable = False
    return FramePixels(stored)


class FakeSource:
    """A `FrameSource` of given series. `broken` frames fail so; `asked` is what was asked for,
    in order. While `gate` is not set, nothing but lists and descriptions is answered."""

    def __init__(self, found: Sequence[Series]) -> None:
        self.found = {each.uid: each for each in found}
        self.broken: Mapping[SopUID, Exception] = {}
        self.lost: set[SeriesUID] = set()
        self.asked: list[FrameKey] = []
        self.bulk: list[list[FrameKey]] = []
        self.unpacked: list[FrameKey] = []
        self.listed = 0
        self.described: list[SeriesUID] = []
        self.gate = threading.Event()
        self.gate.set()
        self.asking = threading.Event()  # a single frame was asked for
        self.begun = threading.Semaphore(0)  # for each of them
        self.given_up: queue.SimpleQueue[FrameKey] = queue.SimpleQueue()

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        self.listed += 1
        return tuple(
            SeriesHead(s.uid, s.number, s.modality, s.description, len(s.instances))
            for s in self.found.values()
        )

    def metadata(self, ref: StudyRef, series: SeriesUID, demand: Demand = PATIENT) -> Series:
        self.described.append(series)
        if series in self.lost:
            raise SiteUnavailable("the site is down")
        found = self.found[series]
        instances = tuple(
            evolve(
                each,
                frames=tuple(
                    evolve(f, key=evolve(f.key, site=ref.site, study=ref.study))
                    for f in each.frames
                ),
            )
            for each in found.instances
        )
        return evolve(found, instances=instances)

    def frame(self, frame: Frame, demand: Demand = PATIENT) -> FramePixels:
        self.asked.append(frame.key)
        self.asking.set()
        self.begun.release()
        while not self.gate.wait(0.01):
            if demand.over():
                self.given_up.put(frame.key)
                raise GivenUp
        if frame.key.sop in self.broken:
            raise self.broken[frame.key.sop]
        return pixels()

    def frames(
        self,
        frames: Sequence[Frame],
        arrived: Callable[[Frame, Fetched], None],
        demand: Demand = PATIENT,
        *,
        decoded: bool = True,
    ) -> None:
        self.bulk.append([frame.key for frame in frames])
        self.gate.wait(10)
        for frame in frames:
            if demand.over():
                return
            error = self.broken.get(frame.key.sop)
            if isinstance(error, NotDisplayable):
                arrived(frame, error)
            elif error is not None:
                raise error
            else:
                arrived(frame, pixels() if decoded else Packed(bytes([7]), "syntax"))

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        self.unpacked.append(frame.key)
        return pixels(packed.data[0])
