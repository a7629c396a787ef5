"""Programs at one desk over a hub that is not our code: two lines of ours, one of the test's."""

import queue
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TypeVar, cast
from uuid import uuid4

import pytest
from attrs import evolve
from demo_platform import DemoPlatform
from fakes_images import Token
from fakes_worklist import row
from fhircast_peer import Other

from workstation.adapters.clock import SystemClock
from workstation.adapters.fhircast import HubLine
from workstation.adapters.sign_on import SignOn
from workstation.errors import Conflict
from workstation.protocols import fhircast
from workstation.protocols.fhircast import Confirmed, Event, Message, OutOfStep
from workstation.protocols.fhircast_context import of_case, of_signed
from workstation.settings import load

pytestmark = pytest.mark.slow

ITEM = row(1).item
S = 20.0  # as long as a loaded machine may take
M = TypeVar("M")


class Program:
    """One of ours at the desk, as far as its line goes."""

    def __init__(self, platform: DemoPlatform, topic: str) -> None:
        site = next(each for each in load(platform.settings).sites if each.id == "harbor")
        hub = platform.site("harbor")["fhircast"]
        agreed = evolve(site, fhircast_hub=hub, fhircast_topic=topic)
        token = cast(SignOn, Token(platform.token("harbor")))
        self.line = HubLine(agreed, token, SystemClock())
        self.came: queue.Queue[Message | None] = queue.Queue()
        self.line.open(self.came.put)
        assert self.hears(Confirmed) == Confirmed()

    def hears(self, kind: type[M]) -> M:
        found = self.came.get(timeout=S)
        assert isinstance(found, kind), found
        return found

    def tells(self, name: str, context: fhircast.Context, version: str = "") -> str:
        id_ = str(uuid4())
        at = datetime.now(UTC)
        self.line.post(fhircast.event(self.line.topic, name, id_, at, context, version))
        return id_


@pytest.fixture
def desk(shared_platform: DemoPlatform) -> Iterator[tuple[Program, Program]]:
    """Two of ours in one session."""
    topic = str(uuid4())
    with ExitStack() as stack:
        both = []
        for _ in range(2):
            program = Program(shared_platform, topic)
            stack.callback(program.line.end)
            both.append(program)
        yield both[0], both[1]


def test_two_programs_follow_each_other(desk: tuple[Program, Program]) -> None:
    """What one opens reaches both, under the id that the one gave it (2.6)."""
    first, second = desk
    for one in (first, second):
        for name in (fhircast.REPORT_OPEN, fhircast.REPORT_CLOSE):
            id_ = one.tells(name, of_case(ITEM, "r1"))
            for each in (first, second):
                event = each.hears(Event)
                assert (event.id, event.name, event.report) == (id_, name, "r1")
                assert event.is_of(ITEM)
                each.line.answer(id_, 200)


def test_who_does_not_follow_is_named_to_the_other(desk: tuple[Program, Program]) -> None:
    """Two screens with two patients are how reports come under the wrong name."""
    first, second = desk
    id_ = first.tells(fhircast.REPORT_OPEN, of_case(ITEM, "r1"))
    first.hears(Event)
    second.line.answer(second.hears(Event).id, 409)

    error = first.hears(OutOfStep)
    assert (error.subscriber, error.why) == ("Reading workstation", "it refuses")

    why = fhircast.not_followed(id_, fhircast.REPORT_OPEN, "the reader said not now")
    second.tells(fhircast.SYNC_ERROR, why)
    assert first.hears(OutOfStep).why == "the reader said not now"


def test_content_has_versions_that_the_hub_keeps_in_order(desk: tuple[Program, Program]) -> None:
    """A signature that is told against an old version is not taken (2.10)."""
    first, second = desk
    first.tells(fhircast.REPORT_OPEN, of_case(ITEM, "r1"))
    version = second.hears(Event).version
    assert version
    signed = of_signed(ITEM, "r1", "final")
    second.tells(fhircast.REPORT_UPDATE, signed, version)

    assert first.hears(Event).version == version
    updated = first.hears(Event)
    assert (updated.name, updated.report) == (fhircast.REPORT_UPDATE, "r1")
    assert updated.version not in ("", version)
    with pytest.raises(Conflict):
        first.tells(fhircast.REPORT_UPDATE, signed, version)


def test_another_makers_program_and_ours_understand_each_other(
    shared_platform: DemoPlatform,
) -> None:
    """It speaks the examples of the standard; who comes late is told what is open (2.4)."""
    topic = str(uuid4())
    events = "DiagnosticReport-open,ImagingStudy-open,ImagingStudy-close,SyncError"
    with Other.at(shared_platform, topic, events) as other:
        assert other.current() == {"context.type": "", "context": []}
        assert other.tells("ImagingStudy-open", ITEM.study, "bfbe806f") == 202
        assert other.hears()["id"] == "bfbe806f"
        ours = Program(shared_platform, topic)
        try:
            event = ours.hears(Event)
            assert (event.id, event.name) == ("bfbe806f", "ImagingStudy-open")
            assert event.is_of(ITEM)
            assert other.current()["context.type"] == "ImagingStudy"

            ours.line.answer(event.id, 409)
            (outcome,) = other.hears()["event"]["context"]
            codes = {c["code"] for c in outcome["resource"]["issue"][0]["details"]["coding"]}
            assert codes == {"bfbe806f", "ImagingStudy-open", "Reading workstation"}

            id_ = ours.tells(fhircast.REPORT_OPEN, of_case(ITEM, "r1"))
            told = other.hears()
            assert told["id"] == id_
            assert [each["key"] for each in told["event"]["context"]] == [
                "report", "study", "patient",
            ]  # fmt: skip
            ours.hears(Event)
            other.answers(id_, "409")
            assert ours.hears(OutOfStep).subscriber == "Acme Product"
        finally:
            ours.line.end()
        assert other.tells("ImagingStudy-close", ITEM.study, "c1") == 202
        assert other.hears()["id"] == "c1"
        assert other.current()["context.type"] == ""
