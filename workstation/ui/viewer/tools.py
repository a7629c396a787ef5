"""The tool strip: tools with name and key in the tooltip, and how views are linked."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from workstation.commands.offers import Offer
from workstation.services.viewer.viewer import Viewer
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.buttons import Button
from workstation.ui.chips import Chip
from workstation.ui.soon import Soon

HEIGHT: Final = 36
#: What the tools take, and the gaps between them and the words.
_TOOLS: Final = 680
#: Between the two texts, at least.
_APART: Final = 24
#: Less of a sentence says nothing; the views say how they are linked.
_FEWEST: Final = 120
#: Down while views are linked.
_LINK: Final = "link.toggle"


class ToolStrip(QWidget):
    """36 px high; may be hidden by key. What stands on it comes from the commands.

    `hands` are all tools by the viewer's names for them: one that has no button here is named
    while it is in the hand.
    """

    def __init__(
        self,
        viewer: Viewer,
        run: Callable[[str], None],
        offers: Iterable[Offer | None],
        hands: Mapping[str, Offer],
    ) -> None:
        super().__init__()
        self._viewer, self._hands = viewer, hands
        self._buttons: dict[str, Button] = {}
        self.setFixedHeight(HEIGHT)
        # what it says must not push the images wider, and the report with them
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        plain.ground(self, "panel")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(2)
        for offer in offers:
            if offer is None:
                row.addSpacing(12)
                continue
            made = plain.icon_button(
                offer.icon, offer.title, partial(run, offer.line), key=offer.key
            )
            made.setCheckable(offer.line.startswith("tool.") or offer.line == _LINK)
            self._buttons[offer.line] = made
            row.addWidget(made)
        row.addSpacing(12)
        self._hand = Chip()
        row.addWidget(self._hand)
        row.addSpacing(8)
        self._link = plain.elided(tone="mid", size="small", data=False)
        self._reason = plain.elided(tone="low", size="small", data=False)
        row.addWidget(self._link)
        row.addStretch(1)
        row.addWidget(self._reason)
        viewer.changed.connect(lambda _: self._follow())
        self._soon = Soon(self, lambda _: self._follow_link())  # many with one move of a hand
        viewer.viewport_changed.connect(lambda _: self._soon.add(_LINK))
        self._follow()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """How views are linked comes before why they hang so."""
        super().resizeEvent(event)
        self._make_room()

    def show_keys(self, keys: Mapping[str, str]) -> None:
        """Other keys from now on, by command line."""
        for line, button in self._buttons.items():
            plain.set_tooltip(button, button.accessibleName(), keys.get(line, ""))

    def _make_room(self) -> None:
        """Why it hangs so is said where it can be read whole."""
        taken = self._hand.sizeHint().width() if self._hand.text() else 0
        room = max(0, self.width() - _TOOLS - taken)
        link = min(self._link.sizeHint().width(), room)
        self._link.setMinimumWidth(link)
        self._link.setVisible(link >= min(_FEWEST, self._link.sizeHint().width()))
        self._reason.setVisible(self._reason.sizeHint().width() <= room - link - _APART)

    def _follow(self) -> None:
        for line, made in self._buttons.items():
            if line.startswith("tool."):
                made.setChecked(line == f"tool.{self._viewer.tool}")
        if _LINK in self._buttons:
            self._buttons[_LINK].setChecked(self._viewer.links.on)
        tool = self._viewer.tool
        other = self._hands.get(tool) if f"tool.{tool}" not in self._buttons else None
        name = other.title if other else ""
        self._hand.show_state(name, "hue.here")
        self._hand.setToolTip(plain.tooltip_text(name))
        why = self._viewer.reason(self._viewer.active)
        self._reason.say(tr("Hung: {why}", why=why) if why else "")
        self._follow_link()

    def _follow_link(self) -> None:
        self._link.say(self._viewer.link_words)
        self._make_room()
