"""One key for what is worth showing: an image is marked, a plane is saved as values, and what
neither can say as a picture.
"""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from attrs import evolve
from fakes_report import item
from fakes_viewer import PATIENT, SITE, opened
from volume_phantoms import SCANS, display_set

from workstation.commands import catalogue
from workstation.domain.identifiers import StudyUID
from workstation.domain.key_image import KeyTitle
from workstation.errors import CommandError
from workstation.services.jobs import Job
from workstation.viewing.fusion import Fusion

CT = display_set(SCANS["straight"], 20, (30, 34), space="1.2.9.1")
PIXELS = np.zeros((4, 5, 3), np.uint8)


class Room:
    """A claimed case, and what was asked for."""

    def __init__(self, *, read_only: bool = False) -> None:
        self.viewer, _ = opened(CT)
        for index in range(6):
            self.viewer.resized(index, 400, 300, 1.0)
        self.saved: list[tuple[str, KeyTitle]] = []
        self.told: list[str] = []
        self.pixels: Any = PIXELS
        case = SimpleNamespace(
            item=evolve(item(), site=SITE, study=StudyUID(CT.study), patient=PATIENT),
            read_only=read_only,
        )
        self.context = SimpleNamespace(
            viewer=self.viewer, active=frozenset({"image", "case"}),
            session=SimpleNamespace(need_case=lambda: case),
            reporting=SimpleNamespace(issued=None),
            worklist=SimpleNamespace(reader=lambda _site: SimpleNamespace(id="17", name="Ada")),
            windows=SimpleNamespace(tell=self.told.append, view_pixels=lambda: self.pixels),
            pictures=SimpleNamespace(need=lambda _item: None, save=self._picture),
            saving=SimpleNamespace(save_key_image=self._plane),
        )  # fmt: skip

    def _picture(self, _item: object, _reader: object, pixels: object, title: KeyTitle) -> Any:
        assert pixels is PIXELS
        return self._done("picture", title)

    def _plane(self, _item: object, _reader: object, title: KeyTitle) -> Any:
        return self._done("plane", title)

    def _done(self, what: str, title: KeyTitle) -> Job[Any]:
        self.saved.append((what, title))
        done = Job[Any]()
        done.settle(SimpleNamespace(words="1 plane is saved"))
        return done

    def run(self, line: str) -> None:
        catalogue.registry().run(line, self.context)  # type: ignore[arg-type]

    def fuse(self) -> None:
        at = self.viewer.active
        self.viewer._board[at] = evolve(self.viewer.viewports[at], fusion=Fusion(CT.id, "hot-iron"))


def test_an_image_is_marked_and_nothing_is_saved() -> None:
    room = Room()

    room.run("image.key for-surgery")

    assert [each.title for each in room.viewer.key_images] == [KeyTitle.FOR_SURGERY]
    assert (room.saved, room.told) == ([], [])


def test_a_plane_is_saved_as_values() -> None:
    room = Room()
    room.viewer.toggle_mpr()

    room.run("image.key")

    assert room.saved == [("plane", KeyTitle.OF_INTEREST)]


def test_a_rendered_volume_is_saved_as_it_is_seen() -> None:
    """Refused it would be photographed with a telephone."""
    room = Room()
    room.viewer.set_volume("ct-bone")

    room.run("image.key for-surgery")

    assert room.saved == [("picture", KeyTitle.FOR_SURGERY)]
    assert room.told[-1] == "the picture is saved in the study"


def test_a_plane_with_something_over_it_is_saved_as_it_is_seen() -> None:
    """Of a fused plane the CT alone would not show what the report speaks of."""
    room = Room()
    room.viewer.toggle_mpr()
    room.fuse()

    room.run("image.key")

    assert room.saved == [("picture", KeyTitle.OF_INTEREST)]


def test_of_a_fused_image_it_is_said_what_is_marked() -> None:
    room = Room()
    room.fuse()

    room.run("image.key")
    assert "the image below is marked" in room.told[-1]
    room.run("image.save")
    assert room.saved == [("picture", KeyTitle.OF_INTEREST)]


def test_nothing_is_saved_in_a_case_of_somebody_else() -> None:
    room = Room(read_only=True)

    with pytest.raises(CommandError, match="not claimed by you"):
        room.run("image.save")
    assert room.saved == []


def test_an_empty_view_is_no_picture() -> None:
    room = Room()
    room.pixels = None

    with pytest.raises(CommandError, match="no image on this view"):
        room.run("image.save")
