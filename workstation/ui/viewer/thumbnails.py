"""The column of series: current study first, priors below, each with its count and progress."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workstation.services.jobs import Jobs
from workstation.services.screen.viewed import ViewedStudy
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.chips import chip_size, paint_chip
from workstation.ui.soon import Soon
from workstation.ui.viewer.thumbnail import WIDTH, Thumbnail

#: What a date takes beside a chip.
_DATE: Final = 64


class Head(QWidget):
    """CURRENT or PRIOR n, and the date, above the series of a study."""

    def __init__(self, study: ViewedStudy) -> None:
        super().__init__()
        self._study = study
        self.setFixedSize(WIDTH, 30)
        self.setAccessibleName(study.tag)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            current = self._study.role == "current"
            label = self._study.label.split(" · ")[0]  # the column is narrow
            width, height = chip_size(label, weight=700 if current else 600)
            box = QRectF(14, 8, width, height)
            tone, look = ("hue.here", "filled") if current else ("text.hi", "outline")
            paint_chip(painter, box, label, tone, "filled" if look == "filled" else "outline")
            when = self._study.started
            if when is not None and box.right() < WIDTH - _DATE:
                painter.setFont(theme.font("micro"))
                painter.setPen(theme.color("text.low"))
                place = QRectF(box.right() + 8, 8, WIDTH, height)
                words = f"{when:%d %b %y}".lstrip("0")
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)


class Thumbnails(QScrollArea):
    """All series on screen or ready to be. Its slots stay where they are while data arrives."""

    def __init__(self, viewer: Viewer, run: Callable[[str], None], jobs: Jobs) -> None:
        super().__init__()
        self._viewer = viewer
        self._run = run
        self._jobs = jobs
        self._known: tuple[object, ...] = ()
        self._items: list[Thumbnail] = []
        self._revealed: str | None = None
        self._by_name = False
        self.setFixedWidth(WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Series"))
        self._follow()
        viewer.changed.connect(lambda _: self._follow())
        self._soon = Soon(self, self._count)
        viewer.counted.connect(self._soon.add)
        viewer.viewport_changed.connect(lambda _: self._look_again())
        viewer.changed.connect(lambda _: self._reveal())
        viewer.measurements_changed.connect(lambda _: self._repaint())

    @property
    def items(self) -> tuple[Thumbnail, ...]:
        return tuple(self._items)

    def show_by_name(self, by_name: bool) -> None:
        """A list of names in place of pictures: on a low screen four pictures are all there is
        room for."""
        self._by_name = by_name
        for item in self._items:
            item.show_by_name(by_name)
            item.look_again()

    def _follow(self) -> None:
        known = tuple(
            (study, self._viewer.display_sets(study.ref)) for study in self._viewer.studies
        )
        if known == self._known and self.widget() is not None:
            self._repaint()
            return
        self._known = known
        column = plain.ground(QWidget(), "panel")
        column.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 4, 0, 8)
        layout.setSpacing(0)
        for item in self._items:
            item.forget()
        self._items = []
        for study, display_sets in known:
            layout.addWidget(Head(study))
            for each in display_sets:
                item = Thumbnail(self._viewer, each, self._run, self._jobs)
                self._items.append(item)
                item.show_by_name(self._by_name)
                layout.addWidget(item)
                item.look_again()
            layout.addSpacing(8)
        layout.addStretch(1)
        self.setWidget(column)

    def _count(self, display_sets: frozenset[str]) -> None:
        for item in self._items:
            if item.display_set.id in display_sets:
                item.count()

    def _look_again(self) -> None:
        """A permit may have come: those without a picture may get theirs."""
        for item in self._items:
            if not item.has_picture:
                self._soon.add(item.display_set.id)

    def _repaint(self) -> None:
        for item in self._items:
            item.remark()

    def _reveal(self) -> None:
        """The series on the active view is never scrolled out of the column."""
        hung = self._viewer.viewports[self._viewer.active].display_set
        for item in self._items:
            if item.display_set.id == hung and hung != self._revealed:
                self.ensureWidgetVisible(item, 0, 8)
        self._revealed = hung
