"""Lists of series from sites that give only so many at once."""

import json
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from attrs import define, field
from fakes_metadata import REF, values

from workstation.adapters.metadata import DicomWebMetadata
from workstation.protocols.web import Request
from workstation.services.ports.images import PATIENT, Demand

BASE = "https://site.example/wado"


@define
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(factory=dict)

    def read(self, most: int = 1 << 30) -> bytes:
        return self.body[:most]


@define
class Site:
    """Lists `count` series, at most `cap` in one answer; one that is deaf begins anew each time."""

    count: int
    cap: int
    deaf: bool = False
    asked: list[str] = field(factory=list)

    @contextmanager
    def stream(
        self, request: Request, *, also: Collection[int] = (), demand: Demand = PATIENT
    ) -> Iterator[Answer]:
        self.asked.append(request.url)
        offset = re.search(r"offset=(\d+)", request.url)
        start = int(offset[1]) if offset and not self.deaf else 0
        rows = [values(t0020000E=[f"1.3.{n}"], t00200011=[n]) for n in range(self.count)]
        yield Answer(json.dumps(rows[start : start + self.cap]).encode())


@pytest.mark.parametrize("cap", [1, 2, 5, 200])
def test_every_series_is_found_however_few_a_site_lists_at_once(cap: int) -> None:
    """A list that ends at the server's limit looks like a study without its last series."""
    site = Site(5, cap)
    source = DicomWebMetadata(lambda _: BASE, cast(Any, site))

    found = source.series(REF)

    assert [head.uid for head in found] == [f"1.3.{n}" for n in range(5)]


def test_a_site_that_knows_no_offset_is_not_asked_for_ever() -> None:
    """It gives the same first rows each time: what is known then is all it will say."""
    site = Site(5, 3, deaf=True)
    source = DicomWebMetadata(lambda _: BASE, cast(Any, site))

    assert len(source.series(REF)) == 3
    assert len(site.asked) == 2
