"""Which way a site is asked, on its way to the list and to the audit log."""

from collections.abc import Mapping
from functools import partial

from workstation.adapters.ways import Moved, Ways
from workstation.domain.identifiers import SiteId
from workstation.services.audit import Audit
from workstation.services.jobs import Jobs
from workstation.services.queue.worklist import Worklist


def tell_ways(ways: Mapping[SiteId, Ways], worklist: Worklist, audit: Audit, jobs: Jobs) -> None:
    """The ways find out on worker threads; whom they tell lives on the home thread."""

    def told(site: SiteId, moved: Moved) -> None:
        worklist.go_by(site, second=moved.second)
        detail = {"way": "second" if moved.second else "first"}
        audit.record("route", site=site, detail=detail | ({"why": moved.why} if moved.why else {}))

    def heard(site: SiteId, moved: Moved) -> None:
        jobs.bring_home(lambda: told(site, moved))

    for site, each in ways.items():
        each.moved = partial(heard, site)
