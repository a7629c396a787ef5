"""The three sites of the demonstration and the people who work there: all invented."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from attrs import field, frozen

from workstation.domain.identifiers import SiteId
from workstation.domain.reader import Licence

RW: Final = "urn:reading-workstation:"  # docs/conformance.md: our own codes and extensions
CLIENT_ID: Final = "workstation"
BANNER: Final = "DEMO · not for clinical use"


@frozen
class Person:
    """Somebody who can sign in; the same person is known to every site under another id."""

    user: str
    password: str
    role: str  # radiologist, resident, auditor
    given: str
    family: str
    number: int  # makes the Practitioner id, together with the site
    licences: tuple[Licence, ...] = ()
    modalities: tuple[str, ...] = ()  # privileged for; empty: for all

    @property
    def name(self) -> str:
        return f"{self.family}, {self.given}"

    def may_read_in(self, jurisdiction: str, on: date) -> bool:
        """Whether a licence covers the place of the scan on that day."""
        return any(each.covers(jurisdiction, on) for each in self.licences)

    def is_privileged(self, modality: str) -> bool:
        """Whether the hospitals let this person read such images."""
        return not self.modalities or not modality or modality in self.modalities


@frozen
class SiteProfile:
    """One hosting platform: where it is, whose law holds, what it promises its patients."""

    id: SiteId
    name: str
    jurisdiction: str
    timezone: str
    first_number: int  # of its practitioners
    patient_issuer: str
    ordering_physician: str
    phone: str
    directory: str
    stat_minutes: int
    routine_minutes: int
    step_up: str = "each"  # how often a signature asks for the password
    dicom_report: bool = False  # its archive wants reports too
    shares_priors: str = ""  # with these sites
    transfer_seconds: int = 48  # from the scan to the list; promised are 120
    finals_by: tuple[str, ...] = field(default=("radiologist",))
    zones: Mapping[str, str] = field(factory=dict)  # of other jurisdictions it scans in

    def day_at(self, jurisdiction: str, now: datetime) -> date:
        """The day where the patient was scanned: a licence ends at midnight there."""
        zone = self.zones.get(jurisdiction, self.timezone)
        return now.astimezone(ZoneInfo(zone)).date()

    def practitioner_id(self, person: Person) -> str:
        return str(self.first_number + person.number)


SITES: Final = (
    SiteProfile(
        SiteId("harbor"),
        "Harbor General",
        "US-WA",
        "America/Los_Angeles",
        17,
        "urn:oid:2.25.310284610100.1",
        "Okafor, Chidi",
        "+1 206 555 0142",
        "Dr. Lee Proxy, emergency = +1 206 555 0100; Charge nurse = +1 206 555 0101",
        stat_minutes=30,
        routine_minutes=240,
        shares_priors="mesa",
    ),
    SiteProfile(
        SiteId("mesa"),
        "Mesa Valley",
        "US-TX",
        "America/Chicago",
        204,
        "urn:oid:2.25.310284610100.2",
        "Villarreal, Inés",
        "+1 512 555 0177",
        "Dr. Sol Proxy, emergency = +1 512 555 0100; House supervisor = +1 512 555 0101",
        stat_minutes=30,
        routine_minutes=360,
        step_up="session",
        shares_priors="harbor",
        transfer_seconds=91,
        zones={"US-NM": "America/Denver"},
    ),
    SiteProfile(
        SiteId("nord"),
        "Klinikum Nord",
        "DE",
        "Europe/Berlin",
        3,
        "urn:oid:2.25.310284610100.3",
        "Brandt, Hauke",
        "+49 40 5550 0119",
        "Notaufnahme, Dienstarzt = +49 40 5550 0100; Pflegeleitung = +49 40 5550 0101",
        stat_minutes=45,
        routine_minutes=480,
        transfer_seconds=260,
        dicom_report=True,
    ),
)


#: Licences of the demonstration never run out: until June of next year.
_RUNS_OUT: Final = date(datetime.now(UTC).year + 1, 6, 30)


def _licences(*held: tuple[str, str]) -> tuple[Licence, ...]:
    return tuple(Licence(number, where, date(2020, 7, 1), _RUNS_OUT) for where, number in held)


#: The first may read and sign everything; the second may not read in Texas.
PEOPLE: Final = (
    Person(
        "jo.sample",
        "demo-reader-1",
        "radiologist",
        "Jo",
        "Sample",
        0,
        _licences(("US-WA", "MD-60412"), ("US-TX", "R-48217"), ("DE", "DE-HH-7731")),
    ),
    Person(
        "kim.visitor",
        "demo-reader-2",
        "radiologist",
        "Kim",
        "Visitor",
        1,
        _licences(("US-WA", "MD-60977"), ("DE", "DE-HB-1204")),
        ("CT", "CR", "DX", "OT"),
    ),
    Person(
        "rae.resident",
        "demo-reader-3",
        "resident",
        "Rae",
        "Resident",
        2,
        _licences(("US-WA", "ML-10338"), ("US-TX", "BP-20115"), ("DE", "DE-HH-9002")),
    ),
    Person("ana.auditor", "demo-auditor-1", "auditor", "Ana", "Auditor", 3),
)


def person(user: str) -> Person | None:
    return next((each for each in PEOPLE if each.user == user), None)
