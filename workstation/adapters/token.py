"""The reader's key on a smart card or USB token, through its PKCS #11 module.

The key never leaves it: what is to be signed goes in as a digest, r and s come out. Opened
once with its PIN (or on its own keypad) and kept open until the reader signs out; taken out,
it is asked for again. On lane ``store``.
"""

import contextlib
import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

import pkcs11
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, TokenFlag
from pkcs11.exceptions import (
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
)

from workstation.errors import SigningBlocked
from workstation.text import tr

log = logging.getLogger("keys")

#: CKA_EC_PARAMS of P-256: the object identifier 1.2.840.10045.3.1.7 (RFC 5480 2.1.1.1).
_P_256: Final = bytes.fromhex("06082a8648ce3d030107")
_HALF: Final = 32


class Pkcs11Token:
    """`services.delivery.key_ports.KeyToken`: the one named `label`, or the only one there is."""

    def __init__(self, module: Path, label: str = "") -> None:
        self._module = module
        self._label = label
        self._session: Any = None
        self._key: TokenKey | None = None
        self._certificates: tuple[bytes, ...] = ()

    @property
    def asks_pin(self) -> bool:
        return self._session is None

    def unlock(self, pin: str) -> None:
        if self._session is not None:
            return
        token = self._token()
        if not pin and not token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
            raise SigningBlocked(tr("the token is not open: give its PIN"))
        try:
            self._session = token.open(user_pin=pin or pkcs11.PROTECTED_AUTH)
        except (PinIncorrect, PinInvalid, PinLenRange) as error:
            raise SigningBlocked(tr("the token does not accept this PIN")) from error
        except PinLocked as error:
            raise SigningBlocked(tr("the token is locked: its PIN was wrong too often")) from error
        except PKCS11Error as error:
            _lost(error)
        log.info("a token was opened")

    def lock(self) -> None:
        session, self._session, self._key = self._session, None, None
        if session is not None:
            with contextlib.suppress(PKCS11Error):  # taken out already
                session.close()

    def key(self) -> tuple[ec.EllipticCurvePrivateKey, tuple[bytes, ...]]:
        if self._session is None:
            raise SigningBlocked(tr("the token is not open: give its PIN"))
        if self._key is None:
            try:
                self._find()
            except PKCS11Error as error:
                _lost(error)
        if self._key is None:
            raise SigningBlocked(tr("the token holds no key for signatures (P-256)"))
        return self._key, self._certificates

    def _find(self) -> None:
        found = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.KEY_TYPE: KeyType.EC}
        certificates = [
            bytes(each[Attribute.VALUE])
            for each in self._session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})
        ]
        # A search left half done would hold up the next one: lists, not generators.
        for private in list(self._session.get_objects(found)):
            public = self._public(private)
            if public is not None:
                self._key = TokenKey(private, public, self.lock)
                self._certificates = _chain(certificates, public)
                return

    def _public(self, private: Any) -> ec.EllipticCurvePublicKey | None:
        """Of the public key that stands beside it on the token, under the same id."""
        wanted = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.ID: private.id}
        for each in list(self._session.get_objects(wanted)):
            if bytes(each[Attribute.EC_PARAMS]) == _P_256:
                point = bytes(each[Attribute.EC_POINT])[-2 * _HALF - 1 :]  # in an OCTET STRING
                return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        return None

    def _token(self) -> Any:
        try:
            found = list(pkcs11.lib(str(self._module)).get_tokens(token_label=self._label or None))
        except (PKCS11Error, RuntimeError, OSError) as error:
            raise SigningBlocked(tr("the module of the token cannot be used")) from error
        found = [each for each in found if each.flags & TokenFlag.TOKEN_INITIALIZED]
        if len(found) != 1:
            words = tr("more than one token is there: name one in the settings (token_label)")
            raise SigningBlocked(words if found else tr("the token for signatures is not there"))
        return found[0]


def _lost(error: PKCS11Error) -> NoReturn:
    log.warning("a token failed: %s", type(error).__name__)
    raise SigningBlocked(tr("the token does not answer; put it in again")) from error


def _chain(certificates: list[bytes], public: ec.EllipticCurvePublicKey) -> tuple[bytes, ...]:
    """The certificate of the key first; those of others only where its own is there."""
    own = [c for c in certificates if x509.load_der_x509_certificate(c).public_key() == public]
    return (*own[:1], *(c for c in certificates if c not in own)) if own else ()


class TokenKey(ec.EllipticCurvePrivateKey):
    """A P-256 key that stays where it is; everything that would take it out refuses."""

    def __init__(
        self, private: Any, public: ec.EllipticCurvePublicKey, gone: Callable[[], None]
    ) -> None:
        self._private = private
        self._public = public
        self._gone = gone

    def sign(self, data: Any, signature_algorithm: ec.EllipticCurveSignatureAlgorithm) -> bytes:
        """DER, of SHA-256. The digest is made here: not every token makes it (SoftHSM2)."""
        algorithm = signature_algorithm.algorithm
        if isinstance(algorithm, Prehashed) or algorithm.name != hashes.SHA256.name:
            raise ValueError("reports are signed with SHA-256 alone")
        digest = hashlib.sha256(bytes(data)).digest()
        try:
            raw = bytes(self._private.sign(digest, mechanism=Mechanism.ECDSA))
        except PKCS11Error as error:
            self._gone()
            _lost(error)
        r, s = (int.from_bytes(raw[at : at + _HALF], "big") for at in (0, _HALF))
        return encode_dss_signature(r, s)

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    @property
    def curve(self) -> ec.EllipticCurve:
        return self._public.curve

    @property
    def key_size(self) -> int:
        return self._public.key_size

    def exchange(self, algorithm: ec.ECDH, peer_public_key: ec.EllipticCurvePublicKey) -> bytes:
        raise NotImplementedError

    def private_numbers(self) -> ec.EllipticCurvePrivateNumbers:
        raise NotImplementedError

    def private_bytes(
        self,
        encoding: serialization.Encoding,
        format: serialization.PrivateFormat,  # noqa: A002  # the name cryptography gives it
        encryption_algorithm: serialization.KeySerializationEncryption,
    ) -> bytes:
        raise NotImplementedError

    def __copy__(self) -> "TokenKey":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "TokenKey":
        return self
