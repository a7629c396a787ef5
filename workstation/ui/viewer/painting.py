"""What one viewport looks like: image, ink, words, bar and edge, all from one `Drawn`."""

from collections.abc import Callable, Sequence
from math import ceil, floor

from attrs import evolve
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QWidget

from workstation.domain.measurement import Measurement, PixelPoint
from workstation.rendering import annotations, bends, crosshair, figures
from workstation.rendering.ink import Box, Plate
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.rendering.picture import Picture
from workstation.services.images.coverage import FrameState
from workstation.services.screen.overlay_lines import Overlay
from workstation.services.screen.viewed import Reading, Shown
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.viewer import colour_bar, corners, inking, phase_bar, report_page
from workstation.ui.viewer.lens import Lens
from workstation.ui.viewer.pictures import Drawn
from workstation.ui.viewer.pointing import MEASURING
from workstation.viewing.tool import Preview


class Painting:
    """Draws on one canvas. `ink` is how the last ink was laid: what a pointer can meet."""

    def __init__(
        self,
        canvas: QWidget,
        viewer: Viewer,
        index: int,
        lens: Lens,
        as_held: Callable[[Measurement], Measurement],
    ) -> None:
        self._canvas = canvas
        self._viewer = viewer
        self._index = index
        self._places: dict[str, int] = {}
        self._bar = inking.ScrollBar()
        self._lens = lens
        self._as_held = as_held  # a measurement whose label is in the hand
        self.met: PixelPoint | None = None  # the handle on which a point would fall
        self.labels: dict[str, Box] = {}
        self.magnified_at: QPointF | None = None  # where the magnifier is, if it is here
        self.ink: InkCanvas | None = None

    def forget(self) -> None:
        """The case was closed: no line of it stays here."""
        self._places.clear()
        self.labels.clear()
        self.ink = None

    @property
    def bar_place(self) -> QRect:
        return QRect(self._canvas.width() - inking.BAR, 0, inking.BAR, self._canvas.height())

    def paint(self, painter: QPainter, drawn: Drawn, preview: Preview, old: QRegion) -> None:
        """`old` is what must be drawn anew: often the bar alone."""
        shown, reading = drawn.scene.shown, drawn.scene.reading
        beside_bar = not old.subtracted(QRegion(self.bar_place)).isEmpty()
        if beside_bar or shown is None:
            self._view(painter, drawn, preview)
        size = self._canvas.size()
        if shown is not None:
            self._bar.draw(painter, self._states(shown), shown.place[0], size)
        phases = None if shown is None else self._viewer.phases_of_set(shown.display_set)
        if phases is not None:
            phase_bar.draw(painter, len(phases.ids), phases.at, size)
        if reading is not None:
            states = [FrameState.SEEN] * len(reading.lines)
            self._bar.draw(painter, states, reading.state.frame_index, size)
        self._edge(painter, shown)

    def _states(self, shown: Shown) -> Sequence[FrameState]:
        """Of what the view scrolls through; planes are all here, or none of them."""
        of_images = shown.state.plane is None and shown.state.along is None
        if of_images and shown.rendering is None:
            return self._viewer.frame_states(shown.display_set.id)
        here = FrameState.LOADED if shown.is_here else FrameState.MISSING
        return [here] * shown.place[1]

    def _view(self, painter: QPainter, drawn: Drawn, preview: Preview) -> None:
        """Everything but the bar."""
        width, height = self._canvas.width(), self._canvas.height()
        shown, reading, words = drawn.scene.shown, drawn.scene.reading, drawn.words
        self._ground(painter, drawn.picture)
        if shown is not None:
            self._shown(painter, shown, drawn, preview)
            if self.magnified_at is not None:
                self._lens.paint(painter, drawn.scene, self.magnified_at, preview)
        if reading is not None:
            words = self._report(painter, reading, words)
        bar = None
        if shown is not None and self.ink is not None and shown.has_scale:
            bar = annotations.scale_bar(self.ink.view, shown.frame, self._ratio)
        corners.draw_words(painter, words, bar, width, height)
        self._say(words, reading)

    def _ground(self, painter: QPainter, picture: Picture | None) -> None:
        """Black where the picture does not cover it: nothing is filled twice."""
        ground = QRegion(self._canvas.rect())
        if picture is not None:
            height, width = (picture.part * side for side in picture.pixels.shape[:2])
            left, top = picture.left / self._ratio, picture.top / self._ratio
            right, below = left + width / self._ratio, top + height / self._ratio
            # whole logical pixels that lie inside it: at 1.25 a pixel may be shared
            inner = QRect(QPoint(ceil(left), ceil(top)), QPoint(floor(right) - 1, floor(below) - 1))
            ground = ground.subtracted(QRegion(inner))
        for rect in ground:  # type: ignore[attr-defined]  # a region gives its rectangles
            painter.fillRect(rect, theme.color("bg.image"))

    def _say(self, words: Overlay, reading: Reading | None) -> None:
        said = " ".join(words.lines) or tr("empty view")
        if reading is not None:
            said = f"{said} {report_page.aloud(reading)}"
        if said != self._canvas.accessibleName():
            self._canvas.setAccessibleName(said)

    def _report(self, painter: QPainter, reading: Reading, words: Overlay) -> Overlay:
        """Gives the words around it: with a measuring tool in hand there is one more to say."""
        room = corners.clear_of(words, self._canvas.width(), self._canvas.height())
        self._viewer.lines_drawn[self._index] = report_page.draw(
            painter, reading, room, self._viewer.named_images.line
        )
        if self._viewer.tool not in MEASURING:
            return words
        notice = tr("this view shows a report: there is nothing to measure")
        return evolve(words, notices=(*words.notices, notice))

    @property
    def _ratio(self) -> float:
        return self._canvas.devicePixelRatioF()

    def _shown(self, painter: QPainter, shown: Shown, drawn: Drawn, preview: Preview) -> None:
        scene, picture = drawn.scene, drawn.picture
        assert scene.view is not None  # something is shown
        if picture is not None:
            inking.draw_picture(painter, picture)
            if drawn.layer is not None:
                inking.draw_picture(painter, drawn.layer)
                assert shown.fused is not None  # it is the layer of what is shown
                size = self._canvas.size()
                colour_bar.draw(painter, shown.fused, size.width(), size.height())
            if shown.is_here:  # a smaller image on its way was not looked at
                self._viewer.mark_painted(shown, scene.view, whole=not drawn.preview)
        elif shown.missing:
            painter.fillRect(self._canvas.rect(), theme.hatch(self._ratio))
        self.ink = InkCanvas(scene.view, self._ratio, picture, inking.text_size)
        if picture is not None and self._viewer.ink_shown:
            marks = tuple(map(self._as_held, scene.marks))
            width, height = self._canvas.width(), self._canvas.height()
            written = tuple(corners.boxes(drawn.words, width, height)) if marks else ()
            items = annotations.paint_list(
                self.ink, marks, scene.selected, preview, scene.crossings, self._places, written
            )
            self.labels = {each.name: each.box for each in items if isinstance(each, Plate)}
            if self.met is not None:
                items = (*items, annotations.met(self.ink, self.met))
            outlines = annotations.borders(self.ink, scene.outlined)
            others = figures.ink(self.ink, scene.figures)
            cross = () if scene.crosshair is None else crosshair.ink(self.ink, scene.crosshair)
            bend = () if scene.bend is None else bends.ink(self.ink, scene.bend)
            inking.draw_items(painter, (*outlines, *others, *cross, *bend, *items))
        if scene.spot is not None:
            inking.draw_items(painter, annotations.cursor(self.ink, scene.spot))

    def _edge(self, painter: QPainter, shown: Shown | None) -> None:
        """A plane bears the hue of its lines on the other views."""
        if shown is not None and shown.state.plane is not None:
            hue = theme.color(crosshair.LOOKS[shown.state.plane][0])
            painter.fillRect(0, 0, self._canvas.width(), 2, hue)
        if shown is not None and shown.state.along is not None:
            painter.fillRect(0, 0, self._canvas.width(), 2, theme.color(bends.HUE))
        if self._index == self._viewer.active:
            painter.setPen(theme.pen("hue.here", 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self._canvas.rect()).adjusted(1, 1, -1, -1))
