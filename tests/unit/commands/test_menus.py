"""The strip and the menus of things: only their order is written down."""

from pathlib import Path

import pytest

from workstation.commands import catalogue
from workstation.commands.bindings import load
from workstation.commands.context import Place
from workstation.commands.menus import STRIP, load_menus, offered
from workstation.errors import SettingsError
from workstation.settings import resource

REGISTRY = catalogue.registry()
BINDINGS = load(resource("keymaps", "default.toml"), REGISTRY)


def test_every_thing_has_its_menu_and_every_tool_its_icon() -> None:
    menus = load_menus(resource("menus.toml"), REGISTRY)

    assert set(menus) == {STRIP, *Place}
    for item in menus[STRIP]:
        assert not item.line or resource("icons", f"{item.icon}.svg").is_file(), item.line


def test_a_menu_takes_its_names_and_keys_from_the_commands() -> None:
    """A second list of names would say something else one day."""
    menus = load_menus(resource("menus.toml"), REGISTRY)
    found = offered(menus[Place.MEASUREMENT], REGISTRY, BINDINGS, frozenset(), "A1")
    delete = next(each for each in found if each and "delete" in each.line)

    assert delete.line == "measurement.delete A1"
    assert (delete.title, delete.key) == ("Delete measurement", "Del")
    assert delete.needs == "a measurement"
    assert None in found  # a gap


def test_what_a_menu_was_opened_on_stays_one_word() -> None:
    """A series may be named by any text; it must not become two arguments."""
    menus = load_menus(resource("menus.toml"), REGISTRY)
    first, *_ = offered(menus[Place.THUMBNAIL], REGISTRY, BINDINGS, frozenset(), "a b'c")

    assert first
    assert REGISTRY.find(first.line)[1] == ["a b'c"]


def test_lines_that_belong_together_stand_in_a_menu_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        '[view]\nlines = ["viewport.fit", { menu = "Planes", lines = ["viewport.mpr", '
        '{ run = "viewport.slab 10", title = "Thick" }] }, "image.copy"]',
        "utf-8",
    )
    items = load_menus(file, REGISTRY)[Place.VIEW]
    found = offered(items, REGISTRY, BINDINGS)

    assert [(each.line, each.within) for each in found if each] == [
        ("viewport.fit", ""),
        ("viewport.mpr", "Planes"),
        ("viewport.slab 10", "Planes"),
        ("image.copy", ""),
    ]


@pytest.mark.parametrize("place", list(Place))
def test_a_menu_of_a_thing_fits_a_low_screen(place: Place) -> None:
    """768 rows of pixels and 29 for a line: what is further down is not seen."""
    items = load_menus(resource("menus.toml"), REGISTRY)[place]
    lines = {item.within or number for number, item in enumerate(items)}

    assert len(lines) <= 26


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[view]\nlines = ["viewport.widow"]', r"\[view\] no such command: viewport.widow"),
        ('[view]\nlines = ["viewport.flip diagonal"]', "'diagonal' is not one of"),
        ('[views]\nlines = ["viewport.fit"]', r"\[views\] there is no such menu"),
        ('[strip]\nlines = ["viewport.fit"]', r"\[strip\] viewport.fit has no icon"),
        ("[view\n", "mine.toml"),
    ],
)
def test_a_wrong_menu_is_refused_at_load(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")

    with pytest.raises(SettingsError, match=message):
        load_menus(file, REGISTRY)
