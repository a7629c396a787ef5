"""What happens to the open case while it is read: told in its bar, on record, never over its words.

Images that came, another promise, another reader; a patient or an order that was changed, and a
case that was withdrawn: those stop the report as it is.
"""

from attrs import evolve

from workstation.domain.worklist import WorklistItem
from workstation.services.reading.case import Case
from workstation.services.reading.conducted import Conductor, Services
from workstation.services.reading.desk import Desk
from workstation.services.reading.live_changes import Change, change, claimed_by, more_images
from workstation.text import tr


class LiveCase:
    """Owned by the session, lives on the home thread."""

    def __init__(self, session: Conductor, services: Services, desk: Desk) -> None:
        self._session, self._s, self._desk = session, services, desk
        services.worklist.claim_lost.connect(self._claim_lost)
        services.worklist.changed.connect(lambda _: self._row_changed())

    def _claim_lost(self, item: WorklistItem) -> None:
        case = self._session.case
        if any(each.item.key == item.key for each in self._session.aside):
            self._lost_aside(item)
            return
        if case is None or case.item.key != item.key or case.read_only:
            return
        told = claimed_by(item)
        withdrawn = change(case.item, self._s.worklist.held(item.key))
        if withdrawn is not None and withdrawn.stops:
            told, item = withdrawn, case.item
        self._shut(case, item, told)

    def _lost_aside(self, item: WorklistItem) -> None:
        """Of a case that was put aside: it is not on the screen, and its reader counts on it."""
        told = claimed_by(item)
        self._session.not_aside(item)
        self._s.audit.record("changed", study=item.ref, detail={"what": told.what})
        self._session.told.emit(
            tr("{accession}, put aside: {what}", accession=item.accession, what=told.words)
        )

    def _row_changed(self) -> None:
        """The site told news of the open case."""
        case = self._session.case
        item = self._s.worklist.held(case.item.key) if case is not None else None
        if case is None or item is None or item == case.item:
            return
        # What the reader signed changes its state by itself.
        before = evolve(case.item, state=item.state) if case.read_only else case.item
        found = change(before, item)
        if found is not None and found.stops:
            if case.news != found.words:
                self._shut(case, case.item, found)
            return
        more = max(0, item.images_received - case.item.images_received)
        if found is None and more:
            found = more_images(case.came + more)
        counted = case.came and case.news == more_images(case.came).words
        news = case.news
        if found is not None and (not found.minor or counted or not news):
            news = found.words  # a count never takes the place of graver news
        self._session.case = evolve(case, item=item, news=news, came=case.came + more)
        self._desk.set_out(item)
        if found is not None:
            self._record(case, found)
        if item.images_received != case.item.images_received:
            self._s.loader.refresh(item.ref)
        self._session.changed.emit(None)

    def _shut(self, case: Case, item: WorklistItem, told: Change) -> None:
        """What is open stays what was opened: never one patient's images by another's name."""
        self._s.reporting.make_read_only(told.words)
        self._session.case = evolve(case, item=item, read_only=True, news=told.words)
        self._record(case, told)
        self._session.changed.emit(None)

    def _record(self, case: Case, told: Change) -> None:
        self._s.audit.record("changed", study=case.ref, detail={"what": told.what})
