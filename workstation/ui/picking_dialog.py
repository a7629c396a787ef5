"""A dialog with a list to pick from at the left, and what is picked beside it; by keys alone."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from workstation.services.signal import Signal
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.dialogs import Dialog
from workstation.ui.picking import Picker, Row


class PickingDialog(Dialog):
    """`changed` says that there are other things to pick; `run` sends command lines.

    A subclass says which rows are found and what stands beside the marked one, and gives the
    keys that act with Ctrl.
    """

    def __init__(
        self,
        host: QWidget,
        title: str,
        placeholder: str,
        changed: Signal[None],
        run: Callable[[str], None],
        *,
        size: tuple[int, int],
        list_width: int,
    ) -> None:
        super().__init__(host, title, width=size[0], height=size[1])
        self._run = run
        self._of = ""  # the key of what is shown; empty for a new one
        self._control: Mapping[Qt.Key, Callable[[], object]] = {}
        self._count = plain.label(tone="low", size="small", data=True)
        self.head.layout().insertWidget(1, self._count)  # type: ignore[union-attr]
        self._picker = Picker(placeholder, self._counted, self._show_marked)
        self._picker.setFixedWidth(list_width)
        unfollow = changed.connect(lambda _: self._list_changed())
        self.closed.connect(lambda _answered: unfollow())

    def show_it(self) -> None:
        """With the keyboard in the list."""
        self.open(self._picker.field)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        act = self._control.get(Qt.Key(event.key())) if control else None
        if act is None:
            super().keyPressEvent(event)
            return
        act()
        event.accept()

    # --- what a subclass says -------------------------------------------------

    def _found(self, typed: str) -> Sequence[Row]:
        raise NotImplementedError

    def _total(self) -> int:
        """How many there are to be found."""
        raise NotImplementedError

    def _show_marked(self) -> None:
        raise NotImplementedError

    def _list_changed(self) -> None:
        self._picker.again(self._of)

    # --- inside ---------------------------------------------------------------

    def _beside(self, shown: QWidget) -> None:
        """What stands at the right of the list."""
        whole = plain.row(self._picker, plain.rule(vertical=True), shown, spacing=16)
        self.body.addWidget(whole, 1)

    def _counted(self, typed: str) -> Sequence[Row]:
        rows = self._found(typed)
        self._count.setText(tr("{n} of {total}", n=len(rows), total=self._total()))
        return rows

    def _leave_for(self, line: str) -> None:
        self.back()
        self._run(line)


def matches(typed: str, words: str) -> bool:
    """Whether every word that was typed stands somewhere in these."""
    return all(part in words.casefold() for part in typed.casefold().split())
