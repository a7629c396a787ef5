"""What a report is written with: templates, autotexts, spelling, voice, whom to call."""

from pathlib import Path
from zoneinfo import ZoneInfo

from workstation.adapters.clock import SystemClock
from workstation.adapters.dictation_devices import HidButtons
from workstation.adapters.dictionaries import HunspellDictionaries
from workstation.adapters.microphone import SystemMicrophone
from workstation.adapters.recognisers import recogniser
from workstation.adapters.recordings import SpeechFiles
from workstation.adapters.voice_commands import VoiceCommands
from workstation.domain.autotext import Level
from workstation.domain.critical import Category
from workstation.protocols.dictation_buttons import Devices
from workstation.services.audit import Audit
from workstation.services.jobs import Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.report.autotext_files import shared
from workstation.services.report.autotexts import Autotexts
from workstation.services.report.critical_results import CriticalResults, Person
from workstation.services.report.critical_results import Desk as CriticalDesk
from workstation.services.report.open_calls import OpenCalls
from workstation.services.report.own_templates import OwnTemplates
from workstation.services.report.own_templates import load as load_own
from workstation.services.report.reporting import Reporting
from workstation.services.report.spelling import Spelling
from workstation.services.report.spoken_table import Spoken
from workstation.services.report.word_lists import words_of
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.dictation_buttons import DictationButtons
from workstation.services.speech.listening import Listening
from workstation.settings import Settings, buttons_of, pairs, resource


def templates_of(
    settings: Settings, reporting: Reporting, store: SealedStore, jobs: Jobs
) -> OwnTemplates:
    group = load_own(settings.templates) if settings.templates else ()
    shared = {Level.PROGRAM: reporting.templates, Level.GROUP: group}
    sites = {site.id: load_own(site.templates) for site in settings.sites if site.templates}
    return OwnTemplates(store, jobs, shared, sites, reporting.know)


def spelling_of(
    settings: Settings, reporting: Reporting, store: SealedStore, jobs: Jobs
) -> Spelling:
    paths = {language: Path(path).expanduser() for language, path in pairs(settings.spelling)}
    words = words_of(resource("spelling"), reporting.templates)
    return Spelling(HunspellDictionaries(paths), words, store, jobs)


def autotexts_of(settings: Settings, store: SealedStore, jobs: Jobs) -> Autotexts:
    """Of the program, the sites and the group; a reader's own come with the reader."""
    ours = shared(resource("autotext", "en.toml"), Level.PROGRAM)
    group = shared(settings.autotexts, Level.GROUP) if settings.autotexts else ()
    sites = {s.id: shared(s.autotexts, Level.SITE) for s in settings.sites if s.autotexts}
    return Autotexts(store, jobs, (*ours, *group), sites)


def calling_of(
    settings: Settings, reporting: Reporting, audit: Audit, store: SealedStore, jobs: Jobs
) -> tuple[CriticalResults, OpenCalls]:
    """Critical results, and those that are open: whom each site calls, and how soon."""
    desks = {
        site.id: CriticalDesk(
            tuple(Person(name, number) for name, number in pairs(site.directory)),
            {Category(each): int(minutes) for each, minutes in pairs(site.critical_minutes)},
            ZoneInfo(site.timezone),
        )
        for site in settings.sites
    }
    critical = CriticalResults(reporting, audit, SystemClock(), desks)
    return critical, OpenCalls(critical, reporting, store, jobs)


def voice_of(
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
