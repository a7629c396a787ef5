"""The worklist: one queue over all sites."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from workstation.domain.identifiers import TaskRef
from workstation.services.delivery.delivery import Deliveries
from workstation.services.ports.clock import Clock
from workstation.services.queue.list_views import ListOrder, ListViews
from workstation.services.queue.worklist import Row, Worklist
from workstation.text import tr
from workstation.ui import plain
from workstation.ui import worklist_forms as forms
from workstation.ui.chips import shown_key
from workstation.ui.worklist_bars import FilterBar, Footer, StatBanner
from workstation.ui.worklist_details import Details
from workstation.ui.worklist_index import LineIndex
from workstation.ui.worklist_lines import Added, Filter, Line, ListId
from workstation.ui.worklist_lists import Lists
from workstation.ui.worklist_model import WorklistModel
from workstation.ui.worklist_table import COLUMN_OF, SORT_KEYS, WorklistTable
from workstation.ui.worklist_telling import ListTelling

#: Rows change places only after the reader has been still for this long.
STILL_S: Final = 2.0
#: Narrower than this, the details give their room to the table.
DETAILS_FROM: Final = 1400

_INPUT = {
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.Wheel,
    QEvent.Type.KeyPress,
}


class WorklistPane(QWidget):
    """Shows what `worklist` knows; acts by command lines alone.

    `aside` names the tasks the reader has put aside.
    """

    def __init__(
        self,
        worklist: Worklist,
        deliveries: Deliveries,
        views: ListViews,
        run: Callable[[str], None],
        clock: Clock,
        aside: Callable[[], frozenset[TaskRef]] = frozenset,
    ) -> None:
        super().__init__()
        plain.ground(self, "app")
        self.setProperty("scope", "worklist")
        self.setAccessibleName(tr("Worklist"))
        self._worklist, self._deliveries, self._views = worklist, deliveries, views
        self._run, self._clock, self._aside = run, clock, aside
        self._index = LineIndex()
        self._index.ask(Filter.of(views.now))
        self._pending = self._touched = False
        self._added = Added({}, {}, {}, frozenset())
        self._silent, self._again = frozenset[str](), ""
        self._last_input = -STILL_S
        self.model = WorklistModel(worklist.server_now, worklist.weights)
        self.lists = Lists(self._choose_list, run)
        self.banner = StatBanner(self.show_stat)
        self.bar = FilterBar(views.look, run)
        self.footer = Footer()
        self._telling = ListTelling(
            self._index, worklist, deliveries, views, clock, self.lists, self.banner, self.footer
        )
        self.details = Details(run, worklist.weights)
        self.table = WorklistTable(self.model, views, run)
        self._watch_table()
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.tick)
        self._disconnect = (
            worklist.changed.connect(lambda _: self.refresh()),
            deliveries.changed.connect(lambda _: self.refresh()),
            views.changed.connect(lambda _: self._look_anew()),
        )
        self.refresh()

    # --- for the windows ------------------------------------------------------

    @property
    def selected(self) -> Row | None:
        """The row the reader is on."""
        line = self.table.chosen
        return line.row if line else None

    @property
    def hidden_rows(self) -> int:
        """How many rows of all there are the table does not show now."""
        return len(self._index.ordered) - self.model.rowCount()

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Keys by command line, beside what they do."""
        self.banner.show_keys(keys)
        self.bar.show_keys(keys)
        self.details.show_keys(keys)
        self._again = shown_key(keys.get("app.refresh", ""))
        self._show_counts()

    def focus_search(self) -> None:
        self.bar.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.search.selectAll()

    def focus_table(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def back(self) -> bool:
        """Escape: empty the search, else leave it. False where there is nothing to leave."""
        if self.bar.search.text():
            self.bar.search.clear()
        elif not self.bar.search.hasFocus():
            return False
        self.focus_table()
        return True

    def move_selection(self, step: int) -> None:
        """Up and down from wherever the focus is."""
        self._touched = True
        now = self.table.currentIndex().row()
        self.table.choose(min(max(0, now + step), self.model.rowCount() - 1))

    def start(self) -> None:
        """Let the clocks run."""
        self._timer.start()

    def stop(self) -> None:
        """Clocks stand, and news is no longer taken."""
        self._timer.stop()
        for disconnect in self._disconnect:
            disconnect()

    def tick(self) -> None:
        """Once a second: every clock in one go, and rows that may now change places."""
        self.model.tick(*self.table.seen)
        line = self.table.chosen
        self.details.tick(self._now(line) if line else None)
        self._telling.sites()
        if self._views.saved:
            self._telling.saved()
        if self._pending and self._still():
            self._settle()

    # --- news -----------------------------------------------------------------

    def refresh(self) -> None:
        """Take in what the services know now: lines are made of the rows that changed alone."""
        index, before = self._index, self._added
        self._added = self._added_now()
        again = self._added.since(before, index.ordered)
        index.take(self._worklist.rows, self._added.line, again)
        self._show_silence()
        names = sorted(self._added.names.items(), key=lambda pair: pair[1])
        self.bar.offer(sorted(each for each, n in index.modalities.items() if n), names)
        if self._still() or not self.model.lines:
            self._settle()
        else:
            self._pending = self.model.update(self._ordered())
            self._show_counts()

    def _show_silence(self) -> None:
        """A site fell silent, or answers again: its rows look otherwise, and are the same."""
        silent = frozenset(
            s.id for s in self._worklist.sites if s.state not in ("ok", "signing-in")
        )
        if silent != self._silent:
            self._silent = silent
            self.table.viewport().update()

    def _added_now(self) -> Added:
        sites = self._worklist.sites
        return Added(
            {site.id: site.name for site in sites},
            {site.id: site.reader.id for site in sites if site.reader is not None},
            {
                TaskRef(entry.site, entry.task): forms.delivered(entry)
                for entry in self._deliveries.entries
            },
            self._aside(),
        )

    def _settle(self) -> None:
        """Every row to its place; the selection stays on its line, or on the nearest."""
        before = self.table.currentIndex().row()
        with self.table.kept_on_its_line():
            self.model.settle(self._ordered())
        self._pending = False
        if not self._touched:
            self.table.choose(0)  # until the reader chooses, the most urgent is chosen
        elif self.model.lines and not self.table.selectionModel().hasSelection():
            self.table.choose(min(max(0, before), len(self.model.lines) - 1))
        self._show_counts()

    def _still(self) -> bool:
        return self._clock.monotonic() - self._last_input >= STILL_S

    def _show_counts(self) -> None:
        self._telling.counts()
        # the one thing to do is to sign in, where nobody has
        self.bar.next.setEnabled(any(site.reader for site in self._worklist.sites))
        why = self._telling.why_empty(self._index.told, self._again)
        self._empty.setVisible(bool(why))
        self._empty.setText(why)
        self._empty.adjustSize()
        self._show_details()

    def showEvent(self, event: QShowEvent) -> None:
        """The page comes to the front: what was left out while nobody saw it is made up for."""
        super().showEvent(event)
        self._show_details()

    def _show_details(self) -> None:
        if not self.isVisible():  # 15 ms, in the turn in which a case is opened
            return
        line = self.table.chosen
        if line is None:
            self.details.show_line(None, None, "UTC")
            return
        zones = {site.id: site.timezone for site in self._worklist.sites}
        zone = zones.get(line.item.site, "UTC")
        self.details.show_line(line, self._now(line), zone)

    def _now(self, line: Line) -> datetime:
        return self._worklist.server_now(line.item.site)

    # --- what the reader asks -------------------------------------------------

    def _choose_list(self, chosen: ListId) -> None:
        self._views.look(list=chosen.value)

    def show_stat(self) -> None:
        """The banner's button: the list of all STAT cases, without any filter."""
        self._views.look(list=ListId.STAT.value, text="", modalities=frozenset(), sites=frozenset())
        self.focus_table()

    def _look_anew(self) -> None:
        """The reader asks for something else: other rows, another order, other columns."""
        view = self._views.now
        chosen = Filter.of(view)
        self._index.ask(chosen)
        self._index.save({name: Filter.of(each) for name, each in self._views.saved.items()})
        self.bar.show_view(view)
        self.lists.choose(chosen.list)
        self.model.sort_by(COLUMN_OF.get(view.order), descending=view.descending)
        self._settle()
        self._telling.saved()
        self._fit_columns()

    def _ordered(self) -> Sequence[Line]:
        """As the house orders them, or by the column the reader chose."""
        view = self._views.now
        if view.order is ListOrder.URGENCY:
            return self._index.told.lines
        key = SORT_KEYS[view.order]
        return sorted(self._index.told.lines, key=key, reverse=view.descending)

    # --- parts ----------------------------------------------------------------

    def _watch_table(self) -> None:
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._show_details())
        self.table.installEventFilter(self)
        self.table.viewport().installEventFilter(self)

    def _lay_out(self) -> None:
        self._empty = plain.label(tone="mid")
        self._empty.setParent(self.table.viewport())  # nothing moves when rows come
        self._empty.move(16, 16)
        self._empty.hide()
        middle = plain.ground(QWidget(), "panel")
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        for part in (self.banner, self.bar, plain.rule(), self.table):
            inside.addWidget(part, 1 if part is self.table else 0)
        inside.addWidget(self.footer)
        beside = QHBoxLayout(self)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(2)
        beside.addWidget(self.lists)
        beside.addWidget(middle, 1)
        beside.addWidget(self.details)
        self.details.hide()  # until the window is known to be wide enough

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _INPUT:
            self._last_input = self._clock.monotonic()
            self._touched = True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.details.setVisible(self.width() >= DETAILS_FROM)
        self._fit_columns()

    def _fit_columns(self) -> None:
        room = self.width() - self.lists.width() - 2
        room -= self.details.width() + 2 if self.width() >= DETAILS_FROM else 0
        self.table.fit_columns(room)
