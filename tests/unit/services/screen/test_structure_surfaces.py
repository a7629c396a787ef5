"""Structures in a rendered volume: whose, in which colour, and never of another space."""

import numpy as np
import pytest
from attrs import evolve
from fakes_viewer import opened, runner, stack
from volume_phantoms import SCANS, display_set

from workstation.domain.geometry import Vector
from workstation.domain.identifiers import SopUID
from workstation.domain.structure import Contour, Structure, StructureSet
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.errors import CommandError
from workstation.imaging.surface import Surface
from workstation.services.screen.structure_surfaces import USUAL
from workstation.services.viewer.viewer import Viewer
from workstation.ui.viewer.pictures import rays_of

CT = display_set(SCANS["straight"], 34, (42, 46))
LESION = Structure(1, "Lesion", "automatic, Finder 1", (255, 0, 0))
NODE = Structure(2, "Node")


def box(structure: int, x0: float, x1: float) -> tuple[Contour, ...]:
    return tuple(
        Contour(structure, corners(x0, x1, z), True, CT.frames[z].key.sop) for z in range(12, 19)
    )


def corners(x0: float, x1: float, z: float) -> tuple[Vector, ...]:
    flat = ((x0, 20.0), (x1, 20.0), (x1, 26.0), (x0, 26.0))
    found = [(SCANS["straight"] @ (x, y, z, 1.0)).tolist() for x, y in flat]
    return tuple((x, y, z) for x, y, z, _ in found)


def drawn(image: SopUID | None = None) -> DisplaySet:
    contours = (*box(1, 10, 17), *box(2, 30, 33))
    if image is not None:
        contours = tuple(evolve(each, image=image) for each in contours)
    made = StructureSet(SopUID("5.6"), "RT", (LESION, NODE), contours=contours)
    return evolve(stack(1, series="1.1.8"), kind=DisplaySetKind.RT, frames=(), structures=made)


@pytest.fixture
def viewer() -> Viewer:
    made, _ = opened(CT, drawn())
    made.resized(0, 400, 300, 1.0)
    made.set_volume("ct-bone")
    return made


def surfaces(viewer: Viewer) -> tuple[Surface, ...]:
    return viewer.scene(0).surfaces


def test_they_are_hidden_until_asked_for_and_then_in_the_picture(viewer: Viewer) -> None:
    """Somebody else's finding: as on the images, by the same key."""
    assert surfaces(viewer) == ()

    viewer.toggle_structures()

    found = surfaces(viewer)
    assert [each.colour for each in found] == [
        (1.0, 0.0, 0.0),
        pytest.approx((86 / 255, 180 / 255, 233 / 255)),
    ]
    assert {each.opacity for each in found} == {USUAL}
    request = rays_of(viewer.scene(0))
    assert request is not None
    assert request.surfaces == found
    assert request == rays_of(viewer.scene(0))  # nothing is rendered anew for nothing
    assert viewer.scene(0).outlined == ()


def test_they_lie_where_they_were_drawn(viewer: Viewer) -> None:
    viewer.toggle_structures()

    lesion = surfaces(viewer)[0].border

    index = (lesion.corners @ np.linalg.inv(SCANS["straight"])[:3, :3].T
             + np.linalg.inv(SCANS["straight"])[:3, 3])  # fmt: skip
    assert index.min(axis=0) == pytest.approx([8, 18, 10], abs=1e-6)
    assert index.max(axis=0) == pytest.approx([19, 28, 20], abs=1e-6)


def test_each_has_its_opacity_and_colour_by_name_or_number(viewer: Viewer) -> None:
    viewer.toggle_structures()
    run = runner(viewer)

    run("structures.opacity 30 lesion")
    run("structures.colour #0000ff 2")

    found = surfaces(viewer)
    assert [each.opacity for each in found] == [0.3, USUAL]
    assert found[1].colour == (0.0, 0.0, 1.0)
    run("structures.opacity 0")
    assert {each.opacity for each in surfaces(viewer)} == {0.0}


def test_a_name_there_is_not_is_answered_with_those_there_are(viewer: Viewer) -> None:
    viewer.toggle_structures()
    with pytest.raises(CommandError, match="Lesion, Node"):
        viewer.set_structure_opacity(50, "Liver")


def test_a_projection_of_single_values_says_that_it_has_none(viewer: Viewer) -> None:
    """In a MIP there is nothing that a surface could stand before."""
    viewer.toggle_structures()
    viewer.set_volume("mip")

    assert surfaces(viewer) == ()


def test_without_ink_there_is_none(viewer: Viewer) -> None:
    viewer.toggle_structures()
    viewer.toggle_ink()

    assert surfaces(viewer) == ()


def test_of_another_patient_space_none_is_drawn() -> None:
    """A contour of other images, in no space that both name."""
    viewer, _ = opened(CT, drawn(SopUID("9.9.9")))
    viewer.resized(0, 400, 300, 1.0)
    viewer.set_volume("ct-bone")
    viewer.toggle_structures()

    assert surfaces(viewer) == ()


def test_a_case_that_is_left_leaves_no_surface(viewer: Viewer) -> None:
    viewer.toggle_structures()
    assert surfaces(viewer)
    viewer.set_structure_opacity(10, "Lesion")

    viewer.structures.forget()

    assert not viewer.structures._surfaces._borders
    assert not viewer.structures._surfaces._opacity
