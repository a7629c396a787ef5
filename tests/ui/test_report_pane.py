"""The report pane: identity, state, evidence, checks, and the keys to the signature."""

from datetime import UTC, datetime

import pytest
from attrs import evolve
from fakes_report import ALDER, BIRCH, NOW, SIGNER, SITE, Desk, item, length
from pseudo_locale import another_language, untranslated
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QMainWindow
from pytestqt.qtbot import QtBot

from workstation.domain.identifiers import ReportId
from workstation.domain.report import (
    Discrepancy,
    FieldRef,
    IssuedReport,
    ReportState,
    SectionKind,
    SignedReport,
)
from workstation.errors import SiteUnavailable
from workstation.protocols.delivery import Delivery, State
from workstation.services.delivery.outgoing import Outgoing
from workstation.services.reading.signing import Proposal
from workstation.services.report.checks import Images
from workstation.services.signal import Signal
from workstation.settings import Site
from workstation.ui.discrepancy_row import DiscrepancyRow
from workstation.ui.frozen_text import FrozenText
from workstation.ui.report_pane import ReportPane
from workstation.ui.sign_changes import changes_since
from workstation.ui.sign_dialog import SignDialog

FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION
LOOPBACK = "http://127.0.0.1:9"


class Sent:
    """As much of `Deliveries` as the pane sees."""

    def __init__(self) -> None:
        self.changed: Signal[None] = Signal()
        self._by_id: dict[ReportId, Delivery] = {}

    def of(self, report: ReportId) -> Delivery | None:
        return self._by_id.get(report)

    def now(self, delivery: Delivery) -> None:
        self._by_id[delivery.report] = delivery
        self.changed.emit(None)


class Reading:
    """A pane in a window, with a dialog behind F12 as the program has it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.desk = Desk()
        self.reporting = self.desk.reporting
        self.sent = Sent()
        self.lines: list[str] = []
        self.window = QMainWindow()
        self.pane = ReportPane(
            self.reporting,
            self.sent,  # type: ignore[arg-type]
            self.run,
            site_names={SITE: "Harbor General"},
            zones={SITE: UTC},
        )
        self.window.setCentralWidget(self.pane)
        qtbot.addWidget(self.window)
        self.window.resize(1300, 1000)
        self.window.show()
        self.dialog: SignDialog | None = None
        self.passwords: list[str] = []

    def run(self, line: str) -> None:
        self.lines.append(line)
        if line == "report.next-field":
            self.reporting.next_field()
        elif line == "report.sign":
            self.propose(ReportState.FINAL)

    def propose(
        self, status: ReportState, *marks: Outgoing, asks_pin: bool = False, archive: bool = False
    ) -> SignDialog:
        signed = self.reporting.freeze(status, SIGNER, NOW)
        site = Site(
            id=SITE, name="Harbor General", issuer=LOOPBACK, fhir=LOOPBACK, dicomweb=LOOPBACK,
            jurisdiction="US-WA", timezone="America/Los_Angeles", dicom_report=archive,
        )  # fmt: skip
        by = "Harbor General readers" if archive else ""
        proposal = Proposal(signed, item(), site, marks, asks_pin=asks_pin, vouched=by)
        self.dialog = SignDialog(
            self.window, proposal, self.reporting.checks, next_case="Rowan"
        )  # fmt: skip
        self.dialog.signed.connect(self.passwords.append)
        self.dialog.show_it()
        return self.dialog

    def write(self) -> None:
        self.desk.start()
        self.reporting.set_section(FINDINGS, "Nodule.")
        self.reporting.set_section(IMPRESSION, "Nodule.")
        self.desk.jobs.advance(2)

    def sign(self) -> SignedReport:
        made = self.reporting.freeze(ReportState.FINAL, SIGNER, NOW)
        self.reporting.mark_signed(made)
        self.desk.jobs.advance(1)
        return made

    def says(self) -> str:
        labels = self.pane.findChildren(QLabel)
        whole = [getattr(label, "whole", label.text)() for label in labels]
        return " | ".join(word for word in whole if word)


@pytest.fixture
def reading(qtbot: QtBot) -> Reading:
    return Reading(qtbot)


def test_the_pane_always_says_whose_report_it_is(reading: Reading) -> None:
    """R29: the same words in the same order as everywhere."""
    reading.desk.start()

    patient = ("Alder, Robin", "M 64", "1962-03-02", "HG-100482")
    study = ("HG-26-118204", "22 Nov 2026", "CT chest")
    for words in (*patient, *study):
        assert words in reading.says()


def test_nothing_of_a_case_is_left_when_it_is_closed(reading: Reading) -> None:
    """A name beside an empty report belongs to nobody."""
    reading.write()
    reading.reporting.close()
    reading.desk.jobs.advance(1)

    assert "Alder" not in reading.says()
    assert reading.pane.checks.entries == ()


def test_the_sign_button_says_why_it_is_off(reading: Reading) -> None:
    """A grey button alone is a riddle."""
    reading.desk.start()
    reading.desk.jobs.advance(1)
    assert "2 checks block" in reading.says()

    reading.write()
    assert "block" not in reading.says()


def test_the_checks_stand_in_their_order_with_the_key_to_the_first(reading: Reading) -> None:
    """F8 goes to the place."""
    reading.desk.start()
    reading.reporting.received(Images(236, 312, 236, 0, 236))
    reading.desk.jobs.advance(1)

    texts = [entry.text for entry in reading.pane.checks.entries[:3]]
    assert texts == [
        "Upper abdomen is required and empty",
        "The impression is empty",
        "76 images have not arrived",
    ]
    assert reading.pane.checks.entries[0].key == "F8"


def test_a_number_that_was_not_heard_well_is_waved_and_one_key_accepts_it(reading: Reading) -> None:
    """Where, what, and the key that says "I looked": not a reason to be typed (R46)."""
    reading.write()
    report = reading.reporting.report
    assert report is not None
    found = next(each for _, each in report.fields if each.text == "Nodule.")
    heard = evolve(found, text="A 12 mm nodule.", unsure=("12",))
    reading.reporting.write(lambda _field, _caret: (heard, None))
    reading.desk.jobs.advance(1)

    entry = next(e for e in reading.pane.checks.entries if "not heard well" in e.text)
    assert (entry.line, entry.key, entry.aside) == ("dictation.accept", "Shift F7", "")
    document = reading.pane.editor.document()
    cursor = document.find("12")
    formats = cursor.block().layout().formats()
    waved = [
        (each.start, each.length)
        for each in formats
        if each.format.underlineStyle() is QTextCharFormat.UnderlineStyle.WaveUnderline
    ]
    assert waved == [(cursor.selectionStart() - cursor.block().position(), 2)]
    reading.reporting.confirm_numbers()
    assert reading.reporting.report is not None
    assert not any(each.doubts for _, each in reading.reporting.report.fields)


def test_how_a_reading_departs_from_the_preliminary_is_chosen_beside_the_text(
    reading: Reading,
) -> None:
    """The signature waits for it: what blocks must have a place where it is answered."""
    reading.desk.start()
    row = reading.pane.findChild(DiscrepancyRow)
    assert row is not None
    assert row.isHidden(), "nothing to differ from"
    before = IssuedReport(
        ReportId("p"), ReportId("p"), ReportState.PRELIMINARY,
        "Impression\nNodule of 12 mm.\n", "Night, Nora", NOW,
    )  # fmt: skip
    reading.reporting.read_over(before)
    buttons = row.findChildren(QAbstractButton)
    assert [each.isChecked() for each in buttons] == [False, False, False]
    for each in buttons:
        each.click()
    assert reading.lines[-3:] == [
        "report.discrepancy none", "report.discrepancy minor", "report.discrepancy major",
    ]  # fmt: skip
    assert not any(each.isChecked() for each in buttons), "a press alone answers nothing"

    reading.reporting.judge(Discrepancy.MINOR)
    assert [each.isChecked() for each in buttons] == [False, True, False]


def test_what_changed_since_the_preliminary_stands_beside_what_is_sealed(reading: Reading) -> None:
    """R10, R36: new words are marked, old ones struck, each whole; and how much it matters."""
    reading.desk.start()
    before = IssuedReport(
        ReportId("p"), ReportId("p"), ReportState.PRELIMINARY,
        "Impression\nNodule of 12 mm.\n", "Night, Nora", NOW,
    )  # fmt: skip
    reading.reporting.read_over(before)
    for part in ("lungs", "upper-abdomen"):  # the preliminary does not speak of them
        reading.reporting.set_field(SectionKind.FINDINGS, part, "Normal.")
    reading.reporting.set_section(IMPRESSION, "Nodule of 14 mm.")
    reading.reporting.judge(Discrepancy.MINOR)
    signed = reading.reporting.freeze(ReportState.FINAL, SIGNER, NOW)

    changes = changes_since(before, signed)
    reading.qtbot.addWidget(changes)

    label = changes.findChild(QLabel)
    assert label is not None
    assert label.text() == "Since the preliminary of Night, Nora: minor discrepancy"
    text = changes.findChild(FrozenText)
    assert text is not None
    words = {}
    for each in ("12", "14", "Nodule"):
        drawn = text.document().find(each).charFormat()
        words[each] = (drawn.fontStrikeOut(), drawn.fontUnderline())
    assert words == {"12": (True, False), "14": (False, True), "Nodule": (False, False)}


def test_evidence_shows_what_is_linked_and_what_changed(reading: Reading) -> None:
    """Filled: in the text. Hollow and named: no longer what the text says."""
    reading.write()
    reading.reporting.take_measurements([length("A1"), length("A2", 30)])
    reading.reporting.insert_measurement(length("A1"))
    icons = [(e.name, e.icon) for e in reading.pane.evidence.entries]
    assert icons == [("A1", "diamond"), ("A2", "diamond-open")]

    reading.reporting.take_measurements([length("A1", 14, revision=2), length("A2", 30)])
    first = reading.pane.evidence.entries[0]
    assert (first.text, first.tone) == ("14 mm, changed since cited", "hue.act")


def test_the_draft_says_where_it_is(reading: Reading) -> None:
    """Saved there, sealed here, or nowhere: three different nights."""
    reading.write()
    assert "Draft saved 21:40:01 UTC" in reading.says()

    reading.desk.platform.failing = SiteUnavailable("no answer")
    reading.reporting.set_section(FINDINGS, "More.")
    reading.desk.jobs.advance(2)
    assert "sealed on this machine" in reading.says()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.QUEUED, "Signed, sent, waiting for Harbor General"),
        (State.IN_DOUBT, "Harbor General did not answer; asking whether it is there"),
        (State.ACKNOWLEDGED, "Signed, sent, accepted by Harbor General"),
        (State.REFUSED, "Refused by Harbor General: unknown accession"),
    ],
)
def test_signed_sent_and_accepted_are_three_things(
    reading: Reading, state: State, words: str
) -> None:
    """A green tick for "sent" has lost reports."""
    reading.write()
    made = reading.sign()
    at = datetime(2026, 11, 22, 18, 23, 7, tzinfo=UTC)
    reading.sent.now(
        Delivery(
            made.report.id,
            SITE,
            state=state,
            sealed_at=at,
            accepted_at=at,
            reason="unknown accession",
        )
    )

    assert words in reading.says()
    assert ("18:23:07 UTC" in reading.says()) is (state is not State.REFUSED)


def test_a_lost_claim_is_said_in_the_head(reading: Reading) -> None:
    """The reader must know why no key does anything."""
    reading.write()
    reading.reporting.make_read_only("claimed by K. Ash; your text is kept")

    assert "Claimed by K. Ash; your text is kept" in reading.says()


def test_images_of_another_patient_turn_signing_off(reading: Reading) -> None:
    """R28."""
    reading.write()
    reading.reporting.displays([("view 1", ALDER), ("view 2", BIRCH)])
    reading.desk.jobs.advance(1)

    assert "The images shown are of another patient" in reading.says()


def test_from_the_first_word_to_the_signature_by_keys_alone(reading: Reading) -> None:
    """R19: open, type, Tab, F12, password, Enter; no mouse."""
    qtbot, editor = reading.qtbot, reading.pane.editor
    reading.desk.start()
    editor.setFocus()
    qtbot.keyClicks(editor, "Solid nodule.")
    for _ in range(6):
        qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert reading.reporting.current == FieldRef(FINDINGS, "upper-abdomen")
    qtbot.keyClicks(editor, "Not covered.")
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.keyClicks(editor, "Left upper lobe nodule.")
    reading.run("report.sign")
    dialog = reading.dialog
    assert dialog is not None
    qtbot.keyClicks(dialog.password, "secret")
    qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: reading.passwords == ["secret"])

    shown = dialog.text.toPlainText()
    assert "Lungs: Solid nodule." in shown
    assert "Upper abdomen: Not covered." in shown
    assert "Left upper lobe nodule." in shown
    dialog.done()


def test_the_dialog_shows_the_frozen_text_whatever_happens_after(reading: Reading) -> None:
    """R38: a signature over another text than the one shown must be impossible."""
    reading.write()
    dialog = reading.propose(ReportState.FINAL)
    reading.reporting.set_section(FINDINGS, "Late words.")

    assert "Late words." not in dialog.text.toPlainText()
    assert dialog.text.isReadOnly()
    dialog.back()


def test_a_wrong_password_is_said_in_place_and_asked_again(reading: Reading) -> None:
    """No second dialog, nothing lost; what was typed does not stay, for the desk may be covered."""
    reading.write()
    dialog = reading.propose(ReportState.FINAL)
    dialog.password.setText("wrong")
    dialog._sign()
    assert not dialog.password.isEnabled()

    dialog.wrong("The password was not accepted.")

    assert dialog.password.isEnabled()
    assert dialog.password.text() == ""
    said = [label.text() for label in dialog.findChildren(QLabel)]
    assert "The password was not accepted." in said
    dialog.back()


def test_after_the_signature_there_is_nothing_left_to_sign(reading: Reading) -> None:
    """A live Sign button and "draft not saved" beside a signed report ask for a second one."""
    reading.write()
    reading.reporting.set_section(FINDINGS, "Nodule, again.")
    assert "Draft not saved yet" in reading.says()
    reading.sign()

    assert not reading.pane._sign.isVisible()
    assert not reading.pane._draft.isVisible()
    assert "raft" not in reading.says()
    assert "checks block" not in reading.says()
    reading.pane._addend.click()
    assert reading.lines[-1] == "report.addend"


def test_no_password_no_signature(reading: Reading) -> None:
    """Enter too early must not send an empty one."""
    reading.write()
    dialog = reading.propose(ReportState.FINAL)
    reading.qtbot.keyClick(dialog.password, Qt.Key.Key_Return)
    reading.qtbot.waitUntil(
        lambda: any("needed" in label.text() for label in dialog.findChildren(QLabel))
    )

    assert reading.passwords == []
    reading.qtbot.keyClick(dialog.password, Qt.Key.Key_Escape)
    assert not dialog.is_open


def test_the_password_does_not_outlive_the_dialog(reading: Reading) -> None:
    """It is kept no longer than the signature that uses it."""
    reading.write()
    dialog = reading.propose(ReportState.FINAL)
    dialog.password.setText("secret")
    dialog.back()

    assert dialog.password.text() == ""


def test_preliminary_instead_asks_the_caller_and_forgets_the_password(reading: Reading) -> None:
    """The caller proposes again with the other status: other bytes, another look."""
    reading.write()
    dialog = reading.propose(ReportState.FINAL)
    asked: list[bool] = []
    dialog.preliminary.connect(lambda: asked.append(True))
    dialog.password.setText("secret")
    dialog._ask_preliminary()

    assert asked == [True]
    assert dialog.password.text() == ""
    assert reading.passwords == []
    dialog.back()


def test_the_dialog_names_patient_status_target_and_signer(reading: Reading) -> None:
    """R36: what, for whom, to whom, by whom, by which right."""
    reading.write()
    dialog = reading.propose(ReportState.PRELIMINARY)
    said = " | ".join(label.text() for label in dialog.findChildren(QLabel))

    for words in (
        "Alder, Robin", "M 64", "born 1962-03-02", "ID HG-100482", "accession HG-26-118204",
        "PRELIM", "Harbor General, FHIR report", "Jo Sample", "US-WA MD-00412",
    ):  # fmt: skip
        assert words in said, words
    assert dialog.opens_next
    dialog.back()


def test_a_token_is_opened_with_its_pin_beside_the_password(reading: Reading) -> None:
    """The card signs, the site asks who signs: two secrets, each in its own field, kept by none."""
    reading.write()
    dialog = reading.propose(ReportState.FINAL, asks_pin=True)
    (pin,) = (
        f for f in dialog.findChildren(QLineEdit) if f.accessibleName() == "PIN of your token"
    )
    dialog.password.setText("right")
    pin.setText("493817")
    assert dialog.pin == "493817"

    dialog.done()

    assert dialog.pin == ""
    plain = reading.propose(ReportState.FINAL)
    assert plain.pin == ""
    assert not [f for f in plain.findChildren(QLineEdit) if "PIN" in f.accessibleName()]
    plain.back()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ReportState.WET_READ, ("WET READ", "Sign as wet read", "the full reading follows")),
        (ReportState.AWAITING, ("RESIDENT", "Sign for the attending", "an attending reads over")),
    ],
)
def test_the_dialog_says_what_kind_of_report_is_signed(
    reading: Reading, status: ReportState, words: tuple[str, ...]
) -> None:
    """Nobody signs a first impression as a complete reading, or the other way round."""
    reading.write()
    dialog = reading.propose(status, archive=True)
    said = [label.text() for label in dialog.findChildren(QLabel)]
    said += [button.text() for button in dialog.findChildren(QAbstractButton)]
    dialog.back()

    also = ("image archive: report as SR and as PDF", "certified by Harbor General readers")
    for each in (*words, *also):
        assert any(each in line for line in said), (each, said)


def test_the_dialog_names_every_document_that_goes_with_the_report(reading: Reading) -> None:
    """Marks on the prior go to the archive too: nothing is sent that was not told before."""
    reading.write()
    dialog = reading.propose(
        ReportState.FINAL,
        Outgoing("CURRENT", measurements=2, key_images=1, images=3),
        Outgoing("PRIOR 1 · −379 d", measurements=1, images=1),
        Outgoing("PRIOR 2 · −800 d", measurements=1, images=1, sent=False),
    )
    said = [label.text() for label in dialog.findChildren(QLabel)]
    dialog.back()

    told = [words for words in said if words.startswith(("CURRENT", "PRIOR"))]
    assert told == [
        "CURRENT: SR document: 2 measurements",
        "CURRENT: key object selection: 1 image",
        "CURRENT: presentation states: 3 images as marked",
        "PRIOR 1 · −379 d: SR document: 1 measurement",
        "PRIOR 1 · −379 d: presentation states: 1 image as marked",
        "PRIOR 2 · −800 d: not held by Harbor General, not sent",
    ]


def test_every_word_of_the_pane_and_the_dialog_can_be_translated(qtbot: QtBot) -> None:
    """A reader in Munich signs what they understand."""
    with another_language():
        reading = Reading(qtbot)
        reading.write()
        reading.reporting.insert_measurement(length())
        dialog = reading.propose(ReportState.FINAL, Outgoing("", 1, 1, 1))
        left_out = untranslated(reading.pane) + untranslated(dialog)
        entries = (*reading.pane.checks.entries, *reading.pane.evidence.entries)
        dialog.back()

    assert left_out == []
    assert [e.text for e in entries if e.name == "" and "⟦" not in e.text] == []
