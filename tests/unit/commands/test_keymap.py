"""Keys that a reader changed: kept for them, at once, and nothing is two things."""

from pathlib import Path

import pytest
from fakes import FakeClock, InlineJobs

from workstation.adapters.memory_store import MemoryStore
from workstation.commands import catalogue
from workstation.commands.bindings import Bindings, Scope, load, stroke
from workstation.commands.keymap import Keymap, Profile, rebound, written
from workstation.errors import CommandError
from workstation.services.own_keys import KeyChange, OwnKeys
from workstation.services.ports.keeping import Put
from workstation.settings import resource

READER, OTHER = "harbor|Practitioner/17", "harbor|Practitioner/18"
REGISTRY = catalogue.registry()
READ: dict[str, Bindings] = {}


def shipped(name: str) -> Bindings:
    if name not in READ:
        READ[name] = load(resource("keymaps", f"{name}.toml"), REGISTRY)
    return READ[name]


class Desk:
    """A machine with a sealed store, and somebody at it."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.sit_down(READER)

    def sit_down(self, reader: str) -> None:
        self.own = OwnKeys(self.store, InlineJobs(FakeClock()))
        self.keymap = Keymap(shipped, "default", REGISTRY, self.own)
        self.own.begin(reader)

    def bind(self, run: str, *keys: str, scope: Scope = Scope.ALWAYS) -> None:
        self.own.bind(KeyChange(scope, run, keys))

    def does(self, key: str, focus: Scope = Scope.IMAGES) -> str:
        found = self.keymap.bindings.find(tuple(map(stroke, key.split(" "))), focus)
        return found.run if found else ""


def test_a_key_that_was_given_acts_at_once_and_tomorrow() -> None:
    """Nobody edits a file between two cases."""
    desk = Desk()
    desk.bind("report.sign", "Ctrl+Shift+S")
    assert desk.does("Ctrl+Shift+S", Scope.REPORT) == "report.sign"
    assert desk.does("F12", Scope.REPORT) == ""
    desk.sit_down(READER)
    assert desk.does("Ctrl+Shift+S", Scope.REPORT) == "report.sign"


def test_the_next_reader_at_the_desk_has_keys_of_their_own() -> None:
    """A key of a colleague signs where mine scrolls."""
    desk = Desk()
    desk.bind("report.sign", "N")
    desk.own.begin(OTHER)
    assert desk.does("N") == "case.next"
    assert desk.does("F12") == "report.sign"
    desk.own.begin("")
    assert desk.does("N") == "case.next"


def test_what_had_the_key_has_it_no_more_and_gets_it_back() -> None:
    """One press is one act, wherever both would have acted."""
    desk = Desk()
    assert [each.run for each in desk.keymap.in_the_way(Scope.ALWAYS, "report.sign", "F9")] == [
        "report.draft"
    ]
    desk.bind("report.sign", "F9")
    assert desk.does("F9") == "report.sign"
    assert desk.keymap.keys(Scope.ALWAYS, "report.draft") == ()
    desk.own.restore(Scope.ALWAYS, "report.sign")
    assert desk.does("F9") == "report.draft"
    assert desk.does("F12") == "report.sign"


def test_of_two_changes_the_later_has_the_key() -> None:
    desk = Desk()
    desk.bind("report.sign", "F9")
    desk.bind("report.draft", "F9")
    assert desk.does("F9") == "report.draft"
    assert desk.keymap.keys(Scope.ALWAYS, "report.sign") == ()


def test_a_key_of_another_pane_is_not_in_the_way() -> None:
    """Enter opens in the list and accepts in the report."""
    desk = Desk()
    desk.bind("report.draft", "Ctrl+J", scope=Scope.REPORT)
    assert desk.does("Ctrl+J", Scope.REPORT) == "report.draft"
    assert desk.does("Ctrl+J", Scope.WORKLIST) == "worklist.stat"


def test_a_key_that_begins_a_chord_takes_the_chord() -> None:
    """Else it would never be known which was meant."""
    desk = Desk()
    taken = desk.keymap.in_the_way(Scope.IMAGES, "viewport.invert", "Ctrl+Alt+G")
    assert {each.run for each in taken} >= {"segment.begin", "segment.grow"}
    desk.bind("viewport.invert", "Ctrl+Alt+G", scope=Scope.IMAGES)
    assert desk.does("Ctrl+Alt+G N") == ""
    assert desk.does("Ctrl+Alt+G") == "viewport.invert"


def test_what_acts_while_a_key_is_held_still_does() -> None:
    desk = Desk()
    desk.bind("dictation.start", "F2")
    (held,) = [each for each in desk.keymap.bindings.all if each.run == "dictation.start"]
    assert (held.keys, held.until) == ("F2", "dictation.stop")


def test_own_keys_stay_over_another_profile() -> None:
    desk = Desk()
    desk.bind("report.normal", "Ctrl+Shift+J")
    desk.own.choose(Profile.FLUENCY)
    assert desk.does("F1") == "dictation.toggle"
    assert desk.does("Ctrl+Shift+J") == "report.normal"
    desk.own.restore_all()
    assert desk.does("Ctrl+Shift+J") == ""
    assert desk.does("F1") == "dictation.toggle"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (KeyChange("always", "report.sing", ("F2",)), "no such command: report.sing"),
        (KeyChange("always", "app.show sideways", ("F2",)), "sideways"),
        (KeyChange("always", "report.sign", ("Hyper+I",)), "Hyper is not a modifier key"),
        (KeyChange("nowhere", "report.sign", ("F2",)), "nowhere is no place"),
        (KeyChange("report", "report.next-field", ("J",)), "J is typed in the report"),
        (KeyChange("always", "report.sign", ("Esc",)), "Esc is the way back"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(
    change: KeyChange, says: str
) -> None:
    desk = Desk()
    before = desk.keymap.bindings
    with pytest.raises(CommandError, match=says):
        desk.own.bind(change)
    assert desk.keymap.bindings == before


def test_every_command_of_the_report_path_can_have_another_key() -> None:
    """From the list to the signature: none is nailed down."""
    desk = Desk()
    groups = {"Report", "Dictation", "Case", "Worklist"}
    path = [each for each in desk.keymap.bindables() if each.group in groups]
    assert len(path) > 60
    for each in path:
        desk.own.restore_all()
        desk.bind(each.run, "Ctrl+Shift+F21", scope=each.scope)
        assert desk.keymap.keys(each.scope, each.run) == ("Ctrl+Shift+F21",)


def test_every_command_that_a_key_may_send_is_listed_once() -> None:
    """What is not listed cannot be bound, and nobody would know why."""
    desk = Desk()
    listed = [(each.scope, each.run) for each in desk.keymap.bindables()]
    assert len(listed) == len(set(listed))
    assert {(each.scope, each.run) for each in desk.keymap.bindings.all} <= set(listed)
    named = {run.split(" ")[0] for _, run in listed}
    alone = {c.id for c in REGISTRY if not c.hidden and not any(a.required for a in c.arguments)}
    assert alone <= named


def test_what_another_version_of_the_program_knew_is_left_out() -> None:
    """A command that is gone takes no key with it."""
    changes = [
        KeyChange("always", "report.fax", ("F9",)),
        KeyChange("moon", "report.sign", ("F2",)),
    ]
    assert rebound(shipped("default"), changes, REGISTRY) == shipped("default")


def test_what_the_store_kept_of_something_else_changes_nothing() -> None:
    desk = Desk()
    desk.bind("report.sign", "F9")
    desk.store.change([Put("meta", f"keys.{READER}", "[1, 2")])
    desk.sit_down(READER)
    assert desk.keymap.bindings == shipped("default")


def test_keys_travel_to_another_machine_as_a_file(tmp_path: Path) -> None:
    """The setting `keymap` of that machine names it."""
    desk = Desk()
    desk.own.choose(Profile.LEFT_HAND)
    desk.bind("report.sign", "Ctrl+Shift+S", "Ctrl+Alt+G Q")
    desk.bind("report.draft")
    file = tmp_path / "mine.toml"
    file.write_text(written(desk.keymap.bindings, "Mine"), "utf-8")
    read = load(file, REGISTRY)

    def acts(of: Bindings) -> set[tuple[str, str, str, str]]:
        return {(each.keys, each.run, each.scope, each.until) for each in of.all}

    assert read.name == "Mine"
    assert acts(read) == acts(desk.keymap.bindings)
