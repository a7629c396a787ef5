"""The curve of a rendered volume on the screen: drawn, taken back, kept as the reader's own."""

from pathlib import Path

import pytest
from fakes_viewer import opened
from volume_phantoms import SCANS, display_set

from workstation.errors import CommandError, SettingsError
from workstation.services.screen import preset_files
from workstation.services.screen.preset_files import load_volume_presets
from workstation.services.viewer.viewer import Viewer

CT = display_set(SCANS["straight"], 34, (42, 46))


@pytest.fixture
def viewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    monkeypatch.setattr(preset_files, "default_path", lambda: tmp_path / "of" / "settings.toml")
    made, _ = opened(CT)
    made.resized(0, 400, 300, 1.0)
    made.set_volume("ct-bone")
    return made


def stops(viewer: Viewer) -> list[tuple[float, float]]:
    assert viewer.curve is not None
    return [(round(stop.value, 3), round(stop.opacity, 4)) for stop in viewer.curve.stops]


def title(viewer: Viewer) -> str:
    return next(line for line in viewer.overlay(0).lines if line.startswith("Volume rendering"))


BONE = [(180, 0.0), (300, 0.2), (450, 0.5), (900, 0.85), (1800, 0.95)]


def test_a_point_that_is_moved_is_rendered_and_said(viewer: Viewer) -> None:
    """Nobody takes a curve of his own for the preset of the house."""
    viewer.move_curve_point(1, 250.0, 0.4)

    shown = viewer.shown(0)
    assert stops(viewer) == [BONE[0], (250, 0.4), *BONE[2:]]
    assert shown is not None
    assert shown.rendering is not None
    assert shown.rendering.preset.stops[1].opacity == 0.4
    assert title(viewer) == "Volume rendering: Bone, changed"


def test_one_drag_is_one_step_back(viewer: Viewer) -> None:
    for value in (310.0, 320.0, 330.0):
        viewer.move_curve_point(1, value, 0.2)
    viewer.rest()
    viewer.delete_curve_point(2)

    viewer.undo_view()
    assert stops(viewer) == [BONE[0], (330, 0.2), *BONE[2:]]
    viewer.undo_view()
    assert stops(viewer) == BONE
    assert title(viewer) == "Volume rendering: Bone"


def test_reset_is_the_preset_and_another_preset_has_its_own_curve(viewer: Viewer) -> None:
    viewer.colour_curve_point("red", 0)
    viewer.reset_curve()
    assert stops(viewer) == BONE
    viewer.add_curve_point(600.0, 0.9)

    viewer.set_volume("ct-vessel")

    assert title(viewer) == "Volume rendering: Vessels"


def test_under_a_window_the_hand_still_moves_what_it_sees(viewer: Viewer) -> None:
    """The window shifts the curve: a point is drawn, and stays, where its values are now."""
    viewer.set_window("1490/1620")  # 500 higher than its own
    assert stops(viewer)[1] == (800, 0.2)

    viewer.move_curve_point(1, 850.0, 0.3)

    assert stops(viewer) == [(680, 0.0), (850, 0.3), (950, 0.5), (1400, 0.85), (2300, 0.95)]


def test_keys_go_round_the_points_and_move_them(viewer: Viewer) -> None:
    viewer.step_curve(-1)
    assert viewer.curve_point == 4
    viewer.step_curve(2)
    assert viewer.curve_point == 1

    viewer.nudge_curve_point(2, 0)
    viewer.nudge_curve_point(0, 1)

    value, opacity = stops(viewer)[1]
    assert value == pytest.approx(300 + 2 * 1620 / 200, abs=0.01)
    assert 0.2 < opacity < 0.23
    viewer.colour_curve_point("white")
    viewer.next_curve_colour(1)
    assert viewer.curve is not None
    assert viewer.curve.stops[1].colour == (0.93, 0.84, 0.70)


def test_a_point_is_added_beside_the_chosen_one(viewer: Viewer) -> None:
    viewer.choose_curve_point(1)
    viewer.add_curve_point()

    assert stops(viewer)[2] == (375, 0.35)
    assert viewer.curve_point == 2
    viewer.choose_curve_point(5)
    viewer.add_curve_point()
    assert viewer.curve_point == 5


def test_a_kept_curve_is_there_for_the_next_case(viewer: Viewer) -> None:
    """As it was seen, whatever the window was, for its modality alone."""
    viewer.set_window("1490/1620")
    viewer.move_curve_point(1, 850.0, 0.3)
    before = stops(viewer)

    kept = viewer.keep_curve("Renal stones")

    assert title(viewer) == "Volume rendering: Renal stones"
    assert stops(viewer) == before
    again = load_volume_presets()
    assert again.named("renal stones", "CT") == kept
    assert again.of("MR") == load_volume_presets(Path("none")).of("MR")
    viewer.keep_curve("Renal stones")
    assert len(again.presets) == len(load_volume_presets().presets)
    viewer.forget_own_volume("renal stones")
    assert load_volume_presets().named("own-renal-stones") is None


def test_what_cannot_be_said_of_the_curve_is_refused_in_words(viewer: Viewer) -> None:
    with pytest.raises(CommandError, match="points 1 to 5"):
        viewer.choose_curve_point(5)
    with pytest.raises(CommandError, match="letters or digits"):
        viewer.keep_curve("...")
    with pytest.raises(CommandError, match="no preset of your own"):
        viewer.forget_own_volume("ct-bone")
    viewer.set_volume("mip")
    assert viewer.curve is None
    with pytest.raises(CommandError, match="no curve"):
        viewer.toggle_curve()
    viewer.set_volume()
    with pytest.raises(CommandError, match="no volume"):
        viewer.step_curve(1)


def test_a_file_that_cannot_be_written_says_so(viewer: Viewer, tmp_path: Path) -> None:
    (tmp_path / "of").write_text("no folder")

    with pytest.raises(SettingsError, match="cannot be written"):
        viewer.keep_curve("Mine")


def test_the_curve_is_shown_with_a_volume_alone(viewer: Viewer) -> None:
    assert viewer.toggle_curve()
    assert not viewer.toggle_curve()
