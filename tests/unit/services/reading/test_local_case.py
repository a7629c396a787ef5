"""Files of this machine: looked at by themselves, on record, and what is left out is said."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakes import FakeClock, InlineJobs
from fakes_images import FakeSource, series

from workstation.domain.identifiers import StudyRef, StudyUID
from workstation.domain.patient import Patient
from workstation.errors import CommandError
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.jobs import Job
from workstation.services.ports.files import LOCAL, LocalStudy, Opened
from workstation.services.reading.local_case import LocalCase, _day
from workstation.services.screen.viewed import moment
from workstation.services.signal import Signal

ALDER = Patient("Alder, Robin", "HG-1", "", None, "M")
BIRCH = Patient("Birch, Kim", "HG-2", "", None, "F")


def study(uid: str, date: str, patient: Patient = ALDER) -> LocalStudy:
    return LocalStudy(StudyRef(LOCAL, StudyUID(uid)), patient, date, "CT chest", "A-1")


class House:
    """A local case with stand-ins for the viewer, the session and the audit."""

    def __init__(self, found: Opened) -> None:
        self.found = found
        self.growing: list[tuple[Opened, Callable[[], None]]] = []  # told before, and then done
        self.shown: list[Any] = []
        self.permitted: list[StudyRef] = []
        self.records: list[dict[str, str]] = []
        self.forgotten = 0
        self.held: list[bool] = []
        self.audited: Job[None] = Job()
        jobs = InlineJobs(FakeClock())
        self.loader = Loader(
            {LOCAL: FakeSource([series("1.5", [0.0, -1.0, -2.0])])}, FrameStore(), jobs
        )
        self.session: Any = SimpleNamespace(case=None, changed=Signal())
        viewer: Any = SimpleNamespace(
            show=self._show,
            hold=self.held.append,
            permit=self.permitted.append,
            study_ready=lambda ref, sets: None,
            close=self.shown.clear,
        )
        audit: Any = SimpleNamespace(record=self._record)
        self.case = LocalCase(self.session, viewer, self.loader, audit, jobs, self)

    def _show(self, studies: list[Any]) -> None:
        self.shown[:] = studies

    def open(self, path: Path, grown: Callable[[Opened], None] = lambda _: None) -> Opened:
        for known, then in self.growing:
            grown(known)
            then()
        return self.found

    def forget(self) -> None:
        self.forgotten += 1

    def _record(self, action: str, *, detail: dict[str, str]) -> Job[None]:
        self.records.append({"action": action, **detail})
        return self.audited


def test_nothing_is_painted_before_the_look_is_on_record(tmp_path: Path) -> None:
    """Files from a disc are a look at a patient like any other; no identifier is in the record."""
    house = House(Opened((study("1.2.3", "20260101"),), {}, 0))
    house.case.open(tmp_path)
    before = list(house.permitted)
    house.audited.settle(None)

    assert before == []
    assert house.permitted == [StudyRef(LOCAL, StudyUID("1.2.3"))]
    assert house.records[0]["action"] == "accessed"
    assert "1.2.3" not in str(house.records)


def test_two_patients_on_one_disc_are_not_shown_as_one(tmp_path: Path) -> None:
    """The newest study decides whose images these are; the others are counted."""
    studies = (
        study("1.1", "20250101", BIRCH), study("1.2", "20260101"), study("1.3", "20240101"),
    )  # fmt: skip
    house = House(Opened(studies, {}, 0))
    house.case.open(tmp_path)

    assert [each.ref.study for each in house.shown] == ["1.2", "1.3"]
    assert [each.role for each in house.shown] == ["current", "prior"]
    assert house.case.notices == ("1 studies of other patients are not shown",)


def test_what_cannot_be_opened_is_counted_with_its_reason(tmp_path: Path) -> None:
    """A disc with a scratch must not look complete."""
    house = House(Opened((study("1.1", ""),), {"truncated": 2, "duplicate": 1}, 5))
    house.case.open(tmp_path)

    assert house.case.notices == (
        "1 files are not shown: The same image was received more than once.",
        "2 files are not shown: The image is incomplete: its data end too early.",
    )


def test_a_disc_that_lost_files_or_holds_more_than_it_lists_says_so(tmp_path: Path) -> None:
    """Of forty lost files the first names are enough to see which folder it was."""
    missing = tuple(f"IMAGES/{n}" for n in range(40))
    house = House(Opened((study("1.1", ""),), {}, 0, 50, missing, 7))
    house.case.open(tmp_path)

    assert house.case.notices == (
        "40 of 50 files that the DICOMDIR lists are missing: IMAGES/0, IMAGES/1, IMAGES/2 …",
        "7 files beside the DICOMDIR are not listed in it and not shown",
    )


def test_an_open_case_is_not_mixed_with_files(tmp_path: Path) -> None:
    """A report is bound to the study on screen; a disc beside it would be read into it."""
    house = House(Opened((study("1.1", ""),), {}, 0))
    house.session.case = object()

    with pytest.raises(CommandError, match="close the case first"):
        house.case.open(tmp_path)


def test_a_case_of_the_worklist_takes_the_place_of_the_files(tmp_path: Path) -> None:
    """Nothing of the disc stays in memory behind the next case."""
    house = House(Opened((study("1.1", ""),), {}, 0))
    house.case.open(tmp_path)
    house.session.case = object()
    house.session.changed.emit(None)

    assert house.case.refs == ()
    assert house.forgotten == 1
    assert house.loader.display_sets(StudyRef(LOCAL, StudyUID("1.1"))) == ()


def test_files_without_images_are_said_to_be_so(tmp_path: Path) -> None:
    """An empty viewport would look like a program that is still loading."""
    house = House(Opened((), {}, 3))
    job = house.case.open(tmp_path)

    assert str(job.error) == "there are no DICOM images in it"
    with pytest.raises(CommandError, match="no such file or folder"):
        house.case.open(tmp_path / "nowhere")


def test_what_was_read_first_is_shown_while_the_rest_is_read(tmp_path: Path) -> None:
    """A disc is read for a minute; its first image is there at once, and stays where it is
    while its prior is still found."""
    new, old = study("1.2", "20260101"), study("1.1", "20250101")
    house = House(Opened((new, old), {"truncated": 1}, 0, read=90))
    seen: list[object] = []

    def looked() -> None:
        roles = [(each.ref.study, each.role) for each in house.shown]
        seen.append((roles, list(house.held), house.case.progress, house.case.notices))

    house.growing = [
        (Opened((new,), {}, 0, read=1), looked), (Opened((new, old), {}, 0, read=33), looked),
    ]  # fmt: skip
    begun: list[str] = []
    job = house.case.open(tmp_path, lambda: begun.append("begun"))

    current, prior = ("1.2", "current"), ("1.1", "prior")
    assert seen == [
        ([current], [True], "Reading files: 1 so far", ()),
        ([current, prior], [True], "Reading files: 33 so far", ()),
    ]
    assert begun == ["begun"]
    assert not job.done  # the look is not on record yet
    house.audited.settle(None)
    assert job.done
    assert job.error is None
    assert house.held == [True, False]
    assert house.case.progress == ""
    assert len(house.case.notices) == 1


def test_a_patient_who_comes_later_does_not_take_the_place_of_the_one_shown(
    tmp_path: Path,
) -> None:
    """Who is looked at must not change under the hand, however new the other's study is."""
    first, later = study("1.1", "20250101"), study("1.9", "20260606", BIRCH)
    house = House(Opened((first, later), {}, 0, read=64))
    house.growing = [(Opened((first,), {}, 0, read=1), lambda: None)]

    house.case.open(tmp_path)

    assert [each.ref.study for each in house.shown] == ["1.1"]
    assert house.case.notices == ("1 studies of other patients are not shown",)


def test_closing_ends_the_reading(tmp_path: Path) -> None:
    """What is read after that is shown to nobody and kept nowhere."""
    only = study("1.1", "20250101")
    house = House(Opened((only,), {}, 0, read=64))
    house.growing = [(Opened((only,), {}, 0, read=1), lambda: house.case.close())]

    job = house.case.open(tmp_path)

    assert str(job.error) == "the files were closed"
    assert (house.shown, house.case.refs, house.case.progress) == ([], (), "")
    assert house.forgotten == 1
    assert house.loader.display_sets(only.ref) == ()


def test_a_case_of_the_worklist_ends_the_reading_too(tmp_path: Path) -> None:
    only = study("1.1", "20250101")
    house = House(Opened((only,), {}, 0, read=64))

    def opened() -> None:
        house.session.case = object()
        house.session.changed.emit(None)

    house.growing = [(Opened((), {}, 0, read=0), opened)]
    job = house.case.open(tmp_path)

    assert str(job.error) == "the files were closed"
    assert (house.case.refs, house.forgotten) == ((), 1)


def test_a_study_of_files_has_a_day_and_no_made_up_time() -> None:
    """Noon in UTC stood behind the date of each file: a time that nobody had measured."""
    assert moment(_day("20160503")) == "3 May 2016"
    assert moment(_day("2016")) == "date not known"
    assert moment(_day("")) == "date not known"
