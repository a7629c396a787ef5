"""The whole program at a hospital that takes its reports as HL7 v2 messages."""

from pathlib import Path

import hl7
import pytest
from demo_platform import start_platform
from reading import Reading

from workstation.protocols.verification import verify_reports

pytestmark = pytest.mark.slow

QA, IMPRESSION = "KN-26-QA01", "Constant | within ^ limits & more ~ \\ ≤ 3 mm."
LINES = (
    f"case.open {QA}", "wait loaded", "report.template free-text",
    'report.set findings "Inserts as specified."', f'report.set impression "{IMPRESSION}"',
    "report.sign", "wait delivered", "state {after}", "quit",
)  # fmt: skip


def test_a_report_is_signed_sent_and_accepted_as_a_message(tmp_path: Path) -> None:
    """The settings alone decide the way; what the reader does and sees is the same."""
    data = tmp_path / "data"
    with start_platform(tmp_path, data=data) as platform:
        settings = tmp_path / "hl7.toml"
        text = platform.settings.read_text("utf-8")
        settings.write_text(text.replace('id = "nord"', 'id = "nord"\nreport = "hl7"'), "utf-8")
        reader = Reading(tmp_path / "reader")
        done = reader.run(platform, LINES, settings=settings).must_be_good()
        order = next(each for each in platform.orders() if each["accession"] == QA)

    (file,) = (data / "nord" / "received").iterdir()
    message = hl7.parse(file.read_bytes().decode())
    lines = [message.unescape(str(o[5])) for o in message.segments("OBX") if str(o[2]) == "TX"]
    assert lines[-2:] == ["Impression", IMPRESSION]
    assert str(message.segment("OBR")[18]) == QA
    assert [each["state"] for each in done.state("after")["report"]["delivery"]] == ["acknowledged"]
    assert order["state"] == "final"
    second = next(f for f in (data / "nord").glob("*/*.json") if b'"Provenance"' in f.read_bytes())
    kept = [(each.name, each.read_bytes()) for each in (second, file)]
    (held,) = verify_reports(kept)
    assert (held.status, held.unseen) == ("final", ("dicom-pdf", "sr"))  # those are in the PACS
