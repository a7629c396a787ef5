"""Speech into the open report: as words, as a command, or not at all."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from attrs import evolve
from fakes_report import BIRCH, Desk, binding_of, item

from workstation.adapters.recordings import scripted
from workstation.domain.identifiers import StudyUID, TaskId
from workstation.domain.report import FieldRef, SectionKind
from workstation.domain.report_field import Field as ReportField
from workstation.domain.report_field import FieldKind, FieldSpec
from workstation.domain.speech import Final, SpeechEvent, Word
from workstation.errors import CommandError, Refused
from workstation.services.report import drafts
from workstation.services.report.spoken_table import Spoken
from workstation.services.speech.dictation import Dictation

SPOKEN = Spoken.read(Path(__file__).parents[4] / "resources" / "speech" / "en.toml")
FINDINGS, IMPRESSION = SectionKind.FINDINGS, SectionKind.IMPRESSION


class Tape:
    """A recording whose words are given."""

    def __init__(self) -> None:
        self.text = ""
        self.phrases: Sequence[str] = ()

    def heard(self, _file: Path, phrases: Sequence[str]) -> Sequence[SpeechEvent]:
        self.phrases = phrases
        return scripted(self.text)


class Microphone:
    """A desk with a report open in its free-text template, and somebody who speaks."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.reporting = self.desk.reporting
        self.tape = Tape()
        self.dictation = Dictation(self.reporting, self.tape, SPOKEN, self.desk.jobs)
        self.sent: list[str] = []
        self.told: list[str] = []
        self.dictation.told.connect(self.told.append)
        self.dictation.obey(
            {
                "next field": "report.next-field",
                "scratch that": "dictation.scratch",
                "go to …": "report.go-to",
            },
            lambda line: self.sent.append(line),
        )
        self.desk.start(template="free-text")
        self.reporting.go_to_named("findings")

    def say(self, *utterances: str) -> None:
        self.tape.text = "\n".join(utterances)
        self.dictation.play(Path("tape")).result()

    @property
    def findings(self) -> str:
        return self.section(FINDINGS)

    def section(self, kind: SectionKind) -> str:
        report = self.reporting.report
        assert report is not None
        found = report.section(kind)
        return found.text if found else ""

    @property
    def blocks(self) -> list[str]:
        return [
            check.text for check in self.reporting.checks if check.rule == "heard" and check.blocks
        ]


@pytest.fixture
def microphone() -> Microphone:
    return Microphone()


def test_utterances_follow_one_another_in_the_field(microphone: Microphone) -> None:
    """The eyes stay on the images: nobody moves a caret between two sentences."""
    microphone.say("the lungs are clear period", "no pleural effusion period")
    assert microphone.findings == "The lungs are clear. No pleural effusion."


def test_a_field_that_is_taken_whole_is_replaced(microphone: Microphone) -> None:
    """As readers know it: Tab takes the field, speech replaces it."""
    microphone.say("normal")
    microphone.reporting.go_to_named("findings")
    microphone.say("nodule")
    assert microphone.findings == "Nodule"


def test_a_phrase_by_itself_is_a_command_and_within_a_sentence_it_is_text(
    microphone: Microphone,
) -> None:
    """ "Next field" between two silences moves on; in a sentence it is what was said."""
    microphone.say("the next field of view is clear", "next field")
    assert microphone.findings == "The next field of view is clear"
    assert microphone.sent == ["report.next-field"]


def test_a_command_may_take_the_words_behind_it(microphone: Microphone) -> None:
    """ "Go to impression" is one command with a name behind it."""
    microphone.say("go to impression")
    assert microphone.sent == ['report.go-to "impression"']
    assert "go to impression" in microphone.tape.phrases


def test_scratch_that_takes_back_one_utterance_after_the_other(microphone: Microphone) -> None:
    """What was misheard goes, whole; what was said before stays."""
    microphone.say("clear period", "large hernia period", "no fracture period")
    microphone.dictation.scratch()
    assert microphone.findings == "Clear. Large hernia."
    microphone.dictation.scratch()
    assert microphone.findings == "Clear."


def test_scratch_that_never_takes_back_what_was_typed(microphone: Microphone) -> None:
    """Typed words are not an utterance: they are not lost by a word that was misheard."""
    microphone.say("clear")
    ref = microphone.reporting.current
    assert ref is not None
    microphone.reporting.set_field(ref.section, ref.id, "Clear, typed.")
    with pytest.raises(CommandError, match="changed since"):
        microphone.dictation.scratch()
    assert microphone.findings == "Clear, typed."


def test_an_utterance_is_one_step_of_undo(microphone: Microphone) -> None:
    """R5: undo goes back an utterance, not a letter."""
    microphone.say("clear period", "no fracture period")
    microphone.reporting.undo()
    assert microphone.findings == "Clear."


def test_words_for_a_case_that_was_closed_reach_no_other_report(microphone: Microphone) -> None:
    """A recogniser that is late would write one patient's finding to another."""
    report = microphone.reporting.report
    assert report is not None
    before = report.binding
    other = evolve(item(), patient=BIRCH, study=StudyUID("7.7.7"), task=TaskId("task-2"))
    microphone.desk.reporting.start(binding_of(other), other, template="free-text")
    microphone.dictation.hear(Final((Word("large", 1.0), Word("mass", 1.0))), before)
    assert microphone.findings == ""
    assert microphone.told == ["2 words were said for a case that is closed; they were not written"]


def test_nothing_is_heard_without_a_report() -> None:
    """There is nowhere for words to go: that is said before anybody speaks."""
    desk = Desk()
    dictation = Dictation(desk.reporting, Tape(), SPOKEN, desk.jobs)
    with pytest.raises(CommandError, match="no report is open"):
        dictation.play(Path("tape"))


def test_a_number_heard_badly_blocks_until_somebody_looked(microphone: Microphone) -> None:
    """The engine invents numbers; a silent signature would send them (R46)."""
    microphone.say("a twelve{0.4} millimeter nodule")
    assert microphone.findings == "A 12 mm nodule"
    assert microphone.blocks == ["“12” was not heard well: look at it"]
    microphone.reporting.confirm_numbers()
    assert microphone.blocks == []


def test_a_number_that_was_corrected_is_no_longer_asked_about(microphone: Microphone) -> None:
    """Who typed another number has looked; a part of a longer number is another number."""
    microphone.say("a twelve{0.4} millimeter nodule")
    ref = microphone.reporting.current
    assert ref is not None
    microphone.reporting.set_field(ref.section, ref.id, "A 8 mm nodule, 1.12 before, 12.5 later")
    assert microphone.blocks == []


def test_what_was_heard_badly_is_still_known_after_a_crash(microphone: Microphone) -> None:
    """The draft keeps the doubt with the word."""
    microphone.say("a twelve{0.4} millimeter nodule")
    body = microphone.reporting.draft_body()
    again = drafts.from_json(body).report
    assert any(each.doubts for _, each in again.fields)


def _asks(microphone: Microphone, spec: FieldSpec) -> None:
    report = microphone.reporting.report
    assert report is not None
    section = report.section(FINDINGS)
    assert section is not None
    microphone.reporting.report = report.with_section(evolve(section, fields=(ReportField(spec),)))
    microphone.reporting.go_to(FieldRef(FINDINGS, spec.id))


def test_a_number_field_takes_the_number_in_its_unit_or_says_what_it_asks_for(
    microphone: Microphone,
) -> None:
    """A finding in a number field would be dropped by every receiver."""
    _asks(microphone, FieldSpec("size", "Size", FieldKind.NUMBER, unit="mm"))
    microphone.say("one point two centimeters")
    assert microphone.findings == "Size: 12 mm"
    with pytest.raises(CommandError, match=r"Size \(mm\) asks for a number"):
        microphone.say("rather large")
    assert microphone.findings == "Size: 12 mm"


def test_a_pick_list_takes_one_of_its_words(microphone: Microphone) -> None:
    """What is no choice is not written beside the choices."""
    spec = FieldSpec("grade", "Grade", FieldKind.PICK_ONE, options=("None", "Mild", "Severe"))
    _asks(microphone, spec)
    microphone.say("Severe.")
    assert microphone.findings == "Grade: Severe"
    with pytest.raises(CommandError, match="None, Mild, Severe"):
        microphone.say("moderate")


def test_a_place_that_is_not_there_is_refused_with_those_that_are(microphone: Microphone) -> None:
    """Who says "go to lungs" in free text learns what there is."""
    with pytest.raises(CommandError, match="Findings, Impression"):
        microphone.reporting.go_to_named("lungs")


def test_a_failed_recording_says_why(microphone: Microphone) -> None:
    """The reason of the file comes to the reader."""

    class Broken(Tape):
        def heard(self, _file: Path, phrases: Sequence[str]) -> Sequence[SpeechEvent]:
            raise Refused("the recording is damaged")

    dictation = Dictation(microphone.reporting, Broken(), SPOKEN, microphone.desk.jobs)
    with pytest.raises(Refused, match="damaged"):
        dictation.play(Path("tape")).result()


def test_a_name_is_inserted_and_a_sentence_that_begins_alike_is_a_sentence(
    microphone: Microphone,
) -> None:
    """The first is a command; the words of the other must not be lost as a wrong one."""
    microphone.dictation.obey(
        {"insert …": "report.autotext", "insert measurement": "report.insert-measurement"},
        lambda line: microphone.sent.append(line),
        {"insert …": lambda: ("normal chest",)},
    )
    microphone.say("insert normal chest", "insert measurement", "insert of the tendon")

    assert microphone.sent == ['report.autotext "normal chest"', "report.insert-measurement"]
    assert "of the tendon" in microphone.findings
    assert "insert normal chest" in microphone.tape.phrases
    assert not any("findings" in phrase for phrase in microphone.tape.phrases)
