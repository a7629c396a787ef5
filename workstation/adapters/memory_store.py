"""What is kept where nothing may be kept: in memory, until the program ends."""

import threading
from collections.abc import Sequence
from typing import Final

from workstation.services.ports.keeping import Append, Change, Put, Remove

TABLES: Final = ("draft", "outbox", "meta")


class MemoryStore:
    """The same store for a machine without keyring: it ends with the program."""

    durable = False

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tables: dict[str, dict[str, str]] = {name: {} for name in TABLES}
        self._leaves: list[str] = []
        self._dropped = 0

    def put(self, table: str, key: str, body: str) -> None:
        self.change([Put(table, key, body)])

    def get(self, table: str, key: str) -> str | None:
        with self._lock:
            return self._tables[table].get(key)

    def all(self, table: str) -> tuple[tuple[str, str], ...]:
        with self._lock:
            return tuple(self._tables[table].items())

    def remove(self, table: str, key: str) -> None:
        self.change([Remove(table, key)])

    def move(self, key: str, source: str, target: str, body: str) -> None:
        self.change([Remove(source, key), Put(target, key, body)])

    def change(self, changes: Sequence[Change]) -> None:
        with self._lock:
            for each in changes:
                match each:
                    case Put(table, key, body):
                        self._tables[table][key] = body
                    case Remove(table, key):
                        self._tables[table].pop(key, None)
                    case Append(leaf):
                        self._leaves.append(leaf)

    def audit(self, start: int = 0) -> tuple[str, ...]:
        with self._lock:
            return tuple(self._leaves[max(0, start - self._dropped) :])

    def drop_audit(self, before: int) -> None:
        with self._lock:
            gone = min(max(0, before - self._dropped), len(self._leaves))
            del self._leaves[:gone]
            self._dropped += gone

    def close(self) -> None:
        with self._lock:
            self._tables = {name: {} for name in TABLES}
            self._leaves = []
