"""The chart of the open case: asked when it is this reader's, and of nobody else."""

from collections.abc import Callable
from threading import Barrier
from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import astuple, define, field
from fakes import FakeClock, Home, InlineJobs
from fakes_images import pixels
from fakes_platform import item, site

from workstation.domain.chart import ChartDocument, Found, HistoryEntry, Kind, LabResult
from workstation.domain.worklist import WorklistItem
from workstation.errors import CommandError, Refused, SiteUnavailable
from workstation.services.jobs import Jobs
from workstation.services.reading.case import Case
from workstation.services.reading.chart import Chart, Sheet
from workstation.services.signal import Signal
from workstation.services.waiting import settled

CLOCK = FakeClock()
CASE = item(1, CLOCK.now(), patient_ref="Patient/4")
EGFR = LabResult("eGFR", "98979-8", "38", "mL/min")
NOTE = ChartDocument("Note", "text/plain", None, True, url="Binary/1")
FORM = ChartDocument("Form", "application/pdf", None, True, url="Binary/2")
SCAN = ChartDocument("Scan", "image/tiff", None, True, url="Binary/3")


@define(eq=False)
class Hospital:
    """A platform that keeps charts."""

    asked: list[str] = field(factory=list)
    meanwhile: Callable[[], object] = lambda: None
    wrong: dict[str, Exception] = field(factory=dict)

    def _told(self, what: str) -> None:
        self.asked.append(what)
        self.meanwhile()
        if what in self.wrong:
            raise self.wrong[what]

    def laboratory(self, item: WorklistItem) -> Found[LabResult]:
        self._told("laboratory")
        return Found((EGFR,), more=True)

    def history(self, item: WorklistItem, kind: Kind) -> Found[HistoryEntry]:
        self._told(kind)
        return Found((HistoryEntry(kind, "something"),))

    def documents(self, item: WorklistItem) -> Found[ChartDocument]:
        self._told("documents")
        return Found((NOTE, FORM, SCAN))

    def content(self, document: ChartDocument) -> bytes:
        self._told(document.title)
        return "Fünf Tage Fieber".encode() if document is NOTE else b"%PDF"


class Desk:
    def __init__(self, hospital: Hospital | None = None, jobs: Jobs | None = None) -> None:
        self.hospital = hospital or Hospital()
        self.session = SimpleNamespace(
            case=None, changed=Signal[None](), need_case=lambda: self.session.case,
            site=lambda name: site(name),
        )  # fmt: skip
        self.recorded: list[tuple[str, object, dict[str, str]]] = []
        audit = SimpleNamespace(record=self._record)
        pages = SimpleNamespace(count=lambda _pdf: 2, page=lambda _pdf, _at: self.page)
        self.page = pixels()
        self.chart = Chart(
            cast(Any, self.session), {CASE.site: self.hospital}, cast(Any, pages),
            cast(Any, audit), jobs or InlineJobs(CLOCK),
        )  # fmt: skip

    def _record(self, action: str, *, study: object, detail: dict[str, str]) -> object:
        self.recorded.append((action, study, detail))
        return settled()

    def turn_to(self, case: Case | None) -> None:
        self.session.case = case
        self.session.changed.emit(None)


def test_the_chart_of_a_claimed_case_is_asked_once_and_on_record() -> None:
    """Whoever reads a case reads its chart; the hospital knows that, as it knows of the images."""
    desk = Desk()
    desk.turn_to(Case(CASE))
    desk.turn_to(Case(CASE, news="more images"))
    desk.chart.ask()

    assert sorted(desk.hospital.asked) == [
        "allergy", "condition", "documents", "laboratory", "procedure",
    ]  # fmt: skip
    assert desk.recorded == [("chart", CASE.ref, {"what": "asked"})]
    sheet = desk.chart.sheet
    assert (sheet.laboratory.values, sheet.laboratory.more) == ((EGFR,), True)
    assert sheet.documents.values == (NOTE, FORM, SCAN)


def test_before_a_case_is_open_nothing_is_asked_and_after_it_nothing_is_left() -> None:
    """The gate and the claim come first; the next patient's window shows nothing of this one."""
    desk = Desk()
    assert desk.hospital.asked == []
    desk.turn_to(Case(CASE))
    desk.turn_to(None)

    assert desk.chart.sheet == Sheet()


def test_of_a_case_that_is_only_looked_at_the_chart_is_asked_when_it_is_wanted() -> None:
    """An old case is opened for its images; its chart is another look into the patient."""
    desk = Desk()
    desk.turn_to(Case(CASE, read_only=True))
    before = list(desk.hospital.asked)
    desk.chart.ask()

    assert before == []
    assert "laboratory" in desk.hospital.asked


@pytest.mark.parametrize(
    "error", [Refused("Harbor does not permit it"), SiteUnavailable("no answer")]
)
def test_a_part_that_is_refused_or_silent_says_so_and_keeps_no_other(error: Exception) -> None:
    """No laboratory is no normal laboratory; and the allergies are here all the same."""
    desk = Desk(Hospital(wrong={"laboratory": error}))
    desk.turn_to(Case(CASE))

    laboratory = desk.chart.sheet.laboratory
    assert (laboratory.known, laboratory.values, laboratory.why) == (False, (), str(error))
    assert desk.chart.sheet.allergies.known


def test_a_part_that_does_not_answer_keeps_no_other_waiting() -> None:
    """A laboratory that hangs must not hide an allergy; here all answer, or none does."""
    home, together = Home(), Barrier(5, timeout=10.0)
    jobs = Jobs(home.post)
    desk = Desk(Hospital(meanwhile=together.wait), jobs)
    desk.turn_to(Case(CASE))
    home.drain(lambda: all(part.known for part in astuple(desk.chart.sheet, recurse=False)))
    jobs.close()

    assert sorted(desk.hospital.asked) == sorted([*Kind, "laboratory", "documents"])


def test_an_answer_that_comes_after_the_case_was_left_is_nobodys() -> None:
    """Two patients one after the other; the slow platform answers for the first."""
    desk = Desk()
    desk.hospital.meanwhile = lambda: desk.turn_to(None)
    desk.turn_to(Case(CASE))

    assert desk.chart.sheet == Sheet()


def test_a_site_without_charts_says_so() -> None:
    """An archive with a list of studies knows nothing of the laboratory."""
    desk = Desk()
    desk.chart._sources = {}
    desk.turn_to(Case(CASE))

    assert "gives no charts" in desk.chart.sheet.laboratory.why
    assert desk.recorded == []


def test_a_paper_is_opened_on_record_and_told_as_words_or_pages() -> None:
    """A scanned form is drawn by the sandboxed child; what the ward typed is read as it is."""
    desk = Desk()
    desk.turn_to(Case(CASE))

    words, form = (desk.chart.open(n).result() for n in (1, 2))

    assert (words.text, words.pages) == ("Fünf Tage Fieber", 0)
    assert (form.text, form.pages) == ("", 2)
    assert desk.chart.page(form, 1).result() is desk.page
    assert desk.chart.page(form, 0).result() is form.first
    assert [detail["what"] for _, _, detail in desk.recorded] == ["asked", "document", "document"]


def test_what_cannot_be_shown_safely_is_not_fetched() -> None:
    """No foreign viewer is started for a format of which nobody here knows what it does."""
    desk = Desk()
    desk.turn_to(Case(CASE))

    with pytest.raises(CommandError, match="image/tiff"):
        desk.chart.open(3)
    with pytest.raises(CommandError, match="no document 4"):
        desk.chart.open(4)
    assert "Scan" not in desk.hospital.asked
