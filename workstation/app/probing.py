"""What can be tested of this machine and of a site, without a program around it."""

from workstation.adapters.decoders import Decoders
from workstation.adapters.secrets import open_secrets
from workstation.services.ports.hosting import Credentials
from workstation.services.selftest import Finding
from workstation.services.selftest import run as run_checks
from workstation.settings import Settings, Site, resource
from workstation.text import tr


def machine_test() -> tuple[Finding, ...]:
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


def probed_site(site: Site, credentials: Credentials | None) -> tuple[Finding, ...]:
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
