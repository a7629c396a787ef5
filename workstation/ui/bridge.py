"""The one crossing between threads that knows Qt: calls on their way home."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal, Slot


class HomePost(QObject):
    """Runs calls on the thread it was made on (the GUI thread), in the order of posting.

    `post` may be called from any thread; it returns at once.
    """

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], None]) -> None:
        self._posted.emit(call)

    @Slot(object)
    def _run(self, call: Callable[[], None]) -> None:
        call()
