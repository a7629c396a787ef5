"""By which name a reader's own things are kept on this machine, whichever site answers first.

A reader has an identity at each site. The first one they ever came with names their filters,
keys, words and templates; the others lead to it from then on, so that nothing of it changes
hands or seems lost when that site is down, or comes an hour later.
"""

from typing import Final

from workstation.domain.identifiers import SiteId
from workstation.domain.reader import Reader
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.keeping import Put, SealedStore
from workstation.services.queue.worklist import Worklist
from workstation.services.signal import Signal

#: Before an identity ("harbor|Practitioner/17"), in table "meta"; holds the key it leads to.
_ROW: Final = "reader."


class ReaderKey:
    """Owned by the application, lives on the home thread."""

    def __init__(self, worklist: Worklist, store: SealedStore, jobs: Jobs) -> None:
        self.changed: Signal[str] = Signal()  # whose things are meant now; empty: nobody's
        self.key = ""
        self._worklist, self._store, self._jobs = worklist, store, jobs
        self._met: dict[SiteId, Reader] = {}
        self._kept: dict[str, str] = {}  # identities of this reader, and the key each leads to
        self._is_new = False
        worklist.signed_in.connect(self._came)
        worklist.signed_out.connect(lambda _: self._left())

    def _came(self, site: SiteId) -> None:
        reader = self._worklist.reader(site)
        if reader is None:
            return
        if self._met.get(site, reader).id != reader.id:
            self._left()  # somebody else, and nobody signed out in between
        self._met[site] = reader
        name = f"{site}|{reader.id}"
        asked = self._jobs.run(lambda: self._store.get("meta", _ROW + name), lane="store")
        asked.then(lambda job: self._known(site, reader, name, job))

    def _known(self, site: SiteId, reader: Reader, name: str, job: Job[str | None]) -> None:
        if self._met.get(site) is not reader:
            return
        leads = job.value or "" if job.error is None else ""
        before = self.key
        # Two people may be signed in at two sites: only one name is one person.
        same = reader.name == next(iter(self._met.values())).name
        if not self.key or (same and leads and self._is_new):
            self._is_new = not leads
            self.key = leads or name
        if same and leads in ("", self.key):
            self._kept[name] = leads
        self._keep()
        if self.key != before:
            self.changed.emit(self.key)

    def _keep(self) -> None:
        led = [Put("meta", _ROW + n, self.key) for n, k in self._kept.items() if k != self.key]
        if led:
            self._kept = dict.fromkeys(self._kept, self.key)
            self._jobs.run(lambda: self._store.change(led), lane="store")

    def _left(self) -> None:
        self._met.clear()
        self._kept.clear()
        self.key = ""
        self.changed.emit("")
