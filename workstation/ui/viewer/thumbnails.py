"""The column of series: current study first, priors below, each with its count and progress."""

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
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from workstation.commands.context import Place
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.rendering.picture import FramePainter, Picture, PictureRequest
from workstation.services.jobs import Job, Jobs
from workstation.services.lines import quoted
from workstation.services.viewed import ViewedStudy
from workstation.services.viewer import Viewer
from workstation.text import tr, trn
from workstation.ui import menus, plain, theme
from workstation.ui.chips import chip_size, paint_chip
from workstation.ui.soon import Soon
from workstation.ui.viewer import glyphs, report_page
from workstation.ui.viewer.canvas import SERIES_MIME
from workstation.ui.viewer.pictures import LANE, THUMBNAILS_AFTER
from workstation.viewing.hanging import IMAGES
from workstation.viewing.resolve import ResolvedView
from workstation.viewing.viewport import ViewportState

WIDTH: Final = 144
_PICTURE: Final = QSize(116, 86)
_HEIGHT: Final = 116
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
                painter.setFont(theme.font("small"))
                painter.setPen(theme.color("text.low"))
                place = QRectF(box.right() + 8, 8, WIDTH, height)
                words = f"{when:%d %b %y}".lstrip("0")
                painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)


class Thumbnail(QWidget):
    """One series: click or Enter shows it on the active view, dragging on any."""

    def __init__(
        self, viewer: Viewer, display_set: DisplaySet, run: Callable[[str], None], jobs: Jobs
    ) -> None:
        super().__init__()
        self._viewer = viewer
        self._set = display_set
        self._run = run
        self._jobs = jobs
        self._making: Job[Picture | None] | None = None
        self._image: QImage | None = None
        self._pressed: QPoint | None = None
        self.setFixedSize(WIDTH, _HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menus.place_on(self, Place.THUMBNAIL, display_set.id)
        plain.set_tooltip(self, display_set.label)

    @property
    def display_set(self) -> DisplaySet:
        return self._set

    @property
    def has_picture(self) -> bool:
        return self._image is not None

    def count(self) -> None:
        """One more image is here; the picture stays once it is drawn."""
        self.look_again()
        self.update(14, 4 + _PICTURE.height() - 20, _PICTURE.width(), 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            box = QRectF(14, 4, _PICTURE.width(), _PICTURE.height())
            painter.fillRect(box, theme.color("bg.image"))
            image = self._image
            if image is not None:
                painter.drawImage(box.topLeft(), image)
            elif self._set.kind in IMAGES:
                painter.fillRect(box, theme.hatch(self.devicePixelRatioF()))
            else:
                report_page.badge(painter, self._set.modality, box)
            self._paint_count(painter, box)
            if event.rect().bottom() > box.bottom() + 5:
                self._paint_label(painter, box)
            hung = self._set.id in [state.display_set for state in self._viewer.viewports]
            if hung or self.hasFocus():
                painter.setPen(theme.pen("hue.here", 2.0 if self.hasFocus() else 1.5))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))

    def _paint_count(self, painter: QPainter, box: QRectF) -> None:
        progress = self._viewer.progress(self._set.id)
        total = max(progress.total, len(self._set.frames))
        done = progress.loaded + progress.failed
        words = str(total) if done >= total else f"{done} / {total}"
        if not self._set.frames:
            words = ""
        elif self._set.kind is DisplaySetKind.DOCUMENT:
            words = trn(total, "PDF · {n} page", "PDF · {n} pages")
        glyphs.draw(painter, words, box.left() + 5, box.bottom() - 17, size="micro")
        if self._marked():
            glyphs.draw(painter, "◆", box.right() - 16, box.top() + 3, token="ink.measure")
        if keys := self._key_images():
            glyphs.tag(painter, trn(keys, "KEY", "{n} KEY"), box.right() - 3, box.bottom() - 19,
                       "ink.measure", "outline")  # fmt: skip
        if total > 0 and done < total:
            line = QRectF(box.left(), box.bottom() + 2, box.width(), 2)
            painter.fillRect(line, theme.color("line.hair"))
            line.setWidth(box.width() * done / total)
            painter.fillRect(line, theme.color("text.low"))

    def _paint_label(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text.mid"))
        room = QRectF(box.left(), box.bottom() + 5, box.width(), 18)
        metrics = QFontMetrics(painter.font())
        words = metrics.elidedText(self._set.label, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)

    def _marked(self) -> bool:
        series = self._set.series
        marks = [mark for mark in self._viewer.measurements if mark.frame.series == series]
        return bool(marks) and any(
            mark.frame == frame.key for mark in marks for frame in self._set.frames
        )

    def _key_images(self) -> int:
        """How many of its frames the reader marked."""
        keyed = {
            key.frame for key in self._viewer.key_images if key.frame.series == self._set.series
        }
        return sum(frame.key in keyed for frame in self._set.frames) if keyed else 0

    def look_again(self) -> None:
        """The middle frame may be here now: a worker makes its picture, once."""
        if self._image is not None or self._making is not None or not self._set.frames:
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
        if made is None:
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


class Thumbnails(QScrollArea):
    """All series on screen or ready to be. Its slots stay where they are while data arrives."""

    def __init__(self, viewer: Viewer, run: Callable[[str], None], jobs: Jobs) -> None:
        super().__init__()
        self._viewer = viewer
        self._run = run
        self._jobs = jobs
        self._known: tuple[object, ...] = ()
        self._items: list[Thumbnail] = []
        self.setFixedWidth(WIDTH)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Series"))
        self._follow()
        viewer.changed.connect(lambda _: self._follow())
        self._soon = Soon(self, self._count)
        viewer.counted.connect(self._soon.add)
        viewer.viewport_changed.connect(lambda _: self._look_again())
        viewer.measurements_changed.connect(lambda _: self._repaint())

    @property
    def items(self) -> tuple[Thumbnail, ...]:
        return tuple(self._items)

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
            item.update()
