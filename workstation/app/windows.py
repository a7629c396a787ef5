"""The windows, furnished with what they show; what a start runs."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from workstation.adapters.opengl import command as opengl_child
from workstation.adapters.opengl import probed
from workstation.app.outer import Outer
from workstation.app.routing import tell_ways
from workstation.app.services import services_of
from workstation.commands import catalogue
from workstation.commands import dictation as spoken
from workstation.commands.bindings import Bindings
from workstation.commands.bindings import load as load_bindings
from workstation.commands.keymap import Keymap
from workstation.commands.menus import STRIP, load_menus, offered
from workstation.commands.offers import hands
from workstation.commands.registry import Registry
from workstation.rendering.engine import Slices
from workstation.services.jobs import Jobs
from workstation.settings import Settings, resource
from workstation.ui.application import Application
from workstation.ui.autotext_dialog import AutotextDialog
from workstation.ui.being_said import BeingSaid
from workstation.ui.critical_card import CriticalCard
from workstation.ui.keys_dialog import KeysDialog
from workstation.ui.program import Program
from workstation.ui.report_pane import ReportPane
from workstation.ui.standing import Shown
from workstation.ui.template_dialog import TemplateDialog
from workstation.ui.viewer.gl_engine import GraphicsStart
from workstation.ui.viewer.pane import ViewerPane
from workstation.ui.voice_meter import VoiceButton
from workstation.ui.windows import Shell

MIB = 1 << 20
NOTES = 3  # control requests of one site in flight; a slow answer does not hold a claim up


def build(settings: Settings, application: Application, outer: Outer) -> Program:
    """Every service and window, each made once."""
    jobs = Jobs(application.post, application.bug)
    outer.announcing.open()
    for site in settings.sites:
        jobs.lane(f"site:{site.id}", NOTES)
    services = services_of(settings, jobs, outer)
    ways = {site: client.ways for site, client in outer.clients.items()}
    tell_ways(ways, services.worklist, services.audit, jobs)
    registry = catalogue.registry()
    keymap = Keymap(_reads(registry), settings.keymap, registry, services.own_keys)
    bindings = keymap.bindings
    program = Program(application, registry, services)
    shell = Shell(
        Shown(
            services.worklist, services.session, services.deliveries, services.filing,
            services.loader, services.reporting, services.files, services.alarms,
            services.views, services.site_tests, services.dictation, services.listening,
            outer.clock, services.chart,
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
    shell.key_bindings_asked.connect(lambda host: KeysDialog(host, keymap, shell.run).show_it())
    shell.corrections_asked.connect(lambda _: report.correct())
    shell.autotexts_asked.connect(
        lambda host: AutotextDialog(host, services.autotexts, shell.run, report.selected).show_it()
    )
    menus = load_menus(resource("menus.toml"), registry)
    strip = offered(menus[STRIP], registry, bindings)
    slices = Slices()
    tools = hands(registry, bindings)
    images = ViewerPane(services.viewer, shell.run, jobs, strip, slices, tools, services.lesions)
    images.say_engine = shell.say_engine
    card = settings.gpu_mb * MIB
    GraphicsStart(slices, jobs, settings.engine, card, lambda: probed(opengl_child())).begin()
    BeingSaid(report.editor, services.dictation)
    report.add_card(CriticalCard(services.critical, services.reporting, outer.clock, shell.run))
    report.add_voice(VoiceButton(services.listening, services.reporting, shell.run))
    shell.furnish(images, report, images.measurements)
    shell.pictured.connect(lambda _: images.settle())
    shell.pictured.connect(lambda _: report.settle())
    shell.strip_asked.connect(lambda _: images.toggle_strip())
    shell.copy_view = lambda: images.copy(settings.banner)
    shell.pixels_of_view = lambda: images.pixels(settings.banner)
    shell.screen_asked.connect(lambda _: images.measure_screen())
    program.open_with(shell, bindings, menus, spoken.phrases(registry))
    keymap.changed.connect(shell.rebind)
    keymap.changed.connect(lambda now: report.show_keys(now.lines))
    keymap.changed.connect(lambda now: images.show_keys(now.lines))
    return program


def _reads(registry: Registry) -> Callable[[str], Bindings]:
    """Keymaps by name: those of the program, or a file of the reader's own."""

    def read(name: str) -> Bindings:
        own = name.endswith(".toml")
        file = Path(name).expanduser() if own else resource("keymaps", f"{name}.toml")
        return load_bindings(file, registry, resource("keymaps"))

    return read
