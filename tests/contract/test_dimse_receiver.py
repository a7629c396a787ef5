"""The receiver of C-MOVE: dcmtk's storescu knocks, asked for and not."""

import io
import socket
import subprocess
from pathlib import Path

import orthanc
import pydicom
import pytest
from dimse_peers import Pacs
from programs import need, system
from pydicom.data import get_testdata_file

from workstation.adapters.dimse_receiver import Receiver
from workstation.domain.identifiers import SopUID
from workstation.errors import SiteUnavailable
from workstation.protocols.part10 import Wrapped, file_of

pytestmark = [pytest.mark.peer, pytest.mark.slow]

FILE = Path(str(get_testdata_file("MR_small_jp2klossless.dcm")))
SOP = SopUID(str(pydicom.dcmread(FILE, stop_before_pixels=True).SOPInstanceUID))


class Taken:
    """What arrived."""

    def __init__(self) -> None:
        self.objects: list[Wrapped] = []

    def __call__(self, wrapped: Wrapped) -> int:
        self.objects.append(wrapped)
        return 0


@pytest.fixture
def pacs() -> Pacs:
    """Only its title and address: nobody runs."""
    need("dcmqrscp")
    port, receiver = orthanc.free_ports(2)
    return Pacs("none", port, receiver, None)  # type: ignore[arg-type]


def sent(pacs: Pacs, *, calling: str = "ARCHIVE", called: str = "WORKSTATION") -> str:
    """What storescu says about it."""
    done = subprocess.run(
        [system("storescu"), "-v", "-xv", "-aet", calling, "-aec", called, "127.0.0.1",
         str(pacs.receiver), str(FILE)],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_what_was_asked_for_is_taken_as_it_is_stored_and_nobody_listens_afterwards(
    pacs: Pacs,
) -> None:
    """Outside a retrieval this desk has no open port."""
    taken = Taken()

    with Receiver(pacs.site()).awaiting({SOP: taken}, packed_first=True):
        said = sent(pacs)

    assert "Received Store Response (Success)" in said
    (found,) = taken.objects
    assert found.transfer_syntax == "1.2.840.10008.1.2.4.90"
    arrived, held = pydicom.dcmread(io.BytesIO(file_of(found))), pydicom.dcmread(FILE)
    assert arrived.PixelData == held.PixelData  # storescu leaves out trailing padding
    assert arrived.PatientName == held.PatientName
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.1", pacs.receiver), 1),
    ):
        pass


def test_an_object_that_nobody_asked_for_is_refused(pacs: Pacs) -> None:
    """A PACS that sends a stranger's image gets no place for it in this case."""
    taken = Taken()

    with Receiver(pacs.site()).awaiting({SopUID("1.2.3"): taken}):
        said = sent(pacs)

    assert taken.objects == []
    assert "Received Store Response (Unknown Status: 0x124)" in said


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"calling": "STRANGER"}, "Calling AE Title Not Recognized"),
        ({"called": "OTHER"}, "Called AE Title Not Recognized"),
    ],
)
def test_others_do_not_get_in(pacs: Pacs, who: dict[str, str], words: str) -> None:
    """Whoever is in the same network may knock."""
    taken = Taken()

    with Receiver(pacs.site()).awaiting({SOP: taken}):
        said = sent(pacs, **who)

    assert words in said
    assert taken.objects == []


def answered(line: socket.socket) -> bytes:
    """What comes of it: nothing, where the line is ended."""
    line.settimeout(5)
    try:
        return line.recv(1)
    except ConnectionResetError:
        return b""


def test_another_machine_is_turned_away_before_it_says_a_word(pacs: Pacs) -> None:
    """The site's own address is known; a PDU of four gigabytes is not even read."""
    site = pacs.site(dimse=f"dicom://127.0.0.77:{pacs.port}/ARCHIVE")
    with (
        Receiver(site).awaiting({SOP: Taken()}),
        socket.create_connection(("127.0.0.1", pacs.receiver), 5) as line,
    ):
        answer = answered(line)

    assert answer == b""


def test_a_length_that_cannot_be_right_ends_the_line(pacs: Pacs) -> None:
    """An announced gigabyte is not waited for, byte by byte."""
    with (
        Receiver(pacs.site()).awaiting({SOP: Taken()}),
        socket.create_connection(("127.0.0.1", pacs.receiver), 5) as line,
    ):
        line.sendall(b"\x01\x00" + (1 << 30).to_bytes(4) + bytes(100))
        answer = answered(line)

    assert answer == b""


def test_a_port_that_is_taken_is_told(pacs: Pacs) -> None:
    """Two programs at one desk; the second says why no image comes."""
    with (
        socket.create_server(("127.0.0.1", pacs.receiver)),
        pytest.raises(SiteUnavailable, match=r"cannot listen at 127\.0\.0\.1:"),
        Receiver(pacs.site()).awaiting({SOP: Taken()}),
    ):
        pass
