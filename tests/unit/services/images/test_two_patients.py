"""A study that a site filed two patients in, as the loader tells it and the viewer shows it."""

from datetime import date

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_images import REF, FakeSource, series
from fakes_viewer import OTHER_PATIENT, PATIENT, viewed

from workstation.domain.patient import Patient
from workstation.domain.study import Series
from workstation.rendering.volume_slice import plane_samples
from workstation.services.images.frames import FrameStore
from workstation.services.images.loading import Loader
from workstation.services.screen.structures import Structures
from workstation.services.viewer.viewer import Viewer
from workstation.services.viewer.volumes import Volumes

NAMESAKE = evolve(PATIENT, birth_date=date(1999, 1, 1))  # one number given to two people


def of(patient: Patient, found: Series) -> Series:
    instances = tuple(evolve(each, patient=patient) for each in found.instances)
    return evolve(found, instances=instances)


class Reading:
    """A study open on the screen, for PATIENT."""

    def __init__(self, *found: Series) -> None:
        self.source = FakeSource(found)
        jobs, store = InlineJobs(FakeClock()), FrameStore()
        self.loader = Loader({REF.site: self.source}, store, jobs)
        self.viewer = Viewer(
            store,
            self.loader,
            Structures(store, jobs),
            Volumes(store, self.loader, jobs, plane_samples),
        )
        self.told: list[str] = []
        self.loader.problems.connect(lambda problem: self.told.append(problem[1]))
        self.loader.study_ready.connect(lambda ready: self.viewer.study_ready(*ready))
        self.viewer.show([evolve(viewed(), ref=REF)])
        self.viewer.permit(REF)
        self.loader.open(REF, first=True)

    @property
    def owner(self) -> Patient | None:
        shown = self.viewer.shown(0)
        assert shown is not None
        return shown.display_set.patient


CHEST = series("1.5", [float(-z) for z in range(3)])
LONGER = series("1.6", [float(-z) for z in range(9)])


@pytest.mark.parametrize("stranger", [OTHER_PATIENT, NAMESAKE])
def test_the_patient_of_the_order_is_hung_though_the_stranger_has_more(stranger: Patient) -> None:
    """What comes up by itself is what is reported on; a warning is overlooked in the end."""
    reading = Reading(of(stranger, LONGER), of(PATIENT, CHEST))

    assert reading.owner == PATIENT
    assert reading.viewer.overlay(0).wrong_patient == ""
    assert reading.told == ["The study holds objects of more than one patient."]


@pytest.mark.parametrize("stranger", [OTHER_PATIENT, NAMESAKE])
def test_slices_of_two_in_one_series_are_two_stacks(stranger: Patient) -> None:
    """Scrolled as one body, a lesion of one is compared with the next slice of the other."""
    mixed = evolve(
        LONGER,
        instances=tuple(
            evolve(each, patient=PATIENT if at % 3 else stranger)
            for at, each in enumerate(LONGER.instances)
        ),
    )
    reading = Reading(mixed)

    sets = reading.loader.display_sets(REF)
    assert sorted(len(each.frames) for each in sets) == [3, 6]
    assert {each.patient for each in sets} == {PATIENT, stranger}
    assert reading.owner == PATIENT
    reading.viewer.next_series(1)
    assert "WRONG PATIENT" in reading.viewer.overlay(0).wrong_patient


@pytest.mark.parametrize("stranger", [OTHER_PATIENT, NAMESAKE])
def test_a_stranger_who_comes_late_is_told_and_takes_no_place(stranger: Patient) -> None:
    """The next patient's images are filed into the study while it is being read."""
    reading = Reading(of(PATIENT, CHEST))
    assert reading.told == []
    before = reading.viewer.shown(0)
    late = of(stranger, LONGER)
    grown = of(PATIENT, CHEST)
    grown = evolve(
        grown,
        instances=(
            *grown.instances,
            *(evolve(each, series=grown.uid) for each in late.instances),
        ),
    )
    reading.source.found = {grown.uid: grown}

    reading.loader.refresh(REF)

    after = reading.viewer.shown(0)
    assert before is not None
    assert after is not None
    assert after.frame.key == before.frame.key
    assert len(after.display_set.frames) == 3
    assert reading.owner == PATIENT
    assert "The study holds objects of more than one patient." in reading.told


def test_a_study_of_a_stranger_alone_is_shown_with_its_warning() -> None:
    """An empty screen would not say what is wrong."""
    reading = Reading(of(OTHER_PATIENT, CHEST))

    assert reading.owner == OTHER_PATIENT
    assert "WRONG PATIENT" in reading.viewer.overlay(0).wrong_patient
