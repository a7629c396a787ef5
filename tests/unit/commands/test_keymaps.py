"""Profiles of keys: what fingers know from elsewhere, with nothing lost and nothing twice."""

from pathlib import Path

import pytest

from workstation.commands import catalogue
from workstation.commands.bindings import Bindings, Scope, load, stroke
from workstation.errors import SettingsError
from workstation.settings import resource

PROFILES = ("powerscribe", "fluency", "left-hand")


def keymap(name: str) -> Bindings:
    return load(resource("keymaps", f"{name}.toml"), catalogue.registry())


def does(bindings: Bindings, key: str, scope: Scope = Scope.IMAGES) -> str:
    found = bindings.find([stroke(key)], scope)
    return found.run if found else ""


@pytest.mark.parametrize("name", PROFILES)
def test_no_command_with_a_key_is_without_one_in_a_profile(name: str) -> None:
    """Who changes the profile must not lose the way to anything."""
    lost = {each.run for each in keymap("default").all} - {each.run for each in keymap(name).all}
    assert lost == set()


@pytest.mark.parametrize("name", PROFILES)
def test_each_key_of_a_profile_is_one_thing(name: str) -> None:
    """A key that the base has too is the profile's, in each place where both act."""
    bindings = keymap(name)
    assert bindings.name
    seen: set[tuple[object, Scope]] = set()
    for each in bindings.all:
        assert (each.strokes, each.scope) not in seen
        seen.add((each.strokes, each.scope))


def test_what_fingers_know() -> None:
    """Keys as research/reporting.md read them of each system; they work from the images too."""
    powerscribe, fluency, left = (keymap(name) for name in PROFILES)
    assert does(powerscribe, "F4") == "dictation.toggle"
    assert does(powerscribe, "F9") == "report.draft"
    assert does(powerscribe, "F12") == "report.sign"
    assert does(powerscribe, "Ctrl+Y", Scope.REPORT) == "report.redo"
    assert does(powerscribe, "Ctrl+Y") == "fusion.colours"
    assert does(fluency, "F1") == "dictation.toggle"
    assert does(fluency, "F2") == "report.previous-field"
    assert does(fluency, "F3") == "report.next-field"
    assert does(left, "F2") == "report.next-field"
    assert does(left, "Shift+F4") == "report.sign"
    assert does(left, "N") == "case.next"


def test_a_file_of_ones_own_names_what_differs(tmp_path: Path) -> None:
    """Rebinding one key must not mean copying three hundred."""
    own = tmp_path / "mine.toml"
    own.write_text(
        'name = "Mine"\nbase = "default"\nremove = ["F9"]\n[a]\n[a.keys]\n"F12" = "case.next"\n'
    )
    bindings = load(own, catalogue.registry(), resource("keymaps"))
    assert does(bindings, "F12") == "case.next"
    assert does(bindings, "F9") == ""
    assert does(bindings, "F8") == "report.next-check"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('base = "nowhere"', "nowhere.toml"),
        ('base = "default"\nremove = ["Hyper+F9"]', "Hyper is not a modifier"),
        ('[a]\n[a.keys]\n"F9" = "report.draft"\n"F9" = "report.sign"', "mine.toml"),
        ('[a]\n[a.keys]\n"F9" = "report.draft"\n[b]\n[b.keys]\n"F9" = "report.sign"', "is both"),
        ('[a]\n[a.keys]\n"F9" = "report.weather"', "report.weather"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    """A conflict found in the middle of a case is found too late."""
    own = tmp_path / "mine.toml"
    own.write_text(text)
    with pytest.raises(SettingsError, match=said):
        load(own, catalogue.registry(), resource("keymaps"))


def test_every_command_of_the_report_can_be_bound(tmp_path: Path) -> None:
    """Whatever the report does is a command, and any command may have any key."""
    registry = catalogue.registry()
    lines = [
        c.id for c in registry if c.group == "Report" and not any(a.required for a in c.arguments)
    ]
    assert {"report.next-field", "report.normal", "spelling.suggest", "template.edit"} <= set(lines)
    keys = "\n".join(
        f'"Ctrl+Alt+F{n % 24 + 1} {chr(65 + n // 24)}" = "{c}"' for n, c in enumerate(lines)
    )
    own = tmp_path / "mine.toml"
    own.write_text(f"[a]\n[a.keys]\n{keys}\n")
    assert len(load(own, registry).all) == len(lines)
