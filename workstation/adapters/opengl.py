"""Whether OpenGL can be used here, found out by a child: a broken driver takes that, not us."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from workstation.services.selftest import Finding, Verdict
from workstation.text import tr

#: A driver that is first used may compile for seconds.
_PATIENCE_S: Final = 20.0
#: Renderers that are the processor again, slower than our own.
_SOFTWARE: Final = re.compile(
    r"llvmpipe|softpipe|swrast|swiftshader|gdi generic|basic render|software", re.IGNORECASE
)


@frozen
class OpenGl:
    """`renderer` as the driver calls itself; empty: there is none, and `why`."""

    renderer: str = ""
    version: str = ""
    why: str = ""

    @property
    def is_hardware(self) -> bool:
        return bool(self.renderer) and _SOFTWARE.search(self.renderer) is None


def command() -> list[str]:
    """How the child is started: by module, or by the frozen program itself."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--probe-opengl"]
    return [sys.executable, "-m", "workstation", "--probe-opengl"]


def probed(child: Sequence[str], seconds: float = _PATIENCE_S) -> OpenGl:
    """What the child says, or what became of it."""
    try:
        done = subprocess.run(child, capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return OpenGl(why=tr("the driver does not answer"))
    except OSError as error:
        return OpenGl(why=str(error.strerror))
    if done.returncode:
        return OpenGl(why=tr("the driver ended the probe ({code})", code=done.returncode))
    try:
        said = json.loads(done.stdout.decode("utf-8", "replace").strip().splitlines()[-1])
        return OpenGl(said["renderer"], said["version"])
    except (ValueError, KeyError, IndexError, TypeError):
        return OpenGl(why=tr("there is no OpenGL context here"))


def opengl() -> Iterator[Finding]:
    """For `workstation selftest`. Nothing of the program needs it: the CPU engine draws all."""
    found = probed(command())
    name = tr("OpenGL")
    if found.is_hardware:
        yield Finding(name, Verdict.GOOD, f"{found.renderer}, {found.version}")
    elif found.renderer:
        text = tr("{renderer}: software; volumes are rendered by our own", renderer=found.renderer)
        yield Finding(name, Verdict.LESS, text)
    else:
        text = tr("{why}; volumes are rendered by the CPU", why=found.why)
        yield Finding(name, Verdict.LESS, text)
