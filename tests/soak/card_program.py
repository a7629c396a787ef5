"""The whole program with planes by the graphics card, one case after another; a child of a test.

Run by test_card_faults, on a screen with OpenGL: `card_program.py FOLDER CASES` opens and closes
the CT of the folder so many times, with the images in a window of their own every other time. Each
time says as a line of JSON what lies on the card and the memory of this process, bytes. At the
end the surface of the card is taken away in the middle of a case: what came of that.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from workstation.bench.phantom_ct import accession
from workstation.bench.watched import Watched, watched
from workstation.demo.process import running
from workstation.ui.viewer.gl_engine import CardOnAWorker
from workstation.ui.viewer.gl_slices import GlSlices
from workstation.ui.viewer.pane import ViewerPane


def pane() -> ViewerPane:
    (found,) = (each for each in QApplication.allWidgets() if isinstance(each, ViewerPane))
    return found


def card() -> GlSlices:
    used = pane()._slices.card
    assert isinstance(used, CardOnAWorker)
    return used._card


def send(seen: Watched, line: str) -> None:
    job = seen.program.send(line)
    seen.wait(lambda: job is None or job.done)


def rest(seen: Watched, seconds: float) -> None:
    # Without `exec` no window that was closed is ever deleted: that is the event loop's to do.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    over: list[None] = []
    seen.application.after(seconds, lambda: over.append(None))
    seen.wait(lambda: bool(over))


def resident() -> int:
    fields = Path("/proc/self/statm").read_text("ascii").split()
    return int(fields[1]) * 4096


def open_in_planes(seen: Watched, number: int) -> None:
    ref = seen.study_of(accession("raw"))
    send(seen, f"app.arrange {('one', 'many')[number % 2]}")
    seen.program.send(f"case.open {accession('raw')}")
    seen.wait(lambda: seen.program.context.loader.complete(ref))
    send(seen, "viewport.mpr")
    send(seen, "mpr.turn 20 axial")
    send(seen, "viewport.activate 3")
    there_and_back(seen)


def there_and_back(seen: Watched) -> None:
    """To another plane and to this one, on voxels both: it has to be sampled anew."""
    send(seen, "viewport.scroll 1")
    send(seen, "viewport.scroll -1")


def drawn(seen: Watched) -> QImage:
    """The coronal as it is, exact, without who draws it."""
    pane().settle()
    rest(seen, 0.05)
    return pane().grid.canvases[2].grab().toImage()


def apart(one: QImage, other: QImage) -> int:
    """The most levels between two pictures of the same size."""
    pixels = [
        np.frombuffer(each.convertToFormat(QImage.Format.Format_RGB32).constBits(), np.uint8)
        for each in (one, other)
    ]
    return int(np.abs(pixels[0].astype(int) - pixels[1]).max())


def told(seen: Watched, **more: Any) -> None:
    view = seen.program.context.viewer.snapshot(2)
    said = {"engine": view["engine"], "notices": view["notices"], **more}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main(folder: str, cases: int) -> None:
    with running(["--studies", folder]) as ready:
        file = Path(str(ready["settings"])).with_name("by-card.toml")
        own = Path(str(ready["settings"])).read_text("utf-8")
        file.write_text('engine = "gpu"\n' + own, encoding="utf-8")
        with watched({**ready, "settings": str(file)}, ahead=False) as seen:
            seen.wait(lambda: pane()._slices.card is not None)
            first: QImage | None = None
            for number in range(cases):
                open_in_planes(seen, number)
                picture = drawn(seen)
                if number == 0:
                    first = picture
                held = card().held_bytes
                send(seen, "case.close")
                rest(seen, 2.5)
                told_of = {"held": held, "left": card().held_bytes, "resident": resident()}
                sys.stdout.write(json.dumps(told_of) + "\n")
            open_in_planes(seen, 0)
            before = drawn(seen)
            card()._surface.destroy()
            send(seen, "viewport.scroll 1")
            drawn(seen)
            send(seen, "viewport.scroll -1")
            after = drawn(seen)
            told(seen, apart=apart(before, after), again=first == before)
            seen.leave()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
