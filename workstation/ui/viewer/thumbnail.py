"""One series of the column: its picture, how much of it is here and was shown, its marks."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QDrag,
    QFontMetrics,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workstation.commands.context import Place
from workstation.domain.study import DisplaySet
from workstation.rendering.picture import FramePainter, Picture, PictureRequest
from workstation.services.jobs import Job, Jobs
from workstation.services.lines import quoted
from workstation.services.viewer.viewer import Viewer
from workstation.text import trn
from workstation.ui import menus, plain, theme
from workstation.ui.viewer import glyphs, report_page
from workstation.ui.viewer.canvas import SERIES_MIME
from workstation.ui.viewer.pictures import LANE, THUMBNAILS_AFTER
from workstation.ui.viewer.series_counts import SeriesCounts
from workstation.viewing.hanging import IMAGES
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState

WIDTH: Final = 144
_PICTURE: Final = QSize(116, 86)
_HEIGHT: Final = 116
#: Where the column is a list of names.
_ROW: Final = 38
_LEFT: Final = 14


class Thumbnail(QWidget):
    """One series: click or Enter shows it on the active view, dragging on any."""

    def __init__(
        self, viewer: Viewer, display_set: DisplaySet, run: Callable[[str], None], jobs: Jobs
    ) -> None:
        super().__init__()
        self._viewer = viewer
        self._set = display_set
        self._counts = SeriesCounts(viewer, display_set)
        self._run = run
        self._jobs = jobs
        self._making: Job[Picture | None] | None = None
        self._image: QImage | None = None
        self._pressed: QPoint | None = None
        self._by_name = False
        self.setFixedSize(WIDTH, _HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menus.place_on(self, Place.THUMBNAIL, display_set.id)
        self._say()

    @property
    def display_set(self) -> DisplaySet:
        return self._set

    @property
    def has_picture(self) -> bool:
        return self._image is not None

    def show_by_name(self, by_name: bool) -> None:
        """Its name and its count alone, where a screen is too low for pictures."""
        if by_name != self._by_name:
            self._by_name = by_name
            self.setFixedHeight(_ROW if by_name else _HEIGHT)
            self.update()

    def count(self) -> None:
        """One more image is here, or was shown; the picture stays once it is drawn."""
        self.look_again()
        self._say()
        top, high = (_ROW // 2, _ROW // 2) if self._by_name else (_PICTURE.height() - 16, 24)
        self.update(_LEFT, top, _PICTURE.width(), high)

    def remark(self) -> None:
        """What is marked on its images has changed."""
        self._say()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            if self._by_name:
                self._paint_row(painter)
                return
            box = QRectF(_LEFT, 4, _PICTURE.width(), _PICTURE.height())
            painter.fillRect(box, theme.color("bg.image"))
            image = self._image
            if image is not None:
                painter.drawImage(box.topLeft(), image)
            elif self._set.kind in IMAGES:
                painter.fillRect(box, theme.hatch(self.devicePixelRatioF()))
            else:
                report_page.badge(painter, self._set.modality, box)
            self._paint_count(painter, box)
            self._paint_line(painter, box)
            if event.rect().bottom() > box.bottom() + 5:
                self._paint_label(painter, box)
            if self._hung() or self.hasFocus():
                painter.setPen(theme.pen("hue.here", 2.0 if self.hasFocus() else 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))

    def _hung(self) -> bool:
        return self._set.id in [state.display_set for state in self._viewer.viewports]

    def _paint_row(self, painter: QPainter) -> None:
        """As a line of a list: the name, below it the count and the marks."""
        row = QRectF(_LEFT, 2, _PICTURE.width(), _ROW - 6)
        if self._hung():
            painter.fillRect(QRectF(self.rect()), theme.color("bg.select"))
            painter.fillRect(QRectF(0, 0, 2, self.height()), theme.color("hue.here"))
        self._paint_name(painter, QRectF(row.left(), row.top(), row.width(), 18), "text.hi")
        painter.setFont(theme.font("micro"))
        below = QRectF(row.left(), row.top() + 16, row.width(), 16)
        words, all_seen = self._counts.in_figures(), self._counts.all_seen()
        said = [(words or self._set.modality, "text.low")]
        if words and all_seen:
            said.append(("✓", "hue.done"))
        if self._counts.marked():
            said.append(("◆", "ink.measure"))
        for part, tone in (*said, *self._key_words()):
            painter.setPen(theme.color(tone))
            painter.drawText(below, Qt.AlignmentFlag.AlignVCenter, part)
            below.setLeft(below.left() + QFontMetrics(painter.font()).horizontalAdvance(part) + 6)
        self._paint_line(painter, row)
        if self.hasFocus():
            painter.setPen(theme.pen("hue.here", 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))

    def _paint_count(self, painter: QPainter, box: QRectF) -> None:
        words, all_seen = self._counts.in_figures(), self._counts.all_seen()
        top = box.bottom() - 17
        glyphs.draw(painter, words, box.left() + 5, top, size="micro")
        if words and all_seen:
            right = box.left() + 9 + glyphs.text_width(words, "micro")
            glyphs.draw(painter, "✓", right, top, size="micro", weight=700, token="hue.done")
        if self._counts.marked():
            glyphs.draw(painter, "◆", box.right() - 16, box.top() + 3, token="ink.measure")
        low = box.bottom() - 19
        for said, token in self._key_words():
            glyphs.tag(painter, said, box.right() - 3, low, token, "outline")
            low -= 18

    def _key_words(self) -> list[tuple[str, str]]:
        """Key images: the reader's own, and those that somebody else picked out."""
        own, others = self._counts.own_keys(), self._counts.others_keys()
        found = ((own, "ink.measure"), (others, "text.hi"))
        return [(trn(keys, "KEY", "{n} KEY"), tone) for keys, tone in found if keys]

    def _paint_line(self, painter: QPainter, box: QRectF) -> None:
        """In the slot below: how much is here while it comes, and of that what was shown."""
        frames, (done, total) = len(self._set.frames), self._counts.progress()
        seen = self._counts.seen()
        if frames == 0 or (done >= total and seen in (0, frames)):
            return
        line = QRectF(box.left(), box.bottom() + 2, box.width(), 2)
        painter.fillRect(line, theme.color("line.edge"))
        here = done / total if done < total else 0.0
        for part, tone in ((here, "text.low"), (seen / frames, "text.hi")):
            line.setWidth(box.width() * part)
            painter.fillRect(line, theme.color(tone))

    def _paint_label(self, painter: QPainter, box: QRectF) -> None:
        self._paint_name(painter, QRectF(box.left(), box.bottom() + 5, box.width(), 18), "text.mid")

    def _paint_name(self, painter: QPainter, room: QRectF, tone: str) -> None:
        """Cut in the middle: what tells the series of one protocol apart stands at the end."""
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color(tone))
        metrics = QFontMetrics(painter.font())
        words = metrics.elidedText(self._set.label, Qt.TextElideMode.ElideMiddle, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)

    def _say(self) -> None:
        """The same in words: for the tooltip and for screen readers."""
        words = self._counts.in_words()
        if words != self.accessibleName():
            self.setAccessibleName(words)
            plain.set_tooltip(self, words)

    def look_again(self) -> None:
        """The middle frame may be here now: a worker makes its picture, once."""
        made = self._image is not None or self._making is not None
        if made or self._by_name or not self._set.frames:
            return
        shown = self._viewer.preview(self._set, len(self._set.frames) // 2)
        if shown is None or shown.pixels is None:
            return
        ratio = self.devicePixelRatioF()
        width, height = (round(side * ratio) for side in (_PICTURE.width(), _PICTURE.height()))
        request = PictureRequest(
            shown.frame, shown.pixels,
            ResolvedView.of(ViewportState(), shown.frame, width, height),
            shown.state.interpolation, shown.voi, False,
        )  # fmt: skip
        self._making = self._jobs.run(
            lambda: FramePainter().picture(request), lane=LANE, priority=THUMBNAILS_AFTER
        )
        self._making.then(lambda job: self._made(job.value, width, height, ratio))

    def forget(self) -> None:
        """The column is made anew: what is still on its way is for nobody."""
        if self._making is not None:
            self._making.cancel()

    def _made(self, made: Picture | None, width: int, height: int, ratio: float) -> None:
        """As the series proposes it; kept. What cannot be drawn keeps its hatch."""
        if made is None or not isValid(self):  # its window went meanwhile
            return
        self._image = QImage(width, height, QImage.Format.Format_RGB32)
        self._image.fill(theme.color("bg.image"))
        colour = made.pixels.ndim == 3
        form = QImage.Format.Format_RGB888 if colour else QImage.Format.Format_Grayscale8
        pixels = made.pixels
        part = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], form)
        with QPainter(self._image) as onto:
            onto.drawImage(QPointF(made.left, made.top), part)
        self._image.setDevicePixelRatio(ratio)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self._run(f"app.context thumbnail {quoted(self._set.id)}")
        else:
            self._pressed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        if (event.position().toPoint() - self._pressed).manhattanLength() < 8:
            return
        self._pressed = None
        carried = QMimeData()
        carried.setData(SERIES_MIME, self._set.id.encode())
        drag = QDrag(self)
        drag.setMimeData(carried)
        drag.exec(Qt.DropAction.CopyAction)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed is not None:
            self._pressed = None
            self._choose()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space:
                self._choose()
            case Qt.Key.Key_Down:
                self.focusNextChild()
            case Qt.Key.Key_Up:
                self.focusPreviousChild()
            case _:
                super().keyPressEvent(event)

    def _choose(self) -> None:
        self._run(f"viewport.show-series {quoted(self._set.id)}")
