"""May this reader read this study, here and now, and if not, why.

The platform decides and enforces; this says so before anything is fetched.
"""

from collections.abc import Iterable
from datetime import date

from attrs import frozen

from workstation.domain.reader import Licence, Reader
from workstation.domain.worklist import WorklistItem
from workstation.text import tr

#: Roles that read. A reader whose roles the site does not name is judged by licence.
READING_ROLES = frozenset({"radiologist", "resident"})
#: Days before the end of a licence at which it is said, louder, and loud.
SOON, SOONER, NOW_OR_NEVER = 60, 30, 7


@frozen
class Desk:
    """Where the reader sits, and what the site asks of that place (ISO 3166)."""

    place: str = ""
    licensed_there: bool = False  # a licence is asked for there too
    read_from: tuple[str, ...] = ()  # images may be looked at from these places alone; empty: any


@frozen
class Verdict:
    """Whether, and why not, in the words of the worklist."""

    allowed: bool
    reason: str = ""
    licence: Licence | None = None


def may_read(reader: Reader | None, item: WorklistItem, on: date, desk: Desk = Desk()) -> Verdict:
    """Judge by the law of the place of the scan; `on` is the day there."""
    if reader is None:
        return Verdict(False, tr("Not signed in at this site"))
    if item.announced:
        return Verdict(False, tr("Announced only"))
    if reader.roles and not READING_ROLES & set(reader.roles):
        return Verdict(False, tr("Your role does not read: {role}", role=", ".join(reader.roles)))
    if reader.modalities and item.modality not in reader.modalities:
        return Verdict(False, tr("No privilege: {modality}", modality=item.modality))
    if away := _away(desk):
        return Verdict(False, away)
    held = _licence(reader, item.jurisdiction, on)
    if held is None:
        return Verdict(False, _why_not(reader, item.jurisdiction, on))
    if desk.licensed_there and _licence(reader, desk.place, on) is None:
        return Verdict(False, _why_not(reader, desk.place, on))
    return Verdict(True, licence=held)


def is_licensed(reader: Reader | None, jurisdiction: str, on: date) -> bool:
    """Whether studies scanned there may be looked at, whatever they are."""
    return reader is not None and _licence(reader, jurisdiction, on) is not None


def may_sign_final(reader: Reader) -> bool:
    """A resident's report is a preliminary one; somebody else makes it final."""
    return set(reader.roles) & READING_ROLES != {"resident"}


@frozen
class Ending:
    """The last licence for a place, and how many days of it are left; 0 is its last day."""

    licence: Licence
    days: int


def ending(readers: Iterable[Reader], on: date) -> tuple[Ending, ...]:
    """Places whose last licence ends within sixty days, the first to end first."""
    last: dict[str, Licence] = {}
    for held in (each for reader in readers for each in reader.licences):
        known = last.get(held.jurisdiction)
        if known is None or _end(held) > _end(known):
            last[held.jurisdiction] = held
    days = (Ending(each, (_end(each) - on).days) for each in last.values())
    return tuple(sorted((e for e in days if 0 <= e.days <= SOON), key=lambda each: each.days))


def _end(held: Licence) -> date:
    return held.valid_to or date.max


def _away(desk: Desk) -> str:
    """Where data must stay in a country, a desk elsewhere does not look at them."""
    if not desk.read_from or any(_within(desk.place, each) for each in desk.read_from):
        return ""
    allowed = ", ".join(desk.read_from)
    if not desk.place:
        return tr("To be read in {places} only; the settings say not where this is", places=allowed)
    return tr("To be read in {places} only; this is {here}", places=allowed, here=desk.place)


def _within(place: str, whole: str) -> bool:
    """Whether a place is another, or a part of it: "DE-HH" of "DE"."""
    return place == whole or place.startswith(f"{whole}-")


def _licence(reader: Reader, jurisdiction: str, on: date) -> Licence | None:
    return next((each for each in reader.licences if each.covers(jurisdiction, on)), None)


def _why_not(reader: Reader, jurisdiction: str, on: date) -> str:
    there = [each for each in reader.licences if each.jurisdiction == jurisdiction]
    coming = [each.valid_from for each in there if each.valid_from and each.valid_from > on]
    ended = [each.valid_to for each in there if each.valid_to and each.valid_to < on]
    if coming:
        return tr("Licence {place} begins {day}", place=jurisdiction, day=min(coming).isoformat())
    if ended:
        return tr("Licence {place} ended {day}", place=jurisdiction, day=max(ended).isoformat())
    return tr("No licence: {place}", place=jurisdiction or tr("where this desk is"))
