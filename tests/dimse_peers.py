"""PACS that others wrote, to speak DIMSE with: Orthanc, and dcmtk's dcmqrscp."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orthanc
from attrs import frozen
from programs import need

from workstation.domain.identifiers import SiteId
from workstation.settings import Site

TITLE = "ARCHIVE"


@frozen
class Pacs:
    """A running one. `receiver` is where it sends to by C-MOVE."""

    name: str
    port: int
    receiver: int
    process: "subprocess.Popen[bytes]"
    ca_file: Path | None = None
    certificate: Path | None = None
    web: orthanc.Orthanc | None = None

    def site(self, **changed: Any) -> Site:
        scheme = "dicom" if self.ca_file is None else "dicoms"
        agreed: dict[str, Any] = {
            "id": SiteId("pacs"), "name": "PACS", "issuer": "https://127.0.0.1:1",
            "fhir": "https://127.0.0.1:1/fhir", "dicomweb": "https://127.0.0.1:1/dicom-web",
            "jurisdiction": "DE", "timezone": "Europe/Berlin", "images": "dimse",
            "dimse": f"{scheme}://127.0.0.1:{self.port}/{TITLE}",
            "dimse_receiver": f"127.0.0.1:{self.receiver}", "ca_file": self.ca_file,
            "dimse_certificate": self.certificate, "timeout_seconds": 10.0,
        }  # fmt: skip
        return Site(**{**agreed, **changed})


@contextmanager
def running(name: str, folder: Path, files: Sequence[Path]) -> Iterator[Pacs]:
    """`orthanc`, `orthanc-tls` or `dcmqrscp`, with `files` in it."""
    with dcmtk(folder, files) if name == "dcmqrscp" else of_orthanc(folder, files, name) as pacs:
        yield pacs


@contextmanager
def of_orthanc(folder: Path, files: Sequence[Path], name: str) -> Iterator[Pacs]:
    orthanc.need_orthanc()
    (receiver,) = orthanc.free_ports(1)
    secure = name == "orthanc-tls"

    def more(place: Path) -> Mapping[str, Any]:
        own = {
            "DicomAet": TITLE, "DicomCheckCalledAet": True, "DicomServerEnabled": True,
            "DicomModalities": {"desk": {
                "AET": "WORKSTATION", "Host": "127.0.0.1", "Port": receiver,
                "UseDicomTls": secure,
            }},
            "DicomAlwaysAllowEcho": False, "DicomAlwaysAllowStore": False,
            "DicomCheckModalityHost": True, "UnknownSopClassAccepted": True,
        }  # fmt: skip
        if not secure:
            return own
        return {
            **own, "DicomTlsEnabled": True, "DicomTlsCertificate": str(place / "tls.crt"),
            "DicomTlsPrivateKey": str(place / "tls.key"),
            "DicomTlsTrustedCertificates": str(place / "tls.crt"),
        }  # fmt: skip

    with orthanc.running(folder, files, more=more) as server:
        ca_file = certificate = None
        if secure:
            ca_file, certificate = folder / "tls.crt", folder / "both.pem"
            certificate.write_bytes(ca_file.read_bytes() + (folder / "tls.key").read_bytes())
        yield Pacs(name, server.dicom_port, receiver, server.process, ca_file, certificate, server)


_CONFIG = """
NetworkTCPPort = {port}
MaxPDUSize = 131072
MaxAssociations = 16
HostTable BEGIN
desk = (WORKSTATION, 127.0.0.1, {receiver})
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
{title} {folder} RW (200, 1024mb) ANY
AETable END
"""


@contextmanager
def dcmtk(folder: Path, files: Sequence[Path]) -> Iterator[Pacs]:
    need("dcmqrscp")
    port, receiver = orthanc.free_ports(2)
    (folder / "db").mkdir()
    config = folder / "qr.cfg"
    config.write_text(
        _CONFIG.format(port=port, receiver=receiver, title=TITLE, folder=folder / "db")
    )
    for at, file in enumerate(files):
        shutil.copy(file, folder / "db" / f"{at}.dcm")
    held = sorted(map(str, (folder / "db").glob("*.dcm")))
    subprocess.run(["dcmqridx", str(folder / "db"), *held], check=True, capture_output=True)
    with (folder / "qr.log").open("wb") as log:
        process = subprocess.Popen(
            ["dcmqrscp", "-v", "-c", str(config), "+xv", "-xv"],
            stdout=log, stderr=log, env={"PATH": "/usr/bin", "TCP_NODELAY": "1"},
        )  # fmt: skip
    try:
        wait_for(port)
        yield Pacs("dcmqrscp", port, receiver, process)
    finally:
        process.kill()
        process.wait(10)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < deadline, "the PACS did not get ready"
            time.sleep(0.05)
        else:
            return
