"""The tool strip: which tool is in the hand, whether it stands on the strip or not."""

from fakes_viewer import opened, runner, stack
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from workstation.commands import catalogue
from workstation.commands.bindings import load as load_bindings
from workstation.commands.menus import STRIP, load_menus, offered
from workstation.commands.offers import hands
from workstation.services.viewer.viewer import Viewer
from workstation.settings import resource
from workstation.ui.chips import Chip
from workstation.ui.viewer.tools import ToolStrip


def strip(qtbot: QtBot, viewer: Viewer) -> ToolStrip:
    registry = catalogue.registry()
    bindings = load_bindings(resource("keymaps", "default.toml"), registry, resource("keymaps"))
    on_strip = load_menus(resource("menus.toml"), registry)[STRIP]
    made = ToolStrip(
        viewer, runner(viewer), offered(on_strip, registry, bindings), hands(registry, bindings)
    )
    qtbot.addWidget(made)
    made.resize(1200, made.height())
    made.show()
    return made


def named(made: ToolStrip) -> list[str]:
    return [chip.text() for chip in made.findChildren(Chip) if chip.isVisible()]


def test_a_tool_without_a_button_is_named_while_it_is_in_the_hand(qtbot: QtBot) -> None:
    """A drag that paints a segment or cuts a volume where a window was meant is a surprise."""
    viewer, _ = opened(stack())
    made = strip(qtbot, viewer)
    assert named(made) == []  # the window tool has its button

    for tool, name in (("brush", "Brush"), ("lasso", "Cut along a line"), ("cobb", "Cobb angle")):
        viewer.tool = tool
        viewer.changed.emit(None)
        assert named(made) == [name]

    viewer.tool = "length"
    viewer.changed.emit(None)
    assert named(made) == []


def test_the_name_of_the_tool_is_whole_beside_a_report_on_a_laptop(qtbot: QtBot) -> None:
    """730 pixels are what 1366 leave between the names of series and the report."""
    viewer, _ = opened(stack())
    made = strip(qtbot, viewer)
    beside = QWidget()
    qtbot.addWidget(beside)
    made.setParent(beside)
    made.resize(730, made.height())
    beside.show()
    made.show()
    viewer.tool = "cursor3d"
    viewer.changed.emit(None)
    qtbot.wait(20)

    (chip,) = (each for each in made.findChildren(Chip) if each.isVisible())
    assert chip.width() >= chip.sizeHint().width()


def test_what_the_strip_says_never_takes_room_from_the_images(qtbot: QtBot) -> None:
    """With each sentence the views grew and the report beside them shrank, by some pixels."""
    viewer, _ = opened(stack())
    beside = QWidget()
    qtbot.addWidget(beside)
    row = QHBoxLayout(beside)
    made = strip(qtbot, viewer)
    row.addWidget(made)
    beside.show()
    before = beside.minimumSizeHint().width()

    viewer.tool = "cardiothoracic"
    viewer.changed.emit(None)

    assert named(made) == ["Cardiothoracic ratio"]
    assert beside.minimumSizeHint().width() == before
