"""What is negotiated for images: each SOP class in each transfer syntax we decode (PS3.8 7.1.1.13).

A site sends an object as it is stored where it finds a context for that, so each syntax has a
context of its own: of one context with several syntaxes the site would choose one, and recompress.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from pynetdicom.presentation import PresentationContext, StoragePresentationContexts, build_context

from workstation.decoder.codecs import TABLE

#: An association has room for 128 contexts (PS3.8 9.3.2.2); one is the retrieval's.
_ROOM: Final = 127
_ROOT: Final = "1.2.840.10008.5.1.4.1.1."
_PLAIN: Final = ("1.2.840.10008.1.2.1", "1.2.840.10008.1.2")
#: Neither plain nor a codec's: big endian, deflated.
_ODD: Final = (
    "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.98", "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.8.1",
)  # fmt: skip
#: Those that archives store most: what is asked for singly where nothing else helps.
_USUAL_PACKED: Final = tuple(
    f"1.2.840.10008.1.2.{each}" for each in ("4.90", "4.80", "4.70", "4.50", "4.91", "5", "4.57")
)
_PACKED: Final = tuple(each for each in TABLE if each not in (*_PLAIN, *_ODD))
#: Classes that hold no compressed pixels: structured reports, presentation states, contours.
_NEVER_PACKED: Final = tuple(
    f"{_ROOT}{branch}" for branch in ("88.", "11.", "66", "481", "104.", "9.")
)
_SECONDARY: Final = ("7", "7.1", "7.2", "7.3", "7.4")
#: The SOP classes of a modality, where the site does not say which it has.
_USUAL: Final = {
    "CT": ("2", "2.1", "2.2"),
    "MR": ("4", "4.1", "4.4"),
    "PT": ("128", "130", "128.1"),
    "NM": ("20",),
    "US": ("6.1", "3.1", "6.2"),
    "CR": ("1", "1.1"),
    "DX": ("1.1", "1"),
    "MG": ("1.2", "13.1.3"),
    "XA": ("12.1", "12.1.1", "13.1.1"),
    "RF": ("12.2", "12.2.1"),
    "OT": ("7",),
}  # fmt: skip
_DOCUMENTS: Final = {
    "SR": ("88.11", "88.22", "88.33", "88.34", "88.50", "88.67", "88.40"),
    "KO": ("88.59",),
    "PR": ("11.1", "11.2", "11.3", "11.4"),
    "SEG": ("66.4", "66.5"),
    "REG": ("66.1", "66.3"),
    "RTSTRUCT": ("481.3",),
    "RTDOSE": ("481.2",),
    "RTPLAN": ("481.5",),
    "DOC": ("104.1", "104.2"),
}  # fmt: skip


def usual_classes(modality: str) -> tuple[str, ...]:
    """Where a site does not name the classes of a series."""
    own = _USUAL.get(modality) or _DOCUMENTS.get(modality) or ("7", "1", "2", "4")
    more = () if modality in _DOCUMENTS else _SECONDARY[:1]
    return tuple(f"{_ROOT}{each}" for each in (*own, *more))


def storage(classes: Sequence[str]) -> list[PresentationContext]:
    """Contexts to receive objects of these classes as they are stored, as many as there is room
    for: the plain ones of every class first."""
    contexts = [build_context(uid, [syntax]) for uid in classes for syntax in _PLAIN]
    packed = [uid for uid in classes if not uid.startswith(_NEVER_PACKED)]
    contexts += [build_context(uid, [syntax]) for syntax in _PACKED for uid in packed]
    contexts += [build_context(uid, [syntax]) for syntax in _ODD for uid in classes]
    return contexts[:_ROOM]


def alone(classes: Sequence[str]) -> list[list[PresentationContext]]:
    """One packed syntax after another, for sites that look at the first context of a class and
    at no other, and cannot send what they have in it."""
    return [[build_context(uid, [syntax]) for uid in classes] for syntax in _USUAL_PACKED]


def every_storage(*, packed_first: bool) -> list[PresentationContext]:
    """What the receiver of a C-MOVE accepts: every class, in every syntax we decode. Of several
    that a site offers in one context the first here is taken."""
    ordered = [*((_PACKED, _PLAIN) if packed_first else (_PLAIN, _PACKED)), _ODD]
    syntaxes = [syntax for group in ordered for syntax in group]
    return [
        build_context(str(each.abstract_syntax), syntaxes) for each in StoragePresentationContexts
    ]


def many(classes: Iterable[str]) -> list[list[str]]:
    """Classes in groups that each find room with all their syntaxes."""
    each = _ROOM // len(TABLE)
    named = sorted(set(classes))
    return [named[at : at + each] for at in range(0, len(named), each)]
