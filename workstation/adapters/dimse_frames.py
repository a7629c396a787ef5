"""Images of one site over DIMSE: found by C-FIND, brought by C-GET or C-MOVE, held as they came.

DIMSE knows no frames and no metadata: objects come one after another, the decoder children read
their headers, and what came is looked at while the rest of the series is on its way. Blocking;
called from worker lanes by `services.images.loading`.
"""

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from attrs import evolve

from workstation.adapters.decoders import Decoders
from workstation.adapters.dimse_intake import Intake
from workstation.adapters.dimse_line import FIND, query_contexts
from workstation.adapters.dimse_retrieval import Listed, Retrieval, Wanted
from workstation.adapters.dimse_site import DimseSite
from workstation.adapters.held_objects import HeldObject, HeldObjects
from workstation.dicom import queries
from workstation.dicom.reasons import not_displayable
from workstation.domain.identifiers import (
    FrameKey,
    SeriesUID,
    SopUID,
    StudyRef,
    StudyUID,
    is_uid,
)
from workstation.domain.study import Series
from workstation.errors import NotDisplayable, Refused, SiteUnavailable
from workstation.protocols import dicom_json
from workstation.protocols.dicom_attributes import Attributes, NotMetadata, parse
from workstation.protocols.part10 import file_of
from workstation.services.ports.images import PATIENT, Demand, SeriesHead
from workstation.text import tr

log = logging.getLogger("frames")


class DimseFrames(HeldObjects):
    """`services.ports.images.PiecewiseSource` and `HeaderSource` of one site. Any worker thread."""

    def __init__(self, site: DimseSite, decoders: Decoders) -> None:
        super().__init__(decoders)
        self._site = site
        self._retrieval = Retrieval(site)
        self._modalities: dict[SeriesUID, str] = {}
        self._open: set[StudyUID] = set()  # what comes for another one is not kept
        self._stops: Counter[StudyUID] = Counter()

    def series(self, ref: StudyRef) -> tuple[SeriesHead, ...]:
        self._open.add(ref.study)
        found = []
        for row in self.find(queries.series_of(ref.study)):
            uid = SeriesUID(row.text("0020000E"))
            self._modalities[uid] = row.text("00080060")
            found.append(
                SeriesHead(
                    uid,
                    row.whole("00200011"),
                    row.text("00080060"),
                    row.text("0008103E"),
                    row.whole("00201209") or 0,
                )
            )
        return tuple(found)

    def metadata(self, ref: StudyRef, series: SeriesUID, demand: Demand = PATIENT) -> Series:
        """What is on its way is stopped by `pause`."""
        return self.arriving(ref, series, lambda _here, _coming: None)

    def arriving(
        self, ref: StudyRef, series: SeriesUID, came: Callable[[Series, int], None]
    ) -> Series:
        """Brings what is not held yet. What the site lists and does not give has a place of its
        own that says so."""
        stops = self._stops[ref.study]
        listed = self._listed(ref.study, series)
        if self._stops[ref.study] != stops:  # while it was listed: nothing is to be stopped later
            raise SiteUnavailable(tr("{site}: put off", site=self._site.site.name))
        held = self._series.get((ref.study, series), {})
        missing = {each.sop: each for each in listed if (each.sop, 0) not in held}
        wanted = Wanted(ref.study, series, missing, self._modalities.get(series, ""))

        def tell() -> None:
            here = super(DimseFrames, self).metadata(ref, series)
            coming = self._not_held(ref, series, missing)
            came(here, sum(each.frames for each in coming))

        keep = partial(self._keep, ref, series)
        with Intake(self._decoders.headers, keep, tell) as intake:
            self._retrieval.bring(wanted, intake.take, whole=not held)
        if listed and (ref.study, series) not in self._series:
            raise SiteUnavailable(
                tr("{site} lists these images and does not give them", site=self._site.site.name)
            )
        found = super().metadata(ref, series)
        return _with_missing(found, ref, self._not_held(ref, series, missing))

    def _not_held(
        self, ref: StudyRef, series: SeriesUID, listed: Mapping[SopUID, Listed]
    ) -> list[Listed]:
        held = self._series.get((ref.study, series), {})
        return [each for sop, each in listed.items() if (sop, 0) not in held]

    def pause(self, ref: StudyRef) -> None:
        """What came is kept."""
        self._stops[ref.study] += 1
        self._retrieval.stop(ref.study)

    def forget(self, ref: StudyRef) -> None:
        """Nothing of a closed study stays, and no more of it comes."""
        with self._lock:
            self._open.discard(ref.study)
            for place in [each for each in self._series if each[0] == ref.study]:
                del self._series[place]
        self.pause(ref)

    # --- asking -----------------------------------------------------------------------

    def find(self, identifier: object) -> Iterator[Attributes]:
        """What C-FIND answers, read in the decoder children."""
        with self._site.line(query_contexts(FIND)) as line:
            answers = [file_of(each) for each in line.find(identifier)]
        for header in self._decoders.headers(answers):
            try:
                if isinstance(header, NotDisplayable):
                    raise header
                yield from parse(header)
            except (NotDisplayable, NotMetadata):
                raise SiteUnavailable(
                    tr(
                        "{site}: its answer by C-FIND could not be understood",
                        site=self._site.site.name,
                    )
                ) from None

    def _listed(self, study: StudyUID, series: SeriesUID) -> list[Listed]:
        found = [
            Listed(
                SopUID(row.text("00080018")),
                row.text("00080016"),
                row.whole("00200013"),
                row.whole("00280008") or 1,
            )
            for row in self.find(queries.instances_of(study, series))
        ]
        return [each for each in found if is_uid(each.sop)]

    # --- keeping ----------------------------------------------------------------------

    def _keep(
        self,
        ref: StudyRef,
        series: SeriesUID,
        sop: SopUID,
        data: bytes,
        header: bytes | NotDisplayable,
    ) -> None:
        """What says of itself that it belongs elsewhere is not kept."""
        values = _header_of(header)
        if values is None or _place_of(values) != (ref.study, series, sop):
            log.warning("%s sent an object that is not what was asked for", ref.site)
            return
        assert isinstance(header, bytes)
        again = partial(self._again, FrameKey(ref.site, ref.study, series, sop))
        with self._lock, contextlib.suppress(NotDisplayable):  # the same came already
            if ref.study in self._open:  # not closed meanwhile
                self._take(HeldObject(data, header.strip()[1:-1], values, again))

    def _again(self, key: FrameKey) -> bytes:
        """One object that was let go: its frames are decoded already, somebody wants more."""
        found = self._find(key)
        sop_class = found.values.text("00080016") if found is not None else ""
        wanted = Wanted(key.study, key.series, {key.sop: Listed(key.sop, sop_class)})
        came: dict[SopUID, bytes] = {}
        try:
            self._retrieval.bring(wanted, came.__setitem__)
        except Refused:
            raise not_displayable("refused") from None
        if key.sop not in came:
            raise not_displayable("not-delivered")
        return came[key.sop]


def _header_of(header: bytes | NotDisplayable) -> Attributes | None:
    if isinstance(header, NotDisplayable):
        return None
    try:
        return parse(header)[0]
    except (NotMetadata, IndexError):
        return None


def _place_of(values: Attributes) -> tuple[str, str, str]:
    return values.text("0020000D"), values.text("0020000E"), values.text("00080018")


def _with_missing(series: Series, ref: StudyRef, missing: Iterable[Listed]) -> Series:
    """A place for each object that the site lists and did not give: its fetch says why."""
    rows: Sequence[Attributes] = [_stands_for(each, ref, series.uid) for each in missing]
    if not rows:
        return series
    added = dicom_json.series_of(rows, ref, series.uid)
    return evolve(
        series if series.instances else evolve(added, instances=()),
        instances=(*series.instances, *added.instances),
    )


def _stands_for(listed: Listed, ref: StudyRef, series: SeriesUID) -> Attributes:
    values = {
        "00080016": listed.sop_class, "00080018": listed.sop, "0020000D": ref.study,
        "0020000E": series, "00200013": listed.number, "00280008": listed.frames,
        "00280002": 1, "00280004": "MONOCHROME2", "00280010": 512, "00280011": 512,
        "00280100": 16, "00280101": 16, "00280102": 15, "00280103": 0,
    }  # fmt: skip
    return Attributes({tag: {"Value": [value]} for tag, value in values.items() if value})
