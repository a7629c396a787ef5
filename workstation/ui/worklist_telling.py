"""What stands around the table of the worklist: counts, sites, the shift, what is hidden, and why
there is nothing to see."""

from attrs import frozen

from workstation.services.delivery.delivery import Deliveries
from workstation.services.ports.clock import Clock
from workstation.services.queue.list_views import ListViews
from workstation.services.queue.worklist import Worklist
from workstation.services.reading.shift import so_far
from workstation.text import tr
from workstation.ui.worklist_bars import Footer, StatBanner
from workstation.ui.worklist_index import LineIndex
from workstation.ui.worklist_lines import Counts, ListId
from workstation.ui.worklist_lists import Lists


@frozen(eq=False)
class ListTelling:
    """Owned by the pane; asks the services, fills the parts."""

    index: LineIndex
    worklist: Worklist
    deliveries: Deliveries
    views: ListViews
    clock: Clock
    lists: Lists
    banner: StatBanner
    footer: Footer

    def counts(self) -> None:
        """How much there is of everything, as far as a filter leaves it."""
        entries, told = self.deliveries.entries, self.index.told
        self.lists.show_counts(
            {each: self.index.of(each) for each in ListId},
            sum(entry.open or entry.state.value == "refused" for entry in entries),
        )
        self.lists.shift.show_shift(so_far(entries, self.worklist.held, self.clock.now()))
        self.footer.show_counts(told)
        self.banner.show_lines(told.stat_outside, self.worklist.server_now)
        self.sites()

    def sites(self) -> None:
        """Each site with its clock and the age of its list."""
        rows, late, now = self.index.sites, self.index.arrival_s, self.worklist.server_now
        sites = self.worklist.sites
        self.lists.show_sites([(s, now(s.id), rows[s.id], late(s.id)) for s in sites])
        self.footer.show_time(self.clock.now())

    def saved(self) -> None:
        """The reader's own filters with how much each has."""
        saved = self.index.saved
        self.lists.show_saved([
            (name, saved.get(name, 0), view.asks_like(self.views.now))
            for name, view in sorted(self.views.saved.items())
        ])  # fmt: skip

    def why_empty(self, told: Counts, again: str) -> str:
        """Why the table shows no row, and the key that asks `again`; empty where it shows some."""
        if told.shown:
            return ""
        if told.hidden:
            return tr("No case matches. {n} hidden by the filter.", n=told.hidden)
        if any(site.reader is not None for site in self.worklist.sites):
            asks = tr("No case for you. {key} asks again.", key=again)
            return asks if again else tr("No case for you.")
        return tr("You are not signed in. Sign in at the top right to see your list.")
