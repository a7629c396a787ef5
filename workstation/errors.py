"""Errors a reader can act on.

    WorkstationError            the message is written for the radiologist
    |- SiteUnavailable          the site did not answer, or answered nonsense; safe to retry
    |  `- SiteSilent            the time for its answer went by
    |- SignInFailed             wrong password, expired session, sign-in refused
    |  `- NoBrowser             this machine has none; a code on another device may do
    |- Refused                  the site answered no: not licensed, not permitted
    |  `- Conflict              somebody else holds or changed it; `.holder` says who
    |- NotDisplayable           the images cannot be shown faithfully; `.reason` is a stable code
    |- CommandError             a command was used where it cannot be, or wrongly
    |- SigningBlocked           the report cannot be signed yet; says what is missing
    |- StoreUnavailable         nothing can be kept on this machine now
    |- GivenUp                  nobody waits for it any more; told to nobody
    |- SettingsError            the settings file is wrong; names file and line
    `- VerificationFailed       a signature, digest or chain does not hold; names which

Anything else that is raised is a bug: it is logged with its traceback and shown as
one. Messages never carry the name or id of a patient (docs/adr/0005-phi-in-logs.md).
"""


class WorkstationError(Exception):
    """Base of every error meant for a person."""


class SiteUnavailable(WorkstationError):
    """The site did not answer in time, or its answer could not be understood.

    `unsent`: surely nothing of what was asked left this machine.
    """

    def __init__(self, message: str = "", *, unsent: bool = False) -> None:
        super().__init__(message)
        self.unsent = unsent


class SiteSilent(SiteUnavailable):
    """The site did not answer in time; whoever asks next would wait as long."""


class SignInFailed(WorkstationError):
    """The identity provider did not accept the reader."""


class NoBrowser(SignInFailed):
    """No browser could be opened on this machine."""


class Refused(WorkstationError):
    """The site understood and said no."""


class Conflict(Refused):
    """Another reader holds it, or it changed since we looked."""

    def __init__(self, message: str, holder: str = "") -> None:
        super().__init__(message)
        self.holder = holder


class NotDisplayable(WorkstationError):
    """An image that cannot be shown faithfully is not shown."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class CommandError(WorkstationError):
    """The command cannot run here, or its arguments are wrong."""


class SigningBlocked(WorkstationError):
    """Something must be settled before this report may be signed."""


class StoreUnavailable(WorkstationError):
    """The sealed store cannot be opened or written."""


class GivenUp(WorkstationError):
    """Nobody waits for the answer any more; what it is raised to has nobody to tell."""


class SettingsError(WorkstationError):
    """The settings file cannot be used."""


class VerificationFailed(WorkstationError):
    """What was checked does not hold."""
