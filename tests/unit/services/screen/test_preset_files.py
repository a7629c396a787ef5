"""The windows of the number keys as they are read at the start."""

from pathlib import Path

import pytest

from workstation.domain.presentation import Voi
from workstation.errors import SettingsError
from workstation.services.screen import preset_files
from workstation.services.screen.preset_files import load_presets

MINE = '[CT]\nwindow = [ { name = "Mine", center = 1, width = 2 } ]\n'


def test_a_file_beside_the_settings_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preset_files, "default_path", lambda: tmp_path / "settings.toml")
    before = load_presets()
    (tmp_path / "windows.toml").write_text(MINE, "utf-8")

    after = load_presets()

    assert before.numbered("CT", 2, unit="HU") == Voi(40, 400, name="Soft tissue")
    assert after.numbered("CT", 2, unit="HU") == Voi(1, 2, name="Mine")


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_presets(tmp_path / "none.toml")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe[CT]")

    with pytest.raises(SettingsError, match="UTF-8"):
        load_presets(path)


def test_what_is_wrong_names_the_file_and_the_line(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("# windows\n[CT]\nwindow = [ { center = 1, width = 2 } ]\n", "utf-8")

    with pytest.raises(SettingsError, match=r"mine\.toml, line 3: the window has no name"):
        load_presets(path)
