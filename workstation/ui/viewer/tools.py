"""The tool strip: every tool with its name and key in the tooltip, and how views are linked."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workstation.services.viewer import Viewer
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.plain import Button

HEIGHT: Final = 36


def _strip() -> tuple[tuple[str, str, str], ...]:
    """(icon, name, command line); an empty icon is a gap."""
    return (
        ("window", tr("Window"), "tool.window"),
        ("move", tr("Pan"), "tool.pan"),
        ("zoom", tr("Zoom"), "tool.zoom"),
        ("", "", ""),
        ("ruler", tr("Length"), "tool.length"),
        ("bidirectional", tr("Two axes"), "tool.bidirectional"),
        ("angle", tr("Angle"), "tool.angle"),
        ("ellipse", tr("Ellipse"), "tool.ellipse"),
        ("rectangle", tr("Rectangle"), "tool.rectangle"),
        ("crosshair", tr("Probe"), "tool.probe"),
        ("", "", ""),
        ("invert", tr("Invert"), "viewport.invert"),
        ("flip", tr("Flip"), "viewport.flip"),
        ("rotate", tr("Rotate"), "viewport.rotate"),
        ("reset", tr("Reset"), "viewport.reset"),
        ("", "", ""),
        ("grid", tr("Layout"), "viewport.layout 2x2"),
        ("layers", tr("Compare with prior"), "compare.prior"),
        ("link", tr("Link views"), "link.toggle"),
    )


class ToolStrip(QWidget):
    """36 px high; may be hidden by key. `keys` names the key of a command line, for tooltips."""

    def __init__(self, viewer: Viewer, run: Callable[[str], None], keys: Mapping[str, str]) -> None:
        super().__init__()
        self._viewer = viewer
        self._buttons: dict[str, Button] = {}
        self.setFixedHeight(HEIGHT)
        plain.ground(self, "panel")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 12, 0)
        row.setSpacing(2)
        for icon, name, line in _strip():
            if not icon:
                row.addSpacing(12)
                continue
            made = plain.icon_button(icon, name, partial(run, line), key=keys.get(line, ""))
            made.setCheckable(line.startswith("tool.") or line == "link.toggle")
            self._buttons[line] = made
            row.addWidget(made)
        row.addSpacing(12)
        self._link = plain.elided(tone="mid", size="small", data=False)
        self._reason = plain.elided(tone="low", size="small", data=False)
        row.addWidget(self._link)
        row.addStretch(1)
        row.addWidget(self._reason)
        viewer.changed.connect(lambda _: self._follow())
        viewer.viewport_changed.connect(lambda _: self._follow_link())
        self._follow()

    def _follow(self) -> None:
        for line, made in self._buttons.items():
            if line.startswith("tool."):
                made.setChecked(line == f"tool.{self._viewer.tool}")
        self._buttons["link.toggle"].setChecked(self._viewer.links.on)
        self._reason.say(self._viewer.reason(self._viewer.active))
        self._follow_link()

    def _follow_link(self) -> None:
        self._link.say(self._viewer.link_words)
