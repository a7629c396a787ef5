"""Who a reader said is one person: sealed here for that reader, until they take it back."""

import json
from typing import Final

from workstation.domain.identifiers import SiteId
from workstation.domain.patient import PatientKey
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import SealedStore
from workstation.services.readers_own import ReadersOwn
from workstation.services.signal import Signal
from workstation.services.waiting import settled

#: A patient of a case, and who that is at another site.
Pair = tuple[PatientKey, SiteId, PatientKey]

_WHAT: Final = "same-person"


class Identities:
    """Owned by `services.reading.elsewhere`, home thread."""

    def __init__(self, store: SealedStore, jobs: Jobs) -> None:
        self.changed: Signal[None] = Signal()
        self._kept = ReadersOwn(store, jobs, _WHAT)
        self._said: frozenset[Pair] = frozenset()

    def begin(self, user: str) -> Job[None]:
        """A reader signed in, or out: what they said, and nobody else's."""
        if user == self._kept.user:
            return settled()
        self._said = frozenset()
        return self._kept.begin(user, self._taken)

    def holds(self, pair: Pair) -> bool:
        return pair in self._said

    def say(self, pair: Pair) -> None:
        """One person. Raises CommandError where nobody is signed in."""
        self._now(self._said | {pair})

    def take_back(self, pair: Pair) -> None:
        self._now(self._said - {pair})

    def _taken(self, body: str) -> None:
        self._said |= _read(body)
        self.changed.emit(None)

    def _now(self, said: frozenset[Pair]) -> None:
        self._kept.keep(json.dumps(sorted(map(_row, said))))
        self._said = said


def _row(pair: Pair) -> list[str]:
    here, site, there = pair
    return [here.id, here.issuer, site, there.id, there.issuer]


def _read(body: str) -> frozenset[Pair]:
    """Nothing where another version of the program wrote it."""
    try:
        rows = [[str(each) for each in row] for row in json.loads(body)]
        return frozenset(
            (PatientKey(a, b), SiteId(site), PatientKey(c, d)) for a, b, site, c, d in rows
        )
    except (ValueError, TypeError):
        return frozenset()
