"""Where images come from, and where documents of ours are filed."""

from collections.abc import Callable, Sequence
from typing import Final, Protocol, runtime_checkable

from attrs import field, frozen

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyRef
from workstation.domain.study import Frame, Series
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels


@frozen
class SeriesHead:
    uid: SeriesUID
    number: int | None
    modality: str
    description: str
    instances: int


@frozen
class Packed:
    """A frame as it travelled, decoded when somebody looks at it.

    Without a transfer syntax `data` is the whole object, held once for all its frames.
    """

    data: bytes = field(repr=False)
    transfer_syntax: str = ""


Fetched = FramePixels | Packed | NotDisplayable


@frozen
class Demand:
    """Whoever waits for an answer: hears of each piece of it, may slow it down, or give it up."""

    #: Nobody waits any more: what is on its way is left where it is, at the next piece.
    over: Callable[[], bool] = lambda: False
    #: So many bytes came over the line. It may wait before the next.
    took: Callable[[int], None] = lambda nbytes: None


#: Whoever waits, waits to the end.
PATIENT: Final = Demand()


class FrameSource(Protocol):
    """Where images come from: a site's DICOMweb, or files of this machine."""

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        """Quick: what there is, before any metadata (QIDO)."""
        ...

    def metadata(self, ref: StudyRef, series: SeriesUID, demand: Demand = PATIENT) -> Series:
        """Every instance and frame of a series, described (WADO-RS metadata). Raises `GivenUp`."""
        ...

    def frame(self, frame: Frame, demand: Demand = PATIENT) -> FramePixels:
        """Fetch and decode one frame. Raises NotDisplayable with the reason, or `GivenUp`."""
        ...

    def frames(
        self,
        frames: Sequence[Frame],
        arrived: Callable[[Frame, Fetched], None],
        demand: Demand = PATIENT,
        *,
        decoded: bool = True,
    ) -> None:
        """The rest of a series, in as few requests as the site allows; calls from this thread.

        Not `decoded`: there is no room for all of them, they come as `Packed`. What was given
        up does not arrive.
        """
        ...

    def unpack(self, frame: Frame, packed: Packed) -> FramePixels:
        """Decode what came as `Packed`. Raises NotDisplayable with the reason."""
        ...


@runtime_checkable
class PiecewiseSource(FrameSource, Protocol):
    """Where a series comes object by object, its description with its pixels (DIMSE): what came
    is looked at while the rest is on its way."""

    def arriving(
        self, ref: StudyRef, series: SeriesUID, came: Callable[[Series, int], None]
    ) -> Series:
        """As `metadata`. `came` is told now and then, on another thread, what is here so far and
        how many frames more are listed."""
        ...

    def pause(self, ref: StudyRef) -> None:
        """Stop what is on its way; asked again, it goes on from there."""
        ...

    def forget(self, ref: StudyRef) -> None:
        """Nothing of the study stays, and no more of it comes."""
        ...


class HeaderSource(Protocol):
    """What an object says of itself, whole: from a site, or from a file of this machine."""

    def attributes(self, key: FrameKey) -> bytes:
        """The object's header as DICOM JSON (PS3.18 F), an array of one. Raises
        `NotDisplayable`, `Refused` or `SiteUnavailable`."""
        ...


class ObjectArchive(Protocol):
    """Where documents of ours are filed: a site's DICOMweb."""

    def holds(self, ref: StudyRef, sop: SopUID) -> bool:
        """Asked before anything is sent, so that nothing is there twice."""
        ...

    def file(self, ref: StudyRef, sop: SopUID, data: bytes) -> None:
        """`Refused`: the archive said no. In doubt whether it has it: `SiteUnavailable`."""
        ...
