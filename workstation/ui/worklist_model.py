"""The rows of the table, in an order that does not jump under the pointer."""

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime
from enum import IntEnum
from operator import is_not
from typing import Any, Final

from attrs import frozen
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from workstation.domain.identifiers import SiteId
from workstation.services.queue.urgency import NO_WEIGHTS, Weights, urgency
from workstation.text import tr
from workstation.ui import worklist_forms as forms
from workstation.ui.plain import tooltip_text
from workstation.ui.worklist_lines import Line

Index = QModelIndex | QPersistentModelIndex
ServerNow = Callable[[SiteId], datetime]

#: The line itself, for delegates.
LINE: Final = int(Qt.ItemDataRole.UserRole)


class Column(IntEnum):
    STATE = 0
    TIME = 1
    PRIORITY = 2
    PATIENT = 3
    PROCEDURE = 4
    SITE = 5
    WAITING = 6
    IMAGES = 7
    PRIORS = 8
    FLAGS = 9
    STATUS = 10

    @property
    def title(self) -> str:
        return {
            Column.TIME: tr("Time left, due"),
            Column.PRIORITY: tr("Priority"),
            Column.PATIENT: tr("Patient"),
            Column.PROCEDURE: tr("Procedure"),
            Column.SITE: tr("Site"),
            Column.WAITING: tr("Waiting"),
            Column.IMAGES: tr("Images"),
            Column.PRIORS: tr("Priors"),
            Column.FLAGS: tr("Flags"),
            Column.STATUS: tr("Status"),
        }.get(self, "")


#: More rows than this come and go by setting everything anew.
_FEW: Final = 40
#: Widths of the design guide; the procedure takes the rest.
WIDTHS: Final = {
    Column.STATE: 30,
    Column.TIME: 98,
    Column.PRIORITY: 70,
    Column.PATIENT: 226,
    Column.SITE: 168,
    Column.WAITING: 66,
    Column.IMAGES: 104,
    Column.PRIORS: 52,
    Column.FLAGS: 82,
    Column.STATUS: 146,
}
RIGHT: Final = frozenset({Column.WAITING, Column.IMAGES, Column.PRIORS})


class WorklistModel(QAbstractTableModel):
    """Lines in table form. `server_now` gives the clock of a site, `weights` the house's order."""

    def __init__(self, server_now: ServerNow, weights: Weights = NO_WEIGHTS) -> None:
        super().__init__()
        self.server_now = server_now
        self._weights = weights
        self.lines: list[Line] = []
        self._sorted: tuple[Column, bool] | None = None

    # --- what Qt asks ---------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            title = Column(section).title
            if self._sorted is not None and self._sorted[0] == section:
                return f"{title} {'▾' if self._sorted[1] else '▴'}".strip()
            return title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in RIGHT else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.lines):
            return None
        line = self.lines[index.row()]
        if role == LINE:
            return line
        column = Column(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._words(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip_text(self._words(line, column))
        return None

    def _text(self, line: Line, column: Column) -> str:
        item, now = line.item, self.server_now(line.item.site)
        match column:
            case Column.STATE | Column.STATUS:
                return line.status.words
            case Column.TIME:
                sla = line.sla(now)
                return f"{sla.text} {sla.tier}".strip()
            case Column.PRIORITY:
                return forms.priority(item.priority)
            case Column.PATIENT:
                return f"{item.patient.name}  {forms.sex_and_age(item.patient, now.date())}"
            case Column.PROCEDURE:
                return item.procedure
            case Column.SITE:
                return f"{line.site_name} {forms.place(item.jurisdiction)}"
            case Column.WAITING:
                return forms.waiting(item, now)
            case Column.IMAGES:
                return forms.images(item)[0]
            case Column.PRIORS:
                return str(item.prior_count) if item.prior_count else forms.DASH
            case Column.FLAGS:
                return ""

    def _words(self, line: Line, column: Column) -> str:
        """The cell in whole words: for the tooltip and the screen reader."""
        item, now = line.item, self.server_now(line.item.site)
        match column:
            case Column.TIME:
                why = urgency(item, now, self._weights).words
                return tr(
                    "{left}. Place in the queue: {why}", left=forms.sla_words(item, now), why=why
                )
            case Column.STATUS | Column.STATE if line.blocked:
                return line.row.verdict.reason
            case Column.SITE if line.row.stale_since is not None:
                old = forms.age(now - line.row.stale_since)
                return tr("{site}: no answer for {age}", site=line.site_name, age=old)
            case Column.IMAGES if forms.images(item)[1] is not None:
                return tr(
                    "{n} of {total} images received",
                    n=item.images_received,
                    total=item.images_expected,
                )
            case Column.PRIORS:
                return tr("{n} prior studies", n=item.prior_count)
        return self._text(line, column)

    # --- what the pane does ---------------------------------------------------

    def sort_by(self, column: Column | None, *, descending: bool) -> None:
        """What the heads of the columns say of the order; the order itself comes with the lines."""
        usual = column in (None, Column.STATE)
        self._sorted = None if usual or column is None else (column, descending)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)

    def row_of(self, key: tuple[str, str]) -> int | None:
        return next((n for n, line in enumerate(self.lines) if line.key == key), None)

    def settle(self, wanted: Sequence[Line]) -> None:
        """Show exactly these lines in exactly this order.

        Few changes are made one by one, and the selection stays on its line; for many
        (another filter) everything is set anew, which costs the same for ten rows and for
        ten thousand.
        """
        news = _News.between(self.lines, wanted)
        if len(news.gone) + len(news.new) > _FEW:
            self.beginResetModel()
            self.lines = list(wanted)
            self.endResetModel()
            return
        for number in self._numbers(news.gone)[::-1]:
            self.beginRemoveRows(QModelIndex(), number, number)
            del self.lines[number]
            self.endRemoveRows()
        self._append(news.new)
        self._arrange(wanted)

    def update(self, wanted: Sequence[Line]) -> bool:
        """Renew what the rows say, in place: no row moves, none goes, new ones come last.

        Returns whether the order now differs from the wanted one, for `settle` later.
        """
        news = _News.between(self.lines, wanted)
        for number in self._numbers(news.renewed.keys()):
            self._renew(number, news.renewed[id(self.lines[number])])
        self._append(news.new)
        return len(self.lines) != len(wanted) or any(map(is_not, self.lines, wanted))

    def tick(self, first: int, last: int) -> None:
        """A second has passed: the clocks of these rows, and nothing else."""
        if self.lines:
            last = min(last, len(self.lines) - 1)
            self.dataChanged.emit(self.index(first, Column.TIME), self.index(last, Column.TIME))

    def _numbers(self, sought: Set[int]) -> list[int]:
        """Where these lines stand."""
        if not sought:
            return []
        return [number for number, line in enumerate(self.lines) if id(line) in sought]

    def _append(self, lines: Sequence[Line]) -> None:
        """What is new, behind what is there."""
        if lines:
            at = len(self.lines)
            self.beginInsertRows(QModelIndex(), at, at + len(lines) - 1)
            self.lines.extend(lines)
            self.endInsertRows()

    def _arrange(self, wanted: Sequence[Line]) -> None:
        """The same rows in the wanted order, saying what is wanted."""
        pairs = enumerate(zip(self.lines, wanted, strict=True))
        changed = [n for n, (here, there) in pairs if here is not there]
        if all(self.lines[n].key == wanted[n].key for n in changed):
            for number in changed:
                self._renew(number, wanted[number])
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        places = {row: _place(wanted, self.lines[row]) for row in {index.row() for index in before}}
        self.lines = list(wanted)
        after = [self.index(places[index.row()], index.column()) for index in before]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _renew(self, number: int, line: Line) -> None:
        if line is not self.lines[number] and line != self.lines[number]:
            self.lines[number] = line
            self.dataChanged.emit(self.index(number, 0), self.index(number, Column.STATUS))


@frozen
class _News:
    """What differs between two lists of lines, by the identity of those that are shown."""

    gone: frozenset[int]
    renewed: Mapping[int, Line]  # a line that says something else now
    new: Sequence[Line]

    @classmethod
    def between(cls, shown: Sequence[Line], wanted: Sequence[Line]) -> "_News":
        # Ten thousand lines are compared in C; what differs alone is looked at.
        here = dict(zip(map(id, shown), shown, strict=True))
        there = dict(zip(map(id, wanted), wanted, strict=True))
        came = {there[number].key: number for number in there.keys() - here.keys()}
        left = here.keys() - there.keys()
        renewed = {
            number: there[came.pop(here[number].key)] for number in left if here[number].key in came
        }
        new = frozenset(came.values())
        in_order = [line for line in wanted if id(line) in new] if new else ()
        return cls(frozenset(left - renewed.keys()), renewed, in_order)


def _place(lines: Sequence[Line], sought: Line) -> int:
    return next(number for number, line in enumerate(lines) if line.key == sought.key)
