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

from attrs import evolve, field, frozen

from workstation.domain.identifiers import SiteId, SopUID, StudyRef
from workstation.domain.measurement import Measurement
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError, Refused
from workstation.services import drafted_measurements
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.ports import Clock, FrameSource, ObjectArchive, Put, Remove, SealedStore
from workstation.text import tr

_SEALED: Final = "measurements:"  # keys of what is sealed and not acknowledged, in table "meta"


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

    def send(
        self, item: WorklistItem, reader: Reader, measurements: Sequence[Measurement]
    ) -> Job[Sent]:
        """Those on the case's own study. Settles when the archive says that it has them.

        The job fails with `Refused` where the archive says no, and with `SiteUnavailable`
        where it is not known: then they stay sealed, and the next `send` asks first.
        """
        own = [m for m in measurements if StudyRef(m.frame.site, m.frame.study) == item.ref]
        if not own:
            raise CommandError(tr("nothing is measured on this study"))
        at = self._clock.now().astimezone(self._zones.get(item.site, UTC))
        done: Job[Sent] = Job()
        self._jobs.run(
            lambda: self._written(item, reader, own, at), lane=f"series:{item.site}"
        ).then(lambda job: self._seal(item.ref, job, done))
        return done

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

    def _seal(self, ref: StudyRef, job: Job[Document], done: Job[Sent]) -> None:
        if job.error is not None:
            done.settle(None, job.error)
            return
        made = job.result()
        entry = self._audit.entry("export", study=ref, detail=_detail(made.sop))

        def seal() -> Document:
            key = f"{_SEALED}{made.sop}"
            kept = self._store.get("meta", key)
            if kept is not None:  # the bytes that were sealed first, and perhaps sent
                return evolve(made, data=base64.b64decode(kept))
            self._audit.write(entry, (Put("meta", key, base64.b64encode(made.data).decode()),))
            return made

        def sealed(job: Job[Document]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
            else:
                self._file(ref, job.result(), done)

        self._jobs.run(seal, lane="store").then(sealed)

    def _file(self, ref: StudyRef, document: Document, done: Job[Sent]) -> None:
        archive = self._archives[ref.site]

        def work() -> None:
            if not archive.holds(ref, document.sop):  # perhaps an attempt whose answer was lost
                archive.file(ref, document.sop, document.data)

        def answered(job: Job[None]) -> None:
            if job.error is None or isinstance(job.error, Refused):
                self._settled(ref, document, job.error, done)
            else:  # not known: it stays sealed
                done.settle(None, job.error)

        self._jobs.run(work, lane=f"site:{ref.site}").then(answered)

    def _settled(
        self, ref: StudyRef, document: Document, error: Refused | None, done: Job[Sent]
    ) -> None:
        """The archive said yes or no: on record, and nothing is kept here any more."""
        outcome = "success" if error is None else "failure"
        detail = _detail(document.sop)
        entry = self._audit.entry("deliver", study=ref, outcome=outcome, detail=detail)
        gone = Remove("meta", f"{_SEALED}{document.sop}")

        def kept(job: Job[None]) -> None:
            failed = error or job.error
            done.settle(None, failed) if failed else done.settle(document.told)

        self._jobs.run(lambda: self._audit.write(entry, (gone,)), lane="store").then(kept)


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
