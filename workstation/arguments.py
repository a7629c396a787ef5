"""The words of the command line, as contracts.md fixes them, each with its help."""

import argparse
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from workstation.text import tr

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

#: Options of `render` whose value may begin with a minus.
_TAKE_NUMBERS: Final = frozenset({"--at", "--normal", "--up", "--window"})
_STARTS_NEGATIVE: Final = re.compile(r"-\.?\d")


def parser() -> argparse.ArgumentParser:
    """Every command of contracts.md; `act` in what it parses names the function that acts."""
    whole = argparse.ArgumentParser(
        prog="workstation",
        description=tr("A reading workstation for teleradiology. Not a cleared medical device."),
    )
    whole.set_defaults(act="open")
    _with_settings(whole)
    commands = whole.add_subparsers(metavar="COMMAND")
    _launch(commands)
    _demo(commands)
    _platform(commands)
    _run(commands)
    _inspect(commands)
    _render(commands)
    _verify(commands)
    _audit(commands)
    _site(commands)
    _selftest(commands)
    _bench(commands)
    return whole


def _with_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--settings", type=Path, metavar="FILE", help=tr("the settings file with the sites")
    )


def _with_studies(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--studies", type=Path, action="append", default=[], metavar="DIR",
        help=tr("DICOM files to read instead of the phantoms; may be repeated"),
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help=tr("keep here what the platform received")
    )
    parser.add_argument(
        "--faults", type=Path, metavar="FILE", help=tr("faults that the platform shall show")
    )
    parser.add_argument(
        "--ready-file", type=Path, metavar="F",
        help=tr("written, as JSON, when the platform accepts connections"),
    )  # fmt: skip


def _launch(commands: "Commands") -> None:
    text = tr(
        "open a case that another program names by a signed token: in the program that runs"
        " already, or in a new one"
    )
    parser = commands.add_parser("open", help=text, description=text)
    parser.set_defaults(act="launch")
    parser.add_argument(
        "--launch", metavar="TOKEN", required=True,
        help=tr("the token, or a link workstation://open?launch=TOKEN; - reads it from stdin"),
    )  # fmt: skip
    _with_settings(parser)


def _demo(commands: "Commands") -> None:
    text = tr("the program on a demo platform with three sites; not for clinical use")
    parser = commands.add_parser("demo", help=text, description=text)
    _with_studies(parser)
    _with_settings(parser)
    parser.add_argument("--headless", action="store_true", help=tr("draw no window on a screen"))
    parser.add_argument("--script", type=Path, metavar="FILE", help=tr("command lines to run"))
    parser.set_defaults(act="demo")


def _platform(commands: "Commands") -> None:
    text = tr("the demo platform alone (three sites, loopback only)")
    parser = commands.add_parser("platform", help=text, description=text)
    _with_studies(parser)
    _with_settings(parser)
    parser.add_argument("--port", type=int, default=0, metavar="P", help=tr("first port to use"))
    parser.set_defaults(act="platform")


def _run(commands: "Commands") -> None:
    text = tr(
        "the program driven by a script; signs in with WORKSTATION_USER and WORKSTATION_PASSWORD"
    )
    parser = commands.add_parser("run", help=text, description=text)
    _with_settings(parser)
    parser.add_argument(
        "--script", type=Path, required=True, metavar="FILE", help=tr("command lines to run")
    )
    parser.set_defaults(act="run")


def _inspect(commands: "Commands") -> None:
    text = tr("open and decode everything below a path in the sandbox, and say what it is")
    parser = commands.add_parser("inspect", help=text, description=text)
    _with_settings(parser)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH")
    parser.add_argument("--json", action="store_true", help=tr("all of it, as JSON"))
    parser.set_defaults(act="inspect")


def _render(commands: "Commands") -> None:
    text = tr("one image without a window: a frame, or any plane or slab through a volume")
    parser = commands.add_parser("render", help=text, description=text)
    _with_settings(parser)
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--series", default="", metavar="UID", help=tr("usual: the largest"))
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--frame", type=int, metavar="N", help=tr("image N, counted from 1"))
    what.add_argument("--plane", choices=("axial", "coronal", "sagittal"))
    what.add_argument(
        "--normal", type=_vector, metavar="X,Y,Z", help=tr("of the plane, away from the reader")
    )
    _where(parser)
    parser.add_argument(
        "--volume", default="", metavar="PRESET",
        help=tr("all of the volume as rays see it: ct-bone, mip, ...; from the front as usual"),
    )  # fmt: skip
    parser.add_argument(
        "--window", type=_window, metavar="C/W", help=tr("usual: as the image proposes")
    )
    parser.add_argument("--engine", choices=("cpu", "gpu"), default="cpu")
    parser.add_argument(
        "--suv", choices=("bw", "lbm", "lbm-james128", "lbm-janma", "bsa"),
        help=tr("values of PET as SUV, by weight, lean mass (James, Janmahasatian) or surface"),
    )  # fmt: skip
    parser.add_argument(
        "--out", type=_picture, required=True, metavar="F.png|F.npy",
        help=tr("display pixels, or values as float32; a .json beside it says where it lies"),
    )  # fmt: skip
    parser.set_defaults(act="render")


def _where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--up", type=_vector, metavar="X,Y,Z", help=tr("what points to the top; usual: the head")
    )
    parser.add_argument(
        "--at", type=_vector, metavar="X,Y,Z", help=tr("centre of the image, LPS mm")
    )
    parser.add_argument(
        "--slab", type=_millimetres, default=0.0, metavar="MM",
        help=tr("thickness, with the plane in its middle"),
    )  # fmt: skip
    parser.add_argument("--mode", choices=("mip", "minip", "mean"), default="mip")
    parser.add_argument("--spacing", type=_millimetres, metavar="MM", help=tr("of the pixels"))
    parser.add_argument("--size", type=_size, metavar="WxH", help=tr("in pixels"))


def attached(words: Sequence[str]) -> list[str]:
    """`--at -1,2,3` as `--at=-1,2,3`: else a negative number passes for another option."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] in _TAKE_NUMBERS and _STARTS_NEGATIVE.match(word):
            joined[-1] += f"={word}"
        else:
            joined.append(word)
    return joined


def _vector(text: str) -> tuple[float, float, float]:
    x, y, z = (_finite(part) for part in text.split(","))
    return x, y, z


def _window(text: str) -> tuple[float, float]:
    center, width = (_finite(part) for part in text.split("/"))
    if width <= 0:
        raise ValueError
    return center, width


def _millimetres(text: str) -> float:
    value = _finite(text)
    if value <= 0:
        raise ValueError
    return value


def _size(text: str) -> tuple[int, int]:
    width, height = (int(part) for part in text.lower().split("x"))
    if width < 1 or height < 1:
        raise ValueError
    return width, height


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError
    return value


def _picture(text: str) -> Path:
    path = Path(text)
    if path.suffix not in (".png", ".npy"):
        raise argparse.ArgumentTypeError(tr("an image is written to a .png or .npy file"))
    return path


def _verify(commands: "Commands") -> None:
    text = tr("check signature, digests and chain of returned reports")
    parser = commands.add_parser("verify", help=text, description=text)
    _with_settings(parser)
    about = tr("the reader's key must be certified by one of these authorities (PEM)")
    parser.add_argument("--trust", type=Path, action="append", metavar="CA.pem", help=about)
    about = tr("bundles as they were sent, and documents sent beside them (DICOM)")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help=about)
    parser.set_defaults(act="verify")


def _audit(commands: "Commands") -> None:
    text = tr("check the audit trail")
    parser = commands.add_parser("audit", help=text, description=text)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    verify = actions.add_parser("verify", help=tr("name the first record that does not hold"))
    _with_settings(verify)
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.set_defaults(act="audit_verify")


def _site(commands: "Commands") -> None:
    text = tr("what concerns one site")
    parser = commands.add_parser("site", help=text, description=text)
    actions = parser.add_subparsers(metavar="ACTION", required=True)
    about = tr(
        "one page, pass or fail: sign-in, FHIR, QIDO, WADO, STOW, HL7, latency; "
        "signs in with WORKSTATION_USER and WORKSTATION_PASSWORD, or by browser"
    )
    test = actions.add_parser("test", help=about, description=about)
    _with_settings(test)
    test.add_argument(
        "url", metavar="URL",
        help=tr("an address of a site of the settings, its id, or the FHIR base of a new one"),
    )  # fmt: skip
    test.add_argument("--json", action="store_true", help=tr("findings as JSON"))
    test.set_defaults(act="site_test")


def _selftest(commands: "Commands") -> None:
    text = tr("what this machine can do: rendering, decoding, sandbox, keyring, TLS, windows")
    parser = commands.add_parser("selftest", help=text, description=text)
    _with_settings(parser)
    parser.add_argument("--json", action="store_true", help=tr("findings as JSON"))
    parser.set_defaults(act="selftest")


def _bench(commands: "Commands") -> None:
    text = tr("the benchmarks of docs/performance.md; without a name, their list")
    parser = commands.add_parser("bench", help=text, description=text)
    _with_settings(parser)
    parser.add_argument("name", nargs="?", default="", metavar="NAME")
    parser.add_argument("--json", action="store_true", help=tr("figures as JSON"))
    parser.set_defaults(act="bench")
