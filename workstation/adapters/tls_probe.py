"""The probe of TLS: whether a right certificate is accepted and wrong ones are refused.

Two authorities are made up for it, and a server on loopback; nothing leaves the machine.
"""

import contextlib
import ipaddress
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from workstation.adapters.http import Limits, Wire
from workstation.errors import SiteUnavailable
from workstation.protocols.web import Request
from workstation.services.selftest import Finding, Verdict, judged
from workstation.text import tr

_HERE = "127.0.0.1"
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def tls() -> Iterator[Finding]:
    """A right certificate, one of an unknown authority, one of another host."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        ours, theirs = _Authority("ours"), _Authority("theirs")
        trusted = folder / "trusted.pem"
        trusted.write_bytes(ours.certificate)
        right = _accepted(ours.server(folder, "right", _HERE), trusted)
        unknown = _accepted(theirs.server(folder, "unknown", _HERE), trusted)
        other = _accepted(ours.server(folder, "other", "127.0.0.2"), trusted)
    yield judged(tr("TLS: a right certificate"), good=right, text=_said(right))
    yield judged(tr("TLS: an unknown authority"), good=not unknown, text=_said(unknown))
    yield judged(tr("TLS: another host"), good=not other, text=_said(other))
    yield _authorities()


def _said(accepted: bool) -> str:
    return tr("is accepted") if accepted else tr("is refused")


def _authorities() -> Finding:
    count = httpx2.create_ssl_context().cert_store_stats()["x509_ca"]
    name = tr("certificate authorities of this system")
    if count:
        return Finding(name, Verdict.GOOD, tr("{n} are trusted", n=count))
    return Finding(name, Verdict.LESS, tr("none: each site needs its own ca_file"))


class _Authority:
    """A certificate authority that lives for one probe."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = self._builder(self._name, self._key.public_key())
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        signed = built.sign(self._key, hashes.SHA256())
        self.certificate = signed.public_bytes(serialization.Encoding.PEM)

    def server(self, folder: Path, name: str, host: str) -> Path:
        """A file with the key and the certificate of a server."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        address = x509.IPAddress(ipaddress.ip_address(host))
        built = self._builder(subject, key.public_key()).add_extension(
            x509.SubjectAlternativeName([address]), critical=False
        )
        file = folder / f"{name}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            + built.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        )
        return file

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
        )


def _accepted(server: Path, trusted: Path) -> bool:
    with _serving(server) as port:
        address = f"https://{_HERE}:{port}/"
        wire = Wire("selftest", address, Limits(5.0, ca_file=trusted), sleep=lambda _: None)
        try:
            return wire.send(Request("GET", address)).body == b"ok"
        except SiteUnavailable as error:
            if _is_about_certificates(error):
                return False
            raise
        finally:
            wire.close()


def _is_about_certificates(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False


@contextlib.contextmanager
def _serving(server: Path) -> Iterator[int]:
    """A server on loopback that says ok to everybody who trusts it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server)
    with socket.create_server((_HERE, 0)) as listening:
        listening.settimeout(0.1)
        end = threading.Event()
        worker = threading.Thread(target=_serve, args=(listening, context, end), daemon=True)
        worker.start()
        try:
            yield listening.getsockname()[1]
        finally:
            end.set()
            worker.join()


def _serve(listening: socket.socket, context: ssl.SSLContext, end: threading.Event) -> None:
    while not end.is_set():
        with contextlib.suppress(OSError):  # a client that refuses us, or none within the time
            plain, _ = listening.accept()
            plain.settimeout(5.0)
            with plain, context.wrap_socket(plain, server_side=True) as secured:
                secured.recv(4096)
                secured.sendall(_ANSWER)
