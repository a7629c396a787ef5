"""Every command, with plausible and with senseless words, in one kind of display set.

`python walking.py SETTINGS USER PASSWORD KIND FOLDER` is run by test_walk.py in a process of
its own. Lines go through the door of scripts (`Program.send`). Prints what went wrong, one
line each; nothing is printed where every command either acted or refused in a sentence.
"""

import json
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from attrs import evolve
from PySide6.QtWidgets import QApplication, QFileDialog

from workstation import settings
from workstation.adapters.local_frames import LocalFrames
from workstation.app.outer import Outer
from workstation.app.windows import build
from workstation.commands import catalogue
from workstation.commands.registry import Argument, Command
from workstation.errors import WorkstationError
from workstation.services.jobs import Job
from workstation.services.lines import quoted
from workstation.services.ports.hosting import Credentials
from workstation.services.reading.snapshot import snapshot
from workstation.ui import dialogs
from workstation.ui.application import Application
from workstation.ui.palette import Palette
from workstation.ui.program import Program

CASE, LIST = "case", "list"  # walked with a case and its report open, and on the list
ACCESSION, CASE_ACCESSION = "HG-26-118204", "WALK-26-1"
#: Walked on the list alone: they change what the walk is about.
OF_LIST: Final = ("case.", "file.")
NEVER: Final = {"quit"}  # the last line of the walk
#: After these nothing of a case is on the screen.
LAST: Final = {"app.lock", "app.sign-out"}
#: What a case has and files have not; the words for the rest are walked on files.
OF_READING: Final = ("report.", "measurement", "image.")
#: They do the same whatever is on the view, so that one walk of them is enough.
OF_PROGRAM: Final = (
    "app.", "worklist.", "outbox.", "audit.", "wait", "capture", "state", "gallery",
    "report.sign", "report.preliminary", "report.addend", "measurements.send",
)  # fmt: skip
#: What asks the reader something is answered after so long: they leave it.
THINKING_S: Final = 0.3
#: Patience that is given in words, so that the walk need not have it.
WAITS: Final = "wait"

#: What a reader might well write, by the name of the argument; else by its type.
PLAUSIBLE: Final = {
    "points": (
        "5 5", "10 10 20 20", "10 10 20 20 30 10", "10 10 20 20 10 20 20 10",
        "5 5 30 5 30 30 5 30", "5 5 note of mine",
    ),
    "preset": ("1", "3", "default", "40/400", "lung"),
    "layout": ("1x1", "1x2", "2x2", "3x4"),
    "section": ("findings", "Impression"),
    "text": ("Nothing new.", "the patient's left"),
    "seconds": ("0.01",),
    "accession": ("", ACCESSION),
    "n": ("1", "2", "first", "last"),
    "factor": ("1.25", "0.8"),
}  # fmt: skip
USUAL: Final = {int: ("1", "2", "-1"), float: ("1.5", "12"), str: ("", "A1")}
#: What nobody means.
SENSELESS: Final = {
    int: ("0", "-999999999", "999999999", "1.5", "٣", "x"),
    float: ("0", "-1", "nan", "inf", "1e300", "1e-300", "x"),
    str: (
        "…", "'", "a'b\"c", "0x0", "99x99", "9x9", "1/0", "0/0", "nan/nan", "1e9/1e-9", "-1", "0",
        "1 2 3", "nan nan 1 1", "1e300 1e300 -1e300 -1e300", "-9 -9 -5 -5", "7 7 7 7",
        "3 3 3 3 3 3 3 3", "../../etc/passwd", "{0} %s", "\u202e\u0000x", "nodule " * 400,
    ),
}  # fmt: skip


def lines(command: Command, folder: Path) -> Iterator[str]:
    """The command by itself, then each argument in turn with everything that may stand there."""
    takes = command.arguments
    yield command.id
    for at, argument in enumerate(takes):
        before = [first(each, folder) for each in takes[:at]]
        after = [first(each, folder) for each in takes[at + 1 :] if each.required]
        for word in (*plausible(argument, folder), *senseless(argument)):
            tail = word if command.rest and at == len(takes) - 1 else quoted(word)
            if command.id == WAITS and at == 0:
                tail = f"{tail} 0.01"
            yield " ".join((command.id, *map(quoted, before), tail, *map(quoted, after)))
    yield f"{command.id} one two three four five six seven eight nine"


def plausible(argument: Argument, folder: Path) -> tuple[str, ...]:
    if argument.name in ("file", "path"):
        return str(folder / "written"), str(folder)
    return argument.choices or PLAUSIBLE.get(argument.name) or USUAL[argument.kind]


def senseless(argument: Argument) -> tuple[str, ...]:
    if argument.name in ("file", "path"):
        return "/nowhere/at/all", "\u0000"
    return SENSELESS.get(argument.kind, SENSELESS[str])


def first(argument: Argument, folder: Path) -> str:
    return plausible(argument, folder)[0] or "A1"


class Gate(LocalFrames):
    """Files whose images are held back until the gate opens."""

    def __init__(self, inner: LocalFrames, opened: threading.Event) -> None:
        self.__dict__.update(inner.__dict__)
        self._gate = opened

    def frame(self, *args: Any, **how: Any) -> Any:
        self._gate.wait(100)
        return super().frame(*args, **how)

    def frames(self, *args: Any, **how: Any) -> Any:
        self._gate.wait(100)
        return super().frames(*args, **how)


class Walker:
    def __init__(self, application: Application, program: Program, folder: Path) -> None:
        self._application, self._program, self._folder = application, program, folder
        self.wrong: dict[str, str] = {}  # what went wrong: the line it was seen with first
        self.sent = 0
        self._line = ""
        sys.excepthook = lambda kind, error, _trace: self.blame(error)
        application.bug = self.blame  # type: ignore[method-assign]

    def blame(self, error: object) -> None:
        words = f"{type(error).__name__}: {error}" if isinstance(error, Exception) else str(error)
        self.wrong.setdefault(words[-300:], self._line[:120])

    def until(self, holds: Callable[[], bool], seconds: float = 60.0) -> bool:
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                return False
            self._application.turn()
        return True

    def must(self, line: str) -> None:
        job = self._program.send(line)
        assert self.until(lambda: job is None or job.done), line
        if job is not None:
            job.result()

    def send(self, line: str) -> None:
        """One line: it acts, or it refuses in a sentence."""
        self._line, self.sent = line, self.sent + 1
        try:
            job = self._program.send(line)
            if job is not None and not self._ended(job):
                self.blame("did not end")
            if job is not None and job.error is not None:
                raise job.error
        except WorkstationError as refusal:
            if len(str(refusal).split()) < 2:
                self.blame(f"refused without a sentence: {refusal!r}")
        except Exception as error:  # noqa: BLE001 - that is what the walk looks for
            self.blame(error)
        self._close_what_opened()
        self._look()

    def _ended(self, job: Job[Any]) -> bool:
        """Some wait for the reader: a signature is asked for over the whole window."""
        for _ in range(int(20 / THINKING_S)):
            if self.until(lambda: job.done, THINKING_S):
                return True
            self._close_what_opened()
        return False

    def _close_what_opened(self) -> None:
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        for window in QApplication.topLevelWidgets():
            if isinstance(window, QFileDialog):
                window.reject()
            for palette in window.findChildren(Palette):
                if palette.isVisible():
                    palette.close_palette()
            dialog = dialogs.current(window)
            if dialog is not None:
                dialog.back()

    def _look(self) -> None:
        """Everything is painted, and what is shown can be told and makes sense."""
        self._application.qt.processEvents()
        context = self._program.context
        viewer = context.viewer
        try:
            told = snapshot(
                context.worklist, context.session, viewer, context.reporting,
                context.deliveries, context.windows.hidden_rows, context.windows.notices,
            )  # fmt: skip
            json.dumps(told, allow_nan=False)
            assert 0 <= viewer.active < len(viewer.viewports), "no active view"
            for index, state in enumerate(viewer.viewports):
                shown = viewer.shown(index)
                assert 0 < state.zoom < math.inf, f"zoom {state.zoom}"
                assert all(map(math.isfinite, state.pan)), f"pan {state.pan}"
                if shown is not None:
                    assert 0 <= state.frame_index < len(shown.display_set.frames), "no such frame"
                    assert shown.voi is None or shown.voi.width > 0, f"window {shown.voi}"
            names = [mark.id for mark in viewer.measurements]
            assert len(names) == len(set(names)), "two measurements of one name"
        except Exception as error:  # noqa: BLE001
            self.blame(error)

    def walk(self, commands: list[Command]) -> None:
        for command in commands:
            for line in lines(command, self._folder):
                self.send(line)

    def walk_case(self, commands: list[Command]) -> None:
        """On everything that the case has: each command once, with what is meant by it."""
        viewer = self._program.context.viewer
        of_view = [each for each in commands if not each.id.startswith(OF_PROGRAM)]
        for shown in [each for s in viewer.studies for each in viewer.display_sets(s.ref)]:
            for command in of_view:
                viewer.show_set(shown.id)
                self._send_meant(command)
        for command in commands:
            if command not in of_view:
                self._send_meant(command)

    def _send_meant(self, command: Command) -> None:
        words = (first(each, self._folder) for each in command.arguments)
        self.send(" ".join((command.id, *words)))


def chosen(kind: str) -> list[Command]:
    of_list = [each for each in catalogue.COMMANDS if each.id.startswith(OF_LIST)]
    if kind == LIST:
        return of_list
    rest = [each for each in catalogue.COMMANDS if each not in of_list and each.id not in NEVER]
    return sorted(rest, key=lambda each: each.id in LAST)


def enter(walker: Walker, kind: str, folder: Path, opened: threading.Event) -> None:
    if kind == LIST:
        return
    if kind == CASE:
        walker.must(f"case.open {CASE_ACCESSION}")
    elif kind != "empty":
        walker.must(f"file.open {quoted(str(folder))}")
    if kind == "not-here":
        return
    opened.set()
    if kind == CASE:
        walker.must("wait loaded")
        walker.must("report.template free-text")
    elif kind not in ("empty", "refused"):
        walker.must("wait loaded")


def main(file: str, user: str, password: str, kind: str, folder: str) -> int:
    application = Application()
    outer = Outer.of(chosen_settings := settings.load(Path(file)))
    opened = threading.Event()
    outer = evolve(outer, files=Gate(outer.files, opened))
    program = build(chosen_settings, application, outer)
    walker = Walker(application, program, Path(folder).parent)
    program.present()
    for window in QApplication.topLevelWidgets():
        window.resize(1024, 640)
    signed_in = program.sign_in(Credentials(user, password))
    walker.until(lambda: signed_in.done)
    if kind != "not-here":
        opened.set()
    enter(walker, kind, Path(folder), opened)
    if kind == CASE:
        walker.walk_case([each for each in chosen(kind) if each.id not in LAST])
    walker.walk([each for each in chosen(kind) if kind != CASE or each.id.startswith(OF_READING)])
    opened.set()
    walker.send("quit")
    program.close()
    outer.close()
    told = [f"{line}: {words}" for words, line in walker.wrong.items()]
    sys.stdout.write("\n".join([*told, f"{walker.sent} lines"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
