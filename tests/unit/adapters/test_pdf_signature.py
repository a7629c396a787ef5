"""The signature in the PDF, checked by poppler, by pyHanko's own program and by openssl."""

import random
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from attrs import evolve
from fakes_certified import Registry
from fakes_trust import SITE, signed_report, task_resource, verify_report
from pytestqt.qtbot import QtBot

from workstation.adapters.clock import SystemClock
from workstation.adapters.pdf_signature import PdfSignatures, sign_pdf
from workstation.domain.report import SignedReport
from workstation.errors import VerificationFailed
from workstation.protocols.pdf_check import check_pdf
from workstation.protocols.report_bundle import bundle, seal
from workstation.protocols.signing_key import new_key
from workstation.settings import Site
from workstation.ui.report_pdf import report_pdf

pytestmark = pytest.mark.peer

SIGNED = signed_report()
HARBOR = Registry(SIGNED.signed_at)
KEY = HARBOR.key()


@pytest.fixture
def pdf(qtbot: QtBot) -> bytes:
    return report_pdf(SIGNED, "Harbor General")


def _asked(*line: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which(line[0]) or str(Path(sys.executable).with_name(line[0]))
    return subprocess.run(
        [program, *line[1:]], capture_output=True, text=True, check=False, timeout=60
    )


def _file(folder: Path, data: bytes) -> str:
    (folder / "report.pdf").write_bytes(data)
    return str(folder / "report.pdf")


def _validated(folder: Path, data: bytes) -> subprocess.CompletedProcess[str]:
    (folder / "ca.pem").write_text(HARBOR.authority.pem)
    trust = ["--trust", str(folder / "ca.pem"), "--trust-replace"]
    return _asked("pyhanko", "sign", "validate", *trust, _file(folder, data))


def test_two_programs_that_are_not_ours_find_it_good(pdf: bytes, tmp_path: Path) -> None:
    """A receiver opens the PDF in what there is, years later."""
    made = sign_pdf(pdf, SIGNED, KEY, "Harbor General")

    said = _asked("pdfsig", "-nocert", _file(tmp_path, made)).stdout
    assert "Signature is Valid." in said
    assert "Total document signed" in said
    assert "Signature Type: ETSI.CAdES.detached" in said
    assert "Signer Certificate Common Name: Sample, Jo" in said
    assert re.search(r"Signing Time: Nov 22 2026 2[01]:40:00", said)
    assert "INTACT:TRUSTED,UNTOUCHED" in _validated(tmp_path, made).stdout


@pytest.mark.parametrize("where", [0.3, 0.6, 0.98])
def test_one_changed_byte_is_found_by_both(pdf: bytes, tmp_path: Path, where: float) -> None:
    """In the words, in the fonts, and behind the signature."""
    made = bytearray(sign_pdf(pdf, SIGNED, KEY, "Harbor General"))
    made[int(len(made) * where)] ^= 1

    assert "Signature is Valid." not in _asked("pdfsig", _file(tmp_path, bytes(made))).stdout
    assert _validated(tmp_path, bytes(made)).returncode != 0


def test_the_page_looks_as_it_was_shown(pdf: bytes, tmp_path: Path) -> None:
    """Nothing is painted over the line that says who signed."""
    pictures = []
    for name, data in (("a", pdf), ("b", sign_pdf(pdf, SIGNED, KEY, "Harbor General"))):
        (tmp_path / f"{name}.pdf").write_bytes(data)
        root = str(tmp_path / name)
        _asked("pdftoppm", "-r", "60", "-singlefile", f"{root}.pdf", root)
        pictures.append(Path(f"{root}.ppm").read_bytes())

    assert pictures[0] == pictures[1]


def test_it_stays_an_archivable_file(pdf: bytes) -> None:
    """ISO 19005-1: the form field prints and has an appearance (6.5.3, 6.9), and document
    information, metadata and version are as they were (6.7.3): nothing but the signature,
    the field, its page's list and the catalogue is appended."""
    made = sign_pdf(pdf, SIGNED, KEY, "Harbor General")
    appended = made[len(pdf) :].decode("latin1")
    objects = {found[1]: found[2] for found in _OBJECTS.finditer(appended)}

    assert made.startswith(pdf)
    (catalogue,) = (each for each in objects.values() if "/Type /Catalog" in each)
    (widget,) = (each for each in objects.values() if "/Subtype /Widget" in each)
    assert int(re.search(r"/F (\d+)", widget)[1]) & 0b100111 == 0b100  # type: ignore[index]
    assert "/AP" in widget
    assert "/Metadata" in catalogue
    assert "/OutputIntents" in catalogue
    for word in ("/Version", "/Extensions", "/NeedAppearances", "/Encrypt", "/Producer", "/SMask"):
        assert word not in appended


_OBJECTS = re.compile(r"(?s)(\d+) 0 obj(.*?)endobj")


def _bundle(signed: SignedReport, made: bytes) -> bytes:
    letter = seal(
        signed, KEY, effective=signed.signed_at, site_name="Harbor", previous="", pdf=made
    )
    return bundle(letter, task_resource())


def test_verify_finds_a_pdf_that_another_key_signed(pdf: bytes) -> None:
    """Two signatures on one report that name different people are no proof of either."""
    stranger = new_key("Practitioner/17", "Sample, Jo", SIGNED.signed_at)

    assert verify_report(_bundle(SIGNED, sign_pdf(pdf, SIGNED, KEY, "Harbor"))).status == "final"
    with pytest.raises(VerificationFailed, match="pdf: another key"):
        verify_report(_bundle(SIGNED, sign_pdf(pdf, SIGNED, stranger, "Harbor")))


def test_a_damaged_or_hostile_pdf_is_a_sentence(pdf: bytes) -> None:
    """`verify` reads what a stranger sent: no traceback, and nothing changed passes."""
    made, dice = sign_pdf(pdf, SIGNED, KEY, "Harbor"), random.Random(7)
    check_pdf(made, KEY.thumbprint)

    for _ in range(80):
        hurt = bytearray(made)
        for _ in range(dice.choice((1, 3, 20))):
            hurt[dice.randrange(len(pdf) - 400, len(hurt))] ^= dice.randrange(1, 256)
        if b"/ByteRange" in hurt and bytes(hurt) != made:
            with pytest.raises(VerificationFailed, match="pdf: "):
                check_pdf(bytes(hurt), KEY.thumbprint)


# --- a time-stamping service --------------------------------------------------------


class _Stamping(BaseHTTPRequestHandler):
    """RFC 3161 over HTTP in front of `openssl ts`."""

    folder: Path

    def do_POST(self) -> None:
        (self.folder / "q.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        config = ["-config", str(self.folder / "ts.cnf")]
        query, reply = str(self.folder / "q.tsq"), self.folder / "r.tsr"
        made = _asked("openssl", "ts", "-reply", *config, "-queryfile", query, "-out", str(reply))
        assert made.returncode == 0, made.stderr
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(reply.read_bytes())

    def log_message(self, *_words: object) -> None:
        pass


_TS_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@pytest.fixture(scope="module")
def stamping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "ts.cnf").write_text(_TS_CONFIG.format(folder=folder))
    (folder / "serial").write_text("01\n")
    usage = ["-addext", "extendedKeyUsage=critical,timeStamping", "-subj", "/CN=Stamps"]
    usage += ["-addext", "keyUsage=critical,digitalSignature"]
    out = ["-keyout", str(folder / "tsa.key"), "-out", str(folder / "tsa.pem")]
    made = _asked("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *usage, *out)
    assert made.returncode == 0, made.stderr
    handler = type("Handler", (_Stamping,), {"folder": folder})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/tsa", folder
        server.shutdown()


def _site(stamps: str) -> Site:
    here = "http://127.0.0.1:9"
    return Site(
        id=SITE, name="Harbor General", issuer=here, fhir=here, dicomweb=here,
        jurisdiction="US-WA", timezone="America/Los_Angeles", timestamps=stamps,
    )  # fmt: skip


def test_a_time_stamp_of_somebody_else_says_when(
    pdf: bytes, tmp_path: Path, stamping: tuple[str, Path]
) -> None:
    """B-T: that the certificate was good then does not rest on the signer's clock."""
    address, folder = stamping
    now = evolve(SIGNED, signed_at=SystemClock().now())
    harbor = Registry(now.signed_at)
    made = PdfSignatures({SITE: _site(address)})(pdf, now, harbor.key())
    (tmp_path / "ca.pem").write_text(harbor.authority.pem)
    trust = ["--trust", str(folder / "tsa.pem"), "--trust", str(tmp_path / "ca.pem")]
    line = ["pyhanko", "sign", "validate", *trust, "--trust-replace", "--pretty-print"]
    said = _asked(*line, _file(tmp_path, made)).stdout

    assert "This timestamp is backed by a time stamping authority." in said
    assert "The TSA certificate is trusted." in said
    assert "The signature is judged VALID." in said
    assert "Signature is Valid." in _asked("pdfsig", _file(tmp_path, made)).stdout


def test_a_silent_service_does_not_hold_up_a_signature(pdf: bytes, tmp_path: Path) -> None:
    """A patient does not wait for a clock; the signature says that it has no stamp."""
    made = PdfSignatures({SITE: _site("http://127.0.0.1:9/tsa")})(pdf, SIGNED, KEY)

    assert "INTACT:TRUSTED" in _validated(tmp_path, made).stdout
