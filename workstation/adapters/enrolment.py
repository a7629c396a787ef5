"""A site certifies the keys of its readers, over HTTP (RFC 7030)."""

from workstation.adapters.site_client import SiteClient
from workstation.protocols import enrolment


class Enrolment:
    """`services.delivery.key_ports.Certifier`. Safe to use from any worker thread."""

    def __init__(self, client: SiteClient) -> None:
        self._client = client
        self._base = client.site.est.rstrip("/")

    def certify(self, request: bytes) -> tuple[bytes, ...]:
        issued = self._client.request(enrolment.enrol(self._base, request))
        behind = self._client.request(enrolment.authorities(self._base))
        return tuple(
            enrolment.chain_of(
                enrolment.certificates(issued), enrolment.certificates(behind), request
            )
        )
