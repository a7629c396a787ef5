"""Key images: marked as they are seen, kept, found again, cited."""

import json

import pytest
from attrs import evolve, fields
from fakes_report import SITE, STUDY, TEMPLATES, Desk, binding_of, item, length
from fakes_viewer import add_length, frame, opened, stack

from workstation.domain.identifiers import FrameKey, SeriesUID, SopUID, StudyUID
from workstation.domain.key_image import KEY_CODES, KeyImage, KeyTitle, SeenAs
from workstation.domain.presentation import Lut, Voi, VoiFunction
from workstation.domain.study import DisplaySetKind
from workstation.errors import CommandError, Refused
from workstation.services.report import drafts
from workstation.services.report.templates import by_id
from workstation.services.screen.drafted_key_images import from_plain, to_plain

KEY = KeyImage(
    FrameKey(SITE, STUDY, SeriesUID("1.2.3.4"), SopUID("1.2.3.4.51"), 17),
    KeyTitle.FOR_SURGERY,
    SeenAs(
        Voi(0.1 + 0.2, 350.5, VoiFunction.SIGMOID, "Lunge", Lut(-3, 12, b"\x00\x01\xff\x0f")),
        True, 3, True,
    ),
    51,
    "Achse · Lunge",
)  # fmt: skip


def test_an_image_is_marked_as_it_is_seen_and_the_same_key_takes_the_mark_away() -> None:
    """What the referrer will see is what the reader saw: window, side and direction."""
    viewer, _ = opened(stack(3))
    viewer.scroll(1)
    viewer.set_window("lung")
    viewer.change(lambda state: evolve(state, quarter_turns=1, flipped=True, inverted=True))
    made = viewer.toggle_key_image()

    assert made is not None
    assert viewer.key_images == (made,)
    assert made.frame == frame(1).key
    assert (made.image_number, made.series_label) == (2, "Axial 2.5")
    assert made.seen.voi is not None
    assert (made.seen.voi.center, made.seen.voi.width) == (-600, 1500)
    assert (made.seen.quarter_turns, made.seen.flipped, made.seen.inverted) == (1, True, True)
    assert viewer.toggle_key_image() is None
    assert viewer.key_images == ()


def test_another_title_replaces_the_one_it_has() -> None:
    """Marked once, whatever for: an image is not in the folder twice."""
    viewer, _ = opened(stack(1))
    viewer.toggle_key_image()
    viewer.toggle_key_image(KeyTitle.FOR_TEACHING)

    assert [key.title for key in viewer.key_images] == [KeyTitle.FOR_TEACHING]
    viewer.toggle_key_image(KeyTitle.FOR_TEACHING)
    assert viewer.key_images == ()


def test_what_is_not_seen_is_not_marked() -> None:
    """An image that is not here, and a page of a document, which no viewer would find."""
    viewer, _ = opened(stack(1), load=False)
    with pytest.raises(CommandError, match="not loaded"):
        viewer.toggle_key_image()

    viewer, _ = opened(evolve(stack(1), kind=DisplaySetKind.DOCUMENT))
    with pytest.raises(CommandError, match="document"):
        viewer.toggle_key_image()


def test_undo_takes_marks_and_measurements_back_in_the_order_they_were_made() -> None:
    """One key takes back what was done last, whatever it was."""
    viewer, _ = opened(stack(1))
    add_length(viewer, 1, 1, 9, 1)
    viewer.toggle_key_image()
    add_length(viewer, 2, 2, 9, 2)

    viewer.marks.undo()
    assert (len(viewer.measurements), len(viewer.key_images)) == (1, 1)
    viewer.marks.undo()
    assert (len(viewer.measurements), len(viewer.key_images)) == (1, 0)
    viewer.marks.undo()
    assert (len(viewer.measurements), len(viewer.key_images)) == (0, 0)
    for _ in range(3):
        viewer.marks.redo()
    assert (len(viewer.measurements), len(viewer.key_images)) == (2, 1)


def test_the_view_says_that_it_shows_a_key_image_at_every_level_of_words() -> None:
    """And never on the image beside it."""
    viewer, _ = opened(stack(2))
    viewer.toggle_key_image()
    viewer.set_overlay_level(1)
    assert "KEY IMAGE" in viewer.overlay(0).lines
    viewer.toggle_key_image(KeyTitle.FOR_SURGERY)
    assert "KEY IMAGE · For Surgery" in viewer.overlay(0).lines

    viewer.scroll(1)
    assert not any("KEY IMAGE" in line for line in viewer.overlay(0).lines)


def test_the_next_key_image_is_shown_round_again_at_the_end() -> None:
    """The reader goes through what the referrer will be shown."""
    viewer, _ = opened(stack(5))
    for number in (1, 3):
        viewer.go(number)
        viewer.toggle_key_image()
    seen = []
    for _ in range(3):
        viewer.go_to_key_image()
        shown = viewer.shown(0)
        seen.append(shown.state.frame_index if shown else None)
    assert seen == [1, 3, 1]

    viewer.close()
    assert viewer.key_images == ()
    with pytest.raises(CommandError, match="no key image"):
        viewer.go_to_key_image()


# --- kept -------------------------------------------------------------------------------------


def test_a_draft_brings_every_field_of_a_key_image_back() -> None:
    """A field added later and left out would be lost at the next restart."""
    usual, seen = KeyImage(KEY.frame), SeenAs()
    assert all(getattr(KEY, f.name) != getattr(usual, f.name) for f in fields(KeyImage)[1:])
    assert all(getattr(KEY.seen, f.name) != getattr(seen, f.name) for f in fields(SeenAs))

    assert from_plain(json.loads(json.dumps(to_plain(KEY)))) == KEY
    bare = KeyImage(KEY.frame)
    assert from_plain(json.loads(json.dumps(to_plain(bare)))) == bare


def test_drafts_of_earlier_versions_have_none_and_are_read() -> None:
    report = by_id(TEMPLATES, "ct-chest").report(binding_of(item()))
    made = drafts.to_json(drafts.Draft(report, "Practitioner/17", "", {}, key_images=(KEY,)))
    assert drafts.from_json(made).key_images == (KEY,)

    old = json.loads(made)
    del old["key_images"]
    assert drafts.from_json(json.dumps(old)).key_images == ()
    old["key_images"] = [{"frame": {}}]
    with pytest.raises(drafts.UnreadableDraft):
        drafts.from_json(json.dumps(old))


def test_a_key_image_alone_is_saved_within_two_seconds() -> None:
    """As measurements are: nobody presses save."""
    desk = Desk()
    desk.reporting.start(binding_of(item()), item())
    desk.reporting.take_measurements((), (KEY,))
    desk.jobs.advance(2)

    assert drafts.from_json(desk.platform.saved[-1][1]).key_images == (KEY,)


def test_marks_of_a_draft_stand_beside_those_made_while_it_was_on_its_way() -> None:
    """A reader who works at once loses neither."""
    viewer, _ = opened(stack(2))
    viewer.toggle_key_image(KeyTitle.FOR_TEACHING)
    kept = KeyImage(frame(1).key)
    stale = KeyImage(frame(0).key, KeyTitle.FOR_SURGERY)
    viewer.restore_measurements((), (), (kept, stale))

    titles = {key.frame.sop: key.title for key in viewer.key_images}
    assert titles == {
        frame(0).key.sop: KeyTitle.FOR_TEACHING,
        frame(1).key.sop: KeyTitle.OF_INTEREST,
    }


# --- cited ------------------------------------------------------------------------------------


def test_a_key_image_is_cited_by_its_place() -> None:
    """The referrer opens that image."""
    desk = Desk()
    desk.reporting.start(binding_of(item()), item(), template="free-text")
    desk.reporting.insert_key_image(KEY)

    report = desk.reporting.report
    assert report is not None
    said = [section.text for section in report.sections if section.text]
    assert said == ["(key image: series Achse · Lunge, image 51)"]


def test_a_key_image_of_another_study_is_not_cited() -> None:
    desk = Desk()
    desk.reporting.start(binding_of(item()), item(), template="free-text")
    stranger = evolve(KEY, frame=evolve(KEY.frame, study=StudyUID("9.9.9")))
    with pytest.raises(Refused, match="another study"):
        desk.reporting.insert_key_image(stranger)


def test_codes_are_those_of_cid_7010() -> None:
    """PS3.16 CID 7010, from the dictionary of another project."""
    from pydicom.sr.codedict import Collection

    known = {(code.value, code.meaning) for code in Collection("CID7010").concepts.values()}
    assert set(KEY_CODES) == set(KeyTitle)
    assert set(KEY_CODES.values()) <= known


def test_a_measurement_and_a_mark_are_both_saved() -> None:
    desk = Desk()
    desk.reporting.start(binding_of(item()), item())
    desk.reporting.take_measurements((length(),), (KEY,))
    desk.jobs.advance(2)
    draft = drafts.from_json(desk.platform.saved[-1][1])
    assert (len(draft.measurements), len(draft.key_images)) == (1, 1)
