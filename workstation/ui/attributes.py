"""The attributes of an object as a table: by tag, name and value, found as one types."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from workstation.protocols.dicom_listing import MOST_LINES, Listed, Listing
from workstation.text import tr, trn
from workstation.ui import plain, theme
from workstation.ui.dialogs import Dialog
from workstation.ui.list_table import list_table

Index = QModelIndex | QPersistentModelIndex

_ROW: Final = 24
_WIDTHS: Final = (124, 48, 380)
_STEP: Final = "\u2003"  # an item is one step further in
_MOVES: Final = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})


def name_words(line: Listed) -> str:
    """What it is called; a private one says whose it is (PS3.5 7.8)."""
    if line.is_private:
        whose = line.creator or tr("nobody named")
        name = line.name or tr("unknown")
        return (
            name
            if line.tag[4:6] == "00"
            else tr("{name}, private: {whose}", name=name, whose=whose)
        )
    return line.name or tr("unknown")


def found(lines: Sequence[Listed], text: str) -> tuple[Listed, ...]:
    """Lines in which every word of the text stands, and the items that they stand in."""
    words = text.casefold().split()
    kept: list[Listed] = []
    above: list[Listed] = []
    for line in lines:
        above[line.depth :] = [line]
        said = f"{line.tag} {line.written_tag} {line.vr} {name_words(line)} {line.value}"
        if all(word in said.casefold() for word in words):
            kept.extend(above)
    return tuple(dict.fromkeys(kept))


class Lines(QAbstractTableModel):
    """What was found, for the table and for screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[Listed, ...] = ()

    def show(self, lines: tuple[Listed, ...]) -> None:
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 4

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (tr("Tag"), tr("VR"), tr("Name"), tr("Value"))[section]
        return None

    def data(self, index: Index, role: int = 0) -> Any:
        line = self.lines[index.row()]
        parts = (line.written_tag, line.vr, _STEP * line.depth + name_words(line), line.value)
        if line.tag == "":
            parts = ("", "", _STEP * line.depth + line.name, "")
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return parts[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return plain.tooltip_text(parts[index.column()].strip(_STEP))
            case Qt.ItemDataRole.ForegroundRole:
                quiet = index.column() < 2 or line.is_private or not line.tag
                return theme.color("text.low" if quiet else "text.hi")
        return None


class AttributesDialog(Dialog):
    """Opens on the field: one types, and arrows go through what was found.

    A value is copied by its command alone, which says no to what can name a person.
    """

    def __init__(
        self, host: QWidget, listing: Listing, title: str, run: Callable[[str], None]
    ) -> None:
        super().__init__(host, title, width=1240, height=808, data=True)
        self._listing, self._run = listing, run
        self.field = plain.line_edit(tr("Tag, name or value"))
        self.field.setAccessibleName(tr("Find attributes"))
        self.field.textChanged.connect(self._find)
        self.field.installEventFilter(self)
        self._count = plain.label(tone="low", size="small")
        self.model = Lines()
        self.table = list_table(self.model, tr("Attributes"), _ROW, _WIDTHS)
        self.table.installEventFilter(self)
        self.body.addWidget(plain.row(self.field, self._count, spacing=12))
        self.body.addWidget(self.table, 1)
        self.add_button(tr("Copy value"), self._copy, key="Ctrl+C")
        self.add_main(tr("Close"), self.back, key="Esc")
        self._find("")

    def show_it(self) -> None:
        """Over the window, ready to be typed into."""
        self.open(self.field)

    def _find(self, text: str) -> None:
        every = self._listing.lines
        self.model.show(found(every, text))
        if self.model.lines:
            self.table.selectRow(0)
        said = trn(len(every), "{k} of {n} line", "{k} of {n} lines", k=len(self.model.lines))
        if self._listing.cut:
            said = tr("{said}; more than {most} are not listed", said=said, most=MOST_LINES)
        self._count.setText(said)

    def _copy(self) -> None:
        row = self.table.currentIndex().row()
        if 0 <= row < len(self.model.lines):
            self._run(f"attributes.copy {self.model.lines[row].path}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        control = event.modifiers() is Qt.KeyboardModifier.ControlModifier
        if control and event.key() == Qt.Key.Key_C and not self.field.hasSelectedText():
            self._copy()
            return True
        if watched is self.field and Qt.Key(event.key()) in _MOVES:
            self.table.keyPressEvent(event)
            return True
        return False
