"""A line of a structure is drawn on the image it belongs to, and on no other."""

import pytest
from fakes_viewer import frame

from workstation.domain.identifiers import SopUID
from workstation.domain.structure import Contour, Mask, Structure, StructureSet
from workstation.viewing.structures import contours_on, masks_on, placed

GTV = Structure(1, "GTV")
SQUARE = ((5.0, 5.0, 10.0), (10.0, 5.0, 10.0), (10.0, 15.0, 10.0), (5.0, 15.0, 10.0))


def contoured(image: str | None = None, space: str = "9.1", z: float = 10.0) -> StructureSet:
    points = tuple((x, y, z) for x, y, _ in SQUARE)
    line = Contour(1, points, True, SopUID(image) if image else None, space)
    return StructureSet(SopUID("5.5"), "Plan", (GTV,), contours=(line,))


def test_millimetres_become_pixels_of_the_image() -> None:
    """Rows are 0.5 mm apart, columns 2 mm: 10 mm to the left of the patient are 5 columns."""
    image = frame(origin=(0.0, 5.0, 10.0), spacing=(0.5, 2.0))

    (drawn,) = contours_on(image, {image.key.sop}, contoured())

    assert drawn.line == ((2.5, 0.0), (5.0, 0.0), (5.0, 20.0), (2.5, 20.0))


def test_an_image_that_is_named_gets_it_and_its_neighbour_does_not() -> None:
    """Overlapping slices lie within each other: the name decides, not the place."""
    images = [frame(i, origin=(0.0, 0.0, 10.0 + i)) for i in range(2)]
    own = {image.key.sop for image in images}
    structures = contoured(image=images[1].key.sop)

    assert [len(list(contours_on(image, own, structures))) for image in images] == [0, 1]


@pytest.mark.parametrize(("z", "count"), [(10.0, 1), (11.2, 1), (11.3, 0), (8.7, 0)])
def test_another_series_gets_it_within_half_its_thickness(z: float, count: int) -> None:
    """Drawn on the planning CT, seen on the MR of the same space; 2.5 mm thick."""
    image = frame(origin=(0.0, 0.0, 10.0))

    found = list(contours_on(image, {image.key.sop}, contoured("1.9", z=z)))

    assert len(found) == count


@pytest.mark.parametrize("space", ["", "7.7"])
def test_another_space_gets_nothing(space: str) -> None:
    """Equal millimetres of two frames of reference are different places."""
    image = frame(origin=(0.0, 0.0, 10.0))

    assert not list(contours_on(image, {image.key.sop}, contoured("1.9", space=space)))


def masked(**sources: frozenset[tuple[SopUID, int]]) -> tuple[StructureSet, dict]:
    own = frame(series="1.7", origin=(2.0, 0.0, 10.0))
    mask = Mask(own.key, 1, sources.get("sources", frozenset()))
    return StructureSet(SopUID("5.5"), "Seg", (GTV,), masks=(mask,)), {own.key: own}


def test_a_mask_goes_on_the_frame_it_was_made_from() -> None:
    images = [frame(i, origin=(0.0, 0.0, 10.0)) for i in range(2)]
    structures, frames = masked(sources=frozenset({(images[1].key.sop, 0)}))
    own = {image.key.sop for image in images}

    found = [len(list(masks_on(image, own, structures, frames))) for image in images]

    assert found == [0, 1]


def test_a_mask_without_sources_goes_where_it_lies() -> None:
    structures, frames = masked()
    images = [frame(i, origin=(0.0, 0.0, z)) for i, z in enumerate((10.0, 15.0))]
    own = {image.key.sop for image in images}

    found = [len(list(masks_on(image, own, structures, frames))) for image in images]

    assert found == [1, 0]


def test_a_mask_of_another_matrix_is_placed_by_its_plane() -> None:
    """A mask cropped to the organ begins 2 mm to the left: 4 columns of half a millimetre."""
    mask = frame(series="1.7", origin=(2.0, 0.0, 10.0))
    image = frame(origin=(0.0, 0.0, 10.0))

    assert placed(((0.0, 0.0), (1.0, 3.0)), mask, image) == ((4.0, 0.0), (5.0, 3.0))


def test_without_a_plane_only_an_equal_matrix_will_do() -> None:
    """A guess would put the lesion elsewhere."""
    image = frame(axes=None)
    line = ((0.0, 0.0), (1.0, 3.0))

    assert placed(line, frame(series="1.7", axes=None), image) == line
    assert placed(line, frame(series="1.7", axes=None, shape=(8, 8)), image) is None
