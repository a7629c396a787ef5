"""LocalCase: images from files of this machine, to look at; there is no report for them."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from attrs import define, field

from workstation.dicom.reasons import NOTICES, WORDS
from workstation.domain.identifiers import StudyRef
from workstation.domain.patient import Patient
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.protocols.dicom_directory import named
from workstation.services.audit import Audit
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.files import FileOpener, LocalStudy, Opened
from workstation.services.reading.session import ReadingSession
from workstation.services.screen.viewed import ViewedStudy
from workstation.services.signal import Signal
from workstation.services.viewer.viewer import Viewer
from workstation.services.waiting import All
from workstation.text import tr

#: Missing files of a medium that are told by name.
_NAMED: Final = 3


@define(eq=False)
class _Reading:
    """Files that are being read."""

    begun: Callable[[], None]  # told when there is something to look at
    opened: Job[None] = field(factory=Job)
    job: Job[Opened] | None = None
    patient: Patient | None = None  # whose images are shown
    count: int = 0  # objects read
    due: int = 1  # so many, and what they are is taken in: each time twice as many
    waiting: All = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.waiting = All(self.opened)

    def stop(self) -> None:
        if self.job is not None:
            self.job.cancel()
        self.opened.settle(None, CommandError(tr("the files were closed")))


class LocalCase:
    """Owned by the application, lives on the home thread.

    Only while no case of the worklist is open: what is on the screen is one patient's.
    """

    def __init__(
        self, session: ReadingSession, viewer: Viewer, loader: Loader, audit: Audit, jobs: Jobs,
        opener: FileOpener,
    ) -> None:  # fmt: skip
        self._session = session
        self._viewer = viewer
        self._loader = loader
        self._audit = audit
        self._jobs = jobs
        self._opener = opener
        self.refs: tuple[StudyRef, ...] = ()
        self.notices: tuple[str, ...] = ()  # what of the files is not shown, and why
        self._reading: _Reading | None = None
        self.changed: Signal[None] = Signal()
        loader.study_ready.connect(self._study_ready)
        session.changed.connect(lambda _: self._make_way())

    @property
    def progress(self) -> str:
        """How far the reading of the files is; empty when it is done."""
        if self._reading is None:
            return ""
        return tr("Reading files: {n} so far", n=self._reading.count)

    def open(self, path: Path, begun: Callable[[], None] = lambda: None) -> Job[None]:
        """Read the files and show one patient's; settles when all is read and described.

        `begun` is called when there is something to look at: the rest follows then.
        """
        if self._session.case is not None:
            raise CommandError(tr("close the case first: files are looked at by themselves"))
        if not path.exists():
            raise CommandError(tr("there is no such file or folder"))
        self.close()
        reading = self._reading = _Reading(begun)

        def grown(found: Opened) -> None:
            self._jobs.bring_home(lambda: self._grown(reading, found))

        reading.job = self._jobs.run(lambda: self._opener.open(path, grown), lane="files")
        reading.job.then(lambda job: self._read(reading, job))
        self.changed.emit(None)
        return reading.opened

    def close(self) -> None:
        """Forget the files; nothing of them stays in memory."""
        if not self.refs and self._reading is None:
            return
        self._leave()
        self._viewer.close()
        self.changed.emit(None)

    def _leave(self) -> None:
        refs, self.refs, self.notices = self.refs, (), ()
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.stop()
        for ref in refs:
            self._loader.close(ref)
        self._opener.forget()

    def _make_way(self) -> None:
        """A case of the worklist was opened: the viewer is its own by now."""
        if self._session.case is not None and (self.refs or self._reading is not None):
            self._leave()
            self.changed.emit(None)

    def _grown(self, reading: "_Reading", found: Opened) -> None:
        """There is something to look at, or more of it; what hangs stays where it is."""
        if self._reading is not reading:
            return
        reading.count = found.read
        if found.studies and found.read >= reading.due:
            reading.due = 2 * found.read
            for ref in self.refs:
                self._loader.refresh(ref)
            self._take_in(reading, found)
        self.changed.emit(None)

    def _read(self, reading: "_Reading", job: Job[Opened]) -> None:
        """All of it."""
        if self._reading is not reading:
            return
        if job.error is not None or not job.result().studies:
            reading.opened.settle(None, job.error or CommandError(_nothing(job.result())))
            self.close()
            return
        found = job.result()
        shown = self._take_in(reading, found)
        self._reading = None
        self.notices = _words(found, len(found.studies) - shown)
        reading.opened.then(lambda _: self._viewer.hold(False))
        for ref in self.refs:
            reading.waiting.add(self._loader.whole(ref))
        reading.waiting.close()
        self.changed.emit(None)

    def _take_in(self, reading: "_Reading", found: Opened) -> int:
        """Studies of the patient who is shown; the first time, of the newest study's."""
        shown = _of_patient(reading.patient, found.studies)
        reading.patient = shown[0].patient
        if not self.refs:
            self._viewer.hold(True)
        new = [study.ref for study in shown if study.ref not in self.refs]
        if new:
            self.refs = tuple(study.ref for study in shown)
            self._viewer.show([_viewed(study, at) for at, study in enumerate(shown)])
        for ref in new:
            reading.waiting.add(self._permit(ref))
            self._loader.open(ref, first=ref == self.refs[0], growing=True)
        if new == list(self.refs):
            reading.begun()
        return len(shown)

    def _permit(self, ref: StudyRef) -> Job[None]:
        """Painted when the look is on record; the record names the study by a digest."""
        digest = hashlib.sha256(ref.study.encode()).hexdigest()[:16]
        detail = {"from": "local files", "study_sha256": digest}
        return self._audit.record("accessed", detail=detail).then(
            lambda job: self._viewer.permit(ref) if job.error is None else None
        )

    def _study_ready(self, ready: tuple[StudyRef, tuple[DisplaySet, ...]]) -> None:
        ref, sets = ready
        if ref in self.refs:
            self._viewer.study_ready(ref, sets)


def _of_patient(patient: Patient | None, studies: tuple[LocalStudy, ...]) -> list[LocalStudy]:
    """Newest first; two patients are never on the screen as one."""
    newest = sorted(studies, key=lambda study: study.date, reverse=True)
    whose = newest[0].patient if patient is None else patient
    return [study for study in newest if study.patient == whose]


def _nothing(found: Opened) -> str:
    """Why there is nothing to look at, as far as the files say."""
    told = [tr("there are no DICOM images in it"), *_words(found, 0)]
    return ". ".join(told)


def _viewed(study: LocalStudy, at: int) -> ViewedStudy:
    label = tr("LOCAL FILES · NO REPORT")
    return ViewedStudy(
        study.ref, study.patient, _day(study.date), "current" if at == 0 else "prior", label,
        None, study.accession, study.description, tr("this computer"),
    )  # fmt: skip


def _day(text: str) -> datetime | None:
    """A DA value (PS3.5 6.2): a day is all that it says, so it has no zone."""
    try:
        return datetime.combine(date(int(text[:4]), int(text[4:6]), int(text[6:8])), time())
    except ValueError:
        return None


def _words(found: Opened, of_others: int) -> tuple[str, ...]:
    told = []
    if of_others:
        told.append(tr("{n} studies of other patients are not shown", n=of_others))
    words = {**WORDS, **NOTICES}
    for reason, count in sorted(found.problems.items()):
        told.append(tr("{n} files are not shown: {why}", n=count, why=tr(words[reason])))
    return (*told, *_of_directory(found))


def _of_directory(found: Opened) -> Iterable[str]:
    """A medium that lost files must not look complete, nor one that holds more than it lists."""
    if found.missing:
        yield tr(
            "{missing} of {count} files that the DICOMDIR lists are missing: {names}",
            missing=len(found.missing),
            count=found.listed,
            names=named(found.missing, most=_NAMED),
        )
    if found.unlisted:
        yield tr(
            "{n} files beside the DICOMDIR are not listed in it and not shown", n=found.unlisted
        )
