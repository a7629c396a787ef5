"""A site that describes two images under one identifier: each shows its own pixels or none."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import pytest
from attrs import define, field
from dicom_objects import image, written
from fakes import FakeClock, InlineJobs
from pydicom.dataset import Dataset

from workstation.adapters.decoders import Decoders
from workstation.adapters.frames import DicomWebFrames
from workstation.dicom.header import to_json
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.protocols.web import Request
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.ports.images import PATIENT, Demand

BASE = "https://site.example/wado"
REF = StudyRef(SiteId("s"), StudyUID("1.2"))


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


def flat(value: int, z: int) -> Dataset:
    """An image of one value at a place of its own; all of them under one identifier."""
    made = image(np.full((8, 8), value, np.uint16), 12)
    made.StudyInstanceUID, made.SeriesInstanceUID, made.SOPInstanceUID = "1.2", "1.3", "1.4"
    made.ImagePositionPatient, made.ImageOrientationPatient = [0, 0, z], [1, 0, 0, 0, 1, 0]
    made.PixelSpacing, made.InstanceNumber = [1, 1], 1
    return made


@define
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(factory=dict)

    def chunks(self) -> Iterator[bytes]:
        yield self.body

    def read(self, most: int = 1 << 30) -> bytes:
        return self.body[:most]


@define
class Site:
    """Describes `said`; at the address of the instance it holds `held`, and has no frames."""

    said: list[Dataset]
    held: list[Dataset]

    @contextmanager
    def stream(
        self, request: Request, *, also: Collection[int] = (), demand: Demand = PATIENT
    ) -> Iterator[Answer]:
        if request.url.endswith("/metadata"):
            rows = [json.loads(to_json(written(each)))[0] for each in self.said]
            yield Answer(json.dumps(rows).encode())
        elif request.url.endswith("/instances/1.4"):
            yield parts(self.held)
        elif "/series?" in request.url:
            first = b"offset=0" in request.url.encode() or "offset" not in request.url
            head = {t: {"Value": [v]} for t, v in (("0020000E", "1.3"), ("00080060", "CT"))}
            yield Answer(json.dumps([head] if first else []).encode())
        else:
            yield Answer(status=404)


def parts(objects: list[Dataset]) -> Answer:
    kind = 'multipart/related; type="application/dicom"; boundary=b'
    body = b"".join(
        b"--b\r\nContent-Type: application/dicom\r\n\r\n" + written(each) + b"\r\n"
        for each in objects
    )
    return Answer(body + b"--b--", headers={"content-type": kind})


def seen(decoders: Decoders, site: Site) -> tuple[list[object], list[str]]:
    """What each display set shows (its value, or why not), and what the reader was told."""
    source = DicomWebFrames(lambda _: BASE, cast(Any, site), decoders)
    store = FrameStore()
    loader = Loader({REF.site: source}, store, InlineJobs(FakeClock()))
    told: list[str] = []
    loader.problems.connect(lambda problem: told.append(problem[1]))
    loader.open(REF, first=True)
    shown: list[object] = []
    for each in loader.display_sets(REF):
        for frame in each.frames:
            pixels, failure = store.get(frame.key), store.failure(frame.key)
            shown.append(pixels.stored[0, 0] if pixels else failure and failure.reason)
    return shown, told


def test_each_shows_its_own_pixels_in_whatever_order_they_come(decoders: Decoders) -> None:
    """One slice's pixels at another slice's place is a finding in the wrong place."""
    first, second = flat(7, z=0), flat(9, z=50)

    shown, told = seen(decoders, Site([first, second], [second, first]))

    assert shown == [7, 9]
    assert any("Another image with the same identifier" in words for words in told)


def test_what_the_site_does_not_hand_out_is_never_another_ones_pixels(decoders: Decoders) -> None:
    """A site that keeps the last one describes both, and has pixels of one alone."""
    first, second = flat(7, z=0), flat(9, z=50)

    shown, _ = seen(decoders, Site([first, second], [second]))

    assert shown == ["another-image", 9]


def test_two_that_cannot_be_told_apart_are_not_shown(decoders: Decoders) -> None:
    """They differ in what their headers say of the window alone: pixels could be of either."""
    first, second = flat(7, z=0), flat(9, z=0)
    second.WindowCenter, second.WindowWidth = 40, 400

    shown, _ = seen(decoders, Site([first, second], [first]))

    assert shown == ["another-image", "another-image"]


def test_one_that_is_listed_twice_is_shown_once_and_told(decoders: Decoders) -> None:
    shown, told = seen(decoders, Site([flat(7, z=0), flat(7, z=0)], [flat(7, z=0)]))

    assert shown == [7]
    assert told == ["CT, 1 image: The same image was received more than once."]


def stack(count: int) -> list[Dataset]:
    made = [flat(at, z=5 * at) for at in range(count)]
    for at, each in enumerate(made):
        each.SOPInstanceUID = each.file_meta.MediaStorageSOPInstanceUID = f"1.4.{at}"
        each.InstanceNumber = at + 1
    return made


@define
class Streaming(Site):
    """Gives the whole series in one answer."""

    @contextmanager
    def stream(
        self, request: Request, *, also: Collection[int] = (), demand: Demand = PATIENT
    ) -> Iterator[Answer]:
        if request.url.endswith("/series/1.3"):
            yield parts(self.held)
        else:
            with Site.stream(self, request, also=also) as answer:
                yield answer


@pytest.mark.parametrize(("value", "noted"), [(99, True), (3, False)])
def test_an_image_that_comes_a_second_time_and_differs_says_so(
    decoders: Decoders, value: int, noted: bool
) -> None:
    """The site describes one slice and hands out two under its name: nobody but the site knows
    which is meant. The first stays, and says it; the same one twice is nothing to say."""
    described = stack(9)
    another = flat(value, z=15)
    another.SOPInstanceUID = another.file_meta.MediaStorageSOPInstanceUID = "1.4.3"
    site = Streaming(described, [*described, another])
    source = DicomWebFrames(lambda _: BASE, cast(Any, site), decoders)
    store = FrameStore()
    loader = Loader({REF.site: source}, store, InlineJobs(FakeClock()))
    loader.open(REF, first=True)

    (found,) = loader.display_sets(REF)
    pixels = {f.key.sop: store.get(f.key) for f in found.frames}

    notes = {sop: each.doubt for sop, each in pixels.items() if each is not None and each.doubt}
    why = "Another image with the same identifier was received."
    assert notes == ({"1.4.3": why} if noted else {})
    assert sorted(int(each.stored[0, 0]) for each in pixels.values() if each) == list(range(9))
    assert loader.complete(REF)
