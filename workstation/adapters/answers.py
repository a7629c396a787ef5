"""Answers of a DICOMweb server while they arrive."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from typing import Final, Protocol

from workstation.protocols.dicomweb import Multipart, Part
from workstation.protocols.web import Request
from workstation.services.ports.images import PATIENT, Demand
from workstation.settings import Site

#: Answers that mean: not in this form. It is asked for in another one, then.
NOT_SO: Final = frozenset({400, 404, 405, 406, 410, 415, 500, 501})


class Stream(Protocol):
    """An answer whose body is still to be read."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> dict[str, str]: ...

    def chunks(self) -> Iterator[bytes]: ...

    def read(self, most: int = ...) -> bytes: ...


class Client(Protocol):
    """What we need of `adapters.site_client.SiteClient`."""

    @property
    def site(self) -> Site: ...

    def known_as(self, url: str) -> str: ...

    def stream(
        self, request: Request, *, also: Collection[int] = (), demand: Demand = PATIENT
    ) -> AbstractContextManager[Stream]: ...


def parts_of(
    stream: Stream,
    most: int,
    watch: Callable[[Multipart], None] | None = None,
) -> Iterator[Part]:
    """Parts of an answer while it arrives; raises `Garbled` where it breaks off.

    `watch` sees what is on its way, piece after piece.
    """
    reader = Multipart(stream.headers.get("content-type", ""), most)
    for chunk in stream.chunks():
        yield from reader.feed(chunk)
        if watch is not None:
            watch(reader)
    yield from reader.finish()
