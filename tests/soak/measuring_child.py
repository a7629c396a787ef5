"""A workstation without windows in which a reader marks images until it is killed.

Run as a child by test_measuring_kills. Two cases of two patients are read in turn, with the
viewer, the report, the drafts and the sealed store of the program. Every mark that is made,
moved, worded, deleted, undone or picked out is written down on standard output as it stands
on the screen, before anything else can happen; so is what is there when a case is opened.
"""

import json
import os
import queue
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import frozen
from fakes_report import SITE, TEMPLATES, binding_of
from fakes_viewer import build, stack, viewed
from signing_child import FileSecrets

from workstation.adapters.clock import SystemClock
from workstation.adapters.store import open_store
from workstation.domain.identifiers import AccessionNumber, StudyRef, StudyUID, TaskId
from workstation.domain.key_image import KeyTitle
from workstation.domain.measurement import POINTS, MeasurementKind, PixelPoint
from workstation.domain.patient import Patient
from workstation.domain.study import DisplaySet
from workstation.domain.worklist import Priority, Tier, WorklistItem
from workstation.errors import SiteUnavailable, WorkstationError
from workstation.services import drafted_key_images, drafted_measurements
from workstation.services.desk import Desk
from workstation.services.jobs import Jobs
from workstation.services.reporting import Reporting
from workstation.services.viewed import ViewedStudy
from workstation.services.viewer import Viewer

READER: Final = "Practitioner/17"
NOW: Final = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
#: Between two things that a hand does.
PAUSE_S: Final = 0.02


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
    """Keeps drafts in files, as a platform does; or takes none any more, or takes them late."""

    site = SITE

    def __init__(self, folder: Path, mood: str) -> None:
        self._folder, self._mood = folder, mood

    def save_draft(self, row: WorklistItem, report: str, body: str) -> None:
        if self._mood == "late":
            time.sleep(0.3)
        if self._mood == "silent":
            raise SiteUnavailable("no answer")
        file = self._folder / row.accession
        file.with_suffix(".new").write_text(body, "utf-8")
        file.with_suffix(".new").replace(file)

    def load_draft(self, row: WorklistItem) -> str | None:
        file = self._folder / row.accession
        return file.read_text("utf-8") if file.exists() else None


class Hand:
    """What a reader does next, by chance; `side` is how far points lie from the corner."""

    def __init__(self, seed: int, side: float) -> None:
        self.dice, self._side = random.Random(seed), side

    def what(self) -> str:
        return self.dice.choice(
            [
                "add",
                "add",
                "add",
                "move",
                "label",
                "delete",
                "delete",
                "undo",
                "redo",
                "key",
                "copy",
            ]
        )

    def points(self, kind: MeasurementKind) -> tuple[PixelPoint, ...]:
        least, most = POINTS[kind]
        count = self.dice.randint(least, min(most, 12))
        return tuple((self._part(), self._part()) for _ in range(count))

    def _part(self) -> float:
        return self.dice.uniform(0, self._side)

    def words(self) -> str:
        return self.dice.choice(["nodule", "Rundherd", "結節", "left"])


def said_of(what: str, case: str = "", viewer: Viewer | None = None) -> None:
    """Written at once and whole, so that a kill finds it with the parent."""
    line: dict[str, Any] = {"at": time.monotonic(), "what": what}
    if viewer is not None:
        marks = {
            "measurements": [drafted_measurements.to_plain(m) for m in viewer.measurements],
            "keys": [drafted_key_images.to_plain(key) for key in viewer.key_images],
        }
        line |= {"case": case, "marks": marks}
    os.write(sys.stdout.fileno(), (json.dumps(line) + "\n").encode())


class Child:
    def __init__(self, folder: Path, mood: str, seed: int) -> None:
        self._home: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._jobs, self._hand = Jobs(self._home.put), Hand(seed, 63)
        opened = open_store(folder / "store", FileSecrets(folder / "secrets.json"))
        assert opened.notice == "", opened.notice
        self._site = Site(folder, mood)
        platforms: Any = {SITE: self._site}
        self._reporting = Reporting(TEMPLATES, platforms, opened.store, self._jobs, SystemClock())
        self._viewer, self._loader = build()
        loader: Any = self._loader
        self._desk = Desk(self._viewer, loader, self._reporting)
        self._case = CASES[0]

    def read(self) -> None:
        """For ever, from one case to the other."""
        while True:
            for case in CASES:
                self._open(case)
                for _ in range(self._hand.dice.randint(10, 60)):
                    self._act()
                    self._turn(PAUSE_S)
                self._leave()

    def look(self) -> None:
        """What is there after the last kill."""
        for case in CASES:
            self._open(case)
            self._leave()

    # --- as the session does it ---

    def _open(self, case: Case) -> None:
        self._case = case
        viewer = self._viewer
        viewer.show(case.studies)
        self._reporting.start(binding_of(case.item), case.item)
        for study in case.studies:
            viewer.permit(study.ref)
        for each in case.sets:
            self._loader.known[each.id] = each
            viewer.study_ready(StudyRef(SITE, each.study), (each,))
            for number, frame in enumerate(each.frames):
                self._loader.arrive(frame, np.full((64, 64), 1000 + number, np.int16))
        asked = self._jobs.run(lambda: self._site.load_draft(case.item), lane=f"site:{SITE}")
        self._turn(until=lambda: asked.done)
        if asked.value is not None:
            self._reporting.restore(asked.value)
        sealed = self._jobs.run(lambda: None, lane="store")  # behind the look for a draft there
        self._turn(until=lambda: sealed.done)
        self._tell("opened")

    def _leave(self) -> None:
        self._reporting.close()
        self._viewer.close()
        for lane in (f"site:{SITE}", "store"):
            done = self._jobs.run(lambda: None, lane=lane)
            self._turn(until=lambda done=done: done.done)  # type: ignore[misc]

    def _turn(self, seconds: float = 0.0, until: Callable[[], bool] | None = None) -> None:
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

    # --- the hand ---

    def _act(self) -> None:
        viewer, hand, what = self._viewer, self._hand, self._hand.what()
        names = [m.id for m in viewer.measurements]
        self._look_somewhere()
        try:
            if what == "add":
                kind = hand.dice.choice(list(MeasurementKind))
                viewer.add(kind, hand.points(kind), hand.words())
            elif what == "key":
                viewer.toggle_key_image(hand.dice.choice(list(KeyTitle)))
            elif what in ("undo", "redo"):
                viewer.marks.undo() if what == "undo" else viewer.marks.redo()
            elif names:
                self._change(what, hand.dice.choice(names))
        except WorkstationError:
            what = "refused"
        self._tell(what)

    def _change(self, what: str, name: str) -> None:
        viewer, hand = self._viewer, self._hand
        if what == "delete":
            viewer.delete_measurement(name)
        elif what == "label":
            viewer.marks.label(name, hand.words())
        else:
            viewer.go_to_measurement(name)
            if what == "copy":
                viewer.copy_measurement(name)
            else:
                viewer.move_measurement(name, hand.points(viewer.marks.find(name).kind))

    def _look_somewhere(self) -> None:
        shown = self._hand.dice.choice(self._case.sets)
        self._viewer.show_set(shown.id)
        self._viewer.go(self._hand.dice.randrange(len(shown.frames)))

    def _tell(self, what: str) -> None:
        said_of(what, self._case.item.accession, self._viewer)


def main() -> None:
    folder, mood, seed, until = sys.argv[1:]
    child = Child(Path(folder), mood, int(seed))
    if until == "killed":
        child.read()
    child.look()


if __name__ == "__main__":
    main()
