"""The news of the report: saved, signed, sent, accepted, refused; one line, and the chip."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

from PySide6.QtWidgets import QHBoxLayout, QWidget

from workstation.domain.identifiers import SiteId
from workstation.domain.report import Report, ReportState
from workstation.protocols.delivery import Delivery, State
from workstation.services.delivery.delivery import Deliveries
from workstation.services.report.reporting import Reporting
from workstation.text import tr
from workstation.ui import plain
from workstation.ui.chips import Chip
from workstation.ui.report_lists import status_chip


class ReportNews(QWidget):
    """One slot; it is there when there is none. `status` is the chip of the head. GUI thread."""

    def __init__(
        self,
        reporting: Reporting,
        deliveries: Deliveries,
        status: Chip,
        site_names: Mapping[SiteId, str],
        zones: Mapping[SiteId, tzinfo],
    ) -> None:
        super().__init__()
        self._reporting, self._deliveries, self._status = reporting, deliveries, status
        self._site_names, self._zones = site_names, zones
        self._state_mark = plain.mark("", "text.low", 14)
        self._state = plain.elided(tone="mid", size="small")
        self._aside = plain.label(tone="low", size="small", data=True)
        self._state.take_the_rest()
        whole = QHBoxLayout(self)
        whole.setContentsMargins(16, 0, 16, 0)
        whole.setSpacing(8)
        for part in (self._state_mark, self._state, self._aside):
            whole.addWidget(part)
        self.setFixedHeight(28)
        plain.ground(self, "panel")

    def follow(self) -> None:
        report = self._reporting.report
        if report is None:
            self._tell("", "text.low", "", "mid")
            return
        delivery = self._deliveries.of(report.id)
        if delivery is not None:
            self._status.show_state(*status_chip(delivery.status))
            self._tell_delivery(report, delivery)
        elif self._reporting.settled:
            self._tell_issued(report)
        else:
            self._status.show_state(self._draft_words(), "text.low", "dashed")
            self._tell_draft()

    def _draft_words(self) -> str:
        """What the draft will do to a report that is signed."""
        if not self._reporting.adding:
            return tr("DRAFT")
        match self._reporting.amends:
            case ReportState.CORRECTED:
                return tr("DRAFT CORRECTION")
            case ReportState.RETRACTED:
                return tr("DRAFT RETRACTION")
            case _:
                return tr("DRAFT ADDENDUM")

    def _tell_issued(self, report: Report) -> None:
        """Signed in another shift, or by somebody else; the site holds it."""
        issued = self._reporting.issued
        if issued is None:
            self._status.show_state("")
            self._tell_draft()
            return
        self._status.show_state(*status_chip(issued.status))
        zone = self._zones.get(report.binding.site)
        words = _of_issued(issued.status)
        self._tell("lock", "text.mid", words, "hi", _told(issued.at, zone))

    def _tell_draft(self) -> None:
        draft = self._reporting.draft_state
        if self._reporting.read_only:
            words = self._reporting.read_only
            self._tell("lock", "text.mid", words[:1].upper() + words[1:], "hi")
        elif self._reporting.notice:
            self._tell("note", "hue.open", self._reporting.notice, "hi")
        elif draft.where in ("here", "memory", "nowhere"):
            tone = "hue.act" if draft.where == "nowhere" else "text.low"
            self._tell("barred", tone, draft.text, "hi", tr("sent later"))
        else:
            aside = tr("only you can see it") if draft.where == "platform" else ""
            self._tell("", "text.low", draft.text, "mid", aside)

    def _tell_delivery(self, report: Report, delivery: Delivery) -> None:
        site = self._site_names.get(delivery.site, delivery.site)
        zone = self._zones.get(delivery.site)
        match delivery.state:
            case State.ACKNOWLEDGED:
                words = tr("Signed, sent, accepted by {site}", site=site)
                self._tell("check", "hue.done", words, "done", _told(delivery.accepted_at, zone))
            case State.REFUSED:
                words = tr("Refused by {site}: {reason}", site=site, reason=delivery.reason)
                self._tell("octagon-alert", "hue.act", words, "act")
            case State.IN_DOUBT:
                words = tr("Signed. {site} did not answer; asking whether it is there", site=site)
                self._tell("send", "hue.open", words, "open", _told(delivery.at, zone))
            case _:
                words = tr("Signed, sent, waiting for {site}", site=site)
                self._tell("send", "hue.open", words, "open", _told(delivery.at, zone))

    def _tell(
        self, icon: str, icon_tone: str, words: str, tone: plain.Tone, aside: str = ""
    ) -> None:
        self._state_mark.show_icon(icon, icon_tone)
        self._state_mark.setVisible(bool(icon))
        self._state.say(words)
        plain.set_tone(self._state, tone)
        self._aside.setText(aside)


def _of_issued(status: ReportState) -> str:
    match status:
        case ReportState.RETRACTED:
            return tr("Retracted: not to be relied on")
        case ReportState.CORRECTED | ReportState.PRELIMINARY_CORRECTED:
            return tr("Corrected; it takes the place of the first one")
        case _:
            return tr("Signed; what changes it is an addendum or a correction")


def _told(moment: datetime | None, zone: tzinfo | None) -> str:
    """A time with its zone, as the site tells it."""
    if moment is None:
        return ""
    return (
        moment.astimezone(zone).strftime("%H:%M:%S %Z") if zone else moment.strftime("%H:%M:%S %Z")
    )
