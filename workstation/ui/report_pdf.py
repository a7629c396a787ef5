"""The signed report on paper: the frozen text, and on each page whose it is and who signed.

Made of the very HTML that was shown and sealed; fonts are embedded, so that it reads the
same at any receiver. Any thread: nothing here touches a window.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Final

from attrs import frozen
from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QIODevice,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
)  # fmt: skip
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
    QPen,
    QTextBlock,
    QTextDocument,
    QTextListFormat,
    QTextTable,
)

from workstation.domain.identifiers import SiteId
from workstation.domain.report import ReportState, SignedReport
from workstation.services.report_html import STATUS, identity_line
from workstation.settings import Site

_DPI: Final = 300
_SCREEN_DPI: Final = 96
_LETTER: Final = ("US", "CA", "MX")  # everybody else prints on A4
_MARGINS_MM: Final = QMarginsF(20, 16, 18, 14)
_HEAD_MM: Final = 16.0
_FOOT_MM: Final = 13.0
_BODY_PT: Final = 10.5
_SMALL_PT: Final = 8.0
_STRIKE_PT: Final = 84.0
_A_PAGE: Final = 4  # key images
_INDENT: Final = 20.0  # of lists, and the room in cells: in pixels of a screen, as Qt counts
_CELL: Final = 4.5
_MARK_MM: Final = 4.2  # from the number of an item to its words
_PALE: Final = (0.88, 0.88, 0.88)
_STYLE: Final = (
    ".title { font-weight: 600; margin-top: 9px; } p { margin: 0 0 3px 0; }"
    " ul, ol { margin-top: 0; margin-bottom: 3px; } th { text-align: left; }"
)
#: Both stand in the head of each page here.
_HEAD: Final = re.compile(r'<p class="(?:identity|status)">.*?</p>\n', re.S)
_TITLE: Final = re.compile(r"<h2>(.*?)</h2>")  # Qt draws them larger than any style says


@frozen
class PaperImage:
    """A key image with its words; without a picture its pixels were not at hand."""

    words: str
    picture: QImage | None = None


def _no_images(_signed: SignedReport) -> Sequence[PaperImage]:
    return ()


@frozen
class Printer:
    """Prints a report as the hospital's own, on the paper of where it lies.

    `images` gives its key images, on the home thread; what is returned prints on any.
    """

    sites: Mapping[SiteId, Site]
    images: Callable[[SignedReport], Sequence[PaperImage]] = _no_images

    def __call__(self, signed: SignedReport) -> Callable[[], bytes]:
        site = self.sites[signed.report.binding.site]
        letter = site.jurisdiction.partition("-")[0] in _LETTER
        images = tuple(self.images(signed))
        return lambda: report_pdf(signed, site.name, images, letter=letter)


def report_pdf(
    signed: SignedReport,
    site_name: str,
    images: Sequence[PaperImage] = (),
    *,
    letter: bool = False,
) -> bytes:
    """PDF/A-1b, A4 or US letter.

    Parameters
    ----------
    site_name
        The hospital, as it calls itself.
    images
        Key images, on pages of their own behind the words.
    letter
        The paper of North America.
    """
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setPdfVersion(QPdfWriter.PdfVersion.PdfVersion_A1b)
    writer.setResolution(_DPI)
    size = QPageSize.PageSizeId.Letter if letter else QPageSize.PageSizeId.A4
    writer.setPageLayout(
        QPageLayout(
            QPageSize(size), QPageLayout.Orientation.Portrait, _MARGINS_MM,
            QPageLayout.Unit.Millimeter,
        )
    )  # fmt: skip
    writer.setTitle("Radiology report")  # of every report: titles stand in lists of files
    writer.setCreator("Reading Workstation")
    _Paper(signed, site_name, writer, images).print()
    buffer.close()
    return bytes(data.data())


class _Paper:
    def __init__(
        self,
        signed: SignedReport,
        site_name: str,
        writer: QPdfWriter,
        images: Sequence[PaperImage] = (),
    ) -> None:
        self._signed = signed
        self._site = site_name
        self._writer = writer
        self._images = images
        self._page = QRectF(writer.pageLayout().paintRectPixels(_DPI)).translated(
            -writer.pageLayout().paintRectPixels(_DPI).topLeft()
        )
        self._head, self._foot = _pixels(_HEAD_MM), _pixels(_FOOT_MM)
        self._document = self._laid_out()

    def _laid_out(self) -> QTextDocument:
        """The words between head and foot; lines are never cut by the end of a page."""
        document = QTextDocument()
        document.setDocumentMargin(0)
        document.setDefaultFont(_font(_BODY_PT))
        document.setDefaultStyleSheet(_STYLE)
        document.setIndentWidth(_INDENT)
        document.documentLayout().setPaintDevice(self._writer)
        words = _HEAD.sub("", self._signed.html)
        document.setHtml(_TITLE.sub(r'<p class="title">\1</p>', words))
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                _plain_table(frame)
        high = self._page.height() - self._head - self._foot
        document.setPageSize(QSizeF(self._page.width(), high))
        return document

    def print(self) -> None:
        """Every page, each with its head and foot."""
        written = self._document.pageCount()
        pages = written + math.ceil(len(self._images) / _A_PAGE)
        with QPainter(self._writer) as painter:
            painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
            for page in range(pages):
                if page:
                    self._writer.newPage()
                if self._signed.status is ReportState.RETRACTED:
                    self._strike(painter)
                if page < written:
                    self._words(painter, page)
                else:
                    first = (page - written) * _A_PAGE
                    self._pictures(painter, self._images[first : first + _A_PAGE])
                self._frame(painter, page + 1, pages)

    def _pictures(self, painter: QPainter, images: Sequence[PaperImage]) -> None:
        """Two beside each other, their words below; whose they are stands in the head."""
        gap, said = _pixels(6), _pixels(9)
        wide = (self._page.width() - gap) / 2
        high = (self._page.height() - self._head - self._foot - 2 * said) / (_A_PAGE // 2)
        side = min(wide, high)
        for number, each in enumerate(images):
            row, column = divmod(number, 2)
            box = QRectF(
                column * (wide + gap), self._head + row * (side + said), side, side
            )  # fmt: skip
            if each.picture is None:
                painter.drawRect(box)
                painter.setFont(_font(_BODY_PT))
                words = "Not at hand when this was signed; it is in the archive."
                wrapped = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
                painter.drawText(box.adjusted(gap, gap, -gap, -gap), wrapped, words)
            else:
                painter.drawImage(box, each.picture)
            below = QRectF(box.left(), box.bottom(), side, said * 0.6)
            self._say(painter, below, each.words, "", 400)

    def _strike(self, painter: QPainter) -> None:
        """Below the words, from corner to corner: nobody files a single page as valid."""
        wide, high = self._page.width(), self._page.height()
        painter.save()
        painter.translate(wide / 2, high / 2)
        painter.rotate(-math.degrees(math.atan2(high, wide)))
        painter.setFont(_font(_STRIKE_PT, 700))
        painter.setPen(QColor.fromRgbF(*_PALE))
        place = QRectF(-high / 2, -_pixels(30), high, _pixels(60))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "RETRACTED")
        painter.restore()

    def _words(self, painter: QPainter, page: int) -> None:
        """The lines of one page, each drawn once.

        Qt's own printing draws what touches a page and cuts it off: what is cut off cannot be
        seen, yet it is found a second time by whoever searches or copies.
        """
        top = QPointF(0, self._head - page * self._document.pageSize().height())
        block = self._document.begin()
        while block.isValid():
            place = self._place(block)
            for index in range(block.layout().lineCount()):
                line = block.layout().lineAt(index)
                if self._page_of(place.y() + line.y()) == page:
                    line.draw(painter, place + top)
                    if index == 0 and block.textList() is not None:
                        self._mark(painter, block, place + top)
            block = block.next()
        for frame in self._document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._rules(painter, frame, page, top)

    def _place(self, block: QTextBlock) -> QPointF:
        """Where a block lies in the document, in a table too."""
        return self._document.documentLayout().blockBoundingRect(block).topLeft()

    def _page_of(self, y: float) -> int:
        return int(y // self._document.pageSize().height())

    def _mark(self, painter: QPainter, block: QTextBlock, place: QPointF) -> None:
        """The number of an item, or its dot, left of its first line."""
        line, listed = block.layout().lineAt(0), block.textList()
        numbered = listed.format().style() is QTextListFormat.Style.ListDecimal
        words = listed.itemText(block) if numbered else "•"
        painter.setFont(_font(_BODY_PT))
        left = place.x() + line.x() - _pixels(_MARK_MM)
        base = place.y() + line.y() + line.ascent()
        painter.drawText(QPointF(left, base), words)

    def _rules(self, painter: QPainter, table: QTextTable, page: int, top: QPointF) -> None:
        """Above and below the head of a table, and below its last row."""
        box = self._document.documentLayout().frameBoundingRect(table)
        painter.setPen(QPen(Qt.GlobalColor.black, _pixels(0.15)))
        first = self._place(table.cellAt(0, 0).firstCursorPosition().block()).y()
        ends = [self._end_of_row(table, row) for row in (0, table.rows() - 1)]
        room = _CELL * _DPI / _SCREEN_DPI
        for y in (first - room, *(end + room for end in ends)):
            if self._page_of(y) == page:
                left, right = QPointF(box.left(), y), QPointF(box.right(), y)
                painter.drawLine(left + top, right + top)

    def _end_of_row(self, table: QTextTable, row: int) -> float:
        cells = (table.cellAt(row, column) for column in range(table.columns()))
        blocks = [cell.lastCursorPosition().block() for cell in cells]
        return max(self._place(b).y() + b.layout().boundingRect().height() for b in blocks)

    def _frame(self, painter: QPainter, page: int, pages: int) -> None:
        """Whose report it is, and who answers for it: on each page, for pages go astray."""
        signed = self._signed
        top = QRectF(0, 0, self._page.width(), self._head * 0.8)
        line = top.height() / 2
        self._say(painter, QRectF(0, 0, top.width(), line), self._site, "", 600)
        # What is not the last word on the study must not be taken for it across the room.
        settled = signed.status in (ReportState.FINAL, ReportState.ADDENDED)
        painter.setFont(_font(_SMALL_PT if settled else _BODY_PT, 600 if settled else 700))
        where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, 0, top.width(), line), where, STATUS[signed.status])
        whose = QRectF(0, line, top.width(), line)
        self._say(painter, whose, identity_line(signed.report), "", 400)
        painter.drawLine(top.bottomLeft(), top.bottomRight())
        foot = self._page.height() - self._foot * 0.8
        painter.drawLine(QPointF(0, foot), QPointF(top.width(), foot))
        at = signed.signed_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        licence = f", {signed.signer.licence}" if signed.signer.licence else ""
        words = f"Electronically signed by {signed.signer.name}{licence}, {at}"
        high = self._foot * 0.35
        below = QRectF(0, foot + high * 0.2, top.width(), high)
        self._say(painter, below, words, f"Page {page} of {pages}", 400)
        last = below.translated(0, high)
        first = signed.overread.author if signed.overread else ""
        read = f", read first by {first}" if first and first != signed.signer.name else ""
        self._say(painter, last, f"Report {signed.report.id}{read}", "", 400)

    def _say(self, painter: QPainter, box: QRectF, left: str, right: str, weight: int) -> None:
        painter.setFont(_font(_SMALL_PT, weight))
        aligned = Qt.AlignmentFlag.AlignVCenter
        room = painter.fontMetrics().horizontalAdvance(right)
        words = painter.fontMetrics().elidedText(
            left, Qt.TextElideMode.ElideMiddle, int(box.width() - room - _pixels(4))
        )
        painter.drawText(box, aligned | Qt.AlignmentFlag.AlignLeft, words)
        painter.drawText(box, aligned | Qt.AlignmentFlag.AlignRight, right)


def _plain_table(table: QTextTable) -> None:
    """No borders of Qt's: they are drawn here, on the page where they belong."""
    form = table.format().toTableFormat()
    form.setBorder(0)
    form.setCellSpacing(0)
    form.setCellPadding(_CELL)
    form.setTopMargin(2 * _CELL)
    form.setBottomMargin(2 * _CELL)
    table.setFormat(form)


def _pixels(mm: float) -> float:
    return mm / 25.4 * _DPI


def _font(points: float, weight: int = 400) -> QFont:
    made = QFont("Inter")
    # Signs that stand for others by their neighbours (a cross between figures) have no code:
    # whoever copies or searches the PDF would find something else than was signed.
    made.setFeature(QFont.Tag("calt"), 0)
    made.setPointSizeF(points)
    made.setWeight(QFont.Weight(weight))
    return made
