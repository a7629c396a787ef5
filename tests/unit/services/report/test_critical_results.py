"""Critical results: who was told, when, and that no key takes it back."""

import string
import tomllib
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from attrs import evolve
from fakes_report import NOW, SITE, Desk, item

from workstation.domain.critical import Category, How
from workstation.domain.report import SectionKind
from workstation.domain.worklist import Priority
from workstation.errors import CommandError
from workstation.services.report import drafts
from workstation.services.report.critical_results import CriticalResults, Person
from workstation.services.report.critical_results import Desk as CallingDesk
from workstation.settings import resource

PROXY = Person("Dr. Lee Proxy, emergency", "+1 206 555 0100")
NURSE = Person("Charge nurse", "+1 206 555 0101")


class Trail:
    def __init__(self) -> None:
        self.kept: list[dict[str, str]] = []

    def record(self, action: str, *, detail: dict[str, str], **_where: Any) -> None:
        assert action == "critical"
        self.kept.append(detail)


class Night:
    """A report with a pneumothorax in it, at a site in Seattle."""

    def __init__(self, priority: Priority = Priority.STAT) -> None:
        self.desk = Desk()
        self.trail = Trail()
        place = CallingDesk((PROXY, NURSE), zone=ZoneInfo("America/Los_Angeles"))
        self.critical = CriticalResults(
            self.desk.reporting,
            self.trail,
            self.desk.clock,
            {SITE: place},
        )
        self.desk.start(evolve(item(), priority=priority), template="free-text")
        self.reporting = self.desk.reporting
        self.reporting.set_section(SectionKind.FINDINGS, "Right tension pneumothorax.")
        self.reporting.set_section(SectionKind.IMPRESSION, "1. Tension pneumothorax, right.")

    @property
    def said(self) -> str:
        report = self.reporting.report
        assert report is not None
        section = report.section(SectionKind.COMMUNICATION)
        return section.text if section else ""

    @property
    def verdict(self) -> tuple[str, str]:
        self.desk.jobs.advance(1)
        found = next(each for each in self.reporting.checks if each.rule == "critical")
        return found.severity, found.text


def test_the_finding_is_the_readers_own_sentence() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES)
    waiting = night.critical.waiting
    assert waiting is not None
    assert waiting.finding == "Tension pneumothorax, right"
    assert night.critical.due == NOW + timedelta(minutes=30)


def test_a_call_becomes_a_sentence_with_all_that_the_standard_asks_for() -> None:
    """Finding, whom, how, when, how long after it was seen, read back (ACR)."""
    night = Night()
    night.critical.begin(Category.MINUTES)
    night.desk.clock.advance(7 * 60)
    night.critical.record(PROXY.name, How.PHONE, read_back=True)
    assert night.said == (
        "Tension pneumothorax, right: told to Dr. Lee Proxy, emergency by telephone on"
        " 2026-11-22 at 13:47 PST, 7 min after it was seen. Read back."
    )
    assert night.critical.waiting is None


def test_a_call_at_once_is_no_call_after_0_minutes() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES)
    night.critical.record(PROXY.name, How.PHONE, read_back=True)
    assert "less than 1 min after it was seen" in night.said


def test_who_did_not_answer_is_kept_and_the_next_is_named() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES)
    found = night.critical.escalation
    assert found == (NURSE, NOW + timedelta(minutes=15))
    assert night.critical.no_answer() == NURSE
    night.desk.clock.advance(60)
    night.critical.record(NURSE.name, How.IN_PERSON, read_back=False)
    assert night.said.endswith(
        "1 min after it was seen. Not read back."
        " Not reached before: Dr. Lee Proxy, emergency at 13:40."
    )
    assert [each["what"] for each in night.trail.kept] == ["begun", "no-answer", "told"]


def test_a_critical_term_blocks_a_stat_report_until_somebody_knows() -> None:
    """A warning is read too late at a STAT bedside; a routine one may be told in the report."""
    night = Night()
    assert night.verdict == (
        "block",
        "Critical term “tension pneumothorax”: no communication recorded",
    )
    assert Night(Priority.ROUTINE).verdict[0] == "warn"
    night.critical.begin(Category.MINUTES)
    assert night.verdict == (
        "block",
        "Critical result “Tension pneumothorax, right”: nobody was told yet",
    )
    night.critical.record("Dr. Lee Proxy", How.PHONE, read_back=True)
    assert night.verdict[0] == "passed"


def test_not_critical_needs_a_reason_and_is_kept() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES)
    with pytest.raises(CommandError, match="say why"):
        night.critical.dismiss(" ")
    night.critical.dismiss("known since Monday, drained")
    assert night.critical.waiting is None
    assert night.reporting.overrides["critical"] == "known since Monday, drained"


def test_undo_takes_back_words_and_never_a_call() -> None:
    """Somebody was told: that stays true whatever keys are pressed."""
    night = Night()
    night.critical.begin(Category.MINUTES)
    night.critical.record("Dr. Lee Proxy", How.PHONE, read_back=True)
    said = night.said
    for _ in range(5):
        night.reporting.undo()
    assert night.said == said
    night.reporting.use_template("ct-chest")
    assert night.said == said


def test_its_words_are_not_typed_over() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES)
    night.critical.record("Dr. Lee Proxy", How.PHONE, read_back=True)
    said = night.said
    night.reporting.set_section(SectionKind.COMMUNICATION, "Nobody was told.")
    assert night.said == said


def test_a_call_outlives_the_program() -> None:
    """Clock, attempts and all: the draft has them."""
    night = Night()
    night.critical.begin(Category.HOURS, "Free air")
    night.critical.no_answer()
    report = night.reporting.report
    assert report is not None
    draft = drafts.Draft(report, "", NOW.isoformat(), {})
    assert drafts.from_json(drafts.to_json(draft)).report == report
    night.critical.record("Nurse", How.MESSAGE, read_back=False)
    told = night.reporting.report
    assert told is not None
    again = drafts.from_json(drafts.to_json(evolve(draft, report=told)))
    assert again.report == told


@pytest.mark.parametrize("minutes", [-10, 10])
def test_nobody_is_told_before_it_was_seen_or_in_the_future(minutes: int) -> None:
    night = Night()
    night.critical.begin(Category.MINUTES)
    when = NOW + timedelta(minutes=minutes)
    with pytest.raises(CommandError, match="before the finding was seen"):
        night.critical.record("Nurse", How.PHONE, read_back=True, at=when)


def test_a_time_is_one_of_the_sites_day() -> None:
    """13:40 in Seattle now: 13:38 is today, 23:50 was yesterday."""
    night = Night()
    assert night.critical.at("13:38") == datetime(2026, 11, 22, 21, 38, tzinfo=UTC)
    assert night.critical.at("23:50") == datetime(2026, 11, 22, 7, 50, tzinfo=UTC)
    with pytest.raises(CommandError, match="is no time"):
        night.critical.at("soon")


def test_one_after_the_other() -> None:
    night = Night()
    night.critical.begin(Category.MINUTES)
    with pytest.raises(CommandError, match="waits already"):
        night.critical.begin(Category.DAYS, "Nodule")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de-CH", "telefonisch mitgeteilt an Dr. Lee Proxy, emergency am 2026-11-22 um 13:47 PST"),
        ("fr", "communiqué par téléphone à Dr. Lee Proxy, emergency le 2026-11-22 à 13:47 PST"),
        ("es", "comunicado por teléfono a Dr. Lee Proxy, emergency el 2026-11-22 a las 13:47 PST"),
        ("ja", "told to Dr. Lee Proxy, emergency by telephone on 2026-11-22 at 13:47 PST"),
    ],
)
def test_the_sentence_is_in_the_language_of_the_report(language: str, words: str) -> None:
    """A sentence in another language than the rest of the report is overlooked."""
    night = Night()
    assert night.reporting.report is not None
    night.reporting.report = evolve(night.reporting.report, language=language)
    night.critical.begin(Category.MINUTES)
    night.critical.no_answer(NURSE.name)
    night.desk.clock.advance(7 * 60)
    night.critical.record(PROXY.name, How.PHONE, read_back=True)
    assert words in night.said


def test_every_language_says_all_of_it() -> None:
    """A sentence without the time or the name is no record."""
    read = tomllib.loads(resource("communication.toml").read_text("utf-8"))
    for words in read.values():
        assert set(words) == set(read["en"])
        for how in How:
            fields = {name for _, name, _, _ in string.Formatter().parse(words[how]) if name}
            assert fields == {"finding", "to", "day", "time", "minutes"}
