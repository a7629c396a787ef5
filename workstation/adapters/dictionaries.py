"""Dictionaries in the form of hunspell, read by spylls; where the settings or the system say."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from workstation.errors import SettingsError
from workstation.text import tr

#: Where systems keep theirs.
_USUAL: Final = (
    Path("/usr/share/hunspell"),
    Path("/usr/share/myspell/dicts"),
    Path("/Library/Spelling"),
    Path.home() / "Library" / "Spelling",
)
_PREFERRED: Final = {"en": ("en_US", "en_GB"), "de": ("de_DE",), "fr": ("fr", "fr_FR")}
#: What spylls raises on files that are none of hunspell's.
_WRONG: Final = (
    OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, re.error,
)  # fmt: skip


class HunspellDictionaries:
    """Read when first asked for, on the lane that asks.

    Parameters
    ----------
    paths
        By language, without ".aff" and ".dic"; others are looked for where systems keep them.
    """

    def __init__(self, paths: Mapping[str, Path], folders: Iterable[Path] = _USUAL) -> None:
        self._paths: dict[str, Path | None] = dict(paths)
        self._folders = tuple(folders)
        self._read: dict[str, Any] = {}

    def has(self, language: str) -> bool:
        return self._path(language) is not None

    def unknown(self, language: str, words: Iterable[str]) -> frozenset[str]:
        found = self._dictionary(language)
        return frozenset(word for word in words if not found.lookup(word))

    def suggest(self, language: str, word: str) -> tuple[str, ...]:
        return tuple(self._dictionary(language).suggest(word))

    def _path(self, language: str) -> Path | None:
        """Where it is, looked for once."""
        if language not in self._paths:
            names = (*_PREFERRED.get(language, ()), language)
            places = (folder / name for name in names for folder in self._folders)
            found = (place for place in places if place.with_name(f"{place.name}.aff").is_file())
            self._paths[language] = next(found, None)
        return self._paths[language]

    def _dictionary(self, language: str) -> Any:
        if language not in self._read:
            path = self._path(language)
            try:
                self._read[language] = _dictionary_of(path)
            except _WRONG:
                raise SettingsError(
                    tr("the dictionary {file} cannot be read; spelling is off", file=path)
                ) from None
        return self._read[language]


class _Lines:
    """A file as spylls reads it, numbered lines without their ends; spylls leaves its own open."""

    def __init__(self, path: Path, encoding: str = "Windows-1252") -> None:
        self._body = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        self._at = 0
        self.reset_encoding(encoding)

    def reset_encoding(self, encoding: str) -> None:
        """From the next line on."""
        self._lines = self._body.decode(encoding, "surrogateescape").splitlines()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        while self._at < len(self._lines):
            self._at += 1
            line = self._lines[self._at - 1].strip()
            if line:
                return self._at, line
        raise StopIteration


def _dictionary_of(path: Path | None) -> Any:
    # spylls takes a quarter of a second to import, and no start should wait for it
    from spylls.hunspell import Dictionary, readers

    assert path is not None
    aff, context = readers.read_aff(_Lines(path.with_name(f"{path.name}.aff")))
    words = path.with_name(f"{path.name}.dic")
    int(next(_Lines(words))[1])  # how many there are: what is none of hunspell's has no such line
    read = readers.read_dic(_Lines(words, context.encoding), aff=aff, context=context)
    return Dictionary(aff, read)
