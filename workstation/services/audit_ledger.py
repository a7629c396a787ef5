"""The audit log in the sealed store: its end, its signed checkpoints, what is still owed.

Used on lane ``store`` alone, which has one worker: the order of the log is the order of
that lane.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final

from attrs import frozen

from workstation.domain.identifiers import SiteId
from workstation.errors import StoreUnavailable
from workstation.protocols.audit_log import Log, Record, checkpoint
from workstation.protocols.signing_key import SigningKey
from workstation.services.ports.keeping import Append, Change, Put, SealedStore
from workstation.text import tr

_BASE: Final = "audit.base"
_CHECKPOINT: Final = "audit.checkpoint"
_FORWARDED: Final = "audit.forwarded."
_EVERY: Final = 100  # records between checkpoints
_BATCH: Final = 100


@frozen
class Owed:
    """Records a site does not have yet; `upto` is the index after the last one looked at."""

    leaves: tuple[str, ...]
    upto: int
    checkpoint: str


class Ledger:
    """Reads its place on first use; a log that lost its signed end says so in itself."""

    def __init__(self, store: SealedStore, sites: tuple[SiteId, ...]) -> None:
        self._store = store
        self._sites = sites
        self._log: Log | None = None
        self._since_checkpoint = 0

    @property
    def checkpoint_due(self) -> bool:
        return self._since_checkpoint >= _EVERY

    def write(
        self,
        record: Record,
        changes: Sequence[Change],
        signing: Callable[[], tuple[SigningKey, str]] | None,
    ) -> None:
        """Append, with `changes` and, where asked, a new checkpoint, in one transaction."""
        before = self._loaded(record.at)
        leaf = before.next_leaf(record)
        after = before.with_leaf(leaf)
        together = [*changes, Append(leaf)]
        if signing is not None:
            key, at = signing()
            together.append(Put("meta", _CHECKPOINT, checkpoint(after, key, at)))
        self._store.change(together)
        self._log = after
        self._since_checkpoint = 0 if signing is not None else self._since_checkpoint + 1

    def kept(self) -> tuple[Log, tuple[str, ...]]:
        """Where the part begins that is still here, and its records."""
        base = self._base()
        return base, self._store.audit(base.frontier.size)

    def owed(self, site: SiteId) -> Owed:
        """The next batch for a site: its own records, and those of the program itself."""
        start = max(self._base().frontier.size, self._mark(site))
        leaves: list[str] = []
        upto = start
        for leaf in self._store.audit(start):
            if json.loads(leaf)["site"] in ("", site):
                if len(leaves) == _BATCH:
                    break
                leaves.append(leaf)
            upto += 1
        return Owed(tuple(leaves), upto, self._store.get("meta", _CHECKPOINT) or "")

    def forwarded(self, site: SiteId, upto: int) -> None:
        """The site has its records below `upto`; what every site has is forgotten here."""
        self._store.put("meta", f"{_FORWARDED}{site}", str(upto))
        base = self._base()
        done = min(self._settled(each) for each in self._sites)
        grown = base
        for leaf in self._store.audit(base.frontier.size)[: max(0, done - base.frontier.size)]:
            if json.loads(leaf)["site"] not in ("", *self._sites):
                break  # owed to a site that is not configured now: kept until it is again
            grown = grown.with_leaf(leaf)
        if grown != base:
            self._store.put("meta", _BASE, json.dumps(grown.to_json()))
            self._store.drop_audit(grown.frontier.size)

    def _settled(self, site: SiteId) -> int:
        """Index below which nothing is owed to a site, whether it was ever told or not."""
        owed = self.owed(site)
        return owed.upto if not owed.leaves else self._first_owed(site, owed)

    def _first_owed(self, site: SiteId, owed: Owed) -> int:
        return int(json.loads(owed.leaves[0])["n"])

    def _mark(self, site: SiteId) -> int:
        return int(self._store.get("meta", f"{_FORWARDED}{site}") or "0")

    def _base(self) -> Log:
        stored = self._store.get("meta", _BASE)
        if stored is None:
            return Log()
        try:
            return Log.from_json(json.loads(stored))
        except (KeyError, TypeError, ValueError) as error:
            raise StoreUnavailable(tr("the audit log cannot be read")) from error

    def _loaded(self, now: str) -> Log:
        """The end of the log. What was signed for must still be there."""
        if self._log is not None:
            return self._log
        base, leaves = self.kept()
        signed = json.loads(self._store.get("meta", _CHECKPOINT) or "{}").get("checkpoint")
        found = signed is None or signed["n"] <= base.frontier.size
        end = base
        for leaf in leaves:
            end = end.with_leaf(leaf)
            if signed is not None and end.frontier.size == signed["n"]:
                found = end.frontier.root.hex() == signed["root"]
        self._log = end
        if not found:
            self._alert(end, now)
        return self._log or end

    def _alert(self, end: Log, now: str) -> None:
        """Records were lost or changed on this machine: the log itself says so, for good."""
        detail = (("reason", "audit-log-broken"),)
        leaf = end.next_leaf(Record("security-alert", now, detail=detail))
        self._store.change([Append(leaf)])
        self._log = end.with_leaf(leaf)
