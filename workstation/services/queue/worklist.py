"""The worklist: one queue over all sites, and the claims on its cases."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from workstation.domain.identifiers import SiteId, TaskId, TaskRef
from workstation.domain.procedure import Procedures
from workstation.domain.reader import Colleague, Reader
from workstation.domain.worklist import WorklistItem
from workstation.errors import Refused, SignInFailed, SiteUnavailable
from workstation.protocols.device_sign_in import EnterCode
from workstation.services.jobs import Job, Jobs
from workstation.services.ports.clock import Clock
from workstation.services.ports.hosting import Credentials, HostingPlatform, Staffed
from workstation.services.queue.claims import Keeper
from workstation.services.queue.colleagues import meant_by
from workstation.services.queue.feed import SiteFeed
from workstation.services.queue.lacking import no_decline
from workstation.services.queue.queue_order import Queue
from workstation.services.queue.rows import Row as Row
from workstation.services.queue.rows import SiteStatus as SiteStatus
from workstation.services.queue.urgency import NO_WEIGHTS, Weights
from workstation.services.signal import Signal
from workstation.services.waiting import All
from workstation.settings import Site
from workstation.text import tr

#: After one site has shown its rows, the others are waited for this long at sign-in.
_GRACE_S: Final = 3.0


class Worklist:
    """Owned by the application, lives on the home thread.

    Each site is polled on its own lane with its own cursor; a site that fails keeps its
    rows, marked stale, and the others go on. `place` is where this desk stands (ISO 3166).
    """

    def __init__(
        self,
        platforms: Mapping[SiteId, HostingPlatform],
        sites: Sequence[Site],
        jobs: Jobs,
        clock: Clock,
        *,
        poll_seconds: float = 5.0,
        place: str = "",
        weights: Weights = NO_WEIGHTS,
        codes: Mapping[SiteId, Procedures] = MappingProxyType({}),
    ) -> None:
        self.changed: Signal[None] = Signal()  # rows or sites changed
        self.claim_lost: Signal[WorklistItem] = Signal()  # as it stands now: `.holder` has it
        self.signed_in: Signal[SiteId] = Signal()  # at one site, at once or at last
        self.signed_out: Signal[None] = Signal()  # the reader leaves
        #: A code the reader is to enter on another device; None: it is entered, or over.
        self.code_shown: Signal[EnterCode | None] = Signal()
        self.weights = weights
        self.films_only = False  # plain films one after the other: nothing else is offered
        self.passed: set[TaskRef] = set()  # given back or declined: not offered again
        self._jobs = jobs
        self._feeds = {
            site.id: SiteFeed(
                site,
                platforms[site.id],
                jobs,
                clock,
                poll_seconds,
                place,
                weights,
                codes.get(site.id),
            )
            for site in sites
        }
        self._queue = Queue()
        for feed in self._feeds.values():
            self._listen(feed)

    def _listen(self, feed: SiteFeed) -> None:
        feed.changed.connect(lambda tasks: self._changed(feed, tasks))
        feed.signed_in_now.connect(lambda _: self.signed_in.emit(feed.site.id))

    def _changed(self, feed: SiteFeed, tasks: frozenset[TaskId]) -> None:
        self._queue.change({TaskRef(feed.site.id, task): feed.rows.get(task) for task in tasks})
        self.changed.emit(None)

    @property
    def rows(self) -> tuple[Row, ...]:
        """STAT first, then what is due first; what is read already comes last."""
        return self._queue.rows

    @property
    def sites(self) -> tuple[SiteStatus, ...]:
        return tuple(feed.status for feed in self._feeds.values())

    def reader(self, site: SiteId) -> Reader | None:
        feed = self._feeds.get(site)  # files of this machine are of no site
        return feed.reader if feed is not None else None

    def is_licensed(self, site: SiteId) -> bool:
        """Whether the reader may look at studies of a site, listed or not."""
        return self._feeds[site].licensed

    def platform(self, site: SiteId) -> HostingPlatform:
        return self._feeds[site].platform

    def server_now(self, site: SiteId) -> datetime:
        return self._feeds[site].server_now()

    # --- sites ----------------------------------------------------------------------

    def sign_in(self, credentials: Credentials | None) -> Job[None]:
        """Sign in wherever it is not done yet.

        Settles when the sites have shown their rows; a slow one is not waited for once
        another has. Fails with `SignInFailed` where no site knows the reader.
        """
        done: Job[None] = Job()
        every: Job[None] = Job()
        shown = All(every)
        for feed in self._feeds.values():
            if not feed.signed_in:
                shown.add(self._begin(feed, credentials, done), optional=True)
        shown.close()
        every.then(lambda _: done.settle(None, self._nobody()))
        return done

    def _begin(self, feed: SiteFeed, credentials: Credentials | None, done: Job[None]) -> Job[None]:
        """Settles when this site has shown its rows, or failed."""
        shown: Job[None] = Job()

        def answered(_: Job[None]) -> None:
            shown.settle(None)
            if not done.done:
                forget = self._jobs.later(_GRACE_S, lambda: done.settle(None))
                done.then(lambda _: forget())

        def known(job: Job[Reader]) -> None:
            if job.error is not None:
                shown.settle(None, job.error)
                return
            feed.poll().then(answered)

        feed.sign_in(credentials).then(known)
        return shown

    def _nobody(self) -> SignInFailed | None:
        if any(feed.signed_in for feed in self._feeds.values()):
            return None
        if not self._feeds:
            return SignInFailed(tr("no site is set up: the settings name none"))
        said = [(feed.site.name, feed.status.message) for feed in self._feeds.values()]
        if len({message for _, message in said}) == 1:
            return SignInFailed(said[0][1])
        return SignInFailed(" ".join(f"{name}: {message}" for name, message in said))

    def sign_out(self) -> Job[None]:
        """Forget the reader and their rows, and tell the sites."""
        self.passed.clear()
        self.films_only = False
        self.signed_out.emit(None)
        done: Job[None] = Job()
        told = All(done)
        for feed in self._feeds.values():
            told.add(feed.sign_out(), optional=True)
        told.close()
        return done

    def start(self) -> None:
        """Poll from now on."""
        for feed in self._feeds.values():
            feed.start()

    def stop(self) -> None:
        for feed in self._feeds.values():
            feed.stop()

    def refresh(self) -> Job[None]:
        """Ask every site now. Settles when all have answered or failed; see `sites`."""
        done: Job[None] = Job()
        answered = All(done)
        for feed in self._feeds.values():
            answered.add(feed.poll())
        answered.close()
        return done

    def go_by(self, site: SiteId, *, second: bool) -> None:
        """A site is asked by its second way from now on, or by its first again."""
        self._feeds[site].go_by(second=second)

    # --- cases ----------------------------------------------------------------------

    def find(self, accession: str, site: SiteId | None = None) -> Row | None:
        """The row of an accession number: one that waits to be read, before one that is read."""
        alike = (row for row in self.rows if row.item.accession == accession)
        return next((row for row in alike if site in (None, row.item.site)), None)

    def next(self, skip: frozenset[TaskRef] = frozenset()) -> Row | None:
        """The first row that may be claimed; `skip` names tasks that were tried.

        What this reader gave back or declined is for somebody else; it stays on the list.
        """
        tried = skip | self.passed
        offered = filter(self.is_offered, self.rows)
        return next((row for row in offered if row.item.key not in tried), None)

    def is_offered(self, row: Row) -> bool:
        """Free, not given to somebody else by name, and a film where films are read."""
        reader = self.reader(row.item.site)
        mine = not row.item.meant_for_id or (
            reader is not None and row.item.meant_for_id == reader.id
        )
        return row.is_free and mine and (not self.films_only or row.item.is_film)

    def held(self, key: TaskRef) -> WorklistItem | None:
        """The newest version we know of a task."""
        row = self._feeds[key.site].rows.get(key.task)
        return row.item if row else None

    def claim(self, row: Row) -> Job[WorklistItem]:
        """Make a case mine. Without the right to read it nothing is asked of the site."""
        feed = self._feeds[row.item.site]
        known = feed.rows.get(row.item.task, row)
        if not known.verdict.allowed:
            refused: Job[WorklistItem] = Job()
            refused.settle(None, Refused(known.verdict.reason))
            return refused
        job = self._jobs.run(lambda: feed.told(feed.platform.claim(known.item)), lane=feed.lane)
        return job.then(lambda settled: self._changed_there(feed, settled))

    def decline(self, row: Row, reason: str, to: Colleague | None = None) -> Job[None]:
        """Not for this reader: everybody sees why, and it is not offered here again; `to`: it is
        for somebody else by name."""
        done: Job[None] = Job()
        if why := no_decline(row.item):
            done.settle(None, Refused(why))
            return done

        def claimed(job: Job[WorklistItem]) -> None:
            if job.error is not None:
                done.settle(None, job.error)
                return
            self.passed.add(row.item.key)
            freed = self.release(job.result(), reason, to)
            freed.then(lambda settled: done.settle(None, settled.error))

        self.claim(row).then(claimed)
        return done

    def release(
        self, item: WorklistItem, reason: str = "", to: Colleague | None = None
    ) -> Job[WorklistItem]:
        """Give a case back to the queue, or to one reader; the reason goes with it."""
        feed = self._feeds[item.site]
        platform = feed.platform

        def free() -> WorklistItem:
            if to is None or not isinstance(platform, Staffed):
                return platform.release(item, reason)
            return platform.reassign(item, to, reason)

        job = self._jobs.run(free, lane=feed.lane)
        return job.then(lambda settled: self._changed_there(feed, settled))

    def colleague(self, site: SiteId, name: str) -> Job[Colleague]:
        """Who is meant by a name, or a part of it. Fails with `Refused` where that is nobody,
        or several, or the site takes no case for a reader."""
        feed = self._feeds[site]
        platform = feed.platform

        def found() -> Colleague:
            if not isinstance(platform, Staffed):
                raise Refused(tr("{site} takes no case for a reader", site=feed.site.name))
            return meant_by(name, platform.colleagues())

        return self._jobs.run(found, lane=feed.lane)

    def renew(self, item: WorklistItem) -> Job[None]:
        """Renew a claim of ours and hear what the site has of it: `held` is the newest then."""
        feed, heard = self._feeds[item.site], Job[None]()

        def renewed(job: Job[WorklistItem]) -> None:
            self._changed_there(feed, job)
            if job.error is not None:
                heard.settle(None, job.error)
                return
            # A poll that was under way knows nothing of the renewal; the next one does.
            feed.poll().then(lambda _: _settle_with(feed.poll(), heard))

        self._jobs.run(lambda: feed.platform.heartbeat(item), lane=feed.lane).then(renewed)
        return heard

    def _changed_there(self, feed: SiteFeed, job: Job[WorklistItem]) -> None:
        if job.error is None:
            feed.replace(job.result())
        elif isinstance(job.error, SignInFailed | SiteUnavailable):
            feed.failed(job.error)
        elif isinstance(job.error, Refused):
            feed.poll()  # the row should say what the reader has just been told

    def keep(self, item: WorklistItem) -> Callable[[], None]:
        """Renew the claim until the returned call; a lost one is told by `claim_lost`."""
        return Keeper(item, self._feeds[item.site], self._jobs, self.claim_lost).stop


def _settle_with(polled: Job[None], heard: Job[None]) -> None:
    polled.then(lambda _: heard.settle(None))
