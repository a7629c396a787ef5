"""The refresh token of one identity provider in the system's keyring, where all its sites allow it.

Never in a file, and never in a keyring that is memory alone: then a start asks again. With
rotation each renewal spends the token before it, so each one is written at once.
"""

import hashlib
import logging

from workstation.errors import StoreUnavailable
from workstation.protocols.id_token import Client
from workstation.services.ports.keeping import SecretStore

log = logging.getLogger("sign-in")


class KeptSignIn:
    """Owned by the provider's `SignOn`; any worker thread, under its lock."""

    def __init__(self, secrets: SecretStore, client: Client) -> None:
        self._secrets = secrets
        who = hashlib.sha256(f"{client.issuer} {client.client_id}".encode()).hexdigest()
        self._name = f"sign-in-{who[:16]}"

    def get(self) -> str:
        """Empty where nothing is kept, or the keyring does not answer."""
        try:
            return self._secrets.get(self._name) or ""
        except StoreUnavailable as error:
            log.info("the keyring gives no sign-in: %s", error)
            return ""

    def keep(self, refresh: str) -> None:
        """Instead of the one before; where it cannot be written the next start asks."""
        if self._secrets.ram_only:
            return
        try:
            if refresh:
                self._secrets.set(self._name, refresh)
            else:
                self._secrets.forget(self._name)
        except StoreUnavailable as error:
            log.info("the keyring keeps no sign-in: %s", error)

    def forget(self) -> None:
        """Signed out, or ended by the provider."""
        self.keep("")
