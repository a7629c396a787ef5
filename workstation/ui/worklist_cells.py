"""The cells of the worklist: one painter for each kind; `ui.worklist_rows` makes rows of them."""

from collections.abc import Hashable, Mapping
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from workstation.domain.worklist import Priority, ReadState
from workstation.text import tr
from workstation.ui import icons, theme
from workstation.ui import worklist_forms as forms
from workstation.ui.chips import chip_size, paint_chip
from workstation.ui.worklist_forms import SlaKind
from workstation.ui.worklist_lines import Line
from workstation.ui.worklist_model import Column, ServerNow

# As numbers: to combine flags anew for each of three hundred cells is a tenth of a paint.
_LINE: Final = Qt.TextFlag.TextSingleLine.value | Qt.AlignmentFlag.AlignVCenter.value
_LEFT: Final = _LINE | Qt.AlignmentFlag.AlignLeft.value
_RIGHT: Final = _LINE | Qt.AlignmentFlag.AlignRight.value
_END: Final = Qt.TextElideMode.ElideRight
_MIDDLE: Final = Qt.TextElideMode.ElideMiddle


class Cell:
    """Draws what one column says of a line; pen and font are the row's."""

    def __init__(self, server_now: ServerNow) -> None:
        self.server_now = server_now

    def passes(self, line: Line) -> bool:
        """Whether it says something else each second."""
        return False

    def told(self, line: Line) -> Hashable:
        """What it says beside the line itself, for time goes on."""
        return None

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        raise NotImplementedError


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

    def passes(self, line: Line) -> bool:
        return True

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

    def told(self, line: Line) -> Hashable:
        return self.server_now(line.item.site).date()

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
    def passes(self, line: Line) -> bool:
        return line.stale

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        since, tail = line.row.stale_since, forms.place(line.item.jurisdiction)
        if since is not None:
            age = forms.age(self.server_now(line.item.site) - since)
            tail = tr("stale {age}", age=age)
        small = theme.font("micro" if since else "body")
        room = QFontMetricsF(small).horizontalAdvance(tail) + 6
        said = _words(painter, box.adjusted(0, 0, -room, 0), line.site_name, cut=_END)
        wide = _width(painter, said)
        painter.setFont(small)
        painter.setPen(theme.color("text.low"))
        _words(painter, box.adjusted(wide + (8 if since else 4), 0, 0, 0), tail)


class WaitingCell(Cell):
    def told(self, line: Line) -> Hashable:
        return forms.waiting(line.item, self.server_now(line.item.site))

    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        _number(painter, box, line, forms.waiting(line.item, self.server_now(line.item.site)))


class PriorsCell(Cell):
    def draw(self, painter: QPainter, box: QRectF, line: Line) -> None:
        count = line.item.prior_count
        _number(painter, box, line, str(count) if count else forms.DASH)


def _number(painter: QPainter, box: QRectF, line: Line, text: str) -> None:
    """Right-aligned, quiet."""
    painter.setPen(theme.color("text.low" if line.blocked or line.stale else "text.mid"))
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


def cells(server_now: ServerNow) -> Mapping[Column, Cell]:
    """A painter for each column."""
    return {
        Column.STATE: StateCell(server_now),
        Column.TIME: TimeCell(server_now),
        Column.PRIORITY: PriorityCell(server_now),
        Column.PATIENT: PatientCell(server_now),
        Column.PROCEDURE: ProcedureCell(server_now),
        Column.SITE: SiteCell(server_now),
        Column.WAITING: WaitingCell(server_now),
        Column.IMAGES: ImagesCell(server_now),
        Column.PRIORS: PriorsCell(server_now),
        Column.FLAGS: FlagsCell(server_now),
        Column.STATUS: StatusCell(server_now),
    }
