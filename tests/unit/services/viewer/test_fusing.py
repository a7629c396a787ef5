"""Fusion: uptake is laid over the anatomy it belongs to, and over nothing else."""

import json

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import opened, ref, stack, viewed

from workstation.domain.measurement import MeasurementKind
from workstation.domain.presentation import Rescale, Voi, VoiFunction
from workstation.domain.registration import IDENTITY, Registered, Rigid, SaidBy
from workstation.domain.study import DisplaySet, Geometry, GeometryVerdict
from workstation.domain.suv import NoSuv, SuvBasis
from workstation.errors import CommandError
from workstation.rendering.labels import words
from workstation.services.images.coverage import FrameState
from workstation.services.screen.citing import value_words
from workstation.services.screen.drafted_measurements import from_plain, to_plain
from workstation.services.screen.overlay_lines import Mark
from workstation.services.viewer.viewer import Viewer

VOLUME = Geometry(GeometryVerdict.REGULAR, mpr=True)
SUV = Voi(3.5, 7.0, VoiFunction.LINEAR_EXACT, "SUV 0 to 7")
BOTH = (viewed(), viewed("1.2", "prior", days_before=100))


def ct() -> DisplaySet:
    return evolve(stack(20), geometry=VOLUME)


def pet(study: str = "1.1", space: str = "9.1", series: str = "1.1.9") -> DisplaySet:
    """Voxels of 4 mm, stored 1000 and more, SUV 1 for each 1000."""
    made = stack(
        10, name="PET AC", study=study, series=series, step=4.0, modality="PT",
        shape=(16, 16), spacing=(4.0, 4.0), space=space, vois=(SUV,),
        rescale=Rescale(0.001, 0.0, "SUVbw"), suv_basis=SuvBasis("BQML"),
    )  # fmt: skip
    return evolve(made, geometry=VOLUME)


def fused(viewer: Viewer, index: int = 0) -> str:
    """Both lines of it; where it is not here, the one that says why."""
    lines = [line.text for line in viewer.overlay(index).bottom_left]
    at = next((at for at, line in enumerate(lines) if line.startswith("Fused ")), len(lines))
    return "  ".join(lines[at:])


def test_the_pet_of_the_same_space_is_laid_over_and_taken_away() -> None:
    viewer, _ = opened(ct(), pet())

    viewer.toggle_fusion()
    shown = viewer.shown(0)
    on = fused(viewer)
    viewer.toggle_fusion()

    assert on == "Fused PET AC  SUVbw 0 to 7  50 %"
    assert shown is not None
    assert shown.fused is not None
    assert shown.fused.volume is not None
    assert shown.fused.display_set.modality == "PT"
    assert shown.display_set.modality == "CT"  # what is below is what is read and measured
    assert fused(viewer) == ""


def test_opacity_window_and_colours_are_those_of_the_layer() -> None:
    """The CT below keeps its own window."""
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()

    viewer.set_fusion_opacity(70)
    viewer.more_fusion(2)
    viewer.set_fusion_window("SUV 0 to 10")
    viewer.set_fusion_colours("pet")

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.fused is not None
    assert fused(viewer) == "Fused PET AC  SUVbw 0 to 10  90 %"
    assert shown.fused.colours.name == "PET"
    assert shown.voi == Voi(40, 400, name="Soft tissue")


def test_a_layer_that_has_no_suv_says_why() -> None:
    """F131: its becquerels over a CT look like any SUV; a lesion of 7 is none."""
    viewer, _ = opened(ct(), evolve(pet(), no_suv=NoSuv.WEIGHT))

    viewer.toggle_fusion()

    assert fused(viewer).endswith("SUV not available: no usable weight of the patient")
    doubted = [line for line in viewer.overlay(0).bottom_left if line.mark is Mark.DOUBT]
    assert len(doubted) == 1


def test_opacity_stops_at_all_and_nothing() -> None:
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()

    viewer.more_fusion(99)
    most = fused(viewer)
    viewer.more_fusion(-99)

    assert most.endswith("100 %")
    assert fused(viewer).endswith("  0 %")


def test_planes_of_the_stack_are_fused_as_it_is() -> None:
    """F130: the same point on all of them."""
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()

    viewer.toggle_mpr()

    assert [fused(viewer, index) != "" for index in range(4)] == [True] * 4


def test_a_pet_of_another_space_is_never_laid_over_by_itself() -> None:
    """Two frames of reference: uptake would lie wherever the tables happened to stand."""
    viewer, _ = opened(ct(), pet("1.2", "9.2", "1.2.9"), studies=BOTH)

    with pytest.raises(CommandError, match="no PET and no dose lies in this patient space"):
        viewer.toggle_fusion()


def wide_ct() -> DisplaySet:
    """As wide as the PET."""
    return evolve(stack(20, spacing=(1.0, 1.0)), geometry=VOLUME)


def painted(viewer: Viewer, views: tuple[int, ...] = (0,)) -> int:
    """Every image of the CT is looked at on these views; how many of the PET were by that."""
    for at in range(20):
        viewer.go(at)
        for index in views:
            shown, view = viewer.shown(index), viewer.resolved(index)
            assert shown is not None
            assert view is not None
            viewer.mark_painted(shown, view, whole=True)
    return viewer.frames_in(pet().id, FrameState.SEEN)


def test_images_of_a_layer_were_looked_at_where_it_lies_over_what_is_read() -> None:
    """A PET read over its CT is not warned of as images that were never shown."""
    viewer, _ = opened(wide_ct(), pet())
    viewer.toggle_fusion()

    assert painted(viewer) == 10


def test_images_of_a_layer_were_looked_at_on_planes_too() -> None:
    viewer, _ = opened(wide_ct(), pet())
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_fusion()
    viewer.toggle_mpr()

    assert painted(viewer) == 10


def test_a_hint_of_a_layer_shows_none_of_its_images() -> None:
    """At a tenth of its colour no lesion is seen; without fusion nothing of it is there."""
    viewer, _ = opened(wide_ct(), pet())
    alone = painted(viewer)
    viewer.toggle_fusion()
    viewer.set_fusion_opacity(10)

    assert (alone, painted(viewer)) == (0, 0)


def test_a_layer_that_waits_for_its_record_shows_none_of_its_images() -> None:
    viewer, _ = opened(wide_ct(), pet("1.2", "9.2"), studies=BOTH)
    viewer.register(Registered("9.1", "9.2", IDENTITY, SaidBy.AUTO))
    viewer.toggle_fusion(pet("1.2").id)
    viewer._permitted.discard(ref("1.2"))

    assert painted(viewer) == 0


def test_through_a_registration_it_may_be_and_says_so() -> None:
    viewer, _ = opened(ct(), pet("1.2", "9.2", "1.2.9"), studies=BOTH)
    rigid = Rigid(((1.0, 0.0, 0.0, 3.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)))
    viewer.register(Registered("9.1", "9.2", rigid, SaidBy.AUTO))

    viewer.toggle_fusion()
    on = fused(viewer)
    viewer.reject_registration()

    assert on == "Fused PET AC · registered  SUVbw 0 to 7  50 %"
    assert fused(viewer) == "Fused PET AC: not registered"


def test_nothing_is_painted_before_the_look_is_on_record() -> None:
    """The PET of a prior is that study's images."""
    viewer, _ = opened(ct(), pet("1.2", "9.2", "1.2.9"), studies=BOTH)
    rigid = Rigid(((1.0, 0.0, 0.0, 3.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0)))
    viewer.register(Registered("9.1", "9.2", rigid, SaidBy.AUTO))
    viewer.toggle_fusion()
    viewer._permitted.discard(ref("1.2"))

    shown = viewer.shown(0)

    assert shown is not None
    assert shown.fused is not None
    assert shown.fused.volume is None
    assert fused(viewer) == "Fused PET AC: waiting for the record of access"


def test_a_layer_that_is_not_here_says_so() -> None:
    viewer, loader = opened(ct(), pet(), load=False)

    viewer.toggle_fusion()
    waiting = fused(viewer)
    for each in pet().frames:
        loader.arrive(each, np.full((16, 16), 1000, np.int16))

    assert "reformats wait for all images: 0 of 10 here" in waiting
    assert fused(viewer) == "Fused PET AC  SUVbw 0 to 7  50 %"


def test_another_series_on_the_view_is_not_fused() -> None:
    """What was laid over the CT says nothing of the next stack."""
    other = evolve(stack(5, name="Bone", series="1.1.2"), geometry=VOLUME)
    viewer, _ = opened(ct(), other, pet())
    viewer.toggle_fusion()

    viewer.show_set(other.id, 0)

    assert fused(viewer) == ""


def test_what_is_asked_of_a_layer_that_is_not_there_is_refused() -> None:
    viewer, _ = opened(ct(), pet())

    with pytest.raises(CommandError, match="nothing is laid over"):
        viewer.set_fusion_opacity(50)
    viewer.toggle_fusion()
    with pytest.raises(CommandError, match="no colours are named mud"):
        viewer.set_fusion_colours("mud")


def test_a_region_measures_both_and_says_both() -> None:
    """F130: HU of the CT, SUV of the PET, of one place."""
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()

    alone = viewer.add(MeasurementKind.LENGTH, ((1.0, 1.0), (9.0, 9.0)))
    made = viewer.add(MeasurementKind.RECTANGLE, ((0.0, 0.0), (17.0, 9.0)))

    # 8.5 x 4.5 mm from the corner of both: 3 x 2 voxels of 4 mm; slice 0 is stored 1000, SUV 1
    assert made.stats["mean"] == -24.0
    assert made.stats_unit == "HU"
    assert dict(made.layer) == pytest.approx(
        {"mean": 1.0, "max": 1.0, "min": 1.0, "sd": 0.0, "voxels": 6.0}
    )
    assert made.layer_unit == "SUVbw"
    assert alone.layer == {}
    assert value_words(made) == "mean -24 HU; SUVbw max 1, mean 1"
    assert words(made)[1] == "mean −24.0 HU  SD 0.0  SUVbw max 1.0  mean 1.0"


def test_the_probe_tells_both() -> None:
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()

    assert viewer.show_probe((3.0, 3.0)).text == "−24 HU  1 SUVbw"
    viewer.toggle_fusion()
    assert viewer.show_probe((3.0, 3.0)).text == "−24 HU"


def test_a_region_that_is_moved_is_measured_in_the_layer_anew() -> None:
    """The table would else keep the SUV of another place."""
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()
    made = viewer.add(MeasurementKind.RECTANGLE, ((0.0, 0.0), (17.0, 9.0)))

    viewer.move_measurement(made.id, ((0.0, 0.0), (7.9, 7.9)))

    assert viewer.measurements[0].layer["voxels"] == 1


def test_both_come_back_from_a_draft() -> None:
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()
    made = viewer.add(MeasurementKind.POINT, ((3.0, 3.0),))

    assert dict(made.layer) == {"value": pytest.approx(1.0)}
    assert from_plain(json.loads(json.dumps(to_plain(made)))) == made


def test_a_region_becomes_a_sphere_of_the_pet() -> None:
    """SUVmax, peak and mean, TLG: of the slices before and behind too, whose SUV is higher."""
    viewer, _ = opened(ct(), pet())
    viewer.toggle_fusion()
    viewer.go(10)  # z = 22.5 mm
    made = viewer.add(MeasurementKind.ELLIPSE, ((20.0, 20.0), (60.0, 60.0)))

    viewer.measure_sphere(made.id)

    found = viewer.measurements[0]
    # 20 mm across about (20, 20, 22.5): slices at 16 to 32 mm, SUV 1.004 to 1.008
    assert found.layer["radius"] == pytest.approx(10.0)
    assert found.layer["max"] == pytest.approx(1.008)
    assert found.layer["min"] == pytest.approx(1.004)
    assert found.layer["volume"] == pytest.approx(found.layer["voxels"] * 0.064)
    assert found.revision == made.revision + 1
    assert found.sphere is not None
    assert found.sphere.centre == pytest.approx((20.0, 20.0, 25.0))
    assert (found.sphere.space, found.sphere.series) == ("9.1", "1.1.9")
    assert value_words(found).startswith("SUVbw max 1, peak 1, mean 1; ")
    assert words(found)[1].startswith("sphere 20 mm: SUVbw max 1.0  peak 1.0  mean 1.0  41 %: ")
    assert from_plain(json.loads(json.dumps(to_plain(found)))) == found


def test_a_sphere_of_the_pet_itself_needs_no_fusion() -> None:
    viewer, _ = opened(pet())
    made = viewer.add(MeasurementKind.ELLIPSE, ((2.0, 2.0), (7.0, 7.0)))
    viewer.measure_sphere(made.id)

    assert viewer.measurements[0].layer["max"] == pytest.approx(1.002)  # 10 mm: slices 0 to 2


def test_a_sphere_needs_a_region_and_a_pet() -> None:
    """HU of a sphere under the name of SUV would be believed."""
    viewer, _ = opened(ct(), pet())
    region = viewer.add(MeasurementKind.ELLIPSE, ((20.0, 20.0), (60.0, 60.0)))
    with pytest.raises(CommandError, match="no PET is shown"):
        viewer.measure_sphere(region.id)

    viewer.toggle_fusion()
    line = viewer.add(MeasurementKind.LENGTH, ((20.0, 20.0), (60.0, 60.0)))
    with pytest.raises(CommandError, match="is no region"):
        viewer.measure_sphere(line.id)


# --- any two volumes -----------------------------------------------------------------------


@pytest.mark.parametrize("modality", ["MR", "CT", "RTDOSE", "US", "OT"])
def test_any_series_of_the_space_is_laid_over_where_it_is_named(modality: str) -> None:
    """A diffusion map over T2, a dose over its plan, a parametric map over its source."""
    other = evolve(pet(), modality=modality)
    viewer, _ = opened(ct(), other)

    viewer.toggle_fusion(other.id)

    shown = viewer.shown(0)
    assert shown is not None
    assert shown.fused is not None
    assert shown.fused.display_set.id == other.id
    viewer.toggle_fusion(other.id)
    assert fused(viewer) == ""


def test_without_a_name_the_pet_goes_before_the_dose_and_nothing_else_is_laid_over() -> None:
    dose = evolve(pet(series="1.1.8"), id="dose", modality="RTDOSE")
    viewer, _ = opened(ct(), dose, pet())
    viewer.toggle_fusion()
    assert "PET" in fused(viewer)

    viewer, _ = opened(ct(), dose)
    viewer.toggle_fusion()
    shown = viewer.shown(0)
    assert shown is not None
    assert shown.fused is not None
    assert shown.fused.display_set.id == "dose"

    viewer, _ = opened(ct(), evolve(pet(), modality="MR"))
    with pytest.raises(CommandError, match="menu of its thumbnail"):
        viewer.toggle_fusion()


def test_what_cannot_be_laid_over_says_why() -> None:
    """ "Does not work" sends a reader to the help desk; a reason sends him to registration."""
    there = pet(study="1.2", space="9.9")
    flat = evolve(pet(), id="flat", geometry=Geometry(GeometryVerdict.UNEVEN, "uneven distances"))
    viewer, _ = opened(ct(), flat, there, studies=BOTH)

    for name, why in (
        (there.id, "not registered"), ("flat", "uneven distances"), (ct().id, "that is shown"),
        ("nothing", "no such series"),
    ):  # fmt: skip
        with pytest.raises(CommandError, match=why):
            viewer.toggle_fusion(name)
