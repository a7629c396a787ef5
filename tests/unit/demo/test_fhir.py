"""The FHIR face of the demo platform, asked over real HTTP by hand-written requests."""

import concurrent.futures
import uuid
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from demo_bundles import (
    RW,
    URI,
    claim,
    claimed,
    delivery,
    entry,
    etag,
    me,
    put_task,
    released,
    report,
    state,
    task,
)
from demo_platform import DemoPlatform, start_platform

pytestmark = pytest.mark.slow
SITE = "nord"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    with start_platform(tmp_path_factory.mktemp("fhir")) as platform:
        platform.grow()  # the case that is still arriving would change its task in between
        yield platform


@pytest.fixture
def fhir(running: DemoPlatform) -> str:
    return running.site(SITE)["fhir"]


@pytest.fixture
def jo(running: DemoPlatform) -> Iterator[httpx2.Client]:
    with running.client(SITE) as client:
        yield client


@pytest.fixture
def accession(running: DemoPlatform) -> str:
    return next(o["accession"] for o in running.orders("unread") if o["site"] == SITE)


def count(client: httpx2.Client, fhir: str, ident: str) -> int:
    once = f"{URI}|urn:uuid:{ident}"
    found = client.get(f"{fhir}/DiagnosticReport", params={"identifier": once}).json()
    return int(found["total"])


def test_fifty_times_six_readers_want_one_case_and_one_gets_it(
    running: DemoPlatform, fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """Two readers on one case read it twice, or each believes the other does."""
    author = me(jo, fhir)
    won, lost = 0, 0
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for _ in range(50):
            wanted = claimed(task(jo, fhir, accession), author)
            answers = list(pool.map(lambda _: put_task(jo, fhir, wanted), range(6)))  # noqa: B023
            codes = [each.status_code for each in answers]
            won, lost = won + codes.count(200), lost + codes.count(412)
            winner = next(each for each in answers if each.status_code == 200)
            assert put_task(jo, fhir, released(winner.json())).status_code == 200

    assert (won, lost) == (50, 250)


def test_a_task_is_not_changed_without_saying_against_which_version(
    fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """A blind write would take a case from the one who holds it."""
    free = task(jo, fhir, accession)
    answer = jo.put(f"{fhir}/Task/{free['id']}", json=claimed(free, me(jo, fhir)))

    assert answer.status_code == 428
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_only_the_owner_changes_a_claimed_case(
    running: DemoPlatform, fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """The colleague is told who holds it; nothing is taken from them."""
    held = claim(jo, fhir, accession, me(jo, fhir))
    with running.client(SITE, "kim.visitor") as kim:
        answer = put_task(kim, fhir, claimed(held, me(kim, fhir, "Visitor")))
    put_task(jo, fhir, released(held))

    assert answer.status_code == 403
    assert "claimed by" in answer.json()["issue"][0]["diagnostics"]


def test_without_the_licence_no_claim(running: DemoPlatform) -> None:
    """Teleradiology is licensed where the patient is scanned; the platform enforces it."""
    fhir = running.site("mesa")["fhir"]
    wanted = next(o["accession"] for o in running.orders("unread") if o["site"] == "mesa")
    with running.client("mesa", "kim.visitor") as kim:
        free = task(kim, fhir, wanted)
        answer = put_task(kim, fhir, claimed(free, me(kim, fhir, "Visitor")))

        assert answer.status_code == 403
        assert "US-TX" in answer.json()["issue"][0]["diagnostics"]
        assert task(kim, fhir, wanted) == free


def test_a_claim_ends_by_the_servers_clock_when_it_is_not_renewed(
    fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """A workstation that died must not keep a STAT case from everybody."""
    short = claimed(task(jo, fhir, accession), me(jo, fhir), minutes=0.01)
    held = put_task(jo, fhir, short).json()
    while (now := task(jo, fhir, accession))["status"] == "accepted":
        assert now["owner"] == held["owner"]

    assert now["status"] == "requested"
    assert "owner" not in now
    assert now["businessStatus"]["coding"][0]["code"] == "unread"
    assert int(now["meta"]["versionId"]) == int(held["meta"]["versionId"]) + 1


def test_a_transaction_is_filed_whole_or_not_at_all(
    fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """A report without its completed task is read again; a completed task without its
    report is never read.
    """
    author, ident = me(jo, fhir), str(uuid.uuid4())
    held = claim(jo, fhir, accession, author)
    bundle = delivery(held, author, ident)
    stale = {**held, "meta": {"versionId": "1"}}
    broken = {**bundle, "entry": [*bundle["entry"][:3], {**bundle["entry"][3]}, entry("GET", "X")]}
    broken["entry"][3]["request"] = bundle["entry"][3]["request"] | {"ifMatch": etag(stale)}
    answer = jo.post(fhir, json=broken)

    assert answer.status_code == 412
    assert count(jo, fhir, ident) == 0
    assert jo.get(f"{fhir}/Provenance/{ident}").status_code == 404
    assert task(jo, fhir, accession) == held
    put_task(jo, fhir, released(held))


def test_a_report_is_filed_with_its_task_and_its_links(running: DemoPlatform) -> None:
    """What the issue asks of the loop: one final report, the task completed by that reader."""
    fhir = running.site("harbor")["fhir"]
    wanted = next(o["accession"] for o in running.orders("unread") if o["site"] == "harbor")
    ident = str(uuid.uuid4())
    with running.client("harbor") as jo:
        author = me(jo, fhir)
        held = claim(jo, fhir, wanted, author)
        bundle = delivery(held, author, ident, text="Nodule, 12 mm.")
        answer = jo.post(fhir, json=bundle)
        entries = answer.json()["entry"]
        done = task(jo, fhir, wanted)
        filed = jo.get(f"{fhir}/{done['output'][0]['valueReference']['reference']}").json()
        again = jo.post(fhir, json=bundle)

        assert answer.status_code == 200
        assert entries[0]["response"]["status"] == "201"
        assert entries[4]["response"]["status"] == "204"
        assert (done["status"], done["owner"]["reference"]) == ("completed", author)
        assert filed["conclusion"] == "Nodule, 12 mm."
        assert jo.get(f"{fhir}/{filed['result'][0]['reference']}").status_code == 200
        assert again.status_code == 412
        assert count(jo, fhir, ident) == 1
    assert running.received()["harbor"] == 1


def test_five_times_the_same_conditional_create_is_one_report(
    fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """A retry after silence must find what was filed, not file it twice."""
    author, ident = me(jo, fhir), str(uuid.uuid4())
    held = claim(jo, fhir, accession, author)
    body = report(held, author, ident, status="preliminary")
    headers = {"If-None-Exist": f"identifier={URI}|urn:uuid:{ident}"}
    answers = [jo.post(f"{fhir}/DiagnosticReport", json=body, headers=headers) for _ in range(5)]
    put_task(jo, fhir, released(held))

    assert [each.status_code for each in answers] == [201, 200, 200, 200, 200]
    assert len({each.json()["id"] for each in answers}) == 1


def test_a_site_that_ignores_if_none_exist_files_it_twice(
    running: DemoPlatform, fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """The knob that delivery is tested against must really do harm."""
    author, ident = me(jo, fhir), str(uuid.uuid4())
    held = claim(jo, fhir, accession, author)
    body = report(held, author, ident, status="preliminary")
    headers = {"If-None-Exist": f"identifier={URI}|urn:uuid:{ident}"}
    running.faults(**{SITE: {"ignore_if_none_exist": True}})
    answers = [jo.post(f"{fhir}/DiagnosticReport", json=body, headers=headers) for _ in range(2)]
    running.faults(**{SITE: {"ignore_if_none_exist": False}})
    put_task(jo, fhir, released(held))

    assert [each.status_code for each in answers] == [201, 201]


def test_a_draft_is_seen_by_its_author_alone(
    running: DemoPlatform, fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """Unfinished words are not a report; nobody else may act on them."""
    author, ident = me(jo, fhir), str(uuid.uuid4())
    held = claim(jo, fhir, accession, author)
    draft = report(held, author, ident, status="partial")
    draft["identifier"] = [{"system": RW + "draft", "value": ident}]
    where = {"identifier": f"{RW}draft|{ident}"}
    first = jo.put(f"{fhir}/DiagnosticReport", params=where, json=draft)
    second = jo.put(f"{fhir}/DiagnosticReport", params=where, json={**draft, "conclusion": "2"})
    found = jo.get(f"{fhir}/DiagnosticReport", params=where).json()
    with running.client(SITE, "kim.visitor") as kim:
        hidden = kim.get(f"{fhir}/DiagnosticReport", params=where).json()
        one = f"{fhir}/DiagnosticReport/{first.json()['id']}"
        by_id, past = kim.get(one), kim.get(f"{one}/_history")
    gone = jo.delete(f"{fhir}/DiagnosticReport", params=where)
    put_task(jo, fhir, released(held))

    assert (first.status_code, second.status_code) == (201, 200)
    assert [each["resource"]["conclusion"] for each in found["entry"]] == ["2"]
    assert hidden["total"] == 0
    assert (by_id.status_code, past.status_code) == (404, 404)
    assert gone.status_code == 204


def test_a_preliminary_read_does_not_end_a_task_that_was_promised_final(
    running: DemoPlatform,
) -> None:
    """The case stays on the list until somebody signs it; the preliminary report is there."""
    fhir, wanted = running.site("harbor")["fhir"], "HG-26-118190"
    with running.client("harbor") as jo:
        author = me(jo, fhir)
        before = task(jo, fhir, wanted)
        held = claim(jo, fhir, wanted, author)
        early = jo.post(fhir, json=delivery(held, author, status="preliminary"))
        unread = put_task(jo, fhir, released(held))
        again = put_task(jo, fhir, released(held, "preliminary"))

    assert before["businessStatus"]["coding"][0]["code"] == "preliminary"
    assert (early.status_code, unread.status_code, again.status_code) == (422, 422, 200)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": "bogus"}, "bogus"),
        ({"code": None}, "code"),
        ({"presentedForm": []}, "text/html"),
        ({"wordz": 1}, "wordz"),
        ({"subject": {"reference": "Patient/99"}}, "Patient/99"),
        ({"issued": "yesterday"}, "issued"),
    ],
)
def test_what_is_not_a_report_is_refused_in_words(
    fhir: str, jo: httpx2.Client, accession: str, change: dict[str, object], says: str
) -> None:
    """A platform that files anything hides faults of the program until a patient suffers."""
    author = me(jo, fhir)
    held = claim(jo, fhir, accession, author)
    body = report(held, author, str(uuid.uuid4())) | change
    answer = jo.post(f"{fhir}/DiagnosticReport", json=body)
    put_task(jo, fhir, released(held))

    assert answer.status_code == 422
    assert says in answer.json()["issue"][0]["diagnostics"]


def test_an_auditor_reads_and_changes_nothing(running: DemoPlatform, fhir: str) -> None:
    """Oversight must not be able to alter what it oversees."""
    wanted = next(o["accession"] for o in running.orders("unread") if o["site"] == SITE)
    with running.client(SITE, "ana.auditor") as ana:
        free = task(ana, fhir, wanted)
        answer = put_task(ana, fhir, claimed(free, me(ana, fhir, "Auditor")))
        images = ana.get(f"{running.site(SITE)['dicomweb']}/studies")

    assert answer.status_code == 403
    assert images.status_code == 403


def test_the_cursor_misses_nothing_and_repeats_nothing(
    fhir: str, jo: httpx2.Client, accession: str
) -> None:
    """Polling by `gt` of the last time seen is how every worklist follows a site."""
    everything = jo.get(f"{fhir}/Task", params={"_sort": "_lastUpdated"}).json()["entry"]
    cursor = everything[-1]["resource"]["meta"]["lastUpdated"]
    quiet = jo.get(f"{fhir}/Task", params={"_lastUpdated": f"gt{cursor}"}).json()
    held = claim(jo, fhir, accession, me(jo, fhir))
    changed = jo.get(f"{fhir}/Task", params={"_lastUpdated": f"gt{cursor}"}).json()
    put_task(jo, fhir, released(held))

    assert quiet["total"] == 0
    assert [each["resource"]["id"] for each in changed["entry"]] == [held["id"]]


def test_pages_follow_each_other_until_all_is_told(fhir: str, jo: httpx2.Client) -> None:
    """A case on the second page is as urgent as one on the first."""
    everything = jo.get(f"{fhir}/Practitioner").json()
    page = jo.get(f"{fhir}/Practitioner", params={"_count": "3"}).json()
    seen = [each["resource"]["id"] for each in page["entry"]]
    while more := [each["url"] for each in page["link"] if each["relation"] == "next"]:
        page = jo.get(more[0]).json()
        seen += [each["resource"]["id"] for each in page["entry"]]

    assert len(seen) == everything["total"] > 3
    assert len(set(seen)) == len(seen)


def test_history_keeps_what_a_task_was(fhir: str, jo: httpx2.Client, accession: str) -> None:
    """Who held a case, and when, is asked after the fact."""
    held = claim(jo, fhir, accession, me(jo, fhir))
    put_task(jo, fhir, released(held))
    past = jo.get(f"{fhir}/Task/{held['id']}/_history").json()["entry"]
    then = jo.get(f"{fhir}/Task/{held['id']}/_history/{held['meta']['versionId']}").json()
    unchanged = jo.get(
        f"{fhir}/Task/{held['id']}", headers={"If-None-Match": past[0]["response"]["etag"]}
    )

    assert [each["resource"]["status"] for each in past[:3]] == [
        "requested",
        "accepted",
        "requested",
    ]
    assert then == held
    assert unchanged.status_code == 304


def test_an_unknown_search_parameter_is_refused_not_ignored(fhir: str, jo: httpx2.Client) -> None:
    """A filter that is silently ignored answers with other patients' cases."""
    assert jo.get(f"{fhir}/Task", params={"colour": "blue"}).status_code == 400


def test_audit_records_are_filed_once_and_stay(fhir: str, jo: httpx2.Client) -> None:
    """The platform's copy of the trail is what an altered one is found against."""
    event = {
        "resourceType": "AuditEvent",
        "id": "ab" * 32,
        "type": {"code": "110114"},
        "recorded": "2026-11-22T10:00:00Z",
        "agent": [{"requestor": True}],
        "source": {"site": "ws", "observer": {"display": "workstation"}},
    }
    where = f"{fhir}/AuditEvent/{event['id']}"
    answers = [jo.put(where, json=event) for _ in range(2)]
    altered = jo.put(where, json={**event, "recorded": "2026-11-22T11:00:00Z"})

    assert [each.status_code for each in answers] == [201, 200]
    assert altered.status_code == 409


def test_a_killed_platform_comes_back_with_what_it_had_acknowledged(tmp_path: Path) -> None:
    """An acknowledgement is a promise; the reader's copy is wiped on it."""
    data, ident = tmp_path / "data", str(uuid.uuid4())
    with start_platform(tmp_path, data=data) as first:
        fhir = first.site(SITE)["fhir"]
        wanted = next(o["accession"] for o in first.orders("unread") if o["site"] == SITE)
        with first.client(SITE) as jo:
            author = me(jo, fhir)
            held = claim(jo, fhir, wanted, author)
            sent = jo.post(fhir, json=delivery(held, author, ident))
        first.kill()
    with start_platform(tmp_path, data=data) as second:
        fhir = second.site(SITE)["fhir"]
        with second.client(SITE) as jo:
            found, done = count(jo, fhir, ident), task(jo, fhir, wanted)
    files = sorted(each.name for each in (data / SITE / "received").iterdir())

    assert sent.status_code == 200
    assert (found, done["status"], done["businessStatus"]) == (1, "completed", state("final"))
    assert files == ["0001-report.json"]
    assert ident in (data / SITE / "received" / files[0]).read_text("utf-8")
    assert (data / SITE / "other" / "0001-task.json").exists()
