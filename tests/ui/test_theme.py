"""The look: one source of colour, readable everywhere."""

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workstation.settings import resource
from workstation.ui import icons, theme
from workstation.ui.focus import FocusRing

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in (ROOT / "workstation/ui").rglob("*.py") if path.name != "theme.py"
)
HEX = re.compile(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b")


def luminance(color: QColor) -> float:
    """WCAG 2.2, relative luminance."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    r, g, b, _ = color.getRgbF()
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(theme.color(one)), luminance(theme.color(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_extremes() -> None:
    """Black on white is 21 by definition; a wrong formula would make the tests below worthless."""
    black, white = luminance(QColor(0, 0, 0)), luminance(QColor(255, 255, 255))

    assert (white + 0.05) / (black + 0.05) == pytest.approx(21.0)


@pytest.mark.parametrize("ground", ["bg.panel", "bg.raised", "bg.select", "bg.field", "bg.app"])
@pytest.mark.parametrize(
    "text",
    ["text.hi", "text.mid", "text.low", "hue.here", "hue.act", "hue.open", "hue.done", "hue.ai"],
)
def test_every_text_can_be_read_on_every_ground(text: str, ground: str) -> None:
    """A reading room is dark and the shift is long: 4.5 to 1 is the floor (WCAG 1.4.3)."""
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("hue", ["act", "open", "done", "ai", "here"])
def test_a_hue_can_be_read_on_its_own_ground_and_filled(hue: str) -> None:
    """Banners and filled chips carry the most urgent words of all."""
    assert contrast(f"hue.{hue}", f"hue_ground.{hue}") >= 4.5
    assert contrast("text.low", f"hue_ground.{hue}") >= 4.5
    assert contrast("text.inverse", f"hue.{hue}") >= 4.5


@pytest.mark.parametrize("ground", ["bg.panel", "bg.raised", "bg.field"])
def test_the_edge_of_an_entry_field_can_be_seen(ground: str) -> None:
    """3 to 1 for what must be found to be used (WCAG 1.4.11)."""
    assert contrast("line.strong", ground) >= 3.0
    assert contrast("hue.here", ground) >= 3.0


@pytest.mark.parametrize("name", ["app", "panel", "raised", "field", "hover", "press"])
def test_chrome_has_no_hue_and_hardly_any_light(name: str) -> None:
    """Colour beside an image changes how the image is seen; light dims its darkest tones."""
    ground = theme.color(f"bg.{name}")

    assert ground.red() == ground.green() == ground.blue()
    assert luminance(ground) < 0.03 + 0.01


@pytest.mark.parametrize("source", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_colour_and_no_type_size_stands_outside_the_theme(source: Path) -> None:
    """Two sources of colour drift apart, and one hue gets two meanings."""
    text = source.read_text("utf-8")
    found = HEX.findall(text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            literal = bool(node.args) and isinstance(node.args[0], ast.Constant)
            if (name == "QColor" and node.args) or (
                name in ("setPixelSize", "setPointSize", "setPointSizeF") and literal
            ):
                found.append(f"{name}, line {node.lineno}")
        named = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if named.startswith("Qt.GlobalColor.") and not named.endswith(".transparent"):
            found.append(f"{named}, line {node.lineno}")

    assert found == []


def test_no_colour_stands_in_the_sheet_or_the_icons() -> None:
    """They are templates: the tokens are put in at start."""
    files = [resource("theme.qss"), *resource("icons").glob("*.svg")]

    assert [file.name for file in files if HEX.search(file.read_text("utf-8"))] == []
    assert "$" not in theme.style_sheet()


def test_digits_are_of_one_width_and_the_font_is_ours(qtbot: QtBot) -> None:
    """A clock that jitters draws the eye away from the image; a 0 must not be an O."""
    metrics = QFontMetricsF(theme.font("clock", 600))
    widths = [metrics.horizontalAdvance(digit) for digit in "0123456789"]

    assert QFontInfo(theme.font()).family() == "Inter"
    assert max(widths) - min(widths) < 0.1  # of 13.4 px; without `tnum` a 1 is 4 px narrower


def test_the_focus_ring_stands_off_the_button_and_follows_it(qtbot: QtBot) -> None:
    """Who works by keyboard must always see where they are."""
    host = QWidget()
    qtbot.addWidget(host)
    layout = QVBoxLayout(host)
    layout.setContentsMargins(20, 20, 20, 20)
    first, second = QPushButton("1"), QPushButton("2")
    layout.addWidget(first)
    layout.addWidget(second)
    host.show()
    host.activateWindow()
    first.setFocus()
    qtbot.waitUntil(lambda: bool(host.findChildren(FocusRing)))
    second.setFocus()
    host.resize(400, 300)

    rings = [ring for ring in host.findChildren(FocusRing) if ring.isVisible()]
    assert [ring.geometry() for ring in rings] == [second.geometry().adjusted(-4, -4, 4, 4)]


@pytest.mark.parametrize("name", icons.names())
def test_an_icon_is_drawn_in_the_colour_asked_for(name: str, qtbot: QtBot) -> None:
    """An icon that cannot be drawn is a state that cannot be seen."""
    picture = icons.pixmap(name, "hue.act", 16, 2.0).toImage()
    wanted = theme.color("hue.act")
    seen = [
        picture.pixelColor(x, y)
        for x in range(picture.width())
        for y in range(picture.height())
        if picture.pixelColor(x, y).alpha() > 250
    ]

    assert picture.width() == 32
    assert any(abs(c.red() - wanted.red()) < 3 and abs(c.blue() - wanted.blue()) < 3 for c in seen)
