"""What is offered over the windows: palette, key sheet and menus, all made of the commands."""

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from workstation.commands.bindings import Bindings, Scope
from workstation.commands.context import Place
from workstation.commands.menus import Menus, offered
from workstation.commands.offers import Offer, offers
from workstation.commands.registry import Registry
from workstation.ui import menus
from workstation.ui.keysheet import KeySheet
from workstation.ui.palette import Palette


class Offering:
    """Owned by the shell, GUI thread. `active` are the `when` keys that hold now."""

    def __init__(
        self,
        registry: Registry,
        bindings: Bindings,
        things: Menus,
        active: Callable[[], frozenset[str]],
        run: Callable[[str], None],
    ) -> None:
        self.bindings = bindings
        self._registry, self._things = registry, things
        self._active, self._run = active, run
        self._recent: list[str] = []

    def palette(self, over: QWidget, line: str = "") -> None:
        """Find a command by typing; with the beginning of a line, finish it."""
        Palette(over, self._every(), self._run, self._recent).open(line)

    def keys(self, host: QWidget, scope: Scope) -> None:
        """The keys that work here and now."""
        KeySheet(host, self.bindings, self._registry, scope, self._active(), self._run).open()

    def menu(self, host: QWidget) -> None:
        """Every command by its group, below the head of the window."""
        made = menus.of_all(host, self._every(), lambda each: self._pick(host, each))
        self._show(made, host.mapToGlobal(QPoint(8, 8)))

    def context(self, host: QWidget, place: Place, target: str, *, at_pointer: bool) -> None:
        """The menu of one thing: where the pointer is, or on what has the focus."""
        focus = host.focusWidget() or host
        at = QCursor.pos() if at_pointer else focus.mapToGlobal(focus.rect().center())
        lines = offered(
            self._things.get(place, ()), self._registry, self.bindings, self._active(), target
        )
        self._show(menus.of_thing(host, lines, lambda each: self._pick(host, each)), at)

    # --- inside ---------------------------------------------------------------

    def _every(self) -> tuple[Offer, ...]:
        return offers(self._registry, self.bindings, self._active())

    def _pick(self, host: QWidget, chosen: Offer) -> None:
        if chosen.line.endswith(" "):
            self.palette(host, chosen.line)
        else:
            self._run(chosen.line)

    def _show(self, made: QMenu, at: QPoint) -> None:
        """Opened, and its first line chosen, so that arrows and Enter do the rest."""
        made.popup(at)
        if made.actions():
            made.setActiveAction(made.actions()[0])
