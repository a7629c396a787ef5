"""Dictionaries of hunspell, where the settings or the system say; English is always there."""

from collections.abc import Iterable, Mapping
from importlib.util import find_spec
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
#: What files that are none of hunspell's end in.
_WRONG: Final = (OSError, ValueError, LookupError)
_MARK: Final = b"\xef\xbb\xbf"


class HunspellDictionaries:
    """Read when first asked for, on the lane that asks.

    Parameters
    ----------
    paths
        By language, without ".aff" and ".dic"; others are looked for where systems keep them.
    """

    def __init__(self, paths: Mapping[str, Path], folders: Iterable[Path] | None = None) -> None:
        self._paths: dict[str, Path | None] = dict(paths)
        self._folders = (*_USUAL, _carried()) if folders is None else tuple(folders)
        self._read: dict[str, Any] = {}

    def has(self, language: str) -> bool:
        return self._path(language) is not None

    def unknown(self, language: str, words: Iterable[str]) -> frozenset[str]:
        found = self._dictionary(language)
        return frozenset(word for word in words if not _knows(found, word))

    def suggest(self, language: str, word: str) -> tuple[str, ...]:
        try:
            return tuple(self._dictionary(language).suggest(_plain(word)))
        except UnicodeEncodeError:
            return ()

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


def _knows(dictionary: Any, word: str) -> bool:
    try:
        return bool(dictionary.spell(_plain(word)))
    except UnicodeEncodeError:  # in letters that its encoding does not have
        return False


def _plain(word: str) -> str:
    """Dictionaries write the apostrophe as typewriters do."""
    return word.replace("\u2019", "'")


def _dictionary_of(path: Path | None) -> Any:
    from hunspell import Hunspell

    assert path is not None
    # hunspell takes any bytes for a dictionary; one begins with how many words it has
    first = path.with_name(f"{path.name}.dic").read_bytes()[:64].removeprefix(_MARK)
    int(first.split(maxsplit=1)[0])
    return Hunspell(path.name, hunspell_data_dir=str(path.parent))


def _carried() -> Path:
    """The folder of the dictionary that comes with the library: American English."""
    found = find_spec("hunspell")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "dictionaries"
