"""The left edge of the worklist: lists, reports, sites."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workstation.services.lines import quoted
from workstation.services.queue.worklist import SiteStatus
from workstation.services.reading.shift import PROMISED_S
from workstation.text import tr, trn
from workstation.ui import icons, plain, theme
from workstation.ui import worklist_forms as forms
from workstation.ui.shift_block import ShiftBlock
from workstation.ui.worklist_lines import ListId

WIDTH = 232

_ICONS = {
    ListId.QUEUE: ("list", "text.mid"),
    ListId.STAT: ("octagon", "hue.act"),
    ListId.PRELIMINARY: ("half", "text.mid"),
    ListId.FILMS: ("grid", "text.mid"),
    ListId.ASIDE: ("pause", "text.mid"),
    ListId.BLOCKED: ("lock", "text.mid"),
    ListId.DONE: ("check", "text.mid"),
}
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


#: Reasons in the tooltip of a site.
_TOLD = 4


class Entry(QPushButton):
    """One list: icon, name, how many."""

    def __init__(self, icon: str, tone: str, name: str, on_click: Callable[[], object]) -> None:
        super().__init__(name)
        self._icon, self._tone, self._count = icon, tone, 0
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda _checked=False: on_click())

    def show_count(self, count: int, tone: str = "") -> None:
        self._tone = tone or self._tone
        if count != self._count:
            self._count = count
            self.setAccessibleDescription(str(count))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(self.rect())
            if self.isChecked():
                painter.fillRect(box, theme.color("bg.select"))
                painter.fillRect(QRectF(0, 0, 2, box.height()), theme.color("hue.here"))
            elif self.underMouse():
                painter.fillRect(box, theme.color("bg.hover"))
            icons.paint(painter, self._icon, 12, (box.height() - 16) / 2, self._tone)
            painter.setFont(theme.font(weight=500 if self.isChecked() else 400))
            painter.setPen(theme.color("text.hi" if self.isChecked() else "text.mid"))
            painter.drawText(box.adjusted(34, 0, -40, 0), _LEFT, self.text())
            painter.setPen(theme.color("text.hi" if self.isChecked() else "text.low"))
            painter.drawText(box.adjusted(0, 0, -12, 0), _RIGHT, str(self._count))


class SiteCard(QWidget):
    """A site: its own time, how old its last answer is, and whether it is stale."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(43)
        self.setProperty(plain.DATA, True)
        self._name = self._time = self._line = ""
        self._state, self._late = "ok", False

    def show_site(
        self, site: SiteStatus, now: datetime, rows: int, arrival_s: float | None
    ) -> None:
        """`now` is the site's clock; `arrival_s` from the scan to the list, of its last cases."""
        local = now.astimezone(ZoneInfo(site.timezone))
        self._name, self._time = site.name, f"{local:%H:%M} {local.tzname() or ''}"
        self._state, self._line = site.state, _site_line(site, now, rows)
        if site.not_taken:
            count = len(site.not_taken)
            missed = trn(count, "{n} message not taken", "{n} messages not taken")
            self._line = f"{missed} · {self._line}"
        if site.on_second:
            self._line = tr("second line · {rest}", rest=self._line)
        late = arrival_s is not None and arrival_s > PROMISED_S and site.state == "ok"
        self._late = late or bool(site.not_taken) or site.on_second
        if arrival_s is not None and site.state == "ok" and not site.problems:
            took = forms.duration(timedelta(seconds=round(arrival_s)))
            self._line += tr(" · scan to list {time}", time=took)
        self.setAccessibleName(f"{site.name}, {self._time}, {self._line}")
        told = [site.message or self._line, *dict.fromkeys(reversed(site.not_taken))]
        self.setToolTip(plain.tooltip_text(" · ".join(told[:_TOLD])))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            stale = self._state in ("stale", "signed-out")
            if stale:
                painter.fillRect(self.rect(), theme.hatch(self.devicePixelRatioF()))
            painter.setFont(theme.font(weight=600))
            painter.setPen(theme.color("text.mid" if stale else "text.hi"))
            metrics = QFontMetricsF(painter.font())
            room = self.width() - 12 - 30 - 66
            name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(12, 4, room + 8, 18), _LEFT, name)
            painter.setFont(theme.font("small"))
            painter.setPen(theme.color("text.low"))
            left = 12 + metrics.horizontalAdvance(name) + 8
            painter.drawText(QRectF(left, 4, 80, 18), _LEFT, self._time)
            painter.setFont(theme.font("micro"))
            painter.setPen(theme.color("hue.open" if self._late else "text.low"))
            metrics = QFontMetricsF(painter.font())
            line = metrics.elidedText(self._line, Qt.TextElideMode.ElideRight, self.width() - 24)
            painter.drawText(QRectF(12, 22, self.width() - 20, 16), _LEFT, line)
            if stale:
                icons.paint(painter, "barred", self.width() - 26, 6, "hue.none", 14)
            else:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.color("hue.done" if self._state == "ok" else "hue.none"))
                painter.drawEllipse(QRectF(self.width() - 22, 10, 6, 6))


def _site_line(site: SiteStatus, now: datetime, rows: int) -> str:
    if site.state == "signed-out":
        return site.message or tr("signed out")
    if site.state == "signing-in":
        return tr("signing in")
    if site.last_answer is None:
        return tr("no answer yet")
    old = forms.age(now - site.last_answer)
    if site.state == "stale":
        return trn(
            rows,
            "no answer for {age} · {n} row kept",
            "no answer for {age} · {n} rows kept",
            age=old,
        )
    if site.problems:
        return tr(
            "list {age} old · {n} rows, {k} cannot be read", age=old, n=rows, k=len(site.problems)
        )
    return trn(rows, "list {age} old · {n} row", "list {age} old · {n} rows", age=old)


class Lists(QWidget):
    """Chosen list in, counts out."""

    def __init__(self, on_list: Callable[[ListId], object], run: Callable[[str], None]) -> None:
        super().__init__()
        plain.ground(self, "panel")
        self.setFixedWidth(WIDTH)
        self._entries = {
            each: Entry(*_ICONS[each], each.label, self._chooser(each, on_list)) for each in ListId
        }
        self._outbox = Entry(
            "send", "text.mid", tr("Sent, not accepted"), lambda: self._show_outbox(run)
        )
        self._sites = QVBoxLayout()
        self._sites.setSpacing(0)
        self._cards: list[SiteCard] = []
        self._run = run
        self._saved: dict[str, Entry] = {}
        self._saved_head = _heading(tr("Saved filters"), above=16)
        self._saved_head.hide()
        self._saved_box = QVBoxLayout()
        self._saved_box.setSpacing(0)
        self.shift = ShiftBlock(run)
        self._build()
        self.choose(ListId.QUEUE)

    def _chooser(self, chosen: ListId, on_list: Callable[[ListId], object]) -> Callable[[], None]:
        def choose() -> None:
            self.choose(chosen)
            on_list(chosen)

        return choose

    def _show_outbox(self, run: Callable[[str], None]) -> None:
        self._outbox.setChecked(False)
        run("app.show outbox")

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(_heading(tr("Lists")))
        for each in ListId:
            if each is not ListId.DONE:
                layout.addWidget(self._entries[each])
        layout.addWidget(self._saved_head)
        layout.addLayout(self._saved_box)
        layout.addSpacing(12)
        layout.addWidget(_heading(tr("Reports")))
        layout.addWidget(self._outbox)
        layout.addWidget(self._entries[ListId.DONE])
        layout.addSpacing(12)
        layout.addWidget(_heading(tr("Sites")))
        layout.addLayout(self._sites)
        layout.addStretch(1)
        layout.addWidget(self.shift)

    def show_saved(self, saved: Sequence[tuple[str, int, bool]]) -> None:
        """The reader's own filters: name, how many rows, and whether it is the one that is on."""
        names = [name for name, _, _ in saved]
        if names != list(self._saved):
            self._clear_saved()
            for name in names:
                line = f"worklist.filter {quoted(name)}"
                entry = Entry("list", "text.mid", name, partial(self._run, line))
                entry.setProperty(plain.DATA, True)
                self._saved[name] = entry
                self._saved_box.addWidget(entry)
        self._saved_head.setVisible(bool(saved))
        for name, count, chosen in saved:
            self._saved[name].show_count(count)
            self._saved[name].setChecked(chosen)

    def _clear_saved(self) -> None:
        for entry in self._saved.values():
            entry.hide()
            entry.deleteLater()
        self._saved.clear()

    def choose(self, chosen: ListId) -> None:
        """Mark a list as the one that is shown."""
        for each, entry in self._entries.items():
            entry.setChecked(each is chosen)

    def show_counts(self, counts: Mapping[ListId, int], waiting: int) -> None:
        for each, count in counts.items():
            self._entries[each].show_count(count)
        self._outbox.show_count(waiting, "hue.open" if waiting else "text.mid")

    def show_sites(self, sites: Sequence[tuple[SiteStatus, datetime, int, float | None]]) -> None:
        """Each site with its clock, how many rows it has, and how fast its cases come."""
        while len(self._cards) < len(sites):
            card = SiteCard()
            self._cards.append(card)
            self._sites.addWidget(card)
        for card, (site, now, rows, arrival_s) in zip(self._cards, sites, strict=False):
            card.show_site(site, now, rows, arrival_s)


def _heading(text: str, above: int = 4) -> QWidget:
    made = plain.label(text, tone="low", size="small", weight=600)
    made.setContentsMargins(12, above, 0, 4)
    return made
