"""A certification authority for tests: the demo's, without its platform."""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from workstation.demo.certification import Authority, authority
from workstation.protocols.signing_key import SigningKey, certificate_request, new_key


class Registry:
    """`services.delivery.key_ports.Certifier` of one reader, as a site would answer."""

    def __init__(
        self, now: datetime, reader: str = "Practitioner/17", name: str = "Sample, Jo"
    ) -> None:
        self.authority: Authority = authority("Harbor", None, now)
        self.now = now
        self._reader = reader
        self._name = name
        self.asked = 0

    @property
    def root(self) -> bytes:
        return self.authority.certificate.public_bytes(Encoding.DER)

    def certify(self, request: bytes) -> tuple[bytes, ...]:
        self.asked += 1
        asked = x509.load_der_x509_csr(request)
        address = f"https://harbor.example/fhir/{self._reader}"
        made = self.authority.issue(asked, self._name, address, self.now)
        return (made.public_bytes(Encoding.DER),)

    def key(self) -> SigningKey:
        """A new key of the reader, certified."""
        made = new_key(self._reader, self._name, self.now)
        return made.with_chain(self.certify(certificate_request(made, self._name)))
