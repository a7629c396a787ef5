"""Which case is meant by a number that somebody types."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fakes import FakeClock, InlineJobs
from fakes_platform import FakePlatform, item, site

from workstation.commands import case
from workstation.commands.context import CommandContext
from workstation.commands.registry import Registry
from workstation.domain.identifiers import AccessionNumber, SiteId
from workstation.domain.reader import Colleague
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.services.queue.licence import Verdict
from workstation.services.queue.worklist import Row, Worklist
from workstation.services.reading.case import Case
from workstation.services.waiting import settled

REGISTRY = Registry(case.COMMANDS)
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)


class Session:
    def __init__(self) -> None:
        self.opened: list[SiteId] = []
        self.case: Case | None = None
        self.given: list[str] = []

    def need_case(self) -> Case:
        assert self.case is not None
        return self.case

    def release(self, reason: str, to: Colleague) -> object:
        self.given.append(f"{self.need_case().item.accession} to {to.name}: {reason}")
        return settled()

    def open(self, row: Row) -> object:
        self.opened.append(row.item.site)
        return settled()


def context(session: Session) -> CommandContext:
    """Harbor and Mesa have a case A-1 each, of different patients."""
    clock = FakeClock()
    names = (SiteId("harbor"), SiteId("mesa"))
    platforms = {n: FakePlatform(n, clock, [item(1, NOW)]) for n in names}
    platforms[names[1]].put(item(2, NOW, site=names[1], accession=AccessionNumber("B-2")))
    worklist = Worklist(platforms, tuple(map(site, names)), InlineJobs(clock), clock)
    worklist.sign_in(None).result()
    windows = SimpleNamespace(show_page=lambda _page: None, selected_row=None)
    values: dict[str, Any] = {
        "worklist": worklist, "session": session, "windows": windows,
        "active": frozenset({"signed-in"}),
    }  # fmt: skip
    return cast(CommandContext, SimpleNamespace(**values))


def test_a_number_that_two_hospitals_use_opens_neither_until_one_is_named() -> None:
    """The first of the list came up: another patient than the one who was meant."""
    session = Session()
    ctx = context(session)
    with pytest.raises(CommandError, match="A-1 is a case at harbor, mesa: say at which"):
        REGISTRY.run("case.open A-1", ctx)
    REGISTRY.run("case.open A-1 mesa", ctx)
    REGISTRY.run("case.open B-2", ctx)

    assert session.opened == ["mesa", "mesa"]


KIM = Colleague("Practitioner/4", "Ash, Kim")


class List:
    """Knows one colleague, whom it takes its time to find."""

    def __init__(self) -> None:
        self.found: Job[Colleague] = Job()
        self.declined: list[str] = []

    def colleague(self, _site: SiteId, _name: str) -> Job[Colleague]:
        return self.found

    def decline(self, row: Row, reason: str, to: Colleague) -> Job[None]:
        self.declined.append(f"{row.item.accession} to {to.name}: {reason}")
        return settled()


def giving(open_case: int, selected: int) -> tuple[Session, List, CommandContext]:
    session, listed = Session(), List()
    session.case = Case(item(open_case, NOW))
    windows = SimpleNamespace(
        show_page=lambda _page: None, selected_row=Row(item(selected, NOW), Verdict(True))
    )
    values: dict[str, Any] = {
        "worklist": listed, "session": session, "windows": windows,
        "active": frozenset({"signed-in", "row", "case"}),
    }  # fmt: skip
    return session, listed, cast(CommandContext, SimpleNamespace(**values))


def test_the_row_that_is_selected_is_given_away_and_not_the_case_that_is_open() -> None:
    """Beside a row of the list the button gave away what lay open behind it."""
    session, listed, ctx = giving(open_case=1, selected=2)
    REGISTRY.run("case.reassign Kim: paediatric", ctx)
    listed.found.settle(KIM)

    assert listed.declined == ["A-2 to Ash, Kim: paediatric"]
    assert session.given == []


def test_the_open_case_is_given_away_where_it_is_meant() -> None:
    session, listed, ctx = giving(open_case=1, selected=1)
    REGISTRY.run("case.reassign Kim: paediatric", ctx)
    REGISTRY.run("case.give Kim: mine was too late", ctx)
    listed.found.settle(KIM)

    assert session.given == ["A-1 to Ash, Kim: paediatric", "A-1 to Ash, Kim: mine was too late"]
    assert listed.declined == []


def test_a_case_that_was_opened_while_the_colleague_was_looked_up_is_not_given_away() -> None:
    """A moment later another case is open; it is nobody's to give."""
    session, listed, ctx = giving(open_case=1, selected=1)
    job = cast(Job[None], REGISTRY.run("case.give Kim: paediatric", ctx))
    session.case = Case(item(2, NOW))
    listed.found.settle(KIM)

    assert session.given == []
    assert "nothing was given away" in str(job.error)
