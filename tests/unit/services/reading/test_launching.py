"""A case that is sent to this desk opens once, for its reader, and never over another."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_worklist import NOW, READER, row
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from workstation.adapters.memory_store import MemoryStore
from workstation.domain.identifiers import TaskId
from workstation.errors import CommandError, Refused
from workstation.protocols.launch import AUDIENCE, Gate
from workstation.services.reading.launching import Launching
from workstation.services.signal import Signal

KEY = ECKey.generate_key("P-256")
ROW = evolve(row(1), item=evolve(row(1).item, task=TaskId("77")))
SITE = ROW.item.site


class Desk:
    """What stands around it, as far as it is looked at."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.worklist = SimpleNamespace(
            changed=Signal[None](), rows=(), reader=lambda _site: self.reader
        )
        self.session = SimpleNamespace(
            changed=Signal[None](),
            opening=Signal[object](),
            case=None,
            site=lambda _site: SimpleNamespace(name="Harbor"),
        )
        self.reader: object = READER
        self.recorded: list[tuple[str, str]] = []
        self.store = MemoryStore()
        self.opened: list[str] = []
        self.told: list[str] = []
        self.launching = self.again()

    def again(self) -> Launching:
        """The program started again, on the same store."""
        audit = SimpleNamespace(
            record=lambda what, outcome="", detail=None: self.recorded.append((what, outcome))
        )
        made = Launching(
            (Gate(SITE, "https://ris.example", KeySet([KEY])),),
            cast(Any, self.worklist), cast(Any, self.session), cast(Any, audit), self.store,
            InlineJobs(self.clock), self.clock,
        )  # fmt: skip
        made.ready.connect(lambda _: self.opened.append(made.row().item.task))
        made.told.connect(self.told.append)
        return made

    def listed(self) -> None:
        self.worklist.rows = (ROW,)
        self.worklist.changed.emit(None)


def token(name: str = "a1", **more: Any) -> str:
    at = int(NOW.timestamp())
    claims = {"iss": "https://ris.example", "aud": AUDIENCE, "iat": at, "exp": at + 120,
              "jti": name, "task": "77", **more}  # fmt: skip
    return jwt.encode({"alg": "ES256"}, claims, KEY)


def test_a_case_opens_when_the_reader_is_there_and_the_list_has_it() -> None:
    """The portal starts the program; sign-in and the list take their time."""
    desk = Desk()

    assert desk.launching.take(token()).error is None
    assert desk.opened == []
    desk.listed()
    desk.worklist.changed.emit(None)

    assert desk.opened == ["77"]


def test_a_token_is_good_once_even_after_a_restart() -> None:
    """Who finds the link in a history opens nothing with it."""
    desk = Desk()
    desk.listed()
    desk.launching.take(token())

    job = desk.launching.take(token())
    again = desk.again().take(token())

    assert desk.opened == ["77"]
    for each in (job, again):
        assert isinstance(each.error, Refused)
        assert "used before" in str(each.error)
    assert desk.recorded == [("security-alert", "failure")] * 2
    assert desk.told == ["the launch cannot be trusted: it was used before"] * 2


def test_an_open_case_stays_until_the_reader_says_so() -> None:
    """Words that are dictated belong to the case that is on the screen."""
    desk = Desk()
    desk.session.case = object()
    asked: list[str] = []
    desk.launching.changed.connect(lambda _: asked.append(desk.launching.asks))
    desk.listed()

    desk.launching.take(token())
    assert (desk.opened, asked) == ([], ["Harbor"])
    desk.launching.dismiss()

    assert (desk.opened, asked) == ([], ["Harbor", ""])
    with pytest.raises(CommandError, match="no case was sent"):
        desk.launching.row()


def test_between_two_cases_nothing_comes_by_itself() -> None:
    """Sign and next: the case that was asked for opens, the one that was sent still asks."""
    desk = Desk()
    desk.session.case = object()
    desk.listed()
    desk.launching.take(token())

    desk.session.case = None
    desk.session.changed.emit(None)
    desk.listed()

    assert (desk.opened, desk.launching.asks) == ([], "Harbor")


def test_a_case_that_is_being_opened_is_not_overtaken() -> None:
    """Its claim is on its way: the list has no time to be rearranged by a link."""
    desk = Desk()
    desk.launching.take(token())
    desk.session.opening.emit(None)

    desk.listed()

    assert (desk.opened, desk.launching.asks) == ([], "Harbor")
    assert desk.launching.row() is ROW


def test_what_was_sent_to_another_reader_is_not_opened() -> None:
    """Two readers at one desk, one after the other."""
    desk = Desk()
    desk.launching.take(token(sub="Practitioner/18"))
    desk.listed()

    assert desk.opened == []
    assert desk.told == ["The case that was sent here is for another reader"]


def test_what_nobody_opened_for_a_quarter_of_an_hour_is_forgotten() -> None:
    """Somebody who comes back after lunch does not find a case opening by itself."""
    desk = Desk()
    desk.launching.take(token())
    desk.clock.advance(15 * 60 + 1)

    desk.listed()

    assert desk.opened == []
