"""The windows of the number keys: those of the program, and a file of the reader's own.

And the presets of volume rendering, which are the program's alone.
"""

from pathlib import Path

from workstation.errors import SettingsError
from workstation.imaging.transfer import VolumePresets, read_volume_presets
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
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise SettingsError(tr("{file}: it is not a text file in UTF-8", file=path)) from None
    except OSError as error:
        words = tr("{file}: it cannot be read ({why})", file=path, why=error.strerror)
        raise SettingsError(words) from None
    return shipped.with_own(read_presets(text, str(path)))


def load_volume_presets() -> VolumePresets:
    """Those that come with the program."""
    return read_volume_presets(resource("volume_presets.toml").read_text("utf-8"))
