"""LocalCase: images from files of this machine, to look at; there is no report for them."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Final

from workstation.dicom.reasons import NOTICES, WORDS
from workstation.domain.identifiers import StudyRef
from workstation.domain.study import DisplaySet
from workstation.errors import CommandError
from workstation.protocols.dicom_directory import named
from workstation.services.audit import Audit
from workstation.services.jobs import Job, Jobs
from workstation.services.loading import Loader
from workstation.services.ports import FileOpener, LocalStudy, Opened
from workstation.services.session import ReadingSession
from workstation.services.signal import Signal
from workstation.services.viewed import ViewedStudy
from workstation.services.viewer import Viewer
from workstation.services.waiting import All
from workstation.text import tr

#: Missing files of a medium that are told by name.
_NAMED: Final = 3


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
        self.changed: Signal[None] = Signal()
        loader.study_ready.connect(self._study_ready)
        session.changed.connect(lambda _: self._make_way())

    def open(self, path: Path) -> Job[None]:
        """Read the files and show their newest patient. Settles when all is described."""
        if self._session.case is not None:
            raise CommandError(tr("close the case first: files are looked at by themselves"))
        if not path.exists():
            raise CommandError(tr("there is no such file or folder"))
        self.close()
        opened: Job[None] = Job()
        asked = self._jobs.run(lambda: self._opener.open(path), lane="files")
        asked.then(lambda job: self._read(job, opened))
        return opened

    def close(self) -> None:
        """Forget the files; nothing of them stays in memory."""
        if not self.refs:
            return
        self._leave()
        self._viewer.close()
        self.changed.emit(None)

    def _leave(self) -> None:
        refs, self.refs, self.notices = self.refs, (), ()
        for ref in refs:
            self._loader.close(ref)
        self._opener.forget()

    def _make_way(self) -> None:
        """A case of the worklist was opened: the viewer is its own by now."""
        if self._session.case is not None and self.refs:
            self._leave()
            self.changed.emit(None)

    def _read(self, job: Job[Opened], opened: Job[None]) -> None:
        if job.error is not None:
            opened.settle(None, job.error)
            return
        found = job.result()
        if not found.studies or self._session.case is not None:
            opened.settle(None, CommandError(tr("there are no DICOM images in it")))
            return
        shown = _of_newest_patient(found.studies)
        self.refs = tuple(study.ref for study in shown)
        self.notices = _words(found, len(found.studies) - len(shown))
        self._viewer.show([_viewed(study, at) for at, study in enumerate(shown)])
        waiting = All(opened)
        for at, study in enumerate(shown):
            waiting.add(self._permit(study.ref))
            waiting.add(self._loader.open(study.ref, first=at == 0))
        waiting.close()
        self.changed.emit(None)

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


def _of_newest_patient(studies: tuple[LocalStudy, ...]) -> list[LocalStudy]:
    """Newest first; two patients are never on the screen as one."""
    newest = sorted(studies, key=lambda study: study.date, reverse=True)
    return [study for study in newest if study.patient == newest[0].patient]


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
