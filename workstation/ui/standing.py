"""What the bars say about how things stand, made from the services."""

from attrs import frozen

from workstation.protocols.delivery import State
from workstation.services.delivery.alarms import Alarms
from workstation.services.delivery.delivery import Deliveries
from workstation.services.delivery.filing_queue import FilingQueue
from workstation.services.images.loading import Loader
from workstation.services.ports.clock import Clock
from workstation.services.queue.list_views import ListViews
from workstation.services.queue.site_tests import SiteTests
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.chart import Chart
from workstation.services.reading.local_case import LocalCase
from workstation.services.reading.session import ReadingSession
from workstation.services.report.reporting import Reporting
from workstation.services.speech.dictation import Dictation
from workstation.services.speech.listening import Listening
from workstation.text import tr
from workstation.ui.status_bar import Standing


@frozen(eq=False)
class Shown:
    """The services the windows show."""

    worklist: Worklist
    session: ReadingSession
    deliveries: Deliveries
    filing: FilingQueue
    loader: Loader
    reporting: Reporting
    files: LocalCase
    alarms: Alarms
    views: ListViews
    site_tests: SiteTests
    dictation: Dictation
    listening: Listening
    clock: Clock
    chart: Chart


def images(shown: Shown) -> tuple[int, int, int]:
    """Loaded, failed and all images of the current study, or of the files looked at."""
    case = shown.session.case
    refs = shown.files.refs if case is None else (case.ref,)
    every = [
        shown.loader.progress(each.id) for ref in refs for each in shown.loader.display_sets(ref)
    ]
    return sum(p.loaded for p in every), sum(p.failed for p in every), sum(p.total for p in every)


def not_accepted(shown: Shown) -> int:
    """Reports and documents that a site does not have yet, refused ones too."""
    documents = sum(each.state is not State.ACKNOWLEDGED for each in shown.filing.entries)
    return sum(shown.deliveries.counts()) + documents


def standing(
    shown: Shown, news: str, message: str, store_notice: str, engine_notice: str = ""
) -> Standing:
    """The status bar, part by part."""
    sites, case = shown.worklist.sites, shown.session.case
    good = sum(site.state == "ok" for site in sites)
    loaded, failed, total = images(shown)
    following = shown.worklist.next() if case is not None else None
    unsettled = not_accepted(shown)
    return Standing(
        sites=tr("{n} of {total} sites", n=good, total=len(sites)),
        all_sites=good == len(sites),
        loading=shown.files.progress
        or (tr("Loading {n} / {total}", n=loaded, total=total) if loaded + failed < total else ""),
        draft=shown.reporting.draft_state.text if case is not None else "",
        following=tr("Next: {name}", name=following.item.patient.name) if following else "",
        news=news,
        message="" if message == shown.listening.trouble else message,  # the meter says it
        outbox=tr("{n} not yet accepted", n=unsettled) if unsettled else "",
        engine=engine_notice,
        store=store_notice,
    )
