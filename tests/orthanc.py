"""A real Orthanc behind nginx: TLS with a certificate of our own, and a bearer gate.

Debian's Orthanc without its GDCM plugin (it crashes) and without its own TLS (it crashes
too): what sites run is a proxy in front, and so do we.
"""

import datetime
import ipaddress
import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from attrs import frozen
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")
TOKEN = "test-token"

NGINX = """
worker_processes 1; daemon off; pid {d}/nginx.pid; error_log {d}/nginx.err;
events {{ worker_connections 256; }}
http {{
  access_log {d}/nginx.acc;
  client_body_temp_path {d}/b; proxy_temp_path {d}/p; fastcgi_temp_path {d}/f;
  uwsgi_temp_path {d}/u; scgi_temp_path {d}/s;
  map $http_authorization $tok_ok {{ default 0; "Bearer {token}" 1; }}
  upstream orthanc {{ server 127.0.0.1:{http}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{tls} ssl http2;
    ssl_certificate {d}/tls.crt; ssl_certificate_key {d}/tls.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    client_max_body_size 0; client_body_buffer_size 64m; proxy_buffering off;
    location /dicom-web/ {{
      {gate}
      proxy_pass http://orthanc; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Authorization ""; proxy_set_header Host $http_host;
      proxy_set_header Forwarded "host=$http_host;proto=https";
      gzip on; gzip_types application/dicom+json; gzip_proxied any;
    }}
    {asked}
  }}
}}
"""

#: A token of the tests' own; or whatever the issuer's userinfo endpoint takes.
OWN_GATE = "if ($tok_ok = 0) { return 401; }"
ISSUER_GATE = "auth_request /known;"
ASK_ISSUER = """location = /known {{
      internal; proxy_pass {userinfo}; proxy_pass_request_body off;
      proxy_set_header Content-Length ""; proxy_set_header Authorization $http_authorization;
    }}"""


@frozen
class Orthanc:
    """A running one; `control` is its own REST interface, for tests alone."""

    dicomweb: str
    ca_file: Path
    control: str
    process: "subprocess.Popen[bytes]"
    folder: Path
    dicom_port: int = 0

    @contextmanager
    def started_again(self) -> Iterator[None]:
        """After it was killed: the same server with the same images, gone at the end."""
        self.process.wait(20)
        server = _server(self.folder)
        try:
            wait_for(self.control + "/system", server)
            yield
        finally:
            server.terminate()
            server.wait(20)


def _server(folder: Path) -> "subprocess.Popen[bytes]":
    """What it has to say is in its folder, for whoever looks for the reason of a failure."""
    command = ["/usr/sbin/Orthanc", str(folder / "orthanc.json")]
    with (folder / "orthanc.log").open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def free_ports(count: int) -> list[int]:
    """Held together for a moment, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def certificate(folder: Path) -> Path:
    """A certificate that is its own authority, for 127.0.0.1 and a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "tls.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "tls.crt"


@contextmanager
def running(
    folder: Path,
    files: Sequence[Path],
    userinfo: str = "",
    more: Callable[[Path], Mapping[str, Any]] = lambda _folder: {},
) -> Iterator[Orthanc]:
    """Orthanc and nginx with `files` in it; both gone at the end.

    With `userinfo` a bearer token is good that this endpoint takes, else `TOKEN` is. `more`
    configuration of Orthanc's may name the certificate in its folder.
    """
    http, dicom, tls = free_ports(3)
    ca_file = certificate(folder)
    (folder / "db").mkdir()
    settings = {
        "Name": "SITE", "StorageDirectory": str(folder / "db"),
        "IndexDirectory": str(folder / "db"), "Plugins": [str(PLUGIN)],
        "HttpPort": http, "HttpBindAddresses": ["127.0.0.1"], "RemoteAccessAllowed": True,
        "AuthenticationEnabled": False, "KeepAlive": True, "TcpNoDelay": True,
        "DicomPort": dicom, "OverwriteInstances": True,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/", "StudiesMetadata": "Full",
                     "SeriesMetadata": "Full"},
        **more(folder),
    }  # fmt: skip
    (folder / "orthanc.json").write_text(json.dumps(settings))
    gate = ISSUER_GATE if userinfo else OWN_GATE
    asked = ASK_ISSUER.format(userinfo=userinfo) if userinfo else ""
    (folder / "nginx.conf").write_text(
        NGINX.format(d=folder, http=http, tls=tls, token=TOKEN, gate=gate, asked=asked)
    )
    control = f"http://127.0.0.1:{http}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = _server(folder)
    proxy = subprocess.Popen(["/usr/sbin/nginx", "-c", str(folder / "nginx.conf")], **quiet)
    try:
        wait_for(control + "/system", server)
        with httpx2.Client(timeout=30) as client:
            for file in files:
                client.post(control + "/instances", content=file.read_bytes()).raise_for_status()
        yield Orthanc(f"https://127.0.0.1:{tls}/dicom-web", ca_file, control, server, folder, dicom)
    finally:
        for process in (proxy, server):
            process.terminate()
            process.wait(20)


def wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    with httpx2.Client(timeout=5) as client:
        while True:
            assert process.poll() is None, "Orthanc ended before it was ready"
            assert time.monotonic() < deadline, "Orthanc did not get ready"
            try:
                client.get(url).raise_for_status()
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                return


def need_orthanc() -> None:
    """A test machine without it says so; `make setup` installs it."""
    if not PLUGIN.exists():
        pytest.fail("orthanc, orthanc-dicomweb and nginx-light are not installed")
