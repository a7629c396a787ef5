"""Each kind of object in the real program, with measurements: pictures to look at, not to keep.

`make looks` runs it on virtual screens of 1920x1080 and 2560x1440 with the files of
../shared/data. The pictures go to the folder that is named (build/looks), never into the
tree: they are of real patients, whoever gave them away.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen
from screenshots import Photographer, at_the_demo

from workstation.services.lines import quoted
from workstation.ui.program import Program

DATA = Path(__file__).parents[3] / "shared" / "data"


@frozen
class Look:
    """What is opened, and the lines that are sent then. {x 0.5} and {y 0.5} are places in the
    image of the active view, as parts of its width and height."""

    name: str
    path: str
    lines: tuple[str, ...]


LOOKS = (
    Look(
        "ct",
        "ct_chest_current",
        (
            "viewport.go 51",
            "viewport.window lung",
            "tool.length {x .30} {y .45} {x .38} {y .45}",
            "tool.ellipse {x .47} {y .42} {x .53} {y .50}",
            "tool.bidirectional {x .62} {y .40} {x .70} {y .46} {x .64} {y .45} {x .68} {y .41}",
        ),
    ),
    Look(
        "cr",
        "cr_dx_mg/gdcm-CR-MONO1-10-chest.dcm",
        (
            "tool.cardiothoracic {x .40} {y .6} {x .62} {y .6} {x .2} {y .7} {x .82} {y .7}",
            "tool.angle {x .3} {y .2} {x .5} {y .3} {x .7} {y .2}",
        ),
    ),
    Look(
        "mg",
        "cr_dx_mg/GH133.dcm",
        (
            "tool.length {x .3} {y .4} {x .4} {y .45}",
            "tool.arrow {x .5} {y .6} {x .4} {y .5} cluster",
        ),
    ),
    Look(
        "us",
        "us",
        (
            "tool.length {x .45} {y .35} {x .55} {y .45}",
            "tool.ellipse {x .40} {y .50} {x .50} {y .60}",
        ),
    ),
    Look(
        "mr",
        "mr_multiseq_classic",
        (
            "viewport.layout 2x2",
            "viewport.go middle",
            "tool.ellipse {x .4} {y .4} {x .5} {y .5}",
            "tool.cobb {x .3} {y .3} {x .6} {y .28} {x .3} {y .6} {x .6} {y .66}",
        ),
    ),
    Look("mr-enhanced", "mr_enhanced_dwi", ("viewport.layout 2x2", "viewport.go middle")),
    Look(
        "xa",
        "xa",
        ("viewport.go middle", "tool.polyline {x .4} {y .3} {x .45} {y .4} {x .43} {y .55}"),
    ),
    Look(
        "pt",
        "pt_synthetic_on_ct",
        (
            "viewport.go middle",
            "tool.ellipse {x .35} {y .4} {x .45} {y .5}",
            "tool.point {x .5} {y .5}",
        ),
    ),
    Look("sr", "sr", ("viewport.next-series",)),
    Look("marks", "sr", ("marks.toggle",)),
    Look("key-images", "gsps_ko", ("presentation.next",)),
    Look("structures", "seg_sr_dcmqi", ("structures.toggle",)),
    Look("pdf", "encapsulated_pdf", ()),
    Look("attributes", "ct_chest_current", ("viewport.go 51", "attributes.show")),
)


def filled(line: str, columns: int, rows: int) -> str:
    """The line with its places in pixels of an image."""
    made = []
    for word in line.replace("{x ", "{x_").replace("{y ", "{y_").split(" "):
        if word.startswith(("{x_", "{y_")):
            side = columns if word[1] == "x" else rows
            word = f"{float(word[3:-1]) * side:.1f}"
        made.append(word)
    return " ".join(made)


def look(photographer: Photographer, program: Program, each: Look, folder: Path) -> None:
    """Open it, send its lines, take its picture."""
    opened = program.send(f"file.open {quoted(str(DATA / each.path))}")
    photographer.wait(lambda: opened is None or opened.done)
    loaded = program.send("wait loaded")
    photographer.wait(lambda: loaded is None or loaded.done)
    photographer.settle()
    viewer = program.context.viewer
    for line in each.lines:
        shown = viewer.shown(viewer.active)
        rows, columns = (shown.frame.pixels.rows, shown.frame.pixels.columns) if shown else (1, 1)
        program.send(filled(line, columns, rows))
        photographer.settle(0.05)
    photographer.settle()
    program.context.windows.capture(folder / f"{each.name}.png", "")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", help="some of: " + ", ".join(e.name for e in LOOKS))
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    with at_the_demo() as (photographer, reader, program):
        photographer.enter(reader)
        for each in LOOKS:
            if not options.names or each.name in options.names:
                look(photographer, program, each, options.folder)
        photographer.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
