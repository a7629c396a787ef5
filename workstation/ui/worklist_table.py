"""The table of the worklist: its columns, its order, the row the reader is on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from workstation.domain.folding import folded
from workstation.services.queue.list_views import ListColumn, ListOrder, ListViews
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.worklist_lines import Line
from workstation.ui.worklist_model import LINE, WIDTHS, Column, WorklistModel
from workstation.ui.worklist_rows import ROW, Look, Rows, places

_PROCEDURE_MIN: Final = 150
#: What goes first where the window is narrow.
_DISPENSABLE: Final = (Column.FLAGS, Column.WAITING, Column.PRIORS, Column.STATUS, Column.IMAGES)

#: The head of a column sorts by it.
COLUMN_OF: Final = {
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
SORT_KEYS: Final[Mapping[ListOrder, Callable[[Line], Any]]] = {
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


class WorklistTable(QTableView):
    """Rows to choose from; whatever acts is a command line."""

    def __init__(self, lines: WorklistModel, views: ListViews, run: Callable[[str], None]) -> None:
        super().__init__()
        self._lines, self._views, self._run = lines, views, run
        self.setAccessibleName(tr("Worklist"))
        self.setModel(lines)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self._set_heads()
        self._rows = Rows(lines.server_now)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda _at: run("app.context row"))
        self.doubleClicked.connect(lambda _index: run("case.open"))

    def _set_heads(self) -> None:
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setDefaultSectionSize(ROW)
        rows.setSectionResizeMode(rows.ResizeMode.Fixed)
        columns.setFixedHeight(28)
        columns.setHighlightSections(False)
        columns.setSectionsClickable(True)
        columns.sectionClicked.connect(self.sort_by)
        columns.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        columns.customContextMenuRequested.connect(lambda _at: self._choose_columns())
        columns.setSectionResizeMode(columns.ResizeMode.Fixed)
        columns.setMinimumSectionSize(20)
        columns.setSectionResizeMode(Column.PROCEDURE, columns.ResizeMode.Stretch)
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, width)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Each row as a picture: what its cells say is painted when that changes alone."""
        dirty, wide = event.rect(), self.viewport().width()
        seen = [
            (column, self.columnViewportPosition(column), self.columnWidth(column))
            for column in Column
        ]
        usual = Look(wide, places(seen))
        chosen = Look(wide, usual.places, chosen=True, focused=self.hasFocus())
        first, last = max(0, self.rowAt(dirty.top())), self.rowAt(dirty.bottom())
        last = last if last >= 0 else len(self._lines.lines) - 1
        with QPainter(self.viewport()) as painter:
            for number in range(first, last + 1):
                look = chosen if self.selectionModel().isRowSelected(number) else usual
                top = self.rowViewportPosition(number)
                self._rows.paint(painter, top, self._lines.lines[number], look, dirty)

    # --- the row the reader is on -----------------------------------------------

    @property
    def chosen(self) -> Line | None:
        index = self.currentIndex()
        line = index.data(LINE) if index.isValid() else None
        return line if isinstance(line, Line) else None

    def choose(self, number: int) -> None:
        """The reader is on this row now; nothing where there is none such."""
        if 0 <= number < self._lines.rowCount():
            self.setCurrentIndex(self._lines.index(number, Column.STATE))
            self.selectRow(number)

    @property
    def seen(self) -> tuple[int, int]:
        """The first and the last row on the screen."""
        first, last = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        return max(0, first), last if last >= 0 else self._lines.rowCount() - 1

    @contextmanager
    def kept_on_its_line(self) -> Iterator[None]:
        """A model that was set anew has forgotten which line was chosen, and how far down."""
        key = line.key if (line := self.chosen) is not None else None
        bar = self.verticalScrollBar()
        at = bar.value()
        yield
        if self.currentIndex().isValid() or key is None:
            return
        number = self._lines.row_of(key)
        if number is not None:
            self.choose(number)
            bar.setValue(at)

    # --- columns ------------------------------------------------------------------

    def sort_by(self, section: int) -> None:
        """The head of a column was pressed."""
        order = next((o for o, column in COLUMN_OF.items() if column == section), None)
        if order is not None:
            self._run(f"worklist.sort {order.value}")

    def _toggle(self, column: ListColumn, _title: str) -> None:
        self._run(f"worklist.column {column.value}")

    def _choose_columns(self) -> None:
        """Which columns are seen, from the head of the table."""
        menu = plain.menu(self)
        for each, column in _PUT_AWAY.items():
            shown = each not in self._views.now.hidden
            plain.checkable(menu, column.title, shown, partial(self._toggle, each))
        menu.popup(QCursor.pos())

    def fit_columns(self, room: int) -> None:
        """What the reader put away is away; what the window has no room for goes after it."""
        away = {_PUT_AWAY[each] for each in self._views.now.hidden}
        wide = sum(width for column, width in WIDTHS.items() if column not in away)
        spare = room - wide - _PROCEDURE_MIN - 10
        for column in (*away, *(each for each in _DISPENSABLE if each not in away)):
            hide = column in away or spare < 0
            self.setColumnHidden(column, hide)
            spare += WIDTHS[column] if hide and column not in away else 0
        for column in _PUT_AWAY.values():
            if column not in away and column not in _DISPENSABLE:
                self.setColumnHidden(column, False)
