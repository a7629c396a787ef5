"""The whole program in this process, opened by a benchmark and watched from its event loop."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from workstation import settings
from workstation.app.outer import Outer
from workstation.app.windows import build
from workstation.domain.identifiers import SiteId, StudyRef, StudyUID
from workstation.errors import CommandError
from workstation.services.ports.hosting import Credentials
from workstation.text import tr
from workstation.ui.application import Application
from workstation.ui.program import Program

_PATIENCE_S: Final = 120.0


class Watched:
    """A signed-in program. Its windows are there; nobody looks at them."""

    def __init__(
        self, application: Application, program: Program, outer: Outer, ready: Mapping[str, Any]
    ) -> None:
        self.application, self.program, self.outer = application, program, outer
        self._ready = ready

    def sign_in(self) -> None:
        user = self._ready["users"][0]
        self.program.present()
        signed_in = self.program.sign_in(Credentials(user["name"], user["password"]))
        self.wait(lambda: signed_in.done)
        signed_in.result()

    def study_of(self, accession: str) -> StudyRef:
        order = next(each for each in self._ready["orders"] if each["accession"] == accession)
        return StudyRef(SiteId(order["site"]), StudyUID(order["study_uid"]))

    def leave(self) -> None:
        closed = self.program.send("quit")
        self.wait(lambda: closed is None or closed.done)

    def wait(self, holds: Callable[[], bool]) -> float:
        """Turn the event loop until it holds; gives the moment."""
        deadline = time.perf_counter() + _PATIENCE_S
        while not holds():
            if time.perf_counter() > deadline:
                raise CommandError(tr("the case did not open in {s:g} s", s=_PATIENCE_S))
            self.application.turn()
        return time.perf_counter()


@contextmanager
def watched(
    ready: Mapping[str, Any], *, ahead: bool = True, through: Callable[[Outer], Outer] = lambda o: o
) -> Iterator[Watched]:
    """The program against a demo platform that is `ready`, signed in.

    `ahead` False: no other case is fetched meanwhile, so that figures are of one case alone.
    `through`: what measures stands between the program and the outside.
    """
    chosen = settings.load(Path(ready["settings"]))
    if not ahead:
        chosen = evolve(chosen, prefetch_cases=0)
    application = Application()
    outer = through(Outer.of(chosen))
    try:
        program = build(chosen, application, outer)
        made = Watched(application, program, outer, ready)
        made.sign_in()
        yield made
        program.close()
    finally:
        outer.close()
