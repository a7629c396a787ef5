"""The magnifier on glass: a round window on the image under the pointer, with its ink."""

from collections.abc import Callable
from typing import Final

from attrs import evolve
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from workstation.rendering import annotations
from workstation.rendering.engine import CPU, Slices
from workstation.rendering.ink import Canvas as InkCanvas
from workstation.rendering.ink import Stroke
from workstation.services.jobs import Jobs
from workstation.services.screen.scene import Scene
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.viewer import glyphs, inking
from workstation.ui.viewer.pictures import Drawn, Pictures
from workstation.viewing.magnifier import factor_of, magnified
from workstation.viewing.tool import Preview

#: Logical pixels across; less on a small view, of which half stays as it is.
SIDE: Final = 260
#: The cross in its middle, where the pointer is: from here to there.
_GAP: Final = 5.0
_ARM: Final = 12.0


class Lens:
    """Of one canvas; GUI thread. `ready` is told when what it shows was made elsewhere."""

    def __init__(self, jobs: Jobs, ready: Callable[[], None], slices: Slices = CPU) -> None:
        self._pictures = Pictures(jobs, ready, slices)

    def forget(self) -> None:
        """No pixel of the case stays here."""
        self._pictures.forget()

    def paint(self, painter: QPainter, scene: Scene, at: QPointF, preview: Preview) -> None:
        """Around a place of the view; only where an image or a plane is on it."""
        shown = scene.shown
        if scene.view is None or shown is None or not shown.is_here or shown.rendering is not None:
            return
        ratio = painter.device().devicePixelRatioF()
        smallest = min(scene.view.width, scene.view.height) / ratio
        side = round(min(SIDE, smallest / 2) * ratio)
        place = (at.x() * ratio, at.y() * ratio)
        view = magnified(scene.view, place, side)
        drawn = self._pictures.draw(evolve(scene, view=view))
        box = QRectF(0, 0, side / ratio, side / ratio)
        painter.save()
        painter.translate(at - box.center())
        _inside(painter, drawn if drawn.scene.view == view else Drawn(scene), box, preview)
        _rim(painter, box, factor_of(scene.view), coarse=drawn.preview > 0)
        painter.restore()


def _inside(painter: QPainter, drawn: Drawn, box: QRectF, preview: Preview) -> None:
    painter.save()
    round_one = QPainterPath()
    round_one.addEllipse(box)
    painter.setClipPath(round_one)
    painter.fillRect(box, theme.color("bg.image"))
    if drawn.picture is not None and drawn.scene.view is not None:
        ratio = painter.device().devicePixelRatioF()
        inking.draw_picture(painter, drawn.picture)
        if drawn.layer is not None:
            inking.draw_picture(painter, drawn.layer)
        if drawn.layer is not None:
            inking.draw_picture(painter, drawn.layer)
        ink = InkCanvas(drawn.scene.view, ratio, drawn.picture, inking.text_size)
        inking.draw_items(painter, annotations.outlines(ink, drawn.scene.marks, preview))
        if drawn.scene.spot is not None:
            inking.draw_items(painter, annotations.cursor(ink, drawn.scene.spot))
    x, y = box.center().x(), box.center().y()
    cross = (
        Stroke(((x + _GAP * a, y + _GAP * b), (x + _ARM * a, y + _ARM * b)), "ink.active", 1.0)
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))
    )
    inking.draw_items(painter, tuple(cross))
    painter.restore()


def _rim(painter: QPainter, box: QRectF, factor: float, *, coarse: bool) -> None:
    """That it is one, and how much: nothing in it may be taken for the picture around it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(theme.pen("hue.here", 2.0))
    painter.drawEllipse(box)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    said = tr("Magnifier × {n:.3g}", n=factor)
    if coarse:
        said = tr("Magnifier × {n:.3g}, preview", n=factor)
    low = box.bottom() - glyphs.line_height("small") - 6
    centre = Qt.AlignmentFlag.AlignHCenter
    glyphs.draw(painter, said, box.center().x(), low, align=centre)
