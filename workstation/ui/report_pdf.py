"""The signed report on paper: the frozen text, and on each page whose it is and who signed.

Made of the very HTML that was shown and sealed; fonts are embedded, so that it reads the
same at any receiver. Any thread: nothing here touches a window.
"""

import math
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
)

from workstation.domain.identifiers import SiteId
from workstation.domain.report import ReportState, SignedReport
from workstation.services.report.report_html import STATUS, identity_line
from workstation.settings import Site
from workstation.ui.paper_words import PaperWords

_DPI: Final = 300
_LETTER: Final = ("US", "CA", "MX")  # everybody else prints on A4
_MARGINS_MM: Final = QMarginsF(20, 16, 18, 14)
_HEAD_MM: Final = 16.0
_FOOT_MM: Final = 13.0
_BODY_PT: Final = 10.5
_SMALL_PT: Final = 8.0
_STRIKE_PT: Final = 84.0
_A_PAGE: Final = 4  # key images
_PALE: Final = (0.88, 0.88, 0.88)


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
        high = self._page.height() - self._head - self._foot
        place = QRectF(0, self._head, self._page.width(), high)
        self._words = PaperWords(signed.html, _font(_BODY_PT), writer, _DPI, place)

    def print(self) -> None:
        """Every page, each with its head and foot."""
        written = self._words.pages
        pages = written + math.ceil(len(self._images) / _A_PAGE)
        with QPainter(self._writer) as painter:
            painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
            for page in range(pages):
                if page:
                    self._writer.newPage()
                if self._signed.status is ReportState.RETRACTED:
                    self._strike(painter)
                if page < written:
                    self._words.draw(painter, page)
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
