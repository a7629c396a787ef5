"""Live dictation: the microphone's button, what was said before it, and for whom it was said.

Home thread. A dictation belongs to the report that was open when it was begun; the lock of
the desk, another case and a signature end it. Sound is in memory alone; what was said can be
heard again until the report is signed (`said_sound`).
"""

from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from workstation.domain.report import Binding
from workstation.domain.speech import Final as Utterance
from workstation.domain.speech import SpeechEvent
from workstation.errors import CommandError, WorkstationError
from workstation.services.jobs import Job, Jobs
from workstation.services.report.reporting import Reporting
from workstation.services.signal import Signal
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.said_sound import SaidSound
from workstation.services.speech.speech_ports import RATE, Microphone, Recogniser, Tone
from workstation.text import tr

_LANE: Final = "speech"
#: What is heard again takes as long as it took to say.
_REPLAY_LANE: Final = "speech-replay"
#: A word begun before the button and one that ends after it are whole (research R44).
_PRE_ROLL_BYTES: Final = round(0.3 * RATE) * 2
_POST_ROLL_S: Final = 0.3
#: The microphone stays open for the next case, whose first word would be cut else.
_REST_S: Final = 60.0
#: What the level meter calls silence, dB below full scale.
_QUIETEST: Final = -60.0


class Ear(StrEnum):
    """What becomes of what is said now."""

    OFF = "off"
    OPENING = "opening"
    ON = "on"


class Listening:
    """Owned by the application. `idle_minutes` without a word end a dictation."""

    def __init__(
        self,
        dictation: Dictation,
        reporting: Reporting,
        recogniser: Recogniser,
        microphone: Microphone,
        jobs: Jobs,
        *,
        tones: bool = True,
        idle_minutes: float = 3.0,
    ) -> None:
        self.changed: Signal[None] = Signal()
        self.ear = Ear.OFF
        self.level = 0.0  # 0 silence to 1 full scale, of the last sound
        self.trouble = ""  # why it does not hear, until it does again
        self._dictation, self._reporting = dictation, reporting
        self._recogniser, self._microphone, self._jobs = recogniser, microphone, jobs
        self._tones, self._idle_s = tones, idle_minutes * 60
        self._bound: Binding | None = None
        self._open = False
        self._before: deque[bytes] = deque()
        self._events: deque[tuple[SpeechEvent, Binding]] = deque()
        self._obeying = False
        self._forget_idle: Callable[[], None] = _nothing
        self._forget_rest: Callable[[], None] = _nothing
        self._forget_end: Callable[[], None] = _nothing
        self._said = SaidSound(reporting)
        reporting.changed.connect(lambda _: self._follow_report())

    @property
    def recogniser(self) -> str:
        return self._recogniser.name

    @property
    def dictates(self) -> bool:
        """Whether what is said is written; else commands alone are known."""
        return self._recogniser.dictates

    def toggle(self) -> Job[None] | None:
        """The button of those who do not hold it."""
        if self.ear is not Ear.OFF and self._forget_end is _nothing:
            self.stop()
            return None
        return self.start()

    def start(self) -> Job[None]:
        """Listen for the open report. Raises CommandError where none can be written."""
        done: Job[None] = Job()
        if self.ear is not Ear.OFF and self._forget_end is _nothing:
            done.settle(None)
            return done
        bound = self._writable()
        self._end()  # of the last one, in its last third of a second
        self._bound, self.ear, self.trouble = bound, Ear.OPENING, ""
        self._forget_rest()
        phrases = self._dictation.vocabulary()

        def begin() -> None:
            self._recogniser.start(phrases)
            if not self._open:
                self._microphone.open(
                    lambda pcm: self._jobs.bring_home(lambda: self._heard(pcm)),
                    lambda why: self._jobs.bring_home(lambda: self._lost(why)),
                )
                self._open = True

        def begun(job: Job[None]) -> None:
            if isinstance(job.error, WorkstationError):
                self._fail(str(job.error))
            elif job.error is None and self.ear is Ear.OPENING:
                self.ear = Ear.ON
                self._sound(Tone.START)
                self._feed_what_was_before()
                self._count_idle()
                self.changed.emit(None)
            done.settle(None, job.error)

        self._jobs.run(begin, lane=_LANE).then(begun)
        self.changed.emit(None)
        return done

    def stop(self) -> None:
        """The button is let go: a word that is being said is still heard to its end."""
        if self.ear is Ear.OFF or self._forget_end is not _nothing:
            return
        self._sound(Tone.STOP)
        self._forget_end = self._jobs.later(_POST_ROLL_S, self._end)

    def replay(self, back: int = 1) -> Job[None]:
        """Hear the last utterance again, or one before it; a dictation ends.

        Raises CommandError where nothing was said for this report.
        """
        pcm = self._said.utterance(back)
        self.stop()
        return self._jobs.run(lambda: self._microphone.play(pcm), lane=_REPLAY_LANE)

    def mute(self) -> None:
        """At once, and the microphone is closed: the desk is locked, the reader leaves."""
        self._end()
        self._rest()

    # --- sound ------------------------------------------------------------------------

    def _heard(self, pcm: bytes) -> None:
        self._before.append(pcm)
        if self.ear is Ear.ON:
            self._feed_what_was_before()
            self._show_level(pcm)
        elif self.ear is Ear.OFF:
            while sum(map(len, self._before)) - len(self._before[0]) >= _PRE_ROLL_BYTES:
                self._before.popleft()

    def _feed_what_was_before(self) -> None:
        pcm, bound = b"".join(self._before), self._bound
        self._before.clear()
        if pcm and bound is not None:
            job = self._jobs.run(lambda: self._recogniser.feed(pcm), lane=_LANE)
            job.then(lambda done: self._recognised(done, bound, pcm))

    def _show_level(self, pcm: bytes) -> None:
        samples = np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32) / 32768
        power = float(np.mean(samples * samples)) if samples.size else 0.0
        decibel = 10 * np.log10(max(power, 1e-12))
        self.level = float(np.clip(1 - decibel / _QUIETEST, 0.0, 1.0))
        self.changed.emit(None)

    def _lost(self, why: str) -> None:
        """The device went. What was heard is kept; the next press tries again."""
        self._open = False
        self._end()
        self._before.clear()
        self._sound(Tone.LOST)
        self._fail(tr("Microphone lost ({why}). The last words are kept: plug in or type", why=why))

    def _fail(self, why: str) -> None:
        self.trouble = why
        if self.ear is Ear.OPENING:
            self.ear, self._bound = Ear.OFF, None
        self.changed.emit(None)

    def _end(self) -> None:
        """What is left is heard to its end; nothing new is taken."""
        self._forget_end()
        self._forget_idle()
        self._forget_end = self._forget_idle = _nothing
        bound = self._bound
        if bound is None:
            return
        self._feed_what_was_before()
        self.ear, self._bound, self.level = Ear.OFF, None, 0.0
        job = self._jobs.run(self._recogniser.finish, lane=_LANE)
        job.then(lambda done: self._recognised(done, bound, b""))
        self._forget_rest = self._jobs.later(_REST_S, self._rest)
        self.changed.emit(None)

    def _rest(self) -> None:
        """Nobody dictated for a while: the microphone's own lamp goes out."""
        self._forget_rest()
        self._forget_rest = _nothing
        if self._open and self.ear is Ear.OFF:
            self._open = False
            self._before.clear()
            self._jobs.run(self._microphone.close, lane=_LANE)

    # --- words ------------------------------------------------------------------------

    def _recognised(self, job: Job[Sequence[SpeechEvent]], bound: Binding, pcm: bytes) -> None:
        if job.error is not None:
            self.ear, self._bound = Ear.OFF, None
            self._fail(str(job.error) if isinstance(job.error, WorkstationError) else "")
            return
        found = job.result()
        self._said.fed(pcm, bound)
        if any(isinstance(event, Utterance) for event in found):
            self._said.ended()
            self._count_idle()
        self._events.extend((event, bound) for event in found)
        self._obey()

    def _obey(self) -> None:
        """One event after the other, each behind the command before it."""
        while self._events and not self._obeying:
            event, bound = self._events.popleft()
            try:
                job = self._dictation.hear(event, bound)
            except WorkstationError as error:
                self._dictation.told.emit(str(error))
                continue
            if job is not None:
                self._obeying = True
                job.then(self._obeyed)

    def _obeyed(self, job: Job[None]) -> None:
        self._obeying = False
        if isinstance(job.error, WorkstationError):
            self._dictation.told.emit(str(job.error))
        self._obey()

    # --- what ends it -----------------------------------------------------------------

    def _writable(self) -> Binding:
        reporting = self._reporting
        if reporting.report is None:
            raise CommandError(tr("no report is open"))
        if reporting.settled:
            raise CommandError(tr("this report is signed; a correction is an addendum"))
        if reporting.read_only:
            raise CommandError(reporting.read_only)
        return reporting.report.binding

    def _follow_report(self) -> None:
        if self._bound is None:
            return
        report = self._reporting.report
        if report is None or report.binding != self._bound or self._reporting.settled:
            self._end()

    def _count_idle(self) -> None:
        self._forget_idle()
        self._forget_idle = _nothing
        if self._bound is not None and self._idle_s:
            self._forget_idle = self._jobs.later(self._idle_s, self._end)

    def _sound(self, tone: Tone) -> None:
        if self._tones:
            self._jobs.run(lambda: self._microphone.sound(tone), lane=_LANE)


def _nothing() -> None:
    """There is nothing to forget."""
