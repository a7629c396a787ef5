"""kill -9 at every named point of a delivery, against a site with every kind of fault.

However it ends, after a restart the site holds the report once, with exactly the text
that was signed; the site's log shows a question before any second send, and no send
after the one that was filed.
"""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hl7
import numpy as np
import pydicom
import pytest
from attrs import frozen
from demo_platform import DemoPlatform, start_platform
from fakes_trust import verify_report
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

pytestmark = pytest.mark.soak

FAILPOINTS = (
    "before-seal",
    "sealed",
    "before-send",
    "sent",
    "answered",
    "acknowledged",
    "before-wipe",
    "wiped",
)
#: Of a report that went as a message: its case is completed in a second step.
CLOSING = ("before-close", "closed")
_BASES = ("/fhir", "/fhir/")
_SEND = r"^POST /[^?]*fhir/?$"
FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    "answer-dropped": {"rules": [{"match": _SEND, "do": "drop", "times": 1}]},
    "request-dropped": {"rules": [{"match": _SEND, "do": "drop_before", "times": 1}]},
    "502": {"rules": [{"match": _SEND, "do": "status", "status": 502, "times": 1}]},
    "ignores-if-none-exist": {
        "ignore_if_none_exist": True,
        "rules": [{"match": _SEND, "do": "drop", "times": 1}],
    },
}
_MESSAGE = "^MLLP "
#: The same at a site that takes reports as HL7 v2 messages.
MESSAGE_FAULTS: dict[str, dict[str, Any]] = {
    "message": {},
    "message-answer-dropped": {"rules": [{"match": _MESSAGE, "do": "drop", "times": 1}]},
    "message-not-recognised": {
        "ignore_if_none_exist": True,
        "rules": [{"match": _MESSAGE, "do": "drop", "times": 1}],
    },
}
_HEALTHY = {"rules": [], "ignore_if_none_exist": False}
#: Where the site never answers the one send, there is no point after its answer.
_NO_ANSWER = ("answer-dropped", "ignores-if-none-exist", *list(MESSAGE_FAULTS)[1:])
#: Killed, started, killed again, started.
TWICE = (
    ("before-seal", "before-seal"),
    ("sealed", "sent"),
    ("before-send", "answered"),
    ("sent", "acknowledged"),
    ("answered", "before-wipe"),
    ("acknowledged", "before-wipe"),
)
RUNS = [
    (point, fault)
    for fault in (*FAULTS, *MESSAGE_FAULTS)
    for point in (*FAILPOINTS, *(CLOSING if fault in MESSAGE_FAULTS else ()))
    if not (point == "answered" and fault in _NO_ANSWER)
]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoPlatform, Path]]:
    """A platform with a case of its own for each run, that keeps what it receives."""
    folder = tmp_path_factory.mktemp("kills")
    for number in range(len(RUNS) + len(TWICE) + 1):
        write_study(folder / "studies" / f"{number}.dcm", number)
    data = folder / "data"
    with start_platform(folder, [folder / "studies"], data=data) as running:
        yield running, data


@pytest.mark.parametrize(("point", "fault"), RUNS, ids=[f"{f}-{p}" for p, f in RUNS])
def test_a_killed_delivery_ends_with_one_report(
    demo: tuple[DemoPlatform, Path], tmp_path: Path, point: str, fault: str
) -> None:
    """None lost, none twice, whatever dies between signature and acknowledgement."""
    platform, data = demo
    run = _Run(platform, data, tmp_path, RUNS.index((point, fault)), fault in MESSAGE_FAULTS)
    platform.faults(all=(FAULTS | MESSAGE_FAULTS)[fault])
    platform.clear_log()

    killed = run.child(f"delivery.{point}")
    again = run.child("")
    platform.faults(all=_HEALTHY)

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    run.must_have_ended_well(again)


@pytest.mark.parametrize("points", TWICE, ids="-".join)
def test_a_delivery_killed_twice_ends_with_one_report(
    demo: tuple[DemoPlatform, Path], tmp_path: Path, points: tuple[str, str]
) -> None:
    """A machine that dies once often dies again while it recovers."""
    platform, data = demo
    run = _Run(platform, data, tmp_path, len(RUNS) + TWICE.index(points))
    platform.clear_log()

    codes = [run.child(f"delivery.{point}").returncode for point in points]
    again = run.child("")

    assert codes == [-signal.SIGKILL] * 2
    run.must_have_ended_well(again)


def test_the_same_counting_finds_a_second_send(
    demo: tuple[DemoPlatform, Path], tmp_path: Path
) -> None:
    """A check that cannot fail proves nothing: two blind sends are seen as what they are."""
    platform, data = demo
    run = _Run(platform, data, tmp_path, len(RUNS) + len(TWICE))
    platform.clear_log()
    assert run.child("").returncode == 0
    site = platform.site(run.order["site"])
    with platform.client(site["id"]) as http:
        for _ in range(2):
            http.post(site["fhir"], content=run.received_files()[0].read_bytes())

    sends = run.sends()

    assert sends.unasked == 2
    assert sends.after_filing == 2


@frozen
class _Sends:
    filed: int  # requests that did their work
    unasked: int  # second sends without a question since the one before
    after_filing: int


@frozen
class _Run:
    platform: DemoPlatform
    data: Path
    folder: Path
    number: int
    by_message: bool = False

    @property
    def accession(self) -> str:
        return f"K-{self.number:03d}"

    @property
    def text(self) -> str:
        return f"Nothing acute in case {self.number}: ≤ 3 mm, naïve."

    @property
    def order(self) -> dict[str, str]:
        return next(o for o in self.platform.orders() if o["accession"] == self.accession)

    def child(self, failpoint: str) -> subprocess.CompletedProcess[str]:
        user = self.platform.ready["users"][0]["name"]
        wanted = {
            "settings": str(self.platform.settings),
            "folder": str(self.folder),
            "site": self.order["site"],
            "accession": self.accession,
            "text": self.text,
            "by_message": self.by_message,
            "user": user,
            "password": self.platform.password(user),
        }
        return subprocess.run(
            [sys.executable, str(Path(__file__).with_name("signing_child.py")), json.dumps(wanted)],
            env=os.environ | {"WORKSTATION_FAILPOINT": failpoint},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def must_have_ended_well(self, last: "subprocess.CompletedProcess[str]") -> None:
        """One report, the one that was signed, asked for before any second send."""
        assert (last.returncode, last.stdout.strip()) == (0, "acknowledged"), last.stderr
        assert self.texts_held() == [f"Impression\n{self.text}\n"]
        assert self.texts_received() == [f"Impression\n{self.text}\n"]
        assert self.sends() == _Sends(filed=1, unasked=0, after_filing=0)
        assert self.order["state"] == "final"
        if not self.by_message:
            assert verify_report(self.received_files()[0].read_bytes()).status == "final"

    def sends(self) -> _Sends:
        """What the site's own log says about the reports it was sent."""
        filed = unasked = after_filing = sent = 0
        asked = True
        way = "MLLP" if self.by_message else "POST"
        for line in self.platform.log():
            if line["site"] != self.order["site"]:
                continue
            if line["method"] == "GET" and line["path"].endswith("/DiagnosticReport"):
                asked = asked or "identifier=" in line["query"]
            elif line["method"] == way and (way == "MLLP" or line["path"].endswith(_BASES)):
                unasked += sent > 0 and not asked
                after_filing += filed > 0
                sent, asked = sent + 1, False
                filed += line["status"] == 200 or line["fault"] == "drop"
        return _Sends(filed, unasked, after_filing)

    def texts_held(self) -> list[str]:
        """The plain texts of all reports for the accession, by the site's own search."""
        site = self.platform.site(self.order["site"])
        with self.platform.client(site["id"]) as http:
            found = http.get(f"{site['fhir']}/DiagnosticReport", params={"_count": "500"}).json()
        reports = [entry["resource"] for entry in found["entry"]]
        return [text for report in reports for text in self._texts(report)]

    def received_files(self) -> list[Path]:
        folder = self.data / self.order["site"] / "received"
        return [p for p in sorted(folder.glob("*.json")) if self._report_in(p) is not None]

    def texts_received(self) -> list[str]:
        if self.by_message:
            folder = self.data / self.order["site"] / "received"
            brought = (path.read_bytes() for path in sorted(folder.glob("*.hl7")))
            return [words_of(raw) for raw in brought if f"|{self.accession}|".encode() in raw]
        reports = [self._report_in(path) for path in self.received_files()]
        return [text for report in reports if report for text in self._texts(report)]

    def _report_in(self, path: Path) -> dict[str, Any] | None:
        entries = json.loads(path.read_bytes())["entry"]
        reports = (e["resource"] for e in entries if "resource" in e)
        return next((r for r in reports if list(self._texts(r))), None)

    def _texts(self, resource: dict[str, Any]) -> Iterator[str]:
        based_on = json.dumps(resource.get("basedOn", ""))
        if resource["resourceType"] != "DiagnosticReport" or f'"{self.accession}"' not in based_on:
            return
        for form in resource["presentedForm"]:
            if form["contentType"] == "text/plain":
                yield base64.b64decode(form["data"]).decode()


def words_of(raw: bytes) -> str:
    """The text of an ORU^R01, read by python-hl7."""
    message = hl7.parse(raw.decode())
    results = [each for each in message.segments("OBX") if str(each[2]) == "TX"]
    return "".join(f"{message.unescape(str(each[5]))}\n" for each in results)


def write_study(path: Path, number: int) -> None:
    """The smallest image a site can hold."""
    path.parent.mkdir(exist_ok=True)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    ds.SOPClassUID, ds.SOPInstanceUID = (
        SecondaryCaptureImageStorage,
        meta.MediaStorageSOPInstanceUID,
    )
    ds.PatientName, ds.PatientID = f"Kill^Number{number}", f"KILL-{number}"
    ds.PatientBirthDate, ds.PatientSex = "19700101", "O"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.StudyDate, ds.StudyTime, ds.Modality = "20261101", "101500", "OT"
    ds.AccessionNumber = f"K-{number:03d}"
    ds.Rows = ds.Columns = 8
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation, ds.SamplesPerPixel = 7, 0, 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PixelData = np.zeros((8, 8), np.uint8).tobytes()
    pydicom.dcmwrite(path, ds, enforce_file_format=True)
