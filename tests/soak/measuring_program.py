"""The whole program, windows and all, in which a reader marks images until it is killed.

`python measuring_program.py SETTINGS USER PASSWORD FOLDER SEED END` is run by
test_measuring_kills beside a demo platform. Command lines go through the door of scripts.
What is written down is that of measuring_child.
"""

import sys
import time
from pathlib import Path
from typing import Final

from attrs import evolve
from measuring_child import Hand, said_of
from PySide6.QtCore import QEventLoop
from signing_child import FileSecrets

from workstation import app, settings
from workstation.adapters.store import open_store
from workstation.domain.key_image import KeyTitle
from workstation.domain.measurement import MeasurementKind
from workstation.errors import WorkstationError
from workstation.services.ports.hosting import Credentials
from workstation.ui.application import Application
from workstation.ui.program import Program

#: Of two patients.
ACCESSIONS: Final = ("MARK-26-1", "MARK-26-2")
PATIENCE_S: Final = 60.0
#: Images of both are at least as large, and at least as many.
SIDE, IMAGES = 28, 5


class Reader:
    def __init__(self, application: Application, program: Program, seed: int) -> None:
        self._application, self._program = application, program
        self._hand = Hand(seed, SIDE)
        self._viewer = program.context.viewer
        self._case = ""

    def read(self) -> None:
        """For ever, from one case to the other."""
        while True:
            for accession in ACCESSIONS:
                self.open(accession)
                for _ in range(self._hand.dice.randint(8, 25)):
                    self._act()
                    self.turn(0.05)

    def open(self, accession: str) -> None:
        self._case = accession
        self.must(f"case.open {accession}")
        self.must("wait loaded")
        self.turn(0.3)  # what is sealed here has been looked for
        self._tell("opened")

    def must(self, line: str) -> None:
        job, end = self._program.send(line), time.monotonic() + PATIENCE_S
        while job is not None and not job.done:
            assert time.monotonic() < end, line
            self.turn(0.01)
        if job is not None:
            job.result()

    def turn(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._application.qt.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 10)
            said_of("alive")
            time.sleep(0.005)

    def _act(self) -> None:
        what = self._hand.what()
        names = [mark.id for mark in self._viewer.measurements]
        try:
            self.must(f"viewport.go {self._hand.dice.randint(1, IMAGES)}")
            for line in self._lines(what, names):
                self.must(line)
        except WorkstationError:
            what = "refused"
        self._tell(what)

    def _lines(self, what: str, names: list[str]) -> list[str]:
        hand = self._hand
        if what == "add":
            kind = hand.dice.choice(list(MeasurementKind))
            words = hand.words() if kind in (MeasurementKind.ARROW, MeasurementKind.TEXT) else ""
            return [f"tool.{kind} {self._numbers(kind)} {words}"]
        if what == "key":
            return [f"image.key {hand.dice.choice(list(KeyTitle))}"]
        if what in ("undo", "redo"):
            return [f"measurement.{what}"]
        if not names:
            return []
        name = hand.dice.choice(names)
        kind = self._viewer.marks.find(name).kind
        after = {"move": f" {self._numbers(kind)}", "label": f" {hand.words()}"}
        return [f"measurement.go {name}", f"measurement.{what} {name}{after.get(what, '')}"]

    def _numbers(self, kind: MeasurementKind) -> str:
        return " ".join(f"{part:.3f}" for point in self._hand.points(kind) for part in point)

    def _tell(self, what: str) -> None:
        said_of(what, self._case, self._viewer)


def main(file: str, user: str, password: str, folder: str, seed: str, end: str) -> None:
    application = Application()
    chosen = settings.load(Path(file))
    outer = app.Outer.of(chosen)
    secrets = FileSecrets(Path(folder) / "secrets.json")  # as a keyring keeps them
    outer = evolve(outer, secrets=secrets, opened=open_store(Path(folder) / "store", secrets))
    program = app.build(chosen, application, outer)
    program.present()
    reader = Reader(application, program, int(seed))
    signed_in = program.sign_in(Credentials(user, password))
    while not signed_in.done:
        reader.turn(0.01)
    signed_in.result()
    if end == "killed":
        reader.read()
    for accession in ACCESSIONS:
        reader.open(accession)
    program.close()
    outer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
