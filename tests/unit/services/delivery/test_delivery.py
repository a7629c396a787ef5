"""Deliveries against a site that loses requests and answers."""

import pytest
from fakes_trust import (
    READER,
    Bench,
    FakePlatform,
    item,
    signed_report,
    silent_after,
    silent_before,
    task_resource,
)

from workstation.domain.report import ReportState
from workstation.errors import Conflict, Refused, SiteUnavailable, StoreUnavailable
from workstation.services.delivery.delivery import patience


def test_a_signed_report_reaches_the_site_and_leaves_this_machine() -> None:
    """Only the reader's unsent words may rest here, and no longer than they are unsent."""
    bench = Bench()

    report = bench.sign()

    assert bench.platform.texts() == ["Impression\nNo acute abnormality.\n"]
    assert bench.state(report) == "acknowledged"
    assert bench.store.all("outbox") == ()


def test_a_report_is_sealed_before_the_site_is_spoken_to() -> None:
    """A crash right after the signature must not lose the report."""
    bench = Bench()
    bench.store.put("draft", signed_report().report.id, "words")
    bench.jobs.hold()
    job = bench.deliveries.sign_and_send(signed_report(), item())

    bench.jobs.go()

    assert job.done
    assert bench.platform.calls == []
    assert len(bench.store.all("outbox")) == 1
    assert bench.store.all("draft") == ()
    assert bench.actions() == ["sign"]


def test_after_a_lost_answer_the_site_is_asked_and_nothing_is_sent_twice() -> None:
    """The report is filed already: a second copy would be a clinical error."""
    bench = Bench()
    bench.platform.faults = [silent_after]

    report = bench.sign()
    assert bench.state(report) == "in-doubt"
    bench.jobs.advance(10)

    assert bench.platform.calls == ["read Task/7", "deliver", "look up"]
    assert bench.state(report) == "acknowledged"
    assert len(bench.platform.reports) == 1


@pytest.mark.parametrize("ignores", [False, True])
def test_after_a_lost_request_the_site_is_asked_and_it_is_sent_again(ignores: bool) -> None:
    """A site that ignores ifNoneExist must not get two copies either."""
    bench = Bench(FakePlatform(ignores_if_none_exist=ignores))
    bench.platform.faults = [silent_before]

    report = bench.sign()
    bench.jobs.advance(10)

    assert bench.platform.calls == ["read Task/7", "deliver", "look up", "read Task/7", "deliver"]
    assert bench.state(report) == "acknowledged"
    assert len(bench.platform.reports) == 1


def test_a_site_that_is_down_for_hours_gets_the_report_when_it_is_back() -> None:
    """A report is never given up because a line was down."""
    bench = Bench()
    bench.platform.down = True
    report = bench.sign()
    bench.jobs.advance(3600)
    assert bench.state(report) == "queued"
    assert "deliver" not in bench.platform.calls
    bench.platform.down = False

    bench.deliveries.resume()

    assert bench.state(report) == "acknowledged"


def test_a_restart_after_sending_asks_before_it_sends() -> None:
    """What was under way when the program died may have arrived."""
    bench = Bench()
    bench.platform.faults = [silent_after]
    report = bench.sign()
    bench.start()

    bench.deliveries.resume()

    assert bench.platform.calls[-1] == "look up"
    assert bench.state(report) == "acknowledged"
    assert bench.actions().count("sign") == 1


def test_a_heartbeat_that_moved_the_task_does_not_stop_the_report() -> None:
    """412: still our case, so the same report goes again against the new version."""
    bench = Bench()

    def heartbeat(platform: FakePlatform, _payload: bytes) -> None:
        platform.touch()

    bench.platform.faults = [heartbeat]

    report = bench.sign()

    assert bench.state(report) == "acknowledged"
    assert bench.platform.calls.count("look up") == 1
    assert len(bench.platform.reports) == 1


def test_a_slow_first_attempt_is_found_by_its_moved_task() -> None:
    """Our own lost request may be filed after we asked: its trace is the Task's version."""
    bench = Bench(FakePlatform(ignores_if_none_exist=True))
    late: list[bytes] = []

    def keep(_platform: FakePlatform, payload: bytes) -> None:
        late.append(payload)
        raise SiteUnavailable("the site did not answer")

    def file_the_late_one_first(platform: FakePlatform, _payload: bytes) -> None:
        platform.file(late[0])

    bench.platform.faults = [keep, file_the_late_one_first]

    report = bench.sign()
    bench.jobs.advance(10)

    assert bench.state(report) == "acknowledged"
    assert len(bench.platform.reports) == 1


def test_a_late_attempt_that_completed_the_task_is_found_before_sending() -> None:
    """The Task completed by ourselves is no other reader's report."""
    bench = Bench(FakePlatform(ignores_if_none_exist=True))
    late: list[bytes] = []

    def keep(_platform: FakePlatform, payload: bytes) -> None:
        late.append(payload)
        raise SiteUnavailable("the site did not answer")

    bench.platform.faults = [keep]
    report = bench.sign()
    look_up = bench.platform.find_report

    def slow_site(wanted: object) -> object:
        found = look_up(wanted)  # type: ignore[arg-type]
        if late:
            bench.platform.file(late.pop())
        return found

    bench.platform.find_report = slow_site  # type: ignore[method-assign,assignment]
    bench.jobs.advance(10)

    assert bench.state(report) == "acknowledged"
    assert len(bench.platform.reports) == 1


def test_a_refusal_keeps_the_text_and_says_why() -> None:
    """The reader must be able to act on it; the words must not be lost."""
    bench = Bench()
    bench.platform.faults = [Refused("no licence for this place")]

    report = bench.sign()
    bench.jobs.advance(600)

    delivery = bench.deliveries.of(report)
    assert delivery is not None
    assert (delivery.state, delivery.reason) == ("refused", "no licence for this place")
    assert "No acute abnormality." in bench.store.all("outbox")[0][1]
    assert bench.platform.calls.count("deliver") == 1
    assert bench.deliveries.counts() == (0, 0, 1)


def test_a_refused_report_is_asked_for_before_the_reader_sends_it_again() -> None:
    """Between refusal and retry hours may lie, and another machine."""
    bench = Bench()
    bench.platform.faults = [Refused("not now")]
    report = bench.sign()

    bench.deliveries.retry(report)

    assert bench.platform.calls[-3:] == ["look up", "read Task/7", "deliver"]
    assert bench.state(report) == "acknowledged"


def test_a_case_taken_by_another_reader_refuses_the_report() -> None:
    """The lease ran out while we were offline: two finals for one case would be worse."""
    bench = Bench()
    bench.platform.task = task_resource(
        owner={"reference": "Practitioner/18", "display": "Visitor, Kim"}
    )

    report = bench.sign()

    delivery = bench.deliveries.of(report)
    assert delivery is not None
    assert (delivery.state, delivery.reason) == ("refused", "the case is held by Visitor, Kim now")
    assert "deliver" not in bench.platform.calls


def test_a_claim_that_ran_out_during_an_outage_is_taken_again() -> None:
    """Half an hour without line must not cost the report, if nobody else took the case."""
    bench = Bench()
    lapsed = task_resource(status="requested")
    del lapsed["owner"]
    bench.platform.task = lapsed

    report = bench.sign()

    assert bench.platform.calls == ["read Task/7", "claim", "read Task/7", "deliver"]
    assert bench.state(report) == "acknowledged"
    assert bench.platform.task["status"] == "completed"


def test_an_addendum_leaves_the_completed_case_as_it_is() -> None:
    """A final case is never reopened, and the addendum is filed all the same."""
    bench = Bench()
    first = bench.sign(signed_report(impression="First."))
    task = bench.platform.task

    second = bench.sign(
        signed_report(
            ReportState.ADDENDED,
            report_id="00000000-0000-4000-8000-000000000002",
            predecessor=first,
        )
    )

    assert bench.state(second) == "acknowledged"
    assert bench.platform.task == task
    said = {each["url"]: each["valueString"] for each in bench.platform.reports[1]["extension"]}
    assert said["urn:reading-workstation:predecessor"] == first


def test_a_report_waits_for_its_own_signer() -> None:
    """Another reader's session must not file it in the other's name."""
    bench = Bench()
    bench.signed_in = "Practitioner/18"
    report = bench.sign()
    assert bench.platform.calls == []
    bench.signed_in = READER

    bench.deliveries.resume()

    assert bench.state(report) == "acknowledged"


def test_signing_twice_is_one_report() -> None:
    """A double click is one signature."""
    bench = Bench()
    bench.sign()

    bench.sign()

    assert len(bench.platform.reports) == 1
    assert bench.actions().count("sign") == 1


def test_reports_of_one_study_arrive_in_the_order_of_their_signatures() -> None:
    """An addendum without its report, or a preliminary after the final, misleads."""
    bench = Bench()
    bench.platform.faults = [silent_before]
    first = bench.sign(signed_report(impression="First."))
    second = bench.sign(
        signed_report(
            ReportState.ADDENDED,
            report_id="00000000-0000-4000-8000-000000000002",
            impression="Second.",
            predecessor=first,
        )
    )
    assert bench.state(second) == "queued"

    bench.jobs.advance(60)

    assert [text.split()[-1] for text in bench.platform.texts()] == ["First.", "Second."]
    assert bench.state(second) == "acknowledged"


def test_an_addendum_finds_the_first_signature_at_the_site() -> None:
    """Signed yesterday, on another machine: the chain must still be whole."""
    bench = Bench()
    first = bench.sign(signed_report(impression="First."))
    bench.store.remove("meta", f"manifest.{first}")
    bench.start()

    bench.sign(
        signed_report(
            ReportState.ADDENDED,
            report_id="00000000-0000-4000-8000-000000000002",
            predecessor=first,
        )
    )

    assert f"read Provenance/{first}" in bench.platform.calls
    assert len(bench.platform.reports) == 2


def test_nothing_is_signed_when_the_store_cannot_write() -> None:
    """Never a false "signed": a full disk is said at once."""
    bench = Bench()

    def full(_changes: object) -> None:
        raise StoreUnavailable("the disk is full; nothing more can be kept")

    bench.store.change = full  # type: ignore[method-assign]
    job = bench.deliveries.sign_and_send(signed_report(), item())

    with pytest.raises(StoreUnavailable):
        job.result()
    assert bench.deliveries.entries == ()
    assert bench.platform.calls == []


def test_accepted_is_the_platforms_time_and_place() -> None:
    """ "accepted by SITE at TIME": the clock that counts is the one of the record."""
    bench = Bench()

    report = bench.sign()

    delivery = bench.deliveries.of(report)
    assert delivery is not None
    assert delivery.location == "DiagnosticReport/0"
    assert str(delivery.accepted_at) == "2026-11-22 21:45:00+00:00"
    assert delivery.sent_at == bench.clock.now()


def test_signing_and_acceptance_are_in_the_audit_log() -> None:
    """Who signed what, and that it arrived, must be provable years later."""
    bench = Bench()
    bench.platform.deaf_to_audit = True

    bench.sign()

    assert bench.actions() == ["sign", "deliver"]
    assert "Canary" not in "".join(bench.store.audit())
    assert "acute" not in "".join(bench.store.audit())


def test_what_could_not_be_written_down_is_not_sent() -> None:
    """The disk filled up after sealing: a send without its trace could happen twice."""
    bench = Bench()
    bench.platform.down = True
    report = bench.sign()
    bench.platform.down = False
    change = bench.store.change

    def full(_changes: object) -> None:
        raise StoreUnavailable("the disk is full; nothing more can be kept")

    bench.store.change = full  # type: ignore[method-assign]
    bench.deliveries.resume()

    assert "deliver" not in bench.platform.calls
    delivery = bench.deliveries.of(report)
    assert delivery is not None
    assert delivery.state == "queued"
    assert "the disk is full" in delivery.reason
    bench.store.change = change  # type: ignore[method-assign]
    bench.jobs.advance(120)
    assert bench.state(report) == "acknowledged"


def test_an_acknowledgement_that_could_not_be_written_down_still_ends_it() -> None:
    """The site has it: whatever happens here, nothing is sent again."""
    bench = Bench()
    change = bench.store.change

    def full_after_sending(changes: object) -> None:
        if "deliver" in bench.platform.calls:
            raise StoreUnavailable("the disk is full; nothing more can be kept")
        change(changes)  # type: ignore[arg-type]

    bench.store.change = full_after_sending  # type: ignore[method-assign]
    report = bench.sign()
    bench.jobs.advance(600)
    assert bench.state(report) == "acknowledged"
    bench.store.change = change  # type: ignore[method-assign]
    bench.start()

    bench.deliveries.resume()

    assert bench.state(report) == "acknowledged"
    assert bench.platform.calls.count("deliver") == 1
    assert bench.store.all("outbox") == ()


def test_races_that_go_on_are_not_run_for_ever() -> None:
    """A site that always answers 412 must not be hammered."""
    bench = Bench()
    bench.platform.faults = [Conflict("the case changed meanwhile")] * 100

    report = bench.sign()

    assert bench.platform.calls.count("deliver") <= 5
    bench.platform.faults = []
    bench.jobs.advance(120)
    assert bench.state(report) == "acknowledged"


def test_a_row_that_cannot_be_read_is_kept_and_stops_nothing() -> None:
    """Written by a newer program, or torn: support may still read it."""
    bench = Bench()
    bench.store.put("outbox", "x", "{}")
    report = bench.sign()
    bench.start()

    bench.deliveries.resume().result()

    assert bench.store.all("outbox") == (("x", "{}"),)
    assert bench.deliveries.of(report) is None


def test_an_answer_nobody_understands_is_doubt_not_refusal() -> None:
    """A page of a proxy says nothing about the report behind it."""
    bench = Bench()

    def garbage(platform: FakePlatform, payload: bytes) -> None:
        platform.file(payload)
        raise SiteUnavailable("the answer could not be understood (it is not JSON)")

    bench.platform.faults = [garbage]

    report = bench.sign()
    assert bench.deliveries.counts() == (0, 1, 0)
    bench.jobs.advance(10)

    assert bench.state(report) == "acknowledged"
    assert len(bench.platform.reports) == 1


def test_waiting_grows_and_stays_reasonable() -> None:
    """Five hundred workstations must not knock in step, nor wait for hours."""
    waits = [patience(failures) for failures in (*range(30), 5000)]

    assert waits[0] <= 1.25
    assert max(waits) <= 75
    assert min(waits[10:]) >= 45
