"""Many small changes said as one: images arrive faster than counts can be read."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

#: Ten times a second at most.
PAUSE_MS: Final = 100


class Soon(QObject):
    """Collects what has changed and hands it over together. GUI thread."""

    def __init__(self, parent: QObject, act: Callable[[frozenset[str]], None]) -> None:
        super().__init__(parent)
        self._act = act
        self._changed: set[str] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._say)

    def add(self, what: str) -> None:
        """This has changed; more may follow."""
        self._changed.add(what)
        if not self._timer.isActive():
            self._timer.start()

    def _say(self) -> None:
        changed, self._changed = frozenset(self._changed), set()
        self._act(changed)
