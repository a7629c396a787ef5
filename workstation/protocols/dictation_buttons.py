"""Buttons of dictation microphones: which devices, and what their HID reports say.

Nothing here opens a device; the numbers stand in `resources/speech/devices.toml`.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from workstation.errors import SettingsError
from workstation.text import tr


@frozen
class Device:
    """One kind of device: how it is found, and where in its reports its buttons are."""

    name: str
    vendor: int
    product: tuple[int, ...]
    at: int
    size: int
    buttons: Mapping[str, int] = field(hash=False)  # bit of each
    usage_page: int | None = None
    usage: int | None = None
    lead: int | None = None
    lit: bytes = b""
    dark: bytes = b""

    def is_it(self, found: Mapping[str, Any]) -> bool:
        """Whether a device of the system (hidapi's description) is of this kind."""
        return (
            found.get("vendor_id") == self.vendor
            and found.get("product_id") in self.product
            and self.usage_page in (None, found.get("usage_page"))
            and self.usage in (None, found.get("usage"))
        )

    def pressed(self, report: bytes) -> frozenset[str] | None:
        """The buttons that are down; None where the report tells of something else."""
        if self.lead is not None and report[:1] != bytes([self.lead]):
            return None
        told = report[self.at : self.at + self.size]
        if len(told) < self.size:
            return None
        bits = int.from_bytes(told, "little")
        return frozenset(name for name, bit in self.buttons.items() if bits >> bit & 1)


@frozen
class Devices:
    """Every kind that is known, and what their buttons do."""

    kinds: tuple[Device, ...]
    lines: Mapping[str, str] = field(hash=False)  # command line of each button

    @classmethod
    def read(cls, file: Path) -> "Devices":
        """Raises SettingsError where the table cannot be read."""
        try:
            found = tomllib.loads(file.read_text("utf-8"))
            kinds = tuple(_device(each) for each in found["device"])
            lines = {str(name): str(line) for name, line in found["lines"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(
                tr("{file}: {why}", file=file.name, why=type(error).__name__)
            ) from None
        return cls(kinds, lines)

    @property
    def names(self) -> frozenset[str]:
        """Every button there is."""
        return frozenset(name for kind in self.kinds for name in kind.buttons)

    def kind_of(self, found: Mapping[str, Any]) -> Device | None:
        return next((kind for kind in self.kinds if kind.is_it(found)), None)


def _device(table: Mapping[str, Any]) -> Device:
    return Device(
        str(table["name"]),
        int(table["vendor"]),
        tuple(map(int, table["product"])),
        int(table["at"]),
        int(table["bytes"]),
        {str(name): int(bit) for name, bit in table["buttons"].items()},
        table.get("usage_page"),
        table.get("usage"),
        table.get("lead"),
        bytes(table.get("lit", ())),
        bytes(table.get("dark", ())),
    )


def changes(
    before: frozenset[str], now: frozenset[str], order: Mapping[str, int]
) -> list[tuple[str, bool]]:
    """Buttons that were let go, then those that went down: one finger after the other."""
    ups = [(name, False) for name in order if name in before - now]
    return ups + [(name, True) for name in order if name in now - before]
