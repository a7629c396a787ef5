"""A life of a reader without windows, in a process that is killed: which cases, which site.

Two cases of two patients are read in turn, with the report, the drafts and the sealed store of
the program. What stands on the screen is written down on standard output at once and whole.
"""

import json
import os
import queue
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from attrs import frozen
from fakes_report import SITE, TEMPLATES
from fakes_viewer import stack, viewed
from signing_child import FileSecrets

from workstation.adapters.clock import SystemClock
from workstation.adapters.store import open_store
from workstation.domain.identifiers import AccessionNumber, StudyUID, TaskId
from workstation.domain.patient import Patient
from workstation.domain.study import DisplaySet
from workstation.domain.worklist import Priority, Tier, WorklistItem
from workstation.errors import SiteUnavailable
from workstation.services.jobs import Job, Jobs
from workstation.services.report.reporting import Reporting
from workstation.services.screen.viewed import ViewedStudy

READER: Final = "Practitioner/17"
NOW: Final = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)


@frozen
class Case:
    """A study and its prior, of one patient."""

    item: WorklistItem
    studies: tuple[ViewedStudy, ...]
    sets: tuple[DisplaySet, ...]


def case_of(number: int) -> Case:
    current, prior = f"1.{number}.1", f"1.{number}.2"
    who = Patient(f"Alder, {number}", f"HG-{number}", "HG", date(1962, 3, number), "F")
    item = WorklistItem(
        SITE, TaskId(f"task-{number}"), "1", StudyUID(current), AccessionNumber(f"A-{number}"),
        who, "CT chest", "", "CT", Priority.STAT, Tier.FINAL, NOW, NOW, NOW, "US-WA",
        holder_id=READER,
    )  # fmt: skip
    studies = viewed(current, patient=who), viewed(prior, "prior", patient=who, days_before=300)
    sets = (
        stack(6, study=current, series=f"{current}.1"),
        stack(3, study=prior, series=f"{prior}.1"),
    )
    return Case(item, studies, sets)


CASES: Final = tuple(case_of(number) for number in (1, 2))


class Site:
    """Keeps drafts in files, as a platform does; or takes none any more, or takes them late,
    or takes the question and keeps it."""

    site = SITE

    def __init__(self, folder: Path, mood: str) -> None:
        self._folder, self._mood = folder, mood

    def save_draft(self, row: WorklistItem, report: str, body: str) -> None:
        time.sleep({"late": 0.3, "hangs": 5.0}.get(self._mood, 0.0))
        if self._mood == "silent":
            raise SiteUnavailable("no answer")
        file = self._folder / row.accession
        file.with_suffix(".new").write_text(body, "utf-8")
        file.with_suffix(".new").replace(file)

    def load_draft(self, row: WorklistItem) -> str | None:
        file = self._folder / row.accession
        return file.read_text("utf-8") if file.exists() else None


def said_of(what: str, case: str = "", marks: Mapping[str, Any] | None = None) -> None:
    """Written at once and whole, so that a kill finds it with the parent."""
    line: dict[str, Any] = {"at": time.monotonic(), "what": what}
    if marks is not None:
        line |= {"case": case, "marks": marks}
    os.write(sys.stdout.fileno(), (json.dumps(line) + "\n").encode())


class Life:
    """The services of a report, and a home thread that turns by hand."""

    def __init__(self, folder: Path, mood: str) -> None:
        self._home: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._jobs = Jobs(self._home.put)
        opened = open_store(folder / "store", FileSecrets(folder / "secrets.json"))
        assert opened.notice == "", opened.notice
        self._site = Site(folder, mood)
        platforms: Any = {SITE: self._site}
        self._reporting = Reporting(TEMPLATES, platforms, opened.store, self._jobs, SystemClock())

    def restore(self, item: WorklistItem, lane: str) -> None:
        """What the site has of the open case, or what is sealed here."""
        asked = self._jobs.run(lambda: self._site.load_draft(item), lane=lane)
        self.wait(asked)
        if asked.value is not None:
            self._reporting.restore(asked.value)
        self.pass_through("store")  # behind the look for a draft there

    def pass_through(self, *lanes: str) -> None:
        """Behind everything that waits there."""
        for lane in lanes:
            self.wait(self._jobs.run(lambda: None, lane=lane))

    def wait(self, job: Job[Any]) -> None:
        self.turn(until=lambda: job.done)

    def turn(self, seconds: float = 0.0, until: Callable[[], bool] | None = None) -> None:
        """For so long, or until it came to that."""
        end = time.monotonic() + (seconds if until is None else 20.0)
        while not (until is not None and until()):
            left = end - time.monotonic()
            if left <= 0:
                assert until is None, "it never came to that"
                break
            try:
                self._home.get(timeout=left)()
            except queue.Empty:
                continue
        said_of("alive")
