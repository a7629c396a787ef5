"""Orders by message: on the disk before AA, and a reason for whatever is not taken."""

import logging
from datetime import timedelta

import pytest
from fakes import FakeClock
from fakes_platform import site
from hl7_orders import HEAD, ORDER, PID, Disk

from workstation.adapters.memory_store import MemoryStore
from workstation.protocols.hl7 import parse
from workstation.protocols.hl7_ack import read
from workstation.services.queue.announced import Announced


@pytest.fixture
def disk() -> Disk:
    return Disk()


def _announced(disk: MemoryStore, clock: FakeClock | None = None) -> Announced:
    return Announced(site(), disk, clock or FakeClock())


def _code(answer: bytes) -> tuple[str, str]:
    found = read(parse(answer))
    assert found is not None
    assert found.of in ("C1", "")
    return found.code, found.words


def test_an_order_is_on_the_disk_before_it_is_acknowledged(disk: Disk) -> None:
    """After AA the hospital never sends it again: a power cut must not lose it."""
    answer = _announced(disk).take(ORDER)

    assert _code(answer) == ("AA", "")
    assert [each.accession for each in _announced(disk).orders] == ["A1"]


def test_what_cannot_be_kept_is_not_acknowledged(disk: Disk) -> None:
    """AR with 207: the engine keeps it and sends it again."""
    announced = _announced(disk)
    disk.full = True

    answer = announced.take(ORDER)

    assert _code(answer)[0] == "AR"
    assert b"207" in answer
    assert announced.orders == ()


def test_a_desk_that_keeps_nothing_takes_nothing() -> None:
    """Without a keyring there is no disk to trust."""
    assert _code(_announced(MemoryStore()).take(ORDER))[0] == "AR"


def test_a_message_that_comes_twice_is_one_order(disk: Disk) -> None:
    """An engine that did not hear our answer repeats itself."""
    announced = _announced(disk)

    answers = [_code(announced.take(ORDER)) for _ in range(2)]

    assert answers == [("AA", "")] * 2
    assert len(announced.orders) == 1


def test_a_cancelled_order_goes_and_stays_gone(disk: Disk) -> None:
    """Also after the program was started again."""
    announced = _announced(disk)
    announced.take(ORDER)

    announced.take((HEAD.format("ORM^O01") + PID + "ORC|CA||A1\r").encode())

    assert announced.orders == ()
    assert _announced(disk).orders == ()


def test_a_merged_patient_is_who_he_is_now_in_every_order(disk: Disk) -> None:
    """The unknown of the emergency room has a name; what he was called is nobody any more."""
    announced = _announced(disk)
    announced.take(ORDER.replace(b"HG-1", b"TMP-9").replace(b"Canary^Zelda", b"Unknown^U"))

    announced.take((HEAD.format("ADT^A40") + PID + "MRG|TMP-9^^^HG^MR\r").encode())

    for each in (announced, _announced(disk)):
        (order,) = each.orders
        assert (order.patient.id, order.patient.name) == ("HG-1", "Canary, Zelda")


def test_a_bad_message_is_answered_with_the_reason_and_kept_for_the_engineer(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """And nobody's name is in a log."""
    caplog.set_level(logging.DEBUG)
    bad = ORDER.replace(b"||A1", b"||")
    announced = _announced(disk)

    code, words = _code(announced.take(bad))

    assert code == "AE"
    assert "accession number" in words
    for each in (announced, _announced(disk)):
        assert [(kept.raw, kept.why) for kept in each.rejected] == [(bad, words)]
    assert "Canary" not in caplog.text
    assert "accession number" in caplog.text


def test_what_is_no_hl7_at_all_is_rejected_and_kept(disk: Disk) -> None:
    """A printer, a port scan, an engine that speaks version 3."""
    announced = _announced(disk)

    assert _code(announced.take(b"<ClinicalDocument/>"))[0] == "AR"
    assert [each.raw for each in announced.rejected] == [b"<ClinicalDocument/>"]


def test_only_the_newest_bad_messages_are_kept(disk: Disk) -> None:
    """A broken engine must not fill the disk."""
    clock = FakeClock()
    announced = _announced(disk, clock)
    for number in range(60):
        clock.advance(1)
        announced.take(b"nonsense %d" % number)

    assert len(announced.rejected) == len(_announced(disk).rejected) == 50
    assert announced.rejected[-1].raw == b"nonsense 59"


def test_what_is_long_over_is_forgotten(disk: Disk) -> None:
    """Patients' data stay here no longer than they are needed."""
    clock = FakeClock()
    announced = _announced(disk, clock)
    announced.take(ORDER)
    announced.take(b"nonsense")
    clock.advance(timedelta(days=8).total_seconds())

    again = _announced(disk, clock)

    assert (again.orders, again.rejected) == ((), ())
    assert disk.all("meta") == ()
