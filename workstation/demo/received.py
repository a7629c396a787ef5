"""What a site received, kept as files where a folder was given for it."""

import os
import re
from pathlib import Path

from attrs import define, field


class NothingKept:
    """Without `--data` nothing is written; deliveries are counted for tests."""

    def __init__(self) -> None:
        self.deliveries = 0

    def delivery(self, body: bytes, suffix: str) -> None:
        self.deliveries += 1

    def object(self, body: bytes) -> None:
        return

    def other(self, body: bytes, what: str) -> None:
        return


@define
class Folder:
    """`received/` holds deliveries of reports only, `objects/` what came by STOW, `other/`
    drafts, claims and audit records.

    A file is whole and on the disk before the sender gets an answer.
    """

    root: Path
    _next: dict[str, int] = field(factory=dict)

    @property
    def deliveries(self) -> int:
        return self._number("received") - 1

    def delivery(self, body: bytes, suffix: str) -> None:
        self._write("received", body, suffix)

    def object(self, body: bytes) -> None:
        self._write("objects", body, "object.dcm")

    def other(self, body: bytes, what: str) -> None:
        self._write("other", body, f"{re.sub('[^a-z-]', '', what.lower())}.json")

    def _write(self, group: str, body: bytes, suffix: str) -> None:
        number = self._number(group)
        folder = self.root / group
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{number:04d}.part"
        with part.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(folder / f"{number:04d}-{suffix}")
        self._next[group] = number + 1

    def _number(self, group: str) -> int:
        if group not in self._next:
            names = (self.root / group).glob("[0-9]*-*")
            numbers = [int(each.name.partition("-")[0]) for each in names]
            self._next[group] = max(numbers, default=0) + 1
        return self._next[group]
