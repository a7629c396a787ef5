"""Files of this machine: folders, single files, ZIP archives, what a DICOMDIR names.

Paths come from the person who named them and from the system; nothing that a file holds
becomes a path, but the components of a DICOMDIR, which stay inside its folder (SEC-04).
ZIP archives are listed and inflated in the decoder child; here they are bytes.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen

from workstation.adapters.local_objects import LocalObjects, Member
from workstation.dicom.reasons import not_displayable
from workstation.errors import NotDisplayable

#: Bytes at the end of an archive that usually hold its list; more where it is longer.
_TAIL: Final = 1 << 16
_LARGEST_LIST: Final = 64 << 20
#: A local header, its name and its extra field, before a member's own bytes.
_LOCAL_HEADER: Final = 30 + 2 * 0xFFFF
_LARGEST: Final = 2 << 30
_ARCHIVE: Final = (b"PK\x03\x04", b"PK\x05\x06")
_FIRST_GROUPS: Final = (b"\x02\0", b"\x08\0", b"\0\x08")
_PREFIX: Final = slice(128, 132)


@frozen
class File:
    """A plain file, or why it is none."""

    path: str
    where: Path = field(repr=False)
    reason: str = ""
    is_archive: bool = False

    def read(self, most: int | None = None) -> bytes:
        try:
            with self.where.open("rb") as file:
                if most is None and os.fstat(file.fileno()).st_size > _LARGEST:
                    raise not_displayable("budget")
                return file.read(-1 if most is None else most)
        except OSError:
            raise not_displayable("unreadable") from None

    def beside(self, components: Sequence[str]) -> "File | None":
        folder, shown = self.where.parent, Path(self.path).parent
        root = folder.resolve()
        for component in components:
            name = _found_in(folder, component) if _is_name(component) else None
            if name is None:
                return None
            folder, shown = folder / name, shown / name
        found = folder.resolve()
        if root not in found.parents or not found.is_file():
            return None
        return File(shown.as_posix(), found)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _begins_an_object(head: bytes) -> bool:
    """By the prefix, else by group 2 or 8: gigabytes of something else are not read."""
    return head[_PREFIX] == b"DICM" or head[:2] in _FIRST_GROUPS


def _is_name(component: str) -> bool:
    """One step down and nothing else (PS3.10 8.2: File ID components)."""
    return component not in ("", ".", "..") and not set(component) & set("/\\:\0")


def _found_in(folder: Path, component: str) -> str | None:
    """As written, else in another case: media are copied by systems that do not care."""
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    if component in names:
        return component
    alike = [name for name in names if name.casefold() == component.casefold()]
    return alike[0] if len(alike) == 1 else None


@frozen
class Archived:
    """A member of a ZIP archive, inflated when it is read."""

    path: str
    archive: File = field(repr=False)
    member: Member = field(repr=False)
    siblings: "dict[str, Archived]" = field(repr=False, eq=False)
    objects: LocalObjects = field(repr=False)
    is_archive: bool = False

    @property
    def reason(self) -> str:
        return self.member.reason

    def read(self, most: int | None = None) -> bytes:
        if self.member.size > _LARGEST:
            raise not_displayable("budget")
        packed = _read_part(self.archive.where, self.member.at, _LOCAL_HEADER + self.member.packed)
        room = self.member.size if most is None else most
        return self.objects.member(packed, self.member, room)

    def beside(self, components: Sequence[str]) -> "Archived | None":
        folder = self.member.name.rpartition("/")[0]
        wanted = "/".join((*filter(None, [folder]), *components)).casefold()
        return self.siblings.get(wanted)


def _read_part(where: Path, start: int, most: int) -> bytes:
    try:
        with where.open("rb") as file:
            file.seek(start)
            return file.read(most)
    except OSError:
        raise not_displayable("unreadable") from None


@frozen
class LocalFiles:
    """Finds the files below paths that a person named, one after another."""

    objects: LocalObjects

    def below(self, paths: Sequence[Path]) -> "Iterator[File | Archived]":
        """In the order named, folders sorted; each file once."""
        for path in paths:
            for found in self.named(path):
                yield from self.looked_into(found)

    def named(self, path: Path) -> Iterator[File]:
        """What lies below a path, by its names alone: nothing was opened yet."""
        if path.is_dir():
            yield from self._folder(path, path, set())
        else:
            yield File(path.name, path)

    def looked_into(self, found: File) -> "Iterator[File | Archived]":
        """A file by its first bytes: an object, the members of an archive, or why neither."""
        if found.reason:
            yield found
            return
        try:
            plain = stat.S_ISREG(found.where.stat().st_mode)
            head = found.read(_PREFIX.stop) if plain else b""
        except (OSError, NotDisplayable):
            yield evolve(found, reason="unreadable")
            return
        if not plain:
            yield evolve(found, reason="not-a-file")
        elif head.startswith(_ARCHIVE) and head[_PREFIX] != b"DICM":
            yield from self._archive(found.where, found.path)
        elif head and not _begins_an_object(head):
            yield evolve(found, reason="not-dicom")
        else:
            yield found

    def _folder(self, root: Path, folder: Path, seen: set[tuple[int, int]]) -> Iterator[File]:
        try:
            here = folder.stat()
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            yield File(folder.relative_to(root).as_posix(), folder, "unreadable")
            return
        if (here.st_dev, here.st_ino) in seen:  # a link back up
            return
        seen.add((here.st_dev, here.st_ino))
        for entry in entries:
            path = folder / entry.name
            if _is_folder(entry):
                yield from self._folder(root, path, seen)
            else:
                yield File(path.relative_to(root).as_posix(), path)

    def _archive(self, path: Path, shown: str) -> "Iterator[File | Archived]":
        try:
            members = self._members(path)
        except NotDisplayable as error:
            yield File(shown, path, error.reason, is_archive=True)
            return
        archive = File(shown, path, is_archive=True)
        yield archive
        siblings: dict[str, Archived] = {}
        for member in members:
            made = Archived(f"{shown}!{member.name}", archive, member, siblings, self.objects)
            siblings[member.name.casefold()] = made
            yield made

    def _members(self, path: Path) -> tuple[Member, ...]:
        """Its list stands at the end; how far back it begins is known when it is found."""
        size, tail = path.stat().st_size, _TAIL
        while True:
            begin = max(0, size - tail)
            try:
                return self.objects.members(_read_part(path, begin, tail), size)
            except NotDisplayable as error:
                if error.reason != "truncated" or begin == 0 or tail >= _LARGEST_LIST:
                    raise
            tail *= 16
