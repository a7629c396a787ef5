"""The Qt application: made dark before the first window, and left in one place."""

import gc
import logging
import sys
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from workstation.services.jobs import Post
from workstation.text import tr
from workstation.ui import theme
from workstation.ui.bridge import HomePost

log = logging.getLogger("program")

#: Workers that parse and copy give the interpreter up after this long, not after the 5 ms
#: that are usual: one paint asks for it some hundred times.
_HAND_OVER_S: Final = 0.0003

#: Looks at young objects that pass before all are looked at: none within a case.
_NEVER: Final = 1 << 30


class Application:
    """Owns QApplication and the way home to its thread."""

    def __init__(self) -> None:
        QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
        sys.setswitchinterval(_HAND_OVER_S)
        existing = QApplication.instance()
        self.qt = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
        self.qt.setApplicationName("workstation")
        self.qt.setQuitOnLastWindowClosed(True)
        theme.apply(self.qt)
        self._home = HomePost()
        self._tell: Callable[[str], None] = lambda _: None

    @property
    def post(self) -> Post:
        """Run a call on the GUI thread, soon; safe from any thread."""
        return self._home.post

    def bug(self, error: BaseException) -> None:
        """An exception nobody took: logged with its traceback, shown as one sentence."""
        log.error("unexpected", exc_info=error)
        kind = type(error).__name__
        self._tell(tr("Something unexpected happened ({kind}). Your text is kept.", kind=kind))

    def tell_bugs_to(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def after(self, seconds: float, call: Callable[[], object]) -> None:
        """Call back on a later turn of the event loop."""
        QTimer.singleShot(round(seconds * 1000), lambda: call())

    def turn(self) -> None:
        """One turn of the event loop, for those who watch it from outside.

        What was to be deleted goes now, as it does while `exec` runs: outside of it Qt keeps it,
        each window with the 8 MB of its picture.
        """
        self.qt.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        self.qt.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def exec(self) -> int:
        """Until the reader leaves."""
        return self.qt.exec()

    def begin(self) -> None:
        """The windows stand. What was made to start is never garbage and not looked at again;
        of the rest all is looked at between two cases (`tidy`): in the middle of one, with the
        descriptions of thousands of frames, that stops every thread for 80 ms."""
        gc.freeze()
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, _NEVER)

    def tidy(self) -> None:
        """A case was left: soon, look for what only points at itself; little is left then."""
        self.after(0, gc.collect)

    def leave(self, code: int = 0) -> None:
        """End `exec` on the next turn, so that what is under way can settle."""
        QTimer.singleShot(0, lambda: self.qt.exit(code))
