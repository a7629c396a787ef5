"""A paper on the screen: plain words, or pages that the sandboxed decoder drew."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeyEvent, QPixmap
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from workstation.imaging.pixels import FramePixels
from workstation.services.jobs import Job
from workstation.services.reading.chart import OpenDocument
from workstation.text import tr
from workstation.ui import plain

_WIDE = 860


class DocumentView(QWidget):
    """One page at a time; Page Down and Page Up turn it."""

    def __init__(self, ask_page: Callable[[OpenDocument, int], Job[FramePixels]]) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._ask = ask_page
        self._opened: OpenDocument | None = None
        self._page = 0
        self._title = plain.label(tone="hi", weight=600, data=True)
        self._where = plain.label(tone="mid")
        self._before = plain.button(tr("Previous page"), lambda: self._turn(-1), key="PgUp")
        self._after = plain.button(tr("Next page"), lambda: self._turn(1), key="PgDown")
        self._words = plain.label(tone="hi", wrap=True, data=True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._picture = plain.label()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._room = QScrollArea()
        self._room.setFrameShape(QScrollArea.Shape.NoFrame)
        self._room.setWidgetResizable(True)
        self._room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = plain.column(self._words, self._picture, 0)
        self._room.setWidget(plain.ground(inside, "raised"))
        head = plain.row(self._title, 0, self._where, self._before, self._after, spacing=10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(head)
        layout.addWidget(self._room, 1)

    def show_document(self, opened: OpenDocument) -> None:
        """From its first page on."""
        self._opened, self._page = opened, 0
        self._title.setText(opened.document.title)
        self._words.setText(opened.text)
        self._words.setVisible(bool(opened.text))
        self._picture.clear()
        self._show()

    def forget(self) -> None:
        """Nothing of it stays."""
        self._opened = None
        self._words.clear()
        self._picture.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._turn(step)

    def _turn(self, step: int) -> None:
        if self._opened is not None and 0 <= self._page + step < self._opened.pages:
            self._page += step
            self._show()

    def _show(self) -> None:
        opened, at = self._opened, self._page
        assert opened is not None
        many = opened.pages > 1
        self._where.setText(tr("Page {n} of {total}", n=at + 1, total=opened.pages) if many else "")
        for button, room in ((self._before, at > 0), (self._after, at + 1 < opened.pages)):
            button.setVisible(many)
            button.setEnabled(room)
        if opened.pages:
            self._ask(opened, at).then(lambda job: self._drawn(opened, at, job))

    def _drawn(self, opened: OpenDocument, at: int, job: Job[FramePixels]) -> None:
        if (opened, at) != (self._opened, self._page):
            return  # the reader turned it, or went back
        if job.error is not None:
            self._words.setText(str(job.error))
            self._words.show()
            return
        pixels = job.result().stored
        form = QImage.Format.Format_RGB888
        image = QImage(pixels.data, pixels.shape[1], pixels.shape[0], pixels.strides[0], form)
        smooth = Qt.TransformationMode.SmoothTransformation
        self._picture.setPixmap(QPixmap.fromImage(image.scaledToWidth(_WIDE, smooth)))
        self._room.verticalScrollBar().setValue(0)
