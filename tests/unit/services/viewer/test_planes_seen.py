"""Images that were read as planes or slabs of their volume count as shown, and no others."""

from collections.abc import Iterator

import pytest
from fakes_viewer import opened
from volume_phantoms import SCANS, display_set

from workstation.services.images.coverage import FrameState
from workstation.services.viewer.viewer import Viewer
from workstation.viewing import viewport as reduce
from workstation.viewing.viewport import SlabMode

COUNT, SHAPE = 34, (42, 46)
AXIAL, STACK, CORONAL, SAGITTAL = range(4)


def in_planes(name: str = "straight") -> Viewer:
    viewer, _ = opened(display_set(SCANS[name], COUNT, SHAPE))
    for index in range(4):
        viewer.resized(index, 400, 300, 1.0)
    viewer.toggle_mpr()
    return viewer


def paint(viewer: Viewer, index: int, *, whole: bool = True) -> None:
    shown, view = viewer.shown(index), viewer.resolved(index)
    assert shown is not None
    assert view is not None
    viewer.mark_painted(shown, view, whole=whole)


def scrolled(viewer: Viewer, index: int, every: int = 1) -> Iterator[None]:
    """Through all planes of a view, painting each that is stopped at."""
    viewer.activate(index)
    for at in range(0, viewer.frames_on_active, every):
        viewer.go(at)
        paint(viewer, index)
        yield


def seen(viewer: Viewer) -> int:
    name = viewer.viewports[0].display_set
    assert name is not None
    return viewer.frames_in(name, FrameState.SEEN)


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize("index", [AXIAL, CORONAL, SAGITTAL])
def test_all_planes_of_one_direction_show_every_image(name: str, index: int) -> None:
    """A reader who went through all coronals has seen the chest, and is not warned."""
    viewer = in_planes(name)

    for _ in scrolled(viewer, index):
        pass

    assert seen(viewer) == COUNT


def test_one_coronal_shows_no_image() -> None:
    """It goes through every image and shows one line of each."""
    viewer = in_planes()

    paint(viewer, CORONAL)

    assert seen(viewer) == 0


def test_planes_along_the_images_show_them_one_by_one() -> None:
    """Axial planes of an axial acquisition are its images."""
    viewer = in_planes()

    done = [seen(viewer) for _ in scrolled(viewer, AXIAL)]

    assert done == list(range(1, COUNT + 1))


def test_planes_that_were_passed_over_were_not_seen() -> None:
    """Every third coronal shows a third of each image."""
    viewer = in_planes()

    for _ in scrolled(viewer, CORONAL, every=3):
        pass

    assert seen(viewer) == 0


def test_a_slab_shows_what_it_is_made_of() -> None:
    """Nodules are looked for in slabs: 10 mm of a volume of 0.8 mm are a dozen images."""
    viewer = in_planes()
    viewer.activate(AXIAL)
    viewer.set_slab(10.0, SlabMode.MIP)

    paint(viewer, AXIAL)

    assert seen(viewer) in {12, 13}


def test_a_slab_of_the_stack_shows_the_images_in_it() -> None:
    viewer, _ = opened(display_set(SCANS["straight"], COUNT, SHAPE))
    viewer.resized(0, 400, 300, 1.0)
    viewer.go(16)
    viewer.set_slab(4.0, SlabMode.MIP)

    paint(viewer, 0)

    assert seen(viewer) == 5  # 1.6 mm to both sides of its own; the next are 2.4 mm away


def test_what_lies_beside_the_view_was_not_seen() -> None:
    """Enlarged to a lobe the planes show that lobe alone."""
    viewer = in_planes()
    viewer.activate(AXIAL)
    viewer.change(lambda state: reduce.zoom(state, 8.0, (0.0, 0.0), (0.0, 0.0)))

    for _ in scrolled(viewer, AXIAL):
        pass

    assert seen(viewer) == 0


def test_a_preview_of_a_plane_shows_no_image() -> None:
    """With a quarter of its samples a small nodule may not be in it."""
    viewer = in_planes()

    paint(viewer, AXIAL, whole=False)

    assert seen(viewer) == 0


def test_the_next_case_begins_with_nothing_seen() -> None:
    viewer = in_planes()
    for _ in scrolled(viewer, AXIAL):
        pass

    viewer.forget()

    assert viewer.frames_in("1.1.1-0", FrameState.SEEN) == 0
