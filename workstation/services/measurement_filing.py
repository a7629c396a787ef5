"""Measurements become a DICOM SR in the archive of the site that their study belongs to.

The same care as for reports: sealed before it is sent, the same SOP Instance UID however
often, and before a sealed one is sent the archive is asked whether it has it.
"""

import base64
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from attrs import field, frozen

from workstation.domain.identifiers import SiteId, SopUID, StudyRef
from workstation.domain.measurement import Measurement
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError, Refused, WorkstationError
from workstation.services import drafted_measurements
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.ports import Clock, FrameSource, ObjectArchive, Put, Remove, SealedStore
from workstation.services.signal import Signal
from workstation.text import tr

_SEALED: Final = "measurements:"  # keys of what is sealed and not acknowledged, in table "meta"
#: A signature waits at most this long for its measurements to be sealed.
_HOLD_UP_S: Final = 3.0


@frozen
class Sent:
    """How many went, and how many have no place in a report of measurements."""

    sent: int
    left_out: int

    @property
    def words(self) -> str:
        if not self.left_out:
            return tr("{n} measurements sent", n=self.sent)
        return tr(
            "{n} measurements sent; {left} of a kind or without a value that cannot be sent",
            n=self.sent, left=self.left_out,
        )  # fmt: skip


@frozen
class Document:
    sop: SopUID
    data: bytes = field(repr=False)
    told: Sent


class MeasurementFiling:
    """Owned by the application, home thread."""

    def __init__(
        self,
        sources: Mapping[SiteId, FrameSource],
        archives: Mapping[SiteId, ObjectArchive],
        store: SealedStore,
        audit: Audit,
        jobs: Jobs,
        clock: Clock,
        zones: Mapping[SiteId, tzinfo],
    ) -> None:
        self._sources = sources
        self._archives = archives
        self._store = store
        self._audit = audit
        self._jobs = jobs
        self._clock = clock
        self._zones = zones
        self._under_way: dict[SopUID, Job[Sent]] = {}
        self._owed: set[SopUID] = set()  # sealed with a signature, to go behind its report
        self.settled: Signal[None] = Signal()  # one more went, or will go another time
        self.told: Signal[str] = Signal()  # what the reader must know of a sending by itself

    def send(
        self,
        item: WorklistItem,
        reader: Reader,
        measurements: Sequence[Measurement],
        *,
        go_on: bool = True,
    ) -> Job[Sent]:
        """Those on the case's own study. Settles when the archive says that it has them.

        The job fails with `Refused` where the archive says no, and with `SiteUnavailable`
        where it is not known: then they stay sealed, and `resume` asks first. Without
        `go_on` they are sealed and not yet sent.
        """
        own = [m for m in measurements if StudyRef(m.frame.site, m.frame.study) == item.ref]
        if not own:
            raise CommandError(tr("nothing is measured on this study"))
        at = self._clock.now().astimezone(self._zones.get(item.site, UTC))
        done: Job[Sent] = Job()
        self._jobs.run(
            lambda: self._written(item, reader, own, at), lane=f"series:{item.site}"
        ).then(lambda job: self._seal(item.ref, job, done, go_on=go_on))
        return done

    def keep(
        self, item: WorklistItem, reader: Reader, measurements: Sequence[Measurement]
    ) -> Job[None]:
        """Before a report is sealed: its measurements are sealed too, to be sent by `resume`.

        Never fails, and never holds a signature up for long; what went wrong is told.
        """
        kept: Job[None] = Job()
        if not any(StudyRef(m.frame.site, m.frame.study) == item.ref for m in measurements):
            kept.settle(None)
            return kept

        def settle(error: BaseException | None = None) -> None:
            if isinstance(error, WorkstationError):
                self.told.emit(tr("Measurements not sent: {why}", why=error))
            elif kept.done:  # too late for the signature, whose report may be there already
                self.resume()
            kept.settle(None)

        self.send(item, reader, measurements, go_on=False).then(lambda job: settle(job.error))
        self._jobs.later(_HOLD_UP_S, lambda: kept.settle(None))
        return kept

    @property
    def idle(self) -> bool:
        """Nothing is being sent, and nothing waits for its report to be acknowledged."""
        return not self._under_way and not self._owed

    def resume(self) -> None:
        """Send what is sealed here and no archive has acknowledged; the archive is asked first."""

        def found(job: Job[tuple[tuple[str, str], ...]]) -> None:
            if job.error is not None:
                return
            for key, body in job.result():
                if key.startswith(_SEALED):
                    ref, document = _unsealed(SopUID(key.removeprefix(_SEALED)), body)
                    if ref.site in self._archives:
                        self._file(ref, document, Job())

        self._jobs.run(lambda: self._store.all("meta"), lane="store").then(found)

    def _written(
        self, item: WorklistItem, reader: Reader, own: Sequence[Measurement], at: datetime
    ) -> Document:
        """On a lane: the document, of what is writable on images that the site describes."""
        # Only here: the library takes a third of a second, and most starts never need it.
        from workstation.dicom.measurement_report import (
            MeasuredImage,
            ReportHead,
            is_writable,
            measurement_report,
        )

        source, images = self._sources[item.site], {}
        for series in sorted({m.frame.series for m in own}):
            for each in source.metadata(item.ref, series).instances:
                images[each.sop] = MeasuredImage(each.sop_class, each.modality, len(each.frames))
        writable = [m for m in own if is_writable(m) and m.frame.sop in images]
        if not writable:
            raise CommandError(tr("no measurement on this study can be sent"))
        sop, series_uid = _uids(item.ref, reader, writable)
        head = ReportHead(
            item.patient, item.study, item.accession, item.acquired, reader, at,
            series_uid, sop, images,
        )  # fmt: skip
        told = Sent(len(writable), len(own) - len(writable))
        return Document(sop, measurement_report(head, writable), told)

    def _seal(self, ref: StudyRef, job: Job[Document], done: Job[Sent], *, go_on: bool) -> None:
        if job.error is not None:
            done.settle(None, job.error)
            return
        made = job.result()
        entry = self._audit.entry("export", study=ref, detail=_detail(made.sop))

        def seal() -> Document:
            key = f"{_SEALED}{made.sop}"
            kept = self._store.get("meta", key)
            if kept is not None:  # the bytes that were sealed first, and perhaps sent
                return _unsealed(made.sop, kept)[1]
            self._audit.write(entry, (Put("meta", key, _sealed_body(ref, made)),))
            return made

        def sealed(job: Job[Document]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
            elif go_on:
                self._file(ref, job.result(), done)
            else:
                self._owed.add(job.result().sop)
                done.settle(job.result().told)

        self._jobs.run(seal, lane="store").then(sealed)

    def _file(self, ref: StudyRef, document: Document, done: Job[Sent]) -> None:
        archive = self._archives[ref.site]
        if document.sop in self._under_way:  # one sending at a time, or it would be there twice
            self._under_way[document.sop].then(lambda job: done.settle(job.value, job.error))
            return
        self._under_way[document.sop] = done
        done.then(lambda _: self._over(document.sop))

        def work() -> None:
            if not archive.holds(ref, document.sop):  # perhaps an attempt whose answer was lost
                archive.file(ref, document.sop, document.data)

        def answered(job: Job[None]) -> None:
            if job.error is None or isinstance(job.error, Refused):
                self._settled(ref, document, job.error, done)
            else:  # not known: it stays sealed
                done.settle(None, job.error)

        self._jobs.run(work, lane=f"site:{ref.site}").then(answered)

    def _over(self, sop: SopUID) -> None:
        del self._under_way[sop]
        self._owed.discard(sop)
        self.settled.emit(None)

    def _settled(
        self, ref: StudyRef, document: Document, error: Refused | None, done: Job[Sent]
    ) -> None:
        """The archive said yes or no: on record, and nothing is kept here any more."""
        outcome = "success" if error is None else "failure"
        detail = _detail(document.sop)
        entry = self._audit.entry("deliver", study=ref, outcome=outcome, detail=detail)
        gone = Remove("meta", f"{_SEALED}{document.sop}")

        def kept(job: Job[None]) -> None:
            if error is not None:
                self.told.emit(tr("Measurements not sent: {why}", why=error))
            done.settle(None if error else document.told, error or job.error)

        self._jobs.run(lambda: self._audit.write(entry, (gone,)), lane="store").then(kept)


def _sealed_body(ref: StudyRef, document: Document) -> str:
    data = base64.b64encode(document.data).decode()
    told = document.told
    return json.dumps([ref.site, ref.study, told.sent, told.left_out, data])


def _unsealed(sop: SopUID, body: str) -> tuple[StudyRef, Document]:
    site, study, sent, left_out, data = json.loads(body)
    told = Sent(sent, left_out)
    return StudyRef(site, study), Document(sop, base64.b64decode(data), told)


def _detail(sop: SopUID) -> Mapping[str, str]:
    return {"what": "measurements", "sop": sop}


def _uids(ref: StudyRef, reader: Reader, measurements: Sequence[Measurement]) -> tuple[SopUID, str]:
    """Of the document and its series: the same measurements are the same document."""
    owner = [ref.site, ref.study, reader.id]
    content: list[Any] = [dict(drafted_measurements.to_plain(m)) for m in measurements]
    return SopUID(_uid([*owner, content])), _uid(owner)


def _uid(of: Sequence[Any]) -> str:
    """PS3.5 B.2: a UUID as a UID."""
    named = json.dumps(of, sort_keys=True, ensure_ascii=True)
    return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, named).int}"
