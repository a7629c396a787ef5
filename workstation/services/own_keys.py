"""The keys that a reader changed: kept for them, at once, and nobody else's.

Only what differs from a profile of the program is kept; the commands know what a key is.
"""

import json
from collections.abc import Callable, Iterable
from typing import Final

from attrs import frozen

from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.readers_own import ReadersOwn
from workstation.services.signal import Signal
from workstation.services.waiting import settled

#: More keys for one command line nobody remembers.
MOST_KEYS: Final = 3


@frozen
class KeyChange:
    """All keys that a command line has where it acts; without any it has none."""

    scope: str
    run: str
    keys: tuple[str, ...] = ()

    def is_of(self, other: "KeyChange") -> bool:
        return (self.scope, self.run) == (other.scope, other.run)


def _nothing_wrong(_change: KeyChange) -> None:
    """Until somebody can tell."""


class OwnKeys:
    """Owned by the application, home thread. Of two changes that want a key the later has it."""

    def __init__(self, store: SealedStore, jobs: Jobs) -> None:
        self.changed: Signal[None] = Signal()
        self.profile = ""  # of the program; empty: the one of the settings
        self.changes: tuple[KeyChange, ...] = ()
        self._kept = ReadersOwn(store, jobs, "keys")
        self._judge: Callable[[KeyChange], None] = _nothing_wrong
        self.as_file: Callable[[], str] = str  # all keys there are now, as a keymap

    def understood_by(self, judge: Callable[[KeyChange], None], as_file: Callable[[], str]) -> None:
        """`judge` raises CommandError for what is no key, no command, or cannot act there."""
        self._judge, self.as_file = judge, as_file

    def begin(self, user: str) -> Job[None]:
        """A reader signed in, or out: their keys, and nobody else's."""
        if user == self._kept.user:
            return settled()
        self._now("", ())
        return self._kept.begin(user, self._taken)

    def choose(self, profile: str) -> None:
        """Another profile below one's own keys."""
        self._take(profile, self.changes)

    def bind(self, change: KeyChange) -> None:
        """These are its keys from now on. Raises CommandError."""
        self._judge(change)
        others = (each for each in self.changes if not each.is_of(change))
        self._take(self.profile, (*others, change))

    def restore(self, scope: str, run: str) -> None:
        """As the profile has it."""
        gone = KeyChange(scope, run)
        self._take(self.profile, (each for each in self.changes if not each.is_of(gone)))

    def restore_all(self) -> None:
        self._take(self.profile, ())

    # --- inside ---------------------------------------------------------------

    def _take(self, profile: str, changes: Iterable[KeyChange]) -> None:
        kept = tuple(changes)
        rows = [[each.scope, each.run, list(each.keys)] for each in kept]
        self._kept.keep(json.dumps({"profile": profile, "changes": rows}))
        self._now(profile, kept)

    def _taken(self, body: str) -> None:
        try:
            found = json.loads(body)
            rows = ((str(s), str(r), tuple(map(str, k))) for s, r, k in found["changes"])
            changes = tuple(KeyChange(*row) for row in rows)
            self._now(str(found["profile"]), changes)
        except (KeyError, TypeError, ValueError):
            return  # of another version of the program

    def _now(self, profile: str, changes: tuple[KeyChange, ...]) -> None:
        self.profile, self.changes = profile, changes
        self.changed.emit(None)
