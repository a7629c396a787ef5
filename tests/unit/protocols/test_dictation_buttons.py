"""Bits of HID reports: the wrong bit signs a report."""

from pathlib import Path

import pytest

from workstation.errors import SettingsError
from workstation.protocols.dictation_buttons import Device, Devices, changes
from workstation.settings import resource

DEVICES = Devices.read(resource("speech", "devices.toml"))


def kind(name: str) -> Device:
    return next(each for each in DEVICES.kinds if each.name == name)


def mike(bits: int, lead: int = 0x80) -> bytes:
    """A report of a SpeechMike: a command byte, six that say nothing, two of buttons."""
    return bytes([lead, 0, 0, 0, 0, 0, 0, bits & 0xFF, bits >> 8])


@pytest.mark.parametrize(
    ("name", "report", "down"),
    [
        # Numbers of GoogleChromeLabs/dictation_support at 077292a, written out by hand.
        ("SpeechMike", mike(1 << 8), {"record"}),
        ("SpeechMike", mike(1 << 13), {"priority"}),
        ("SpeechMike", mike(1 << 8 | 1 << 12), {"record", "rewind"}),
        ("SpeechMike", mike(0), set()),
        ("PowerMic 4", mike(1 << 11), {"tab-forward"}),
        ("PowerMic 4", mike(1 << 13), {"rewind"}),
        ("PowerMic III", bytes([0, 0x04, 0x00]), {"record"}),
        ("PowerMic III", bytes([0, 0x08, 0x00]), {"tab-forward"}),
        ("PowerMic III", bytes([0, 0x00, 0x02]), {"custom-right"}),
        ("Foot pedal", bytes([0x02]), {"record"}),
        ("Foot pedal", bytes([0x05]), {"rewind", "forward"}),
    ],
)
def test_each_bit_is_its_button(name: str, report: bytes, down: set[str]) -> None:
    assert kind(name).pressed(report) == down


@pytest.mark.parametrize("report", [mike(1 << 8, lead=0x9E), mike(1 << 8, lead=0x94), b"", b"\x80"])
def test_reports_of_other_things_are_no_buttons(report: bytes) -> None:
    """A SpeechMike that is laid down (0x9e), or tells of its battery (0x94), signs nothing."""
    assert kind("SpeechMike").pressed(report) is None


def test_a_device_is_known_by_its_page_too() -> None:
    """The same SpeechMike is also a sound card, a mouse and a keyboard."""
    found = {"vendor_id": 0x0911, "product_id": 0x0C1C, "usage_page": 65440, "usage": 1}
    assert DEVICES.kind_of(found) is kind("SpeechMike")
    assert DEVICES.kind_of({**found, "usage_page": 1, "usage": 6}) is None
    assert DEVICES.kind_of({**found, "product_id": 0x0001}) is None


def test_a_finger_is_lifted_before_the_next_comes_down() -> None:
    order = kind("PowerMic III").buttons
    before, now = frozenset({"record"}), frozenset({"tab-forward"})
    assert changes(before, now, order) == [("record", False), ("tab-forward", True)]


def test_every_line_is_of_a_button_that_exists() -> None:
    assert set(DEVICES.lines) <= DEVICES.names


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    wrong = tmp_path / "devices.toml"
    wrong.write_text("[lines]\n")
    with pytest.raises(SettingsError, match=r"devices\.toml"):
        Devices.read(wrong)
