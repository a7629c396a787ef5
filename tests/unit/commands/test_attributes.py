"""What leaves by the clipboard, and what does not: attributes, pictures, values."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from attrs import evolve
from fakes import FakeClock, InlineJobs
from fakes_viewer import OTHER_PATIENT, PATIENT, SITE, add_length, opened, stack, viewed

from workstation.commands import catalogue
from workstation.domain.identifiers import FrameKey
from workstation.errors import CommandError, NotDisplayable, WorkstationError
from workstation.protocols.dicom_listing import Listing
from workstation.services.images.object_headers import ObjectHeaders

HEADER: dict[str, Any] = {
    "00080060": {"vr": "CS", "Value": ["CT"]},
    "00100010": {"vr": "PN", "Value": [{"Alphabetic": "Alder^Robin"}]},
    "00180060": {"vr": "DS", "Value": ["120"]},
}


class Room:
    """A viewer with a header to be had, and what went to the windows and on record."""

    def __init__(self, *, modality: str = "CT", export: bool = True, **header: Any) -> None:
        self.viewer, _ = opened(stack(3, modality=modality))
        self.header = HEADER | header
        self.copied: list[str] = []
        self.pictures = 0
        self.can_copy = True
        self.told: list[str] = []
        self.shown: list[tuple[Listing, str]] = []
        self.exports: list[str] = []
        self.failing: WorkstationError | None = None
        windows = SimpleNamespace(
            tell=self.told.append, copy_text=self.copied.append, copy_picture=self._picture,
            show_attributes=lambda found, title: self.shown.append((found, title)),
        )  # fmt: skip
        self.context = SimpleNamespace(
            viewer=self.viewer, windows=windows, may_export=lambda _: export,
            session=SimpleNamespace(note_export=self.exports.append),
            headers=ObjectHeaders({SITE: self}, InlineJobs(FakeClock())),  # type: ignore[arg-type]
            active=frozenset({"image", "measurement"}),
        )  # fmt: skip

    def attributes(self, key: FrameKey) -> bytes:
        if self.failing is not None:
            raise self.failing
        return json.dumps([self.header]).encode()

    def _picture(self) -> bool:
        self.pictures += self.can_copy
        return self.can_copy

    def run(self, line: str) -> WorkstationError | None:
        """The line, and how its job failed if it did."""
        outcome = catalogue.registry().run(line, self.context)  # type: ignore[arg-type]
        assert outcome is not None
        assert outcome.done
        assert outcome.error is None or isinstance(outcome.error, WorkstationError)
        return outcome.error


def test_the_attributes_of_the_image_on_the_view_are_shown() -> None:
    room = Room()
    room.viewer.go(1)

    assert room.run("attributes.show") is None
    ((found, title),) = room.shown
    assert title == "Attributes of image 2"
    assert [line.name for line in found.lines] == ["Modality", "Patient's Name", "KVP"]
    assert room.copied == []


def test_what_cannot_be_had_fails_in_words() -> None:
    room = Room()
    room.failing = NotDisplayable("the site did not deliver it", "not-delivered")

    assert str(room.run("attributes.show")) == "the site did not deliver it"
    assert room.shown == []


def test_nothing_is_read_before_the_record_of_access() -> None:
    """The header names the patient, whatever the pixels do."""
    room = Room()
    room.viewer.show((viewed(),))
    room.viewer._permitted.clear()

    with pytest.raises(CommandError, match="record of access"):
        room.run("attributes.show")


def test_a_number_is_copied_and_on_record() -> None:
    room = Room()

    assert room.run("attributes.copy 00180060") is None
    assert room.copied == ["120"]
    assert room.exports == ["clipboard"]


@pytest.mark.parametrize(
    ("tag", "why"),
    [("00100010", "Patient's Name can name a person"), ("00189999", "has no attribute")],
)
def test_a_name_is_not_copied_and_says_so(tag: str, why: str) -> None:
    """F87, F108: nothing of whose it is leaves by the clipboard."""
    room = Room()

    assert why in str(room.run(f"attributes.copy {tag}"))
    assert room.copied == []
    assert room.exports == []


def test_a_picture_is_copied_and_on_record() -> None:
    room = Room()

    assert room.run("image.copy") is None
    assert room.pictures == 1
    assert room.exports == ["clipboard"]
    assert room.told == ["Copied without name, number and dates"]


@pytest.mark.parametrize(
    ("modality", "burned_in", "words"),
    [
        ("US", "", "look before you paste"),
        ("US", "NO", "Copied without"),
        ("CT", "", "Copied without"),
    ],
)
def test_an_image_that_often_bears_a_name_says_so(
    modality: str, burned_in: str, words: str
) -> None:
    """An ultrasound shows the screen it was taken from, with the name at its top."""
    more = {"00280301": {"vr": "CS", "Value": [burned_in]}} if burned_in else {}
    room = Room(modality=modality, **more)
    room.run("image.copy")

    assert words in room.told[0]


def test_an_image_that_says_that_a_name_is_in_its_pixels_is_not_copied() -> None:
    room = Room(**{"00280301": {"vr": "CS", "Value": ["YES"]}})

    assert "stands in the pixels" in str(room.run("image.copy"))
    assert (room.pictures, room.exports) == (0, [])


def test_a_view_that_cannot_be_copied_says_so_and_nothing_is_on_record() -> None:
    """Told as copied, with an old picture the clipboard: somebody else's is pasted."""
    room = Room()
    room.can_copy = False

    assert "cannot be copied" in str(room.run("image.copy"))
    assert room.exports == []
    assert room.told == []


def test_where_a_site_allows_no_export_no_picture_is_copied() -> None:
    with pytest.raises(CommandError, match="does not allow exports"):
        Room(export=False).run("image.copy")


def test_an_image_of_somebody_else_is_not_copied() -> None:
    """Its warning names the ID; without the warning it would be pasted as this patient's."""
    room = Room()
    images = evolve(stack(3), patient=OTHER_PATIENT)
    room.viewer.study_ready(viewed().ref, (images,))
    assert room.viewer.overlay(0).wrong_patient

    with pytest.raises(CommandError, match="another patient"):
        room.run("image.copy")


def test_values_are_copied_without_the_words_that_were_given_them() -> None:
    """20 pixels of 0.5 mm are 10 mm; a lesion can be named after its patient."""
    room = Room()
    add_length(room.viewer, 0, 0, 20, 0)
    room.viewer.marks.label("A1", PATIENT.name)
    room.viewer.go(1)
    add_length(room.viewer, 0, 0, 5, 0)

    room.run("measurement.copy-values")
    room.run("measurement.copy-values A2")

    assert room.copied == ["A1\t10 mm\nA2\t2.5 mm", "A2\t2.5 mm"]
    assert room.exports == ["clipboard", "clipboard"]
