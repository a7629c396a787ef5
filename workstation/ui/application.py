"""The Qt application: made dark before the first window, and left in one place."""

import sys

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from workstation.services.jobs import Post
from workstation.ui import theme
from workstation.ui.bridge import HomePost


class Application:
    """Owns QApplication and the way home to its thread."""

    def __init__(self) -> None:
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        existing = QApplication.instance()
        self.qt = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
        self.qt.setApplicationName("workstation")
        self.qt.setQuitOnLastWindowClosed(True)
        theme.apply(self.qt)
        self._home = HomePost()

    @property
    def post(self) -> Post:
        """Run a call on the GUI thread, soon; safe from any thread."""
        return self._home.post

    def exec(self) -> int:
        return self.qt.exec()

    def leave(self, code: int = 0) -> None:
        """End `exec` on the next turn, so that what is under way can settle."""
        QTimer.singleShot(0, lambda: self.qt.exit(code))
