"""The program from its start to its end."""

from pathlib import Path

from workstation.adapters.hand_over import Desk, at_home, place_of
from workstation.app.outer import Outer
from workstation.app.windows import build
from workstation.services.ports.hosting import Credentials
from workstation.settings import Settings, resource
from workstation.text import use_locale
from workstation.ui.application import Application


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
