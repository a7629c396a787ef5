"""An archive without tasks as a worklist, by QIDO-RS and by C-FIND: a real Orthanc."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import dimse_peers
import orthanc
import pydicom
import pytest
from dimse_peers import Pacs
from fakes import FakeClock
from fakes_images import client
from pydicom.data import get_testdata_file

from workstation.adapters.archive_list import ArchiveList
from workstation.adapters.decoders import Decoders
from workstation.adapters.previews import Previews
from workstation.adapters.site_client import SiteClient
from workstation.adapters.site_doors import image_door
from workstation.domain.identifiers import ReportId, StudyUID, TaskId
from workstation.domain.worklist import Lack, ReadState, WorklistItem
from workstation.errors import Refused
from workstation.protocols.id_token import Identity
from workstation.services.queue.licence import Desk, may_read

pytestmark = [pytest.mark.peer, pytest.mark.slow]

NOW = datetime(2026, 11, 22, 21, 40, tzinfo=UTC)
TODAY, LAST_YEAR = "20261122", "20251101"


def made(folder: Path, number: int, **values: Any) -> Path:
    """One CT slice as a study of its own."""
    data = pydicom.dcmread(str(get_testdata_file("CT_small.dcm")))
    data.StudyInstanceUID, data.SeriesInstanceUID = f"2.25.5{number}", f"2.25.6{number}"
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = f"2.25.7{number}"
    data.PatientID, data.PatientName, data.PatientSex = "4711", "Alder^Robin", "O"
    data.PatientBirthDate, data.StudyTime, data.StudyDescription = "19620302", "101500", "CT chest"
    data.IssuerOfPatientID = ""
    for keyword, value in values.items():
        setattr(data, keyword, value)
    data.save_as(folder / f"{number}.dcm")
    return folder / f"{number}.dcm"


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pacs]:
    folder, own = tmp_path_factory.mktemp("pacs"), tmp_path_factory.mktemp("files")
    held = [
        made(own, 1, StudyDate=TODAY, AccessionNumber="A-1"),
        made(own, 2, StudyDate=LAST_YEAR, AccessionNumber="A-2"),
        made(own, 3, StudyDate=LAST_YEAR, PatientBirthDate="20010101"),  # another person
        made(own, 4, StudyDate=TODAY, Modality="SR", PatientID="4712"),  # nothing to read
    ]
    with dimse_peers.running("orthanc", folder, held) as running:
        yield running


@pytest.fixture(scope="module")
def decoders() -> Iterator[Decoders]:
    pool = Decoders()
    yield pool
    pool.close()


class SignedIn:
    """An identity provider that knows one reader; the gate takes its token."""

    identity = Identity("4711", "", "Dr. Jo Sample", NOW, "pwd")

    def access_token(self, *, refused: str = "") -> str:
        return orthanc.TOKEN

    def sign_in(self, _credentials: object) -> Identity:
        return self.identity

    def sign_out(self) -> None:
        """Nobody to tell."""


Listing = Callable[[str], tuple[ArchiveList, FakeClock]]


@pytest.fixture
def listing(pacs: Pacs, decoders: Decoders) -> Iterator[Listing]:
    opened: list[SiteClient] = []

    def make(way: str) -> tuple[ArchiveList, FakeClock]:
        assert pacs.web is not None
        site = pacs.site(
            worklist=way, dicomweb=pacs.web.dicomweb, ca_file=pacs.web.ca_file, fhir="",
            images="dimse" if way == "dimse" else "dicomweb", report="hl7",
            readers="4711 = DE 2027-06-30", list_days=3,
        )  # fmt: skip
        made = client(site, orthanc.TOKEN)
        made.sign_on = cast(Any, SignedIn())
        clock = FakeClock(NOW)
        made.server_now = clock.now  # type: ignore[method-assign]
        opened.append(made)
        door = image_door(made, lambda _: site.dicomweb, decoders, Previews(decoders))
        return ArchiveList(made, door.find, clock), clock

    yield make
    for each in opened:
        each.close()


@pytest.fixture(params=["qido", "dimse"])
def archive(request: pytest.FixtureRequest, listing: Listing) -> ArchiveList:
    found, _ = listing(request.param)
    found.sign_in(None)
    return found


def only(archive: ArchiveList) -> WorklistItem:
    (item,) = archive.feed("").items
    return item


def test_the_studies_of_the_last_days_are_cases_that_say_what_they_lack(
    archive: ArchiveList,
) -> None:
    """A reader must not take silence for a promise that nobody gave."""
    item = only(archive)

    assert (item.accession, item.study, item.modality) == ("A-1", "2.25.51", "CT")
    assert (item.patient.name, item.patient.id) == ("Alder, Robin", "4711")
    assert item.acquired == datetime(2026, 11, 22, 9, 15, tzinfo=UTC)  # 10:15 in Berlin
    assert item.images_received == 1
    assert item.lacks == frozenset(Lack) - {Lack.RELEASE}


def test_the_settings_vouch_for_the_licence_until_its_last_day(archive: ArchiveList) -> None:
    """An archive knows no readers; nobody reads because nobody asked."""
    item, reader = only(archive), archive.sign_in(None)

    last, after = datetime(2027, 6, 30).date(), datetime(2027, 7, 1).date()  # noqa: DTZ001
    assert may_read(reader, item, last, Desk()).allowed
    assert may_read(reader, item, after, Desk()).reason == "Licence DE ended 2027-06-30"


def test_a_claim_is_known_at_this_desk_alone_and_given_back(archive: ArchiveList) -> None:
    """It holds while the list is asked again, and only here."""
    item = only(archive)

    mine = archive.claim(item)
    archive._asked_at = None
    again = archive.feed("listed")
    free = archive.release(mine, "no")

    assert (mine.state, mine.holder) == (ReadState.CLAIMED, "Dr. Jo Sample")
    assert again.items == ()
    assert again.gone == ()
    assert (free.state, free.holder_id) == (ReadState.UNREAD, "")


def test_an_archive_is_not_asked_at_every_poll(listing: Listing) -> None:
    """Polls come every few seconds; a PACS is no feed."""
    archive, clock = listing("qido")
    archive.sign_in(None)
    archive.feed("")
    asked = archive._find
    count = []
    archive._find = lambda wanted: count.append(wanted) or asked(wanted)  # type: ignore[func-returns-value]

    archive.feed("listed")
    clock.advance(29)
    archive.feed("listed")
    assert count == []
    clock.advance(2)
    archive.feed("listed")

    assert count == [{"StudyDate": "20261120-"}]


def test_priors_are_those_of_the_same_person(archive: ArchiveList) -> None:
    """The same number with another birth date is somebody else."""
    (prior,) = archive.priors(only(archive))

    assert (prior.ref.study, prior.accession) == (StudyUID("2.25.52"), "A-2")


def test_after_its_report_was_taken_by_hl7_the_case_is_closed_here(archive: ArchiveList) -> None:
    """The second step that a FHIR site would answer; here it keeps the case from coming again."""
    mine = archive.claim(only(archive))
    task = archive.resource(f"Task/{mine.task}")
    assert task is not None
    assert (task["status"], task["owner"]["reference"]) == ("accepted", "4711")

    archive.close_case(
        b'{"entry": [{"resource": {"resourceType": "Task", "id": "2.25.51",'
        b' "status": "completed"}}]}'
    )
    (closed,) = archive.feed("listed").items

    assert (closed.task, closed.state) == (TaskId("2.25.51"), ReadState.FINAL)


def test_what_it_cannot_keep_is_refused_in_words(archive: ArchiveList) -> None:
    """A draft that was thrown away in silence would be lost with this machine."""
    item = only(archive)
    with pytest.raises(Refused, match="PACS keeps no drafts"):
        archive.save_draft(item, ReportId("1"), "words")
    with pytest.raises(Refused, match="takes reports by HL7 alone"):
        archive.deliver(b"{}")
    with pytest.raises(Refused, match="keeps no audit records"):
        archive.send_audit([])


def test_a_study_that_left_the_archive_leaves_the_list(listing: Listing) -> None:
    """Tomorrow's list has yesterday's studies no more; a case that is being read stays."""
    archive, clock = listing("qido")
    archive.sign_in(None)
    item = only(archive)
    clock.advance(timedelta(days=4).total_seconds())

    assert archive.feed("listed").gone == (item.task,)


def test_a_report_on_its_way_finds_its_case_after_a_restart(archive: ArchiveList) -> None:
    """Before the first list is here, and after the study left it: the report still goes."""
    task = archive.resource("Task/2.25.51")
    assert task is not None
    assert (task["status"], task["owner"]["reference"]) == ("accepted", "4711")
    assert archive.resource("Provenance/1") is None
