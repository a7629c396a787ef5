"""The list of measurements beside the images: by lesion, with value, place and author.

It acts by command lines alone: arrows and letters are keys of the keymap's own scope, so
that what they do is told by the key sheet and can be bound otherwise.
"""

from collections.abc import Callable
from typing import Final

from attrs import frozen
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from workstation.commands.bindings import Scope
from workstation.domain.measurement import WORDS, Measurement
from workstation.rendering.labels import explained, value_line
from workstation.services.lines import quoted
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr, trn
from workstation.ui import icons, plain, theme

WIDTH: Final = 300
ROW: Final = 46
_LEFT: Final = 34

Index = QModelIndex | QPersistentModelIndex


@frozen
class Entry:
    """One measurement as it is listed."""

    id: str
    name: str  # the reader's words for it
    value: str
    place: str
    author: str
    hidden: bool
    more: str = ""  # for the tooltip
    theirs: bool = False  # a report has it: it is read, not changed

    @property
    def aloud(self) -> str:
        """For a screen reader, in the order it is seen."""
        hidden = tr("hidden") if self.hidden else ""
        author = tr("reported by {who}", who=self.author) if self.theirs else self.author
        parts = (self.id, self.name, self.value, self.place, author, hidden)
        return ", ".join(filter(None, parts))


def entry(viewer: Viewer, mark: Measurement) -> Entry:
    """What the list says of one measurement."""
    study = next((s for s in viewer.studies if s.ref.study == mark.frame.study), None)
    role = study.label.capitalize() if study is not None and study.role == "prior" else ""
    image = tr("image {n}", n=mark.image_number)
    return Entry(
        mark.id,
        mark.text,
        "" if mark.kind in WORDS else value_line(mark),
        "  ".join(filter(None, (role, image, mark.series_label))),
        mark.author,
        viewer.is_hidden(mark.id),
        explained(mark),
        mark.id in {each.id for each in viewer.reported},
    )


class Entries(QAbstractListModel):
    """The lines, for the view and for screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: tuple[Entry, ...] = ()

    def show(self, entries: tuple[Entry, ...]) -> None:
        if entries == self.entries:
            return
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's own signature)
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        found = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return found.id
            case Qt.ItemDataRole.ToolTipRole:
                return plain.tooltip_text(found.more)
            case Qt.ItemDataRole.AccessibleTextRole:
                return found.aloud
        return None


class _Lines(QStyledItemDelegate):
    """Two lines: name and value; then where it was made, and by whom."""

    def __init__(self, view: QListView, entries: Entries) -> None:
        super().__init__(view)
        self._view, self._entries = view, entries

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        found = self._entries.entries[index.row()]
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        box = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.fillRect(box, theme.color("bg.select"))
            ring = 2.0 if self._view.hasFocus() else 1.0
            painter.setPen(theme.pen("hue.here", ring))
            painter.drawRect(box.adjusted(ring / 2, ring / 2, -ring / 2, -ring / 2))
        else:
            painter.fillRect(box.adjusted(0, box.height() - 1, 0, 0), theme.color("line.hair"))
        icon, tone = ("diamond-open", "text.low") if found.hidden else ("diamond", "ink.measure")
        if found.theirs:  # as its marks are drawn on the image
            tone = "text.image"
        icons.paint(painter, icon, box.left() + 10, box.top() + 6, tone, 14)
        inside = box.adjusted(_LEFT, 4, -10, -4)
        self._upper(painter, inside, found)
        self._lower(painter, inside, found)
        painter.restore()

    @staticmethod
    def _upper(painter: QPainter, box: QRectF, found: Entry) -> None:
        tone = "text.low" if found.hidden else "text.hi"
        painter.setPen(theme.color(tone))
        painter.setFont(theme.font("body", 600))
        left = _drawn(painter, box, found.id, Qt.AlignmentFlag.AlignLeft)
        right = _drawn(painter, box, found.value, Qt.AlignmentFlag.AlignRight)
        painter.setFont(theme.font("body"))
        room = box.adjusted(left + 8, 0, -right - 8, 0)
        _drawn(painter, room, found.name, Qt.AlignmentFlag.AlignLeft)

    @staticmethod
    def _lower(painter: QPainter, box: QRectF, found: Entry) -> None:
        painter.setPen(theme.color("text.low"))
        painter.setFont(theme.font("micro"))
        low = box.adjusted(0, box.height() - 17, 0, 0)
        aside = tr("hidden") if found.hidden else found.author
        aside_room = QRectF(low.left() + low.width() * 0.6, low.top(), low.width() * 0.4, 17)
        right = _drawn(painter, aside_room, aside, Qt.AlignmentFlag.AlignRight)
        room = low.adjusted(0, 0, -right - 8, 0)
        _drawn(painter, room, found.place, Qt.AlignmentFlag.AlignLeft)


def _drawn(painter: QPainter, box: QRectF, text: str, side: Qt.AlignmentFlag) -> float:
    """One line at the top of the box, cut at its end; gives how wide it is."""
    metrics = QFontMetricsF(painter.font())
    cut = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0.0, box.width()))
    painter.drawText(box, side | Qt.AlignmentFlag.AlignTop, cut)
    return metrics.horizontalAdvance(cut)


class _Name(QLineEdit):
    """Words for a lesion, typed where they stand; Esc leaves them as they were."""

    def __init__(self, view: QListView, mark: Entry, done: Callable[[str | None], None]) -> None:
        super().__init__(mark.name, view.viewport())
        self._done: Callable[[str | None], None] | None = done
        self.setFont(theme.font())
        self.setPlaceholderText(tr("name of the lesion"))
        self.setAccessibleName(tr("Name of {id}", id=mark.id))
        self.setProperty("keeps_keys", True)
        self.setProperty(plain.DATA, True)
        self.editingFinished.connect(lambda: self._end(self.text()))
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end(None)
        else:
            super().keyPressEvent(event)

    def _end(self, text: str | None) -> None:
        done, self._done = self._done, None  # Enter ends it, and so does the focus that leaves
        if done is not None:
            done(text)


class MeasurementList(QWidget):
    """Folded away until it is asked for. GUI thread."""

    def __init__(self, viewer: Viewer, run: Callable[[str], None]) -> None:
        super().__init__()
        self._viewer, self._run = viewer, run
        self._entries = Entries()
        self._name: _Name | None = None
        self.setFixedWidth(WIDTH)
        self.setProperty("scope", Scope.MEASUREMENTS.value)
        plain.ground(self, "panel")
        self._title = plain.label(tr("Measurements"), tone="low", size="small", weight=600)
        self._count = plain.label(tone="low", size="small")
        self._none = plain.label(
            tr("Nothing is measured yet. D draws a length."), tone="low", size="small", wrap=True
        )
        self._list = QListView()
        self._list.setModel(self._entries)
        self._list.setItemDelegate(_Lines(self._list, self._entries))
        self._list.setUniformItemSizes(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setAccessibleName(tr("Measurements"))
        self._list.clicked.connect(lambda index: self._act("measurement.select", index))
        self._list.doubleClicked.connect(lambda index: self._act("measurement.go", index))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(plain.row(self._title, 0, self._count, margins=(14, 9, 12, 7)))
        self._nothing = plain.column(self._none, margins=(14, 4, 12, 8))
        layout.addWidget(self._nothing)
        layout.addWidget(self._list, 1)
        viewer.changed.connect(lambda _: self._follow())
        viewer.measurements_changed.connect(lambda _: self._follow())
        self._follow()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The lines, from the top."""
        return self._entries.entries

    def take_focus(self) -> None:
        """The keys go to the lines."""
        self._list.setFocus(Qt.FocusReason.OtherFocusReason)

    def edit(self, name: str) -> bool:
        """Ask for the words of one, in its line; False while the list is folded away."""
        ids = [each.id for each in self.entries]
        if self.isHidden() or name not in ids:
            return False
        row = ids.index(name)
        self._list.scrollTo(self._entries.index(row))
        box = self._list.visualRect(self._entries.index(row))
        editor = _Name(self._list, self.entries[row], lambda text: self._named(name, text))
        editor.setGeometry(box.adjusted(_LEFT - 4, 8, -8, -8))
        editor.show()
        editor.setFocus()
        self._name = editor
        return True

    def _named(self, name: str, text: str | None) -> None:
        if self._name is not None:
            self._name.hide()
            self._name.deleteLater()
            self._name = None
        self.take_focus()
        before = next((each.name for each in self.entries if each.id == name), None)
        if text is not None and before is not None and text.strip() != before:
            self._run(f"measurement.label {name} {quoted(text.strip())}")

    def _act(self, command: str, index: Index) -> None:
        self._run(f"{command} {self.entries[index.row()].id}")

    def _follow(self) -> None:
        """As the viewer has them now; what is selected there is selected here."""
        self.setVisible(self._viewer.list_shown)
        if self.isHidden():
            return
        made = tuple(entry(self._viewer, mark) for mark in self._viewer.listed)
        self._entries.show(made)
        self._count.setText(trn(len(made), "{n} measurement", "{n} measurements") if made else "")
        self._nothing.setVisible(not made)
        ids = [each.id for each in made]
        chosen = self._viewer.selected_measurement
        index = self._entries.index(ids.index(chosen) if chosen in ids else -1)
        self._list.setCurrentIndex(index)
        if index.isValid():
            self._list.scrollTo(index)
