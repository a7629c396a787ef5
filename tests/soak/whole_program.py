"""The whole program, windows and all, with a reader in it until it is killed.

Run by a test of kills beside a demo platform as `python SOME_program.py SETTINGS USER PASSWORD
FOLDER SEED END`. What is written down is that of `lives`.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import evolve
from lives import said_of
from PySide6.QtCore import QEventLoop
from signing_child import FileSecrets

from workstation import settings
from workstation.adapters.store import open_store
from workstation.app.outer import Outer
from workstation.app.windows import build
from workstation.errors import Refused
from workstation.services.ports.hosting import Credentials
from workstation.ui.application import Application
from workstation.ui.program import Program

#: Of two patients.
ACCESSIONS: Final = ("MARK-26-1", "MARK-26-2")
PATIENCE_S: Final = 60.0


class ProgramReader:
    """Somebody at the windows; who it is says what they do, and what stands there then."""

    def __init__(self, application: Application, program: Program, seed: int) -> None:
        self.program, self.seed, self.case = program, seed, ""
        self._application = application

    def read(self) -> None:
        """For ever, from one case to the other."""
        while True:
            for accession in ACCESSIONS:
                self.open(accession)
                self.work()

    def work(self) -> None:
        """Something in the open case."""
        raise NotImplementedError

    def tell(self, what: str) -> None:
        """How everything stands."""
        raise NotImplementedError

    def open(self, accession: str) -> None:
        self.case = accession
        self.must(f"case.open {accession}")
        self.must("wait loaded")
        self.turn(0.3)  # what is sealed here has been looked for
        self.tell("opened")

    def must(self, line: str) -> None:
        job, end = self.program.send(line), time.monotonic() + PATIENCE_S
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


def live(
    of: Callable[[Application, Program, int], ProgramReader],
    file: str, user: str, password: str, folder: str, seed: str, end: str,
) -> None:  # fmt: skip
    """One life, to its end where nobody kills it."""
    application = Application()
    chosen = settings.load(Path(file))
    outer = Outer.of(chosen)
    secrets = FileSecrets(Path(folder) / "secrets.json")  # as a keyring keeps them
    outer = evolve(outer, secrets=secrets, opened=open_store(Path(folder) / "store", secrets))
    program = build(chosen, application, outer)
    program.present()
    reader = of(application, program, int(seed))
    signed_in = program.sign_in(Credentials(user, password))
    while not signed_in.done:
        reader.turn(0.01)
    signed_in.result()
    if end == "killed":
        reader.read()
    for accession in ACCESSIONS:
        try:
            reader.open(accession)
        except Refused:  # without the privilege of its modality
            said_of("refused")
        else:
            if end == "leaving":
                reader.must("case.release")
    program.close()
    outer.close()


def main(of: Callable[[Application, Program, int], ProgramReader]) -> None:
    live(of, *sys.argv[1:])
