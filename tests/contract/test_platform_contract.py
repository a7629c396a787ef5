"""The worklist against the demo platform: real HTTP, real sign-in, faults on purpose."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from attrs import evolve
from demo_platform import DemoPlatform, start_platform
from fakes import Home

from workstation.adapters.browser import LoopbackListener
from workstation.adapters.clock import SystemClock
from workstation.adapters.decoders import Decoders
from workstation.adapters.frames import DicomWebFrames
from workstation.adapters.http import Limits
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.secrets import MemorySecrets
from workstation.adapters.sign_on import SignOn
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.domain.identifiers import ReportId, SiteId, StudyUID
from workstation.domain.worklist import ReadState
from workstation.errors import Conflict, Refused, SignInFailed, SiteUnavailable
from workstation.protocols.device_sign_in import EnterCode
from workstation.protocols.id_token import Client
from workstation.services.jobs import Jobs
from workstation.services.ports.hosting import KEPT, Credentials
from workstation.services.ports.keeping import SecretStore
from workstation.services.queue.worklist import SiteStatus, Worklist
from workstation.services.reading.elsewhere import LIKELY
from workstation.services.reading.likeness import likeness
from workstation.settings import load

pytestmark = pytest.mark.slow

HARBOR, MESA = SiteId("harbor"), SiteId("mesa")
HEALTHY: dict[str, Any] = {
    "rules": [], "site_down": False, "delay_s": 0.0, "stale_etag": False, "token_seconds": 300,
}  # fmt: skip


class NoBrowserHere(LoopbackListener):
    def __init__(self) -> None:
        super().__init__(open_browser=lambda _url: False)


class Workplace:
    """A workstation without windows: what one reader's program holds."""

    def __init__(self, sites: DemoPlatform, user: str) -> None:
        settings = load(sites.settings)
        clock = SystemClock()
        self.home = Home()
        self.jobs = Jobs(self.home.post)
        self.credentials = Credentials(user, sites.password(user))
        places = [evolve(site, timeout_seconds=2.0) for site in settings.sites]
        sign_on = sign_ons(places, clock)
        self.clients = {site.id: SiteClient(site, sign_on(site), clock) for site in places}
        self.platforms = {name: FhirPlatform(each) for name, each in self.clients.items()}
        self.worklist = Worklist(self.platforms, places, self.jobs, clock, poll_seconds=60)

    def signed_in(self) -> "Workplace":
        self.home.settled(self.worklist.sign_in(self.credentials)).result()
        self.home.drain(lambda: all(s.state in ("ok", "stale") for s in self.worklist.sites))
        return self

    def status(self, site: SiteId) -> SiteStatus:
        return next(each for each in self.worklist.sites if each.id == site)

    def refresh(self) -> None:
        self.home.settled(self.worklist.refresh())

    def close(self) -> None:
        self.jobs.close()
        for each in self.clients.values():
            each.close()


@pytest.fixture(scope="module")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoPlatform]:
    with start_platform(tmp_path_factory.mktemp("platform")) as running:
        yield running


@pytest.fixture
def sites(_running: DemoPlatform) -> Iterator[DemoPlatform]:
    """The platform of this module, healthy again after each test."""
    yield _running
    _running.faults(all=HEALTHY)
    _running.clear_log()


@pytest.fixture
def reader(sites: DemoPlatform) -> Iterator[Callable[..., Workplace]]:
    with ExitStack() as stack:

        def start(user: str = "jo.sample") -> Workplace:
            client = Workplace(sites, user)
            stack.callback(client.close)
            return client

        yield start


# --- signing in -------------------------------------------------------------------


def test_one_sign_in_shows_the_cases_of_every_site(reader: Callable[..., Workplace]) -> None:
    """The reader works one queue; where a case came from is a column, not a program."""
    client = reader().signed_in()

    assert {status.state for status in client.worklist.sites} == {"ok"}
    assert {row.item.site for row in client.worklist.rows} == {"harbor", "mesa", "nord"}
    assert client.worklist.rows[0].item.priority == "stat"


def test_a_wrong_password_is_called_that(reader: Callable[..., Workplace]) -> None:
    """Not "error 401": the reader must know whether to type again or to call the help desk."""
    client = reader()

    job = client.home.settled(client.worklist.sign_in(Credentials("jo.sample", "guess")))

    assert isinstance(job.error, SignInFailed)
    assert str(job.error) == "The name or the password is wrong."
    assert client.signed_in().worklist.rows


def test_an_expired_token_is_renewed_without_a_word(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """A session that ends in the middle of dictation must not reach the reader."""
    client = reader().signed_in()
    sites.expire_tokens()

    client.refresh()

    assert {status.state for status in client.worklist.sites} == {"ok"}
    renewals = [line for line in sites.log() if line["path"].endswith("/token")]
    assert len(renewals) == 6  # three sign-ins, three renewals


def test_many_threads_with_an_expired_token_renew_it_once(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """Refresh tokens rotate: a second renewal with the old one would end the session."""
    client = reader().signed_in()
    sites.clear_log()
    sites.expire_tokens("harbor")
    client.jobs.lane("crowd", 8)
    platform = client.platforms[HARBOR]

    asked = [client.jobs.run(lambda: platform.feed(""), lane="crowd") for _ in range(8)]
    for job in asked:
        client.home.settled(job).result()

    renewals = [line for line in sites.log() if line["path"].endswith("/token")]
    assert len(renewals) == 1


def test_the_password_again_proves_that_the_reader_is_there_now(
    reader: Callable[..., Workplace],
) -> None:
    """A signature is bound to a fresh authentication, not to a session of this morning."""
    client = reader().signed_in()
    before = client.clients[HARBOR].server_now()

    proof = client.platforms[HARBOR].step_up(client.credentials)

    assert abs((proof.authenticated_at - before).total_seconds()) < 5
    assert proof.reader_id == client.worklist.reader(HARBOR).id  # type: ignore[union-attr]


def test_where_there_is_no_browser_a_code_is_entered_elsewhere(sites: DemoPlatform) -> None:
    """The reader without a browser reads the code here and types it into a telephone."""
    site = sites.site("harbor")
    told: list[EnterCode | None] = []

    def telephone(code: EnterCode | None) -> None:
        told.append(code)
        if code is None:
            return
        who = {"username": "jo.sample", "password": sites.password("jo.sample")}
        with httpx2.Client(timeout=20) as phone:
            typed = code.code.lower().replace("-", "")  # as people type
            phone.post(code.address, data={"user_code": typed, **who}).raise_for_status()

    client = Client(site["issuer"], "workstation", "openid profile offline_access fhirUser")
    session = SignOn(
        client,
        Limits(),
        SystemClock(),
        listener=NoBrowserHere,
        show=telephone,
        sleep=lambda _: None,
    )
    first = session.sign_in(None)
    again = session.step_up(None)

    assert first.fhir_user.startswith("Practitioner/")
    assert again.subject == first.subject
    assert [code is None for code in told] == [False, True, False, True]


class Ring:
    """A keyring that keeps what it is given, as long as the test."""

    ram_only = ""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def set(self, name: str, value: str) -> None:
        self.kept[name] = value

    def forget(self, name: str) -> None:
        self.kept.pop(name, None)


@pytest.fixture
def started(sites: DemoPlatform) -> Callable[[SecretStore], SignOn]:
    """The program starts, with this keyring, at a provider whose sites let a sign-in stay."""
    site = evolve(load(sites.settings).sites[0], stay_signed_in=True)

    def start(ring: SecretStore) -> SignOn:
        return sign_ons([site], SystemClock(), secrets=ring)(site)

    return start


def test_a_start_asks_no_password_where_the_sites_allow_it(
    sites: DemoPlatform, started: Callable[[SecretStore], SignOn]
) -> None:
    """Three starts in a row: with rotation each one spends the token of the one before."""
    ring = Ring()
    who = started(ring).sign_in(Credentials("jo.sample", sites.password("jo.sample")))
    first = dict(ring.kept)
    again = started(ring).sign_in(KEPT)
    second = dict(ring.kept)
    once_more = started(ring).sign_in(KEPT)

    assert (again.subject, once_more.subject) == (who.subject, who.subject)
    assert len({*first.values(), *second.values(), *ring.kept.values()}) == 3
    assert sites.password("jo.sample") not in str(ring.kept)


def test_signing_out_takes_the_sign_in_from_the_keyring(
    sites: DemoPlatform, started: Callable[[SecretStore], SignOn]
) -> None:
    """The next person at this desk must not start as the last one."""
    ring = Ring()
    desk = started(ring)
    desk.sign_in(Credentials("jo.sample", sites.password("jo.sample")))
    spent = dict(ring.kept)
    desk.sign_out()

    assert ring.kept == {}
    with pytest.raises(SignInFailed, match="Sign in to see"):
        started(ring).sign_in(KEPT)

    stolen = Ring()
    stolen.kept = spent  # a copy of the keyring is worth nothing after it
    with pytest.raises(SignInFailed):
        started(stolen).sign_in(KEPT)
    assert stolen.kept == {}


def test_without_a_keyring_that_encrypts_nothing_is_kept(
    sites: DemoPlatform, started: Callable[[SecretStore], SignOn]
) -> None:
    """A token in a plain file is the reader's identity for whoever finds it."""
    memory = MemorySecrets("no keyring")
    started(memory).sign_in(Credentials("jo.sample", sites.password("jo.sample")))

    with pytest.raises(SignInFailed, match="Sign in to see"):
        started(memory).sign_in(KEPT)


def test_one_site_that_does_not_allow_it_is_enough(sites: DemoPlatform) -> None:
    """Sites of one provider share the session: the strictest policy is that of all."""
    site = load(sites.settings).sites[0]
    ring = Ring()
    places = [evolve(site, stay_signed_in=True), evolve(site, id=SiteId("other"))]
    sign_on = sign_ons(places, SystemClock(), secrets=ring)(site)
    sign_on.sign_in(Credentials("jo.sample", sites.password("jo.sample")))

    assert ring.kept == {}


def test_somebody_else_cannot_step_up(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """Whoever passes by the desk must not sign with their own password for the reader."""
    client = reader().signed_in()

    with pytest.raises(SignInFailed, match="same reader"):
        client.platforms[HARBOR].step_up(Credentials("kim.visitor", sites.password("kim.visitor")))


# --- other people -----------------------------------------------------------------


def test_a_case_is_given_to_a_colleague_by_name(reader: Callable[..., Workplace]) -> None:
    """The next reader sees that it is theirs, from whom and why; its promise stays."""
    jo, kim = reader().signed_in(), reader("kim.visitor").signed_in()
    row = next(r for r in jo.worklist.rows if r.is_free and r.item.site == HARBOR)
    to = jo.home.settled(jo.worklist.colleague(HARBOR, "visitor")).result()
    jo.home.settled(jo.worklist.decline(row, "not my field", to)).result()
    kim.refresh()
    given = kim.worklist.held(row.item.key)

    assert given is not None
    assert (given.meant_for, given.handed_over) == ("Visitor, Kim", "Sample, Jo: not my field")
    assert given.due == row.item.due
    seen = {r.item.key: r for r in jo.worklist.rows}
    assert seen[row.item.key].is_free
    assert not jo.worklist.is_offered(seen[row.item.key])
    assert kim.worklist.is_offered(next(r for r in kim.worklist.rows if r.item.key == given.key))


def test_a_patient_is_found_at_another_site_by_birth_date(
    reader: Callable[..., Workplace],
) -> None:
    """The man with the nodule was in Texas before, under another number and a middle name."""
    client = reader().signed_in()
    row = client.worklist.find("HG-26-118204")
    assert row is not None
    mesa = client.platforms[MESA]
    found = [(each, likeness(row.item.patient, each.patient, each.keys)) for each in
             mesa.persons(row.item)]  # fmt: skip
    likely = [each for each, alike in found if alike.confidence >= LIKELY]

    assert [each.patient.id for each in likely] == ["MV-20344"]
    assert [prior.accession for prior in mesa.studies_of(likely[0])] == ["MV-24-10342"]


# --- faults of a site ---------------------------------------------------------------

BROKEN = {
    "down": ({"site_down": True}, "Harbor General"),
    "401": (
        {"rules": [{"match": "/fhir/|/token", "do": "status", "status": 401}]},
        "Sign in again",
    ),
    "403": ({"rules": [{"match": "/fhir/Task", "do": "status", "status": 403}]}, "does not permit"),
    "500": ({"rules": [{"match": "/fhir/Task", "do": "status", "status": 500}]}, "internal error"),
    "503": ({"rules": [{"match": "/fhir/Task", "do": "status", "status": 503}]}, "is busy"),
    "302": ({"rules": [{"match": "/fhir/Task", "do": "status", "status": 302}]}, "another address"),
    "garbage": ({"rules": [{"match": "/fhir/Task", "do": "garbage"}]}, "could not be understood"),
    "truncated": (
        {"rules": [{"match": "/fhir/Task", "do": "truncate", "bytes": 40}]},
        "broke off in the middle",
    ),
    "dropped": ({"rules": [{"match": "/fhir/Task", "do": "drop"}]}, "broke off"),
    "slow": (
        {"rules": [{"match": "/fhir/Task", "do": "delay", "seconds": 3}]},
        "does not answer in time",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_site_that_fails_says_how_and_keeps_its_rows(
    sites: DemoPlatform, reader: Callable[..., Workplace], name: str
) -> None:
    """The other hospitals go on, and the cases that were known do not vanish from the list."""
    knobs, words = BROKEN[name]
    client = reader().signed_in()
    before = {row.item.task for row in client.worklist.rows if row.item.site == HARBOR}
    sites.faults(harbor=knobs)
    if name == "401":
        sites.expire_tokens("harbor")

    client.refresh()

    rows = [row for row in client.worklist.rows if row.item.site == HARBOR]
    assert words in client.status(HARBOR).message
    assert {row.item.task for row in rows} == before
    assert all(row.stale_since is not None and not row.is_free for row in rows)
    assert client.status(MESA).state == "ok"


def test_a_site_that_comes_back_is_current_again(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """Nobody restarts the program because a hospital's line was down for a minute."""
    client = reader().signed_in()
    sites.faults(harbor={"site_down": True})
    client.refresh()
    sites.faults(harbor={"site_down": False})

    client.refresh()

    assert client.status(HARBOR).state == "ok"
    assert client.status(HARBOR).message == ""
    assert all(row.stale_since is None for row in client.worklist.rows)


def test_a_question_that_was_dropped_is_asked_again(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """One lost packet is not an outage."""
    client = reader().signed_in()
    sites.faults(harbor={"rules": [{"match": "GET /fhir/Task", "do": "drop_before", "times": 1}]})

    client.refresh()

    assert client.status(HARBOR).state == "ok"


def test_a_change_that_met_silence_is_not_sent_twice(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """It may have been done: repeating it blindly is how things happen twice."""
    client = reader().signed_in()
    row = client.worklist.find("MV-26-40417")
    assert row is not None
    sites.faults(mesa={"rules": [{"match": "PUT /fhir/Task", "do": "drop"}]})
    sites.clear_log()

    job = client.home.settled(client.worklist.claim(row))

    assert isinstance(job.error, SiteUnavailable)
    assert len([line for line in sites.log() if line["method"] == "PUT"]) == 1
    sites.faults(mesa=HEALTHY)
    client.refresh()  # what became of it is seen by asking
    held = client.worklist.held(row.item.key)
    assert held is not None
    assert held.state is ReadState.CLAIMED
    client.home.settled(client.worklist.release(held)).result()


# --- claiming -----------------------------------------------------------------------


def test_two_readers_claim_one_case_and_the_loser_is_told_who_has_it(
    reader: Callable[..., Workplace],
) -> None:
    """Two reports for one patient from two readers is the accident a claim prevents."""
    first, second = reader().signed_in(), reader("kim.visitor").signed_in()
    row, same = first.worklist.find("HG-26-118204"), second.worklist.find("HG-26-118204")
    assert row is not None
    assert same is not None
    mine = first.home.settled(first.worklist.claim(row)).result()

    lost = second.home.settled(second.worklist.claim(same))

    assert isinstance(lost.error, Conflict)
    assert lost.error.holder == mine.holder != ""
    assert mine.holder in str(lost.error)
    second.home.drain(lambda: second.worklist.held(same.item.key).holder == mine.holder)  # type: ignore[union-attr]
    first.home.settled(first.worklist.release(mine)).result()


def test_what_one_reader_says_at_hand_over_the_next_one_reads(
    reader: Callable[..., Workplace],
) -> None:
    """At seven in the morning: "compared with the outside CT, waiting for the surgeon's call"."""
    night, day = reader().signed_in(), reader("kim.visitor").signed_in()
    row = night.worklist.find("HG-26-118204")
    assert row is not None
    mine = night.home.settled(night.worklist.claim(row)).result()
    night.home.settled(night.worklist.release(mine, "surgeon calls back at 8")).result()

    day.refresh()

    seen = day.worklist.find("HG-26-118204")
    assert seen is not None
    assert seen.item.handed_over == "Sample, Jo: surgeon calls back at 8"


def test_six_claims_at_once_have_one_winner(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """Whoever is faster has it; the platform decides, by the version of the task."""
    clients = [reader(u).signed_in() for u in ("jo.sample", "kim.visitor", "rae.resident") * 2]
    row = clients[0].worklist.find("HG-26-118231")
    assert row is not None
    jobs = [client.worklist.claim(row) for client in clients]

    for client, job in zip(clients, jobs, strict=True):
        client.home.settled(job)

    winners = {job.result().holder_id for job in jobs if job.error is None}
    assert len(winners) == 1
    assert all(isinstance(j.error, Conflict) and j.error.holder for j in jobs if j.error)
    winner = next(c for c, j in zip(clients, jobs, strict=True) if j.error is None)
    held = next(j.result() for j in jobs if j.error is None)
    winner.home.settled(winner.worklist.release(held)).result()


def test_without_the_licence_nothing_is_asked_of_the_site(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """No licence, no look at the images: the site's own log is the proof."""
    client = reader("kim.visitor").signed_in()
    row = client.worklist.find("MV-26-40417")
    assert row is not None
    sites.clear_log()

    job = client.home.settled(client.worklist.claim(row))

    assert isinstance(job.error, Refused)
    assert str(job.error) == "No licence: US-TX"
    assert [line["path"] for line in sites.log()] == []


def test_the_platform_refuses_too_when_the_program_does_not(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """The reason shown is the platform's own, in its words."""
    client = reader("kim.visitor").signed_in()
    row = client.worklist.find("MV-26-40417")
    assert row is not None

    with pytest.raises(Refused, match="US-TX"):
        client.platforms[MESA].claim(row.item)


@pytest.mark.parametrize("user", ["jo.sample", "kim.visitor", "rae.resident", "ana.auditor"])
def test_what_the_list_says_of_the_right_to_read_is_what_the_platform_enforces(
    sites: DemoPlatform, reader: Callable[..., Workplace], user: str
) -> None:
    """Whoever is told no would be refused the images, and nobody is told no by mistake."""
    client = reader(user).signed_in()
    disagreed = []
    for row in client.worklist.rows:
        base = sites.site(row.item.site)["dicomweb"]
        with sites.client(row.item.site, user) as http:
            answer = http.get(f"{base}/studies/{row.item.study}/series")
        reads = user != "ana.auditor"  # an auditor may look at everything and reads nothing
        if row.verdict.allowed is not (answer.status_code == 200 and reads):
            disagreed.append((row.item.accession, row.verdict.reason, answer.status_code))

    assert len(client.worklist.rows) > 10
    assert disagreed == []


def test_images_are_where_the_study_says(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """A hospital that moves its archive tells so in the Endpoint of its studies."""
    client = reader()
    moved = f"{sites.site('harbor')['fhir']}/../archive-2"
    sites.images_at("harbor", moved)

    client.signed_in()

    row = client.worklist.find("HG-26-118204")
    assert row is not None
    assert client.platforms[HARBOR].images.of(row.item.study) == moved
    unknown = StudyUID("2.25.404")
    assert client.platforms[HARBOR].images.of(unknown) == sites.site("harbor")["dicomweb"]
    sites.images_at("harbor", sites.site("harbor")["dicomweb"])


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:{port}/dicomweb", "http://127.0.0.1:no/port", "nonsense"]
)
def test_a_study_that_sends_us_elsewhere_gets_no_token(
    sites: DemoPlatform, reader: Callable[..., Workplace], address: str
) -> None:
    """A record that names a stranger's address must not carry the reader's key there."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.settimeout(0.2)
        sites.images_at("harbor", address.format(port=stranger.getsockname()[1]))
        client = reader().signed_in()
        row = client.worklist.find("HG-26-118204")
        assert row is not None
        platform = client.platforms[HARBOR]
        source = DicomWebFrames(platform.images.of, client.clients[HARBOR], Decoders(children=0))

        with pytest.raises(Refused, match=r"Harbor General keeps these images at .* not set up"):
            source.series(row.item.ref)
        with pytest.raises(TimeoutError):
            stranger.accept()
    sites.images_at("harbor", sites.site("harbor")["dicomweb"])


@pytest.mark.parametrize("status", [412, 428])
def test_a_version_that_does_not_match_is_not_forced(
    sites: DemoPlatform, reader: Callable[..., Workplace], status: int
) -> None:
    """412: somebody was there before. 428: the site wants to know what we saw."""
    client = reader().signed_in()
    row = client.worklist.find("HG-26-118204")
    assert row is not None
    rule = {"match": "PUT /fhir/Task", "do": "status", "status": status}
    sites.faults(harbor={"rules": [rule]})

    job = client.home.settled(client.worklist.claim(row))

    assert isinstance(job.error, Refused)
    assert client.status(HARBOR).state == "ok"
    assert client.worklist.held(row.item.key).state is ReadState.UNREAD  # type: ignore[union-attr]


def test_a_case_that_only_got_more_images_can_still_be_claimed(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """The task's version moves when images arrive; that is nobody else's claim."""
    client, other = reader().signed_in(), reader().signed_in()
    row = client.worklist.find("HG-26-118204")
    seen = other.worklist.find("HG-26-118204")
    assert row is not None
    assert seen is not None
    claimed = other.home.settled(other.worklist.claim(seen)).result()
    other.home.settled(other.worklist.release(claimed)).result()

    mine = client.home.settled(client.worklist.claim(row)).result()

    assert int(mine.version) > int(row.item.version)
    client.home.settled(client.worklist.release(mine, "handed over")).result()


def test_what_we_do_not_understand_of_a_task_travels_back_untouched(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """A site's own routing data must survive our claim."""
    client = reader().signed_in()
    row = client.worklist.find("HG-26-118204")
    assert row is not None
    url = f"{sites.site('harbor')['fhir']}/Task/{row.item.task}"
    ours = {"status", "owner", "businessStatus", "extension", "meta", "statusReason"}
    with sites.client("harbor") as http:
        before = http.get(url).json()
        mine = client.home.settled(client.worklist.claim(row)).result()
        after = http.get(url).json()
    client.home.settled(client.worklist.release(mine)).result()

    def rest(task: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in task.items() if name not in ours}

    assert rest(after) == rest(before)


# --- drafts and reports ----------------------------------------------------------------


def test_a_draft_is_found_again_by_its_author_alone(
    sites: DemoPlatform, reader: Callable[..., Workplace]
) -> None:
    """Unfinished words are the author's until signed."""
    author, other = reader().signed_in(), reader("kim.visitor").signed_in()
    row = author.worklist.find("HG-26-118204")
    assert row is not None
    mine = author.home.settled(author.worklist.claim(row)).result()
    platform = author.platforms[HARBOR]
    report = ReportId("6f1c6d0e-2c9b-4b0e-9a59-1f8f7c1d2e3a")

    platform.save_draft(mine, report, '{"findings": "first"}')
    platform.save_draft(mine, report, '{"findings": "größer, 12 mm"}')

    assert platform.load_draft(mine) == '{"findings": "größer, 12 mm"}'
    assert other.platforms[HARBOR].load_draft(mine) is None
    assert platform.find_report(report) is None
    author.home.settled(author.worklist.release(mine)).result()


def test_the_prior_of_a_patient_is_found_with_its_report(reader: Callable[..., Workplace]) -> None:
    """Comparison needs the old images and the old words."""
    client = reader().signed_in()
    row = client.worklist.find("HG-26-118204")
    assert row is not None

    (prior,) = client.platforms[HARBOR].priors(row.item)

    assert prior.accession == "HG-25-093311"
    assert prior.ref.study != row.item.study
    assert prior.report_text
    assert prior.instances > 0
