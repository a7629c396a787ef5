"""The patient's chart beside an order: laboratory, history, documents, as a platform tells them."""

from datetime import datetime
from enum import StrEnum
from typing import Final, Generic, TypeVar

from attrs import field, frozen

T = TypeVar("T")

#: LOINC of the filtration rate: MDRD and CKD-EPI with and without race, of 2021, by cystatin C.
_FILTRATION: Final = frozenset(
    {"33914-3", "48642-3", "48643-1", "50044-7", "62238-1", "69405-9", "70969-1", "77147-7",
     "88293-6", "88294-4", "94677-2", "98979-8", "98980-6"}
)  # fmt: skip
#: LOINC of creatinine in serum, plasma or blood: by mass, by substance.
_CREATININE: Final = frozenset({"2160-0", "38483-4", "14682-9", "59826-8", "77140-2"})


@frozen
class Found(Generic[T]):
    """What a site told; `more`: it has older ones that were not asked for."""

    values: tuple[T, ...]
    more: bool = False


class Flag(StrEnum):
    """Against its reference range."""

    NONE = ""
    LOW = "low"
    HIGH = "high"
    ABNORMAL = "abnormal"


@frozen
class LabResult:
    """One value of the laboratory; `value` and `range` as they are read, `at` when it was taken."""

    name: str
    code: str  # LOINC; empty where the site gives none
    value: str
    unit: str = ""
    range: str = ""
    flag: Flag = Flag.NONE
    critical: bool = False
    at: datetime | None = None
    preliminary: bool = False

    @property
    def of_kidneys(self) -> int:
        """What is looked for before contrast is given: filtration (2), creatinine (1), else 0."""
        return 2 if self.code in _FILTRATION else int(self.code in _CREATININE)


class Kind(StrEnum):
    """What an entry of the history is."""

    ALLERGY = "allergy"
    CONDITION = "condition"
    PROCEDURE = "procedure"


@frozen
class HistoryEntry:
    """What is known of the patient's past; `since` as far as it was written: "2019-05"."""

    kind: Kind
    words: str
    since: str = ""
    over: bool = False  # resolved, or no longer so
    grave: bool = False  # an allergy of high criticality
    none_known: bool = False  # says that there is none of its kind


@frozen
class ChartDocument:
    """A paper of the patient at the platform; where its bytes are, or they themselves."""

    title: str
    media_type: str
    at: datetime | None
    of_order: bool  # it came with the order of this case
    url: str = field(default="", repr=False)
    data: bytes = field(default=b"", repr=False)
    digest: str = field(default="", repr=False)  # SHA-1 in base64, where the site gives it

    @property
    def is_pdf(self) -> bool:
        return self.media_type == "application/pdf"

    @property
    def is_text(self) -> bool:
        return self.media_type == "text/plain"


@frozen
class Analyte:
    """One kind of value: the newest, and those before it, newest first."""

    newest: LabResult
    before: tuple[LabResult, ...] = ()


def by_analyte(results: tuple[LabResult, ...]) -> tuple[Analyte, ...]:
    """Kidneys first, for that is asked before contrast; then what is newest, flagged before not.

    Values of one name in two units are two analytes: they stand in no row together.
    """
    kinds: dict[tuple[str, str], list[LabResult]] = {}
    for each in sorted(results, key=_age):
        kinds.setdefault((each.code or each.name.casefold(), each.unit), []).append(each)
    found = [Analyte(newest, tuple(before)) for newest, *before in kinds.values()]
    return tuple(sorted(found, key=_place))


def _age(result: LabResult) -> float:
    """Newest first; without a date last."""
    return -result.at.timestamp() if result.at else 0.0


def _place(analyte: Analyte) -> tuple[int, float, bool, str]:
    newest = analyte.newest
    day = -(newest.at.timestamp() // 86_400) if newest.at else 0.0
    return -newest.of_kidneys, day, newest.flag is Flag.NONE, newest.name.casefold()


def filtration(results: tuple[LabResult, ...]) -> LabResult | None:
    """The newest filtration rate, else the newest creatinine; None where neither is known."""
    kidneys = [each for each in results if each.of_kidneys]
    return min(kidneys, key=lambda each: (-each.of_kidneys, _age(each)), default=None)


def allergies(history: tuple[HistoryEntry, ...]) -> tuple[HistoryEntry, ...]:
    """Those that hold, grave ones first."""
    held = [e for e in history if e.kind is Kind.ALLERGY and not e.over and not e.none_known]
    return tuple(sorted(held, key=lambda each: not each.grave))
