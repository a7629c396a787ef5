"""A frame that comes slowly is looked at before all of it is here, and never taken for it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any, cast

import imagecodecs
import numpy as np
import pytest
from attrs import define, field

from workstation.adapters.decoders import Decoders
from workstation.adapters.frames import DicomWebFrames
from workstation.adapters.previews import Previews
from workstation.domain.identifiers import (
    FrameKey,
    SeriesUID,
    SiteId,
    SopUID,
    StudyRef,
    StudyUID,
)
from workstation.domain.study import Frame, PixelFormat
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import ReducedImage
from workstation.protocols.web import Request
from workstation.services.images.frames import FrameStore
from workstation.services.ports.images import PATIENT, Demand

ROWS, COLUMNS = 301, 500
BASE = "https://site.example/wado"


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


@cache
def values() -> np.ndarray[Any, np.dtype[np.uint16]]:
    y, x = np.mgrid[:ROWS, :COLUMNS]
    noise = np.random.default_rng(5).normal(0, 20, (ROWS, COLUMNS))
    return (2000 + 900 * np.sin(x / 23) * np.cos(y / 31) + noise).astype(np.uint16)


@cache
def stream() -> bytes:
    return bytes(imagecodecs.htj2k_encode(values(), reversible=True, tlm=True, tilepart=1))


REF = StudyRef(SiteId("s"), StudyUID("1.2"))
KEY = FrameKey(REF.site, REF.study, SeriesUID("1.3"), SopUID("1.4"))


def frame(syntax: str = "1.2.840.10008.1.2.4.202") -> Frame:
    pixels = PixelFormat(ROWS, COLUMNS, 16, 12, 11, False)
    return Frame(KEY, pixels, 1, transfer_syntax=syntax)


@define
class Answer:
    """A multipart answer in sixty-four pieces; cut off where `most` says."""

    body: bytes
    most: int = 1 << 30
    status: int = 200
    headers: dict[str, str] = field(
        factory=lambda: {"content-type": 'multipart/related; boundary="b"'}
    )

    def chunks(self) -> Iterator[bytes]:
        head = b"--b\r\nContent-Type: image/jphc\r\n\r\n"
        whole = (head + self.body + b"\r\n--b--")[: self.most]
        size = len(whole) // 64
        yield from (whole[at : at + size] for at in range(0, len(whole), size))

    def read(self, most: int = 1 << 30) -> bytes:
        return b""


@define
class Line:
    answer: Answer

    @contextmanager
    def stream(
        self, request: Request, *, also: Collection[int] = (), demand: Demand = PATIENT
    ) -> Iterator[Answer]:
        yield self.answer


@define
class Watched:
    """A source over one line, and what it showed meanwhile."""

    decoders: Decoders
    answer: Answer
    patience_s: float = 0.0
    asked: Decoders | None = None  # for previews, where it is not the same
    came: list[tuple[FrameKey, ReducedImage]] = field(factory=list)

    def fetch(self, wanted: Frame) -> np.ndarray[Any, Any]:
        previews = Previews(
            self.asked or self.decoders, lambda *each: self.came.append(each), self.patience_s
        )
        line = cast(Any, Line(self.answer))
        source = DicomWebFrames(lambda _: BASE, line, self.decoders, previews)
        return source.frame(wanted).stored


def test_a_slow_frame_is_seen_smaller_and_better_and_then_whole(decoders: Decoders) -> None:
    """A mammogram over a home line: something exact to look at after a tenth of it."""
    watched = Watched(decoders, Answer(stream()))

    whole = watched.fetch(frame())

    np.testing.assert_array_equal(whole, values())
    halved = [image.halved for _, image in watched.came]
    assert len(halved) >= 2
    assert halved == sorted(set(halved), reverse=True)
    for key, image in watched.came:
        assert key == KEY
        step = 1 << image.halved
        expected = imagecodecs.htj2k_decode(stream(), skipres=image.halved)
        assert image.pixels.stored.shape == (ROWS, COLUMNS)
        np.testing.assert_array_equal(image.pixels.stored[::step, ::step], expected)


def test_each_reduced_sample_lies_where_its_pixel_lies(decoders: Decoders) -> None:
    """Half a sample aside, a lesion would jump when the image comes."""
    watched = Watched(decoders, Answer(stream()))
    watched.fetch(frame())
    _, image = watched.came[0]
    step = 1 << image.halved
    drawn, sample = image.pixels.stored, image.pixels.stored[2 * step, 3 * step]

    around = drawn[2 * step - step // 2 : 2 * step + step // 2, 3 * step - step // 2 : 3 * step]
    assert np.all(around == sample)
    assert drawn[-1, -1] == drawn[(ROWS - 1) // step * step, (COLUMNS - 1) // step * step]


def test_a_line_that_is_fast_enough_is_left_alone(decoders: Decoders) -> None:
    watched = Watched(decoders, Answer(stream()), patience_s=60.0)
    watched.fetch(frame())

    assert watched.came == []


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.1"])
def test_other_syntaxes_have_nothing_smaller(decoders: Decoders, syntax: str) -> None:
    body = values().tobytes() if syntax.endswith(".1") else bytes(
        imagecodecs.jpeg2k_encode(values(), reversible=True, codecformat="j2k")
    )  # fmt: skip
    nobody = cast(Decoders, object())  # whoever asks it anything fails
    watched = Watched(decoders, Answer(body), asked=nobody)
    watched.fetch(frame(syntax))

    assert watched.came == []


def test_what_broke_off_is_not_the_image(decoders: Decoders) -> None:
    """The preview of a frame that never came whole: the frame has failed, and says so."""
    watched = Watched(decoders, Answer(stream(), most=len(stream()) // 2))

    with pytest.raises(NotDisplayable):
        watched.fetch(frame())
    assert watched.came


def test_a_preview_is_no_frame_of_the_store(decoders: Decoders) -> None:
    """Kept as the image it would be measured on; it goes when the frame comes or fails."""
    watched = Watched(decoders, Answer(stream()))
    watched.fetch(frame())
    store, (key, image) = FrameStore(), watched.came[0]
    told: list[FrameKey] = []
    store.previewed.connect(told.append)

    store.show_meanwhile(key, image)
    assert (store.meanwhile(key), told) == (None, [])  # its study is not open

    store.protect(REF)
    store.show_meanwhile(key, image)
    assert (store.meanwhile(key), told) == (image, [key])
    assert not store.has(key)
    assert store.get(key) is None
    store.fail(key, NotDisplayable("broke off", "incomplete-answer"))
    assert store.meanwhile(key) is None
    store.show_meanwhile(key, image)
    assert store.meanwhile(key) is None  # too late
