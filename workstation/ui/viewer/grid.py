"""The layout of viewports: as many canvases as the viewer says, in its rows and columns."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from workstation.rendering.engine import CPU, Slices
from workstation.services.jobs import Jobs
from workstation.services.viewer.viewer import Viewer
from workstation.ui import plain
from workstation.ui.soon import Soon
from workstation.ui.viewer.canvas import Canvas

_GAP = 2

#: How a view that waits is painted: `Canvas.refresh`, or `take_up` where its image alone moved.
_How = Callable[[Canvas], None]


class Grid(QWidget):
    """Canvases are kept when the layout changes, so that nothing flickers."""

    _planes_moved = Signal()

    def __init__(
        self, viewer: Viewer, run: Callable[[str], None], jobs: Jobs, slices: Slices = CPU
    ) -> None:
        super().__init__()
        self._viewer = viewer
        self._run = run
        self._jobs = jobs
        self._slices = slices
        self._canvases: list[Canvas] = []
        self._layout: tuple[int, int] = (0, 0)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP)
        plain.ground(self, "app")
        viewer.changed.connect(lambda _: self._follow())
        viewer.viewport_changed.connect(self._repaint)
        self._waiting: dict[Canvas, _How] = {}
        self._moved: dict[Canvas, None] = {}
        self._planes_moved.connect(self._take_up_moved, Qt.ConnectionType.QueuedConnection)
        self._next = QTimer(self)
        self._next.setInterval(0)
        self._next.timeout.connect(self._refresh_next)
        self._soon = Soon(self, self._count)
        viewer.counted.connect(self._soon.add)
        viewer.measurements_changed.connect(lambda _: self._repaint_all(Canvas.refresh))
        self._follow()

    @property
    def canvases(self) -> tuple[Canvas, ...]:
        """The visible ones, row by row."""
        return tuple(self._canvases[: len(self._viewer.viewports)])

    def focus_active(self) -> None:
        """Give the keyboard to the active viewport."""
        self.canvases[self._viewer.active].setFocus()

    def _follow(self) -> None:
        if self._viewer.layout != self._layout:
            self._lay_out()
        for canvas in self._canvases:
            if not self._viewer.studies:
                canvas.forget()
            canvas.follow_tool()
        self._repaint_all(Canvas.refresh)

    def _lay_out(self) -> None:
        rows, columns = self._layout = self._viewer.layout
        looked_at = any(canvas.hasFocus() for canvas in self._canvases)
        while len(self._canvases) < rows * columns:
            self._canvases.append(self._new_canvas())
        for canvas in self._canvases:
            self._grid.removeWidget(canvas)
        for index, canvas in enumerate(self._canvases):
            if index < rows * columns:
                self._grid.addWidget(canvas, *divmod(index, columns))
            canvas.setVisible(index < rows * columns)
        for row in range(self._grid.rowCount()):
            self._grid.setRowStretch(row, 1 if row < rows else 0)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        if looked_at:  # keys of a view that went away go to the active one, not to some button
            self.focus_active()

    def _new_canvas(self) -> Canvas:
        return Canvas(self._viewer, len(self._canvases), self._run, self._jobs, self._slices)

    def settle(self) -> None:
        """Every view draws what was asked of it last, for a capture."""
        for canvas in self.canvases:
            canvas.settle()

    def _count(self, display_sets: frozenset[str]) -> None:
        """Images came that no view shows: only the counts and the bars are drawn again."""
        for canvas, state in zip(self.canvases, self._viewer.viewports, strict=True):
            if state.display_set in display_sets:
                canvas.count()

    def _repaint(self, index: int) -> None:
        if index == self._viewer.active:  # its reference lines lie on the others
            self._repaint_all(Canvas.take_up)
        elif index < len(self._canvases):
            self._moves(self._canvases[index])

    def _moves(self, canvas: Canvas) -> None:
        """Planes that a hand moves go together, before Qt paints what it was asked to: their
        pictures are begun while the active view is painted, or made with it. Stacks take some
        milliseconds each, and have their turn after it."""
        if self._viewer.viewports[canvas.index].plane is None:
            self._later(canvas, Canvas.take_up)
            return
        if not self._moved:
            self._planes_moved.emit()
        self._moved[canvas] = None

    def _take_up_moved(self) -> None:
        moved, self._moved = self._moved, {}
        for canvas in moved:
            self._waiting.pop(canvas, Canvas.take_up)(canvas)

    def _repaint_all(self, how: _How) -> None:
        """The active view now, the others one by one: keys have their turn in between."""
        for canvas in self.canvases:
            if canvas.index == self._viewer.active:
                canvas.refresh()
            else:
                self._later(canvas, how)

    def _later(self, canvas: Canvas, how: _How) -> None:
        """What is to be painted whatever it shows stays so until it is."""
        if self._waiting.get(canvas) is not Canvas.refresh:
            self._waiting[canvas] = how
        if not self._next.isActive():
            self._next.start()

    def _refresh_next(self) -> None:
        if self._waiting:
            canvas = next(iter(self._waiting))
            self._waiting.pop(canvas)(canvas)
        if not self._waiting:
            self._next.stop()
