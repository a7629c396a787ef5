"""Keys with the operating system's keyring, or in memory alone; never in a clear file.

Only keyrings that encrypt with the user's own login are accepted. Where there is none,
or it stays locked, the program says so and keeps nothing (docs/adr/0004).
"""

import logging
from typing import Final

import keyring
import keyring.backend
from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

from workstation.errors import StoreUnavailable
from workstation.text import tr

log = logging.getLogger("keys")

SERVICE: Final = "reading-workstation"

#: The only keyrings that are trusted with a key; a plain-text one is refused by absence.
_TRUSTED: Final = (
    "keyring.backends.SecretService",
    "keyring.backends.libsecret",
    "keyring.backends.kwallet",
    "keyring.backends.macOS",
    "keyring.backends.Windows",
)
_CHAIN: Final = "keyring.backends.chainer"


class MemorySecrets:
    """Keys that end with the program."""

    def __init__(self, reason: str) -> None:
        self._reason = reason
        self._kept: dict[str, str] = {}

    @property
    def ram_only(self) -> str:
        return self._reason

    def get(self, name: str) -> str | None:
        return self._kept.get(name)

    def set(self, name: str, value: str) -> None:
        self._kept[name] = value

    def forget(self, name: str) -> None:
        self._kept.pop(name, None)


class KeyringSecrets:
    """Keys in one keyring of the operating system, under the installation's own name.

    Every call may block: the keyring may ask its user for a password.
    """

    def __init__(self, ring: keyring.backend.KeyringBackend, install: str) -> None:
        self._ring = ring
        self._install = install

    @property
    def ram_only(self) -> str:
        return ""

    def get(self, name: str) -> str | None:
        try:
            found = self._ring.get_password(SERVICE, self._name(name))
        except (KeyringError, RuntimeError, OSError) as error:
            raise StoreUnavailable(_reason(error)) from error
        return str(found) if found is not None else None

    def set(self, name: str, value: str) -> None:
        try:
            self._ring.set_password(SERVICE, self._name(name), value)
        except (KeyringError, RuntimeError, OSError) as error:
            raise StoreUnavailable(_reason(error)) from error

    def forget(self, name: str) -> None:
        if self.get(name) is None:
            return
        try:
            self._ring.delete_password(SERVICE, self._name(name))
        except (KeyringError, RuntimeError, OSError) as error:
            raise StoreUnavailable(_reason(error)) from error

    def _name(self, name: str) -> str:
        return f"{self._install}/{name}"


def open_secrets(install: str) -> KeyringSecrets | MemorySecrets:
    """The trusted keyring of this user, tried out; otherwise memory, with the reason.

    `install` tells installations of one user apart: each has keys of its own.
    """
    ring = _trusted(keyring.get_keyring())
    if ring is None:
        return MemorySecrets(_reason(NoKeyringError()))
    secrets = KeyringSecrets(ring, install)
    try:
        secrets.set("probe", "1")
        if secrets.get("probe") != "1":
            raise StoreUnavailable(tr("the system keyring does not keep what it is given"))
        secrets.forget("probe")
    except StoreUnavailable as error:
        log.warning("no keyring: %s", type(error.__cause__).__name__)
        return MemorySecrets(str(error))
    return secrets


def _trusted(ring: keyring.backend.KeyringBackend) -> keyring.backend.KeyringBackend | None:
    """The keyring itself, or the first trusted one of a chain; None for any other."""
    if type(ring).__module__ == _CHAIN:
        members = (_trusted(each) for each in ring.backends)
        return next((each for each in members if each is not None), None)
    return ring if type(ring).__module__ in _TRUSTED else None


def _reason(error: Exception) -> str:
    match error:
        case KeyringLocked() | InitError():
            return tr("the system keyring is locked")
        case NoKeyringError():
            return tr("this system has no keyring that encrypts")
        case _:
            return tr("the system keyring does not answer")
