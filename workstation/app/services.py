"""Every service, made once and given to those that need it."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from workstation.adapters.chart import FhirChart
from workstation.adapters.document_pages import DocumentPages
from workstation.adapters.launch_keys import gates
from workstation.adapters.machine import physical_bytes
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.report_lines import report_line
from workstation.app.drawing import keep_drawn, lesions_of, registering_of
from workstation.app.outer import Outer
from workstation.app.probing import probed_site
from workstation.app.reporting import (
    autotexts_of,
    calling_of,
    spelling_of,
    templates_of,
    voice_of,
)
from workstation.app.signing import keys_of, load_libraries, pdf_signatures
from workstation.commands.context import AllServices
from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.suv import SuvType
from workstation.rendering.volume_film import FilmPainter
from workstation.rendering.volume_slice import plane_samples
from workstation.services.audit import Audit
from workstation.services.delivery.alarms import Alarms
from workstation.services.delivery.archive_counts import ArchiveCounts
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.filing_queue import Ways
from workstation.services.delivery.measurement_filing import MeasurementFiling
from workstation.services.delivery.messages import Messages
from workstation.services.delivery.movie_saving import MovieSaving
from workstation.services.delivery.picture_saving import PictureSaving
from workstation.services.delivery.planes_saving import PlanesSaving
from workstation.services.delivery.report_documents import ReportDocuments
from workstation.services.delivery.sealing import Outside
from workstation.services.delivery.segments_saving import SegmentsSaving
from workstation.services.images.frames import FrameStore
from workstation.services.images.line_budget import LineBudget
from workstation.services.images.loading import Loader
from workstation.services.images.object_headers import ObjectHeaders
from workstation.services.jobs import Jobs
from workstation.services.own_keys import OwnKeys
from workstation.services.ports.files import LOCAL
from workstation.services.ports.keeping import SealedStore
from workstation.services.queue.list_views import ListViews
from workstation.services.queue.reader_key import ReaderKey
from workstation.services.queue.site_tests import SiteTests
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.chart import Chart
from workstation.services.reading.desk_lock import DeskLock
from workstation.services.reading.elsewhere import Elsewhere
from workstation.services.reading.identities import Identities
from workstation.services.reading.launching import Launching
from workstation.services.reading.local_case import LocalCase
from workstation.services.reading.prefetch import Prefetch
from workstation.services.reading.session import ReadingSession, Services
from workstation.services.reading.shared_context import SharedContext
from workstation.services.reading.shift import Shift
from workstation.services.reading.signing import Signing
from workstation.services.report.reporting import Reporting
from workstation.services.report.templates import load_templates
from workstation.services.screen.placing import OnDuty
from workstation.services.screen.preset_files import load_presets
from workstation.services.screen.structures import Structures
from workstation.services.viewer.cine import Cine
from workstation.services.viewer.segmenting import Segmenting
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes
from workstation.settings import (
    Settings,
    Site,
    load_codes,
    resource,
    screens_of,
    weights_of,
)
from workstation.ui.report_pdf import Printer
from workstation.ui.viewer.key_pictures import KeyPictures
from workstation.viewing.viewport import Interpolation

MIB = 1 << 20


def services_of(settings: Settings, jobs: Jobs, outer: Outer) -> AllServices:
    sites: Mapping[SiteId, Site] = {site.id: site for site in settings.sites}
    store, clock, platforms = outer.opened.store, outer.clock, outer.platforms
    worklist = Worklist(
        platforms, settings.sites, jobs, clock,
        poll_seconds=settings.poll_seconds, place=settings.place,
        weights=weights_of(settings.urgency),
        codes={site.id: load_codes(site.codes) for site in settings.sites if site.codes},
    )  # fmt: skip
    outer.codes.taker = lambda code: jobs.bring_home(lambda: worklist.code_shown.emit(code))
    frames = FrameStore(settings.ram_mb * MIB or physical_bytes() // 2)
    outer.previews.shown = lambda key, image: jobs.bring_home(
        lambda: frames.show_meanwhile(key, image)
    )
    jobs.lane("decoders", 1)
    frames.dropped.connect(lambda gone: jobs.run(lambda: outer.forget(gone), lane="decoders"))
    suv = None if settings.suv == "none" else SuvType(settings.suv)
    budgets = {site.id: LineBudget(site.prefetch_mbit, clock) for site in settings.sites}
    loader = Loader({**outer.sources, LOCAL: outer.files}, frames, jobs, suv, budgets)
    volumes = Volumes(frames, loader, jobs, plane_samples)
    volumes.moved.connect(lambda ref: jobs.run(lambda: outer.decoders.forget(ref), lane="decoders"))
    structures = Structures(frames, jobs)
    viewer = Viewer(
        frames,
        loader,
        structures,
        volumes,
        load_presets(settings.windows),
        Interpolation(settings.interpolation),
    )
    viewer.screens = {**screens_of(settings.screens), **outer.screens.load()}
    viewer.keep_screen = lambda key, mm: jobs.run(lambda: outer.screens.keep(key, mm), lane="store")
    viewer.on_duty = OnDuty(lambda site: _name_at(worklist, site), clock.now)
    keys, certification = keys_of(settings, outer, worklist, jobs)

    def who(site: SiteId) -> str:
        reader = worklist.reader(site)
        return reader.id if reader else ""

    audit = Audit(store, jobs, clock, platforms, keys.device, who)
    pictures = KeyPictures(loader.display_sets, frames.get)
    printed = Printer(
        sites,
        lambda signed: pictures(
            StudyRef(signed.report.binding.site, signed.report.binding.study),
            reporting.key_images,
            reporting.measurements,
        ),
    )
    zones = {site.id: ZoneInfo(site.timezone) for site in settings.sites}
    documents = ReportDocuments(sites, zones, loader.written)
    messages = Messages(sites)
    outside = Outside(
        platforms, who, lambda site: sites[site].name, worklist.held, printed,
        certification.renew, pdf_signatures(sites), documents.prepare, documents.sealed.emit,
        message=messages, apart=messages.apart,
        lines={each.id: report_line(each, platforms[each.id]) for each in settings.sites},
    )  # fmt: skip
    deliveries = Deliveries(store, jobs, clock, audit, keys, outside)
    reporting = Reporting(
        load_templates(resource("templates")), platforms, store, jobs, clock, zones=zones,
    )  # fmt: skip
    autotexts = autotexts_of(settings, store, jobs)
    session = ReadingSession(Services(worklist, viewer, loader, reporting, audit, jobs, sites))
    ways = Ways(outer.sources, outer.archives, zones, who, deliveries.awaits)
    filing = MeasurementFiling(ways, store, audit, jobs, clock)
    documents.sealed.connect(filing.owe)
    counts = ArchiveCounts(outer.sources, who, jobs)
    critical, calls = calling_of(settings, reporting, audit, store, jobs)
    alarms = Alarms(deliveries, worklist, store, audit, jobs, clock, sites, counts, calls)
    filing.accepted.connect(alarms.filed)
    signing = Signing(
        worklist, session, reporting, deliveries, filing, alarms, jobs, keys, certification.vouched
    )
    _ready_libraries(signing, settings, jobs)
    prefetch = Prefetch(
        worklist, session, loader, audit, jobs,
        cases=settings.prefetch_cases, budget_bytes=frames.room // 4,
    )  # fmt: skip
    indexes = {s: each for s, each in platforms.items() if isinstance(each, FhirPlatform)}
    elsewhere = Elsewhere(session, worklist, indexes, sites, Identities(store, jobs), audit, jobs)
    files = LocalCase(session, viewer, loader, audit, jobs, outer.files)
    dictation, listening, buttons = voice_of(settings, reporting, jobs, clock)
    launching = Launching(gates(settings.sites), worklist, session, audit, store, jobs, clock)
    segments = Segmenting(viewer, structures, volumes, frames)
    segments_saving = SegmentsSaving(segments, filing, outer.sources, jobs, clock)
    keep_drawn(viewer, segments, segments_saving, store, jobs, who)
    return _following_readers(
        AllServices(
            worklist=worklist,
            session=session,
            viewer=viewer,
            loader=loader,
            reporting=reporting,
            deliveries=deliveries,
            signing=signing,
            audit=audit,
            files=files,
            segments=segments,
            lesions=lesions_of(viewer, segments, volumes, reporting),
            segments_saving=segments_saving,
            movies=MovieSaving(viewer, volumes, filing, outer.sources, FilmPainter, jobs, clock),
            pictures=PictureSaving(viewer, filing, outer.sources, jobs, clock),
            filing=filing,
            saving=PlanesSaving(viewer, volumes, filing, outer.sources, outer.sources, jobs, clock),
            cine=Cine(
                viewer, frames, jobs, clock, settings.cine_rate, begins=settings.cine_autoplay
            ),
            desk=DeskLock(worklist, audit, jobs, clock, settings.lock_minutes),
            critical=critical,
            calls=calls,
            dictation=dictation,
            listening=listening,
            buttons=buttons,
            headers=ObjectHeaders({**outer.sources, LOCAL: outer.files}, jobs),
            registering=registering_of(settings, viewer, frames, jobs),
            alarms=alarms,
            prefetch=prefetch,
            elsewhere=elsewhere,
            chart=Chart(session, _charts(outer), DocumentPages(outer.decoders), audit, jobs),
            views=ListViews(store, jobs),
            autotexts=autotexts,
            spelling=spelling_of(settings, reporting, store, jobs),
            own_templates=templates_of(settings, reporting, store, jobs),
            own_keys=OwnKeys(store, jobs),
            shift=Shift(worklist, session, deliveries, loader, clock),
            site_tests=SiteTests(probed_site, sites, jobs),
            launching=launching,
            shared=_shared(outer, worklist, session, launching, signing, jobs),
            announced=outer.announcing.by_site,
            jobs=jobs,
        ),
        store,
    )


def _ready_libraries(signing: Signing, settings: Settings, jobs: Jobs) -> None:
    """While a signature is asked for, what writes its documents is loaded."""
    archived = any(site.dicom_report for site in settings.sites)
    signing.proposed.connect(lambda _: jobs.run(lambda: load_libraries(archived), lane="store"))


def _shared(
    outer: Outer,
    worklist: Worklist,
    session: ReadingSession,
    launching: Launching,
    signing: Signing,
    jobs: Jobs,
) -> SharedContext:
    """What other programs at the desk have open, at the sites that have a hub."""
    shared = SharedContext(outer.hubs, worklist, session, launching, jobs)
    signing.signed.connect(shared.signed)
    return shared


def _following_readers(made: AllServices, store: SealedStore) -> AllServices:
    """What is a reader's own comes and goes with them."""
    of_readers = (
        made.views, made.autotexts, made.spelling, made.own_templates, made.own_keys,
        made.elsewhere,
    )  # fmt: skip
    reader = ReaderKey(made.worklist, store, made.jobs)
    for each in of_readers:
        reader.changed.connect(each.begin)
    return made


def _charts(outer: Outer) -> Mapping[SiteId, FhirChart]:
    """Of the sites that are FHIR platforms: an archive knows nothing of the laboratory."""
    known = (s for s, each in outer.platforms.items() if isinstance(each, FhirPlatform))
    return {site: FhirChart(outer.clients[site]) for site in known}


def _name_at(worklist: Worklist, site: SiteId) -> str:
    reader = worklist.reader(site)
    return reader.name if reader else ""
