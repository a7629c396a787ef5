"""A view as it was seen goes into the study: whose it is, of what it was made, and a key image."""

import io
import json
from typing import Any

import numpy as np
import pydicom
import pytest
from attrs import evolve
from fakes_planes import CT_HEADER, READER, ImageSite, Queue
from fakes_report import item
from fakes_viewer import PATIENT, SITE, larger, opened
from volume_phantoms import SCANS, display_set

from workstation.domain.identifiers import StudyUID
from workstation.domain.key_image import KeyTitle
from workstation.domain.patient import Patient
from workstation.errors import CommandError, WorkstationError
from workstation.services.delivery.picture_saving import PictureSaving, is_picture
from workstation.services.screen.viewed import Shown
from workstation.viewing.fusion import Fusion

CT = display_set(SCANS["straight"], 20, (30, 34), space="1.2.9.1")
PIXELS = np.random.default_rng(8).integers(0, 256, (40, 50, 3)).astype(np.uint8)
KEY_OBJECT = "1.2.840.10008.5.1.4.1.1.88.59"


class Room:
    """A case on the screen, and the archive that a picture goes to."""

    def __init__(self, whose: Patient = PATIENT, modality: str = "CT") -> None:
        own = evolve(CT, modality=modality)
        site: Any = ImageSite(own, CT_HEADER, whose)
        self.queue = Queue(site)
        self.viewer, self.loader = opened(own)
        for index in range(6):
            self.viewer.resized(index, 400, 300, 1.0)
        queue = self.queue
        self.saving = PictureSaving(
            self.viewer, queue.filing, {SITE: site}, queue.jobs, queue.clock
        )
        self.item = evolve(item(), site=SITE, study=StudyUID(CT.study), patient=PATIENT)

    def save(self, title: KeyTitle = KeyTitle.OF_INTEREST) -> WorkstationError | None:
        done = self.saving.save(self.item, READER, PIXELS, title)
        assert done.done
        assert done.error is None or isinstance(done.error, WorkstationError)
        return done.error

    @property
    def filed(self) -> tuple[pydicom.Dataset, pydicom.Dataset]:
        """The image and the selection."""
        made = [pydicom.dcmread(io.BytesIO(data)) for data in self.queue.archive.filed.values()]
        selection = next(each for each in made if each.SOPClassUID == KEY_OBJECT)
        (image,) = (each for each in made if each is not selection)
        return image, selection

    @property
    def shown(self) -> Shown:
        found = self.viewer.shown(self.viewer.active)
        assert found is not None
        return found


def test_a_rendered_volume_goes_to_the_archive_as_it_was_seen() -> None:
    """The surgeon is shown the fracture that the report speaks of, in any viewer."""
    room = Room()
    room.viewer.set_volume("ct-bone")

    assert room.save(KeyTitle.FOR_SURGERY) is None

    image, selection = room.filed
    assert image.SOPClassUID == pydicom.uid.SecondaryCaptureImageStorage
    assert np.array_equal(image.pixel_array, PIXELS)
    assert image.ImageType[2] == "VOLUME_RENDERING"
    assert (image.PatientID, image.StudyInstanceUID) == ("HG-100482", CT.study)
    assert "Bone" in image.SeriesDescription
    sources = {each.ReferencedSOPInstanceUID for each in image.SourceImageSequence}
    assert sources == {frame.key.sop for frame in CT.frames}
    (study,) = selection.CurrentRequestedProcedureEvidenceSequence
    (series,) = study.ReferencedSeriesSequence
    (named,) = series.ReferencedSOPSequence
    assert named.ReferencedSOPInstanceUID == image.SOPInstanceUID
    assert series.SeriesInstanceUID == image.SeriesInstanceUID
    assert selection.ConceptNameCodeSequence[0].CodeMeaning == "For Surgery"
    assert room.queue.sealed == []


def test_of_a_mip_it_says_so_and_of_an_image_which() -> None:
    room = Room()
    room.save()
    image, _ = room.filed
    sources = [each.ReferencedSOPInstanceUID for each in image.SourceImageSequence]
    assert sources == [room.shown.frame.key.sop]
    assert image.ImageType[2] == "SCREEN"

    room = Room()
    room.viewer.set_volume("mip")
    room.save()
    assert room.filed[0].ImageType[2] == "MIP"


def test_pictures_of_a_case_are_one_series_that_nobody_has_to_look_at_anew() -> None:
    room = Room()
    room.save()
    first, _ = room.filed
    room.queue.clock.advance(2.0)
    room.queue.archive.filed.clear()
    room.save()

    second, _ = room.filed
    assert second.SOPInstanceUID != first.SOPInstanceUID
    assert second.SeriesInstanceUID == first.SeriesInstanceUID
    assert second.InstanceNumber > first.InstanceNumber
    assert first.SeriesInstanceUID in room.viewer.saved_planes


@pytest.mark.parametrize(("modality", "said"), [("CT", "NO"), ("US", None), ("XC", None)])
def test_only_of_what_bears_no_name_it_is_said(modality: str, said: str | None) -> None:
    room = Room(modality=modality)

    room.save()

    assert room.filed[0].get("BurnedInAnnotation") == said


def test_what_leaves_is_on_record() -> None:
    room = Room()

    room.save()

    leaves = [json.loads(leaf) for leaf in room.queue.store.audit()]
    said = [leaf["detail"]["what"] for leaf in leaves if leaf["action"] == "export"]
    assert sorted(said) == ["key images", "picture"]


def test_images_of_somebody_else_make_no_picture_of_this_patient() -> None:
    """The site says that they are of another person than the order."""
    room = Room(whose=Patient("Birch, Sam", "HG-999999", "harbor", None, "F"))

    assert "another patient" in str(room.save())
    assert room.queue.archive.filed == {}


def test_a_picture_of_a_prior_is_not_saved_in_this_study() -> None:
    room = Room()
    room.item = evolve(room.item, study=StudyUID("1.2.3"))

    with pytest.raises(CommandError, match="the open case alone"):
        room.save()


def test_no_picture_is_saved_of_a_preview() -> None:
    """Of a series larger than the memory a rendered volume is made of means."""
    room = Room()
    larger(room.viewer, room.loader, CT)
    room.viewer.set_volume("ct-bone")

    with pytest.raises(CommandError, match="this is a preview"):
        room.save()
    assert room.queue.archive.filed == {}


def test_what_a_reference_and_a_window_can_say_is_no_picture() -> None:
    """A key image of a slice or a plane has values that can be windowed and measured."""
    room = Room()
    assert not is_picture(room.shown)
    room.viewer.toggle_mpr()
    assert not is_picture(room.shown)

    fused = evolve(room.shown.state, fusion=Fusion(CT.id, "hot-iron"))
    room.viewer._board[room.viewer.active] = fused
    assert is_picture(room.shown)

    room = Room()
    room.viewer.set_volume("ct-bone")
    assert is_picture(room.shown)
