"""Tables that metadata only name: fetched from the site itself, and from nowhere else."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from attrs import define, field
from fakes_metadata import REF, UID, instance

from workstation.adapters.decoders import Decoders
from workstation.adapters.frames import DicomWebFrames
from workstation.domain.presentation import Palette
from workstation.protocols.web import Request
from workstation.services.ports.images import PATIENT, Demand

BASE = "https://site.example/wado"
COLOURS = bytes(range(4))


@define
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(factory=lambda: {"content-type": "application/octet-stream"})

    def chunks(self) -> Iterator[bytes]:
        yield self.body

    def read(self, most: int = 1 << 30) -> bytes:
        return self.body[:most]


SECOND = "https://second.example"


class Site:
    """Answers by address, and remembers what it was asked. It has a second way."""

    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def known_as(self, url: str) -> str:
        return url.replace(SECOND, "https://site.example")

    @contextmanager
    def stream(
        self, request: Request, *, also: Collection[int] = (), demand: Demand = PATIENT
    ) -> Iterator[Answer]:
        self.asked.append(request.url)
        yield self.answers.get(request.url, Answer(b"", 404))


def palette_from(named: str, answer: Answer) -> tuple[Palette | None, Site]:
    """The palette of a frame whose three tables are at `named`."""
    header = instance(t00280004=["PALETTE COLOR"], t00280100=[8], t00280101=[8], t00280102=[7])
    for n in (1, 2, 3):
        header |= {f"0028110{n}": {"vr": "US", "Value": [4, 0, 8]}}
        header |= {f"0028120{n}": {"vr": "OW", "BulkDataURI": named}}
    metadata = f"{BASE}/studies/{REF.study}/series/{UID}/metadata"
    site = Site({metadata: Answer(json.dumps([header]).encode()), f"{BASE}/bulk/1": answer})
    source = DicomWebFrames(lambda _: BASE, cast(Any, site), cast(Decoders, None))
    return source.metadata(REF, UID).instances[0].frames[0].palette, site


@pytest.mark.parametrize(
    "named", [f"{BASE}/bulk/1", "bulk/1", "/wado/bulk/1", f"{SECOND}/wado/bulk/1"]
)
def test_a_palette_that_is_only_named_is_fetched(named: str) -> None:
    """Most archives name it; without it a Doppler image would be refused."""
    palette, site = palette_from(named, Answer(COLOURS))

    assert palette is not None
    assert palette.red == COLOURS
    assert site.asked.count(f"{BASE}/bulk/1") == 1  # three tables, one address


def test_a_palette_comes_in_one_part_too() -> None:
    """PS3.18 8.6.1: multipart is what servers answer with by default."""
    body = b"--b\r\nContent-Type: application/octet-stream\r\n\r\n" + COLOURS + b"\r\n--b--"
    kind = {"content-type": 'multipart/related; type="application/octet-stream"; boundary=b'}

    palette, _ = palette_from("bulk/1", Answer(body, headers=kind))

    assert palette is not None
    assert palette.red == COLOURS


@pytest.mark.parametrize(
    "named",
    [
        "https://elsewhere.example/wado/bulk/1",
        "http://site.example/wado/bulk/1",
        "file:///etc/passwd",
        "../../admin",
        f"{BASE}/../admin",
        "//elsewhere.example/wado/",
    ],
)
def test_no_other_place_is_asked(named: str) -> None:
    """SEC-11: an address in a file must not make the workstation call on anybody."""
    palette, site = palette_from(named, Answer(COLOURS))

    assert palette is None
    assert len(site.asked) == 1


def test_a_table_that_does_not_come_leaves_the_rest() -> None:
    """The image is then refused with its reason; the series is there."""
    palette, _ = palette_from("bulk/1", Answer(b"", 404))

    assert palette is None
