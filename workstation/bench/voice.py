"""Spoken commands and free dictation by the recogniser of the program, in synthetic voices."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pocketsphinx

from workstation.adapters.voice_commands import VoiceCommands, samples_of
from workstation.bench.figures import Figure
from workstation.errors import CommandError, Refused
from workstation.text import tr

COMMANDS: Final = (
    "next field", "previous field", "go to comparison", "go to technique", "save draft",
    "scratch that", "accept numbers", "sign report", "undo", "insert measurement",
)  # fmt: skip
#: None of these chose what takes a phrase for a command (`adapters/voice_commands.py`).
SENTENCES: Final = (
    "the trachea is midline", "there is a simple cyst in the upper pole of the right kidney",
    "the pancreas is unremarkable", "degenerative disc disease at several levels",
    "no suspicious calcifications", "the cardiac silhouette is enlarged",
    "trace fluid in the left hip joint", "the mastoid air cells are opacified",
    "normal flow is seen in both carotid arteries", "there are no enlarged lymph nodes",
)  # fmt: skip
#: Those that are counted by a test too, and the usual voice of espeak-ng.
VOICES: Final = ("flite awb", "flite kal16", "flite rms", "flite slt", "espeak-ng en-us+f2")


def voice() -> tuple[Figure, ...]:
    """Of each voice: commands heard, sentences taken for one, and the word error rate."""
    found: list[Figure] = []
    commands = VoiceCommands()
    with tempfile.TemporaryDirectory(prefix="workstation-bench-") as folder:
        file = Path(folder) / "said.wav"
        for each in (*VOICES, "espeak-ng en-us"):
            right = sum(_heard(commands, spoken(c, each, file)) == [c] for c in COMMANDS)
            false = sum(bool(_heard(commands, spoken(s, each, file))) for s in SENTENCES)
            wrong = sum(_errors(s.split(), _dictated(spoken(s, each, file))) for s in SENTENCES)
            words = sum(len(s.split()) for s in SENTENCES)
            found += [
                Figure(f"{each}: commands heard, of ten", right, "", "8"),
                Figure("sentences taken for a command, of ten", false, "", "0"),
                Figure("word error rate of free dictation", 100 * wrong / words, "%"),
            ]
    return tuple(found)


def spoken(text: str, name: str, file: Path) -> Path:
    """By flite or espeak-ng. Raises CommandError where it is not installed."""
    program, variant = name.split(" ", 1)
    found = shutil.which(program)
    if found is None:
        raise CommandError(tr("{program} is not installed", program=program))
    how = ["-t", text, "-voice", variant, "-o", str(file)]
    if program == "espeak-ng":  # as fast as one speaks to a machine; its own pace is 175 words
        how = ["-v", variant, "-s", "130", "-w", str(file), text]
    subprocess.run([found, *how], check=True)
    return file


def _heard(commands: VoiceCommands, file: Path) -> list[str]:
    try:
        return [event.text for event in commands.heard(file, COMMANDS)]
    except Refused:
        return []


def _dictated(file: Path) -> list[str]:
    """With the language model that comes with the recogniser: general English."""
    model = Path(pocketsphinx.get_model_path()) / "en-us"
    decoder = pocketsphinx.Decoder(
        hmm=str(model / "en-us"), lm=str(model / "en-us.lm.bin"),
        dict=str(model / "cmudict-en-us.dict"), loglevel="FATAL", cmn="batch",
    )  # fmt: skip
    decoder.start_utt()
    decoder.process_raw(samples_of(file), False, True)
    decoder.end_utt()
    return decoder.hyp().hypstr.split() if decoder.hyp() is not None else []


def _errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words wrong, lost and added (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for before, word in enumerate(said):
        above, row = row, [before + 1]
        for at, other in enumerate(heard):
            row.append(min(above[at] + (word != other), above[at + 1] + 1, row[at] + 1))
    return row[-1]
