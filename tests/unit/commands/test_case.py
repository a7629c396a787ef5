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
from workstation.errors import CommandError
from workstation.services.queue.worklist import Row, Worklist
from workstation.services.waiting import settled

REGISTRY = Registry(case.COMMANDS)
NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)


class Session:
    def __init__(self) -> None:
        self.opened: list[SiteId] = []

    case = None

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
