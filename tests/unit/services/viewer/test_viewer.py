"""The viewer: what may be painted, what is said about it, and what a reader does with it."""

import json
import math

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import (
    AXIAL,
    CORONAL,
    OTHER_PATIENT,
    PATIENT,
    SAGITTAL,
    add_length,
    build,
    frame,
    opened,
    ref,
    runner,
    stack,
    viewed,
)

from workstation.domain.geometry import Vector
from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import Lut, Rescale, Voi, VoiFunction
from workstation.domain.study import (
    DisplaySet,
    DisplaySetKind,
    Geometry,
    GeometryVerdict,
    PixelFormat,
    PixelSpacing,
    SpacingOrigin,
)
from workstation.errors import CommandError, NotDisplayable
from workstation.imaging.pixels import FramePixels, ReducedImage
from workstation.services.screen.place_words import geometry_notice
from workstation.services.screen.viewed import Shown, ViewedStudy
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.viewport import ViewportState

LINEAR_EXACT = VoiFunction.LINEAR_EXACT
CURRENT = stack(100, name="Axial lung 2.5")
PRIOR = stack(49, name="Axial 5.0", study="1.2", series="1.2.1", step=5.0, space="9.2")
BOTH = (viewed(), viewed("1.2", "prior", days_before=379))


def words(viewer, index: int = 0) -> tuple[str, ...]:  # type: ignore[no-untyped-def]
    return viewer.overlay(index).lines


def test_for_one_paint_each_view_is_looked_at_once_and_for_the_next_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Words and lines of one view ask what others show: a hand on the crosshair waited for eighty
    answers. What has changed since is never kept: another image would have the words of this."""
    viewer, _ = opened(CURRENT)
    viewer.set_layout(2, 2)
    for index in range(4):
        viewer.show_set(CURRENT.id, index)
    looks: list[int] = []
    now = Viewer._as_shown

    def looked(
        self: Viewer, index: int, state: ViewportState, study: ViewedStudy, own: DisplaySet
    ) -> Shown:
        looks.append(index)
        return now(self, index, state, study, own)

    monkeypatch.setattr(Viewer, "_as_shown", looked)

    first = viewer.scene(1)
    viewer.activate(1)
    viewer.go(7)
    looks_after = len(looks)
    second = viewer.scene(1)

    assert sorted(looks[looks_after:]) == [0, 1, 2, 3]
    assert first.shown is not None
    assert second.shown is not None
    assert (first.shown.state.frame_index, second.shown.state.frame_index) == (0, 7)


# --- the gate and what is missing ----------------------------------------------------


def test_nothing_is_painted_before_access_is_on_record() -> None:
    """The law wants to know who looked; a look without a record must be impossible."""
    viewer, loader = build()
    viewer.show([viewed()])
    viewer.study_ready(ref("1.1"), (CURRENT,))
    loader.arrive(CURRENT.frames[0], np.zeros((64, 64), np.int16))
    before = viewer.shown(0)
    painted: list[int] = []
    viewer.viewport_changed.connect(painted.append)

    viewer.permit(ref("1.1"))

    after = viewer.shown(0)
    assert before is not None
    assert before.pixels is None
    assert before.missing == "waiting for the record of access"
    assert after is not None
    assert after.pixels is not None
    assert painted == [0]


def test_a_missing_frame_is_empty_and_says_so() -> None:
    """Its neighbour in its place would hide the very slice with the finding."""
    viewer, loader = opened(CURRENT, load=False)
    loader.arrive(CURRENT.frames[0], np.zeros((64, 64), np.int16))

    viewer.go(1)

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.pixels is None
    assert "not loaded yet" in words(viewer)
    assert "Im 2 / 100" in words(viewer)
    assert "1 of 100 images here" in words(viewer)


def test_a_smaller_image_is_painted_and_said_and_nothing_is_measured_on_it() -> None:
    """Over a slow line something exact is seen early; an HU or a length of it would be wrong."""
    viewer, loader = opened(CURRENT, load=False)
    repainted: list[int] = []
    viewer.viewport_changed.connect(repainted.append)
    stored = np.zeros((64, 64), np.int16)
    stored.flags.writeable = False
    reduced = ReducedImage(FramePixels(stored), 3)
    loader.store.reduced[CURRENT.frames[0].key] = reduced
    loader.store.previewed.emit(CURRENT.frames[0].key)

    shown = viewer.shown(0)

    assert repainted == [0]
    assert shown is not None
    assert (shown.pixels, shown.painted, shown.is_here) == (None, reduced.pixels, False)
    assert any(line.startswith("PREVIEW at 1/8 of the resolution") for line in words(viewer))
    assert viewer.snapshot(0)["painted"] is False
    with pytest.raises(CommandError, match="PREVIEW"):
        add_length(viewer, 1.0, 1.0, 9.0, 9.0)
    with pytest.raises(CommandError, match="PREVIEW"):
        viewer.show_probe((3.0, 3.0))
    loader.store.reduced.clear()
    loader.arrive(CURRENT.frames[0], np.ones((64, 64), np.int16))
    assert not any("PREVIEW" in line for line in words(viewer))


def test_a_smaller_image_waits_for_the_record_of_access_too() -> None:
    viewer, loader = build()
    viewer.show([viewed()])
    viewer.study_ready(ref("1.1"), (CURRENT,))
    stored = np.zeros((64, 64), np.int16)
    stored.flags.writeable = False
    loader.store.reduced[CURRENT.frames[0].key] = ReducedImage(FramePixels(stored), 3)

    shown = viewer.shown(0)

    assert shown is not None
    assert shown.painted is None


def test_while_files_are_read_what_hangs_stays_and_so_does_the_layout() -> None:
    """A larger series and a prior are found behind the first image: nothing jumps. When all
    is read they are hung as always, but for what the reader has touched."""
    small = stack(3, name="Scout", series="1.1.7")
    viewer, _ = build()
    viewer.show([viewed()])
    viewer.hold(True)
    viewer.study_ready(ref("1.1"), (small,))
    viewer.show(BOTH)
    viewer.study_ready(ref("1.2"), (PRIOR,))
    viewer.study_ready(ref("1.1"), (small, CURRENT))

    assert (viewer.layout, [v.display_set for v in viewer.viewports]) == ((1, 1), [small.id])

    viewer.hold(False)

    assert viewer.layout == (1, 2)
    assert [v.display_set for v in viewer.viewports] == [CURRENT.id, PRIOR.id]


@pytest.mark.parametrize(("scrolled", "place"), [(0, 0), (1, 39)])
def test_a_stack_that_grew_in_front_begins_at_its_first_image_unless_it_was_scrolled(
    scrolled: int, place: int
) -> None:
    """Files lie from the feet up: the image that was read first is the last of the stack."""
    feet = evolve(CURRENT, frames=CURRENT.frames[38:40])
    viewer, _ = build()
    viewer.show([viewed()])
    viewer.hold(True)
    viewer.study_ready(ref("1.1"), (feet,))
    if scrolled:
        viewer.scroll(scrolled)
    viewer.study_ready(ref("1.1"), (CURRENT,))
    assert viewer.viewports[0].frame_index == 38 + scrolled

    viewer.hold(False)

    assert viewer.viewports[0].frame_index == place


def test_a_frame_that_cannot_be_shown_says_why() -> None:
    viewer, loader = opened(CURRENT, load=False)
    loader.store.failures[CURRENT.frames[0].key] = NotDisplayable("truncated", "truncated")
    loader.frame_arrived.emit(CURRENT.frames[0].key)

    assert "not shown: truncated" in words(viewer)
    assert "1 image cannot be shown" in words(viewer)
    assert list(viewer.frame_states(CURRENT.id))[:2] == ["failed", "missing"]


def test_the_scroll_bar_knows_what_was_seen() -> None:
    viewer, loader = opened(CURRENT, load=False)
    for each in CURRENT.frames[:2]:
        loader.arrive(each, np.zeros((64, 64), np.int16))

    viewer.mark_seen(CURRENT.frames[0].key)
    viewer.mark_seen(CURRENT.frames[0].key)

    assert list(viewer.frame_states(CURRENT.id))[:3] == ["seen", "loaded", "missing"]
    assert list(viewer.frame_states("unknown")) == []


def test_an_image_nobody_looks_at_is_counted_and_repaints_no_view() -> None:
    """Six hundred images arrive behind the one being read: that one must not flicker."""
    viewer, loader = opened(CURRENT, load=False)
    repainted: list[int] = []
    counted: list[str] = []
    viewer.viewport_changed.connect(repainted.append)
    viewer.counted.connect(counted.append)

    loader.arrive(CURRENT.frames[5], np.zeros((64, 64), np.int16))
    assert repainted == []
    loader.arrive(CURRENT.frames[0], np.zeros((64, 64), np.int16))

    assert repainted == [0]
    assert counted == [CURRENT.id, CURRENT.id]


def test_what_is_looked_at_is_fetched_next() -> None:
    viewer, loader = opened(CURRENT, load=False)

    viewer.go(60)

    assert loader.asked[-1] == (CURRENT.id, 60)


# --- words -----------------------------------------------------------------------------


def test_identity_is_on_every_view_at_every_level() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    for level in (1, 2, 3):
        viewer.set_overlay_level(level)
        for index in (0, 1):
            assert words(viewer, index)[:2] == (
                "Alder, Robin  M 64" if index == 0 else "Alder, Robin  M 63",
                "1962-03-02  HG-100482",
            )


def test_the_words_of_a_usual_view() -> None:
    """As section 4 of the design guide has them."""
    viewer, _ = opened(CURRENT)
    viewer.go(50)
    viewer.set_window("lung")

    said = words(viewer)

    assert said == (
        "Alder, Robin  M 64", "1962-03-02  HG-100482",
        "CURRENT", "21 Nov 2026 17:31 UTC", "Axial lung 2.5",
        "Im 51 / 100", "S 125.0 mm  2.5 mm", "W 1500  L −600  Lung",
        "Zoom 800 %", "120 kVp  184 mA",
        "R", "A", "L", "P",
    )  # fmt: skip


def test_the_prior_says_how_old_it_is() -> None:
    """Current and prior that look alike are the frown of every reader."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)

    assert "PRIOR 1 · −379 d" in words(viewer, 1)


def test_lossy_side_and_honesty_cannot_be_hidden() -> None:
    pixels = PixelFormat(64, 64, 16, 12, 11, False)
    one = stack(
        1, axes=None, lossy_ratio=8.0, laterality="L", pixels=pixels,
        spacing=(0.1, 0.1), modality="MG",
    )  # fmt: skip
    detector = evolve(one.frames[0], spacing=PixelSpacing(0.1, 0.1, SpacingOrigin.DETECTOR))
    viewer, _ = opened(evolve(one, frames=(detector,)))

    viewer.set_overlay_level(1)

    assert "LOSSY 8:1" in words(viewer)
    assert "LEFT" in words(viewer)
    assert "mm (detector)" in words(viewer)
    assert not any(w.startswith("W ") for w in words(viewer))


def test_without_spacing_the_view_says_uncalibrated() -> None:
    viewer, _ = opened(stack(1, axes=None, lossy_ratio=0.0))

    assert "uncalibrated" in words(viewer)
    assert "LOSSY" in words(viewer)


@pytest.mark.parametrize(
    ("geometry", "notice"),
    [
        (Geometry(GeometryVerdict.REGULAR), ""),
        (Geometry(GeometryVerdict.TILTED, "gantry tilt of 18.5°"), "gantry tilt of 18.5°"),
        (
            Geometry(GeometryVerdict.MISSING_SLICES, "2 slices missing between images 34 and 35"),
            "2 slices missing between images 34 and 35: lengths in reformats not reliable",
        ),
        (
            Geometry(GeometryVerdict.NO_POSITION, "images without a position in the patient"),
            "images without a position in the patient: no reformats, no reference lines",
        ),
    ],
)
def test_what_is_doubtful_about_the_geometry_is_said_on_the_view(
    geometry: Geometry, notice: str
) -> None:
    """At every level, and in `state`: a gap in a stack looks like any two neighbours."""
    viewer, _ = opened(evolve(CURRENT, geometry=geometry))
    viewer.set_overlay_level(1)

    assert geometry_notice(evolve(CURRENT, geometry=geometry)) == notice
    assert (notice in words(viewer)) is bool(notice)
    assert (notice in viewer.snapshot(0)["notices"]) is bool(notice)


@pytest.mark.parametrize(
    ("spacing", "said"),
    [
        (PixelSpacing(0.1, 0.1, SpacingOrigin.MAGNIFIED, 1.8), "mm (est. mag. 1.8)"),
        (PixelSpacing(0.1, 0.1, SpacingOrigin.CALIBRATED), "calibrated"),
        (PixelSpacing(0.1, 0.1, SpacingOrigin.FILM), "mm (on the film)"),
    ],
)
def test_the_view_says_whose_millimetres_they_are(spacing: PixelSpacing, said: str) -> None:
    """Not only beside a measurement: the scale bar is read too."""
    one = stack(1, axes=None)
    viewer, _ = opened(evolve(one, frames=(evolve(one.frames[0], spacing=spacing),)))

    assert said in words(viewer)


def test_a_narrow_view_keeps_level_one_alone() -> None:
    viewer, _ = opened(CURRENT)
    viewer.resized(0, 600, 600, 2.0)

    assert "CURRENT" in words(viewer)
    assert "Axial lung 2.5" not in words(viewer)


def test_level_three_says_everything() -> None:
    viewer, _ = opened(CURRENT)

    viewer.set_overlay_level(9)

    assert {"HG-26-118204", "Harbor General", "CT chest with contrast"} <= set(words(viewer))
    assert "64 × 64  0.5 × 0.5 mm" in words(viewer)


def test_a_long_name_is_cut_in_the_middle_and_the_id_never() -> None:
    patient = evolve(PATIENT, name="Featherstonehaugh, Maximilian", id="X" * 60)
    viewer, _ = opened(CURRENT, studies=(viewed(patient=patient),))

    assert words(viewer)[0] == "Featherston…Maximilian  M 64"
    assert words(viewer)[1].endswith("X" * 60)


def test_what_is_not_known_is_said() -> None:
    patient = evolve(PATIENT, name="", birth_date=None, id="", sex="")
    study = evolve(viewed(patient=patient), started=None)
    viewer, _ = opened(CURRENT, studies=(study,))

    assert words(viewer)[:2] == ("name not known", "birth date not known  ID not known")
    assert "date not known" in words(viewer)


def test_a_name_in_another_script_cannot_reorder_its_neighbours() -> None:
    viewer, _ = opened(CURRENT, studies=(viewed(patient=evolve(PATIENT, name="كوهين")),))

    assert words(viewer)[0].startswith("\u2068كوهين\u2069")


# --- two patients ------------------------------------------------------------------------


def test_another_patient_is_never_on_screen_unmarked() -> None:
    """The report must not be signed over somebody else's images."""
    stranger = viewed("1.2", "prior", patient=OTHER_PATIENT, days_before=3)
    viewer, _ = opened(CURRENT, PRIOR, studies=(viewed(), stranger))

    wrong = viewer.overlay(1).wrong_patient
    assert wrong == "WRONG PATIENT: this image belongs to ID HG-100999"
    assert wrong in words(viewer, 1)
    assert viewer.overlay(0).wrong_patient == ""


def test_the_objects_own_patient_counts_too() -> None:
    """An order may name one patient and the images another: filed under the wrong study."""
    viewer, _ = opened(evolve(CURRENT, patient=OTHER_PATIENT))

    assert "HG-100999" in viewer.overlay(0).wrong_patient
    assert viewer.snapshot(0)["patient_id"] == "HG-100999"


def test_an_unnamed_issuer_matches() -> None:
    """DICOM objects seldom say who issued the ID."""
    viewer, _ = opened(evolve(CURRENT, patient=evolve(PATIENT, issuer="")))

    assert viewer.overlay(0).wrong_patient == ""


# --- hanging, layout, series ------------------------------------------------------------------


def test_current_left_and_prior_right() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)

    assert viewer.layout == (1, 2)
    assert [v.display_set for v in viewer.viewports] == [CURRENT.id, PRIOR.id]
    assert viewer.reason(1).startswith("best match: same modality, same orientation")


def test_a_layout_keeps_zoom_and_window() -> None:
    """Frown 20: zoom or window that resets when the layout changes."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.go(30)
    viewer.zoom(3.0)
    viewer.set_window("bone")
    before = viewer.viewports[0]

    viewer.set_layout(1, 1)
    viewer.set_layout(2, 2)

    assert viewer.viewports[0] == before
    assert len(viewer.viewports) == 4


def test_a_view_hidden_by_a_smaller_layout_comes_back_as_it_was() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.activate(1)
    viewer.go(20)
    before = viewer.viewports[1]

    viewer.set_layout(1, 1)
    viewer.set_layout(1, 2)

    assert viewer.viewports[1] == before
    assert viewer.active == 0


def test_one_view_alone_and_back_changes_nothing() -> None:
    """F60: 100 toggles, the state of each view equal before and after."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.set_layout(2, 2)
    viewer.activate(1)
    viewer.go(20)
    viewer.zoom(2.5)
    before = viewer.viewports

    viewer.maximize()
    alone = (viewer.layout, viewer.active, viewer.viewports)
    viewer.study_ready(ref("1.2"), (PRIOR,))
    for _ in range(99):
        viewer.maximize()

    assert alone == ((1, 1), 0, (before[1],))
    assert (viewer.viewports, viewer.active) == (before, 1)


def test_a_single_view_is_alone_already() -> None:
    viewer, _ = opened(CURRENT)

    viewer.maximize()

    assert viewer.layout == (1, 1)


def test_series_that_come_later_do_not_move_what_was_touched() -> None:
    """Nothing moves when data arrives."""
    viewer, _ = opened(stack(3, name="Scout", series="1.1.8"), load=False)
    viewer.scroll(1)
    scout = viewer.viewports[0]

    viewer.study_ready(ref("1.1"), (stack(3, name="Scout", series="1.1.8"), CURRENT))

    assert viewer.viewports[0] == scout


def test_before_it_is_touched_the_better_series_takes_the_view() -> None:
    scout = stack(3, name="Scout", series="1.1.8")
    viewer, _ = opened(scout, load=False)

    viewer.study_ready(ref("1.1"), (scout, CURRENT))

    assert viewer.viewports[0].display_set == CURRENT.id


def test_series_go_round() -> None:
    other = stack(3, name="Axial bone", series="1.1.3")
    viewer, _ = opened(CURRENT, other)

    viewer.next_series(1)
    first = viewer.viewports[0].display_set
    viewer.next_series(1)

    assert first == other.id
    assert viewer.viewports[0].display_set == CURRENT.id
    assert viewer.reason(0) == "chosen by hand"


def test_comparing_brings_the_prior_back() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.set_layout(1, 1)
    viewer.show_set(PRIOR.id)

    viewer.compare_prior()

    assert [v.display_set for v in viewer.viewports] == [CURRENT.id, PRIOR.id]


def test_comparing_needs_a_prior() -> None:
    viewer, _ = opened(CURRENT)

    with pytest.raises(CommandError, match="no prior"):
        viewer.compare_prior()


def test_comparing_waits_for_the_current_images() -> None:
    viewer, _ = opened(PRIOR, studies=BOTH)

    with pytest.raises(CommandError, match="no images yet"):
        viewer.compare_prior()


def test_wrong_views_and_layouts_are_refused() -> None:
    viewer, _ = opened(CURRENT)
    for wrong in (
        lambda: viewer.activate(4),
        lambda: viewer.set_layout(0, 1),
        lambda: viewer.set_layout(1, 9),
        lambda: viewer.show_set("nothing"),
    ):
        with pytest.raises(CommandError):
            wrong()


def test_an_empty_view_acts_on_nothing() -> None:
    viewer, _ = build()

    assert viewer.overlay(0).lines == ()
    assert viewer.resolved(0) is None
    with pytest.raises(CommandError, match="no image"):
        viewer.scroll(1)


def test_closing_leaves_nothing_behind() -> None:
    """The next case must not inherit a measurement, a link or a picture."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    add_length(viewer, 0, 0, 10, 0)
    viewer.join()

    viewer.close()

    assert viewer.studies == ()
    assert viewer.measurements == ()
    assert viewer.layout == (1, 1)
    assert viewer.links.manual == ()
    assert viewer.shown(0) is None
    assert list(viewer.frame_states(CURRENT.id)) == []


# --- window and values ---------------------------------------------------------------------


def test_number_keys_are_windows() -> None:
    viewer, _ = opened(CURRENT)

    viewer.set_window("3")
    by_key = viewer.viewports[0].voi
    viewer.set_window("1")

    assert by_key == Voi(-600, 1500, name="Lung")
    assert viewer.viewports[0].voi is None


def test_a_window_drag_starts_from_the_window_shown() -> None:
    viewer, _ = opened(CURRENT)

    viewer.drag_window(0, 30)

    voi = viewer.viewports[0].voi
    assert voi is not None
    assert voi.center < 40
    assert voi.width == 400


def test_an_image_without_a_window_gets_one_of_its_values() -> None:
    """And keeps it through the series, so that brightness does not jump."""
    bare = stack(2, vois=())
    viewer, loader = opened(bare, load=False)
    empty = viewer.shown(0)
    loader.arrive(bare.frames[0], np.arange(4096, dtype=np.int16).reshape(64, 64))
    loader.arrive(bare.frames[1], np.zeros((64, 64), np.int16))
    first = viewer.shown(0)
    viewer.scroll(1)
    second = viewer.shown(0)

    assert empty is not None
    assert empty.voi is None
    assert first is not None
    assert first.voi is not None
    assert first.voi.name == "Auto"
    assert second is not None
    assert second.voi == first.voi


def test_the_probe_says_the_value_in_its_unit() -> None:
    viewer, _ = opened(CURRENT)

    found = viewer.show_probe((10.4, 20.6))

    assert (found.at, found.text, found.number) == ((10, 21), "−24 HU", -24.0)
    assert "−24 HU" in words(viewer)
    assert viewer.snapshot(0)["probe"] == {"x": 10, "y": 21, "value": -24.0, "unit": "HU"}


def test_the_probe_refuses_what_it_cannot_know() -> None:
    viewer, loader = opened(CURRENT, load=False)
    with pytest.raises(CommandError, match="not loaded"):
        viewer.show_probe((0, 0))
    loader.arrive(CURRENT.frames[0], np.zeros((64, 64), np.int16))

    with pytest.raises(CommandError, match="beside"):
        viewer.show_probe((64, 0))


def test_padding_and_colour_have_no_value() -> None:
    grey = stack(1, pixels=PixelFormat(64, 64, 16, 16, 15, True, padding=-2000))
    rgb = stack(
        1, series="1.1.2", pixels=PixelFormat(2, 2, 8, 8, 7, False, 3, "RGB"), modality="US"
    )
    viewer, loader = opened(grey, rgb, load=False)
    loader.arrive(grey.frames[0], np.full((64, 64), -2000, np.int16))
    loader.arrive(rgb.frames[0], np.full((2, 2, 3), 7, np.uint8))

    assert viewer.show_probe((1, 1)).text == "no value here"
    viewer.show_set(rgb.id)
    assert viewer.show_probe((1, 1)).text == "7, 7, 7"
    viewer.drag_window(10, 10)
    assert viewer.viewports[0].voi is None


# --- links -----------------------------------------------------------------------------------


def test_views_of_one_frame_of_reference_scroll_together() -> None:
    thick = stack(50, name="Axial 5.0", series="1.1.2", step=5.0)
    viewer, _ = opened(CURRENT, thick)
    viewer.set_layout(1, 2)

    viewer.go(40)

    assert [v.frame_index for v in viewer.viewports] == [40, 20]
    assert viewer.link_words == "Linked by position"


def test_a_new_view_comes_up_at_the_level_being_read() -> None:
    """Two windows of one series show one slice, as the reader left it."""
    viewer, _ = opened(CURRENT)
    viewer.go(40)

    viewer.set_layout(2, 2)

    assert [v.frame_index for v in viewer.viewports if v.display_set == CURRENT.id] == [40, 40]


def test_unlinked_views_stay_where_they_are() -> None:
    thick = stack(50, name="Axial 5.0", series="1.1.2", step=5.0)
    viewer, _ = opened(CURRENT, thick)
    viewer.set_layout(1, 2)
    viewer.toggle_links()

    viewer.go(40)

    assert [v.frame_index for v in viewer.viewports] == [40, 0]
    assert viewer.link_words == ""


def test_current_and_prior_are_never_linked_by_the_program() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)

    viewer.go(40)

    assert [v.frame_index for v in viewer.viewports] == [40, 0]
    assert viewer.link_words.startswith("Scrolling not linked: no common frame of reference")


def test_of_views_that_are_linked_in_part_it_is_said_so() -> None:
    """ "Not linked" over views that scroll together would be believed of all of them."""
    beside = stack(5, series="1.1.2")
    viewer, _ = opened(CURRENT, beside, PRIOR, studies=BOTH)
    viewer.set_layout(1, 3)
    for index, shown in enumerate((CURRENT, beside, PRIOR)):
        viewer.show_set(shown.id, index)

    assert viewer.link_words.startswith("Scrolling partly linked")


def test_the_reader_links_current_and_prior_at_one_level() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.activate(1)
    viewer.go(23)
    viewer.activate(0)
    viewer.go(50)

    viewer.join()
    viewer.scroll(2)

    assert [v.frame_index for v in viewer.viewports] == [52, 24]
    assert viewer.link_words == "Linked by manual offset, −10.0 mm"


def test_only_strangers_need_an_offset() -> None:
    viewer, _ = opened(CURRENT, stack(5, series="1.1.2"))
    viewer.set_layout(1, 2)

    with pytest.raises(CommandError, match="share their positions"):
        viewer.join()


def test_images_across_each_other_cannot_be_joined() -> None:
    across = stack(5, study="1.2", series="1.2.1", axes=CORONAL, space="9.2")
    viewer, _ = opened(CURRENT, across, studies=BOTH)

    with pytest.raises(CommandError, match="parallel"):
        viewer.join()
    assert viewer.link_words.startswith("Scrolling not linked")


def test_radiographs_need_no_word_about_links() -> None:
    front, before = (
        stack(1, study=study, series=f"{study}.1", axes=None, modality="CR")
        for study in ("1.1", "1.2")
    )
    viewer, _ = opened(front, before, studies=BOTH)

    assert viewer.link_words == ""


def test_reference_lines_lie_on_the_other_views() -> None:
    coronal = stack(1, name="Coronal", series="1.1.2", axes=CORONAL, origin=(0.0, 10.0, 20.0))
    viewer, _ = opened(CURRENT, coronal)
    viewer.set_layout(1, 2)
    viewer.go(4)

    found = viewer.crossings(1)

    assert len(found) == 1
    assert found[0].letter == "A"
    assert found[0].start[1] == pytest.approx(20.0)  # z = 10 mm, 0.5 mm rows, downwards from 20
    assert viewer.crossings(0) == ()
    assert viewer.scene(1).inked
    viewer.toggle_ink()
    assert viewer.crossings(1) == ()
    assert not viewer.scene(1).inked  # nor the overlays of the object itself


def test_no_reference_lines_between_strangers() -> None:
    viewer, _ = opened(
        CURRENT,
        stack(1, study="1.2", series="1.2.1", axes=SAGITTAL, space="9.2"),
        studies=BOTH,
    )

    assert viewer.crossings(1) == ()


# --- measurements ------------------------------------------------------------------------------


def test_measurements_are_named_after_their_study() -> None:
    """A1 on the current study, B1 on the prior: what the report cites."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    first = add_length(viewer, 0, 0, 40, 0)
    viewer.activate(1)
    second = viewer.add(MeasurementKind.ELLIPSE, ((10, 10), (20, 20)))
    viewer.activate(0)
    third = viewer.add(MeasurementKind.RECTANGLE, ((10, 10), (20, 20)))

    assert [first.id, second.id, third.id] == ["A1", "B1", "A2"]
    assert (first.value, first.unit) == (20.0, "mm")
    assert first.series_label == "Axial lung 2.5"
    assert second.stats["mean"] == -24.0
    assert viewer.selected_measurement == "A2"
    assert viewer.measurements_on(CURRENT.frames[0]) == (first, third)


def test_a_changed_measurement_says_so() -> None:
    """A link in the report remembers the revision it cited."""
    viewer, _ = opened(CURRENT)
    add_length(viewer, 0, 0, 40, 0)
    told: list[None] = []
    viewer.measurements_changed.connect(told.append)

    moved = viewer.move_measurement("A1", ((0, 0), (20, 0)))

    assert (moved.id, moved.value, moved.revision) == ("A1", 10.0, 2)
    assert len(told) == 1


def test_a_measurement_is_not_moved_to_another_image() -> None:
    viewer, _ = opened(CURRENT)
    add_length(viewer, 0, 0, 40, 0)
    viewer.scroll(1)

    with pytest.raises(CommandError, match="another image"):
        viewer.move_measurement("A1", ((0, 0), (20, 0)))


def test_a_name_is_used_once() -> None:
    """A1 deleted and made again would be another A1 in the report."""
    viewer, _ = opened(CURRENT)
    add_length(viewer, 0, 0, 40, 0)
    viewer.delete_measurement()

    assert add_length(viewer, 0, 0, 40, 0).id == "A2"


def test_what_is_not_here_is_not_measured() -> None:
    viewer, _ = opened(CURRENT, load=False)

    with pytest.raises(CommandError, match="not loaded yet"):
        add_length(viewer, 0, 0, 40, 0)
    with pytest.raises(CommandError, match="no measurement"):
        viewer.delete_measurement()


def test_measurements_can_be_gone_through_and_found_again() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.go(10)
    add_length(viewer, 0, 0, 40, 0)
    viewer.activate(1)
    viewer.go(3)
    add_length(viewer, 0, 0, 40, 0)
    viewer.go(7)

    viewer.go_to_measurement("A1")
    at_first = (viewer.active, viewer.viewports[0].frame_index)
    viewer.go_to_measurement(viewer.next_measurement)

    assert at_first == (0, 10)
    assert (viewer.active, viewer.viewports[1].frame_index) == (1, 3)
    viewer.select_measurement("")
    assert viewer.next_measurement == "A1"


# --- state ------------------------------------------------------------------------------------


def test_state_is_what_the_contract_says() -> None:
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    viewer.engine, viewer.engine_notice = "cpu", "software rendering"
    viewer.go(50)
    viewer.set_window("40/400")
    add_length(viewer, 0, 0, 40, 0)

    first, second = (viewer.snapshot(index) for index in (0, 1))

    assert {
        "index", "active", "study_uid", "series_uid", "display_set", "patient_id", "frame",
        "frames", "frames_loaded", "window", "plane", "overlay", "engine", "notices",
    } <= set(first)  # fmt: skip
    assert (first["frame"], first["frames"], first["frames_loaded"]) == (51, 100, 100)
    assert first["window"] == [40.0, 400.0]
    assert first["plane"]["origin"] == [0.0, 0.0, 125.0]
    assert first["engine"] == "cpu"
    assert first["notices"] == ["software rendering"]
    assert first["active"]
    assert not second["active"]
    assert first["patient_id"] == second["patient_id"] == "HG-100482"
    marks = viewer.measurements_snapshot()
    assert [(m["id"], m["kind"], m["value"], m["unit"], m["note"]) for m in marks] == [
        ("A1", "length", 20.0, "mm", "")
    ]
    assert json.loads(json.dumps([first, second, marks]))


def test_an_empty_view_has_a_state_too() -> None:
    viewer, _ = opened(CURRENT)
    viewer.set_layout(1, 2)

    state = viewer.snapshot(1)

    assert (state["index"], state["display_set"], state["patient_id"]) == (1, "", "")
    assert state["overlay"] == ["nothing to show here"]
    assert set(state) <= set(viewer.snapshot(0))


def test_an_image_without_a_place_has_no_plane() -> None:
    viewer, _ = opened(stack(1, axes=None))

    assert viewer.snapshot(0)["plane"] is None


# --- command lines ----------------------------------------------------------------------------


def test_every_viewer_command_of_the_contract_works() -> None:
    """Scripts, keys, menus and voice send these; none may fail on a plain CT."""
    viewer, _ = opened(CURRENT, PRIOR, studies=BOTH)
    run = runner(viewer)
    for line in (
        "viewport.window lung", "viewport.window soft tissue", "viewport.window -600/1500",
        "viewport.window default", "viewport.window 2", "viewport.scroll 5", "viewport.scroll",
        "viewport.go 12", "viewport.go last", "viewport.go middle", "viewport.go first",
        "viewport.layout 2x2", "viewport.maximize", "viewport.maximize", "viewport.activate 2",
        "viewport.next", "viewport.zoom 2",
        "viewport.zoom 0.5 10 10", "viewport.pan 3 -2", "viewport.nudge left", "viewport.invert",
        "viewport.rotate", "viewport.rotate -1", "viewport.flip", "viewport.flip vertical",
        "viewport.fit", "viewport.one-to-one", "viewport.interpolation nearest",
        "viewport.reset", "viewport.window-by 4 -4", "viewport.brighten", "viewport.contrast -1",
        "viewport.next-series", "viewport.previous-series", f"viewport.show-series {CURRENT.id} 1",
        "compare.prior", "viewport.activate 1", "link.toggle", "link.offset", "link.offset 5",
        "tool.length 10 10 30 10", "tool.ellipse 10 10 30 30", "tool.rectangle 10 10 30 30",
        "tool.probe 5 5", "tool.probe", "tool.length", "tool.ellipse", "tool.rectangle",
        "tool.window", "tool.zoom", "tool.pan", "tool.scroll", "measurement.select",
        "measurement.select A1", "measurement.go A1", "measurement.move A1 10 10 20 10",
        "measurement.delete A2", "measurement.delete A3", "overlay.level", "overlay.level 3",
        "tool.angle 10 10 20 10 20 20", "tool.cobb 1 1 9 1 1 9 9 5", "tool.angle", "tool.cobb",
        "tool.bidirectional 1 1 9 1 4 3 4 9", "tool.perpendicular 1 1 9 1 4 7",
        "tool.cardiothoracic 9 9 20 9 3 20 40 20", "tool.polyline 1 1 9 1 9 9 1 9 1 2",
        "tool.polygon 1 1 9 1 9 9", "tool.freehand 1 1 9 1 9 9 1 9", "tool.point 5 5",
        "tool.arrow 1 1 9 9 a nodule of 4 mm", "tool.arrow 1 1 9 9", "tool.text 5 5 seen before",
        "measurement.undo", "measurement.redo", "measurement.label A4 first lesion",
        "measurement.copy A4", "measurement.next", "measurement.next",
        *(f"measurement.delete A{n}" for n in range(4, 17)),
        "ink.toggle",
    ):  # fmt: skip
        run(line)

    assert [m.id for m in viewer.measurements] == ["A1"]


@pytest.mark.parametrize(
    "line",
    [
        "viewport.go 0", "viewport.go 101", "viewport.go soon", "viewport.layout 3",
        "viewport.zoom 0",
        "tool.angle 1 2 3 4", "tool.length 1 1 2 2 3 3", "tool.length 1 1 2 two", "tool.cobb nan 1",
        "tool.polygon 1 1 2 2", "measurement.copy A9", "measurement.undo", "measurement.redo",
        "overlay.level 4", "tool.length 1 2 3", "viewport.window nothing", "viewport.activate 9",
    ],
)  # fmt: skip
def test_a_wrong_argument_is_refused_in_words(line: str) -> None:
    viewer, _ = opened(CURRENT)

    with pytest.raises(CommandError):
        runner(viewer)(line)


def test_an_arm_without_points_takes_the_tool_in_hand() -> None:
    viewer, _ = opened(CURRENT)
    run = runner(viewer)
    viewer.show_probe((1, 1))

    run("tool.length")

    assert viewer.tool == "length"
    assert viewer.probe is None


def test_a_tiny_slope_keeps_its_digits() -> None:
    """ADC maps store mm2/s times a million: a value of 0.00 says nothing."""
    adc = stack(1, rescale=Rescale(1e-6, 0.0, "mm2/s"), modality="MR", vois=())
    viewer, loader = opened(adc, load=False)
    loader.arrive(adc.frames[0], np.full((64, 64), 1234, np.int16))

    assert viewer.show_probe((3, 3)).text == "0.00123 mm2/s"


def test_frames_of_other_series_do_not_repaint_this_view() -> None:
    viewer, loader = opened(CURRENT)
    told: list[int] = []
    viewer.viewport_changed.connect(told.append)

    loader.arrive(frame(0, series="1.1.77"), np.zeros((64, 64), np.int16))

    assert told == []


def test_images_that_arrive_in_front_do_not_push_away_what_is_looked_at() -> None:
    """A growing stack under the reader's eyes would show another slice without a touch."""
    whole = stack(12)
    late = evolve(whole, frames=whole.frames[5:])
    viewer, _ = opened(late)
    viewer.go(2)
    looked_at = viewer.shown(0)
    viewer.study_ready(ref(whole.study), (whole,))
    now = viewer.shown(0)

    assert looked_at is not None
    assert now is not None
    assert now.frame.key == looked_at.frame.key
    assert now.state.frame_index == 7


@pytest.mark.parametrize(("scrolled", "place"), [(0, 0), (2, 9)])
def test_a_stack_that_came_image_by_image_begins_at_its_first_unless_it_was_scrolled(
    scrolled: int, place: int
) -> None:
    """By DIMSE images come in the order of the site: the first that was here is any of them."""
    whole = stack(12)
    some = evolve(whole, frames=whole.frames[7:])
    viewer, loader = build()
    viewer.show((viewed(),))
    loader.coming[whole.id] = 7
    viewer.study_ready(ref(whole.study), (some,))
    if scrolled:
        viewer.go(scrolled)
    loader.coming.clear()
    loader.known[whole.id] = whole

    viewer.study_ready(ref(whole.study), (whole,))

    assert viewer.viewports[0].frame_index == place
    assert loader.asked[-1] == (whole.id, place) or scrolled


def ramp_of(modality: str, *vois: Voi, unit: str = "", top: int = 4095) -> Viewer:
    """An image whose values go evenly from 0 to `top`."""
    series = stack(3, modality=modality, vois=vois, rescale=Rescale(1.0, 0.0, unit))
    viewer, loader = opened(series, load=False)
    loader.arrive(series.frames[0], np.linspace(0, top, 64 * 64).reshape(64, 64).astype(np.int16))
    return viewer


def window_of(viewer: Viewer) -> Voi:
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.voi is not None
    return shown.voi


def test_number_keys_of_mr_are_its_values_and_its_own_windows() -> None:
    """Grey values of MR mean something in their own image only: no number fits two scanners."""
    narrow, wide = Voi(300, 200, name="narrow"), Voi(300, 900, name="wide")
    viewer = ramp_of("MR", narrow, wide)

    found = {}
    for key in "1234567":
        viewer.set_window(key)
        found[key] = window_of(viewer)

    assert (found["1"], found["7"]) == (narrow, wide)
    assert found["2"].name == "Auto"
    assert found["2"].width == pytest.approx(4095 * 0.99, abs=2)
    assert found["6"] == Voi(2047.5, 4095, LINEAR_EXACT, "Whole range")
    with pytest.raises(CommandError, match="MR has no window 8"):
        viewer.set_window("8")


def test_a_mammogram_goes_through_the_windows_of_its_maker_by_key() -> None:
    """Six windows with names that only the maker knows: each is reached and named."""
    viewer = ramp_of("MG", Voi(10, 20, name="NORMAL"), Voi(20, 30, name="HARDER"), Voi(30, 40))

    names = []
    for _ in range(3):
        viewer.next_window(1)
        names.append(window_of(viewer).name)
    viewer.set_window("40/400")
    viewer.next_window(1)

    assert names == ["HARDER", "3 of 3", "NORMAL"]
    assert window_of(viewer).name == "NORMAL"
    assert "HARDER" not in " ".join(viewer.overlay(0).lines)
    with pytest.raises(CommandError, match="proposes no other window"):
        ramp_of("MG", Voi(1, 2)).next_window(1)


def test_an_own_window_is_that_of_each_image() -> None:
    """MR proposes another window for every slice: going on must not keep that of the first."""
    frames = [frame(i, vois=(Voi(1, 2), Voi(100 + i, 50))) for i in range(3)]
    viewer, _ = opened(evolve(stack(3, modality="MR"), frames=tuple(frames)))

    viewer.next_window(1)
    viewer.go(2)

    assert window_of(viewer).center == 102


def test_suv_windows_are_on_the_keys_where_values_are_suv() -> None:
    """0 to 5 on becquerels is a white square that looks like a hot liver."""
    suv, counts = ramp_of("PT", unit="SUVbw", top=20), ramp_of("PT", unit="Bq/ml", top=20000)

    suv.set_window("2")
    counts.set_window("2")

    assert window_of(suv) == Voi(2.5, 5.0, LINEAR_EXACT, "SUV 0 to 5")
    assert window_of(counts) == Voi(10000, 20000, LINEAR_EXACT, "0 to 100 %")


def test_auto_follows_the_image_shown() -> None:
    viewer = ramp_of("CT", Voi(40, 400), top=1000)

    viewer.set_window("auto")

    assert window_of(viewer).name == "Auto"
    assert window_of(viewer).center == pytest.approx(500, abs=1)


def test_a_drag_moves_the_curve_of_a_mammogram_and_keeps_it() -> None:
    """A curve that falls back to a ramp at the first touch is another image."""
    curve = Lut(0, 12, np.arange(0, 4096, dtype="<u2").tobytes())
    viewer = ramp_of("MG", Voi(2048, 4096, name="NORMAL", lut=curve))

    viewer.drag_window(30, 15)

    assert window_of(viewer).lut == curve
    assert window_of(viewer).width > 4096
    assert window_of(viewer).center < 2048


def test_the_values_of_a_mammogram_are_sampled_for_its_window() -> None:
    """Twelve million values are not sorted while the reader waits; a window needs fewer."""
    plate = stack(1, modality="MG", shape=(2048, 2048), vois=(), axes=None)
    viewer, loader = opened(plate, load=False)
    ramp = np.broadcast_to(np.arange(2048, dtype=np.int16), (2048, 2048))
    loader.arrive(plate.frames[0], ramp)

    shown = viewer.shown(0)

    assert shown is not None
    assert shown.voi is not None
    assert shown.voi.center == pytest.approx(1023.5 - 1024, abs=4)
    assert shown.voi.width == pytest.approx(2047 * 0.99, rel=0.01)


@pytest.mark.parametrize("kind", ["sharpen", "smooth", "clahe"])
def test_a_filter_is_said_at_every_level_and_measures_nothing_else(kind: str) -> None:
    """A sharpened edge is not anatomy: whoever looks must know, whatever he has hidden."""
    viewer = ramp_of("CT", Voi(40, 400))
    run = runner(viewer)
    viewer.set_overlay_level(1)
    viewer.toggle_ink()
    before = viewer.show_probe((20, 20))
    plain = words(viewer)

    run(f"viewport.filter {kind}")
    said = words(viewer)
    run("viewport.filter none")

    assert [line for line in said if line.startswith("processed: ")]
    assert viewer.show_probe((20, 20)) == before
    assert words(viewer) == plain
    assert not [line for line in plain if "processed" in line]


def test_filters_are_gone_through_by_key() -> None:
    viewer = ramp_of("CT", Voi(40, 400))
    found = []
    for _ in range(4):
        runner(viewer)("viewport.filter")
        found.append(viewer.viewports[0].filter.value)

    assert found == ["sharpen", "smooth", "clahe", "none"]


def test_another_series_is_shown_as_acquired() -> None:
    """A filter forgotten from the last series would be looked through unawares."""
    viewer, _ = opened(CURRENT, stack(3, name="Axial bone", series="1.1.2"))
    runner(viewer)("viewport.filter smooth")

    viewer.next_series(1)

    assert viewer.viewports[0].filter.value == "none"


def test_what_is_between_pixels_is_said_at_level_3() -> None:
    viewer = ramp_of("CT", Voi(40, 400))
    viewer.set_overlay_level(3)
    run = runner(viewer)

    run("viewport.interpolation nearest")
    nearest = words(viewer)
    run("viewport.interpolation linear")

    assert "nearest pixel" in nearest
    assert not {"nearest pixel", "cubic"} & set(words(viewer))


@pytest.mark.parametrize("axes", [AXIAL, CORONAL])
@pytest.mark.parametrize("spacing", [(0.5, 0.5), (2.0, 0.8), (0.4, 1.1)])
@pytest.mark.parametrize("screen_mm", [245.3, 180.0, 96.0])
def test_true_size_is_a_millimetre_for_a_millimetre(
    screen_mm: float, spacing: tuple[float, float], axes: tuple[Vector, Vector]
) -> None:
    """F68: a line of 100 mm in the patient measures 100 mm on the glass, within 1 %."""
    one = stack(1, shape=(300, 300), spacing=spacing, axes=axes)
    viewer, _ = opened(one)
    viewer.screens = {"DP-1": screen_mm}
    viewer.resized(0, 1600, 1200, 1.5, "DP-1")

    runner(viewer)("viewport.true-size")

    view, plane = viewer.resolved(0), one.frames[0].plane
    assert view is not None
    assert plane is not None
    for way in (plane.row, plane.column):
        ends = [plane.to_pixel(tuple(t * x for x in way)) for t in (0.0, 100.0)]
        (x0, y0), (x1, y1) = (view.to_view((p[0], p[1])) for p in ends)
        assert math.hypot(x1 - x0, y1 - y0) * screen_mm / 1000 == pytest.approx(100, rel=0.01)
    assert any("true size" in line for line in words(viewer))
    viewer.zoom(1.02)
    assert not any("true size" in line for line in words(viewer))


def test_true_size_needs_a_screen_that_was_measured_and_millimetres() -> None:
    """What a monitor says of its size is often wrong: an implant is not chosen by it."""
    run_on = runner(viewer := opened(stack(1))[0])
    viewer.resized(0, 800, 600, 1.0, "HDMI-1")
    with pytest.raises(CommandError, match="HDMI-1 is not measured"):
        run_on("viewport.true-size")

    blind, _ = opened(stack(1, axes=None))
    blind.screens = {"HDMI-1": 250.0}
    blind.resized(0, 800, 600, 1.0, "HDMI-1")
    with pytest.raises(CommandError, match="not known"):
        runner(blind)("viewport.true-size")


def test_true_size_is_not_said_on_another_screen() -> None:
    viewer, _ = opened(stack(1))
    viewer.screens = {"A": 250.0, "B": 180.0}
    viewer.resized(0, 800, 600, 1.0, "A")
    runner(viewer)("viewport.true-size")

    viewer.resized(0, 800, 600, 1.0, "B")

    assert not any("true size" in line for line in words(viewer))


@pytest.mark.parametrize("turn", ["viewport.rotate 0", "viewport.rotate 1", "viewport.flip"])
def test_a_box_zoomed_to_fills_the_view_about_its_middle(turn: str) -> None:
    viewer, _ = opened(stack(1, shape=(100, 200)))
    viewer.resized(0, 800, 600, 1.0)
    run = runner(viewer)
    run(turn)
    run("viewport.zoom 1.7 30 40")

    run("viewport.zoom-to 40 20 80 50")

    view = viewer.resolved(0)
    assert view is not None
    (x0, y0), (x1, y1) = view.to_view((40, 20)), view.to_view((80, 50))
    assert ((x0 + x1) / 2, (y0 + y1) / 2) == pytest.approx((400, 300))
    assert max(abs(x1 - x0) / 800, abs(y1 - y0) / 600) == pytest.approx(1)


@pytest.mark.parametrize(("kind", "at"), [("STACK", 10), ("DOCUMENT", 1)])
def test_the_page_keys_turn_ten_images_or_one_page(kind: str, at: int) -> None:
    """The next page of a letter is not its eleventh."""
    shown = evolve(stack(30), kind=DisplaySetKind[kind])
    viewer, _ = opened(shown)

    runner(viewer)("viewport.page")

    assert viewer.viewports[0].frame_index == at
