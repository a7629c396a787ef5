"""The order panel: what must be known before contrast is first, and what is not known says so."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from fakes_worklist import NOW, shift
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.domain.chart import ChartDocument, Flag, HistoryEntry, Kind, LabResult
from workstation.errors import NotDisplayable
from workstation.imaging.pixels import FramePixels
from workstation.services.jobs import Job
from workstation.services.reading.chart import OpenDocument, Part, Sheet
from workstation.services.signal import Signal
from workstation.services.waiting import settled
from workstation.ui.chart_sections import warnings
from workstation.ui.order_panel import OrderPanel

CASE = shift()[3].item
SCANNED = CASE.acquired or CASE.listed
EGFR = LabResult(
    "eGFR", "98979-8", "38", "mL/min", "from 60", Flag.LOW, at=SCANNED - timedelta(days=2)
)
OLDER = LabResult("eGFR", "98979-8", "45", "mL/min", at=SCANNED - timedelta(days=31))
LACTATE = LabResult("Lactate", "2524-7", "3.9", "mmol/L", "", Flag.HIGH, critical=True, at=SCANNED)
CONTRAST = HistoryEntry(Kind.ALLERGY, "Iodinated contrast: urticaria", grave=True)
NONE_KNOWN = HistoryEntry(Kind.ALLERGY, "No known allergy", none_known=True)
FORM = ChartDocument("Requisition", "application/pdf", NOW, of_order=True)
SCAN = ChartDocument("Scan", "image/tiff", NOW, of_order=False)


class Panel(OrderPanel):
    """The panel over a window, with its stand-ins at hand."""

    def __init__(self, host: QWidget, sheet: Sheet) -> None:
        self.sent: list[str] = []
        self.page: Job[FramePixels] = Job()
        self.chart: Any = SimpleNamespace(
            sheet=sheet, changed=Signal[None](), page=lambda _opened, _at: self.page
        )
        self.session: Any = SimpleNamespace(
            case=SimpleNamespace(item=CASE), changed=Signal[None](),
            site=lambda _site: SimpleNamespace(name="Harbor", timezone="America/Los_Angeles"),
        )  # fmt: skip
        super().__init__(host, self.session, cast(Any, self.chart), self.sent.append)

    @property
    def texts(self) -> list[str]:
        return [each.text() for each in self.findChildren(QLabel) if each.isVisibleTo(self)]


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(1920, 1080)
    made.show()
    return made


def opened(host: QWidget, **parts: Part[Any]) -> Panel:
    panel = Panel(host, Sheet(**parts))
    panel.open()
    return panel


def known(*values: Any, more: bool = False) -> Part[Any]:
    return Part(values, known=True, more=more)


def test_kidneys_stand_with_unit_range_flag_age_and_what_they_were(host: QWidget) -> None:
    """38 says little; 38, low, two days before the scan and 45 a month ago says what to do."""
    panel = opened(host, laboratory=known(LACTATE, OLDER, EGFR))
    texts = panel.texts

    row = texts.index("eGFR")
    assert texts[row : row + 4] == ["eGFR", "38 mL/min", "low", "from 60"]
    assert "2 days before" in texts[row + 4]
    assert "before: 45 (" in texts[row + 4]
    assert row < texts.index("Lactate")
    assert "high, critical" in texts


def test_a_part_that_is_not_known_never_looks_like_one_without_findings(host: QWidget) -> None:
    """ "None is recorded" and "nobody answered" are two patients."""
    panel = opened(
        host, laboratory=Part(why="Harbor does not permit it"), allergies=Part(),
        conditions=known(), procedures=known(),
    )  # fmt: skip

    assert "Not known. Harbor does not permit it" in panel.texts
    assert panel.texts.count("None is recorded.") == 2
    assert panel.texts.count("Asking…") == 2  # allergies and documents


def test_no_known_allergy_is_said_in_the_words_of_the_site(host: QWidget) -> None:
    panel = opened(host, allergies=known(NONE_KNOWN))

    assert "No known allergy" in panel.texts
    assert "None is recorded." not in panel.texts


def test_an_order_without_a_question_says_so(host: QWidget) -> None:
    """F12: a missing indication is flagged, not left blank."""
    panel = opened(host)
    assert CASE.indication in panel.texts

    panel.session.case = SimpleNamespace(item=shift()[0].item)
    bare = panel.session.case.item
    object.__setattr__(bare, "indication", "")
    panel.session.changed.emit(None)

    assert any("none given" in text for text in panel.texts)


def test_papers_are_opened_by_command_and_what_cannot_be_is_named(host: QWidget) -> None:
    """The keyboard and the palette reach them too; nobody starts a foreign viewer."""
    panel = opened(host, documents=known(FORM, SCAN))
    buttons = [b for b in panel.findChildren(QWidget) if getattr(b, "text", str)() == "Open"]
    assert len(buttons) == 1
    buttons[0].click()  # type: ignore[attr-defined]

    assert panel.sent == ["case.document 1"]
    assert catalogue.registry().find(panel.sent[0])[0].id == "case.document"
    assert any("not opened here: image/tiff" in text for text in panel.texts)


def test_more_than_a_screen_of_values_is_counted_and_shown_on_demand(host: QWidget) -> None:
    """Two hundred kinds of values at once stop the window; those that are hidden are counted."""
    many = [LabResult(f"Value {n:02d}", f"{n}", "1", at=SCANNED) for n in range(30)]
    panel = opened(host, laboratory=known(*many, more=True))
    (rest,) = [b for b in panel.findChildren(QWidget) if "more kinds" in getattr(b, "text", str)()]
    before = [text for text in panel.texts if text.startswith("Value")]
    assert "6 more" in rest.text()  # type: ignore[attr-defined]
    rest.click()  # type: ignore[attr-defined]

    assert (len(before), len([t for t in panel.texts if t.startswith("Value")])) == (24, 30)
    assert "The site has older ones that are not shown." in panel.texts


def test_a_page_is_shown_as_it_was_drawn_and_escape_goes_back_to_the_chart(
    host: QWidget,
) -> None:
    """A reader who looks at the form is still at the case; two Escapes lead to the images."""
    panel = opened(host, documents=known(FORM))
    panel.show_document(OpenDocument(FORM, pages=2, pdf=b"%PDF"))
    waiting = panel._document._picture.pixmap().isNull()
    pixels = np.full((40, 20, 3), (10, 200, 30), np.uint8)
    pixels.setflags(write=False)
    panel.page.settle(FramePixels(pixels))
    shown = panel._document._picture.pixmap().toImage().pixelColor(5, 5)
    panel.page = settled()  # type: ignore[assignment]

    assert waiting
    assert (shown.red(), shown.green(), shown.blue()) == (10, 200, 30)
    assert "Page 1 of 2" in panel.texts
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.is_open
    assert panel._document._picture.pixmap().isNull()
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.is_open


def test_pages_are_turned_by_keys_and_a_damaged_one_says_why(host: QWidget) -> None:
    panel = opened(host, documents=known(FORM))
    panel.show_document(OpenDocument(FORM, pages=2, pdf=b"%PDF"))
    panel.page = Job()
    QTest.keyClick(panel._document, Qt.Key.Key_PageDown)
    panel.page.settle(None, NotDisplayable("the document is damaged", "damaged-pdf"))

    assert "Page 2 of 2" in panel.texts
    assert "the document is damaged" in panel.texts
    QTest.keyClick(panel._document, Qt.Key.Key_PageDown)  # there is no third
    assert "Page 2 of 2" in panel.texts


def test_a_case_that_is_left_takes_its_chart_along(host: QWidget) -> None:
    """The next patient is never read under this one's kidneys."""
    panel = opened(host, laboratory=known(EGFR))
    panel.session.case = None
    panel.session.changed.emit(None)

    assert not panel.is_open


def test_the_bar_of_the_case_warns_of_kidneys_and_allergies_alone() -> None:
    """Before a contrast study is dictated, without a key; a normal chart warns of nothing."""
    fine = LabResult("eGFR", "98979-8", "88", "", at=datetime(2026, 11, 20, tzinfo=UTC))

    assert warnings(Sheet()) == ("", "", False)
    assert warnings(Sheet(laboratory=known(fine), allergies=known(NONE_KNOWN))) == ("", "", False)
    assert warnings(Sheet(laboratory=known(OLDER, EGFR), allergies=known(CONTRAST))) == (
        "eGFR 38 low", "1 allergy", True,
    )  # fmt: skip
