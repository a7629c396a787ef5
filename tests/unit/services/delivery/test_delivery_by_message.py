"""Deliveries to a site that takes reports as HL7 v2 messages and completes cases by FHIR."""

import pytest
from fakes_trust import Bench, FakePlatform, signed_report, task_resource

from workstation.domain.report import ReportState
from workstation.errors import Conflict, Refused, SiteUnavailable
from workstation.protocols.hl7 import parse
from workstation.protocols.hl7_report import control_id, text_of


def _bench() -> Bench:
    bench = Bench()
    bench.by_message = True
    return bench


def test_a_report_goes_as_a_message_and_its_case_is_completed_after_it() -> None:
    """Same seal, same order, same states; the site's FHIR learns of it in a second step."""
    bench = _bench()

    report = bench.sign()

    assert bench.platform.calls == ["read Task/7", "send", "look up", "read Task/7", "close"]
    assert [text_of(parse(raw)) for raw in bench.line.messages] == [signed_report().text]
    assert bench.platform.task["status"] == "completed"
    assert list(bench.platform.provenances) == [report]
    assert (bench.state(report), bench.store.all("outbox")) == ("acknowledged", ())
    assert bench.actions() == ["sign", "deliver"]


def test_after_a_lost_acknowledgement_the_site_is_asked_and_nothing_is_sent_twice() -> None:
    """MLLP has no idempotency key that every engine honours: we ask."""
    bench = _bench()
    bench.line.lost_acks = 1

    report = bench.sign()
    bench.jobs.advance(10)

    assert bench.platform.calls.count("send") == 1
    assert bench.platform.calls[:3] == ["read Task/7", "send", "look up"]
    assert bench.state(report) == "acknowledged"


def test_what_is_sent_again_is_the_same_message_to_the_byte() -> None:
    """A receiver that was only slow must recognise it by its control id."""
    bench = _bench()
    sent: list[bytes] = []
    take = bench.line.send

    def lose_the_first(message: bytes) -> object:
        sent.append(message)
        if len(sent) == 1:
            raise SiteUnavailable("the site did not answer")
        return take(message)

    bench.line.send = lose_the_first  # type: ignore[method-assign,assignment]
    report = bench.sign()
    bench.jobs.advance(10)

    assert bench.state(report) == "acknowledged"
    assert sent[0] == sent[1]
    assert parse(sent[1]).control_id == control_id(report)


def test_a_refusal_by_the_listener_keeps_the_text_and_says_why() -> None:
    """AE or AR: the reader is told in the site's words, and may send it again."""
    bench = _bench()
    bench.line.faults = [Refused("unknown order")]
    report = bench.sign()
    delivery = bench.deliveries.of(report)
    assert delivery is not None
    assert (delivery.state, delivery.reason) == ("refused", "unknown order")

    bench.deliveries.retry(report)

    assert bench.state(report) == "acknowledged"
    assert bench.platform.calls.count("send") == 2


def test_a_site_that_says_it_has_it_is_asked_not_believed() -> None:
    """A duplicate key may be that of another message."""
    bench = _bench()
    bench.line.faults = [Conflict("Duplicate key identifier")]

    report = bench.sign()

    assert bench.platform.calls[:5] == ["read Task/7", "send", "look up", "read Task/7", "send"]
    assert bench.state(report) == "acknowledged"


@pytest.mark.parametrize("restarts", [False, True])
def test_a_case_that_cannot_be_completed_now_is_completed_later_and_nothing_is_sent(
    restarts: bool,
) -> None:
    """The report is there: the reader sees it accepted, whatever becomes of the second step."""
    bench = _bench()
    bench.platform.close_faults = [SiteUnavailable("the site did not answer")]
    report = bench.sign()
    assert bench.state(report) == "acknowledged"
    assert bench.platform.task["status"] == "accepted"
    assert bench.deliveries.counts() == (1, 0, 0)
    assert not bench.deliveries.awaits(report)

    if restarts:
        bench.start()
        bench.deliveries.resume()
    else:
        bench.jobs.advance(10)

    assert bench.platform.calls.count("send") == 1
    assert bench.platform.task["status"] == "completed"
    assert bench.store.all("outbox") == ()
    assert bench.deliveries.counts() == (0, 0, 0)


def test_an_answer_to_the_second_step_that_was_lost_does_not_take_a_preliminary_case_again() -> (
    None
):
    """After a preliminary report the case is free for the final reader: it stays so."""
    bench = _bench()

    def lost(_platform: FakePlatform, _payload: bytes) -> None:
        raise SiteUnavailable("the site did not answer")

    bench.platform.close_faults = [lost]
    bench.sign(signed_report(ReportState.PRELIMINARY))
    bench.jobs.advance(10)

    assert bench.platform.task["status"] == "requested"
    assert "claim" not in bench.platform.calls
    assert len(bench.platform.task["output"]) == 1


def test_a_site_that_does_not_let_the_case_be_completed_has_the_report_all_the_same() -> None:
    """Another reader's claim does not make an accepted report a refused one."""
    bench = _bench()
    bench.platform.close_faults = [Refused("this case is held by Visitor, Kim")]

    report = bench.sign()

    assert bench.state(report) == "acknowledged"
    assert bench.store.all("outbox") == ()


def test_a_case_taken_by_another_reader_is_not_reported_to() -> None:
    """Two finals for one case would be worse than one that waits."""
    bench = _bench()
    bench.platform.task = task_resource(
        owner={"reference": "Practitioner/18", "display": "Visitor, Kim"}
    )

    report = bench.sign()

    assert bench.state(report) == "refused"
    assert bench.line.messages == []


def test_the_next_report_of_the_case_waits_until_the_case_knows_of_the_first() -> None:
    """Preliminary before final before addendum, at the listener and in the Task."""
    bench = _bench()
    bench.platform.close_faults = [SiteUnavailable("the site did not answer")]
    first = bench.sign()
    second = "00000000-0000-4000-8000-000000000002"
    bench.sign(signed_report(ReportState.ADDENDED, report_id=second, predecessor=first))
    assert len(bench.line.messages) == 1

    bench.jobs.advance(10)

    assert [parse(raw).control_id for raw in bench.line.messages] == [
        control_id(first), control_id(second),
    ]  # fmt: skip
    assert bench.deliveries.counts() == (0, 0, 0)


def test_a_report_that_was_sealed_as_a_message_stays_one() -> None:
    """What was signed is what is sent, though the settings were changed meanwhile."""
    bench = _bench()
    bench.line.faults = [SiteUnavailable("down")]
    report = bench.sign()
    bench.by_message = False
    bench.start()

    bench.deliveries.resume()

    assert bench.state(report) == "acknowledged"
    assert len(bench.line.messages) == 1
    assert "deliver" not in bench.platform.calls
