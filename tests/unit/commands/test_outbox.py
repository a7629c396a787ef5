"""Commands of reports and marks that were refused."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from workstation.commands import outbox
from workstation.commands.context import CommandContext
from workstation.commands.registry import Registry
from workstation.domain.identifiers import ReportId
from workstation.errors import CommandError
from workstation.protocols.delivery import State

REGISTRY = Registry(outbox.COMMANDS)


class Outbox:
    def __init__(self, *states: State) -> None:
        self.entries = [
            SimpleNamespace(
                report=ReportId(f"r-{n}"),
                accession=f"A-{n}",
                state=state,
                reason="unknown",
                site=("harbor", "mesa")[n % 2],
            )
            for n, state in enumerate(states)
        ]
        self.retried: list[ReportId] = []

    def retry(self, report: ReportId) -> None:
        self.retried.append(report)


class Marks:
    """What was marked, refused as often as `refused` says."""

    def __init__(self, refused: int = 0) -> None:
        self.refused = refused
        self.retried: list[str] = []
        self.entries = [
            SimpleNamespace(
                accession="A-1", state=State.REFUSED, ref=SimpleNamespace(site="harbor")
            )
        ] * refused

    def retry(self, accession: str, site: str) -> int:
        self.retried.append(f"{accession} {site}".strip())
        return self.refused

    def take_back(self, accession: str, site: str) -> int:
        return self.refused if (accession, site) in (("A-1", ""), ("A-1", "harbor")) else 0


class Windows:
    def __init__(self) -> None:
        self.said: list[str] = []
        self.tell = self.open_palette = self.said.append


def context(refused: Outbox, marks: Marks | None = None) -> CommandContext:
    values: dict[str, Any] = {
        "deliveries": refused,
        "filing": marks or Marks(),
        "windows": Windows(),
        "active": frozenset({"signed-in"}),
    }
    return cast(CommandContext, SimpleNamespace(**values))


def test_refused_marks_are_taken_back_only_after_their_case_was_named() -> None:
    """They are nowhere then: the button writes the line, the reader sends it."""
    asked, meant = context(Outbox(), Marks(2)), context(Outbox(), Marks(2))
    REGISTRY.run("outbox.take-back", asked)
    REGISTRY.run("outbox.take-back A-1", meant)

    assert cast(Any, asked.windows).said == ["outbox.take-back A-1 harbor"]
    assert cast(Any, meant.windows).said == [
        "2 refused documents are taken back; they are filed nowhere"
    ]


class Alarms:
    def __init__(self, *accessions: str) -> None:
        self.standing = [SimpleNamespace(accession=each, site="harbor") for each in accessions]
        self.settled: list[str] = []

    def settle(self, accession: str, site: str) -> bool:
        self.settled.append(f"{accession} {site}")
        return accession in [each.accession for each in self.standing]


def test_an_alarm_is_dealt_with_by_keys_after_its_case_was_named() -> None:
    """The banner takes no focus; who reads without a mouse must still be able to answer it."""
    ctx = context(Outbox())
    alarms = Alarms("A-3", "A-4")
    cast(Any, ctx).alarms = alarms
    REGISTRY.run("outbox.settle", ctx)

    assert cast(Any, ctx.windows).said == ["outbox.settle A-3 harbor"]
    assert alarms.settled == []
    REGISTRY.run("outbox.settle A-3 harbor", ctx)
    assert alarms.settled == ["A-3 harbor"]

    cast(Any, ctx).alarms = Alarms()
    with pytest.raises(CommandError, match="there is no alarm"):
        REGISTRY.run("outbox.settle", ctx)


def test_marks_that_nobody_refused_are_not_taken_back() -> None:
    with pytest.raises(CommandError, match="no marks were refused"):
        REGISTRY.run("outbox.take-back A-1", context(Outbox()))
    with pytest.raises(CommandError, match="no marks of A-7"):
        REGISTRY.run("outbox.take-back A-7", context(Outbox(), Marks(1)))


def test_what_a_site_refused_is_offered_again_and_nothing_else() -> None:
    """A report on its way must not be pushed; one that was accepted must not be sent again."""
    refused = Outbox(State.REFUSED, State.ACKNOWLEDGED, State.IN_DOUBT, State.REFUSED)

    REGISTRY.run("outbox.retry", context(refused))

    assert refused.retried == ["r-0", "r-3"]


def test_one_refused_report_is_offered_again_alone() -> None:
    """The button beside it must not push its neighbours."""
    refused = Outbox(State.REFUSED, State.REFUSED)

    REGISTRY.run("outbox.retry A-1", context(refused))

    assert refused.retried == ["r-1"]


def test_a_number_that_two_hospitals_use_is_that_of_the_one_that_was_named() -> None:
    """The other one's report was refused for another reason, and another patient."""
    refused = Outbox(State.REFUSED, State.REFUSED)
    for entry in refused.entries:
        entry.accession = "A-7"
    REGISTRY.run("outbox.retry A-7 mesa", context(refused))

    assert refused.retried == ["r-1"]


def test_where_nothing_was_refused_the_reader_is_told() -> None:
    with pytest.raises(CommandError, match="nothing was refused"):
        REGISTRY.run("outbox.retry", context(Outbox(State.ACKNOWLEDGED)))


def test_refused_marks_are_offered_again_with_the_reports_of_their_case() -> None:
    """An archive that was full takes them today; the report may have gone long ago."""
    marks = Marks(refused=2)
    REGISTRY.run("outbox.retry A-1", context(Outbox(State.ACKNOWLEDGED), marks))

    assert marks.retried == ["A-1"]
