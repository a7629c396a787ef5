"""Critical results that nobody was told of: they outlive the case and the program."""

from datetime import UTC, timedelta
from typing import Any

from attrs import evolve
from fakes_report import NOW, SITE, Desk, binding_of, item

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.critical import Category, How
from workstation.domain.identifiers import AccessionNumber, StudyUID, TaskId, TaskRef
from workstation.services.report.critical_results import CriticalResults, Person
from workstation.services.report.critical_results import Desk as CallingDesk
from workstation.services.report.open_calls import OpenCalls

LEE = Person("Dr. Lee Proxy", "+1 206 555 0100")
NURSE = Person("Charge nurse", "+1 206 555 0101")
CASE = item()
OTHER = evolve(
    item(), task=TaskId("task-7"), study=StudyUID("7.7.7"), accession=AccessionNumber("A-7")
)


class Trail:
    def record(self, *_what: Any, **_where: Any) -> None:
        """Who reads it is asked in test_critical_results."""


class Night:
    def __init__(self) -> None:
        self.desk, self.store = Desk(), MemoryStore()
        self.start()
        self.desk.start(CASE, template="free-text")

    def start(self) -> None:
        """The program, on the machine as it is."""
        desk, trail = self.desk, Trail()
        place = {SITE: CallingDesk((LEE, NURSE), zone=UTC)}
        self.critical = CriticalResults(desk.reporting, trail, desk.clock, place)  # type: ignore[arg-type]
        self.calls = OpenCalls(self.critical, desk.reporting, self.store, desk.jobs)
        self.calls.resume()

    def go_on(self) -> None:
        """The case is left for the next one."""
        self.desk.reporting.close()
        self.desk.reporting.start(binding_of(OTHER), OTHER)

    @property
    def open(self) -> list[TaskRef]:
        return [each.task for each in self.calls.standing]


def test_whom_to_call_and_by_when_stands_after_the_case_was_left() -> None:
    """The telephone was engaged, and the next STAT case came."""
    night = Night()
    night.critical.begin(Category.MINUTES, "Tension pneumothorax")
    night.go_on()
    (call,) = night.calls.standing
    assert (call.task, call.accession) == (CASE.key, CASE.accession)
    assert (call.to, call.phone) == (LEE.name, LEE.phone)
    assert call.due == NOW + timedelta(minutes=30)


def test_who_did_not_answer_is_not_called_again_first() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES, "Tension pneumothorax")
    night.critical.no_answer()
    night.go_on()
    assert [call.to for call in night.calls.standing] == [NURSE.name]


def test_a_call_that_was_made_is_open_no_more() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES, "Tension pneumothorax")
    assert night.open == [CASE.key]
    night.critical.record(LEE.name, How.PHONE, read_back=True)
    assert night.open == []


def test_a_case_that_is_opened_again_keeps_its_clock_until_the_draft_is_there() -> None:
    """Between the first paint and the draft the report has no result: that tells nobody."""
    night = Night()
    night.critical.begin(Category.MINUTES, "Tension pneumothorax")
    night.go_on()
    night.desk.reporting.close()
    night.desk.reporting.start(binding_of(CASE), CASE)
    assert night.open == [CASE.key]


def test_it_outlives_the_program_and_ends_where_somebody_dealt_with_it() -> None:
    """Switched off in the morning, the patient still has a pneumothorax."""
    night = Night()
    night.critical.begin(Category.MINUTES, "Tension pneumothorax")
    night.go_on()
    before = night.calls.standing
    night.desk.reporting.close()
    night.start()
    assert night.calls.standing == before
    night.calls.settle(CASE.accession, CASE.site)
    night.start()
    assert night.calls.standing == ()
