"""The worklist: one queue over all sites."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer
from PySide6.QtGui import QCursor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QTableView, QVBoxLayout, QWidget

from workstation.domain.identifiers import AccessionNumber, SiteId, TaskRef
from workstation.domain.reader import Reader
from workstation.services.delivery import Deliveries
from workstation.services.list_views import ListColumn, ListOrder, ListView, ListViews
from workstation.services.ports import Clock
from workstation.services.worklist import Row, Worklist
from workstation.text import tr
from workstation.ui import plain, worklist_cells
from workstation.ui.worklist_bars import FilterBar, Footer, StatBanner
from workstation.ui.worklist_details import Details
from workstation.ui.worklist_lines import Counts, Filter, Line, ListId, counts, folded
from workstation.ui.worklist_lists import Lists
from workstation.ui.worklist_model import LINE, WIDTHS, Column, WorklistModel

#: Rows change places only after the reader has been still for this long.
STILL_S: Final = 2.0
#: Narrower than this, the details give their room to the table.
DETAILS_FROM: Final = 1400
_PROCEDURE_MIN: Final = 150
#: What goes first where the window is narrow.
_DISPENSABLE: Final = (Column.FLAGS, Column.WAITING, Column.PRIORS, Column.STATUS, Column.IMAGES)

#: The head of a column sorts by it.
_COLUMN_OF: Final = {
    ListOrder.URGENCY: Column.STATE,
    ListOrder.TIME: Column.TIME,
    ListOrder.PATIENT: Column.PATIENT,
    ListOrder.PROCEDURE: Column.PROCEDURE,
    ListOrder.SITE: Column.SITE,
    ListOrder.WAITING: Column.WAITING,
    ListOrder.IMAGES: Column.IMAGES,
    ListOrder.PRIORS: Column.PRIORS,
    ListOrder.STATUS: Column.STATUS,
}
_KEYS: Final[Mapping[ListOrder, Callable[[Line], Any]]] = {
    ListOrder.TIME: lambda line: line.item.due,
    ListOrder.PATIENT: lambda line: folded(line.item.patient.name),
    ListOrder.PROCEDURE: lambda line: folded(line.item.procedure),
    ListOrder.SITE: lambda line: (line.site_name, line.item.jurisdiction),
    ListOrder.WAITING: lambda line: line.item.listed,
    ListOrder.IMAGES: lambda line: line.item.images_received,
    ListOrder.PRIORS: lambda line: line.item.prior_count,
    ListOrder.STATUS: lambda line: line.status.words,
}
_PUT_AWAY: Final = {
    ListColumn.PRIORITY: Column.PRIORITY,
    ListColumn.SITE: Column.SITE,
    ListColumn.WAITING: Column.WAITING,
    ListColumn.IMAGES: Column.IMAGES,
    ListColumn.PRIORS: Column.PRIORS,
    ListColumn.FLAGS: Column.FLAGS,
    ListColumn.STATUS: Column.STATUS,
}

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
        self._lines: tuple[Line, ...] = ()
        self._filter = _filter_of(views.now)
        self._pending = self._touched = False
        self._told = counts((), self._filter)
        self._site_rows: Counter[str] = Counter()
        self._modalities: set[str] = set()
        self._added: tuple[Any, ...] = ()
        self._last_input = -STILL_S
        self.model = WorklistModel(worklist.server_now, worklist.weights)
        self.lists = Lists(self._choose_list, run)
        self.banner = StatBanner(self.show_stat)
        self.bar = FilterBar(views.look, run)
        self.footer = Footer()
        self.details = Details(run)
        self.table = self._made_table()
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
        line = self._selected_line()
        return line.row if line else None

    @property
    def hidden_rows(self) -> int:
        """How many rows of all there are the table does not show now."""
        return len(self._lines) - self.model.rowCount()

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
        self._select(min(max(0, now + step), self.model.rowCount() - 1))

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
        first = max(0, self.table.rowAt(0))
        last = self.table.rowAt(self.table.viewport().height() - 1)
        self.model.tick(first, last if last >= 0 else self.model.rowCount() - 1)
        line = self._selected_line()
        self.details.tick(self._now(line) if line else None)
        self._show_sites()
        if self._views.saved:
            self._show_saved()
        if self._pending and self._still():
            self._settle()

    # --- news -----------------------------------------------------------------

    def refresh(self) -> None:
        """Take in what the services know now."""
        self._lines = tuple(self._made_lines())
        self._told = counts(self._lines, self._filter)
        self._site_rows = Counter(line.key[0] for line in self._lines)
        if self._still() or not self.model.lines:
            self._settle()
        else:
            self._pending = self.model.update(self._ordered())
            self._show_counts()

    def _made_lines(self) -> list[Line]:
        """A line for each row; what did not change is the line it was."""
        sites = self._worklist.sites
        names = {site.id: site.name for site in sites}
        readers = {site.id: site.reader for site in sites}
        sent = {entry.accession: entry.state.value for entry in self._deliveries.entries}
        added = (names, readers, sent, self._aside())
        before = {id(line.row): line for line in self._lines} if added == self._added else {}
        self._added = added
        made = []
        for row in self._worklist.rows:
            line = before.get(id(row))
            if line is None:
                line = self._line(row, *added)
                self._modalities.add(line.item.modality)
            made.append(line)
        self.bar.offer(sorted(self._modalities), sorted(names.items(), key=lambda pair: pair[1]))
        return made

    def _line(
        self,
        row: Row,
        names: Mapping[SiteId, str],
        readers: Mapping[SiteId, Reader | None],
        sent: Mapping[AccessionNumber, str],
        aside: frozenset[TaskRef],
    ) -> Line:
        item = row.item
        reader = readers.get(item.site)
        return Line(
            row, names.get(item.site, item.site), reader.id if reader else "",
            item.key in aside, sent.get(item.accession, ""),
        )  # fmt: skip

    def _settle(self) -> None:
        """Every row to its place; the selection stays on its line, or on the nearest."""
        before = self.table.currentIndex().row()
        with self._kept_on_its_line():
            self.model.settle(self._ordered())
        self._pending = False
        if not self._touched:
            self._select(0)  # until the reader chooses, the most urgent is chosen
        elif self.model.lines and not self.table.selectionModel().hasSelection():
            self._select(min(max(0, before), len(self.model.lines) - 1))
        self._show_counts()

    @contextmanager
    def _kept_on_its_line(self) -> Iterator[None]:
        """A model that was set anew has forgotten which line was chosen, and how far down."""
        key = line.key if (line := self._selected_line()) is not None else None
        bar = self.table.verticalScrollBar()
        at = bar.value()
        yield
        if self.table.currentIndex().isValid() or key is None:
            return
        number = self.model.row_of(key)
        if number is not None:
            self._select(number)
            bar.setValue(at)

    def _still(self) -> bool:
        return self._clock.monotonic() - self._last_input >= STILL_S

    def _show_counts(self) -> None:
        told = self._told
        self.lists.show_counts(
            _how_many(self._lines),
            sum(entry.open or entry.state.value == "refused" for entry in self._deliveries.entries),
        )
        self.footer.show_counts(told)
        self.banner.show_lines(told.stat_outside, self._worklist.server_now)
        self._show_empty(told)
        self._show_sites()
        self._show_details()

    def _show_sites(self) -> None:
        rows, now = self._site_rows, self._worklist.server_now
        self.lists.show_sites([(s, now(s.id), rows[s.id]) for s in self._worklist.sites])
        self.footer.show_time(self._clock.now())

    def _show_empty(self, told: Counts) -> None:
        self._empty.setVisible(not told.shown)
        if told.hidden:
            text = tr("No case matches. {n} hidden by the filter.", n=told.hidden)
        elif any(site.reader is not None for site in self._worklist.sites):
            text = tr("No case for you. F5 asks again.")
        else:
            text = tr("You are not signed in. Sign in at the top right to see your list.")
        self._empty.setText(text)
        self._empty.adjustSize()

    def showEvent(self, event: QShowEvent) -> None:
        """The page comes to the front: what was left out while nobody saw it is made up for."""
        super().showEvent(event)
        self._show_details()

    def _show_details(self) -> None:
        if not self.isVisible():  # 15 ms, in the turn in which a case is opened
            return
        line = self._selected_line()
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
        self._filter = _filter_of(view)
        self._told = counts(self._lines, self._filter)
        self.bar.show_view(view)
        self.lists.choose(self._filter.list)
        self.model.sort_by(_COLUMN_OF.get(view.order), descending=view.descending)
        self._settle()
        self._show_saved()
        self._fit_columns()

    def _ordered(self) -> Sequence[Line]:
        """As the house orders them, or by the column the reader chose."""
        view = self._views.now
        if view.order is ListOrder.URGENCY:
            return self._told.lines
        return sorted(self._told.lines, key=_KEYS[view.order], reverse=view.descending)

    def _show_saved(self) -> None:
        views = self._views
        self.lists.show_saved([
            (name, len(counts(self._lines, _filter_of(view)).lines), view.asks_like(views.now))
            for name, view in sorted(views.saved.items())
        ])  # fmt: skip

    def _sort_by(self, section: int) -> None:
        order = next((o for o, column in _COLUMN_OF.items() if column == section), None)
        if order is not None:
            self._run(f"worklist.sort {order.value}")

    def _toggle(self, column: ListColumn, _title: str) -> None:
        self._run(f"worklist.column {column.value}")

    def _choose_columns(self) -> None:
        """Which columns are seen, from the head of the table."""
        menu = plain.menu(self)
        for each, column in _PUT_AWAY.items():
            shown = each not in self._views.now.hidden
            asked = partial(self._toggle, each)
            plain.checkable(menu, column.title, shown, asked)
        menu.popup(QCursor.pos())

    def _select(self, number: int) -> None:
        if 0 <= number < self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(number, Column.STATE))
            self.table.selectRow(number)

    def _selected_line(self) -> Line | None:
        index = self.table.currentIndex()
        line = index.data(LINE) if index.isValid() else None
        return line if isinstance(line, Line) else None

    # --- parts ----------------------------------------------------------------

    def _made_table(self) -> QTableView:
        table = QTableView()
        table.setAccessibleName(tr("Worklist"))
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setMouseTracking(True)
        rows, columns = table.verticalHeader(), table.horizontalHeader()
        rows.hide()
        rows.setDefaultSectionSize(worklist_cells.ROW)
        rows.setSectionResizeMode(rows.ResizeMode.Fixed)
        columns.setFixedHeight(28)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(True)
        columns.sectionClicked.connect(self._sort_by)
        columns.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        columns.customContextMenuRequested.connect(lambda _at: self._choose_columns())
        columns.setSectionResizeMode(columns.ResizeMode.Fixed)
        columns.setMinimumSectionSize(20)
        columns.setSectionResizeMode(Column.PROCEDURE, columns.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            table.setColumnWidth(column, width)
        worklist_cells.dress(table, self._worklist.server_now)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(lambda _at: self._run("app.context row"))
        table.doubleClicked.connect(lambda _index: self._run("case.open"))
        table.selectionModel().currentRowChanged.connect(self._row_changed)
        table.installEventFilter(self)
        table.viewport().installEventFilter(self)
        return table

    def _row_changed(self, _now: QModelIndex, _before: QModelIndex) -> None:
        self._show_details()

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
        """What the reader put away is away; what the window has no room for goes after it."""
        room = self.width() - self.lists.width() - 2
        room -= self.details.width() + 2 if self.width() >= DETAILS_FROM else 0
        away = {_PUT_AWAY[each] for each in self._views.now.hidden}
        wide = sum(width for column, width in WIDTHS.items() if column not in away)
        spare = room - wide - _PROCEDURE_MIN - 10
        for column in (*away, *(each for each in _DISPENSABLE if each not in away)):
            hide = column in away or spare < 0
            self.table.setColumnHidden(column, hide)
            spare += WIDTHS[column] if hide and column not in away else 0
        for column in _PUT_AWAY.values():
            if column not in away and column not in _DISPENSABLE:
                self.table.setColumnHidden(column, False)


def _filter_of(view: ListView) -> Filter:
    known = view.list if view.list in set(ListId) else ListId.QUEUE
    return Filter(ListId(known), view.text, view.modalities, view.sites)


def _how_many(lines: Sequence[Line]) -> dict[ListId, int]:
    """Of each list."""
    held = Counter(line.lists for line in lines)
    return {each: sum(n for lists, n in held.items() if each in lists) for each in ListId}
