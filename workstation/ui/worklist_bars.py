"""Above and below the table: what is asked for, what is hidden, what is urgent elsewhere."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QWidget

from workstation.domain.identifiers import SiteId
from workstation.services.queue.list_views import ListOrder, ListView
from workstation.text import tr, trn
from workstation.ui import icons, plain, theme
from workstation.ui import worklist_forms as forms
from workstation.ui.chips import key_width, paint_key, shown_key
from workstation.ui.worklist_forms import SlaKind
from workstation.ui.worklist_lines import Counts, Line


class Filtered(Protocol):
    """Told what the reader asks for, as far as it changed."""

    def __call__(
        self,
        *,
        text: str | None = None,
        modalities: frozenset[str] | None = None,
        sites: frozenset[str] | None = None,
    ) -> None: ...


class StatBanner(QWidget):
    """A STAT case that this list does not show. Its slot is reserved: nothing ever shifts."""

    def __init__(self, on_show: Callable[[], object]) -> None:
        super().__init__()
        self.setFixedHeight(40)
        self.setProperty("banner", "")
        self._icon = plain.mark("octagon-filled", "hue.act")
        self._title = plain.label(tone="hi", weight=600)
        self._what = plain.elided(tone="hi")
        self._left = plain.label(tone="act", weight=600, data=True)
        self._show = plain.button(tr("Show"), on_show)
        self._later = plain.button(tr("Later"), self._put_off, look="quiet")
        for each in (self._show, self._later):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # news takes no focus
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 12, 0)
        layout.setSpacing(8)
        for part in (self._icon, self._title, self._what, self._left):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self._show)
        layout.addWidget(self._later)
        self._lines: tuple[Line, ...] = ()
        self._waiting: frozenset[tuple[str, str]] = frozenset()
        self._fill(None)

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        self._show.set_key(keys.get("worklist.stat", ""))

    def show_lines(self, lines: Sequence[Line], server_now: Callable[[SiteId], datetime]) -> None:
        """The STAT cases that are not on the screen, most urgent first."""
        self._lines = tuple(lines)
        new = [line for line in lines if line.key not in self._waiting]
        first = new[0] if new else None
        if first is not None:
            n = len(new)
            self._title.setText(tr("{n} STAT outside this list", n=n))
            where = f"{first.site_name} {forms.place(first.item.jurisdiction)}"
            self._what.say(f"{first.item.procedure} · {where}")
            left = forms.sla(
                first.item, server_now(first.item.site), blocked=False, stale=first.stale
            )
            broken = left.kind is SlaKind.BREACH
            self._left.setText(left.text if broken else tr("{time} left", time=left.text))
        self._fill(first)

    def _fill(self, first: Line | None) -> None:
        for part in (self._icon, self._title, self._what, self._left, self._show, self._later):
            part.setVisible(first is not None)
        self.update()

    def _put_off(self) -> None:
        """These are known now; the next one will be said again."""
        self._waiting = frozenset(line.key for line in self._lines)
        self._fill(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._title.isVisibleTo(self):
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), theme.color("hue_ground.act"))
                painter.fillRect(QRectF(0, 0, 3, self.height()), theme.color("hue.act"))


class SearchField(QLineEdit):
    """The filter field, with its key inside while it is empty."""

    def __init__(self) -> None:
        super().__init__()
        self.setFont(theme.font())
        self.setPlaceholderText(tr("Name, ID, accession, any script"))
        self.setAccessibleName(tr("Search the list"))
        self.setFixedSize(QSize(300, 30))
        self.setTextMargins(22, 0, 20, 0)
        self._key = ""

    def show_key(self, key: str) -> None:
        self._key = shown_key(key)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            icons.paint(painter, "search", 9, (self.height() - 14) / 2, "text.low", 14)
            if self._key and not self.text() and not self.hasFocus():
                paint_key(painter, QPointF(self.width() - 8 - key_width(self._key), 6), self._key)


class FilterBar(QWidget):
    """Search, modality, site; at the right the order and the one thing to do: read next."""

    def __init__(self, filtered: Filtered, run: Callable[[str], None]) -> None:
        super().__init__()
        self.setFixedHeight(46)
        self._filtered = filtered
        self.search = SearchField()
        self.search.textChanged.connect(lambda text: filtered(text=text))
        self._modality = plain.button(tr("Modality"), self._open_modalities)
        self._site = plain.button(tr("Site"), self._open_sites)
        self._save = plain.button(tr("Save…"), lambda: run("worklist.save"), look="quiet")
        self.order = plain.label(tone="low", size="small")
        self.urgency = plain.button(tr("By urgency"), lambda: run("worklist.sort"))
        self.next = plain.button(tr("Read next"), lambda: run("case.next"), look="main")
        self._modalities: list[str] = []
        self._sites: list[tuple[SiteId, str]] = []
        self._chosen_modalities: frozenset[str] = frozenset()
        self._chosen_sites: frozenset[str] = frozenset()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 0, 12, 0)
        layout.setSpacing(8)
        for part in (self.search, self._modality, self._site, self._save):
            layout.addWidget(part)
        layout.addStretch(1)
        layout.addWidget(self.order)
        layout.addWidget(self.urgency)
        layout.addWidget(self.next)
        self.show_view(ListView())

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, as they are now."""
        self.search.show_key(keys.get("worklist.search", ""))
        self.next.set_key(keys.get("case.next", ""))

    def show_view(self, view: ListView) -> None:
        """What is asked for now, wherever it was asked."""
        if self.search.text() != view.text:
            self.search.setText(view.text)
        self._chosen_modalities, self._chosen_sites = view.modalities, view.sites
        self._save.setVisible(bool(view.text.strip() or view.modalities or view.sites))
        usual = view.order is ListOrder.URGENCY
        words = tr("Order: urgency")
        if not usual:
            words = tr("Order: {what}, not urgency", what=view.order.words)
        self.order.setText(words)
        plain.set_tone(self.order, "low" if usual else "open")
        self.urgency.setVisible(not usual)
        self._say()

    def offer(self, modalities: list[str], sites: list[tuple[SiteId, str]]) -> None:
        """What there is to choose from."""
        self._modalities, self._sites = modalities, sites

    def _say(self) -> None:
        some = " ".join(sorted(self._chosen_modalities))
        names = [name for site, name in self._sites if site in self._chosen_sites]
        self._modality.setText(tr("Modality {which}", which=some or tr("all")))
        self._site.setText(tr("Site {which}", which=", ".join(names) or tr("all")))

    def _open_modalities(self) -> None:
        menu = plain.menu(self)
        for each in self._modalities:
            plain.checkable(menu, each, each in self._chosen_modalities, self._toggle_modality)
        self._popup(menu, self._modality)

    def _open_sites(self) -> None:
        menu = plain.menu(self)
        for site, name in self._sites:
            chosen = site in self._chosen_sites
            plain.checkable(menu, name, chosen, partial(self._toggle_site, site))
        self._popup(menu, self._site)

    def _popup(self, menu: QMenu, button: QWidget) -> None:
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def _toggle_modality(self, name: str) -> None:
        self._filtered(modalities=self._chosen_modalities ^ {name})

    def _toggle_site(self, site: SiteId, _name: str) -> None:
        self._filtered(sites=self._chosen_sites ^ {site})


class Footer(QWidget):
    """Always there: what is shown, what is hidden, by which clock."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(32)
        plain.ground(self, "raised")
        self._shown = plain.label(tone="hi", size="small")
        self._mark = plain.mark("triangle-alert", "hue.open", 14)
        self._hidden = plain.label(tone="open", size="small")
        self._blocked = plain.label(tone="low", size="small")
        self._time = plain.label(tone="low", size="small")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 0, 16, 0)
        layout.setSpacing(6)
        layout.addWidget(self._shown)
        layout.addSpacing(12)
        layout.addWidget(self._mark)
        layout.addWidget(self._hidden)
        layout.addSpacing(12)
        layout.addWidget(self._blocked)
        layout.addStretch(1)
        layout.addWidget(self._time)

    def show_counts(self, told: Counts) -> None:
        self._shown.setText(tr("{n} shown of {total}", n=told.shown, total=told.total))
        text = tr("hidden by filter: {n}", n=told.hidden)
        if told.hidden_stat:
            text = tr("hidden by filter: {n} ({k} STAT)", n=told.hidden, k=told.hidden_stat)
        self._hidden.setText(text)
        plain.set_tone(self._hidden, "open" if told.hidden else "low")
        self._mark.setVisible(bool(told.hidden))
        blocked = trn(
            told.blocked,
            "{n} blocked for you is shown dimmed",
            "{n} blocked for you are shown dimmed",
        )
        self._blocked.setText(blocked if told.blocked else "")

    def show_time(self, now: datetime) -> None:
        self._time.setText(tr("Server time {time} UTC", time=f"{now:%H:%M:%S}"))
