"""How likely two identities of different sites are one person: a sum that can be explained.

Each thing that both sites say adds or takes bits of evidence: how much more often it is so
for one person than for two (Fellegi and Sunter, A Theory for Record Linkage, 1969). The
sum begins below zero, for a pair picked blindly is hardly ever one person. The bits are
set by the house from what is known of registration errors; they are no measurement of these
sites, so a likeness is never more than a reason to ask a reader.
"""

from datetime import date
from typing import Final

from attrs import frozen

from workstation.domain.folding import folded
from workstation.domain.patient import Patient, PatientKey
from workstation.text import tr

#: One of a quarter of a million people that a site knows.
_BLIND: Final = -18.0
#: Nothing but a reader makes two identities one person.
_MOST: Final = 0.99
_SHORTEST_TYPO: Final = 5


@frozen
class Likeness:
    """What speaks for one person and what against it, in bits."""

    terms: tuple[tuple[str, float], ...]

    @property
    def confidence(self) -> float:
        """From 0 to 0.99; also what the reader is told."""
        bits = _BLIND + sum(bits for _, bits in self.terms)
        return min(_MOST, 1 / (1 + 2 ** min(-bits, 60.0)))

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(words for words, _ in self.terms)


def likeness(one: Patient, other: Patient, keys: frozenset[PatientKey] = frozenset()) -> Likeness:
    """`keys` are all identifiers under which the other site knows `other`."""
    terms = (
        _by_identifier(one, keys | {other.key}), _by_name(one.name, other.name),
        _by_birth(one.birth_date, other.birth_date), _by_sex(one.sex, other.sex),
    )  # fmt: skip
    return Likeness(tuple(term for term in terms if term is not None))


def _by_identifier(one: Patient, keys: frozenset[PatientKey]) -> tuple[str, float] | None:
    same_issuer = {key.id for key in keys if key.issuer and key.issuer == one.issuer}
    if not same_issuer:
        return None
    if one.id in same_issuer:
        return tr("same identifier of the same issuer"), 20.0
    return tr("another identifier of the same issuer"), -10.0


def _by_name(one: str, other: str) -> tuple[str, float] | None:
    mine, theirs = folded(one).split(), folded(other).split()
    if not mine or not theirs:
        return None
    if sorted(mine) == sorted(theirs):
        return tr("same name"), 10.0
    if set(mine) <= set(theirs) or set(theirs) <= set(mine):
        return tr("same name, one with further names"), 8.0
    family, their_family = (folded(each.partition(",")[0]) for each in (one, other))
    given, their_given = (folded(each.partition(",")[2]) for each in (one, other))
    if family == their_family and _starts_alike(given, their_given):
        return tr("same family name, initial fits"), 7.0
    if _one_slip("".join(mine), "".join(theirs)):
        return tr("name differs by a letter"), 6.0
    if given and given == their_given:
        return tr("same given name, another family name"), -3.0
    return tr("another name"), -10.0


def _starts_alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return bool(short) and long.startswith(short)


def _by_birth(one: date | None, other: date | None) -> tuple[str, float] | None:
    if one is None or other is None:
        return None
    if one == other:
        return tr("same birth date"), 14.0
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return tr("day and month of birth changed places"), 8.0
    if sum(a != b for a, b in zip(f"{one:%Y%m%d}", f"{other:%Y%m%d}", strict=True)) == 1:
        return tr("birth date differs by a digit"), 5.0
    return tr("another birth date"), -14.0


def _by_sex(one: str, other: str) -> tuple[str, float] | None:
    if not {one, other} <= {"M", "F"}:
        return None
    return (tr("same sex"), 1.0) if one == other else (tr("another sex"), -8.0)


def _one_slip(one: str, other: str) -> bool:
    """One letter more, less or other, or two neighbours that changed places."""
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORTEST_TYPO or len(long) - len(short) > 1:
        return False
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long
