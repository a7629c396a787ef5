"""What others drew: hidden until asked for, on the right image, with the name of its source."""

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import OTHER_PATIENT, PATIENT, FakeStore, frame, opened, stack, viewed

from workstation.domain.identifiers import SopUID
from workstation.domain.structure import Mask, Structure, StructureSet
from workstation.domain.study import DisplaySet, DisplaySetKind
from workstation.errors import CommandError
from workstation.imaging.pixels import FramePixels
from workstation.services.screen.structures import Structures
from workstation.services.screen.viewed import Shown
from workstation.viewing.viewport import ViewportState

LESION = Structure(1, "Lesion", "automatic, Finder 1", (255, 0, 0))
MASK = np.zeros((64, 64), np.uint8)
MASK[10:20, 30:34] = 1


def shown(image: DisplaySet, at: int = 0, study: str = "1.1") -> Shown:
    state = ViewportState(display_set=image.id, frame_index=at)
    return Shown(0, state, viewed(study), image, image.frames[at], None, None)


def segmentation(study: str = "1.1", threshold: int = 1, number: int | None = 1) -> DisplaySet:
    """One mask, lying in the plane of the first slice of `stack()`."""
    mask = frame(study=study, series="1.1.9", origin=(0.0, 0.0, 0.0))
    drawn = StructureSet(
        SopUID("5.5"), "Seg", (LESION,), masks=(Mask(mask.key, number),), threshold=threshold
    )
    own = stack(1, study=study, series="1.1.9")
    return evolve(own, kind=DisplaySetKind.SEGMENTATION, frames=(mask,), structures=drawn)


def pixels(values: np.ndarray) -> FramePixels:
    values = values.copy()
    values.flags.writeable = False
    return FramePixels(values)


def built(seg: DisplaySet, values: np.ndarray | None = MASK) -> tuple[Structures, FakeStore]:
    store = FakeStore()
    if values is not None:
        store.pixels[seg.frames[0].key] = pixels(values)
    structures = Structures(store, InlineJobs(FakeClock()))  # type: ignore[arg-type]
    structures.know([seg])
    return structures, store


def test_nothing_is_drawn_before_it_is_asked_for() -> None:
    """Another's mark must not lead the eye before the reader has looked."""
    structures, _ = built(segmentation())

    assert structures.on(shown(stack())) == ()
    assert structures.sources(shown(stack())) == ("Lesion (automatic, Finder 1)",)


def test_the_outline_lies_on_the_slice_of_the_mask_and_on_no_other() -> None:
    structures, _ = built(segmentation())
    structures.shown = True
    structures.on(shown(stack()))  # asked for; traced on a worker

    (line,) = structures.on(shown(stack()))

    xs, ys = zip(*line.line, strict=True)
    assert (min(xs), max(xs), min(ys), max(ys)) == (29.5, 33.5, 9.5, 19.5)
    assert (line.name, line.colour) == ("Lesion (automatic, Finder 1)", (255, 0, 0))
    assert structures.on(shown(stack(), at=1)) == ()


def test_half_probability_is_where_the_line_runs() -> None:
    """PS3.3 C.8.20.2.2; the words say so."""
    seg = segmentation(threshold=100)
    structures, _ = built(seg, np.where(MASK, np.uint8(100), np.uint8(99)))
    structures.shown = True
    structures.on(shown(stack()))

    assert len(structures.on(shown(stack()))) == 1
    assert "half probability" in structures.sources(shown(stack()))[0]


def test_a_label_map_draws_by_value() -> None:
    structures, _ = built(segmentation(number=None), np.where(MASK, np.uint8(1), np.uint8(2)))
    structures.shown = True
    structures.on(shown(stack()))

    assert len(structures.on(shown(stack()))) == 1


def test_a_mask_that_comes_late_is_drawn_when_it_is_there() -> None:
    seg = segmentation()
    structures, store = built(seg, None)
    structures.shown = True
    assert structures.on(shown(stack())) == ()
    heard: list[None] = []
    structures.traced.connect(heard.append)

    store.pixels[seg.frames[0].key] = pixels(MASK)
    structures.arrived(seg.frames[0].key)
    structures.on(shown(stack()))

    assert len(heard) == 2  # it came, it is traced
    assert len(structures.on(shown(stack()))) == 1


@pytest.mark.parametrize("what", ["another study", "another patient", "left"])
def test_no_line_of_one_case_reaches_another(what: str) -> None:
    """The prior, or the next patient, or one whose objects were filed here by mistake."""
    seg = segmentation(study="2.2" if what == "another study" else "1.1")
    whose = OTHER_PATIENT if what == "another patient" else PATIENT
    structures, _ = built(evolve(seg, patient=whose))
    structures.shown = True
    if what == "left":
        structures.forget()
        structures.shown = True

    image = evolve(stack(), patient=PATIENT)
    assert structures.on(shown(image)) == ()
    assert structures.sources(shown(image)) == ()


def test_the_viewer_draws_when_asked_and_says_whose_work_it_is() -> None:
    """The reader's key shows the lines; the words name the source as long as they are drawn."""
    image, seg = stack(), segmentation()
    viewer, loader = opened(image, seg)
    viewer.go(0)
    loader.arrive(seg.frames[0], MASK)

    viewer.toggle_structures()
    drawn = viewer.scene(0)

    assert len(drawn.outlined) == 1
    assert "Drawn: Lesion (automatic, Finder 1)" in drawn.words.lines
    viewer.toggle_structures()
    assert viewer.scene(0).outlined == ()


def test_without_any_the_key_says_so() -> None:
    viewer, _ = opened(stack())

    with pytest.raises(CommandError, match="no segmentation"):
        viewer.toggle_structures()
