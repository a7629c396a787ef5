"""Signing keys: one of this installation, one of each reader at each site.

They are made on first use and live in the secret store; where that is memory alone,
they end with the program and the next ones carry another thumbprint.
"""

from collections.abc import Callable
from typing import Final

from workstation.domain.identifiers import SiteId
from workstation.domain.report import Signer
from workstation.errors import StoreUnavailable
from workstation.protocols.signature import SigningKey, key_from, new_key
from workstation.services.ports import Clock, SecretStore
from workstation.text import tr

_DEVICE: Final = "device"


class Keys:
    """Asked on lane ``store`` alone: a keyring may take its time."""

    def __init__(self, secrets: SecretStore, clock: Clock) -> None:
        self._secrets = secrets
        self._clock = clock
        self._made: dict[str, SigningKey] = {}

    def device(self) -> SigningKey:
        """Signs the audit log of this installation."""
        return self._key(_DEVICE, _DEVICE, lambda: "reading workstation")

    def reader(self, site: SiteId, signer: Signer) -> SigningKey:
        """Signs the reports of one reader at one site."""
        return self._key(f"signing/{site}/{signer.id}", signer.id, lambda: signer.name)

    def _key(self, name: str, key_id: str, common_name: Callable[[], str]) -> SigningKey:
        if name not in self._made:
            stored = self._secrets.get(name)
            if stored is None:
                made = new_key(key_id, common_name(), self._clock.now())
                self._secrets.set(name, made.stored())
                self._made[name] = made
            else:
                self._made[name] = _read(stored)
        return self._made[name]


def _read(stored: str) -> SigningKey:
    try:
        return key_from(stored)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(tr("the signing key in the keyring cannot be read")) from error
