"""A report that is written from right to left: titles, fields, and what is painted there."""

from collections.abc import Iterator

import pytest
from fakes_report import Desk, item
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workstation.domain.report import FieldRef, SectionKind
from workstation.protocols import mrrt
from workstation.services.report.reporting import Reporting
from workstation.ui import theme
from workstation.ui.report_editor import ReportEditor

#: Hebrew: findings with a labelled field and a number, impression; codes say which they are.
PAGE = """<!DOCTYPE html><html lang="he"><head><title>CT חזה</title>
<meta name="dcterms.identifier" content="ct-hazeh"/><meta name="dcterms.language" content="he"/>
<script type="text/xml"><template_attributes><coded_content>
<entry ORIGTXT="f"><term type="code"><code scheme="LOINC" value="59776-5"/></term></entry>
<entry ORIGTXT="i"><term type="code"><code scheme="LOINC" value="19005-8"/></term></entry>
</coded_content></template_attributes></script></head><body>
<section id="f" data-section-name="ממצאים"><header class="level1">ממצאים</header>
<p><label for="lungs">ריאות</label><input type="text" id="lungs" name="ריאות"
 value="אין גוש או תסנין בשתי הריאות."/></p></section>
<section id="i" data-section-name="סיכום"><header class="level1">סיכום</header>
<p><input type="text" id="impression" value=""/></p></section>
</body></html>"""
LUNGS = FieldRef(SectionKind.FINDINGS, "lungs")


class Writer:
    def __init__(self, qtbot: QtBot) -> None:
        template = mrrt.read(PAGE.encode(), fallback_id="he")
        desk = Desk()
        desk.reporting.know((*desk.reporting.templates, template))
        self.reporting: Reporting = desk.start(item(), template="he")
        self.editor = ReportEditor(self.reporting, lambda _line: None)
        qtbot.addWidget(self.editor)
        self.editor.resize(488, 360)
        self.editor.show()
        self.reporting.go_to(LUNGS)

    def line(self, number: int) -> tuple[float, float]:
        """Where the ink of a block's first line begins and ends."""
        block = self.editor.document().findBlockByNumber(number)
        box = block.layout().lineAt(0).naturalTextRect()
        return box.left(), box.right()


@pytest.fixture
def writer(qtbot: QtBot) -> Iterator[Writer]:
    made = Writer(qtbot)
    yield made
    made.editor.detach()


def test_sections_bear_the_names_of_their_language(writer: Writer) -> None:
    """What they are is told by code: the name is for whoever reads."""
    report = writer.reporting.report
    assert report is not None
    assert [(s.kind, s.title) for s in report.sections] == [
        (SectionKind.FINDINGS, "ממצאים"),
        (SectionKind.IMPRESSION, "סיכום"),
    ]
    assert report.language == "he"
    assert report.plain_text.startswith("ממצאים")


def test_titles_and_fields_begin_at_the_right(writer: Writer) -> None:
    """Words that run against their page are not read at three in the morning."""
    wide = writer.editor.viewport().width()
    for number in (0, 1):
        left, right = writer.line(number)
        assert left > 0.2 * wide
        assert right > 0.9 * wide
    empty = writer.editor.document().findBlockByNumber(3)
    assert empty.textDirection() is Qt.LayoutDirection.RightToLeft


def test_what_is_typed_goes_into_the_field_and_on_to_the_left(writer: Writer) -> None:
    writer.reporting.end_of_field()
    before = writer.line(1)[0]
    for letter in " קטן 3 מ":
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(writer.editor, key)
    assert writer.reporting.report is not None
    field = writer.reporting.report.field(LUNGS)
    assert field is not None
    assert field.text == "אין גוש או תסנין בשתי הריאות. קטן 3 מ"
    assert writer.line(1)[0] < before


def test_the_ring_of_a_field_lies_around_its_words(writer: Writer) -> None:
    """Painted by its ends: where the end lies left of the beginning too."""
    image = writer.editor.viewport().grab().toImage()
    ground = theme.color("bg.current").rgb()
    lit = [x for x in range(image.width()) for y in range(image.height())
           if image.pixel(x, y) == ground]  # fmt: skip
    left, right = writer.line(1)
    assert lit, "no ground below the words"
    assert min(lit) >= left - 6
    assert max(lit) <= right + 6
    assert max(lit) - min(lit) > 0.5 * (right - left)
    assert writer.editor.layoutDirection() is Qt.LayoutDirection.LeftToRight  # of the program
