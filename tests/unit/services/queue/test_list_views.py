"""What a reader asks of the list is kept for that reader, and for nobody else."""

import pytest
from fakes import FakeClock, InlineJobs

from workstation.adapters.memory_store import MemoryStore
from workstation.errors import CommandError
from workstation.services.queue.list_views import ListColumn, ListOrder, ListView, ListViews

JO, KIM = "harbor|Practitioner/17", "harbor|Practitioner/4"


class Desk:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.start()

    def start(self) -> None:
        """The program starts; only the store is as it was."""
        self.jobs = InlineJobs(FakeClock())
        self.views = ListViews(self.store, self.jobs)
        self.told = 0
        self.views.changed.connect(lambda _: setattr(self, "told", self.told + 1))


@pytest.fixture
def desk() -> Desk:
    made = Desk()
    made.views.begin(JO)
    return made


def test_order_columns_and_filters_come_back_with_their_reader(desk: Desk) -> None:
    """Set up once, not at the beginning of each shift."""
    desk.views.look(list="stat", modalities={"CT", "MR"}, sites={"harbor"})
    desk.views.sort(ListOrder.SITE)
    desk.views.toggle(ListColumn.FLAGS)
    desk.views.save("Harbor CT")
    desk.jobs.advance(3)
    desk.start()
    desk.views.begin(JO)

    assert desk.views.now == ListView(
        "stat", "", {"CT", "MR"}, {"harbor"}, ListOrder.SITE, False, {ListColumn.FLAGS}
    )
    assert list(desk.views.saved) == ["Harbor CT"]


def test_a_search_of_yesterday_hides_nothing_today(desk: Desk) -> None:
    """Words in the search field are for the moment; a list that opens with them hides cases."""
    desk.views.look(text="alder")
    desk.jobs.advance(3)
    desk.start()
    desk.views.begin(JO)

    assert desk.views.now.text == ""


def test_the_next_reader_finds_the_list_as_the_house_has_it(desk: Desk) -> None:
    desk.views.look(modalities={"MR"})
    desk.views.save("Mine")
    desk.views.begin("")
    desk.views.begin(KIM)
    theirs = desk.views.now, dict(desk.views.saved)
    desk.views.begin("")
    desk.views.begin(JO)

    assert theirs == (ListView(), {})
    assert list(desk.views.saved) == ["Mine"]
    assert desk.views.now.modalities == {"MR"}


def test_a_saved_filter_brings_back_what_was_asked_and_leaves_the_order(desk: Desk) -> None:
    desk.views.look(text="knee", sites={"mesa"})
    desk.views.save("Knees")
    desk.views.look(text="", sites=())
    desk.views.sort(ListOrder.WAITING)
    desk.views.show("Knees")

    assert (desk.views.now.text, desk.views.now.sites) == ("knee", {"mesa"})
    assert desk.views.now.order is ListOrder.WAITING
    assert desk.views.saved["Knees"].asks_like(desk.views.now)
    desk.views.forget("Knees")
    with pytest.raises(CommandError, match="no filter is saved as Knees"):
        desk.views.show("Knees")


def test_the_same_column_again_turns_the_order_round_and_urgency_never(desk: Desk) -> None:
    """The most urgent last would be a trap."""
    seen = []
    for order in (ListOrder.IMAGES, ListOrder.IMAGES, ListOrder.URGENCY, ListOrder.URGENCY):
        desk.views.sort(order)
        seen.append(desk.views.now.descending)

    assert seen == [False, True, False, False]


def test_nothing_new_is_not_told(desk: Desk) -> None:
    before = desk.told
    desk.views.look(text="")

    assert desk.told == before


@pytest.mark.parametrize("name", ["", "   ", "x" * 41])
def test_a_name_that_is_none_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(CommandError):
        desk.views.save(name)


def test_what_another_version_wrote_does_not_keep_the_list_shut(desk: Desk) -> None:
    """A reader at the desk must see the list, whatever lies in the store."""
    desk.store.put("meta", f"list-views.{JO}", '{"now": {"order": "colour"}, "saved": 7}')
    desk.start()
    desk.views.begin(JO)

    assert desk.views.now == ListView()
