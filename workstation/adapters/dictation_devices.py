"""Dictation microphones and foot pedals by hidapi: they may come and go while one reads."""

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import define

from workstation.protocols.dictation_buttons import Device, Devices, changes

log = logging.getLogger("speech")

#: Which devices there are is asked this often; a read waits this long at most.
_LOOK_S: Final = 2.0
_READ_MS: Final = 20
_REPORT_BYTES: Final = 64


@define
class _Held:
    kind: Device
    handle: Any
    down: frozenset[str] = frozenset()


class HidButtons:
    """Fulfils `services.speech.speech_ports.Buttons`. One thread of its own; `hid` is the library,
    given by tests that play recorded reports.
    """

    def __init__(self, devices: Devices, hid: Any = None) -> None:
        self._devices = devices
        self._hid = hid
        self._held: dict[bytes, _Held] = {}
        self._over = threading.Event()
        self._lit = self._shown = False
        self._thread: threading.Thread | None = None

    def watch(self, moved: Callable[[str, bool], None]) -> None:
        if self._hid is None:
            self._hid = _hidapi()
        if self._hid is not None and self._thread is None:
            self._thread = threading.Thread(
                target=self._run, args=(moved,), name="dictation buttons", daemon=True
            )
            self._thread.start()

    def light(self, on: bool) -> None:
        self._lit = on

    def stop(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    def _run(self, moved: Callable[[str, bool], None]) -> None:
        while not self._over.is_set():
            self._find()
            self._read_for(_LOOK_S, moved)
        for path in list(self._held):
            self._write(path, lit=False)
            self._drop(path, moved)

    def _find(self) -> None:
        for found in self._hid.enumerate():
            kind = self._devices.kind_of(found)
            if kind is not None and found["path"] not in self._held:
                self._take(kind, found)

    def _take(self, kind: Device, found: Mapping[str, Any]) -> None:
        handle = self._hid.device()
        try:
            handle.open_path(found["path"])
        except OSError:
            return  # another program has it, or the system does not allow it (udev rule)
        self._held[found["path"]] = _Held(kind, handle)
        self._shown = not self._lit  # say it again: a new lamp is dark
        log.info("a dictation device: %s", kind.name)

    def _read_for(self, seconds: float, moved: Callable[[str, bool], None]) -> None:
        rounds = round(seconds * 1000 / _READ_MS)
        for _ in range(rounds):
            if self._shown is not self._lit:
                self._shown = self._lit
                for path in list(self._held):
                    self._write(path, lit=self._lit)
            if not self._held:
                if self._over.wait(_READ_MS / 1000):
                    return
                continue
            for path in list(self._held):
                self._read(path, moved)
            if self._over.is_set():
                return

    def _read(self, path: bytes, moved: Callable[[str, bool], None]) -> None:
        held = self._held[path]
        try:
            report = bytes(held.handle.read(_REPORT_BYTES, _READ_MS))
        except (OSError, ValueError):
            self._drop(path, moved)
            return
        now = held.kind.pressed(report) if report else None
        if now is not None:
            for button, down in changes(held.down, now, held.kind.buttons):
                moved(button, down)
            held.down = now

    def _drop(self, path: bytes, moved: Callable[[str, bool], None]) -> None:
        """It was unplugged: a button that was held is let go."""
        held = self._held.pop(path)
        held.handle.close()
        for button, down in changes(held.down, frozenset(), held.kind.buttons):
            moved(button, down)

    def _write(self, path: bytes, *, lit: bool) -> None:
        held = self._held[path]
        line = held.kind.lit if lit else held.kind.dark
        if line:
            try:
                held.handle.write(line)
            except (OSError, ValueError):
                log.info("the lamp of a dictation device cannot be set")


def _hidapi() -> Any:
    """None where the system has no such library: keys do everything that buttons do."""
    try:
        import hid
    except ImportError:
        log.info("no buttons of dictation devices: hidapi cannot be loaded")
        return None
    return hid
