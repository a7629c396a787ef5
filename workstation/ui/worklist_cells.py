"""The cells of the worklist: one delegate for each kind, one ground for all."""

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from workstation.domain.worklist import Priority, ReadState
from workstation.text import tr
from workstation.ui import icons, theme
from workstation.ui import worklist_forms as forms
from workstation.ui.chips import chip_size, paint_chip
from workstation.ui.worklist_forms import SlaKind
from workstation.ui.worklist_lines import Line
from workstation.ui.worklist_model import LINE, WIDTHS, Column, Index, ServerNow

ROW: Final = 34
# As numbers: to combine flags anew for each of three hundred cells is a tenth of a paint.
_LINE: Final = Qt.TextFlag.TextSingleLine.value | Qt.AlignmentFlag.AlignVCenter.value
_LEFT: Final = _LINE | Qt.AlignmentFlag.AlignLeft.value
_RIGHT: Final = _LINE | Qt.AlignmentFlag.AlignRight.value
_END: Final = Qt.TextElideMode.ElideRight
_MIDDLE: Final = Qt.TextElideMode.ElideMiddle


class Cell(QStyledItemDelegate):
    """Paints the ground of a row, then lets its kind draw the words."""

    def __init__(self, table: QTableView, server_now: ServerNow) -> None:
        super().__init__(table)
        self.server_now = server_now

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTHS.get(Column(index.column()), 200), ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(LINE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(option.rect)
        painter.setClipRect(box)
        self._paint_ground(painter, box, option, index, line)
        painter.setPen(theme.color("text.low" if line.blocked or line.stale else "text.hi"))
        painter.setFont(theme.font())
        self.draw(painter, box.adjusted(8, 0, -8, -1), line)
        painter.restore()

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        """What this kind of cell says; pen and font are the row's."""
        raise NotImplementedError

    def _paint_ground(
        self,
        painter: QPainter,
        box: QRectF,
        option: QStyleOptionViewItem,
        index: Index,
        line: Line,
    ) -> None:
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(box, theme.color("bg.select"))
        if line.stale:
            painter.setBrushOrigin(QPointF(0, box.top()))
            painter.fillRect(box, theme.hatch(painter.device().devicePixelRatioF()))
        if chosen:
            self._paint_frame(painter, box, index)
        else:
            painter.fillRect(box.adjusted(0, box.height() - 1, 0, 0), theme.color("line.hair"))

    def _paint_frame(self, painter: QPainter, box: QRectF, index: Index) -> None:
        """The selection: a ring around the whole row, 2 px while the table has the focus."""
        table = self.parent()
        assert isinstance(table, QAbstractItemView)
        wide = 2.0 if table.hasFocus() else 1.0
        here = theme.color("hue.here")
        painter.fillRect(QRectF(box.left(), box.top(), box.width(), wide), here)
        painter.fillRect(QRectF(box.left(), box.bottom() - wide, box.width(), wide), here)
        if index.column() == Column.STATE:
            painter.fillRect(QRectF(box.left(), box.top(), 2, box.height()), here)
        if index.column() == Column.STATUS:
            painter.fillRect(QRectF(box.right() - wide, box.top(), wide, box.height()), here)


def _words(
    painter: QPainter,
    box: QRectF,
    text: str,
    *,
    align: int = _LEFT,
    cut: Qt.TextElideMode | None = None,
) -> str:
    """Draw one line of words; returns them as they were drawn."""
    if cut is not None:
        text = QFontMetricsF(painter.font()).elidedText(text, cut, box.width())
    painter.drawText(box, align, text)
    return text


def _width(painter: QPainter, text: str) -> float:
    return QFontMetricsF(painter.font()).horizontalAdvance(text)


class StateCell(Cell):
    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        status = line.status
        tone = f"hue.{status.icon_tone}"
        if status.icon_tone in ("hi", "mid", "low"):
            tone = f"text.{status.icon_tone}"
        icons.paint(painter, status.icon, box.center().x() - 8, box.center().y() - 8, tone)


class TimeCell(Cell):
    """The promise, in the form its state has; digits end at one place in every form."""

    _DIGITS = 68.0  # right edge of the digits

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        sla = line.sla(self.server_now(line.item.site))
        digits = QRectF(box.left(), box.top(), self._DIGITS, box.height())
        match sla.kind:
            case SlaKind.STOPPED:
                icons.paint(painter, "check", box.left(), box.center().y() - 7, "hue.done", 14)
                painter.setPen(theme.color("hue.done"))
                _words(painter, box.adjusted(20, 0, 0, 0), sla.text)
                return
            case SlaKind.BREACH:
                wide, high = chip_size(sla.text, "octagon-filled", 700)
                at = max(wide, self._DIGITS + 4)
                chip = QRectF(box.left() - 4, box.center().y() - high / 2, at, high + 1)
                paint_chip(painter, chip, sla.text, "hue.act", "filled", "octagon-alert")
            case SlaKind.SOON:
                icons.paint(
                    painter, "triangle-filled", box.left(), box.center().y() - 7, "hue.open", 14
                )
                painter.setPen(theme.color("hue.open"))
                painter.setFont(theme.font(weight=500))
                _words(painter, digits, sla.text, align=_RIGHT)
            case SlaKind.UNKNOWN:
                icons.paint(painter, "barred", box.left(), box.center().y() - 7, "hue.none", 14)
                painter.setPen(theme.color("text.low"))
                if not line.stale:
                    painter.fillRect(box.adjusted(-4, 6, -8, -6), theme.hatch())
                _words(painter, digits, sla.text, align=_RIGHT)
            case SlaKind.NONE:
                painter.setPen(theme.color("text.low"))
                painter.setFont(theme.font("small"))
                _words(painter, box, sla.text)
            case SlaKind.PLENTY:
                _words(painter, digits, sla.text, align=_RIGHT)
                under = QRectF(digits.right() - 44, box.center().y() + 10, 44, 2)
                painter.fillRect(under, theme.color("line.edge"))
                left = QRectF(under.left(), under.top(), under.width() * sla.share, 2)
                painter.fillRect(left, theme.color("text.low"))
        painter.setFont(theme.font("micro"))
        painter.setPen(theme.color("text.low"))
        _words(painter, box.adjusted(self._DIGITS + 6, 0, 0, 0), sla.tier)


class PriorityCell(Cell):
    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        text = forms.priority(line.item.priority)
        if line.item.priority is Priority.STAT and not line.done:
            wide, high = chip_size(text, "octagon")
            chip = QRectF(box.left(), box.center().y() - high / 2, wide, high)
            paint_chip(painter, chip, text, "hue.act", "outline", "octagon")
            return
        if line.item.priority in (Priority.URGENT, Priority.ASAP):
            painter.setFont(theme.font(weight=600))
        elif not line.stale:
            painter.setPen(theme.color("text.mid"))
        _words(painter, box, text)


class PatientCell(Cell):
    """The name gives way in its middle, sex and age never."""

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        patient = line.item.patient
        today = self.server_now(line.item.site).date()
        name = painter.pen()
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text.low" if line.stale else "text.mid"))
        who = forms.sex_and_age(patient, today)
        _words(painter, box, who, align=_RIGHT)
        wide = _width(painter, who)
        painter.setPen(name)
        painter.setFont(theme.font(weight=500))
        _words(painter, box.adjusted(0, 0, -wide - 12, 0), patient.name, cut=_MIDDLE)


class ProcedureCell(Cell):
    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        text = line.item.procedure
        if QFontMetricsF(painter.font()).horizontalAdvance(text) > box.width():
            text = forms.side_first(line.item)  # what is cut must not be the side
        _words(painter, box, text, cut=_END)


class SiteCell(Cell):
    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        since = line.row.stale_since
        now = self.server_now(line.item.site)
        tail = forms.place(line.item.jurisdiction)
        if since is not None:
            tail = tr("stale {age}", age=forms.age(now - since))
        small = theme.font("micro" if since else "body")
        room = QFontMetricsF(small).horizontalAdvance(tail) + 6
        said = _words(painter, box.adjusted(0, 0, -room, 0), line.site_name, cut=_END)
        wide = _width(painter, said)
        painter.setFont(small)
        painter.setPen(theme.color("text.low"))
        _words(painter, box.adjusted(wide + (8 if since else 4), 0, 0, 0), tail)


class NumberCell(Cell):
    """Waiting and priors: right-aligned, quiet."""

    def __init__(self, table: QTableView, server_now: ServerNow, column: Column) -> None:
        super().__init__(table, server_now)
        self._column = column

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        painter.setPen(theme.color("text.low" if line.blocked or line.stale else "text.mid"))
        if self._column is Column.WAITING:
            text = forms.waiting(line.item, self.server_now(line.item.site))
        else:
            text = str(line.item.prior_count) if line.item.prior_count else forms.DASH
        _words(painter, box, text, align=_RIGHT)


class ImagesCell(Cell):
    """How many are here; while some are missing, of how many, over a bar."""

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        text, share = forms.images(line.item)
        if share is not None:
            painter.setPen(theme.color("hue.open"))
        elif not (line.blocked or line.stale):
            painter.setPen(theme.color("text.mid"))
        _words(painter, box, text, align=_RIGHT)
        if share is not None:
            bar = QRectF(box.right() - 60, box.center().y() + 10, 60, 3)
            painter.fillRect(bar, theme.color("line.edge"))
            done = QRectF(bar.left(), bar.top(), bar.width() * share, bar.height())
            painter.fillRect(done, theme.color("hue.open"))


class FlagsCell(Cell):
    """What else there is: a preliminary report, images on their way."""

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        shown = []
        if line.item.state is ReadState.PRELIMINARY:
            shown.append(("document", "text.mid"))
        if line.item.handed_over:
            shown.append(("note", "hue.open"))
        if forms.images(line.item)[1] is not None:
            shown.append(("clock", "hue.open"))
        for place, (name, tone) in enumerate(shown):
            icons.paint(painter, name, box.left() + place * 22, box.center().y() - 8, tone)


class StatusCell(Cell):
    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        status = line.status
        tone = status.tone if status.tone in ("hi", "mid", "low") else ""
        if not line.stale:
            painter.setPen(theme.color(f"text.{tone}" if tone else f"hue.{status.tone}"))
        painter.setFont(theme.font("small"))
        _words(painter, box, status.words, cut=_END)


def dress(table: QTableView, server_now: ServerNow) -> None:
    """Give each column of the worklist its delegate."""
    kinds: dict[Column, Cell] = {
        Column.STATE: StateCell(table, server_now),
        Column.TIME: TimeCell(table, server_now),
        Column.PRIORITY: PriorityCell(table, server_now),
        Column.PATIENT: PatientCell(table, server_now),
        Column.PROCEDURE: ProcedureCell(table, server_now),
        Column.SITE: SiteCell(table, server_now),
        Column.WAITING: NumberCell(table, server_now, Column.WAITING),
        Column.IMAGES: ImagesCell(table, server_now),
        Column.PRIORS: NumberCell(table, server_now, Column.PRIORS),
        Column.FLAGS: FlagsCell(table, server_now),
        Column.STATUS: StatusCell(table, server_now),
    }
    for column, delegate in kinds.items():
        table.setItemDelegateForColumn(column, delegate)
