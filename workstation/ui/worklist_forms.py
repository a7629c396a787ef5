"""How the worklist says things: times, counts, places, states, in words and shapes.

Pure functions of values; nothing here draws.
"""

import re
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Final

from attrs import frozen

from workstation.domain.patient import Patient
from workstation.domain.reader import Licence
from workstation.domain.report_states import UNSETTLED
from workstation.domain.worklist import Lack, Priority, ReadState, Tier, WorklistItem
from workstation.protocols.delivery import Delivery, State
from workstation.services.queue.licence import NOW_OR_NEVER, SOONER, Ending, Verdict
from workstation.services.queue.urgency import is_read
from workstation.text import tr, trn
from workstation.ui.plain import Tone

DASH: Final = "\N{EN DASH}"
_FSI: Final = "\N{FIRST STRONG ISOLATE}"
_PDI: Final = "\N{POP DIRECTIONAL ISOLATE}"

#: Less than this share of the promised time left: soon due.
DUE_SOON: Final = 0.25


class SlaKind(Enum):
    """Each has a shape of its own, so that no state is told by colour alone."""

    PLENTY = "plenty"  # digits over a line of the share that is left
    SOON = "soon"  # triangle
    BREACH = "breach"  # filled octagon chip
    STOPPED = "stopped"  # check mark
    UNKNOWN = "unknown"  # barred circle: blocked or stale; digits go on
    NONE = "none"  # words alone: nobody promised a time


@frozen
class Sla:
    """The promise as one cell shows it."""

    kind: SlaKind
    text: str
    share: float = 0.0  # of the promised time that is left, 0 to 1
    tier: str = ""  # P or F


def duration(span: timedelta) -> str:
    """``38:20`` under an hour, ``1:12:40`` under two, ``2:04`` (hours, minutes) above."""
    seconds = int(abs(span.total_seconds()))
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    if hours >= 2:
        return f"{hours}:{minutes:02d}"
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d}"
    return f"{minutes:02d}:{rest:02d}"


def tier_letter(tier: Tier) -> str:
    return tr("P") if tier is Tier.PRELIMINARY else tr("F")


def sla(item: WorklistItem, now: datetime, *, blocked: bool, stale: bool) -> Sla:
    """The form of a promise at a moment of the site's clock; what is there stops it."""
    if is_read(item):
        return Sla(SlaKind.STOPPED, tr("accepted"))
    if not item.is_promised:
        return Sla(SlaKind.NONE, tr("no deadline"))
    left = item.time_left(now)
    promised = (item.due - item.listed).total_seconds()
    share = min(1.0, max(0.0, left.total_seconds() / promised)) if promised > 0 else 0.0
    tier = tier_letter(item.tier)
    if blocked or stale:
        return Sla(SlaKind.UNKNOWN, _signed(left), share, tier)
    if left < timedelta(0):
        return Sla(SlaKind.BREACH, _signed(left), 0.0, tier)
    kind = SlaKind.PLENTY if share > DUE_SOON else SlaKind.SOON
    return Sla(kind, duration(left), share, tier)


def _signed(left: timedelta) -> str:
    return f"+{duration(left)}" if left < timedelta(0) else duration(left)


def sla_words(item: WorklistItem, now: datetime) -> str:
    """For tooltip and screen reader: no shape, no abbreviation."""
    if item.state is ReadState.FINAL:
        return tr("Final report accepted")
    if is_read(item):
        return tr("Preliminary report accepted")
    if not item.is_promised:
        return tr("No deadline is known")
    left = item.time_left(now)
    minutes = int(abs(left.total_seconds())) // 60
    span = tr("{h} h {m} min", h=minutes // 60, m=minutes % 60)
    read = tr("preliminary read") if item.tier is Tier.PRELIMINARY else tr("final read")
    if left < timedelta(0):
        return tr("{read} overdue by {span}", read=read, span=span)
    return tr("{span} left to the {read}", span=span, read=read)


def waiting(item: WorklistItem, now: datetime) -> str:
    """Since it was listed: ``34 m``, ``1 h 56``, ``6 h``."""
    minutes = max(0, int((now - item.listed).total_seconds()) // 60)
    if minutes < 60:
        return tr("{n} m", n=minutes)
    hours, rest = divmod(minutes, 60)
    if hours >= 48:
        return tr("{n} d", n=hours // 24)
    return tr("{h} h {m:02d}", h=hours, m=rest) if rest else tr("{h} h", h=hours)


def age(span: timedelta) -> str:
    """How old an answer is: minutes and seconds under an hour, hours and minutes above."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 3600:
        return f"{seconds // 60}:{seconds % 60:02d}"
    if seconds < 48 * 3600:
        return tr("{h} h {m:02d}", h=seconds // 3600, m=seconds // 60 % 60)
    return tr("{n} d", n=seconds // 86400)


def images(item: WorklistItem) -> tuple[str, float | None]:
    """``312``, or ``236 / 312`` and the share that is here while some are missing."""
    if item.images_expected is None or item.images_received >= item.images_expected:
        return f"{item.images_received:,}", None
    share = item.images_received / item.images_expected if item.images_expected else 0.0
    return f"{item.images_received:,} / {item.images_expected:,}", share


def place(jurisdiction: str) -> str:
    """ISO 3166-2 as readers say it: ``US-WA`` is WA, ``DE-HH`` is DE."""
    country, _, part = jurisdiction.partition("-")
    return part if country == "US" and part else country


def sex_and_age(patient: Patient, on: date) -> str:
    """``M 64``; a dash where the site does not say."""
    years = patient.age_years(on)
    return f"{patient.sex or DASH} {DASH if years is None else years}"


def isolated(text: str) -> str:
    """A name or an identifier among other words cannot reorder them."""
    return f"{_FSI}{text}{_PDI}"


def identity(patient: Patient) -> str:
    """Born and ID, in the order every window says them."""
    born = patient.birth_date.isoformat() if patient.birth_date else tr("not known")
    return tr("born {born}  ID {id}", born=born, id=isolated(patient.id))


_SIDES: Final = re.compile(r"\b(left|right|bilateral|links|rechts|beidseits)\b", re.IGNORECASE)


def side_first(item: WorklistItem) -> str:
    """A procedure that will be cut at its end, with its side in front where it has one."""
    found = _SIDES.search(item.procedure)
    side = found.group(0) if found else item.laterality
    if not side:
        return item.procedure
    rest = _SIDES.sub("", item.procedure) if found else item.procedure
    return f"{side.capitalize()}: {' '.join(rest.split())}"


_PRIORITIES: Final = {
    Priority.STAT: "STAT",
    Priority.ASAP: "ASAP",
    Priority.URGENT: "Urgent",
    Priority.ROUTINE: "Routine",
}


def priority(value: Priority) -> str:
    return tr(_PRIORITIES[value])


@frozen
class Status:
    """Where a row stands: a glyph before it, words at its end, both in one tone."""

    icon: str
    words: str
    tone: Tone
    icon_tone: Tone = "mid"


def status(
    item: WorklistItem, verdict: Verdict, *, me: str, aside: bool, delivery: str = ""
) -> Status:
    """`me` is the reader's id at that site, `delivery` the state of their report, if any."""
    if is_done(item, delivery):
        final = item.state is ReadState.FINAL or delivery == ACCEPTED
        return Status("check", tr("Final") if final else tr("Prelim accepted"), "done", "done")
    if delivery == "refused":
        return Status("octagon-alert", tr("Refused"), "act", "act")
    if delivery not in ("", PRELIMINARY_ACCEPTED):
        return Status("send", tr("Sent, not accepted"), "open", "open")
    if not verdict.allowed:
        return Status("lock", blocked_words(item, verdict), "act", "act")
    mine = bool(me) and item.holder_id == me
    if aside:
        return Status("pause", tr("Put aside · you"), "here")
    if item.state is ReadState.PRELIMINARY:
        words = tr("Prelim · {who}", who=short_name(item.holder)) if item.holder else tr("Prelim")
        return Status("ring-dashed", words, "open", "open")
    if item.state is ReadState.CLAIMED:
        words = tr("Claimed · you") if mine else tr("Claimed · {who}", who=short_name(item.holder))
        return Status("half", words, "here" if mine else "hi")
    if item.meant_for_id:
        if item.meant_for_id == me:
            return Status("person", tr("Given to you"), "here", "here")
        return Status("person", tr("For {who}", who=short_name(item.meant_for)), "mid")
    if Lack.STATUS in item.lacks:
        return Status("dot", tr("Archive · no claim"), "mid")
    return Status("dot", tr("Unread"), "hi")


#: A report of ours that the site has: it settles the case, or is not the last word on it.
ACCEPTED: Final = "acknowledged"
PRELIMINARY_ACCEPTED: Final = "acknowledged-preliminary"


def delivered(entry: Delivery) -> str:
    """How far a report of ours is, as rows say it."""
    accepted = entry.state is State.ACKNOWLEDGED
    return PRELIMINARY_ACCEPTED if accepted and entry.status in UNSETTLED else entry.state.value


def is_done(item: WorklistItem, delivery: str) -> bool:
    """Whether what was promised is there. A preliminary report is not, of a case that was
    promised a final one: it stays in the queue."""
    preliminary = delivery == PRELIMINARY_ACCEPTED and item.tier is Tier.PRELIMINARY
    return is_read(item) or preliminary or delivery == ACCEPTED


def short_name(name: str) -> str:
    """ "R. Resident" of "Resident, Rae": a colleague is known by that, and it fits the column."""
    family, _, given = name.partition(", ")
    return f"{given[0]}. {family}" if given else name


def blocked_words(item: WorklistItem, verdict: Verdict) -> str:
    """The missing item; the place as readers say it."""
    return verdict.reason.replace(item.jurisdiction, place(item.jurisdiction))


def ends(left: Ending) -> tuple[str, Tone]:
    """That a licence ends, and how loud that is said."""
    where = place(left.licence.jurisdiction)
    words = trn(left.days, "licence {place} ends in {n} day", "licence {place} ends in {n} days",
                place=where)  # fmt: skip
    if left.days == 0:
        words = tr("licence {place} ends today", place=where)
    return words, "act" if left.days <= NOW_OR_NEVER else "open" if left.days <= SOONER else "mid"


def licence(held: Licence) -> str:
    """Where, which and until when: \"US-WA MD-00412, to 30 Jun 2027\"."""
    if held.valid_to is None:
        return f"{held.jurisdiction} {held.number}"
    until = tr("to {date}", date=f"{held.valid_to.day} {held.valid_to:%b %Y}")
    return f"{held.jurisdiction} {held.number}, {until}"
