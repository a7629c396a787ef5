"""What was written about an older study is read on demand, and nothing else is fetched for it."""

from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_images import FakeSource, series
from fakes_platform import item

from workstation.domain.document import DocumentLine, TextDocument
from workstation.domain.identifiers import SeriesUID, StudyRef, StudyUID
from workstation.domain.prior import PriorStudy
from workstation.domain.study import Series
from workstation.errors import CommandError, StoreUnavailable
from workstation.services.jobs import Job
from workstation.services.reading.case import Case
from workstation.services.reading.prior_reports import PriorReports

CLOCK = FakeClock()
CASE = item(1, CLOCK.now())
OLD = PriorStudy(StudyRef(CASE.site, StudyUID("1.2.77")), None, "CT chest", "CT", "A-9")
BEFUND = TextDocument("Befund", (DocumentLine("Kein Rundherd.", depth=1),))


class Pacs(FakeSource):
    """A CT of a thousand images and a report, object by object."""

    def __init__(self) -> None:
        chest = series("1.5", [1.0])
        (image,) = chest.instances
        written = evolve(image, frames=(), document=BEFUND)
        report = evolve(chest, uid=SeriesUID("1.6"), modality="SR", instances=(written,))
        super().__init__([chest, report])
        self.forgotten: list[StudyRef] = []

    def arriving(self, ref: StudyRef, series: SeriesUID, came: Any) -> Series:
        return self.metadata(ref, series)

    def pause(self, ref: StudyRef) -> None: ...

    def forget(self, ref: StudyRef) -> None:
        self.forgotten.append(ref)


class Desk:
    def __init__(self, prior: PriorStudy = OLD, *, on_record: bool = True) -> None:
        self.source = Pacs()
        self.permitted: list[StudyRef] = []
        self.shown: list[Any] = []
        self.on_record = on_record
        case = Case(CASE, priors=(prior,))
        session = SimpleNamespace(case=case, need_case=lambda: case, permit=self._permit)
        loader = SimpleNamespace(
            display_sets=lambda _ref: self.shown, source=lambda _site: self.source
        )
        services = SimpleNamespace(loader=loader, jobs=InlineJobs(CLOCK))
        self.reports = PriorReports(session, services)  # type: ignore[arg-type]

    def _permit(self, ref: StudyRef) -> Job[None]:
        self.permitted.append(ref)
        done: Job[None] = Job()
        done.settle(None, None if self.on_record else StoreUnavailable("the disk is full"))
        return done


def test_the_report_of_a_pacs_is_read_without_its_images() -> None:
    """The first thing a radiologist reads of a prior; its thousand slices may stay where they
    are. Of what is not open nothing stays here."""
    desk = Desk()

    found = desk.reports.read(1).result()

    assert found.documents == (BEFUND,)
    assert desk.source.described == ["1.6"]
    assert desk.source.forgotten == [OLD.ref]
    assert desk.permitted == [OLD.ref]


def test_the_platforms_own_words_need_no_archive() -> None:
    """A report that came by FHIR is there already."""
    desk = Desk(evolve(OLD, report_text="No nodule.\nNo effusion."))

    (document,) = desk.reports.read(1).result().documents

    assert [line.text for line in document.lines] == ["No nodule.", "No effusion."]
    assert desk.source.described == []


def test_a_prior_that_hangs_is_not_asked_for_again() -> None:
    """Its documents came with it; and the line is the images'."""
    desk = Desk()
    desk.shown = [SimpleNamespace(document=None), SimpleNamespace(document=BEFUND)]

    assert desk.reports.read(1).result().documents == (BEFUND,)
    assert desk.source.listed == 0


def test_a_look_that_is_not_on_record_shows_nothing() -> None:
    """Who read what of a patient is written down before it is read."""
    desk = Desk(on_record=False)

    assert isinstance(desk.reports.read(1).error, StoreUnavailable)
    assert desk.source.listed == 0


def test_that_there_is_none_is_said() -> None:
    """Silence would be taken for a program that does nothing."""
    desk = Desk()
    del desk.source.found[SeriesUID("1.6")]

    error = desk.reports.read(1).error

    assert "no report that can be read" in str(error)
    with pytest.raises(CommandError, match="no prior 2"):
        desk.reports.read(2)
