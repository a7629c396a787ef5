"""Dictation devices that come, are pressed, and are pulled out. Reports are played from bytes."""

import queue
from typing import Any

import pytest

from workstation.adapters.dictation_devices import HidButtons
from workstation.protocols.dictation_buttons import Devices
from workstation.settings import resource

DEVICES = Devices.read(resource("speech", "devices.toml"))
POWERMIC = {
    "path": b"/dev/hidraw3", "vendor_id": 0x0554, "product_id": 0x1001, "usage_page": 1, "usage": 0,
}  # fmt: skip
KEYBOARD = {
    "path": b"/dev/hidraw0", "vendor_id": 0x046D, "product_id": 0xC31C, "usage_page": 1, "usage": 6,
}  # fmt: skip
_UNPLUGGED = b"unplugged"


class Hid:
    """The library's two calls, over reports that a test plays."""

    def __init__(self) -> None:
        self.there: list[dict[str, Any]] = [KEYBOARD]
        self.opened: queue.Queue[bytes] = queue.Queue()
        self.reports: queue.Queue[bytes] = queue.Queue()
        self.written: queue.Queue[bytes] = queue.Queue()

    def enumerate(self) -> list[dict[str, Any]]:
        return list(self.there)

    def device(self) -> "Handle":
        return Handle(self)


class Handle:
    def __init__(self, hid: Hid) -> None:
        self._hid = hid

    def open_path(self, path: bytes) -> None:
        self._hid.opened.put(path)

    def read(self, _size: int, wait_ms: int) -> list[int]:
        try:
            report = self._hid.reports.get(timeout=wait_ms / 1000)
        except queue.Empty:
            return []
        if report == _UNPLUGGED:
            self._hid.there.remove(POWERMIC)
            raise OSError("read error")
        return list(report)

    def write(self, line: bytes) -> int:
        self._hid.written.put(line)
        return len(line)

    def close(self) -> None:
        pass


@pytest.fixture
def hid() -> Hid:
    return Hid()


def test_buttons_are_told_as_they_move(hid: Hid) -> None:
    """And the keyboard, which is a HID too, is never opened: its keys are not ours to read."""
    hid.there.append(POWERMIC)
    moved: queue.Queue[tuple[str, bool]] = queue.Queue()
    buttons = HidButtons(DEVICES, hid)
    buttons.watch(lambda name, down: moved.put((name, down)))
    assert hid.opened.get(timeout=10) == b"/dev/hidraw3"
    for report in (b"\x00\x04\x00", b"\x00\x04\x00", b"\x00\x00\x00", b"\x00\x08\x00"):
        hid.reports.put(report)
    assert [moved.get(timeout=10) for _ in range(3)] == [
        ("record", True),
        ("record", False),
        ("tab-forward", True),
    ]
    buttons.stop()
    assert hid.opened.empty()


def test_a_button_held_while_the_plug_is_pulled_is_let_go(hid: Hid) -> None:
    """Else it would go on dictating for a device that is not there; it comes back by itself."""
    hid.there.append(POWERMIC)
    moved: queue.Queue[tuple[str, bool]] = queue.Queue()
    buttons = HidButtons(DEVICES, hid)
    buttons.watch(lambda name, down: moved.put((name, down)))
    hid.reports.put(b"\x00\x04\x00")
    assert moved.get(timeout=10) == ("record", True)
    hid.reports.put(_UNPLUGGED)
    assert moved.get(timeout=10) == ("record", False)
    hid.there.append(POWERMIC)
    assert [hid.opened.get(timeout=10) for _ in range(2)] == [b"/dev/hidraw3"] * 2
    buttons.stop()


def test_the_lamp_says_that_it_hears(hid: Hid) -> None:
    """Red while it listens (report 1 of a PowerMic III), dark after, dark when we leave."""
    hid.there.append(POWERMIC)
    buttons = HidButtons(DEVICES, hid)
    buttons.light(True)
    buttons.watch(lambda _name, _down: None)
    assert hid.written.get(timeout=10) == bytes([0, 1])
    buttons.light(False)
    assert hid.written.get(timeout=10) == bytes([0, 0])
    buttons.stop()
    assert hid.written.get(timeout=10) == bytes([0, 0])
