"""The report on paper, read back by poppler: every word, whose it is, nothing active."""

import re
import shutil
import subprocess
import threading
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve
from fakes_report import NOW, SIGNER, SITE, Desk
from pytestqt.qtbot import QtBot

from workstation.domain.identifiers import ReportId
from workstation.domain.report import (
    Discrepancy,
    Overread,
    ReportState,
    SectionKind,
    SignedReport,
)
from workstation.services.report.freezing import freeze
from workstation.settings import Site
from workstation.ui.report_pdf import Printer, report_pdf

pytestmark = pytest.mark.peer
IDENTITY = "Alder, Robin · M · born 1962-03-02 · ID HG-100482"


def signed(findings: str = "Nodule.") -> SignedReport:
    reporting = Desk().start()
    reporting.set_section(SectionKind.FINDINGS, findings)
    reporting.set_section(SectionKind.IMPRESSION, "Nodule, 12 mm.\nFollow up.")
    assert reporting.report is not None
    return freeze(
        reporting.report, ReportState.FINAL, SIGNER, NOW, checks=(), measurements=(), before=None
    )


def asked(tool: str, pdf: bytes, folder: Path, *options: str) -> str:
    """What a tool of poppler says of it."""
    program = shutil.which(tool)
    assert program, "installers/linux/packages-test.txt names poppler-utils"
    file = folder / "report.pdf"
    file.write_bytes(pdf)
    line = [program, *options, str(file), *(["-"] if tool == "pdftotext" else [])]
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


def test_every_word_that_was_signed_is_on_paper_in_its_order(qtbot: QtBot, tmp_path: Path) -> None:
    """A receiver who files the PDF alone has the whole report, in any script it is written in."""
    report = signed("Small nodule, ≤ 3 mm & <b>not</b> bold; naïve, Узел слева.")
    page = asked("pdftotext", report_pdf(report, "Harbor General"), tmp_path, "-layout")
    printed = " ".join(page.split())

    at = 0
    for line in report.text.splitlines():
        words = " ".join(line.split())
        at = printed.index(words, at) + len(words)


def test_lists_and_tables_are_on_paper_with_their_marks(qtbot: QtBot, tmp_path: Path) -> None:
    """Numbers that referrers act by, and rows that stay rows where a page ends."""
    rows = "\n".join(f"Level {n} | {n} mm" for n in range(90))
    report = signed(f"- left\n- right\n3. mass\n4. node\nLevel | Size\n{rows}")
    pages = asked("pdftotext", report_pdf(report, "Harbor General"), tmp_path, "-layout")
    lines = [" ".join(line.split()) for line in pages.splitlines()]

    for line in ("• left", "• right", "3. mass", "4. node", "Level Size",
                 "1. Nodule, 12 mm.", "2. Follow up."):  # fmt: skip
        assert lines.count(line) == 1, line
    found = [line for line in lines if re.fullmatch(r"Level \d+ \d+ mm", line)]
    assert found == [f"Level {n} {n} mm" for n in range(90)]


def test_each_page_says_whose_it_is_who_signed_and_which_it_is(
    qtbot: QtBot, tmp_path: Path
) -> None:
    """Pages go astray, and end in the folder of somebody else."""
    lines = "\n".join(f"Level {n}: no change." for n in range(150))
    pdf = report_pdf(signed(lines), "Harbor General")
    pages = asked("pdftotext", pdf, tmp_path, "-layout").split("\f")[:-1]

    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert IDENTITY in page
        assert "Harbor General" in page
        assert "Final report" in page
        assert "Electronically signed by Jo Sample, US-WA MD-00412, 2026-11-22 21:40:00 UTC" in page
        assert f"Page {number} of {len(pages)}" in page
    found = [int(n) for page in pages for n in re.findall(r"Level (\d+): no change\.", page)]
    assert found == list(range(150)), "no line is lost or doubled where a page ends"


def test_fonts_travel_with_it_and_nothing_in_it_is_active(qtbot: QtBot, tmp_path: Path) -> None:
    """Without its fonts another machine prints other signs; a report runs no script."""
    pdf = report_pdf(signed(), "Harbor General")
    fonts = asked("pdffonts", pdf, tmp_path).splitlines()[2:]
    facts = asked("pdfinfo", pdf, tmp_path)

    assert fonts
    assert all(line.split()[-5] == "yes" for line in fonts), fonts
    assert re.search(r"JavaScript:\s+no", facts)
    assert re.search(r"Page size:.*A4", facts)
    assert "Alder" not in facts, "titles stand in lists of files"


def test_a_hospital_prints_on_its_own_paper(qtbot: QtBot, tmp_path: Path) -> None:
    """A4 in an American tray is cut at the foot, where the signature stands."""
    report, here = signed(), "http://127.0.0.1:9"
    site = Site(
        id=SITE, name="Harbor General", issuer=here, fhir=here, dicomweb=here,
        jurisdiction="US-WA", timezone="America/Los_Angeles",
    )  # fmt: skip
    assert "letter" in asked("pdfinfo", Printer({SITE: site})(report)(), tmp_path)


def test_it_is_printed_by_any_thread_and_in_black(qtbot: QtBot, tmp_path: Path) -> None:
    """Sealing runs beside the windows; the dark of the program is not put on paper."""
    made: list[bytes] = []
    worker = threading.Thread(target=lambda: made.append(report_pdf(signed(), "Harbor General")))
    worker.start()
    worker.join()
    file = tmp_path / "report.pdf"
    file.write_bytes(made[0])
    program = shutil.which("pdftoppm")
    assert program
    line = [program, "-gray", "-r", "60", "-singlefile", str(file)]
    drawn = subprocess.run(line, check=True, capture_output=True).stdout
    grey = np.frombuffer(drawn.split(b"\n", 3)[3], np.uint8)
    words = grey.reshape(702, 496)[100:600]  # between head and foot, where the report stands
    assert words.min() < 60
    assert (words == 255).mean() > 0.9


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ReportState.WET_READ, "Wet read"),
        (ReportState.AWAITING, "Resident's report, awaiting the attending"),
        (ReportState.CORRECTED, "Corrected report"),
        (ReportState.RETRACTED, "RETRACTED report: not valid"),
    ],
)
def test_each_page_says_what_the_report_is(
    qtbot: QtBot, tmp_path: Path, state: ReportState, words: str
) -> None:
    """A page of a wet read, or of a report that was taken back, is found without the others."""
    report = evolve(signed("\n".join(f"Level {n}." for n in range(90))), status=state)
    pdf = report_pdf(report, "Harbor General")
    pages = asked("pdftotext", pdf, tmp_path, "-layout").split("\f")[:-1]

    assert len(pages) > 1
    assert all(words in page for page in pages)
    file = tmp_path / "report.pdf"
    program = shutil.which("pdftoppm")
    assert program
    line = [program, "-gray", "-r", "30", "-f", "2", "-singlefile", str(file)]
    drawn = subprocess.run(line, check=True, capture_output=True).stdout
    grey = np.frombuffer(drawn.split(b"\n", 3)[3], np.uint8)
    struck = int((abs(grey.astype(int) - 224) < 3).sum())  # pale, from corner to corner
    assert (struck > 1000) is (state is ReportState.RETRACTED)


def test_both_readers_stand_on_a_report_that_was_read_over(qtbot: QtBot, tmp_path: Path) -> None:
    """The resident read it, the attending answers for it: whoever asks back must reach both."""
    over = Overread(ReportId("first"), "Night, Nora", Discrepancy.NONE)
    pdf = report_pdf(evolve(signed(), overread=over), "Harbor General")
    page = asked("pdftotext", pdf, tmp_path, "-layout")

    assert "Electronically signed by Jo Sample" in page
    assert "read first by Night, Nora" in page
