"""The whole program, windows and all, in which a reader marks images until it is killed.

Run by test_measuring_kills; command lines go through the door of scripts.
"""

from typing import Final

import whole_program
from lives import said_of
from measuring_child import DRAWN, Hand, marks_of

from workstation.domain.key_image import KeyTitle
from workstation.domain.measurement import MeasurementKind
from workstation.errors import WorkstationError
from workstation.ui.application import Application
from workstation.ui.program import Program

#: Images of both studies are at least as large, and at least as many.
SIDE, IMAGES = 28, 5
_PAUSE_S: Final = 0.05


class Marker(whole_program.ProgramReader):
    def __init__(self, application: Application, program: Program, seed: int) -> None:
        super().__init__(application, program, seed)
        self._hand = Hand(seed, SIDE)
        self._viewer = program.context.viewer

    def work(self) -> None:
        for _ in range(self._hand.dice.randint(8, 25)):
            self._act()
            self.turn(_PAUSE_S)

    def _act(self) -> None:
        what = self._hand.what()
        names = [mark.id for mark in self._viewer.measurements]
        try:
            self.must(f"viewport.go {self._hand.dice.randint(1, IMAGES)}")
            for line in self._lines(what, names):
                self.must(line)
        except WorkstationError:
            what = "refused"
        self.tell(what)

    def _lines(self, what: str, names: list[str]) -> list[str]:
        hand = self._hand
        if what == "add":
            kind = hand.dice.choice(DRAWN)
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

    def tell(self, what: str) -> None:
        said_of(what, self.case, marks_of(self._viewer))


if __name__ == "__main__":
    whole_program.main(Marker)
