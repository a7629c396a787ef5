"""Registering: a prior is put where the current study is, shown, and taken by the reader."""

from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import FakeLoader, frame, larger, opened, ref, stack, viewed
from torso_phantom import scan, turned

from workstation.domain.geometry import Vector
from workstation.domain.registration import (
    IDENTITY,
    Registered,
    Rigid,
    SaidBy,
    SpatialRegistration,
)
from workstation.domain.study import DisplaySet, Geometry, GeometryVerdict
from workstation.errors import CommandError
from workstation.services.viewer.registering import Registering
from workstation.services.viewer.viewer import Viewer
from workstation.viewing.planes import Plane

BOTH = (viewed(), viewed("1.2", "prior", days_before=379))
TRUTH = turned(3.0, np.zeros(3), (8.0, -6.0, 20.0))


def scanned(patient: Any, slices: float, study: str, space: str) -> tuple[DisplaySet, Any]:
    """A display set and the stored values of its frames."""
    values, affine = scan(patient, (4.0, 4.0, slices), (-150, 150))
    series, shape = f"{study}.1", (values.shape[1], values.shape[2])

    def origin(at: int) -> Vector:
        x, y, z = affine[:3, 3]
        return float(x), float(y), float(z + at * slices)

    frames = tuple(
        frame(
            at, study=study, series=series, space=space, shape=shape, spacing=(4.0, 4.0),
            origin=origin(at),
        )
        for at in range(len(values))
    )  # fmt: skip
    made = stack(1, study=study, series=series)
    known = Geometry(GeometryVerdict.REGULAR, mpr=True)
    return evolve(made, frames=frames, geometry=known), (values + 1024).astype(np.int16)


def side_by_side(*, load: bool = True) -> tuple[Viewer, FakeLoader, Registering, InlineJobs]:
    current, now = scanned(np.eye(4), 3.0, "1.1", "9.1")
    prior, then = scanned(TRUTH, 5.0, "1.2", "9.2")
    viewer, loader = opened(current, prior, studies=BOTH, load=False)
    if load:
        for display_set, stored in ((current, now), (prior, then)):
            for each, pixels in zip(display_set.frames, stored, strict=True):
                loader.arrive(each, pixels)
    jobs = InlineJobs(FakeClock())
    registering = Registering(viewer, loader.store, jobs)  # type: ignore[arg-type]
    return viewer, loader, registering, jobs


def level(viewer: Viewer, index: int) -> float:
    """Of the image on a view, mm along the patient."""
    shown = viewer.shown(index)
    assert shown is not None
    assert shown.frame.plane is not None
    return shown.frame.plane.origin[2]


def test_the_views_go_by_it_until_the_reader_rejects_it() -> None:
    """F122: seen before it is believed, and marked for as long as it is used."""
    viewer, _, registering, _ = side_by_side()
    assert viewer.link_words.startswith("Scrolling not linked")

    registering.start()
    offered = viewer.link_words
    viewer.go(60)
    followed = level(viewer, 1) - level(viewer, 0)
    viewer.accept_registration()
    accepted = viewer.link_words
    viewer.reject_registration()

    assert offered.startswith("Registered (auto): correlation 0.9")
    assert offered.endswith("accept or reject")
    assert followed == pytest.approx(20.0, abs=2.5)  # the nearest of slices 5 mm apart
    assert accepted == offered.removesuffix(" · accept or reject")
    assert viewer.link_words.startswith("Scrolling not linked")


def test_a_series_larger_than_the_memory_is_registered_as_any_other() -> None:
    """Means of 4 mm are made of it slice by slice, however it is held."""
    viewer, loader, registering, _ = side_by_side()
    registering.start()
    fit = viewer.links.registered[0].rigid
    viewer.reject_registration()
    for study in ("1.1", "1.2"):
        larger(viewer, loader, viewer.display_sets(ref(study))[0])

    registering.start()

    assert np.allclose(viewer.links.registered[0].rigid.rows, fit.rows, atol=1e-6)


def test_a_registration_of_the_study_goes_before_our_own() -> None:
    viewer, _, registering, jobs = side_by_side()
    rigid = Rigid.of(turned(0.0, np.zeros(3), (0.0, 0.0, 50.0)))
    said = SpatialRegistration("9.2", (("9.1", rigid),), "PLANNING")
    own = evolve(stack(1, study="1.2", series="1.2.9"), frames=(), annotation=said)
    viewer.study_ready(ref("1.2"), (*viewer.display_sets(ref("1.2")), own))
    jobs.hold()  # nothing of ours is asked for

    registering.start()
    viewer.go(20)

    assert viewer.link_words == "Registered (object): PLANNING · accept or reject"
    assert level(viewer, 1) - level(viewer, 0) == pytest.approx(50.0, abs=2.5)


def test_the_reader_has_the_last_word() -> None:
    """A level that is linked by hand afterwards stands in place of the registration."""
    viewer, _, _, _ = side_by_side()
    viewer.register(Registered("9.1", "9.2", IDENTITY, SaidBy.AUTO))

    viewer.join(0.0)

    assert viewer.link_words == "Linked by manual offset, +0.0 mm"
    assert viewer.links.registered == ()


def test_what_cannot_be_registered_says_why() -> None:
    viewer, _, registering, _ = side_by_side(load=False)

    with pytest.raises(CommandError, match="100 images are not here yet"):
        registering.start()

    viewer.show((BOTH[0],))
    viewer.set_layout(1, 1)
    with pytest.raises(CommandError, match="no view shows a study with positions of its own"):
        registering.start()


def test_a_prior_that_does_not_fit_says_so_on_its_view() -> None:
    """Noise for a body: no link is better than one that looks like any other."""
    viewer, loader, registering, _ = side_by_side()
    prior = viewer.shown(1)
    assert prior is not None
    dice = np.random.default_rng(5)
    for each in prior.display_set.frames:
        shape = (each.pixels.rows, each.pixels.columns)
        loader.arrive(each, dice.integers(0, 2000, shape).astype(np.int16))

    registering.start()

    assert any(line.startswith("not registered: ") for line in viewer.overlay(1).lines)
    assert viewer.link_words.startswith("Scrolling not linked")


def test_an_answer_for_a_case_that_was_left_is_dropped() -> None:
    """Two patients' spaces must never meet in one table."""
    viewer, _, registering, jobs = side_by_side()
    jobs.hold()
    registering.start()
    viewer.forget()
    viewer.forget_links()

    jobs.go()

    assert viewer.links.registered == ()


def test_zoom_and_place_go_through_a_registration() -> None:
    """8 mm to the left in the prior's millimetres: its view is panned there."""
    viewer, _, _, _ = side_by_side()
    rigid = Rigid.of(turned(0.0, np.zeros(3), (8.0, 0.0, 0.0)))
    viewer.register(Registered("9.1", "9.2", rigid, SaidBy.AUTO))

    viewer.zoom(2.0)

    views = [viewer.resolved(index) for index in (0, 1)]
    assert views[0] is not None
    assert views[1] is not None
    middle = [view.to_image((view.width / 2, view.height / 2))[0] for view in views if view]
    assert middle[1] - middle[0] == pytest.approx(8.0 / 4.0)


def in_planes() -> Viewer:
    """The prior in planes beside planes of what is read."""
    viewer, _, _, _ = side_by_side()
    viewer.set_layout(1, 2)
    for index in range(2):
        viewer.resized(index, 400, 300, 1.0)
    for index in range(2):
        viewer._board[index] = evolve(viewer.viewports[index], plane=Plane.AXIAL)
    return viewer


def centre(viewer: Viewer, index: int) -> Vector:
    shown = viewer.shown(index)
    assert shown is not None
    return viewer.lies(shown)[0].centre


SHIFT = Rigid.of(turned(0.0, np.zeros(3), (8.0, -6.0, 20.0)))


def test_planes_of_a_prior_go_by_a_registration() -> None:
    """The lesion on the old coronal is where it was found on the new one, and not before."""
    viewer = in_planes()
    before = centre(viewer, 1)
    viewer.go(40)
    alone = centre(viewer, 1)

    viewer.register(Registered("9.1", "9.2", SHIFT, SaidBy.AUTO))
    viewer.go(60)

    assert alone == before
    assert centre(viewer, 1) == pytest.approx(SHIFT.point(centre(viewer, 0)))


def test_planes_of_a_prior_follow_the_stack_that_is_read() -> None:
    viewer = in_planes()
    viewer._board[0] = evolve(viewer.viewports[0], plane=None)
    viewer.register(Registered("9.1", "9.2", SHIFT, SaidBy.AUTO))

    viewer.go(60)

    assert centre(viewer, 1)[2] == pytest.approx(level(viewer, 0) + 20.0)


def test_reference_lines_go_by_a_registration() -> None:
    """Where the coronal that is read cuts the prior's axial image, 6 mm further to the front."""
    viewer, _, _, _ = side_by_side()
    viewer.resized(0, 400, 300, 1.0)
    viewer._board[0] = evolve(viewer.viewports[0], plane=Plane.CORONAL)
    strangers = viewer.crossings(1)

    viewer.register(Registered("9.1", "9.2", SHIFT, SaidBy.AUTO))

    (line,), shown = viewer.crossings(1), viewer.shown(1)
    assert strangers == ()
    assert shown is not None
    assert shown.frame.plane is not None
    ends = [shown.frame.plane.to_patient(*end)[1] for end in (line.start, line.end)]
    assert ends == pytest.approx([centre(viewer, 0)[1] - 6.0] * 2)
    assert line.letter == "C"
