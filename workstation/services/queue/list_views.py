"""How each reader looks at the list: filters with names, order and columns, kept for them.

A search may hold a patient's name: all of it goes into the sealed store, and where nothing
may be kept there it ends with the program.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final

from attrs import asdict, evolve, field, frozen

from workstation.errors import CommandError
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import Put, SealedStore
from workstation.services.signal import Signal
from workstation.services.waiting import settled
from workstation.text import tr

#: Columns and filters are written down once the hand rests.
_KEEP_AFTER_S: Final = 2.0
_MOST: Final = 20


class ListOrder(StrEnum):
    """By what the rows stand; urgency is the rule of the house."""

    URGENCY = "urgency"
    TIME = "time"
    PATIENT = "patient"
    PROCEDURE = "procedure"
    SITE = "site"
    WAITING = "waiting"
    IMAGES = "images"
    PRIORS = "priors"
    STATUS = "status"

    @property
    def words(self) -> str:
        """As the reader is told."""
        return {
            ListOrder.URGENCY: tr("urgency"),
            ListOrder.TIME: tr("due time"),
            ListOrder.PATIENT: tr("patient"),
            ListOrder.PROCEDURE: tr("procedure"),
            ListOrder.SITE: tr("site"),
            ListOrder.WAITING: tr("waiting"),
            ListOrder.IMAGES: tr("images"),
            ListOrder.PRIORS: tr("priors"),
            ListOrder.STATUS: tr("status"),
        }[self]


class ListColumn(StrEnum):
    """Columns that may be put away."""

    PRIORITY = "priority"
    SITE = "site"
    WAITING = "waiting"
    IMAGES = "images"
    PRIORS = "priors"
    FLAGS = "flags"
    STATUS = "status"


def _names(value: Any) -> frozenset[str]:
    return frozenset(map(str, value))


def _columns(value: Any) -> frozenset[ListColumn]:
    return frozenset(map(ListColumn, value))


@frozen
class ListView:
    """What is asked of the list; everything where nothing was asked."""

    list: str = "queue"
    text: str = ""
    modalities: frozenset[str] = field(factory=frozenset, converter=_names)
    sites: frozenset[str] = field(factory=frozenset, converter=_names)
    order: ListOrder = field(default=ListOrder.URGENCY, converter=ListOrder)
    descending: bool = False
    hidden: frozenset[ListColumn] = field(factory=frozenset, converter=_columns)

    def asks_like(self, other: "ListView") -> bool:
        """Whether both leave the same rows, whatever their order and columns."""
        mine, theirs = ((v.list, v.text, v.modalities, v.sites) for v in (self, other))
        return mine == theirs


class ListViews:
    """Owned by the application, lives on the home thread."""

    def __init__(self, store: SealedStore, jobs: Jobs) -> None:
        self.changed: Signal[None] = Signal()
        self.now = ListView()
        self.saved: Mapping[str, ListView] = {}
        self._store, self._jobs = store, jobs
        self._user = ""
        self._timer: Callable[[], None] | None = None

    # --- whose they are ---------------------------------------------------------

    def begin(self, user: str) -> Job[None]:
        """A reader signed in: their own views, but no search of another day; or out (empty):
        the next one finds the list as the house has it."""
        if user == self._user:
            return settled()
        self._end()
        if not user:
            return settled()
        begun: Job[None] = Job()
        self._user = user
        asked = self._jobs.run(lambda: self._store.get("meta", self._key(user)), lane="store")
        asked.then(lambda job: self._known(user, job, begun))
        return begun

    def _end(self) -> None:
        self._keep()
        self._user, self.now, self.saved = "", ListView(), {}
        self.changed.emit(None)

    def _known(self, user: str, job: Job[str | None], begun: Job[None]) -> None:
        if user == self._user and job.error is None and job.value:
            try:
                found = json.loads(job.value)
                saved = {str(name): ListView(**view) for name, view in found["saved"].items()}
                self.now, self.saved = evolve(ListView(**found["now"]), text=""), saved
            except (KeyError, TypeError, ValueError, AttributeError):
                self.saved = {}  # of another version of the program
            self.changed.emit(None)
        begun.settle(None)

    # --- what the reader asks ----------------------------------------------------

    def look(self, **changes: Any) -> None:
        """Ask for something else."""
        view = evolve(self.now, **changes)
        if view != self.now:
            self.now = view
            self._told()

    def sort(self, order: ListOrder) -> None:
        """By this; again turns it round. Urgency has one direction."""
        again = order is self.now.order and order is not ListOrder.URGENCY
        self.look(order=order, descending=again and not self.now.descending)

    def toggle(self, column: ListColumn) -> None:
        """Put a column away, or bring it back."""
        self.look(hidden=self.now.hidden ^ {column})

    def save(self, name: str) -> None:
        """What is asked now, under a name. Raises CommandError."""
        if not name.strip() or len(name) > 40:
            raise CommandError(tr("give the filter a name of at most 40 letters"))
        if name not in self.saved and len(self.saved) >= _MOST:
            raise CommandError(tr("{n} filters are saved: forget one first", n=_MOST))
        self.saved = {**self.saved, name: self.now}
        self._told()

    def show(self, name: str) -> None:
        """A saved filter; order and columns stay as they are."""
        view = self._named(name)
        self.look(list=view.list, text=view.text, modalities=view.modalities, sites=view.sites)

    def forget(self, name: str) -> None:
        self._named(name)
        self.saved = {each: view for each, view in self.saved.items() if each != name}
        self._told()

    def _named(self, name: str) -> ListView:
        if name not in self.saved:
            raise CommandError(tr("no filter is saved as {name}", name=name))
        return self.saved[name]

    # --- keeping -----------------------------------------------------------------

    def _told(self) -> None:
        self.changed.emit(None)
        if self._user and self._timer is None:
            self._timer = self._jobs.later(_KEEP_AFTER_S, self._keep)

    def _keep(self) -> None:
        if self._timer is None:
            return
        self._timer()
        self._timer = None
        body = {
            "now": asdict(self.now, value_serializer=_plain),
            "saved": {n: asdict(v, value_serializer=_plain) for n, v in self.saved.items()},
        }
        row = Put("meta", self._key(self._user), json.dumps(body))
        self._jobs.run(lambda: self._store.change([row]), lane="store")

    @staticmethod
    def _key(user: str) -> str:
        return f"list-views.{user}"


def _plain(_holder: Any, _field: Any, value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value
