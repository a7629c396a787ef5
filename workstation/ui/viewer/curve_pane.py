"""The curve of the active rendered volume below the images: drawn by mouse and by keys.

It acts by command lines alone; its keys are a scope of the keymap. The histogram is counted by
a worker, once for each volume.
"""

from collections.abc import Callable
from functools import partial
from typing import Final
from weakref import ref

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QHBoxLayout, QWidget

from workstation.commands.bindings import Scope
from workstation.imaging.histogram import Histogram, histogram
from workstation.imaging.transfer import Colour, VolumePreset
from workstation.imaging.volume_voxels import Volume
from workstation.services.jobs import Jobs
from workstation.services.screen.place_words import number
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.ui import plain, theme
from workstation.ui.viewer.curve_plot import Plot
from workstation.viewing.volume_curve import COLOURS

HEIGHT: Final = 232
LANE: Final = "histogram"
_ASIDE: Final = 288
_SWATCH: Final = QSize(34, 22)
_COLUMNS: Final = 6


class CurveEditor(QWidget):
    """The drawn curve; what a hand does on it becomes command lines."""

    def __init__(self, viewer: Viewer, run: Callable[[str], None]) -> None:
        super().__init__()
        self._viewer, self._run = viewer, run
        self._held: int | None = None
        self.histogram: Histogram | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(120)
        self.setAccessibleName(tr("Curve of the volume"))

    @property
    def plot(self) -> Plot | None:
        """As it is drawn now; None where the active view has no curve."""
        made, shown = self._viewer.curve, self._viewer.shown(self._viewer.active)
        if made is None or shown is None:
            return None
        unit = shown.display_set.frames[0].rescale.unit
        return Plot(made, unit, self.histogram, self.width(), self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), theme.color("bg.panel"))
            plot = self.plot
            if plot is not None:
                plot.paint(painter, self._viewer.curve_point, focused=self.hasFocus())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """On a point takes hold of it, beside all adds one; the right button deletes."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        plot, at = self.plot, event.position()
        if plot is None:
            return
        self._viewer.rest()
        near = plot.near(at)
        if event.button() == Qt.MouseButton.RightButton:
            if near is not None:
                self._run(f"curve.delete {near + 1}")
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if near is None:
            value, opacity = plot.under(at)
            self._run(f"curve.add {value:.2f} {100 * opacity:.4f}")
            self._held = self._viewer.curve_point
        else:
            self._run(f"curve.choose {near + 1}")
            self._held = near

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        plot = self.plot
        if plot is None or self._held is None:
            return
        value, opacity = plot.under(event.position())
        self._run(f"curve.point {self._held + 1} {value:.2f} {100 * opacity:.4f}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._held = None
        self._viewer.rest()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._held = None
        self.update()


class Swatch(QAbstractButton):
    """A colour for the point in the hand."""

    def __init__(self, name: str, colour: Colour, on_click: Callable[[], None]) -> None:
        super().__init__()
        self._colour = colour
        self.setFixedSize(_SWATCH)
        self.setAccessibleName(tr("Colour {name}", name=tr(name)))
        plain.set_tooltip(self, tr(name))
        self.clicked.connect(lambda _checked=False: on_click())

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(theme.pen("line.strong"))
            painter.setBrush(theme.color_of_data(self._colour))
            radius = theme.tokens().radius.chip
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)


class CurvePane(QWidget):
    """Folded away until it is asked for. GUI thread; `leave` gives the keys back to the images."""

    def __init__(
        self, viewer: Viewer, run: Callable[[str], None], jobs: Jobs, leave: Callable[[], None]
    ) -> None:
        super().__init__()
        self._viewer, self._run, self._jobs, self._leave = viewer, run, jobs, leave
        self._counted: Callable[[], Volume | None] = lambda: None
        self.setFixedHeight(HEIGHT)
        self.setProperty("scope", Scope.CURVE.value)
        plain.ground(self, "panel")
        self.editor = CurveEditor(viewer, run)
        self._title = plain.label(tone="hi", size="small", weight=600)
        self._point = plain.label(tone="mid", size="small", data=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.editor, 1)
        layout.addWidget(self._beside())
        viewer.changed.connect(lambda _: self._follow())
        viewer.viewport_changed.connect(lambda _: self._follow())
        self.hide()

    def _beside(self) -> QWidget:
        swatches, grid = QWidget(), QGridLayout()
        grid.setSpacing(6)
        grid.setContentsMargins(0, 0, 0, 0)
        for at, (name, colour) in enumerate(COLOURS.items()):
            made = Swatch(name, colour, partial(self._run, f"curve.colour {name}"))
            grid.addWidget(made, at // _COLUMNS, at % _COLUMNS)
        swatches.setLayout(grid)
        acts = plain.row(
            plain.button(tr("Reset"), lambda: self._run("curve.reset")),
            plain.button(tr("Keep"), lambda: self._run("curve.keep"), key="Ctrl+S"),
            plain.button(tr("Close"), lambda: self._run("volume.curve")),
            0, spacing=6,
        )  # fmt: skip
        hint = plain.label(
            tr("Click adds a point, right click deletes it. Arrows move it, PgUp and PgDown"
               " choose, A adds, C colours."),
            tone="low", size="micro", wrap=True,
        )  # fmt: skip
        side = plain.column(
            self._title, self._point, swatches, acts, hint, 0, margins=(4, 12, 16, 8), spacing=8
        )
        side.setFixedWidth(_ASIDE)
        return side

    def _follow(self) -> None:
        made = self._viewer.curve if self._viewer.curve_shown else None
        opens, shuts = made is not None and self.isHidden(), made is None and not self.isHidden()
        inside = self.isAncestorOf(focused) if (focused := self._focused()) else False
        self.setVisible(made is not None)
        if made is not None:
            self._count()
            self._say(made)
            self.editor.update()
        if opens:
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        elif shuts and inside:
            self._leave()

    def _focused(self) -> QWidget | None:
        return self.window().focusWidget()

    def _say(self, made: VolumePreset) -> None:
        shown = self._viewer.shown(self._viewer.active)
        assert shown is not None
        at = self._viewer.curve_point
        stop, unit = made.stops[at], shown.display_set.frames[0].rescale.unit
        assert shown.rendering is not None
        title = tr(made.title)
        if shown.rendering.look.stops is not None:
            title = tr("{preset}, changed", preset=title)
        self._title.setText(title)
        value = f"{number(round(stop.value, 3))} {unit}".rstrip()
        dense = tr("{n:.3g} % of 1 mm", n=100 * stop.opacity)
        words = tr("Point {n} of {total}: {value}, {dense}", n=at + 1, total=len(made.stops),
                   value=value, dense=dense)  # fmt: skip
        self._point.setText(words)
        self.editor.setAccessibleDescription(words)

    def _count(self) -> None:
        shown = self._viewer.shown(self._viewer.active)
        volume = None if shown is None or shown.rendering is None else shown.rendering.volume
        if volume is None or volume is self._counted():
            return
        self._counted = ref(volume)
        self.editor.histogram = None

        def came(found: Histogram) -> None:
            if self._counted() is volume:
                self.editor.histogram = found
                self.editor.update()

        self._jobs.run(lambda: histogram(volume), lane=LANE, on_done=came)
