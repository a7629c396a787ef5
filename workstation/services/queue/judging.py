"""What a site lists becomes a row: in shared words, with its deadline, its place in the queue
and whether this reader may read it here and now.

Owned by the feed of its site; knows no time but what it is given, the site's.
"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from workstation.domain.procedure import Procedures
from workstation.domain.reader import Reader
from workstation.domain.worklist import WorklistItem
from workstation.services.queue.codes import normalised
from workstation.services.queue.licence import Desk, is_licensed, may_read
from workstation.services.queue.promises import promised
from workstation.services.queue.rows import Row, Silence
from workstation.services.queue.urgency import Weights, order_key
from workstation.settings import Site, promises_of, zones_of


class Judging:
    """By the settings of a site, and of this desk."""

    def __init__(self, site: Site, place: str, weights: Weights, codes: Procedures | None) -> None:
        self._site, self._weights, self._codes = site, weights, codes
        self._zones = zones_of(site.zones)
        self._promises = promises_of(site.promises)
        self._desk = Desk(place, site.licence_at_desk, tuple(site.read_from.split()))

    def told(self, item: WorklistItem) -> WorklistItem:
        """In words that every hospital shares, with the deadline of the contract."""
        return promised(normalised(item, self._codes), self._promises)

    def row(
        self, item: WorklistItem, reader: Reader | None, silence: Silence, now: datetime
    ) -> Row:
        verdict = may_read(reader, item, self._day_at(item.jurisdiction, now), self._desk)
        return Row(item, verdict, silence, order_key(item, self._weights))

    def is_licensed(self, reader: Reader | None, now: datetime) -> bool:
        """For the place of the site itself."""
        place = self._site.jurisdiction
        return is_licensed(reader, place, self._day_at(place, now))

    def days(self, now: datetime) -> tuple[date, ...]:
        """In every place the site scans in: licences begin and end at midnight there."""
        return tuple(self._day_at(place, now) for place in ("", *self._zones))

    def _day_at(self, jurisdiction: str, now: datetime) -> date:
        zone = self._zones.get(jurisdiction, self._site.timezone)
        return now.astimezone(ZoneInfo(zone)).date()
