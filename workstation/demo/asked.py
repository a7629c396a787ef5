"""What the sites were asked: the log that tests and people read."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from attrs import define
from starlette.types import Scope

from workstation.demo.store import instant

_LOG_LENGTH: Final = 50_000


@define
class Asked:
    """One line of the log; `status` is 0 where no answer was given."""

    site: str
    method: str
    path: str
    query: str
    at: str
    status: int = 0
    fault: str = ""


class Log:
    """Every request of every site, oldest first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.lines: deque[Asked] = deque(maxlen=_LOG_LENGTH)

    def begin(self, site: str, scope: Scope) -> Asked:
        query = scope["query_string"].decode("latin-1")
        return self.note(site, scope["method"], scope["path"], query)

    def note(self, site: str, method: str, path: str, query: str) -> Asked:
        line = Asked(site, method, path, query, instant(self._now()))
        self.lines.append(line)
        return line
