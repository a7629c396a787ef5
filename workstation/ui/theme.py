"""The look as values: colours, type and space of `resources/tokens.toml`.

No other module of `ui` names a colour or a pixel size of type (a test reads them all).
"""

import re
import tomllib
from functools import cache
from typing import Final, Literal

from attrs import frozen
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QPainter,
    QPalette,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QApplication

from workstation.settings import resource
from workstation.ui.focus import keep_focus_ring

Size = Literal["micro", "small", "body", "report", "title", "clock"]
Dash = Literal["solid", "dash", "dot", "dashdot"]

_WEIGHTS: Final = ("Regular", "Medium", "SemiBold", "Bold")
_DASHES: Final = {
    "solid": Qt.PenStyle.SolidLine,
    "dash": Qt.PenStyle.DashLine,
    "dot": Qt.PenStyle.DotLine,
    "dashdot": Qt.PenStyle.DashDotLine,
}


@frozen
class Grounds:
    image: str
    app: str
    panel: str
    raised: str
    field: str
    hover: str
    select: str
    press: str
    current: str


@frozen
class Lines:
    hair: str
    edge: str
    source: str
    strong: str


@frozen
class Texts:
    hi: str
    mid: str
    low: str
    image: str
    default: str
    ai: str
    inverse: str


@frozen
class Hues:
    """One hue, one meaning: see section 2 of the design guide."""

    here: str
    act: str
    open: str
    done: str
    ai: str
    none: str


@frozen
class HueGrounds:
    act: str
    open: str
    done: str
    ai: str
    here: str


@frozen
class Inks:
    """Only on images."""

    measure: str
    active: str
    plane_a: str
    plane_c: str
    plane_s: str
    curve: str
    halo: str


@frozen
class Sizes:
    """Type, in device-independent pixels."""

    micro: int
    small: int
    body: int
    report: int
    title: int
    clock: int


@frozen
class Radii:
    chip: int
    control: int
    card: int
    dialog: int


@frozen
class Tokens:
    bg: Grounds
    line: Lines
    text: Texts
    hue: Hues
    hue_ground: HueGrounds
    ink: Inks
    size: Sizes
    radius: Radii
    space: tuple[int, ...]
    family: str


@cache
def tokens() -> Tokens:
    """What the file says; a missing or unknown name in it is an error at start."""
    read = tomllib.loads(resource("tokens.toml").read_text("utf-8"))
    return Tokens(
        bg=Grounds(**read["bg"]),
        line=Lines(**read["line"]),
        text=Texts(**read["text"]),
        hue=Hues(**read["hue"]),
        hue_ground=HueGrounds(**read["hue_ground"]),
        ink=Inks(**read["ink"]),
        size=Sizes(**read["font"]["size"]),
        radius=Radii(**read["space"]["radius"]),
        space=tuple(read["space"]["step"]),
        family=read["font"]["family"],
    )


def hex_of(name: str) -> str:
    """The token as written: ``hex_of("hue.here")``."""
    group, _, key = name.partition(".")
    return str(getattr(getattr(tokens(), group), key))


@cache
def _opaque(name: str) -> QColor:
    return QColor(hex_of(name))


def color(name: str, alpha: float = 1.0) -> QColor:
    """A colour by the name of its token, ``color("hue.here")``; alpha 0 to 1."""
    found = QColor(_opaque(name))
    if alpha < 1.0:
        found.setAlphaF(alpha)
    return found


def pen(name: str, width: float = 1.0, dash: Dash = "solid") -> QPen:
    """A line in the colour of a token, square at its ends, width in logical pixels."""
    made = QPen(color(name), width, _DASHES[dash], Qt.PenCapStyle.FlatCap)
    if dash == "dash":
        made.setDashPattern([3.0, 2.0])
    return made


def pen_of_data(rgb: tuple[int, int, int], width: float) -> QPen:
    """A line in a colour that an object of the study recommends: data, not style."""
    return QPen(QColor(*rgb), width)


def color_of_data(rgb: tuple[float, float, float]) -> QColor:
    """A colour that a preset of volume rendering shows values in, parts of 1: data, not style."""
    red, green, blue = (min(max(part, 0.0), 1.0) for part in rgb)
    return QColor.fromRgbF(red, green, blue)


def font(size: Size | int = "body", weight: int = 400, *, italic: bool = False) -> QFont:
    """The reading font: digits of one width, a zero that is not an O.

    `size` is a name of the type scale, or pixels where the reader sets them (report text).
    """
    return QFont(_font(size, weight, italic))  # a copy: fonts can be changed


@cache
def _font(size: Size | int, weight: int, italic: bool) -> QFont:
    made = QFont()
    made.setFamilies([tokens().family, "Noto Sans"])
    made.setPixelSize(size if isinstance(size, int) else getattr(tokens().size, size))
    made.setWeight(QFont.Weight(weight))
    made.setItalic(italic)
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setFeature(QFont.Tag("zero"), 1)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    # With each letter that is typed its paragraph is laid out anew: kerning is a fourth of that.
    made.setKerning(size != "report")
    return made


@cache
def _hatch_tile(ratio: float) -> QPixmap:
    period = 5 * 2  # two strokes a tile, so that the tile repeats without a seam
    tile = QPixmap(round(period * ratio), round(period * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    with QPainter(tile) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color("ink.active", 0.07), 1.0))
        for start in range(-period, 2 * period, 5):
            painter.drawLine(start, period, start + period, 0)
    return tile


def hatch(ratio: float = 1.0) -> QBrush:
    """Not known now: stale, not loaded, offline. 135 degrees, every 5 px."""
    return QBrush(_hatch_tile(ratio))


def style_sheet() -> str:
    """`resources/theme.qss` with every token put in."""

    def value(match: re.Match[str]) -> str:
        group, key = match.group(1), match.group(2)
        if group == "font":
            return f"{getattr(tokens().size, key)}px"
        return hex_of(f"{group}.{key}")

    return re.sub(r"\$([a-z_]+)\.([a-z_]+)", value, resource("theme.qss").read_text("utf-8"))


def palette() -> QPalette:
    """For what Fusion draws by itself."""
    made = QPalette()
    role = QPalette.ColorRole
    for each, name in {
        role.Window: "bg.app",
        role.WindowText: "text.hi",
        role.Base: "bg.field",
        role.AlternateBase: "bg.panel",
        role.ToolTipBase: "bg.raised",
        role.ToolTipText: "text.hi",
        role.PlaceholderText: "text.low",
        role.Text: "text.hi",
        role.Button: "bg.raised",
        role.ButtonText: "text.hi",
        role.BrightText: "text.hi",
        role.Link: "hue.here",
        role.LinkVisited: "hue.here",
        role.Highlight: "bg.current",
        role.HighlightedText: "text.hi",
        role.Accent: "hue.here",
        role.Light: "bg.press",
        role.Midlight: "bg.hover",
        role.Mid: "line.edge",
        role.Dark: "line.hair",
        role.Shadow: "bg.image",
    }.items():
        made.setColor(each, color(name))
    for each in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, each, color("text.low"))
    return made


@cache
def _load_fonts() -> None:
    for weight in _WEIGHTS:
        QFontDatabase.addApplicationFont(str(resource(f"fonts/Inter-{weight}.otf")))


def apply(app: QApplication) -> None:
    """Dress the program before its first window is shown."""
    _load_fonts()
    app.setStyle("Fusion")
    app.setPalette(palette())
    app.setFont(font())
    app.setStyleSheet(style_sheet())
    app.setEffectEnabled(Qt.UIEffect.UI_AnimateMenu, False)
    app.setEffectEnabled(Qt.UIEffect.UI_FadeMenu, False)
    app.setEffectEnabled(Qt.UIEffect.UI_AnimateCombo, False)
    app.setEffectEnabled(Qt.UIEffect.UI_FadeTooltip, False)
    app.setEffectEnabled(Qt.UIEffect.UI_AnimateTooltip, False)
    keep_focus_ring(app, pen("hue.here", 2.0), tokens().radius.control + 2)
