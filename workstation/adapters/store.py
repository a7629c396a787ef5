"""The sealed store: the reader's own unsent words and the audit queue, encrypted.

SQLCipher with a random key that lives in the keyring. Its file has a random name, in a
directory of the user's own; nothing in clear reaches the disk. Without a keyring there
is no file at all: `MemoryStore` keeps the same promises but the one of durability.
"""

import logging
import os
import secrets as random_source
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as sqlcipher
from attrs import frozen

from workstation.adapters.memory_store import TABLES, MemoryStore
from workstation.errors import StoreUnavailable
from workstation.services.ports.keeping import Append, Change, Put, Remove, SealedStore, SecretStore
from workstation.text import tr

log = logging.getLogger("store")

_SECRET: Final = "store"
_SUFFIX: Final = ".sealed"

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS entry (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (kind, key));
CREATE TABLE IF NOT EXISTS audit (place INTEGER PRIMARY KEY AUTOINCREMENT, leaf TEXT NOT NULL);
"""


class StoreBusy(StoreUnavailable):
    """Another running workstation of this user holds the store."""


class StoreDamaged(StoreUnavailable):
    """The file cannot be read with the key: damaged, or of another key."""


class SqlCipherStore:
    """One encrypted file, held exclusively; calls may come from any thread, one at a time.

    A write that returns is on the disk (`synchronous=FULL`; NORMAL loses the last
    commits in a power cut). What is removed is overwritten (`secure_delete`).
    """

    durable = True

    def __init__(self, path: Path, key: bytes) -> None:
        self._lock = threading.Lock()
        _private_file(path)
        try:
            self._db = sqlcipher.connect(
                str(path), isolation_level=None, check_same_thread=False, timeout=0.5
            )
        except sqlcipher.Error as error:
            raise _unavailable(error) from error
        try:
            self._prepare(key)
        except sqlcipher.Error as error:
            self._db.close()
            raise _unavailable(error) from error

    def _prepare(self, key: bytes) -> None:
        run = self._db.execute
        run("PRAGMA cipher_log_level = NONE")  # it would write to stderr
        run(f"PRAGMA key = \"x'{key.hex()}'\"")  # raw key: no derivation to wait for
        run("PRAGMA cipher_memory_security = ON")
        run("PRAGMA locking_mode = EXCLUSIVE")  # and so no shared-memory file beside it
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = FULL")
        run("PRAGMA secure_delete = ON")
        run("PRAGMA temp_store = MEMORY")
        self._db.executescript(_SCHEMA)
        run("BEGIN EXCLUSIVE")
        run("COMMIT")
        self._checkpoint()

    def put(self, table: str, key: str, body: str) -> None:
        self.change([Put(table, key, body)])

    def get(self, table: str, key: str) -> str | None:
        rows = self._read("SELECT body FROM entry WHERE kind = ? AND key = ?", table, key)
        return str(rows[0][0]) if rows else None

    def all(self, table: str) -> tuple[tuple[str, str], ...]:
        rows = self._read("SELECT key, body FROM entry WHERE kind = ? ORDER BY place", table)
        return tuple((str(key), str(body)) for key, body in rows)

    def remove(self, table: str, key: str) -> None:
        self.change([Remove(table, key)])

    def move(self, key: str, source: str, target: str, body: str) -> None:
        self.change([Remove(source, key), Put(target, key, body)])

    def change(self, changes: Sequence[Change]) -> None:
        with self._writing() as db:
            for each in changes:
                _apply(db, each)
        if any(isinstance(each, Remove) for each in changes):
            self._checkpoint()

    def audit(self, start: int = 0) -> tuple[str, ...]:
        rows = self._read("SELECT leaf FROM audit WHERE place > ? ORDER BY place", start)
        return tuple(str(leaf) for (leaf,) in rows)

    def drop_audit(self, before: int) -> None:
        with self._writing() as db:
            db.execute("DELETE FROM audit WHERE place <= ?", (before,))

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[Any]:
        """One transaction; what fails in it was not written at all."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlcipher.Error as error:
                raise _unavailable(error) from error
            finally:
                if self._open_transaction():
                    self._db.execute("ROLLBACK")

    def _open_transaction(self) -> bool:
        try:
            return bool(self._db.in_transaction)
        except sqlcipher.ProgrammingError:  # closed
            return False

    def _read(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                return list(self._db.execute(query, values))
            except sqlcipher.Error as error:
                raise _unavailable(error) from error

    def _checkpoint(self) -> None:
        """Overwrite removed rows in the file itself too, not only in the log beside it."""
        self._read("PRAGMA wal_checkpoint(TRUNCATE)")


@frozen
class Opened:
    """A store ready for use, and what its reader must be told about it (empty: nothing)."""

    store: SealedStore
    notice: str = ""


def open_store(directory: Path, secrets: SecretStore) -> Opened:
    """The sealed store of this user and installation; never fails, but may say something.

    A damaged file is kept aside under another name, its key stays in the keyring, and a
    new one is begun: unsent words may be recovered from it, so it is never deleted.
    """
    if secrets.ram_only:
        return Opened(MemoryStore(), _not_kept(secrets.ram_only))
    try:
        path, key = _place(directory, secrets)
        try:
            return Opened(SqlCipherStore(path, key), _strangers(path))
        except StoreDamaged:
            aside = _set_aside(path)
            log.error("store damaged, kept aside")
            return Opened(SqlCipherStore(path, key), _was_damaged(aside))
    except (StoreUnavailable, OSError) as error:
        log.error("store not opened: %s", type(error).__name__)
        reason = str(error) if isinstance(error, StoreUnavailable) else tr("it cannot be written")
        return Opened(MemoryStore(), _not_kept(reason))


def _place(directory: Path, secrets: SecretStore) -> tuple[Path, bytes]:
    """File and key; made on the first start. The name says nothing, the keyring knows it."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.chmod(0o700)
    kept = secrets.get(_SECRET)
    if kept is None:
        kept = f"{random_source.token_hex(16)}:{random_source.token_hex(32)}"
        secrets.set(_SECRET, kept)
    name, _, key = kept.partition(":")
    return directory / f"{name}{_SUFFIX}", bytes.fromhex(key)


def _strangers(path: Path) -> str:
    """Sealed files of this directory that no key opens any more: they are not hidden."""
    others = [p for p in path.parent.glob(f"*{_SUFFIX}") if p != path]
    if not others:
        return ""
    return tr(
        "The keyring no longer knows the key of an older sealed store in {folder}. "
        "It is kept; unsent reports in it cannot be read without that key.",
        folder=path.parent,
    )


def _set_aside(path: Path) -> Path:
    """Rename the file and its log; they belong together."""
    aside = path.with_name(f"{path.stem}-{random_source.token_hex(4)}.damaged")
    path.rename(aside)
    log_file = path.with_name(f"{path.name}-wal")
    if log_file.exists():
        log_file.rename(aside.with_name(f"{aside.name}-wal"))
    return aside


def _was_damaged(aside: Path) -> str:
    return tr(
        "The sealed store was damaged and could not be opened. It is kept as {file}; "
        "a new one was begun. Unsent reports may be in the old one: call support.",
        file=aside,
    )


def _not_kept(reason: str) -> str:
    return tr(
        "Nothing is kept on this machine: {reason}. Unsent work ends with the program.",
        reason=reason,
    )


def _private_file(path: Path) -> None:
    """Create it for its user alone; SQLite gives its log file the same rights."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(tr("the folder of the sealed store cannot be written")) from error


def _apply(db: Any, change: Change) -> None:
    match change:
        case Put(table, key, body):
            _known(table)
            db.execute(
                "INSERT INTO entry (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (table, key, body),
            )
        case Remove(table, key):
            _known(table)
            db.execute("DELETE FROM entry WHERE kind = ? AND key = ?", (table, key))
        case Append(leaf):
            db.execute("INSERT INTO audit (leaf) VALUES (?)", (leaf,))


def _known(table: str) -> None:
    if table not in TABLES:
        raise KeyError(table)


def _unavailable(error: Exception) -> StoreUnavailable:
    """In the reader's words; SQLite's own could name a path, never a patient."""
    words = str(error).lower()
    if "locked" in words or "busy" in words:
        return StoreBusy(tr("another workstation of yours is running and holds the sealed store"))
    if "full" in words:
        return StoreUnavailable(tr("the disk is full; nothing more can be kept"))
    if "not a database" in words or "malformed" in words or "encrypted" in words:
        return StoreDamaged(tr("the sealed store cannot be read: damaged, or of another key"))
    return StoreUnavailable(tr("the sealed store cannot be read or written"))
