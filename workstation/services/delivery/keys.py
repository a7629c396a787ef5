"""Signing keys: one of this installation, one of each reader at each site.

They are made on first use and live in the secret store; where that is memory alone,
they end with the program and the next ones carry another thumbprint. Where the reader
has a token, its key is the one that signs, and never leaves it. A site that certifies
keys takes no signature of one that it has not certified.
"""

from collections.abc import Callable, Container
from datetime import datetime
from typing import Final

from workstation.domain.identifiers import SiteId
from workstation.domain.report import Signer
from workstation.errors import SigningBlocked, StoreUnavailable
from workstation.protocols.signing_key import (
    SigningKey,
    certificate_request,
    key_from,
    new_key,
    own_certificate,
)
from workstation.services.delivery.key_ports import KeyToken
from workstation.services.ports.clock import Clock
from workstation.services.ports.keeping import SecretStore
from workstation.text import tr

_DEVICE: Final = "device"
_NOWHERE: Final = frozenset[SiteId]()
#: A certificate is asked for anew when this part of its life is over.
_RENEW_AFTER: Final = 0.8


class Keys:
    """Asked on lane ``store`` alone: a keyring, and a token, may take their time.

    `certified` names the sites that certify the keys of their readers.
    """

    def __init__(
        self,
        secrets: SecretStore,
        clock: Clock,
        certified: Container[SiteId] = _NOWHERE,
        token: KeyToken | None = None,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._certified = certified
        self._token = token
        self._made: dict[str, SigningKey] = {}

    @property
    def asks_pin(self) -> bool:
        """The token is still to be opened with its PIN."""
        return self._token is not None and self._token.asks_pin

    def unlock(self, pin: str) -> None:
        """Open the token. Raises SigningBlocked where it refuses the PIN, or is not there."""
        if self._token is not None:
            self._token.unlock(pin)

    def lock(self) -> None:
        """The reader leaves: the next one's PIN is asked for."""
        if self._token is not None:
            self._token.lock()

    def device(self) -> SigningKey:
        """Signs the audit log of this installation."""
        return self._kept(_DEVICE, _DEVICE, lambda: "reading workstation")

    def reader(self, site: SiteId, signer: Signer, at: datetime | None = None) -> SigningKey:
        """Signs the reports of one reader at one site, `at` a time of the site's clock.

        Raises SigningBlocked where the site certifies keys, and not this one for now.
        """
        key = self._reader(site, signer.id, signer.name)
        if site in self._certified and not self._is_good(key, at or self._clock.now()):
            raise SigningBlocked(
                tr("your signing key is not certified by the site: sign in there again")
            )
        return key

    def vouched(self, site: SiteId, reader: str, name: str) -> str:
        """Who certified the key that would sign now; empty where it vouches for itself."""
        return "" if self.asks_pin else self._reader(site, reader, name).issuer

    def wants_certificate(self, site: SiteId, reader: str, name: str) -> bytes | None:
        """What to ask the site to certify (PKCS #10); None: nothing needs to be asked."""
        if site not in self._certified or self.asks_pin:
            return None
        key, now = self._reader(site, reader, name), self._clock.now()
        if self._is_good(key, now + (key.ends - key.begins) * (1 - _RENEW_AFTER)):
            return None
        return certificate_request(key, name)

    def certify(self, site: SiteId, reader: str, chain: tuple[bytes, ...]) -> SigningKey:
        """Keep what the site certified. Raises StoreUnavailable where it is not of this key."""
        name = _name(site, reader)
        try:
            self._made[name] = self._made[name].with_chain(chain)
        except (KeyError, ValueError) as error:
            raise StoreUnavailable(tr("the certificate is of another key")) from error
        if self._token is None:
            self._secrets.set(name, self._made[name].stored())
        return self._made[name]

    def _is_good(self, key: SigningKey, at: datetime) -> bool:
        return key.certified and key.begins <= at < key.ends

    def _reader(self, site: SiteId, reader: str, name: str) -> SigningKey:
        if self._token is None:
            return self._kept(_name(site, reader), reader, lambda: name)
        private, chain = self._token.key()
        made = self._made.get(_name(site, reader))
        if made is None or made.key is not private:
            made = own_certificate(reader, name, private, self._clock.now())
            self._made[_name(site, reader)] = made.with_chain(chain) if chain else made
        return self._made[_name(site, reader)]

    def _kept(self, name: str, key_id: str, common_name: Callable[[], str]) -> SigningKey:
        if name not in self._made:
            stored = self._secrets.get(name)
            if stored is None:
                made = new_key(key_id, common_name(), self._clock.now())
                self._secrets.set(name, made.stored())
                self._made[name] = made
            else:
                self._made[name] = _read(stored)
        return self._made[name]


def _name(site: SiteId, reader: str) -> str:
    return f"signing/{site}/{reader}"


def _read(stored: str) -> SigningKey:
    try:
        return key_from(stored)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable(tr("the signing key in the keyring cannot be read")) from error
