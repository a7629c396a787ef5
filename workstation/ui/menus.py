"""Menus made of the commands: all of them by group, or those of one thing.

Each line bears its key. What cannot run now is grey and says in its tooltip what it needs;
what asks for words ends in an ellipsis and goes on in the palette.
"""

from collections.abc import Callable, Iterable
from itertools import groupby

from PySide6.QtWidgets import QApplication, QMenu, QWidget

from workstation.commands.context import Place
from workstation.commands.offers import Offer
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import shown_key

Pick = Callable[[Offer], None]

#: A widget that has a menu says here what it is, and which one.
_PLACE, _TARGET = "place", "target"
#: Lines of one command that stand in a menu of their own: windows 1 to 9, four sides.
_TOGETHER = 3


def of_all(parent: QWidget, every: Iterable[Offer], pick: Pick) -> QMenu:
    """A menu with one menu for each group."""
    whole = plain.menu(parent)
    for group, offers in groupby(_by_group(every), key=lambda each: each.group):
        _fill(_within(whole, group), list(offers), pick)
    return whole


def of_thing(parent: QWidget, offers: Iterable[Offer | None], pick: Pick) -> QMenu:
    """A menu of these lines; None is a gap."""
    made = plain.menu(parent)
    made.setToolTipsVisible(True)
    for within, lines in groupby(offers, key=lambda each: each.within if each else ""):
        into = _within(made, within) if within else made
        for offer in lines:
            if offer is None:
                into.addSeparator()
            else:
                _add(into, offer, pick)
    return made


def _by_group(every: Iterable[Offer]) -> list[Offer]:
    found: dict[str, list[Offer]] = {}
    for offer in every:
        found.setdefault(offer.group, []).append(offer)
    return [offer for offers in found.values() for offer in offers]


def _fill(menu: QMenu, offers: list[Offer], pick: Pick) -> None:
    for _name, several in groupby(offers, key=lambda each: each.line.split(" ")[0]):
        lines = list(several)
        into = menu
        if len(lines) > _TOGETHER:
            into = _within(menu, lines[0].kind)
        for offer in lines:
            _add(into, offer, pick)


def _within(menu: QMenu, title: str) -> QMenu:
    made = menu.addMenu(_plain(title))
    made.setFont(menu.font())
    made.setToolTipsVisible(True)
    return made


def _add(menu: QMenu, offer: Offer, pick: Pick) -> None:
    key = f"\t{shown_key(offer.key)}" if offer.key else ""
    action = menu.addAction(f"{_plain(offer.title)}{key}")
    action.setEnabled(not offer.needs)
    if offer.needs:
        action.setToolTip(plain.tooltip_text(tr("needs {what}", what=offer.needs)))
    action.triggered.connect(lambda _checked=False: pick(offer))


def _plain(text: str) -> str:
    """An `&` in a name is an ampersand, not a key."""
    return text.replace("&", "&&")


def place_on(widget: QWidget, place: Place, target: str = "") -> None:
    """This widget, and what is in it, has the menu of such a thing."""
    widget.setProperty(_PLACE, place.value)
    widget.setProperty(_TARGET, target)


def focused() -> tuple[Place, str] | None:
    """What has the focus and has a menu, and which one it is."""
    at = QApplication.focusWidget()
    while at is not None:
        if at.property(_PLACE):
            return Place(at.property(_PLACE)), str(at.property(_TARGET) or "")
        at = at.parentWidget()
    return None
