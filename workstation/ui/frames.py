"""A window of the program: a bar, panes, a status bar. Its title is its role alone."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from workstation.text import tr
from workstation.ui import plain
from workstation.ui.bars import StatusBar

FULL = QSize(1920, 1080)


class Frame(QWidget):
    """The system shows the title in task lists and to whoever stands behind: no patient."""

    def __init__(self, role: str, status: StatusBar, on_close: Callable[[], None]) -> None:
        super().__init__()
        self.role = role
        plain.ground(self, "app")
        self.setObjectName(f"window-{role}")
        self.setWindowTitle(tr("Workstation · {role}", role=role))
        self.setMinimumSize(1024, 640)
        self.status = status
        self.bars = QStackedWidget()
        self.pages = QStackedWidget()
        self._on_close = on_close
        self._closing = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bars)
        layout.addWidget(plain.rule())
        layout.addWidget(self.pages, 1)
        layout.addWidget(plain.rule())
        layout.addWidget(status)

    def present(self) -> None:
        """Show it as large as the screen allows."""
        if QGuiApplication.platformName() == "offscreen":
            self.resize(FULL)
            self.show()
        else:
            self.showMaximized()
        self.raise_()

    def really_close(self) -> None:
        self._closing = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The cross asks like every other way out; nothing is lost by a click."""
        if self._closing:
            event.accept()
        else:
            event.ignore()
            self._on_close()
