"""Orders and patients brought by python-hl7's own client to a desk that listens."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hl7
import pytest
from attrs import evolve
from demo_platform import DemoPlatform
from fakes_platform import site
from hl7.client import MLLPClient
from hl7_orders import HEAD, ORDER, PID, Disk
from own_certificate import self_signed

from workstation.adapters.announcing_platform import AnnouncingPlatform
from workstation.adapters.clock import SystemClock
from workstation.adapters.mllp_door import MllpDoor
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused, SettingsError
from workstation.services.ports.hosting import Credentials, FeedPage
from workstation.services.queue.announced import Announced
from workstation.services.queue.licence import may_read
from workstation.settings import load

pytestmark = pytest.mark.slow


@contextmanager
def _door(announced: Announced, peers: str = "127.0.0.1") -> Iterator[int]:
    door = MllpDoor("127.0.0.1:0", peers.split(), None, announced.take)
    door.open()
    try:
        yield door.port
    finally:
        door.close()


def _sent(port: int, raw: bytes) -> hl7.Message:
    with MLLPClient("127.0.0.1", port) as client:
        return hl7.parse(client.send_message(raw).strip(b"\x0b\x1c\r").decode())


@pytest.fixture
def place(shared_platform: DemoPlatform) -> Iterator[tuple[AnnouncingPlatform, Announced]]:
    """Harbor, which announces its orders too, with nothing announced yet."""
    clock = SystemClock()
    harbor = next(each for each in load(shared_platform.settings).sites if each.id == "harbor")
    announced = Announced(harbor, Disk(), clock)
    client = SiteClient(harbor, sign_ons([harbor], clock)(harbor), clock)
    platform = AnnouncingPlatform(client, announced)
    platform.sign_in(Credentials("jo.sample", shared_platform.password("jo.sample")))
    yield platform, announced
    client.close()


def _by_accession(page: FeedPage) -> dict[str, WorklistItem]:
    return {each.accession: each for each in page.items}


def test_an_announced_order_is_a_row_at_once_and_cannot_be_claimed_yet(
    place: tuple[AnnouncingPlatform, Announced],
) -> None:
    """The trauma bay's order is seen minutes before its images; nobody reads it by mistake."""
    platform, announced = place
    first = platform.feed("")
    with _door(announced) as port:
        answer = _sent(port, ORDER)

    page = platform.feed(first.cursor)

    assert str(answer.segment("MSA")[1]) == "AA"
    assert str(answer.segment("MSA")[2]) == "C1"
    row = _by_accession(page)["A1"]
    assert (row.patient.name, row.announced) == ("Canary, Zelda", True)
    assert not row.is_promised  # the message names no time: no countdown is made up
    verdict = may_read(platform._reader, row, page.server_time.date())
    assert (verdict.allowed, "Announced" in verdict.reason) == (False, True)
    with pytest.raises(Refused, match="announced only"):
        platform.claim(row)
    assert platform.feed(page.cursor).items == ()


def test_a_row_that_the_platform_lists_takes_the_place_of_its_announcement(
    place: tuple[AnnouncingPlatform, Announced],
) -> None:
    """One case is one row, whoever told of it first."""
    platform, announced = place
    listed = next(iter(platform.feed("").items))
    announced.take(ORDER.replace(b"||A1", f"||{listed.accession}".encode()))

    found = [each for each in platform.feed("").items if each.accession == listed.accession]

    assert [each.announced for each in found] == [False]


def test_a_message_that_was_not_taken_is_told_with_the_list(
    place: tuple[AnnouncingPlatform, Announced],
) -> None:
    """The reader sees it beside the site; the engineer gets it by `messages.rejected FILE`."""
    platform, announced = place
    first = platform.feed("")
    announced.take((HEAD.format("ORM^O01") + PID + "ORC|NW\r").encode())

    (why,) = platform.feed(first.cursor).not_taken

    assert first.not_taken == ()
    assert why == announced.rejected[0].why


def test_a_cancelled_announcement_leaves_the_list(
    place: tuple[AnnouncingPlatform, Announced],
) -> None:
    """Gone from the list, not only from the next one."""
    platform, announced = place
    announced.take(ORDER)
    page = platform.feed("")
    row = _by_accession(page)["A1"]

    announced.take((HEAD.format("ORM^O01") + PID + "ORC|CA||A1\r").encode())

    assert platform.feed(page.cursor).gone == (row.task,)


def test_a_merged_patient_is_changed_in_the_rows_of_the_platform_too(
    place: tuple[AnnouncingPlatform, Announced],
) -> None:
    """An open case says so at once: its banner stops the report."""
    platform, announced = place
    page = platform.feed("")
    listed = next(iter(page.items))
    key = listed.patient.key
    authority = f"&{key.issuer.removeprefix('urn:oid:')}&ISO"

    announced.take(
        (HEAD.format("ADT^A40") + PID + f"MRG|{key.id}^^^{authority}^MR\r").encode()
    )  # fmt: skip

    changed = _by_accession(platform.feed(page.cursor))[listed.accession]
    assert changed == evolve(listed, patient=changed.patient)
    assert changed.patient.name == "Canary, Zelda"


def test_who_is_not_expected_is_turned_away() -> None:
    """An open port in a home must not take orders from the neighbour's television."""
    announced = Announced(site(), Disk(), SystemClock())
    with (
        _door(announced, "10.1.2.0/24") as port,
        socket.create_connection(("127.0.0.1", port)) as line,
    ):
        line.settimeout(5)
        assert line.recv(1) == b""
    assert announced.orders == ()


def test_over_tls_a_message_is_taken_as_without(tmp_path: Path) -> None:
    """Between two houses nothing goes in clear."""
    announced = Announced(site(), Disk(), SystemClock())
    certificate, key = self_signed(tmp_path / "desk")
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    door = MllpDoor("127.0.0.1:0", ["127.0.0.1"], both, announced.take)
    door.open()
    try:
        trusted = ssl.create_default_context(cafile=str(certificate))
        with (
            socket.create_connection(("127.0.0.1", door.port), 5) as plain,
            trusted.wrap_socket(plain, server_hostname="127.0.0.1") as line,
        ):
            line.sendall(b"\x0b" + ORDER + b"\x1c\r")
            answer = line.recv(4096)
    finally:
        door.close()

    assert b"MSA|AA|C1" in answer
    assert [each.accession for each in announced.orders] == ["A1"]


def test_an_address_that_is_taken_is_said() -> None:
    """Two programs on one desk: the second one must not listen to nothing."""
    announced = Announced(site(), Disk(), SystemClock())
    with _door(announced) as port:
        other = MllpDoor(f"127.0.0.1:{port}", ["127.0.0.1"], None, announced.take)
        with pytest.raises(SettingsError, match="cannot be listened on"):
            other.open()
