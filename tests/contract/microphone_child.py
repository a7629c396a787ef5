"""A program with a microphone, in a process of its own: says what it hears, line by line."""

import sys
import time

from workstation.adapters.microphone import SystemMicrophone
from workstation.adapters.voice_commands import VoiceCommands
from workstation.errors import Refused
from workstation.services.speech.speech_ports import Tone

microphone, ears = SystemMicrophone(sys.argv[1]), VoiceCommands()


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


blocks: list[bytes] = []
lost: list[str] = []
try:
    microphone.open(blocks.append, lost.append)
except Refused as error:
    say("refused", error)
    raise SystemExit(0) from None
microphone.sound(Tone.START)
say("open")
ears.start(("next field", "save draft"))
until = time.monotonic() + 60
while not lost and time.monotonic() < until:
    time.sleep(0.02)
    taken, blocks[:] = b"".join(blocks), []
    for event in ears.feed(taken) if taken else ():
        say("heard", event.text)
say("lost", *lost)
microphone.close()
