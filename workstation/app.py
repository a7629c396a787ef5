"""Composition root: the only module that names every concrete class. No logic.

Everything is built once, here, and passed on; nothing is found.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import platformdirs
from attrs import frozen

from workstation.adapters.announcing import Announcing
from workstation.adapters.clock import SystemClock
from workstation.adapters.decoders import Decoders
from workstation.adapters.dictation_devices import HidButtons
from workstation.adapters.dictionaries import HunspellDictionaries
from workstation.adapters.enrolment import Enrolment
from workstation.adapters.hand_over import Desk, at_home, place_of
from workstation.adapters.launch_keys import gates
from workstation.adapters.local_frames import LocalFrames
from workstation.adapters.machine import keep_memory_together, physical_bytes
from workstation.adapters.microphone import SystemMicrophone
from workstation.adapters.opengl import command as opengl_child
from workstation.adapters.opengl import probed
from workstation.adapters.platform import FhirPlatform
from workstation.adapters.previews import Previews
from workstation.adapters.recognisers import recogniser
from workstation.adapters.recordings import SpeechFiles
from workstation.adapters.report_lines import report_line
from workstation.adapters.screen_file import ScreenFile
from workstation.adapters.secrets import open_secrets
from workstation.adapters.site_client import SiteClient, sign_ons
from workstation.adapters.site_doors import ImageSource, SiteDoor, site_door
from workstation.adapters.store import Opened, open_store
from workstation.adapters.voice_commands import VoiceCommands
from workstation.commands import catalogue
from workstation.commands import dictation as spoken
from workstation.commands.bindings import load as load_bindings
from workstation.commands.context import AllServices
from workstation.commands.menus import STRIP, load_menus, offered
from workstation.domain.autotext import Level
from workstation.domain.critical import Category
from workstation.domain.identifiers import SiteId, StudyRef
from workstation.domain.report import SignedReport
from workstation.domain.suv import SuvType
from workstation.protocols.device_sign_in import EnterCode
from workstation.protocols.dictation_buttons import Devices
from workstation.protocols.signing_key import SigningKey
from workstation.rendering.engine import Slices
from workstation.rendering.volume_slice import plane_samples
from workstation.services.alarms import Alarms
from workstation.services.archive_counts import ArchiveCounts
from workstation.services.audit import Audit
from workstation.services.autotext_files import shared
from workstation.services.autotexts import Autotexts
from workstation.services.certification import Certification
from workstation.services.cine import Cine
from workstation.services.critical_results import CriticalResults, Person
from workstation.services.critical_results import Desk as CriticalDesk
from workstation.services.delivery import Deliveries
from workstation.services.desk_lock import DeskLock
from workstation.services.dictation import Dictation
from workstation.services.dictation_buttons import DictationButtons
from workstation.services.elsewhere import Elsewhere
from workstation.services.filing_queue import Ways
from workstation.services.frames import Dropped, FrameStore
from workstation.services.jobs import Jobs
from workstation.services.key_ports import KeyToken
from workstation.services.keys import Keys
from workstation.services.launching import Launching
from workstation.services.line_budget import LineBudget
from workstation.services.list_views import ListViews
from workstation.services.listening import Listening
from workstation.services.loading import Loader
from workstation.services.local_case import LocalCase
from workstation.services.measurement_filing import MeasurementFiling
from workstation.services.messages import Messages
from workstation.services.object_headers import ObjectHeaders
from workstation.services.own_templates import OwnTemplates
from workstation.services.own_templates import load as load_own
from workstation.services.placing import OnDuty
from workstation.services.planes_saving import PlanesSaving
from workstation.services.ports import (
    LOCAL,
    Credentials,
    HostingPlatform,
    ObjectArchive,
    SealedStore,
    SecretStore,
)
from workstation.services.prefetch import Prefetch
from workstation.services.preset_files import load_presets
from workstation.services.registering import Registering
from workstation.services.report_documents import ReportDocuments
from workstation.services.reporting import Reporting
from workstation.services.sealing import Outside
from workstation.services.segmenting import Segmenting
from workstation.services.segments_kept import SegmentsKept
from workstation.services.segments_saving import SegmentsSaving
from workstation.services.selftest import Finding
from workstation.services.selftest import run as run_checks
from workstation.services.session import ReadingSession, Services
from workstation.services.shift import Shift
from workstation.services.signing import Signing
from workstation.services.site_tests import SiteTests
from workstation.services.spelling import Spelling
from workstation.services.spoken_table import Spoken
from workstation.services.structures import Structures
from workstation.services.templates import load_templates
from workstation.services.viewer import Viewer
from workstation.services.volumes import Volumes
from workstation.services.word_lists import words_of
from workstation.services.worklist import Worklist
from workstation.settings import Settings, Site, buttons_of, pairs, resource, screens_of, weights_of
from workstation.text import tr, use_locale
from workstation.ui.application import Application
from workstation.ui.autotext_dialog import AutotextDialog
from workstation.ui.being_said import BeingSaid
from workstation.ui.critical_card import CriticalCard
from workstation.ui.program import Program
from workstation.ui.report_pane import ReportPane
from workstation.ui.report_pdf import Printer
from workstation.ui.template_dialog import TemplateDialog
from workstation.ui.viewer.gl_engine import GraphicsStart
from workstation.ui.viewer.key_pictures import KeyPictures
from workstation.ui.viewer.pane import ViewerPane
from workstation.ui.windows import Shell, Shown
from workstation.viewing.viewport import Interpolation

MIB = 1 << 20
NOTES = 3  # control requests of one site in flight; a slow answer does not hold a claim up


def run(
    settings: Settings,
    *,
    script: str | None = None,
    credentials: Credentials | None = None,
    named: Path | None = None,
    launch: str = "",
) -> int:
    """Open the program and stay until the reader leaves; gives the exit code.

    `named` is the file the settings came from: who starts the program with it again, to send a
    case, reaches this one. `launch` is a case that was sent with the start.
    """
    use_locale(settings.locale, resource("i18n"))
    application = Application()
    outside = Outer.of(settings)
    desk: Desk | None = None
    try:
        program = build(settings, application, outside)
        if named is not None and any(site.launch_issuer for site in settings.sites):
            desk = Desk(place_of(named), at_home(application.post, program.take))
        if launch:
            program.take(launch)
        return program.run(script, credentials)
    finally:
        if desk is not None:
            desk.close()
        outside.close()


def selftest() -> tuple[Finding, ...]:
    """What this machine can do, one finding for each thing the program relies on."""
    # Only here: the program itself starts without VTK, and never loads a codec.
    from workstation.adapters import probes
    from workstation.adapters.opengl import opengl
    from workstation.adapters.tls_probe import tls
    from workstation.rendering.probe import rendering
    from workstation.ui.probe import windows

    decoders, samples = Decoders(children=1), resource("selftest", "frames.json")
    try:
        return run_checks(
            (
                (tr("rendering"), rendering),
                (tr("OpenGL"), opengl),
                (tr("decoding"), lambda: probes.syntaxes(decoders, samples)),
                (tr("decoder sandbox"), lambda: probes.sandbox(decoders)),
                (tr("shared memory"), probes.shared_memory),
                (tr("keyring"), lambda: probes.keyring(open_secrets("selftest"))),
                (tr("TLS"), tls),
                (tr("windows"), lambda: windows(resource())),
            )
        )
    finally:
        decoders.close()


def _probed(site: Site, credentials: Credentials | None) -> tuple[Finding, ...]:
    from workstation.adapters import site_probe  # not needed to read

    return site_probe.probe(site, credentials, known=True)


def site_test(
    settings: Settings, named: str, credentials: Credentials | None
) -> tuple[Finding, ...]:
    """Whether a site does what the program will ask of it (adapters/site_probe.py)."""
    from workstation.adapters import site_probe

    known = site_probe.site_of(settings, named)
    site = known or site_probe.discovered(named)
    return site_probe.probe(site, credentials, known=known is not None)


class Codes:
    """What a reader without a browser is to enter elsewhere, on its way to the windows."""

    def __init__(self) -> None:
        self.taker: Callable[[EnterCode | None], None] = lambda _code: None

    def show(self, code: EnterCode | None) -> None:
        """From any thread."""
        self.taker(code)


@frozen(eq=False)
class Outer:
    """The outside, as this machine and its settings offer it."""

    clock: SystemClock
    codes: "Codes"
    clients: Mapping[SiteId, SiteClient]
    doors: Mapping[SiteId, SiteDoor]
    previews: Previews
    files: LocalFrames
    decoders: Decoders
    screens: ScreenFile
    secrets: SecretStore
    opened: Opened
    announcing: Announcing

    @classmethod
    def of(cls, settings: Settings) -> "Outer":
        keep_memory_together()
        clock = SystemClock()
        codes = Codes()
        secrets = open_secrets("reading-workstation")
        sign_on = sign_ons(settings.sites, clock, codes.show, secrets)
        clients = {s.id: SiteClient(s, sign_on(s), clock) for s in settings.sites}
        decoders = Decoders()
        previews = Previews(decoders)
        usual = Path(platformdirs.user_data_dir("reading-workstation", False))
        kept = settings.store_dir or usual / "store"
        opened = open_store(kept, secrets)
        announcing = Announcing(settings.sites, opened.store, clock)
        return cls(
            clock,
            codes,
            clients,
            {
                site: site_door(client, announcing.platform, decoders, previews, clock)
                for site, client in clients.items()
            },
            previews,
            LocalFrames(decoders),
            decoders,
            ScreenFile(kept / "screens.toml"),
            secrets,
            opened,
            announcing,
        )

    def close(self) -> None:
        self.announcing.close()
        self.decoders.close()
        for client in self.clients.values():
            client.close()
        self.opened.store.close()

    @property
    def platforms(self) -> Mapping[SiteId, HostingPlatform]:
        return {site: door.platform for site, door in self.doors.items()}

    @property
    def sources(self) -> Mapping[SiteId, ImageSource]:
        return {site: door.images.source for site, door in self.doors.items()}

    @property
    def archives(self) -> Mapping[SiteId, ObjectArchive]:
        return {site: door.images.archive for site, door in self.doors.items()}

    def forget(self, gone: Dropped) -> None:
        """Nothing of a closed study stays with what fetched and decoded it."""
        self.decoders.forget(gone.ref)
        if gone.ref.site in self.doors:
            self.doors[gone.ref.site].images.forget(gone.ref)
        gone.let_go()


def build(settings: Settings, application: Application, outer: Outer) -> Program:
    """Every service and window, each made once."""
    jobs = Jobs(application.post, application.bug)
    outer.announcing.open()
    for site in settings.sites:
        jobs.lane(f"site:{site.id}", NOTES)
    services = _services(settings, jobs, outer)
    registry = catalogue.registry()
    bindings = load_bindings(_keymap(settings), registry, resource("keymaps"))
    program = Program(application, registry, services)
    shell = Shell(
        Shown(
            services.worklist, services.session, services.deliveries, services.filing,
            services.loader, services.reporting, services.files, services.alarms,
            services.views, services.site_tests, services.dictation, services.listening,
            outer.clock,
        ),
        program.send,
        program.sign_in,
        banner=settings.banner,
        store_notice=outer.opened.notice,
    )  # fmt: skip
    names = {site.id: site.name for site in settings.sites}
    zones = {site.id: ZoneInfo(site.timezone) for site in settings.sites}
    report = ReportPane(
        services.reporting, services.deliveries, shell.run,
        site_names=names, zones=zones, keys=bindings.lines, autotexts=services.autotexts,
        spelling=services.spelling,
    )  # fmt: skip
    shell.templates_asked.connect(
        lambda host: TemplateDialog(
            host, services.own_templates, shell.run, services.reporting.template
        ).show_it()
    )
    shell.corrections_asked.connect(lambda _: report.correct())
    shell.autotexts_asked.connect(
        lambda host: AutotextDialog(host, services.autotexts, shell.run, report.selected).show_it()
    )
    menus = load_menus(resource("menus.toml"), registry)
    strip = offered(menus[STRIP], registry, bindings)
    slices = Slices()
    images = ViewerPane(services.viewer, shell.run, jobs, strip, slices)
    images.say_engine = shell.say_engine
    card = settings.gpu_mb * MIB
    GraphicsStart(slices, jobs, settings.engine, card, lambda: probed(opengl_child())).begin()
    BeingSaid(report.editor, services.dictation)
    report.add_card(CriticalCard(services.critical, services.reporting, outer.clock, shell.run))
    shell.furnish(images, report, images.measurements)
    shell.pictured.connect(lambda _: images.settle())
    shell.pictured.connect(lambda _: report.settle())
    shell.strip_asked.connect(lambda _: images.toggle_strip())
    shell.copy_view = lambda: images.copy(settings.banner)
    shell.screen_asked.connect(lambda _: images.measure_screen())
    program.open_with(shell, bindings, menus, spoken.phrases(registry))
    return program


def _services(settings: Settings, jobs: Jobs, outer: Outer) -> AllServices:
    sites: Mapping[SiteId, Site] = {site.id: site for site in settings.sites}
    store, clock, platforms = outer.opened.store, outer.clock, outer.platforms
    worklist = Worklist(
        platforms, settings.sites, jobs, clock,
        poll_seconds=settings.poll_seconds, place=settings.place,
        weights=weights_of(settings.urgency),
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
    keys, certification = _keys(settings, outer, worklist, jobs)

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
        certification.renew, _pdf_signatures(sites), documents.prepare, documents.sealed.emit,
        message=messages, apart=messages.apart,
        lines={each.id: report_line(each, platforms[each.id]) for each in settings.sites},
    )  # fmt: skip
    deliveries = Deliveries(store, jobs, clock, audit, keys, outside)
    reporting = Reporting(
        load_templates(resource("templates")), platforms, store, jobs, clock, zones=zones,
    )  # fmt: skip
    autotexts = _autotexts(settings, store, jobs)
    session = ReadingSession(Services(worklist, viewer, loader, reporting, audit, jobs, sites))
    ways = Ways(outer.sources, outer.archives, zones, who, deliveries.awaits)
    filing = MeasurementFiling(ways, store, audit, jobs, clock)
    documents.sealed.connect(filing.owe)
    counts = ArchiveCounts(outer.sources, who, jobs)
    alarms = Alarms(deliveries, worklist, store, audit, jobs, clock, sites, counts)
    filing.accepted.connect(alarms.filed)
    signing = Signing(
        worklist, session, reporting, deliveries, filing, alarms, jobs, keys, certification.vouched
    )
    archived = any(site.dicom_report for site in settings.sites)
    signing.proposed.connect(lambda _: jobs.run(lambda: _libraries(archived), lane="decoders"))
    prefetch = Prefetch(
        worklist, session, loader, audit, jobs,
        cases=settings.prefetch_cases, budget_bytes=frames.room // 4,
    )  # fmt: skip
    indexes = {s: each for s, each in platforms.items() if isinstance(each, FhirPlatform)}
    elsewhere = Elsewhere(session, worklist, indexes, sites, audit, jobs)
    files = LocalCase(session, viewer, loader, audit, jobs, outer.files)
    saving = PlanesSaving(viewer, volumes, filing, outer.sources, outer.sources, jobs, clock)
    dictation, listening, buttons = _voice(settings, reporting, jobs, clock)
    segments = Segmenting(viewer, structures, volumes, frames)
    segments_saving = SegmentsSaving(segments, filing, outer.sources, jobs, clock)
    segments_saving.saved.connect(SegmentsKept(segments, viewer, store, jobs, who).forget)
    return AllServices(
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
        segments_saving=segments_saving,
        filing=filing,
        saving=saving,
        cine=Cine(viewer, frames, jobs, clock, settings.cine_rate, begins=settings.cine_autoplay),
        desk=DeskLock(worklist, audit, jobs, clock, settings.lock_minutes),
        critical=CriticalResults(reporting, audit, clock, _desks(settings)),
        dictation=dictation,
        listening=listening,
        buttons=buttons,
        headers=ObjectHeaders({**outer.sources, LOCAL: outer.files}, jobs),
        registering=Registering(viewer, frames, jobs),
        alarms=alarms,
        prefetch=prefetch,
        elsewhere=elsewhere,
        views=ListViews(store, jobs),
        autotexts=autotexts,
        spelling=_spelling(settings, reporting, store, jobs),
        own_templates=_templates(settings, reporting, store, jobs),
        shift=Shift(worklist, session, deliveries, loader, clock),
        site_tests=SiteTests(_probed, sites, jobs),
        launching=Launching(gates(settings.sites), worklist, session, audit, store, jobs, clock),
        announced=outer.announcing.by_site,
        jobs=jobs,
    )


def _keymap(settings: Settings) -> Path:
    """A file of the reader's own, or one of the program's by its name."""
    named = settings.keymap
    return (
        Path(named).expanduser()
        if named.endswith(".toml")
        else resource("keymaps", f"{named}.toml")
    )


def _templates(
    settings: Settings, reporting: Reporting, store: SealedStore, jobs: Jobs
) -> OwnTemplates:
    group = load_own(settings.templates) if settings.templates else ()
    shared = {Level.PROGRAM: reporting.templates, Level.GROUP: group}
    sites = {site.id: load_own(site.templates) for site in settings.sites if site.templates}
    return OwnTemplates(store, jobs, shared, sites, reporting.know)


def _spelling(settings: Settings, reporting: Reporting, store: SealedStore, jobs: Jobs) -> Spelling:
    paths = {language: Path(path).expanduser() for language, path in pairs(settings.spelling)}
    words = words_of(resource("spelling"), reporting.templates)
    return Spelling(HunspellDictionaries(paths), words, store, jobs)


def _autotexts(settings: Settings, store: SealedStore, jobs: Jobs) -> Autotexts:
    """Of the program, the sites and the group; a reader's own come with the reader."""
    ours = shared(resource("autotext", "en.toml"), Level.PROGRAM)
    group = shared(settings.autotexts, Level.GROUP) if settings.autotexts else ()
    sites = {s.id: shared(s.autotexts, Level.SITE) for s in settings.sites if s.autotexts}
    return Autotexts(store, jobs, (*ours, *group), sites)


def _desks(settings: Settings) -> Mapping[SiteId, CriticalDesk]:
    """Whom each site calls for critical results, and how soon."""
    return {
        site.id: CriticalDesk(
            tuple(Person(name, number) for name, number in pairs(site.directory)),
            {Category(each): int(minutes) for each, minutes in pairs(site.critical_minutes)},
            ZoneInfo(site.timezone),
        )
        for site in settings.sites
    }


def _voice(
    settings: Settings, reporting: Reporting, jobs: Jobs, clock: SystemClock
) -> tuple[Dictation, Listening, DictationButtons]:
    commands = VoiceCommands()
    heard = recogniser(
        settings.recogniser, settings.recogniser_model, settings.recogniser_address, commands
    )
    devices = Devices.read(resource("speech", "devices.toml"))
    spoken_english = Spoken.read(resource("speech", "en.toml"))
    dictation = Dictation(reporting, SpeechFiles(VoiceCommands()), spoken_english, jobs)
    listening = Listening(
        dictation, reporting, heard, SystemMicrophone(settings.microphone), jobs,
        tones=settings.dictation_tones, idle_minutes=settings.dictation_minutes,
    )  # fmt: skip
    lines = {**devices.lines, **buttons_of(settings.buttons)}
    buttons = DictationButtons(
        listening, HidButtons(devices), lines, jobs, clock, way=settings.dictation_button
    )
    return dictation, listening, buttons


def _name_at(worklist: Worklist, site: SiteId) -> str:
    reader = worklist.reader(site)
    return reader.name if reader else ""


def _keys(
    settings: Settings, outer: Outer, worklist: Worklist, jobs: Jobs
) -> tuple[Keys, Certification]:
    """Signing keys, certified at sign-in where a site does that; a token is locked with it."""
    certified = {site.id for site in settings.sites if site.est}
    certifiers = {s: Enrolment(client) for s, client in outer.clients.items() if s in certified}
    keys = Keys(outer.secrets, outer.clock, certifiers.keys(), _token(settings))
    worklist.signed_out.connect(lambda _: jobs.run(keys.lock, lane="store"))
    certification = Certification(keys, certifiers, jobs)
    worklist.signed_in.connect(lambda site: _certify(certification, worklist, site))
    return keys, certification


def _libraries(archived: bool) -> None:
    """What a first signature would wait a second for: while the reader types the password."""
    import workstation.adapters.pdf_signature

    if archived:
        import workstation.dicom.report_document  # noqa: F401


def _token(settings: Settings) -> KeyToken | None:
    if settings.token_module is None:
        return None
    from workstation.adapters.token import Pkcs11Token  # an extra: few readers have one

    return Pkcs11Token(settings.token_module, settings.token_label)


def _pdf_signatures(
    sites: Mapping[SiteId, Site],
) -> Callable[[bytes, SignedReport, SigningKey], bytes]:
    """pyHanko takes half a second to import: at the first signature, on lane ``store``."""

    def sign(pdf: bytes, signed: SignedReport, key: SigningKey) -> bytes:
        from workstation.adapters.pdf_signature import PdfSignatures

        return PdfSignatures(sites)(pdf, signed, key)

    return sign


def _certify(certification: Certification, worklist: Worklist, site: SiteId) -> None:
    """At sign-in; where it fails a signature asks again."""
    reader = worklist.reader(site)
    if reader is not None:
        certification.renew(site, reader.id, reader.name)
