"""A workstation without windows in which a reader marks images until it is killed.

Run as a child by test_measuring_kills. Every mark that is made, moved, worded, deleted, undone
or picked out is written down as it stands on the screen, before anything else can happen; so
is what is there when a case is opened.
"""

import random
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from fakes_report import SITE, binding_of
from fakes_viewer import build
from lives import CASES, Case, Life, said_of

from workstation.domain.identifiers import StudyRef
from workstation.domain.key_image import KeyTitle
from workstation.domain.measurement import POINTS, MeasurementKind, PixelPoint
from workstation.errors import WorkstationError
from workstation.services.reading.desk import Desk
from workstation.services.screen import drafted_key_images, drafted_measurements
from workstation.services.viewer.viewer import Viewer

#: Between two things that a hand does.
PAUSE_S: Final = 0.02
#: What is made of points; a segment is made of voxels.
DRAWN: Final = tuple(kind for kind in MeasurementKind if POINTS[kind][1])


class Hand:
    """What a reader does next, by chance; `side` is how far points lie from the corner."""

    def __init__(self, seed: int, side: float) -> None:
        self.dice, self._side = random.Random(seed), side

    def what(self) -> str:
        return self.dice.choice(
            [
                "add",
                "add",
                "add",
                "move",
                "label",
                "delete",
                "delete",
                "undo",
                "redo",
                "key",
                "copy",
            ]
        )

    def points(self, kind: MeasurementKind) -> tuple[PixelPoint, ...]:
        least, most = POINTS[kind]
        count = self.dice.randint(least, min(most, 12))
        return tuple((self._part(), self._part()) for _ in range(count))

    def _part(self) -> float:
        return self.dice.uniform(0, self._side)

    def words(self) -> str:
        return self.dice.choice(["nodule", "Rundherd", "結節", "left"])


def marks_of(viewer: Viewer) -> dict[str, Any]:
    """Measurements and key images, as a draft holds them."""
    return {
        "measurements": [drafted_measurements.to_plain(m) for m in viewer.measurements],
        "keys": [drafted_key_images.to_plain(key) for key in viewer.key_images],
    }


class Child(Life):
    def __init__(self, folder: Path, mood: str, seed: int) -> None:
        super().__init__(folder, mood)
        self._hand = Hand(seed, 63)
        self._viewer, self._loader = build()
        loader: Any = self._loader
        self._desk = Desk(self._viewer, loader, self._reporting)
        self._case = CASES[0]

    def read(self) -> None:
        """For ever, from one case to the other."""
        while True:
            for case in CASES:
                self._open(case)
                for _ in range(self._hand.dice.randint(10, 60)):
                    self._act()
                    self.turn(PAUSE_S)
                self._leave()

    def look(self) -> None:
        """What is there after the last kill."""
        for case in CASES:
            self._open(case)
            self._leave()

    # --- as the session does it ---

    def _open(self, case: Case) -> None:
        self._case = case
        viewer = self._viewer
        viewer.show(case.studies)
        self._reporting.start(binding_of(case.item), case.item)
        for study in case.studies:
            viewer.permit(study.ref)
        for each in case.sets:
            self._loader.known[each.id] = each
            viewer.study_ready(StudyRef(SITE, each.study), (each,))
            for number, frame in enumerate(each.frames):
                self._loader.arrive(frame, np.full((64, 64), 1000 + number, np.int16))
        self.restore(case.item, f"site:{SITE}")
        self._tell("opened")

    def _leave(self) -> None:
        self._reporting.close()
        self._viewer.close()
        self.pass_through(f"site:{SITE}", "store")

    # --- the hand ---

    def _act(self) -> None:
        viewer, hand, what = self._viewer, self._hand, self._hand.what()
        names = [m.id for m in viewer.measurements]
        self._look_somewhere()
        try:
            if what == "add":
                kind = hand.dice.choice(DRAWN)
                viewer.add(kind, hand.points(kind), hand.words())
            elif what == "key":
                viewer.toggle_key_image(hand.dice.choice(list(KeyTitle)))
            elif what in ("undo", "redo"):
                viewer.marks.undo() if what == "undo" else viewer.marks.redo()
            elif names:
                self._change(what, hand.dice.choice(names))
        except WorkstationError:
            what = "refused"
        self._tell(what)

    def _change(self, what: str, name: str) -> None:
        viewer, hand = self._viewer, self._hand
        if what == "delete":
            viewer.delete_measurement(name)
        elif what == "label":
            viewer.marks.label(name, hand.words())
        else:
            viewer.go_to_measurement(name)
            if what == "copy":
                viewer.copy_measurement(name)
            else:
                viewer.move_measurement(name, hand.points(viewer.marks.find(name).kind))

    def _look_somewhere(self) -> None:
        shown = self._hand.dice.choice(self._case.sets)
        self._viewer.show_set(shown.id)
        self._viewer.go(self._hand.dice.randrange(len(shown.frames)))

    def _tell(self, what: str) -> None:
        said_of(what, self._case.item.accession, marks_of(self._viewer))


def main() -> None:
    folder, mood, seed, until = sys.argv[1:]
    child = Child(Path(folder), mood, int(seed))
    if until == "killed":
        child.read()
    child.look()


if __name__ == "__main__":
    main()
