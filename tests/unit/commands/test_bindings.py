"""Keymaps: what a key does, and what is refused at load."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.commands import catalogue
from workstation.commands.bindings import Bindings, Scope, Stroke, load, stroke
from workstation.commands.registry import Command, Registry
from workstation.errors import SettingsError
from workstation.settings import resource


def registry() -> Registry:
    return catalogue.registry()


def written(tmp_path: Path, text: str) -> Bindings:
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    return load(file, registry())


@pytest.fixture(scope="module")
def shipped() -> Bindings:
    return load(resource("keymaps", "default.toml"), registry())


@pytest.mark.parametrize(
    ("keys", "focus", "line"),
    [
        ("N", Scope.WORKLIST, "case.next"),
        ("N", Scope.IMAGES, "case.next"),
        ("Enter", Scope.WORKLIST, "case.open"),
        ("Esc", Scope.REPORT, "app.back"),
        ("F12", Scope.REPORT, "report.sign"),
        ("F9", Scope.IMAGES, "report.draft"),
        ("Tab", Scope.REPORT, "report.next-field"),
        ("D", Scope.IMAGES, "tool.length"),
        ("D", Scope.REPORT, "tool.length"),
        ("M", Scope.REPORT, "report.insert-measurement"),
        ("Ctrl+Z", Scope.REPORT, "report.undo"),
        ("Ctrl+Z", Scope.IMAGES, "measurement.undo"),
        ("Ctrl+Shift+Z", Scope.REPORT, "report.redo"),
        ("Ctrl+Shift+Z", Scope.IMAGES, "measurement.redo"),
        ("K", Scope.IMAGES, "tool.cobb"),
        ("1", Scope.IMAGES, "viewport.window 1"),
        ("Shift+F", Scope.IMAGES, "viewport.one-to-one"),
        ("Ctrl+K", Scope.REPORT, "app.palette"),
        ("?", Scope.IMAGES, "app.keys"),
        ("/", Scope.WORKLIST, "worklist.search"),
    ],
)
def test_the_shipped_keys_do_what_the_key_sheet_says(
    shipped: Bindings, keys: str, focus: Scope, line: str
) -> None:
    """A reader's hands know the keys; a key that moved is a wrong act on a patient."""
    found = shipped.find((stroke(keys),), focus)

    assert found is not None
    assert found.run == line


def test_letters_of_the_images_do_nothing_in_the_worklist(shipped: Bindings) -> None:
    """D in the list would start a measurement on images nobody looks at."""
    assert shipped.find((stroke("D"),), Scope.WORKLIST) is None


def test_two_commands_on_one_key_are_refused_with_both_names(tmp_path: Path) -> None:
    """Which of the two would run? The reader must not find out on a case."""
    with pytest.raises(
        SettingsError, match=r"mine\.toml: I is both viewport\.invert and case\.next"
    ):
        written(
            tmp_path,
            '[a]\nscope = "images"\n[a.keys]\n"I" = "viewport.invert"\n'
            '[b]\n[b.keys]\n"I" = "case.next"\n',
        )


def test_one_key_may_mean_two_things_in_two_panes(tmp_path: Path) -> None:
    """Enter opens in the list and makes one view of many over images."""
    made = written(
        tmp_path,
        '[a]\nscope = "images"\n[a.keys]\n"Enter" = "viewport.fit"\n'
        '[b]\nscope = "worklist"\n[b.keys]\n"Enter" = "case.open"\n',
    )

    assert [each.run for each in made.all] == ["viewport.fit", "case.open"]


def test_a_key_that_begins_a_chord_cannot_be_a_command_itself(tmp_path: Path) -> None:
    """It would never be known which was meant."""
    with pytest.raises(SettingsError, match="G I is both"):
        written(tmp_path, '[a]\n[a.keys]\n"G" = "case.next"\n"G I" = "app.keys"\n')


def test_a_chord_is_found_press_by_press(tmp_path: Path) -> None:
    made = written(tmp_path, '[a]\n[a.keys]\n"G I" = "app.keys"\n')

    assert made.begins((stroke("G"),), Scope.ALWAYS)
    assert made.find((stroke("G"),), Scope.ALWAYS) is None
    found = made.find((stroke("G"), stroke("I")), Scope.ALWAYS)
    assert found is not None
    assert found.run == "app.keys"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('"I" = "viewport.invrt"', "no such command: viewport.invrt"),
        ('"I" = "app.show sideways"', "sideways"),
        ('"Hyper+I" = "app.keys"', "Hyper is not a modifier key"),
        ('"Ctrl+Foo" = "app.keys"', "Foo is not a key"),
        ('"Shift+?" = "app.keys"', "carries no Shift"),
    ],
)
def test_a_wrong_line_is_refused_in_words(tmp_path: Path, line: str, says: str) -> None:
    """A key that silently does nothing is found out in the worst moment."""
    with pytest.raises(SettingsError, match=r"mine\.toml: \[a\]") as refused:
        written(tmp_path, f"[a]\n[a.keys]\n{line}\n")

    assert says in str(refused.value)


def test_a_keymap_that_is_not_there_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path / "none.toml", registry())


@given(
    st.sampled_from([*"ABCXYZ019", "F1", "F12", "Up", "Enter", "/", "?", "+"]),
    st.sets(st.sampled_from(["Ctrl", "Alt", "Meta"])),
)
def test_a_stroke_reads_back_as_it_was_written(key: str, modifiers: set[str]) -> None:
    """The key sheet shows what the keymap says."""
    made = Stroke(key, frozenset(modifiers))

    assert stroke(str(made)) == made


def test_every_command_of_the_keymap_says_what_it_is(shipped: Bindings) -> None:
    """The key sheet and the palette are made of these titles."""
    assert [each.keys for each in shipped.all if not each.title or not each.group] == []
    assert all(isinstance(each, Command) for each in registry())
