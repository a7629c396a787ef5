"""The windows of the number keys: those of the program, and a file of the reader's own.

And the presets of volume rendering, which a reader adds his own to.
"""

import os
from pathlib import Path

from workstation.errors import SettingsError
from workstation.imaging.transfer import VolumePresets, read_volume_presets
from workstation.imaging.transfer_text import written
from workstation.settings import default_path, resource
from workstation.text import tr
from workstation.viewing.presets import Presets, read_presets


def load_presets(own: Path | None = None) -> Presets:
    """With the tables of `own`, or of the usual place if a file is there.

    Raises
    ------
    SettingsError
        The reader's file cannot be read or is wrong; names the file and the line.
    """
    shipped = read_presets(resource("windows.toml").read_text("utf-8"))
    usual = default_path().with_name("windows.toml")
    path = own or (usual if usual.is_file() else None)
    if path is None:
        return shipped
    return shipped.with_own(read_presets(_text_of(path), str(path)))


def load_volume_presets(own: Path | None = None) -> VolumePresets:
    """Those that come with the program, and the reader's own.

    Raises
    ------
    SettingsError
        The reader's file cannot be read or is wrong; names the file and the preset.
    """
    shipped = read_volume_presets(resource("volume_presets.toml").read_text("utf-8"))
    return shipped.with_own(own_volume_presets(own))


def own_volume_presets(own: Path | None = None) -> VolumePresets:
    """The reader's alone; none where there is no file of them."""
    path = own or _own_volumes()
    return read_volume_presets(_text_of(path), str(path)) if path.is_file() else VolumePresets(())


def keep_volume_presets(presets: VolumePresets, own: Path | None = None) -> None:
    """As the reader's own, all at once. Raises SettingsError where they cannot be written."""
    path = own or _own_volumes()
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text("\n".join(map(written, presets.presets)), "utf-8")
        os.replace(fresh, path)
    except OSError as error:
        words = tr("{file}: it cannot be written ({why})", file=path, why=error.strerror)
        raise SettingsError(words) from None


def _own_volumes() -> Path:
    return default_path().with_name("volume_presets.toml")


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise SettingsError(tr("{file}: it is not a text file in UTF-8", file=path)) from None
    except OSError as error:
        words = tr("{file}: it cannot be read ({why})", file=path, why=error.strerror)
        raise SettingsError(words) from None
