"""FHIR resources with their history, changed only by whole units of work.

A unit either becomes visible as one, and durable before anybody is told, or not at all.
The server runs in one event loop and never awaits inside a unit, so units cannot mix.
"""

import copy
import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from attrs import frozen

Resource = dict[str, Any]
Key = tuple[str, str]

_TICK: Final = timedelta(milliseconds=1)


def wall_clock() -> datetime:
    return datetime.now(UTC)


def instant(at: datetime) -> str:
    """FHIR instant in UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@frozen
class Version:
    """One state of a resource; `body` is None where it was deleted."""

    number: int
    at: datetime
    body: Resource | None

    @property
    def etag(self) -> str:
        return f'W/"{self.number}"'


class Journal:
    """Every committed unit as one line, flushed to the disk before it counts."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = path.open("a+b")

    def units(self) -> Iterator[list[dict[str, Any]]]:
        """What was committed; a line cut off by a kill was never acknowledged."""
        whole = 0
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield json.loads(line)
        self._file.truncate(whole)

    def append(self, unit: list[dict[str, Any]]) -> None:
        self._file.write(json.dumps(unit, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class Store:
    """All resources of one site. `now` is the site's clock."""

    def __init__(self, now: Callable[[], datetime], journal: Journal | None = None) -> None:
        self._now = now
        self._journal = journal
        self._versions: dict[Key, list[Version]] = {}
        self._by_type: dict[str, dict[str, Resource]] = {}
        self._last = datetime.min.replace(tzinfo=UTC)
        self._next_id: dict[str, int] = {}
        for unit in journal.units() if journal else ():
            self._apply([_thawed(each) for each in unit])

    @property
    def empty(self) -> bool:
        return not self._versions

    def now(self) -> datetime:
        return self._now()

    def begin(self) -> "Unit":
        return Unit(self)

    def versions(self, key: Key) -> tuple[Version, ...]:
        return tuple(self._versions.get(key, ()))

    def current(self, kind: str) -> dict[str, Resource]:
        return self._by_type.get(kind, {})

    def tick(self) -> datetime:
        """A time later than every commit before, so that a cursor never misses one."""
        now = self._now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        return max(now, self._last + _TICK)

    def new_id(self, kind: str) -> str:
        number = self._next_id.get(kind, 0) + 1
        while (kind, str(number)) in self._versions:
            number += 1
        self._next_id[kind] = number
        return str(number)

    def commit(self, changes: dict[Key, Version]) -> None:
        if not changes:
            return
        if self._journal:
            self._journal.append([_frozen(key, version) for key, version in changes.items()])
        self._apply(list(changes.items()))

    def _apply(self, changes: list[tuple[Key, Version]]) -> None:
        for key, version in changes:
            self._versions.setdefault(key, []).append(version)
            kind, ident = key
            if version.body is None:
                self._by_type.get(kind, {}).pop(ident, None)
            else:
                self._by_type.setdefault(kind, {})[ident] = version.body
            self._last = max(self._last, version.at)


class Unit:
    """Changes that will be committed together; reads see them already."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._at = store.tick()
        self._changes: dict[Key, Version] = {}

    @property
    def now(self) -> datetime:
        return self._store.now()

    def version(self, kind: str, ident: str) -> Version | None:
        """The newest version, a deletion included."""
        staged = self._changes.get((kind, ident))
        if staged is not None:
            return staged
        known = self._store.versions((kind, ident))
        return known[-1] if known else None

    def get(self, kind: str, ident: str) -> Resource | None:
        """The resource as it stands; not to be changed in place."""
        version = self.version(kind, ident)
        return version.body if version else None

    def follow(self, reference: object) -> Resource | None:
        """What a relative reference such as "Patient/4" points to."""
        kind, _, ident = str(reference).partition("/")
        return self.get(kind, ident)

    def all(self, kind: str) -> Iterator[Resource]:
        for ident, body in self._store.current(kind).items():
            if (kind, ident) not in self._changes:
                yield body
        for (changed, _), version in self._changes.items():
            if changed == kind and version.body is not None:
                yield version.body

    def new_id(self, kind: str) -> str:
        return self._store.new_id(kind)

    def put(self, kind: str, ident: str, body: Resource) -> Version:
        number = self._number(kind, ident)
        kept = copy.deepcopy(body)
        kept["resourceType"], kept["id"] = kind, ident
        meta = {
            k: v for k, v in kept.get("meta", {}).items() if k in ("profile", "tag", "security")
        }
        kept["meta"] = meta | {"versionId": str(number), "lastUpdated": instant(self._at)}
        return self._stage((kind, ident), Version(number, self._at, kept))

    def delete(self, kind: str, ident: str) -> Version:
        number = self._number(kind, ident)
        return self._stage((kind, ident), Version(number, self._at, None))

    def changed(self) -> Iterator[Resource]:
        return (each.body for each in self._changes.values() if each.body is not None)

    def commit(self) -> None:
        self._store.commit(self._changes)
        self._changes = {}

    def _number(self, kind: str, ident: str) -> int:
        known = self._store.versions((kind, ident))
        return (known[-1].number if known else 0) + 1

    def _stage(self, key: Key, version: Version) -> Version:
        self._changes[key] = version
        return version


def _frozen(key: Key, version: Version) -> dict[str, Any]:
    at = version.at.isoformat()
    return {"key": list(key), "number": version.number, "at": at, "body": version.body}


def _thawed(entry: dict[str, Any]) -> tuple[Key, Version]:
    kind, ident = entry["key"]
    at = datetime.fromisoformat(entry["at"])
    return (kind, ident), Version(entry["number"], at, entry["body"])
