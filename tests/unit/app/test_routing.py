"""Whoever asks afterwards by which line a hospital was reached finds it in the audit log."""

import json

from fakes import FakeClock, Home
from fakes_platform import FakePlatform, site

from workstation.adapters.memory_store import MemoryStore
from workstation.adapters.secrets import MemorySecrets
from workstation.adapters.ways import Moved, Ways
from workstation.app.routing import tell_ways
from workstation.domain.identifiers import SiteId
from workstation.services.audit import Audit
from workstation.services.delivery.keys import Keys
from workstation.services.jobs import Jobs
from workstation.services.queue.worklist import Worklist

HARBOR = SiteId("harbor")


def test_the_switch_and_the_return_are_in_the_log_and_on_the_list() -> None:
    """Found out on a worker thread, told on the home thread, in their order."""
    clock, home, store = FakeClock(), Home(), MemoryStore()
    jobs, ways = Jobs(home.post), Ways(site(), clock.monotonic)
    platforms = {HARBOR: FakePlatform("harbor", clock, [])}
    worklist = Worklist(platforms, [site()], jobs, clock)
    keys = Keys(MemorySecrets("a test"), clock)
    audit = Audit(store, jobs, clock, platforms, keys.device, lambda _: "")
    seen: list[bool] = []
    worklist.changed.connect(lambda _: seen.append(worklist.sites[0].on_second))
    tell_ways({HARBOR: ways}, worklist, audit, jobs)

    ways.moved(Moved(second=True, why="503"))
    ways.moved(Moved(second=False, why=""))

    assert seen == []  # not on the thread that found out
    home.drain(lambda: len(store.audit()) == 2)
    assert seen == [True, False]
    records = [json.loads(leaf) for leaf in store.audit()]
    assert [(each["action"], each["site"], each["detail"]) for each in records] == [
        ("route", "harbor", {"way": "second", "why": "503"}),
        ("route", "harbor", {"way": "first"}),
    ]
    jobs.close()
    ways.close()
