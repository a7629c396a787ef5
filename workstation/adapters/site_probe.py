"""`workstation site test`: whether a site does what the program will ask of it.

Each check asks one thing, as in use, and says in plain words what came back. Nothing is
filed at the site, and no patient is named: an image is fetched and thrown away.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from attrs import evolve, frozen

from workstation.adapters.archive_list import by_qido
from workstation.adapters.clock import SystemClock
from workstation.adapters.http import Wire
from workstation.adapters.metadata import DicomWebMetadata
from workstation.adapters.mllp import connected
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.sign_on import SignOn
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.adapters.ups_list import UpsList
from workstation.adapters.ways import limits_of
from workstation.adapters.ways_probe import by_second
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.domain.study import Frame
from workstation.errors import Refused, SettingsError, SiteUnavailable, WorkstationError
from workstation.protocols import dicomweb, stow
from workstation.protocols.archive_rows import has_images, reader_from
from workstation.protocols.capabilities import CAPABILITIES, fhir_version, image_base, issuer
from workstation.protocols.dicom_attributes import NotMetadata, parse
from workstation.protocols.web import Request
from workstation.services.ports.hosting import Credentials
from workstation.services.selftest import Check, Finding, Verdict, judged, run
from workstation.settings import Settings, Site
from workstation.text import tr, trn

#: The median answer of a site that is pleasant to work with, ms.
_SLOW_MS: Final = 500.0
_ROUNDS: Final = 5
#: Countdowns go by the site's clock; beyond this one of the two clocks is wrong, s.
_CLOCK_S: Final = 30.0
#: So many studies are looked at for one with an image.
_STUDIES: Final = 10
#: Studies of so many days are counted where a list has no end of its own.
_COUNTED_DAYS: Final = 3
#: What a server says that takes documents, to a request that carries none (PS3.18 10.5.3.2).
_TAKES: Final = frozenset({200, 202, 204, 400, 409, 411, 415, 422})


def site_of(settings: Settings, named: str) -> Site | None:
    """The site of the settings that has this id, or one of whose addresses this is."""
    wanted = named.rstrip("/")
    for site in settings.sites:
        mine = (site.id, site.issuer, site.fhir, site.dicomweb)
        if wanted in {address.rstrip("/") for address in mine}:
            return site
    return None


def discovered(url: str) -> Site:
    """A site that the settings do not have yet, as its FHIR server describes itself.

    Raises
    ------
    SettingsError
        The address is no web address, or may not be asked without TLS.
    SiteUnavailable
        Nothing there says where readers sign in (SMART App Launch, 2.0, Conformance).
    """
    try:
        site = Site(
            id=SiteId("site-under-test"), name=urlsplit(url).hostname or url, issuer=url,
            fhir=url, dicomweb=url, jurisdiction="ZZ", timezone="UTC",
        )  # fmt: skip
    except ValueError as error:
        raise SettingsError(str(error)) from None
    with closing(Wire(site.name, url, limits_of(site))) as wire:
        found = issuer(wire.send(Request("GET", f"{url.rstrip('/')}/{CAPABILITIES}")))
    if not found:
        raise SiteUnavailable(
            tr(
                "{url} does not say where readers sign in; write the site into the settings",
                url=url,
            )
        )
    return evolve(site, issuer=found)


def probe(site: Site, credentials: Credentials | None, *, known: bool) -> tuple[Finding, ...]:
    """Every check, whatever became of the others; `known`: its DICOMweb address is set up."""
    clock = SystemClock()
    sign_on = sign_ons([site], clock)(site)
    # Each way by itself: what the first does not do, the second must not do for it.
    with closing(SiteClient(evolve(site, second_origin=""), sign_on, clock)) as client:
        checks = _Checks(client, clock)
        found = run([(tr("sign-in"), lambda: checks.sign_in(credentials))])
        apart = [*_by_dimse(site, checks), (tr("HL7 v2"), checks.hl7)]
        if sign_on.identity is None:
            return found + _not_asked() + run(apart)
        if site.worklist == "fhir":
            found += run([(tr("FHIR"), checks.fhir)])
        elif site.worklist == "qido":
            found += run([(tr("worklist"), checks.listed)])
        elif site.worklist == "ups":
            found += run([(tr("UPS-RS"), checks.work_items)])
        if not known:
            client = checks.at_its_images(sign_on)
            checks = _Checks(client, clock)
        with closing(client):
            web = checks.of_images() if site.images == "dicomweb" else []
            timed = [(tr("latency"), checks.latency)] if site.fhir or site.dicomweb else []
            return found + run([*web, *apart, *timed, *by_second(site, sign_on, clock)])


def _by_dimse(site: Site, checks: "_Checks") -> Sequence[tuple[str, Check]]:
    """DIMSE and HL7 know no token: they are asked whoever is signed in."""
    if not site.dimse:
        return ()
    from workstation.adapters import dimse_probe  # not needed where there is none

    return dimse_probe.checks(site, checks.days_ago(_COUNTED_DAYS))


def _not_asked() -> tuple[Finding, ...]:
    """What needs a reader; a sign-in that failed is one fault, not six."""
    names = (tr("FHIR"), tr("QIDO-RS"), tr("WADO-RS"), tr("STOW-RS"), tr("latency"))
    return tuple(
        Finding(name, Verdict.LESS, tr("not asked: nobody is signed in")) for name in names
    )


@frozen(eq=False)
class _Checks:
    """The questions, one method each."""

    _client: SiteClient
    _clock: SystemClock

    @property
    def _site(self) -> Site:
        return self._client.site

    def at_its_images(self, sign_on: SignOn) -> SiteClient:
        """The same site asked for images where its own Endpoint says, if that is its own host."""
        request = Request("GET", f"{self._site.fhir.rstrip('/')}/Endpoint?_count=20")
        try:
            base = image_base(self._client.request(request))
        except WorkstationError:
            base = ""
        usable = base and self._client.trusts(base)
        site = evolve(self._site, dicomweb=base) if usable else self._site
        return SiteClient(site, sign_on, self._clock)

    def days_ago(self, days: int) -> str:
        """A day as DICOM writes it."""
        return (self._clock.now() - timedelta(days=days)).strftime("%Y%m%d")

    def sign_in(self, credentials: Credentials | None) -> Iterator[Finding]:
        if self._site.worklist == "fhir":
            reader = FhirPlatform(self._client).sign_in(credentials)
        else:
            reader = reader_from(self._site, self._client.sign_on.sign_in(credentials))
        places = ", ".join(sorted({licence.jurisdiction for licence in reader.licences}))
        text = tr("signed in as {name}", name=reader.name)
        if places:
            yield Finding(
                tr("sign-in"),
                Verdict.GOOD,
                tr("{text}; licences: {places}", text=text, places=places),
            )
        else:
            yield Finding(
                tr("sign-in"), Verdict.LESS, tr("{text}; no licence is on record", text=text)
            )

    def fhir(self) -> Iterator[Finding]:
        base = self._site.fhir.rstrip("/")
        said = fhir_version(self._client.request(Request("GET", f"{base}/metadata")))
        yield judged(
            tr("FHIR"), good=said.startswith("4."), text=tr("release {v}", v=said or tr("not said"))
        )
        page = FhirPlatform(self._client).feed("")
        count = trn(len(page.items), "{n} case is listed", "{n} cases are listed")
        if page.problems:
            text = tr("{count}; {n} not understood: {why}", count=count, n=len(page.problems),
                      why=page.problems[0].why)  # fmt: skip
            yield Finding(tr("worklist"), Verdict.LESS, text)
        else:
            yield Finding(tr("worklist"), Verdict.GOOD, count)

    def listed(self) -> Iterator[Finding]:
        """Of an archive without tasks: the studies that would be cases."""
        find = by_qido(self._client)
        rows = find({"StudyDate": f"{self.days_ago(self._site.list_days - 1)}-"})
        count = sum(map(has_images, rows))
        text = trn(count, "{n} study is a case, without claims, deadlines and states",
                   "{n} studies are cases, without claims, deadlines and states")  # fmt: skip
        yield Finding(tr("worklist"), Verdict.GOOD if count else Verdict.LESS, text)

    def work_items(self) -> Iterator[Finding]:
        rows = UpsList(self._client, by_qido(self._client)).first_page()
        text = trn(len(rows), "{n} work item is listed", "{n} work items are listed")
        yield Finding(tr("UPS-RS"), Verdict.GOOD if rows else Verdict.LESS, text)

    def of_images(self) -> list[tuple[str, Check]]:
        return [
            (tr("QIDO-RS"), self.qido),
            (tr("WADO-RS"), self.wado),
            (tr("STOW-RS"), self.stow),
        ]

    def qido(self) -> Iterator[Finding]:
        found = self._studies()
        text = trn(len(found), "{n} study found", "{n} studies found")
        verdict = Verdict.GOOD if found else Verdict.LESS
        yield Finding(tr("QIDO-RS"), verdict, text if found else tr("answers, but has no study"))

    def wado(self) -> Iterator[Finding]:
        """The first image of the first study that has one and that this reader may see."""
        refused: WorkstationError | None = None
        for study in self._studies():
            try:
                found = self._a_frame(StudyRef(self._site.id, study))
                if found is not None:
                    yield Finding(tr("WADO-RS"), Verdict.GOOD, self._fetched(found))
                    return
            except Refused as error:
                refused = error
        if refused is not None:
            raise refused
        yield Finding(tr("WADO-RS"), Verdict.LESS, tr("no study with an image to ask for"))

    def stow(self) -> Iterator[Finding]:
        request = stow.store_nothing(self._site.dicomweb)
        status = self._client.request(request, expect=range(200, 600)).status
        text = tr("an empty request was answered with {status}", status=status)
        yield judged(tr("STOW-RS"), good=status in _TAKES, text=text)

    def hl7(self) -> Iterator[Finding]:
        if not self._site.hl7:
            yield Finding(tr("HL7 v2"), Verdict.LESS, tr("no listener is set up"))
            return
        began = time.monotonic()
        with connected(self._site, began + self._site.timeout_seconds):
            pass
        text = tr("listens; connected in {ms} ms", ms=round(1000 * (time.monotonic() - began)))
        yield Finding(tr("HL7 v2"), Verdict.GOOD, text)

    def latency(self) -> Iterator[Finding]:
        request = dicomweb.find_studies(self._site.dicomweb, 1)
        if self._site.fhir:
            request = Request("GET", f"{self._site.fhir.rstrip('/')}/metadata")
        median = statistics.median(
            _ms(lambda: self._client.request(request)) for _ in range(_ROUNDS)
        )
        yield Finding(
            tr("latency"),
            Verdict.GOOD if median <= _SLOW_MS else Verdict.LESS,
            tr("an answer takes {ms} ms (median of {n})", ms=f"{median:.0f}", n=_ROUNDS),
        )
        apart = abs((self._client.server_now() - self._clock.now()).total_seconds())
        yield Finding(
            tr("clock"),
            Verdict.GOOD if apart <= _CLOCK_S else Verdict.LESS,
            tr("the site's clock and this machine's are {s} s apart", s=f"{apart:.0f}"),
        )

    # --- inside -------------------------------------------------------------------

    def _studies(self) -> Sequence[StudyUID]:
        answer = self._client.request(dicomweb.find_studies(self._site.dicomweb, _STUDIES))
        if answer.status == 204:
            return ()
        try:
            return [StudyUID(found.text("0020000D")) for found in parse(answer.body)]
        except NotMetadata:
            raise SiteUnavailable(tr("the list of studies could not be understood")) from None

    def _a_frame(self, ref: StudyRef) -> Frame | None:
        images = DicomWebMetadata(lambda _: self._site.dicomweb, self._client)
        for head in images.series(ref):
            for instance in images.metadata(ref, head.uid).instances:
                if instance.frames:
                    return instance.frames[0]
        return None

    def _fetched(self, frame: Frame) -> str:
        began = time.monotonic()
        request = dicomweb.frames(self._site.dicomweb, frame.key, [frame.key.frame_index])
        with self._client.stream(request) as stream:
            size = len(stream.read())
        ms = 1000 * (time.monotonic() - began)
        return tr("an image of {kb} kB came in {ms} ms", kb=f"{size / 1000:.0f}", ms=f"{ms:.0f}")


def _ms(ask: Callable[[], object]) -> float:
    began = time.monotonic()
    ask()
    return 1000 * (time.monotonic() - began)
