"""What signing needs from the outside: who certifies a key, and a token that holds one.

Methods may block and are called on a worker lane.
"""

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec


class Certifier(Protocol):
    """A site that says whose a signing key is."""

    def certify(self, request: bytes) -> tuple[bytes, ...]:
        """The certificate for a PKCS #10 request of the signed-in reader, then who issued it."""
        ...


class KeyToken(Protocol):
    """A smart card or USB token with the reader's own key, which never leaves it."""

    @property
    def asks_pin(self) -> bool:
        """It is to be opened with its PIN before it signs."""
        ...

    def unlock(self, pin: str) -> None:
        """An empty one: on its own keypad. Raises SigningBlocked in words."""
        ...

    def lock(self) -> None:
        """The reader leaves."""
        ...

    def key(self) -> tuple[ec.EllipticCurvePrivateKey, tuple[bytes, ...]]:
        """Its P-256 key, the same object each time, and the certificates on it (DER), if any.

        Raises SigningBlocked where it is not there, or not open.
        """
        ...
