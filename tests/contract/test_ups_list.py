"""Work items by UPS-RS as a worklist, against a small server of the tests' own (`ups_peer`)."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
import ups_peer
from fakes_images import client
from ups_peer import Ups

from workstation.adapters.archive_list import by_qido
from workstation.adapters.site_client import SiteClient
from workstation.adapters.ups_list import UpsList
from workstation.domain.identifiers import SiteId
from workstation.domain.worklist import Lack, Priority, ReadState
from workstation.errors import Conflict, Refused
from workstation.protocols.id_token import Identity
from workstation.settings import Site

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
WORK, STUDY = "2.25.1001", "2.25.501"


def work_item(uid: str = WORK) -> dict[str, Any]:
    """A reading that is scheduled, as PS3.4 CC.2.5.3 writes it."""

    def one(vr: str, value: object) -> dict[str, Any]:
        return {"vr": vr, "Value": [value]}

    order = {"00080050": one("SH", "A-1"), "00401002": one("LO", "Cough.")}
    return {
        "00080018": one("UI", uid), "00741000": one("CS", "SCHEDULED"),
        "00741200": one("CS", "HIGH"), "00741204": one("LO", "CT chest, read"),
        "00404005": one("DT", "20261122223000"), "00404011": one("DT", "20261122233000+0100"),
        "0020000D": one("UI", STUDY), "0040A370": one("SQ", order),
        "00100010": one("PN", {"Alphabetic": "Alder^Robin"}), "00100020": one("LO", "4711"),
        "00100030": one("DA", "19620302"), "00100040": one("CS", "M"),
    }  # fmt: skip


@pytest.fixture
def ups() -> Iterator[Ups]:
    with ups_peer.running() as running:
        running.items[WORK] = work_item()
        running.studies.append(
            {
                "0020000D": {"vr": "UI", "Value": [STUDY]},
                "00100020": {"Value": ["4711"]},
                "00080061": {"Value": ["SR", "CT"]},
                "00201208": {"Value": [312]},
            }
        )
        yield running


class SignedIn:
    """An identity provider that knows this reader."""

    def __init__(self, subject: str, name: str) -> None:
        self._identity = Identity(subject, "", name, NOW, "pwd")

    def access_token(self, *, refused: str = "") -> str:
        return ups_peer.TOKEN

    def sign_in(self, _credentials: object) -> Identity:
        return self._identity


Desk = Callable[..., UpsList]


@pytest.fixture
def desk(ups: Ups) -> Iterator[Desk]:
    opened: list[SiteClient] = []
    site = Site(
        id=SiteId("hill"), name="Hill Clinic", issuer="https://127.0.0.1:1", dicomweb=ups.url,
        jurisdiction="DE", timezone="Europe/Berlin", worklist="ups", report="hl7",
        hl7="mllp://127.0.0.1:1", readers="4711 = DE; 4712 = DE",
    )  # fmt: skip

    def make(subject: str = "4711", name: str = "Dr. Jo Sample") -> UpsList:
        made = client(site, ups_peer.TOKEN)
        made.sign_on = cast(Any, SignedIn(subject, name))
        opened.append(made)
        found = UpsList(made, by_qido(made))
        found.sign_in(None)
        return found

    yield make
    for each in opened:
        each.close()


def test_a_scheduled_work_item_is_a_case_with_its_order_and_its_deadline(desk: Desk) -> None:
    """What a platform says by FHIR, a work item says by DICOM."""
    (item,) = desk().feed("").items

    assert (item.task, item.study, item.accession) == (WORK, STUDY, "A-1")
    assert (item.state, item.priority) == (ReadState.UNREAD, Priority.STAT)
    assert (item.patient.name, item.indication) == ("Alder, Robin", "Cough.")
    assert item.due == datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
    assert (item.modality, item.images_received) == ("CT", 312)
    assert item.lacks == {Lack.RELEASE, Lack.DRAFTS, Lack.READERS}


def test_of_two_readers_who_claim_at_once_one_has_it(ups: Ups, desk: Desk) -> None:
    """The lock is the site's: nobody reads what somebody else reads."""
    desks = [desk(), desk("4712", "Dr. Kay Ash")]
    seen = [each.feed("").items[0] for each in desks]
    won: list[str] = []
    lost: list[Conflict] = []

    def claims(at: int) -> None:
        try:
            won.append(desks[at].claim(seen[at]).holder)
        except Conflict as error:
            lost.append(error)

    threads = [threading.Thread(target=claims, args=(at,)) for at in (0, 1)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert len(won) == len(lost) == 1
    assert ups.state(WORK) == "IN PROGRESS"
    assert lost[0].holder in (won[0], "another reader")


def test_a_reader_has_the_claim_again_after_a_restart(ups: Ups, desk: Desk) -> None:
    """A lock without an end must not lock out who has it."""
    first = desk()
    first.claim(first.feed("").items[0])

    again = desk()
    (item,) = again.feed("").items

    assert (item.state, item.holder_id, item.holder) == (ReadState.CLAIMED, "4711", "Dr. Jo Sample")
    assert again.claim(item).holder_id == "4711"
    assert ups.state(WORK) == "IN PROGRESS"
    (other,) = desk("4712", "Dr. Kay Ash").feed("").items
    assert (other.holder, other.holder_id) == ("Dr. Jo Sample", "4711")


def test_a_case_that_is_left_stays_claimed_and_is_never_cancelled(ups: Ups, desk: Desk) -> None:
    """There is no way back to SCHEDULED, and a reader who declines ends no hospital's order."""
    list_ = desk()
    mine = list_.claim(list_.feed("").items[0])

    assert list_.release(mine, "").state is ReadState.CLAIMED
    with pytest.raises(Refused, match="Hill Clinic takes no case back"):
        list_.release(mine, "not my subject")

    assert ups.state(WORK) == "IN PROGRESS"
    ups.items[WORK]["00741000"] = {"vr": "CS", "Value": ["CANCELED"]}
    assert list_.feed("listed").gone == (WORK,)


def closing(status: str) -> bytes:
    """As `protocols.report_closing` writes it, as far as it is looked at."""
    task = f'{{"resourceType": "Task", "id": "{WORK}", "status": "{status}"}}'
    return f'{{"entry": [{{"resource": {task}}}]}}'.encode()


def test_after_its_report_was_taken_the_work_item_is_completed_once(ups: Ups, desk: Desk) -> None:
    """The second step may be asked any number of times; a preliminary report leaves it open."""
    list_ = desk()
    list_.claim(list_.feed("").items[0])

    list_.close_case(closing("requested"))
    assert ups.state(WORK) == "IN PROGRESS"
    list_.close_case(closing("completed"))
    list_.close_case(closing("completed"))

    assert ups.state(WORK) == "COMPLETED"
    assert sum(each.endswith("/state") for each in ups.asked) == 2
    (item,) = list_.feed("listed").items
    assert item.state is ReadState.FINAL


def test_a_claim_that_the_site_took_away_is_told_at_the_next_heartbeat(
    ups: Ups, desk: Desk
) -> None:
    """A coordinator may give the work to somebody else."""
    list_ = desk()
    mine = list_.claim(list_.feed("").items[0])
    ups.items[WORK] = work_item() | {"00741000": {"vr": "CS", "Value": ["IN PROGRESS"]}}

    with pytest.raises(Conflict, match="another reader holds this case"):
        list_.heartbeat(mine)


def test_an_identifier_that_is_none_never_becomes_an_address(ups: Ups, desk: Desk) -> None:
    """SEC-04: what a site sends is not believed to be a UID."""
    ups.items["../x"] = work_item("../../secret")

    page = desk().feed("")

    assert [item.task for item in page.items] == [WORK]
    assert len(page.problems) == 1


def test_the_whole_list_is_taken_page_after_page(ups: Ups, desk: Desk) -> None:
    """Servers cap their lists."""
    for number in range(450):
        ups.items[f"2.25.2{number:04d}"] = work_item(f"2.25.2{number:04d}")

    assert len(desk().feed("").items) == 451


def test_drafts_and_reports_are_refused_in_words(desk: Desk) -> None:
    """The report goes by HL7; a work item has no place for it."""
    list_ = desk()
    (item,) = list_.feed("").items
    with pytest.raises(Refused, match="keeps no drafts"):
        list_.save_draft(item, cast(Any, "1"), "words")
    with pytest.raises(Refused, match="by HL7 alone"):
        list_.deliver(b"{}")


def test_the_page_of_a_site_counts_its_work_items(ups: Ups, desk: Desk) -> None:
    """An administrator sees that the worklist answers, and nobody's name."""
    assert len(desk().first_page()) == 1


def test_a_report_on_its_way_finds_its_work_item_after_a_restart(ups: Ups, desk: Desk) -> None:
    """Before the first list is here; a work item that is gone is told as gone."""
    first = desk()
    first.claim(first.feed("").items[0])

    again = desk()
    task = again.resource(f"Task/{WORK}")

    assert task is not None
    assert (task["status"], task["owner"]["reference"]) == ("accepted", "4711")
    assert again.resource("Task/2.25.404") is None
