"""Report commands, as keys, scripts and voice send them."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from fakes_report import NOW, SITE, Desk, item, length

from workstation.commands import report
from workstation.commands.context import CommandContext
from workstation.commands.registry import Registry
from workstation.domain.identifiers import ReportId
from workstation.domain.report import IssuedReport, ReportState, SectionKind
from workstation.domain.worklist import Tier, WorklistItem
from workstation.errors import CommandError
from workstation.services.jobs import Job


class Typed:
    """A registry of the report commands, and a context with a report in it."""

    def __init__(self, row: WorklistItem | None = None, *, finals: bool = True) -> None:
        self.desk = Desk()
        self.reporting = self.desk.start(row)
        self.asked: list[ReportState] = []
        self.viewer = SimpleNamespace(measurements=(), selected_measurement="")
        case = SimpleNamespace(item=row or item())
        self.context = SimpleNamespace(
            active=frozenset({"report", "measurement"}),
            reporting=self.reporting,
            viewer=self.viewer,
            session=SimpleNamespace(
                need_case=lambda: case,
                site=lambda _: SimpleNamespace(id=SITE, final_reports=finals),
            ),
            signing=SimpleNamespace(request=self._request),
        )
        self.registry = Registry(report.COMMANDS)

    def _request(self, status: ReportState) -> Job[None]:
        self.asked.append(status)
        return Job()

    def run(self, line: str) -> Any:
        return self.registry.run(line, cast(CommandContext, self.context))

    def text(self, kind: SectionKind) -> str:
        assert self.reporting.report is not None
        section = self.reporting.report.section(kind)
        return section.text if section else ""


@pytest.mark.parametrize("name", ["impression", "IMPRESSION", "Impression"])
def test_a_section_is_set_by_its_name_in_any_case(name: str) -> None:
    """contracts.md: in any case; words need no quotes."""
    typed = Typed()
    typed.run(f"report.set {name} Left upper lobe nodule, 22 mm.")

    assert typed.text(SectionKind.IMPRESSION) == "Left upper lobe nodule, 22 mm."


def test_an_unknown_section_names_those_there_are() -> None:
    """A script's error must say how to mend it."""
    with pytest.raises(CommandError, match="findings"):
        Typed().run("report.set conclusion x")


def test_insert_takes_the_selected_measurement_else_the_last_else_the_named() -> None:
    """One key for the usual case, a name for the other."""
    typed = Typed()
    typed.viewer.measurements = (length("A1", 11), length("A2", 22), length("A3", 33))
    typed.run("report.insert-measurement")
    typed.viewer.selected_measurement = "A1"
    typed.run("report.insert-measurement")
    typed.run("report.insert-measurement A2")

    text = typed.text(SectionKind.FINDINGS)
    assert text.index("33 mm") < text.index("11 mm") < text.index("22 mm")


def test_a_measurement_that_is_not_there_is_said() -> None:
    """Not silently nothing."""
    typed = Typed()
    typed.viewer.measurements = (length(),)

    with pytest.raises(CommandError, match="B7"):
        typed.run("report.insert-measurement B7")


def test_evidence_is_cited_by_the_number_of_its_line() -> None:
    """As the list shows it."""
    typed = Typed()
    typed.reporting.take_measurements([length("A1", 11), length("A2", 22)])
    typed.run("report.evidence 2")

    assert "22 mm" in typed.text(SectionKind.FINDINGS)
    with pytest.raises(CommandError):
        typed.run("report.evidence 3")


@pytest.mark.parametrize(
    ("tier", "finals", "status"),
    [
        (Tier.FINAL, True, ReportState.FINAL),
        (Tier.PRELIMINARY, True, ReportState.PRELIMINARY),
        (Tier.FINAL, False, ReportState.PRELIMINARY),
    ],
)
def test_sign_asks_for_what_was_promised(tier: Tier, finals: bool, status: ReportState) -> None:
    """A night read is preliminary by contract, whatever the reader's habit."""
    typed = Typed(item(tier=tier), finals=finals)
    typed.run("report.sign")

    assert typed.asked == [status]


def test_an_addendum_asks_for_a_signature_of_its_own() -> None:
    """It is a report, not an edit."""
    typed = Typed()
    with pytest.raises(CommandError):
        typed.run("report.addend Correction.")
    assert typed.asked == []


def test_an_override_takes_all_remaining_words_as_its_reason() -> None:
    """Reasons are sentences."""
    typed = Typed()
    typed.run("report.override images The bases are covered on the other series.")

    assert typed.reporting.overrides == {"images": "The bases are covered on the other series."}


def test_every_command_of_the_report_needs_a_report() -> None:
    """No key writes into a report that is not open."""
    assert all("report" in command.when for command in report.COMMANDS)


def test_the_commands_of_the_contract_are_there() -> None:
    """contracts.md: a script may count on these."""
    names = {command.id for command in report.COMMANDS}

    assert names >= {
        "report.template", "report.set", "report.override", "report.insert-measurement",
        "report.preliminary", "report.sign", "report.addend",
    }  # fmt: skip


def test_what_a_major_discrepancy_is_is_asked_for_in_words() -> None:
    """Its key opens the field to say it in: a refusal would be one more way to be stuck."""
    typed = Typed()
    asked: list[str] = []
    typed.context.windows = SimpleNamespace(open_palette=asked.append)
    before = IssuedReport(
        ReportId("p"), ReportId("p"), ReportState.PRELIMINARY, "Impression\nClear.\n", "N", NOW
    )
    typed.reporting.read_over(before)
    typed.run("report.discrepancy major")
    assert asked == ["report.discrepancy major "]
    assert typed.reporting.judged == ("", "")

    typed.run("report.discrepancy major a nodule was not seen")
    assert typed.reporting.judged == ("major", "a nodule was not seen")
