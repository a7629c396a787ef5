"""The pictures of the README: worklist, reading and signing, taken of the real program.

`make screenshots` runs it on a virtual screen; the pictures go to docs/pictures.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from workstation import settings
from workstation.app.outer import Outer
from workstation.app.windows import build
from workstation.demo.process import running
from workstation.domain.geometry import Vector
from workstation.domain.report import FieldRef, SectionKind
from workstation.services.ports.hosting import Credentials
from workstation.ui.application import Application
from workstation.ui.program import Program

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
CASE = "HG-26-118204"  # the nodule that grew: image 51, LPS (84, -20, 114)
#: The nodule of the phantom: centre in the patient (LPS mm) now, radii now and before.
CENTRE, RADIUS_MM = (84.0, -20.0, 114.0), 11.0
#: Middle of the aorta of the phantom (`demo.phantoms_mediastinum`), in the patient.
AORTA = (
    (-14.0, -30.0, 95.0), (-16.0, -28.0, 127.0), (-13.0, -22.0, 152.0), (7.0, -11.0, 163.0),
    (20.0, 13.0, 160.0), (23.0, 32.0, 147.0), (23.0, 34.0, 107.0), (20.0, 33.0, 57.0),
    (14.0, 29.0, 5.0),
)  # fmt: skip
BEFORE, RADIUS_BEFORE_MM = (90.0, -24.0, 121.5), 10.0
#: What is dictated into fields of the template, by label; the measurement follows the first.
FINDINGS = {
    "Lungs": "Solid nodule in the left upper lobe, smooth margin.",
    "Upper abdomen": "Not covered below the adrenal glands.",
}
IMPRESSION = "Left upper lobe nodule, 22 mm, grown by 2 mm in 12 months.\nPET/CT advised."
_PATIENCE_S = 120.0


class Photographer:
    def __init__(self, application: Application, program: Program) -> None:
        self._application, self._program = application, program

    def wait(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline, "the program did not get there"
            self._application.turn()

    def settle(self, seconds: float = 0.5) -> None:
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until)

    def take(self, name: str) -> None:
        self.settle()
        self._program.context.windows.capture(PICTURES / f"{name}.png", "")

    def look(self, number: int, at: Vector, radius_mm: float, window: str) -> None:
        """Show the slice through a point in a view, and measure across it."""
        send, viewer = self._program.send, self._program.context.viewer
        send(f"viewport.activate {number}")
        shown = viewer.shown(number - 1)
        assert shown is not None
        planes = [frame.plane for frame in shown.display_set.frames]
        away = [abs(plane.to_pixel(at)[2]) for plane in planes if plane is not None]
        send(f"viewport.go {away.index(min(away)) + 1}")
        send(f"viewport.window {window}")
        plane = planes[away.index(min(away))]
        if radius_mm and plane is not None:
            x, y, _ = plane.to_pixel(at)
            reach = radius_mm / plane.column_spacing
            send(f"tool.length {x - reach} {y} {x + reach} {y}")

    def planes(self) -> None:
        """Three planes through the nodule, the coronal turned and 10 mm thick."""
        send, viewer = self._program.send, self._program.context.viewer
        send("viewport.activate 1")
        made = send("viewport.mpr")
        self.wait(lambda: made is None or made.done)
        for number, at in ((1, CENTRE), (3, CENTRE)):
            send(f"viewport.activate {number}")
            shown = viewer.shown(number - 1)
            assert shown is not None
            assert shown.frame.plane is not None
            x, y, _ = shown.frame.plane.to_pixel(at)
            send(f"tool.cursor3d {x} {y}")
        send("mpr.turn 15 axial")
        send("viewport.slab 10 mip")

    def rendered(self) -> None:
        """The chest as rays see it, in place of the stack beside the planes."""
        send = self._program.send
        send("viewport.activate 2")
        send("viewport.volume")
        send("volume.turn 24")
        self.settle(10.0)  # at full resolution once nothing moves
        send("viewport.activate 1")

    def curve(self) -> None:
        """The aorta straightened, from its valve over the arch and down."""
        send, viewer = self._program.send, self._program.context.viewer
        made = send("viewport.curved")
        self.wait(lambda: made is None or made.done)
        send("viewport.window mediastinum")
        for point in AORTA:
            for number, line in ((2, "tool.cursor3d"), (1, "curved.point")):
                send(f"viewport.activate {number}")
                shown = viewer.shown(number - 1)
                assert shown is not None
                assert shown.frame.plane is not None
                x, y, _ = shown.frame.plane.to_pixel(point)
                send(f"{line} {x} {y}")
        send("curved.go 95")
        send("viewport.activate 4")
        self.settle(4.0)  # straightened along all its points

    def write(self) -> None:
        """Fill the fields as a reader would, and cite the measurement in the first."""
        reporting, send = self._program.context.reporting, self._program.send
        report = reporting.report
        assert report is not None
        for kind, field in ((s.kind, f) for s in report.sections for f in s.fields):
            words = FINDINGS.get(field.spec.label, "")
            if kind is SectionKind.IMPRESSION:
                words = IMPRESSION
            if words:
                reporting.set_field(kind, field.spec.id, words)
            if field.spec.label == "Lungs":
                reporting.go_to(FieldRef(kind, field.spec.id))
                reporting.end_of_field()
                send("report.insert-measurement A1")

    def enter(self, credentials: Credentials) -> None:
        """Open the windows and sign in."""
        self._program.present()
        signed_in = self._program.sign_in(credentials)
        self.wait(lambda: signed_in.done)
        signed_in.result()

    def leave(self) -> None:
        left = self._program.send("quit")
        self.wait(lambda: left is None or left.done)

    def shoot(self, credentials: Credentials) -> None:
        program, context = self._program, self._program.context
        self.enter(credentials)
        self.take("worklist")
        opened = program.send(f"case.open {CASE}")
        self.wait(lambda: opened is not None and opened.done)
        case = context.session.need_case()
        self.wait(lambda: all(context.loader.complete(ref) for ref in case.refs))
        program.send("viewport.layout 2x2")
        self.look(2, BEFORE, RADIUS_BEFORE_MM, "lung")
        self.look(1, CENTRE, RADIUS_MM, "lung")
        for number, at in ((3, CENTRE), (4, BEFORE)):
            self.look(number, at, 0.0, "mediastinum")
        program.send("viewport.activate 1")
        self.write()
        self.settle(2.0)  # the draft saves itself
        self.take("reading")
        program.send("report.sign")
        self.take("sign")
        program.send("app.back")
        send = program.send
        send("template.edit")
        self.take("templates")
        send("app.back")
        self.planes()
        self.rendered()
        self.take("mpr")
        send("viewport.volume")  # and away with it
        self.curve()
        self.take("curved")
        self.leave()


@contextmanager
def at_the_demo() -> Iterator[tuple[Photographer, Credentials, Program]]:
    """The program on a demo platform of its own, with somebody who may sign in."""
    with running([]) as ready:
        chosen = settings.load(Path(ready["settings"]))
        application = Application()
        outer = Outer.of(chosen)
        try:
            user = ready["users"][0]
            program = build(chosen, application, outer)
            reader = Credentials(user["name"], user["password"])
            yield Photographer(application, program), reader, program
        finally:
            outer.close()


def main() -> int:
    PICTURES.mkdir(parents=True, exist_ok=True)
    with at_the_demo() as (photographer, reader, _):
        photographer.shoot(reader)
    return 0


if __name__ == "__main__":
    sys.exit(main())
