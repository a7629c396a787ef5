"""The gallery: every state of every small widget on one page, drawn at any ratio.

It is looked at when the tokens or a widget change, and a test looks for words that are cut.
Samples are data: what they say is not for readers.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QAbstractButton, QWidget

from workstation.domain.report import ReportState
from workstation.ui import icons, plain, theme
from workstation.ui.bars import Tab
from workstation.ui.buttons import Button, ButtonLook
from workstation.ui.chips import Chip, KeyCap, Look, shown_key
from workstation.ui.plain import Tone
from workstation.ui.report_lists import Entry, SlotList, status_chip
from workstation.ui.sla_clock import SlaClock
from workstation.ui.status_bar import Standing, StatusBar
from workstation.ui.worklist_forms import Sla, SlaKind

_WIDE: Final = 1240
_TONES: Final[tuple[Tone, ...]] = ("hi", "mid", "low", "here", "act", "open", "done", "ai")
_SIZES: Final = ("micro", "small", "body", "report", "title", "clock")
_LOOKS: Final[tuple[Look, ...]] = ("outline", "dashed", "filled", "plain")
_BUTTONS: Final[tuple[ButtonLook, ...]] = ("normal", "main", "quiet")
_HUES: Final = ("hue.here", "hue.act", "hue.open", "hue.done", "hue.ai", "hue.none")
_GROUNDS: Final = ("app", "panel", "raised", "field", "hover", "press", "select", "current")
_INKS: Final = ("measure", "active", "plane_a", "plane_c", "plane_s")


def picture(ratio: float, *, rightward: bool = True) -> QImage:
    """The whole page in the pixels of a screen of this ratio; not `rightward`, mirrored."""
    page = Gallery()
    direction = Qt.LayoutDirection.LeftToRight if rightward else Qt.LayoutDirection.RightToLeft
    page.setLayoutDirection(direction)
    page.adjustSize()
    image = QImage(page.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(theme.color("bg.panel"))
    flags = QWidget.RenderFlag.DrawChildren | QWidget.RenderFlag.DrawWindowBackground
    page.render(image, QPoint(), QRegion(), flags)
    page.deleteLater()
    return image


class Gallery(QWidget):
    """One row for each kind of widget, with all its states."""

    def __init__(self) -> None:
        super().__init__()
        plain.ground(self, "panel")
        self.setFixedWidth(_WIDE)
        rows = [_row(title, made) for title, made in sections()]
        layout = plain.column(*rows, margins=(24, 16, 24, 24), spacing=14)
        layout.setParent(self)
        layout.setFixedWidth(_WIDE)
        layout.adjustSize()
        self.setFixedHeight(layout.height())


def sections() -> Iterator[tuple[str, Sequence[QWidget]]]:
    """What there is, and each of its states."""
    yield "Grounds", [Swatch(f"bg.{name}", name) for name in _GROUNDS]
    yield "Text", [_said(f"{tone} 123", tone) for tone in _TONES]
    yield "Sizes", [plain.label(f"{size} 12:34", size=size, data=True) for size in _SIZES]
    yield "Ink", [Swatch(f"ink.{name}", name) for name in _INKS]
    for look in _BUTTONS:
        yield f"Button {look}", list(_buttons(look))
    yield "Tabs", list(_tabs())
    yield "Boxes", list(_boxes())
    yield "Entries", list(_entries())
    for shape in _LOOKS:
        chips = [Chip(hue.partition(".")[2].upper(), hue, shape) for hue in _HUES]
        yield f"Chips {shape}", chips
    yield "Report", [Chip(*status_chip(status)) for status in ReportState]
    yield "Keys", [KeyCap(key) for key in ("N", "Ctrl+K", "Shift+Up", "Backspace", "F12")]
    for boxed in (True, False):
        clocks = list(_clocks(boxed=boxed))
        yield "Clocks", clocks[:4]
        yield "Clocks", clocks[4:]
    for part in _chunks(icons.names(), 28):
        yield "Icons", [plain.mark(name) for name in part]
    yield "Checks", [_checks()]
    yield "Status", [_status(Standing(sites="3 of 3 sites", draft="Draft saved", news="Copied"))]
    yield "", [_status(Standing(sites="2 of 3 sites", all_sites=False, message="not signed in"))]


class Swatch(QWidget):
    """A token as an area, its name on it or below it."""

    def __init__(self, token: str, name: str) -> None:
        super().__init__()
        self._token, self._name = token, name
        self.setFixedSize(QSize(104, 34))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            colour: QColor = theme.color(self._token)
            painter.fillRect(self.rect(), colour)
            painter.setPen(theme.pen("line.edge"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.setFont(theme.font("micro"))
            painter.setPen(theme.color("text.inverse" if colour.lightnessF() > 0.5 else "text.hi"))
            painter.drawText(QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, self._name)


def _row(title: str, made: Iterable[QWidget]) -> QWidget:
    head = plain.label(title, tone="low", size="small", data=True)
    head.setFixedWidth(112)
    return plain.row(head, *made, 0, spacing=14)


def _said(words: str, tone: Tone) -> QWidget:
    return plain.label(words, tone=tone, data=True)


def _buttons(look: ButtonLook) -> Iterator[QWidget]:
    def made(text: str, key: str = "", icon: str = "") -> Button:
        return plain.button(text, _nothing, key=key, look=look, icon=icon)

    yield made("Sign")
    yield made("Sign", key="F12")
    yield made("Record", key="F4", icon="microphone")
    yield made("", icon="ruler")
    yield _with(made("Held"), lambda each: each.setDown(True))
    yield _with(made("Chosen"), _choose)
    yield _with(made("Off", key="F12"), lambda each: each.setEnabled(False))


def _choose(button: QAbstractButton) -> None:
    button.setCheckable(True)
    button.setChecked(True)


def _with(made: Button, change: Callable[[Button], object]) -> Button:
    change(made)
    return made


def _tabs() -> Iterator[QWidget]:
    for chosen in (False, True):
        for count in (0, 3, 128):
            tab = Tab("Outbox", _nothing)
            tab.setChecked(chosen)
            tab.show_count(count)
            yield tab


def _boxes() -> Iterator[QWidget]:
    for checked in (False, True):
        for enabled in (True, False):
            made = plain.check_box("Open next case")
            made.setChecked(checked)
            made.setEnabled(enabled)
            yield made


def _entries() -> Iterator[QWidget]:
    for text, enabled in (("", True), ("Alder", True), ("Alder", False)):
        made = plain.line_edit("Name or number")
        made.setText(text)
        made.setEnabled(enabled)
        made.setFixedWidth(200)
        yield made
    secret = plain.line_edit("Password", secret=True)
    secret.setText("secret")
    secret.setFixedWidth(200)
    yield secret


def _clocks(*, boxed: bool) -> Iterator[QWidget]:
    texts = {
        SlaKind.BREACH: "+1:04:18", SlaKind.STOPPED: "accepted", SlaKind.UNKNOWN: "2:04",
        SlaKind.NONE: "no deadline",
    }  # fmt: skip
    for kind in SlaKind:
        clock = SlaClock("title", boxed=boxed)
        clock.show_sla(Sla(kind, texts.get(kind, "38:20"), 0.4, "F"))
        yield clock


def _checks() -> QWidget:
    made = SlotList("Checks", 4, lambda _line: None, 26)
    made.setFixedWidth(488)
    made.show_entries(
        [
            Entry("octagon-alert", "hue.act", "The impression is empty", key="F8"),
            Entry("triangle-alert", "hue.open", "52 images not shown: Axial lung 2.5"),
            Entry("check", "hue.done", "Report and images: same patient", quiet=True),
            Entry(
                "diamond",
                "ink.measure",
                "22 mm",
                name="A1",
                aside="image 51",
                key=shown_key("Ctrl+F1"),
            ),
        ],
        (("1 block", "hue.act"), ("1 warn", "hue.open"), ("12 passed", "text.low")),
    )
    return made


def _status(told: Standing) -> QWidget:
    made = StatusBar((("case.next", "read next"), ("app.keys", "keys")))
    made.show_keys({"case.next": "N", "app.keys": "?"})
    made.show_standing(told)
    made.setFixedWidth(960)
    return made


def _chunks(names: Sequence[str], many: int) -> Iterator[Sequence[str]]:
    return (names[at : at + many] for at in range(0, len(names), many))


def _nothing() -> None:
    """A sample does nothing."""
