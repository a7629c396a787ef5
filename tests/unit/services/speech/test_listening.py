"""The microphone's button: nothing that is said is cut, lost, or heard for another patient."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from attrs import evolve
from fakes_report import BIRCH, Desk, item

from workstation.domain.identifiers import StudyUID, TaskId
from workstation.domain.speech import Final, Partial, SpeechEvent, Word
from workstation.domain.worklist import ReadState
from workstation.errors import CommandError, Refused
from workstation.services.report.spoken_table import Spoken
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.listening import Listening
from workstation.services.speech.speech_ports import RATE, Tone
from workstation.settings import resource

SPOKEN = Spoken.read(resource("speech", "en.toml"))
#: 50 ms of sound, told apart by its samples.
BLOCK = RATE // 20


def sound(value: int, blocks: int = 1) -> bytes:
    return np.full(BLOCK * blocks, value, "<i2").tobytes()


class Device:
    """A microphone somebody speaks into; `refuses` is why it cannot be opened."""

    def __init__(self) -> None:
        self.refuses = ""
        self.opened = self.closed = 0
        self.tones: list[Tone] = []
        self.played: list[bytes] = []
        self.say: Callable[[bytes], None] = lambda _pcm: None
        self.unplug: Callable[[str], None] = lambda _why: None

    def open(self, heard: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        if self.refuses:
            raise Refused(self.refuses)
        self.opened += 1
        self.say, self.unplug = heard, lost

    def close(self) -> None:
        self.closed += 1
        self.say = lambda _pcm: None

    def sound(self, tone: Tone) -> None:
        self.tones.append(tone)

    def play(self, pcm: bytes) -> None:
        self.played.append(pcm)


class Ears:
    """A recogniser that answers what it is told to, and keeps the sound it was given."""

    name = "ears"
    dictates = True

    def __init__(self) -> None:
        self.pcm = b""
        self.next: list[SpeechEvent] = []
        self.last: list[SpeechEvent] = []
        self.begun: list[Sequence[str]] = []
        self.dies = ""

    def start(self, phrases: Sequence[str]) -> None:
        self.begun.append(phrases)
        self.pcm = b""

    def feed(self, pcm: bytes) -> Sequence[SpeechEvent]:
        if self.dies:
            raise Refused(self.dies)
        self.pcm += pcm
        told, self.next = self.next, []
        return told

    def finish(self) -> Sequence[SpeechEvent]:
        told, self.last = self.last, []
        return told


class Room:
    """A desk with a report open, a microphone and a recogniser."""

    def __init__(self) -> None:
        self.desk = Desk()
        self.reporting = self.desk.reporting
        self.device, self.ears = Device(), Ears()
        self.sent: list[str] = []
        self.told: list[str] = []
        dictation = Dictation(self.reporting, None, SPOKEN, self.desk.jobs)  # type: ignore[arg-type]
        dictation.told.connect(self.told.append)
        dictation.obey({"next field": "report.next-field"}, self.sent.append)
        self.dictation = dictation
        self.listening = Listening(
            dictation, self.reporting, self.ears, self.device, self.desk.jobs, idle_minutes=1
        )
        self.desk.start(template="free-text")
        self.reporting.go_to_named("findings")

    def hears(self, *words: str) -> None:
        """The recogniser makes these words of the next sound."""
        self.ears.next.append(Final(tuple(map(Word, words))))
        self.device.say(sound(1))

    def passes(self, seconds: float) -> None:
        self.desk.jobs.advance(seconds)

    @property
    def ear(self) -> str:
        return self.listening.ear.value

    @property
    def findings(self) -> str:
        report = self.reporting.report
        assert report is not None
        return " ".join(section.text for section in report.sections).strip()


@pytest.fixture
def room() -> Room:
    return Room()


def test_what_is_said_while_it_listens_is_written(room: Room) -> None:
    room.listening.start().result()
    room.hears("lungs", "clear", "period")
    assert room.findings == "Lungs clear."
    assert room.device.tones == [Tone.START]


def test_a_word_begun_before_the_button_is_whole(room: Room) -> None:
    """300 ms from before the button go to the recogniser; what is older does not."""
    room.listening.start()
    room.listening.stop()
    room.passes(1)
    for value in range(1, 21):  # one second, in 50 ms
        room.device.say(sound(value))
    room.listening.start()
    heard = np.frombuffer(room.ears.pcm, "<i2")
    assert list(dict.fromkeys(heard.tolist())) == [15, 16, 17, 18, 19, 20]


def test_a_word_that_ends_after_the_button_is_whole(room: Room) -> None:
    room.listening.start()
    room.listening.stop()
    room.device.say(sound(7))
    assert room.ears.pcm == sound(7)
    room.ears.last = [Final((Word("effusion"),))]
    room.passes(0.4)
    assert room.ear == "off"
    assert room.findings == "Effusion"
    assert room.device.tones == [Tone.START, Tone.STOP]


def test_sound_that_comes_while_the_models_load_is_kept(room: Room) -> None:
    """The first press of a shift waits for a model; the reader speaks at once."""
    jobs = room.desk.jobs
    jobs.hold()
    room.listening.start()
    room.device.opened = 1
    room.listening._heard(sound(3, blocks=20))  # as the device tells it
    assert room.ear == "opening"
    jobs.go()
    assert room.ear == "on"
    while jobs.waiting:
        jobs.go()
    assert room.ears.pcm == sound(3, blocks=20)


def test_the_same_button_ends_it_and_begins_it_anew(room: Room) -> None:
    room.listening.toggle()
    assert room.ear == "on"
    room.listening.toggle()
    room.listening.toggle()  # before the last third of a second is over
    assert room.ear == "on"
    assert len(room.ears.begun) == 2
    room.passes(1)
    assert room.ear == "on"


def test_a_command_is_done_and_not_written(room: Room) -> None:
    room.listening.start()
    room.hears("next", "field")
    assert room.sent == ["report.next-field"]
    assert room.findings == ""


def test_what_is_being_recognised_is_shown_and_no_part_of_the_text(room: Room) -> None:
    room.listening.start()
    room.ears.next = [Partial("small eff")]
    room.device.say(sound(1))
    assert room.dictation.partial == "small eff"
    assert room.findings == ""


def test_the_next_patient_ends_the_dictation_and_gets_none_of_its_words(room: Room) -> None:
    """What is still on its way was said for Alder; it is told, and written nowhere."""
    room.listening.start()
    room.ears.last = [Final((Word("fracture"),))]
    birch = item(patient=BIRCH, study=StudyUID("7.7"), task=TaskId("task-2"))
    room.desk.start(birch, template="free-text")
    assert room.ear == "off"
    assert room.findings == ""
    assert any("1 word was said for a case that is closed" in each for each in room.told)


def test_sound_between_two_patients_is_not_heard_for_the_next(room: Room) -> None:
    """The third of a second before the button may be of the last case: it goes with it."""
    room.listening.start()
    room.device.say(sound(5))
    room.desk.start(evolve(item(), patient=BIRCH, task=TaskId("task-2")), template="free-text")
    room.device.say(sound(6))
    room.listening.start()
    assert 5 not in np.frombuffer(room.ears.pcm, "<i2")


def test_silence_ends_a_dictation_that_was_forgotten(room: Room) -> None:
    room.listening.start()
    room.passes(50)
    room.hears("clear")
    room.passes(50)
    assert room.ear == "on"
    room.passes(15)
    assert room.ear == "off"


def test_a_lost_microphone_keeps_the_last_words_and_says_so(room: Room) -> None:
    room.listening.start()
    room.ears.last = [Final((Word("clear"),))]
    room.device.unplug("unplugged")
    assert room.findings == "Clear"
    assert "Microphone lost (unplugged)" in room.listening.trouble
    assert room.device.tones[-1] is Tone.LOST
    room.listening.start()
    assert (room.listening.trouble, room.device.opened) == ("", 2)


def test_where_there_is_no_microphone_the_reader_is_told_and_nothing_hangs(room: Room) -> None:
    room.device.refuses = "there is no microphone"
    job = room.listening.start()
    assert isinstance(job.error, Refused)
    assert room.ear == "off"
    assert room.listening.trouble == "there is no microphone"


def test_a_recogniser_that_dies_ends_the_dictation_with_its_reason(room: Room) -> None:
    room.listening.start()
    room.ears.dies = "the recogniser does not answer"
    room.device.say(sound(1))
    assert room.ear == "off"
    assert room.listening.trouble == "the recogniser does not answer"


def test_a_report_that_cannot_be_written_cannot_be_dictated(room: Room) -> None:
    room.reporting.make_read_only("claimed by K. Ash")
    with pytest.raises(CommandError, match="claimed by K"):
        room.listening.start()
    assert room.device.opened == 0


def test_behind_the_lock_nothing_listens_and_the_microphone_is_closed(room: Room) -> None:
    room.listening.start()
    room.listening.mute()
    assert room.ear == "off"
    assert room.device.closed == 1


def test_the_microphone_closes_a_while_after_the_last_dictation(room: Room) -> None:
    """Its own lamp goes out: a reader must not wonder what is heard."""
    room.listening.start()
    room.listening.stop()
    room.passes(30)
    assert room.device.closed == 0
    room.passes(40)
    assert room.device.closed == 1


def test_the_meter_shows_silence_and_full_scale(room: Room) -> None:
    """-60 dB and less is 0, full scale is 1, -30 dB the middle."""
    room.listening.start()
    room.device.say(sound(0))
    assert room.listening.level == 0.0
    room.device.say(sound(32767))
    assert room.listening.level == pytest.approx(1.0, abs=1e-3)
    room.device.say(sound(round(32768 * 10 ** (-30 / 20))))
    assert room.listening.level == pytest.approx(0.5, abs=1e-3)


# --- heard again ----------------------------------------------------------------------


def test_what_was_said_is_heard_again_as_it_was_said(room: Room) -> None:
    """R47: a number that was not heard well is listened to, before it is signed."""
    room.listening.start()
    room.device.say(sound(7))
    room.hears("twelve")
    room.device.say(sound(8))
    room.hears("thirteen")
    room.listening.replay()
    room.listening.replay(2)
    assert room.device.played == [sound(8) + sound(1), sound(7) + sound(1)]


def test_nobody_hears_himself_dictated(room: Room) -> None:
    """The loudspeaker is as good a speaker as any."""
    room.listening.start()
    room.hears("twelve")
    room.listening.replay()
    room.passes(1)
    assert room.ear == "off"


def test_what_was_said_is_erased_with_the_signature_and_with_the_case(room: Room) -> None:
    """A voice is a patient's name too."""
    room.listening.start()
    room.hears("twelve")
    room.reporting.close()
    with pytest.raises(CommandError, match="nothing was said"):
        room.listening.replay()

    room.desk.start(template="free-text")
    room.listening.start()
    room.hears("thirteen")
    room.listening.replay()
    assert room.reporting.item is not None
    room.reporting.item = evolve(room.reporting.item, state=ReadState.FINAL)
    room.reporting.changed.emit(None)
    with pytest.raises(CommandError, match="nothing was said"):
        room.listening.replay()
