"""What is kept on this machine: secrets, and the sealed store."""

from collections.abc import Sequence
from typing import Protocol

from attrs import frozen

# --- what is kept on this machine --------------------------------------------


class SecretStore(Protocol):
    """Keys and tokens: with the operating system, or in memory alone."""

    @property
    def ram_only(self) -> str:
        """Why nothing outlives the program, in the reader's words; empty when kept."""
        ...

    def get(self, name: str) -> str | None: ...

    def set(self, name: str, value: str) -> None: ...

    def forget(self, name: str) -> None: ...


@frozen
class Put:
    """Insert or replace one entry."""

    table: str
    key: str
    body: str


@frozen
class Remove:
    table: str
    key: str


@frozen
class Append:
    """One more leaf of the audit log."""

    leaf: str


Change = Put | Remove | Append


class SealedStore(Protocol):
    """The reader's own unsent words and the audit queue: sealed, or in memory alone.

    Every write is durable when it returns (synchronous=FULL) where `durable` is true.
    """

    @property
    def durable(self) -> bool:
        """False: no keyring, so nothing is written; a banner says so."""
        ...

    def put(self, table: str, key: str, body: str) -> None:
        """Insert or replace. Tables: "draft", "outbox" (keys are report ids), "meta"."""
        ...

    def get(self, table: str, key: str) -> str | None: ...

    def all(self, table: str) -> tuple[tuple[str, str], ...]:
        """(key, body) in order of insertion."""
        ...

    def remove(self, table: str, key: str) -> None: ...

    def move(self, key: str, source: str, target: str, body: str) -> None:
        """One transaction: out of one table, into another (draft -> outbox at signing)."""
        ...

    def change(self, changes: Sequence[Change]) -> None:
        """All of them or none, in one durable transaction."""
        ...

    def audit(self, start: int = 0) -> tuple[str, ...]:
        """The leaves from index `start` on that are still kept here."""
        ...

    def drop_audit(self, before: int) -> None:
        """Forget leaves with a smaller index; indices are never used again."""
        ...

    def close(self) -> None: ...
