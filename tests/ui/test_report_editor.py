"""The report as a text one types in: keys become edits, and no field is ever lost."""

from collections.abc import Callable, Iterator

import pytest
from fakes_report import Desk, item, length
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QFont, QGuiApplication, QInputMethodEvent, QTextCharFormat, QTextCursor
from pytestqt.qtbot import QtBot

from workstation.domain.report import FieldRef, SectionKind
from workstation.services.report.reporting import Reporting
from workstation.ui.report_editor import ReportEditor
from workstation.ui.report_letters import NO_BREAK

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
LUNGS = FieldRef(FINDINGS, "lungs")
Key = Qt.Key


class Written:
    """An editor on a desk; command lines go to the model as the program sends them."""

    def __init__(self, qtbot: QtBot, procedure: str = "CT chest") -> None:
        self.qtbot = qtbot
        self.desk = Desk()
        self.reporting: Reporting = self.desk.start(item(procedure))
        self.lines: list[str] = []
        self.editor = ReportEditor(self.reporting, self.run)
        qtbot.addWidget(self.editor)
        self.editor.resize(488, 700)
        self.editor.show()

    def run(self, line: str) -> None:
        self.lines.append(line)
        commands: dict[str, Callable[[], None]] = {
            "report.next-field": self.reporting.next_field,
            "report.previous-field": self.reporting.previous_field,
            "report.field-end": self.reporting.end_of_field,
            "report.undo": self.reporting.undo,
            "report.redo": self.reporting.redo,
        }
        commands[line]()

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.editor, text)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier | None = None) -> None:
        self.qtbot.keyClick(self.editor, key, held or Qt.KeyboardModifier.NoModifier)

    def words(self, ref: FieldRef = LUNGS) -> str:
        assert self.reporting.report is not None
        found = self.reporting.report.field(ref)
        assert found is not None
        return found.text

    def shown(self) -> str:
        return self.editor.toPlainText()

    def select(self, start: str, end: str) -> None:
        """From the first place of one word to behind the first of another."""
        cursor = self.editor.textCursor()
        cursor.setPosition(self.shown().index(start))
        last = self.shown().index(end) + len(end)
        cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
        self.editor.setTextCursor(cursor)


@pytest.fixture
def written(qtbot: QtBot) -> Iterator[Written]:
    made = Written(qtbot)
    yield made
    made.editor.detach()


def test_what_is_typed_replaces_the_default_of_the_field_taken(written: Written) -> None:
    """Tab takes the whole field, so that a finding replaces the normal."""
    written.type("Nodule.")

    assert written.words() == "Nodule."
    assert "Lungs: Nodule." in written.shown()


def test_the_words_that_are_typed_are_seen_also_at_the_lower_edge(written: Written) -> None:
    """On a laptop the impression stands at the edge: a second line was typed unseen."""
    editor = written.editor
    editor.resize(editor.width(), 120)
    for _ in range(12):
        written.type("Nodule of the left upper lobe, unchanged. ")
        assert editor.viewport().rect().contains(editor.cursorRect())


def test_tab_and_shift_tab_take_the_next_and_the_previous_field(written: Written) -> None:
    """The eyes stay on the images; the fingers know where they are."""
    written.press(Key.Key_Tab)
    first = written.editor.textCursor().selectedText()
    written.press(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)

    assert first == "Trachea and central bronchi patent."
    assert written.editor.textCursor().selectedText() == "No nodule or consolidation."


def test_ctrl_tab_puts_the_caret_behind_the_words(written: Written) -> None:
    """To add to a default instead of replacing it."""
    written.press(Key.Key_Tab, Qt.KeyboardModifier.ControlModifier)
    written.type(" Granuloma.")

    assert written.words() == "No nodule or consolidation. Granuloma."


def test_a_deleted_required_field_is_empty_and_still_there(written: Written) -> None:
    """R4: the trap. Delete, then type: the words land in the field again."""
    written.press(Key.Key_Delete)
    assert written.words() == ""
    required = [c.text for c in written.reporting.checks if c.rule == "required"]
    assert required[0] == "Lungs is required and empty"

    written.type("Clear.")
    assert written.words() == "Clear."


def test_select_all_and_delete_empties_every_field_and_loses_none(written: Written) -> None:
    """The frame of the report is not the reader's to delete."""
    assert written.reporting.report is not None
    before = [ref for ref, _ in written.reporting.report.fields]
    written.editor.selectAll()
    written.press(Key.Key_Delete)

    after = written.reporting.report.fields
    assert [ref for ref, _ in after] == before
    assert all(each.text == "" for _, each in after)
    assert "Lungs:" in written.shown()
    written.press(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert written.words() == "No nodule or consolidation."


def test_a_selection_across_fields_takes_its_part_of_each(written: Written) -> None:
    """From the middle of one finding to the middle of the next."""
    written.select("or consolidation.", "Trachea and central")
    written.press(Key.Key_Backspace)

    assert written.words() == "No nodule "
    assert written.words(FieldRef(FINDINGS, "airways")) == " bronchi patent."


@pytest.mark.parametrize("key", [Key.Key_Backspace, Key.Key_Delete])
def test_keys_at_the_edge_of_a_field_do_not_join_it_to_the_next(
    written: Written, key: Qt.Key
) -> None:
    """R7: both edges."""
    cursor = written.editor.textCursor()
    at = written.shown().index("No nodule")
    cursor.setPosition(at if key == Key.Key_Backspace else at + len("No nodule or consolidation."))
    written.editor.setTextCursor(cursor)
    before = written.shown()

    written.press(key)

    assert written.shown() == before


def test_typing_at_both_edges_goes_into_the_field(written: Written) -> None:
    """R7."""
    written.press(Key.Key_Home)
    written.type("A")
    written.press(Key.Key_End)
    written.type("Z")

    assert written.words() == "ANo nodule or consolidation.Z"


def test_the_caret_cannot_stand_in_a_label_or_a_title(written: Written) -> None:
    """Where nothing can be typed there is no caret."""
    for place in ("Findings", "Lungs", "ungs"):
        cursor = written.editor.textCursor()
        cursor.setPosition(written.shown().index(place))
        written.editor.setTextCursor(cursor)

        assert written.editor.textCursor().position() == written.shown().index("No nodule")


def test_undo_and_redo_are_steps_of_the_model(written: Written) -> None:
    """One history for keys, commands and measurements."""
    written.type("solid nodule")
    written.press(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert written.words() == "solid "

    written.press(Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert written.words() == "No nodule or consolidation."
    assert "No nodule or consolidation." in written.shown()


def test_a_measurement_lands_at_the_caret_and_typing_goes_on_behind_it(written: Written) -> None:
    """R12: the caret stays the reader's."""
    written.type("Nodule, ")
    written.reporting.insert_measurement(length())
    written.type(", smooth.")

    assert written.words() == "Nodule, 12 mm (series Axial lung 2.5, image 51), smooth."


def test_a_measurement_leaves_a_caret_elsewhere_alone(written: Written) -> None:
    """A command from the viewer must not move what the reader types in."""
    written.type("Nodule.")
    written.reporting.set_section(IMPRESSION, "Nodule.")

    written.type(" Calcified.")

    assert written.words() == "Nodule. Calcified."


def test_enter_in_the_impression_makes_the_next_item(written: Written) -> None:
    """Items are issued with numbers."""
    written.reporting.go_to(FieldRef(IMPRESSION, "impression-text"))
    written.type("One.")
    written.press(Key.Key_Return)
    written.type("Two.")

    assert written.reporting.report is not None
    section = written.reporting.report.section(IMPRESSION)
    assert section is not None
    assert section.text == "1. One.\n2. Two."


def test_paste_is_plain_text(written: Written) -> None:
    """R6: pasted HTML once brought 40 pt type and an image from the network."""
    mime = QMimeData()
    mime.setHtml("<b style='font-size:40pt'>Big</b><img src='http://127.0.0.1:9/x.png'>")
    mime.setText("Big\r\nnodule\x07")
    written.editor.insertFromMimeData(mime)

    assert written.words() == "Big\nnodule"
    assert "img" not in written.editor.toHtml()
    assert written.editor.loadResource(2, QUrl("http://127.0.0.1:9/x.png")) is None


def test_copy_is_plain_text(written: Written) -> None:
    """What goes to the clipboard carries no markup of ours."""
    mime = written.editor.createMimeDataFromSelection()

    assert (mime.text(), mime.hasHtml()) == ("No nodule or consolidation.", False)


def test_words_under_way_are_shown_and_are_no_part_of_the_text(written: Written) -> None:
    """R11: partial speech and input methods; what is committed is one edit."""
    cursor = written.editor.textCursor()
    assert cursor.hasSelection()
    written.type("A")
    before = written.reporting.report
    QGuiApplication.sendEvent(written.editor, QInputMethodEvent(" nodu", []))
    assert written.reporting.report is before

    committed = QInputMethodEvent("", [])
    committed.setCommitString(" nodule")
    QGuiApplication.sendEvent(written.editor, committed)

    assert written.words() == "A nodule"


def test_a_foreign_hand_in_the_document_is_taken_over_or_undone(
    written: Written, qtbot: QtBot
) -> None:
    """Screen readers and Qt's own cut write past our keys."""
    cursor = QTextCursor(written.editor.document())
    cursor.setPosition(written.shown().index("No nodule"))
    cursor.insertText("XY ")
    qtbot.waitUntil(lambda: written.words().startswith("XY No nodule"))

    cursor = QTextCursor(written.editor.document())
    cursor.select(QTextCursor.SelectionType.Document)
    cursor.removeSelectedText()
    qtbot.waitUntil(lambda: "Lungs: XY No nodule" in written.shown())


def test_a_report_that_is_read_only_takes_no_key(written: Written) -> None:
    """R27: the claim is lost; the text stays to be read."""
    written.reporting.make_read_only("claimed by K. Ash")
    before = written.shown()
    written.type("x")
    written.press(Key.Key_Delete)

    assert written.shown() == before
    assert written.editor.isReadOnly()


def test_a_command_that_changes_the_model_changes_the_text(written: Written) -> None:
    """A script's `report.set` is seen at once."""
    written.reporting.set_section(FINDINGS, "In own words.")

    assert "In own words." in written.shown()
    assert "No nodule or consolidation." not in written.shown()


def test_a_digit_chooses_from_a_pick_list(qtbot: QtBot) -> None:
    """Two keys for a graded answer."""
    written = Written(qtbot, "CT pulmonary angiography")
    quality = FieldRef(FINDINGS, "quality")
    assert written.reporting.current == quality

    written.type("2")
    assert written.words(quality) == "limited"
    written.press(Key.Key_Down)
    assert written.words(quality) == "not diagnostic"
    written.editor.detach()


def test_another_case_shows_nothing_of_the_one_before(written: Written) -> None:
    """R28: no word reaches the other report."""
    written.type("Secret nodule.")
    written.reporting.close()
    assert written.shown() == ""

    written.desk.start(item("CT head", study="7.7.7", task="task-7"))
    assert "Secret" not in written.shown()
    assert "Hemorrhage:" in written.shown()


def test_the_editor_speaks_to_screen_readers(written: Written) -> None:
    """R19, and OS dictation needs it too."""
    assert written.editor.accessibleName() == "Report text"


def test_every_state_of_a_field_can_be_drawn(written: Written) -> None:
    """Painting must not fail on any of them; how they look is judged on screenshots."""
    reporting = written.reporting
    reporting.prefill(SectionKind.TECHNIQUE, "120 kVp.", "images")
    written.type("Nodule, ")
    reporting.insert_measurement(length())
    reporting.take_measurements([length(value=14, revision=2)])
    reporting.set_section(IMPRESSION, "One long line. " * 20 + "\nTwo.")
    reporting.go_to(FieldRef(FINDINGS, "bones"))
    reporting.remove_field()
    reporting.go_to(FieldRef(FINDINGS, "upper-abdomen"))
    first = written.editor.grab().toImage()
    reporting.make_read_only("signed")
    second = written.editor.grab().toImage()

    assert first != second


def test_a_very_long_field_is_drawn_and_typed_in(written: Written) -> None:
    """Qt lays out only what is seen: fields below have no lines yet when they are painted."""
    written.reporting.set_field(FINDINGS, "lungs", "Small nodule in the left lower lobe. " * 540)
    written.editor.grab()
    written.reporting.go_to(LUNGS, 5)
    written.type("X")
    written.editor.grab()

    assert written.words().startswith("SmallX nodule")


def test_a_click_on_a_measured_number_brings_its_image(written: Written, qtbot: QtBot) -> None:
    """From the sentence to the pixels it was measured on; beside it nothing moves."""
    written.type("Nodule, ")
    written.reporting.insert_measurement(length())
    written.editor.grab()  # laid out
    sent: list[str] = []
    written.editor._run = sent.append

    def click(word: str) -> None:
        cursor = written.editor.textCursor()
        cursor.setPosition(written.shown().index(word) + 1)
        at = written.editor.cursorRect(cursor).center()
        qtbot.mouseClick(written.editor.viewport(), Qt.MouseButton.LeftButton, pos=at)

    click("Nodule,")
    assert sent == []
    click("12 mm")
    assert sent == ["report.show-link A1"]


def test_the_measurement_at_the_caret_is_found_without_a_mouse(written: Written) -> None:
    """Ctrl+Enter asks for it."""
    written.type("Nodule, ")
    assert written.reporting.link_here is None
    written.reporting.insert_measurement(length())
    written.reporting.go_to(LUNGS, written.words().index("12 mm") + 2)
    link = written.reporting.link_here
    assert link is not None
    assert link.measurement == "A1"


def looks(written: Written, words: str) -> QTextCharFormat:
    """How the first letter of some words is drawn."""
    place = written.shown().index(words)
    block = written.editor.document().findBlock(place)
    at = place - block.position()
    found = [r for r in block.layout().formats() if r.start <= at < r.start + r.length]
    return QTextCharFormat(found[-1].format)  # Qt takes its own back


def test_what_is_selected_can_be_set_in_bold_and_stays_selected(written: Written) -> None:
    """Shift and arrows, then one key; the next key can take it back."""
    written.type("Mass of 12 mm.")
    written.select("12", "mm")
    written.reporting.bold()

    assert looks(written, "12").fontWeight() == QFont.Weight.Bold
    assert looks(written, "Mass").fontWeight() != QFont.Weight.Bold
    assert written.editor.textCursor().selectedText().replace(NO_BREAK, " ") == "12 mm"
    written.reporting.bold()
    assert looks(written, "12").fontWeight() != QFont.Weight.Bold


def test_a_selection_over_several_fields_is_set_in_bold(written: Written) -> None:
    """From one finding into the next; the labels between them stay as they are."""
    written.select("or consolidation.", "Trachea and central")
    written.reporting.bold()

    assert looks(written, "consolidation").fontWeight() == QFont.Weight.Bold
    assert looks(written, "Trachea").fontWeight() == QFont.Weight.Bold
    assert looks(written, "bronchi patent").fontWeight() != QFont.Weight.Bold
    assert written.words() == "No nodule or consolidation."


def test_the_cells_of_a_table_stand_below_each_other(written: Written) -> None:
    """A column whose numbers do not line up is read wrong."""
    written.reporting.set_field(FINDINGS, "lungs", "Segment | Size\nLingula | 4 mm\nLeft | 12 mm")

    def left(words: str) -> float:
        place = written.shown().index(words)
        cursor = written.editor.textCursor()
        cursor.setPosition(place)
        return float(written.editor.cursorRect(cursor).left())

    columns = [left("Size"), left("4 mm"), left("12 mm")]
    assert max(columns) - min(columns) <= 2
    assert left("Segment") != left("Size")


def test_enter_in_a_list_goes_on_with_it(written: Written) -> None:
    """As in any editor."""
    written.type("- left")
    written.press(Key.Key_Return)
    written.type("right")

    assert written.words() == "- left\n- right"
    assert "• left" in written.shown()


def test_a_point_that_is_copied_and_pasted_is_a_point_again(written: Written) -> None:
    """The dot is how it is drawn, not what is written."""
    written.type("- left")
    written.select("• left", "• left")
    copied = written.editor.createMimeDataFromSelection()
    assert copied.text() == "- left"
    written.editor.insertFromMimeData(copied)
    assert written.words() == "- left"
