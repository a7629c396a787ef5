"""The table of lesions below the images: walked by the arrows, each brings its images.

It acts by command lines alone. Spheres in a PET and segments of the reader's own are its rows.
"""

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workstation.commands.bindings import Scope
from workstation.services.viewer.lesions import Lesion, Lesions
from workstation.text import tr, trn
from workstation.ui import plain
from workstation.ui.list_table import list_table

Index = QModelIndex | QPersistentModelIndex

_ROW: Final = 26
_MOST_ROWS: Final = 6
_NAME, _WIDE = 200, 96
_FIGURES: Final = range(2, 8)  # columns
_RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def _figure(value: float | None) -> str:
    """What is not defined, or not worked out yet, is no number."""
    return "–" if value is None else f"{value:.1f}".replace("-", "−")


def cells(row: Lesion) -> tuple[str, ...]:
    """In the order of the columns."""
    name = f"{row.id}  {row.mark.text}".rstrip()
    place = tr("{series}, image {n}", series=row.mark.series_label, n=row.mark.image_number)
    figures = (row.most, row.peak, row.mean, row.volume_ml, row.tlg, row.long_mm)
    unit = row.unit if row.most is not None else ""
    return (name, unit, *map(_figure, figures), place)


class Rows(QAbstractTableModel):
    """What the table says, for the view and for screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Lesion, ...] = ()
        self._columns = (
            tr("Lesion"), tr("Values in"), tr("max"), tr("peak"), tr("mean"), tr("ml"), tr("TLG"),
            tr("longest mm"), tr("Where"),
        )  # fmt: skip

    def show(self, rows: tuple[Lesion, ...]) -> None:
        if rows == self.rows:
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _FIGURES:
            return _RIGHT
        return self._columns[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        said = cells(self.rows[index.row()])
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return said[index.column()]
            case Qt.ItemDataRole.AccessibleTextRole:
                named = zip(self._columns, said, strict=True)
                return ", ".join(f"{name} {value}" for name, value in named if value)
            case Qt.ItemDataRole.TextAlignmentRole if index.column() in _FIGURES:
                return _RIGHT
        return None


class LesionTable(QWidget):
    """Folded away until it is asked for. GUI thread."""

    def __init__(
        self, lesions: Lesions, run: Callable[[str], None], leave: Callable[[], None]
    ) -> None:
        super().__init__()
        self._lesions, self._run, self._leave = lesions, run, leave
        self._following = False
        plain.ground(self, "panel")
        self.setProperty("scope", Scope.ALWAYS.value)  # its arrows are its own
        self.model = Rows()
        wide = (_NAME, *(_WIDE for _ in range(1, self.model.columnCount())))
        self.table = list_table(self.model, tr("Lesions"), _ROW, wide)
        self._listen()
        title = plain.label(tr("Lesions"), tone="low", size="small", weight=600)
        self._count = plain.label(tone="low", size="small")
        none = plain.label(
            tr("No lesion has a volume yet: make a region a sphere, or draw a segment."),
            tone="low", size="small", wrap=True,
        )  # fmt: skip
        head = plain.row(
            title, self._count, 0,
            plain.button(tr("Into the report"), lambda: run("lesions.report")),
            plain.button(tr("Cite"), self._cite, key="Enter"),
            plain.button(tr("Close"), lambda: run("lesions.table")),
            margins=(14, 6, 12, 4), spacing=8,
        )  # fmt: skip
        self._nothing = plain.column(none, margins=(14, 4, 12, 10))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (head, self._nothing, self.table):
            layout.addWidget(part)
        lesions.changed.connect(lambda _: self._follow())
        self.hide()

    def _listen(self) -> None:
        table = self.table
        table.selectionModel().currentRowChanged.connect(lambda now, _: self._go(now))
        table.activated.connect(lambda _: self._cite())

    def _go(self, now: Index) -> None:
        """By the arrows or the mouse, not because the table was filled."""
        if not self._following and now.isValid():
            self._run(f"lesions.go {self.model.rows[now.row()].id}")

    def _cite(self) -> None:
        row = self.table.currentIndex().row()
        self._run(f"lesions.cite {self.model.rows[row].id}" if row >= 0 else "lesions.cite")

    def _follow(self) -> None:
        opens = self._lesions.shown and self.isHidden()
        shuts = not self._lesions.shown and not self.isHidden()
        self.setVisible(self._lesions.shown)
        if self._lesions.shown:
            self._fill()
        if opens:
            self._following = True  # a table that takes the keys goes nowhere by that
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
            self._following = False
        elif shuts:
            self._leave()

    def _fill(self) -> None:
        rows = self._lesions.rows
        self._following = True
        self.model.show(rows)
        ids = [each.id for each in rows]
        at = ids.index(self._lesions.chosen) if self._lesions.chosen in ids else -1
        if at >= 0 and self.table.currentIndex().row() != at:
            self.table.selectRow(at)
        self._following = False
        self._count.setText(trn(len(rows), "{n} lesion", "{n} lesions") if rows else "")
        self._nothing.setVisible(not rows)
        self.table.setVisible(bool(rows))
        tall = min(_MOST_ROWS, len(rows)) * _ROW + self.table.horizontalHeader().sizeHint().height()
        self.table.setFixedHeight(tall + 4)
