"""Messages that were not taken, for the engineer."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fakes import FakeClock
from fakes_platform import site
from hl7_orders import ORDER, Disk

from workstation.commands import messages
from workstation.commands.context import CommandContext
from workstation.commands.registry import Registry
from workstation.domain.identifiers import SiteId
from workstation.errors import CommandError
from workstation.services.queue.announced import Announced

REGISTRY = Registry(messages.COMMANDS)
HARBOR = SiteId("harbor")


class Desk:
    """A site that brought one good message and, where it is told to, a bad one."""

    def __init__(self, *, bad: bool = True, export: bool = True) -> None:
        announced = Announced(site(), Disk(), FakeClock())
        announced.take(ORDER)
        if bad:
            announced.take(ORDER.replace(b"||A1", b"||"))
        self.said: list[str] = []
        self.recorded: list[tuple[str, dict[str, Any]]] = []
        values: dict[str, Any] = {
            "announced": {HARBOR: announced},
            "windows": SimpleNamespace(tell=self.said.append),
            "session": SimpleNamespace(site=lambda _: site()),
            "may_export": lambda _: export,
            "audit": SimpleNamespace(
                record=lambda what, **more: self.recorded.append((what, more))
            ),
            "active": frozenset({"signed-in"}),
        }
        self.context = cast(CommandContext, SimpleNamespace(**values))

    def run(self, line: str) -> None:
        REGISTRY.run(line, self.context)


def test_why_they_were_not_taken_is_said_without_whose_they_are() -> None:
    """On the telephone with the hospital's engineer, with anybody looking over the shoulder."""
    desk = Desk()

    desk.run("messages.rejected")

    (said,) = desk.said
    assert said.startswith(
        "Harbor: 1 message was not taken; the last at 21:40 UTC: there is no acc"
    )
    assert "Canary" not in said


def test_they_are_written_as_they_came_and_the_audit_knows(tmp_path: Path) -> None:
    """What the sender's engineer needs to see is the message itself."""
    desk, file = Desk(), tmp_path / "bad.jsonl"

    desk.run(f"messages.rejected {file}")

    (line,) = file.read_text("utf-8").splitlines()
    assert json.loads(line)["message"] == ORDER.replace(b"||A1", b"||").decode()
    assert desk.recorded == [("export", {"site": HARBOR, "detail": {"messages": "1"}})]


def test_a_site_that_allows_no_exports_keeps_them_here(tmp_path: Path) -> None:
    """They are patients' data like any other."""
    with pytest.raises(CommandError, match="does not allow exports"):
        Desk(export=False).run(f"messages.rejected {tmp_path / 'bad.jsonl'}")


def test_where_every_message_was_taken_that_is_said(tmp_path: Path) -> None:
    """And no empty file is written."""
    desk = Desk(bad=False)
    desk.run("messages.rejected")

    assert desk.said == ["every message was taken"]
    with pytest.raises(CommandError, match="every message was taken"):
        desk.run(f"messages.rejected {tmp_path / 'bad.jsonl'}")
    assert list(tmp_path.iterdir()) == []
