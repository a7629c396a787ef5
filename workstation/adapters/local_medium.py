"""What of a folder, archive or medium is read, and in which order.

One header of each folder says where the newest study lies, and the number of its files
which series is its largest: what a reader looks for is read first. A DICOMDIR that was
opened itself stands for the files it lists and for no others.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import define, field

from workstation.adapters.local_files import Archived, File, LocalFiles
from workstation.errors import NotDisplayable
from workstation.protocols.dicom_attributes import Attributes
from workstation.protocols.dicom_directory import is_directory, listed_files
from workstation.services.images.local_header import header_of

#: Folders of which a header is looked at ahead, and files tried for one.
_FOLDERS_TRIED: Final = 64
_FILES_TRIED: Final = 3

Found = File | Archived


@define(eq=False)
class LocalMedium:
    """The files of one path. One thread; what is counted holds when all were taken."""

    _files: LocalFiles
    _path: Path
    listed: int = field(default=0, init=False)  # by the DICOMDIRs that were met
    missing: list[str] = field(factory=list, init=False)  # of those
    by_directory: bool = field(default=False, init=False)  # a DICOMDIR itself was opened
    unlisted: int = field(default=0, init=False)  # objects that it leaves out

    def files(self) -> Iterator[Found]:
        """Each file once, archives by their members, what is looked for first."""
        if self._path.is_dir():
            yield from self._ordered(self._files.named(self._path))
            return
        found = self._opened(File(self._path.name, self._path))
        directory = self._header(found[0]) if found else None
        if directory is not None and is_directory(directory):
            yield from self._listed(found[0], directory)
        else:
            yield from self._ordered(found)

    def note(self, at: Found, directory: Attributes) -> list[Found]:
        """What of the files that a DICOMDIR lists is here; what is not stays in mind."""
        here: list[Found] = []
        for components in listed_files(directory):
            self.listed += 1
            found = at.beside(components)
            if found is None:
                self.missing.append("/".join(components))
            else:
                here.append(found)
        return here

    def _listed(self, directory: Found, values: Attributes) -> Iterator[Found]:
        self.by_directory = True
        here = self.note(directory, values)
        yield from self._ordered(here)
        if isinstance(directory, File):
            known = {each.where for each in here if isinstance(each, File)}
            self.unlisted = self._count_others(directory.where, known)

    def _count_others(self, directory: Path, known: set[Path]) -> int:
        """Objects and archives of its folder; the programs beside them do not count."""
        named = self._files.named(directory.parent)
        others = (each for each in named if each.where.resolve() not in known)
        return sum(
            found.reason != "not-dicom"
            for each in others
            if each.where != directory
            for found in islice(self._files.looked_into(each), 1)
        )

    def _ordered(self, found: Iterable[Found]) -> Iterator[Found]:
        folders: dict[str, list[Found]] = {}
        for each in found:
            folders.setdefault(each.path.rpartition("/")[0], []).append(each)
        ranked = list(folders.values())
        if len(ranked) > 1:
            ranks = [self._rank(each) for each in ranked[:_FOLDERS_TRIED]]
            order = sorted(range(len(ranks)), key=lambda at: ranks[at], reverse=True)
            ranked = [ranked[at] for at in order] + ranked[_FOLDERS_TRIED:]
        for folder in ranked:
            for each in folder:
                yield from self._opened(each)

    def _rank(self, folder: Sequence[Found]) -> tuple[str, bool, int]:
        """Newest study, slices before localizers, the largest folder."""
        some = (each for first in folder[:_FILES_TRIED] for each in self._opened(first))
        for found in islice(some, _FILES_TRIED):
            values = self._header(found)
            if values is not None and not is_directory(values):
                is_localizer = "LOCALIZER" in values.texts("00080008")
                return values.text("00080020"), not is_localizer, len(folder)
        return "", False, 0

    def _opened(self, found: Found) -> list[Found]:
        """A file by its members where it is an archive; one that cannot be listed by itself."""
        if not isinstance(found, File):
            return [found]
        opened = list(self._files.looked_into(found))
        return [each for each in opened if not each.is_archive or each.reason]

    def _header(self, found: Found) -> Attributes | None:
        if found.reason:
            return None
        try:
            return header_of(found, self._files.objects)
        except NotDisplayable:
            return None
