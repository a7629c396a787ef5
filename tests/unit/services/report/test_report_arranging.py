"""Bold, lists, tables and the order of items: each one step of undo, and no letter is lost."""

import pytest
from fakes_report import Desk, length

from workstation.domain.report import FieldRef, Section, SectionKind
from workstation.domain.report_field import Field
from workstation.errors import CommandError
from workstation.services.report.reporting import Reporting

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
LUNGS, HEART = FieldRef(FINDINGS, "lungs"), FieldRef(FINDINGS, "heart")
SUMMARY = FieldRef(IMPRESSION, "impression-text")


def begun(words: str, ref: FieldRef = LUNGS, caret: int | None = None, reach: int = 0) -> Reporting:
    """A report whose field says this, with the caret there."""
    reporting: Reporting = Desk().start()
    reporting.set_field(ref.section, ref.id, words)
    reporting.go_to(ref, len(words) if caret is None else caret, reach)
    return reporting


def field(reporting: Reporting, ref: FieldRef = LUNGS) -> Field:
    assert reporting.report is not None
    found = reporting.report.field(ref)
    assert found is not None
    return found


def bold_words(reporting: Reporting, ref: FieldRef = LUNGS) -> list[str]:
    each = field(reporting, ref)
    return [each.text[start:end] for start, end in each.bold]


# --- bold -------------------------------------------------------------------------------


def test_what_is_selected_is_bold_and_no_more_by_the_same_key() -> None:
    """Ctrl+B as everywhere; undo takes it back alone."""
    reporting = begun("Mass of 12 mm.", caret=8, reach=5)
    reporting.bold()
    assert bold_words(reporting) == ["12 mm"]
    assert reporting.reach == 5, "it stays selected"

    reporting.bold()
    assert bold_words(reporting) == []
    reporting.undo()
    assert bold_words(reporting) == ["12 mm"]
    reporting.undo()
    assert bold_words(reporting) == []
    assert field(reporting).text == "Mass of 12 mm."


def test_the_word_that_the_caret_stands_in_is_bold() -> None:
    """Nothing need be selected for the one word that counts."""
    reporting = begun("Acute bleed.", caret=8)
    reporting.bold()
    assert bold_words(reporting) == ["bleed"]


def test_what_is_typed_after_the_key_is_bold_until_it_is_pressed_again() -> None:
    """As hands know it: on, a word, off."""
    reporting = begun("Seen: ")
    reporting.bold()
    for letter in "air":
        at = len(field(reporting).text)
        reporting.type_in(LUNGS, at, at, letter)
    reporting.bold()
    for letter in " left":
        at = len(field(reporting).text)
        reporting.type_in(LUNGS, at, at, letter)

    assert bold_words(reporting) == ["air"]


def test_several_fields_are_bold_at_once() -> None:
    """A selection goes over the ends of fields; each keeps its own part."""
    reporting = begun("Mass.")
    reporting.set_field(HEART.section, HEART.id, "Large.")
    reporting.spread = ((LUNGS, 0, 4), (HEART, 2, 5))
    reporting.bold()

    assert bold_words(reporting) == ["Mass"]
    assert bold_words(reporting, HEART) == ["rge"]


def test_a_changed_measurement_stays_bold() -> None:
    """The new size is as important as the old one."""
    reporting = begun("Mass of . ", caret=8)
    reporting.take_measurements([length()])
    reporting.insert_measurement(length())
    start = field(reporting).text.index("12 mm")
    reporting.go_to(LUNGS, start, 5)
    reporting.bold()
    reporting.take_measurements([length(value=15.0, revision=2)])
    reporting.accept_measurement()

    assert bold_words(reporting) == ["15 mm"]


def test_bold_is_in_the_draft_and_drafts_of_before_have_none() -> None:
    """A power cut loses no mark, and an old draft is a draft."""
    desk = Desk()
    reporting = desk.start()
    reporting.set_field(LUNGS.section, LUNGS.id, "Mass of 12 mm.")
    reporting.go_to(LUNGS, 8, 5)
    reporting.bold()
    body = reporting.draft_body()
    for kept, expected in ((body, ["12 mm"]), (body.replace('"bold"', '"was"'), [])):
        desk.reporting = desk.another()
        again = desk.start()
        again.restore(kept)
        assert field(again).text == "Mass of 12 mm."
        assert bold_words(again) == expected


# --- lists and tables ---------------------------------------------------------------------


def test_lines_become_a_list_and_lines_again() -> None:
    """One key for the lines that are selected, one step of undo."""
    reporting = begun("mass\nnode\ncyst", caret=0, reach=9)
    reporting.bullets()
    assert field(reporting).text == "- mass\n- node\ncyst"
    reporting.undo()
    assert field(reporting).text == "mass\nnode\ncyst"

    reporting.go_to(LUNGS, 0, 14)
    reporting.numbers()
    assert field(reporting).text == "1. mass\n2. node\n3. cyst"
    reporting.go_to(LUNGS, 0, len("1. mass\n2. node\n3. cyst"))
    reporting.numbers()
    assert field(reporting).text == "mass\nnode\ncyst"


def test_enter_goes_on_with_the_list_and_an_empty_item_ends_it() -> None:
    """Lists are typed without thinking of their marks; those below are counted on."""
    reporting = begun("1. mass\n2. cyst", caret=7)
    reporting.type_in(LUNGS, 7, 7, "\n")
    assert field(reporting).text == "1. mass\n2. \n3. cyst"
    assert reporting.caret == len("1. mass\n2. ")
    reporting.type_in(LUNGS, 11, 11, "\n")
    assert field(reporting).text == "1. mass\n\n3. cyst"

    reporting = begun("- left")
    reporting.type_in(LUNGS, 6, 6, "\n")
    assert field(reporting).text == "- left\n- "


def test_an_impression_is_not_numbered_twice() -> None:
    """Its items are counted when it is issued; a second number would be a wrong one."""
    reporting = begun("Bleed.\nCyst.", SUMMARY)
    with pytest.raises(CommandError, match="numbered by itself"):
        reporting.numbers()


def test_a_table_is_holes_that_the_fields_keys_walk_through() -> None:
    """Tab from cell to cell; a cell that was forgotten blocks the signature as any hole does."""
    reporting = begun("Aorta.")
    reporting.table(2, 2)

    assert field(reporting).text == "Aorta.\n[column 1] | [column 2]\n[value] | [value]"
    reporting.replace_taken("Level")
    reporting.next_field()
    reporting.replace_taken("Size")
    assert field(reporting).text == "Aorta.\nLevel | Size\n[value] | [value]"
    assert any(check.rule == "placeholder" and check.blocks for check in reporting.checks)


@pytest.mark.parametrize("size", [(1, 2), (2, 1), (7, 2), (2, 21)])
def test_a_table_has_a_size_that_can_be_read(size: tuple[int, int]) -> None:
    """Twenty columns are no report."""
    with pytest.raises(CommandError, match="2 to 6 columns"):
        begun("").table(*size)


# --- items --------------------------------------------------------------------------------


def test_items_change_places_with_the_points_below_them() -> None:
    """R9: what is urgent goes first, by key; the caret goes with it."""
    reporting = begun("Cyst.\nBleed.\n- subdural\n- 12 mm", SUMMARY, caret=8)
    reporting.move_item(-1)

    assert field(reporting, SUMMARY).text == "Bleed.\n- subdural\n- 12 mm\nCyst."
    assert reporting.caret == 2
    reporting.move_item(1)
    assert field(reporting, SUMMARY).text == "Cyst.\nBleed.\n- subdural\n- 12 mm"
    with pytest.raises(CommandError, match="no item"):
        reporting.move_item(1)


def test_a_point_changes_places_with_a_point_of_its_item() -> None:
    """It must not slip under another finding."""
    reporting = begun("Bleed.\n- left\n- right\nCyst.", SUMMARY, caret=17)
    reporting.move_item(-1)
    assert field(reporting, SUMMARY).text == "Bleed.\n- right\n- left\nCyst."
    reporting.go_to(SUMMARY, 18)
    with pytest.raises(CommandError, match="no item"):
        reporting.move_item(1)


def test_numbers_keep_their_places_and_words_their_look() -> None:
    """A list that was written with numbers is counted anew."""
    reporting = begun("1. mass\n2. cyst\n3. node", caret=18)
    reporting.go_to(LUNGS, 19, 4)
    reporting.bold()
    reporting.move_item(-1)

    assert field(reporting).text == "1. mass\n2. node\n3. cyst"
    assert bold_words(reporting) == ["node"]


def test_an_item_is_deleted_and_the_rest_counted_anew() -> None:
    """R9; and undo brings it back."""
    reporting = begun("1. mass\n2. cyst\n3. node", caret=10)
    reporting.delete_item()
    assert field(reporting).text == "1. mass\n2. node"
    assert reporting.caret == 8
    reporting.undo()
    assert field(reporting).text == "1. mass\n2. cyst\n3. node"


# --- to the impression ----------------------------------------------------------------------


def impression(reporting: Reporting) -> Section:
    assert reporting.report is not None
    found = reporting.report.section(IMPRESSION)
    assert found is not None
    return found


def test_the_finding_at_the_caret_goes_into_the_impression_and_the_caret_stays() -> None:
    """R9: the sentence, not the field; the reader goes on with the next finding."""
    reporting = begun("No effusion. Mass of 12 mm. Clear.", caret=18)
    reporting.to_impression()
    assert impression(reporting).text == "Mass of 12 mm."
    assert (reporting.current, reporting.caret) == (LUNGS, 18)

    reporting.go_to(LUNGS, 0, 12)
    reporting.to_impression()
    assert impression(reporting).text == "1. Mass of 12 mm.\n2. No effusion."
    reporting.undo()
    assert impression(reporting).text == "Mass of 12 mm."


def test_it_is_taken_with_its_measurement_and_its_look() -> None:
    """A size that changes later marks the impression too."""
    reporting = begun("Mass of ", caret=8)
    reporting.take_measurements([length()])
    reporting.insert_measurement(length())
    reporting.go_to(LUNGS, 0, 4)
    reporting.bold()
    reporting.go_to(LUNGS, 2)
    reporting.to_impression()

    assert [link.measurement for link in field(reporting, SUMMARY).links] == ["A1"]
    assert bold_words(reporting, SUMMARY) == ["Mass"]


def test_nothing_is_taken_twice_or_from_nowhere() -> None:
    """An impression that says a thing twice reads as two findings."""
    reporting = begun("Mass.", caret=2)
    reporting.to_impression()
    with pytest.raises(CommandError, match="says this already"):
        reporting.to_impression()
    reporting.go_to(SUMMARY, 0)
    with pytest.raises(CommandError, match="no impression"):
        reporting.to_impression()


def test_what_is_signed_is_not_arranged() -> None:
    """A closed report takes no mark."""
    reporting = begun("Mass.", caret=2)
    reporting.make_read_only("claimed by another")
    for act in (reporting.bold, reporting.bullets, reporting.delete_item, reporting.to_impression):
        with pytest.raises(CommandError, match="claimed by another"):
            act()


# --- after a step back ----------------------------------------------------------------------


def test_the_next_letter_after_a_step_back_replaces_nothing() -> None:
    """Ctrl+Z, then a letter: a whole finding must not go with it."""
    reporting = begun("Mass of the left lobe.", caret=4)
    reporting.type_in(LUNGS, 4, 4, "ive")
    reporting.undo()
    assert (field(reporting).text, reporting.caret) == ("Mass of the left lobe.", 4)

    reporting.go_to(LUNGS, 2)
    reporting.bold()
    reporting.undo()
    assert reporting.caret == 2
    reporting.undo()
    assert reporting.caret is None, "a default is taken whole, as by Tab"
